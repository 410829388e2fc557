//! Which records of the two sides stand for the same thing.
//!
//! By link, then by the identifier that we wrote ourselves, then by match keys. Never by luck:
//! two candidates, or a number under another name, are held.

use super::output::Known;
use crate::program::{Entity, Env, Linked, Sends};
use crate::state::{Held, Link};
use crate::systems::Row;
use crate::value::{Guid, Side, Value};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// All records of an entity, sorted out.
#[derive(Debug, Default)]
pub struct Pairing<'a> {
    pub pairs: Vec<Pair<'a>>,
    pub lone_severa: Vec<&'a Row>,
    pub lone_business: Vec<&'a Row>,
    pub held: Vec<Held>,
    /// Links one of whose records is gone, with the side that it is gone from.
    pub vanished: Vec<(&'a Link, Side)>,
}

#[derive(Debug)]
pub struct Pair<'a> {
    pub severa: &'a Row,
    pub business: &'a Row,
    /// `None`: paired for the first time.
    pub link: Option<&'a Link>,
}

type Rows<'a> = BTreeMap<&'a str, &'a Row>;

pub fn pair<'a>(entity: &'a Entity, known: &'a Known, env: &Env) -> Pairing<'a> {
    let decisions = &known.decisions;
    let rows = |side: Side, rows: &'a [Row]| -> Rows<'a> {
        let ignored = |r: &&Row| !decisions.ignored.is_empty() && decisions.ignored.contains(&(side, r.id.clone()));
        rows.iter().filter(|r| !ignored(r)).map(|r| (r.id.as_str(), r)).collect()
    };
    let (severa, business) = (rows(Side::Severa, &known.severa), rows(Side::Business, &known.business));
    let mut pairing = Pairing::default();
    let mut taken: BTreeSet<(Side, &'a str)> = BTreeSet::new();
    let ignored = |link: &Link| Side::BOTH.iter().any(|s| decisions.ignored.contains(&(*s, link.id(*s).to_owned())));
    for link in &known.links {
        taken.insert((Side::Severa, link.severa_id.as_str()));
        taken.insert((Side::Business, link.business_id.as_str()));
        // Who is ignored keeps the other half to itself: that one is not alone, and nobody else's.
        if !decisions.ignored.is_empty() && ignored(link) {
            continue;
        }
        match (severa.get(link.severa_id.as_str()), business.get(link.business_id.as_str())) {
            (Some(s), Some(b)) => pairing.pairs.push(Pair { severa: s, business: b, link: Some(link) }),
            (Some(_), None) => pairing.vanished.push((link, Side::Business)),
            (None, Some(_)) => pairing.vanished.push((link, Side::Severa)),
            (None, None) => {}
        }
    }
    for row in business.values().filter(|_| !decisions.ignored.is_empty()) {
        let of_ignored = |guid: &Guid| decisions.ignored.contains(&(Side::Severa, guid.to_string()));
        if identity_of(entity, row).as_ref().is_some_and(of_ignored) {
            taken.insert((Side::Business, row.id.as_str()));
        }
    }
    for (severa_id, business_id) in &decisions.together {
        let (Some(s), Some(b)) = (severa.get(severa_id.as_str()), business.get(business_id.as_str())) else { continue };
        if !taken.contains(&(Side::Severa, &s.id)) && !taken.contains(&(Side::Business, &b.id)) {
            pairing.pairs.push(Pair { severa: s, business: b, link: None });
            taken.insert((Side::Severa, &s.id));
            taken.insert((Side::Business, &b.id));
        }
    }
    by_identity(entity, &severa, &business, &decisions.apart, &mut taken, &mut pairing);
    by_mark(entity, env, &severa, &business, &decisions.apart, &mut taken, &mut pairing);
    by_match(entity, env, &severa, &business, known, &mut taken, &mut pairing);
    let lone = |side: Side, rows: &Rows<'a>| -> Vec<&'a Row> {
        rows.iter().filter(|(id, _)| !taken.contains(&(side, **id))).map(|(_, row)| *row).collect()
    };
    pairing.lone_severa = lone(Side::Severa, &severa);
    pairing.lone_business = lone(Side::Business, &business);
    pairing
}

/// Severa's GUID in a Visma Business record, if one stands there.
pub fn identity_of(entity: &Entity, row: &Row) -> Option<Guid> {
    row.values.get(entity.identity?)?.as_guid()
}

/// Whether the identifier in a row is that of another role of the same associate: it stays there, and what this
/// entity links is known to the state alone.
pub fn is_of_another_role(entity: &Entity, row: &Row, env: &Env) -> bool {
    let Some(guid) = identity_of(entity, row).map(Value::Guid) else { return false };
    entity.roles.iter().any(|(place, key)| match env.links.find(*place, Side::Severa, key, &guid) {
        Linked::Found(value) => value.as_text().map_or_else(|| value.to_string(), str::to_owned) == row.id,
        Linked::Pending | Linked::Missing => false,
    })
}

fn by_identity<'a>(
    entity: &Entity,
    severa: &Rows<'a>,
    business: &Rows<'a>,
    apart: &BTreeSet<(String, String)>,
    taken: &mut BTreeSet<(Side, &'a str)>,
    pairing: &mut Pairing<'a>,
) {
    let mut claims: BTreeMap<&'a str, Vec<&'a Row>> = BTreeMap::new();
    for row in business.values().filter(|row| !taken.contains(&(Side::Business, row.id.as_str()))) {
        let Some(guid) = identity_of(entity, row).map(|g| g.to_string()) else { continue };
        if let Some(record) = severa.get(guid.as_str())
            && !apart.contains(&(guid, row.id.clone()))
        {
            claims.entry(&record.id).or_default().push(row);
        }
    }
    for (guid, rows) in claims {
        let record = severa[guid];
        if let [row] = rows.as_slice()
            && !taken.contains(&(Side::Severa, guid))
        {
            pairing.pairs.push(Pair { severa: record, business: row, link: None });
            taken.insert((Side::Severa, guid));
            taken.insert((Side::Business, &row.id));
            continue;
        }
        // A copy of a row in Visma Business copies our identifier with it.
        let list: Vec<_> = rows.iter().map(|r| shown(entity, Side::Business, r)).collect();
        for row in rows {
            let reason = format!(
                "carries the identifier of {} in Severa, which belongs to one record only: {}",
                shown(entity, Side::Severa, record),
                list.join(", ")
            );
            pairing.held.push(held(entity, Side::Business, row, "same-identity", reason));
            taken.insert((Side::Business, &row.id));
        }
        taken.insert((Side::Severa, guid));
    }
}

/// Pairs by the mark that stands inside a text in Severa. A text that a person copied holds the mark twice.
fn by_mark<'a>(
    entity: &Entity,
    env: &Env,
    severa: &Rows<'a>,
    business: &Rows<'a>,
    apart: &BTreeSet<(String, String)>,
    taken: &mut BTreeSet<(Side, &'a str)>,
    pairing: &mut Pairing<'a>,
) {
    let Some(mark) = &entity.mark else { return };
    let texts: Vec<(&'a Row, &'a str)> = severa
        .values()
        .filter(|row| !taken.contains(&(Side::Severa, row.id.as_str())))
        .filter_map(|row| Some((*row, row.values.get(mark.within)?.as_text()?)))
        .collect();
    for row in business.values().copied() {
        if taken.contains(&(Side::Business, row.id.as_str())) {
            continue;
        }
        let Some(own) = entity.mark_of(row, env) else { continue };
        let marked: Vec<&'a Row> = texts
            .iter()
            .filter(|(record, text)| bears(text, &own) && !apart.contains(&(record.id.clone(), row.id.clone())))
            .map(|(record, _)| *record)
            .collect();
        match marked.as_slice() {
            [] => {}
            [record] if !taken.contains(&(Side::Severa, record.id.as_str())) => {
                pairing.pairs.push(Pair { severa: record, business: row, link: None });
                taken.insert((Side::Severa, &record.id));
                taken.insert((Side::Business, &row.id));
            }
            several => {
                let list: Vec<_> = several.iter().map(|r| shown(entity, Side::Severa, r)).collect();
                let reason = format!("several records of Severa bear its mark `{own}`: {}", list.join(", "));
                pairing.held.push(held(entity, Side::Business, row, "same-identity", reason));
                taken.insert((Side::Business, &row.id));
            }
        }
    }
}

/// Whether a text holds a mark for itself, and not as a piece of a longer one: `VB 1/2` is not in `VB 1/23`.
fn bears(text: &str, mark: &str) -> bool {
    text.match_indices(mark).any(|(at, _)| {
        let free = |c: Option<char>| !c.is_some_and(char::is_alphanumeric);
        free(text[..at].chars().next_back()) && free(text[at + mark.len()..].chars().next())
    })
}

/// Rows that share a key of a rule, and whether they share all of its keys.
struct Meeting<'a> {
    severa: &'a Row,
    business: &'a Row,
    full: bool,
    /// The key that they share, in the mapping's words, and whether it is a number.
    text: &'a str,
    number: bool,
}

fn meetings<'a>(entity: &'a Entity, env: &Env, severa: &Rows<'a>, business: &Rows<'a>) -> Vec<Meeting<'a>> {
    let keys = |side: Side, rows: &Rows<'a>| -> Vec<(&'a Row, Vec<Vec<Option<String>>>)> {
        rows.values().map(|r| (*r, entity.match_keys(side, r, env).0)).collect()
    };
    let (severa, business) = (keys(Side::Severa, severa), keys(Side::Business, business));
    // Rows by each key of each rule, so that the work grows with the records and not with their pairs.
    let mut index: HashMap<(usize, usize, &str), Vec<usize>> = HashMap::new();
    for (place, (_, rules)) in business.iter().enumerate() {
        for (rule, pairs) in rules.iter().enumerate() {
            for (pair, key) in pairs.iter().enumerate() {
                if let Some(key) = key {
                    index.entry((rule, pair, key)).or_default().push(place);
                }
            }
        }
    }
    let mut found = Vec::new();
    for (row, rules) in &severa {
        let mut seen = BTreeSet::new();
        for (rule, pairs) in rules.iter().enumerate() {
            for (pair, key) in pairs.iter().enumerate() {
                let Some(key) = key else { continue };
                for place in index.get(&(rule, pair, key.as_str())).into_iter().flatten() {
                    if !seen.insert((rule, *place)) {
                        continue;
                    }
                    let (other, theirs) = &business[*place];
                    let full = pairs.iter().zip(&theirs[rule]).all(|(a, b)| a.is_some() && a == b);
                    let written = &entity.matches[rule].pairs[pair];
                    let meeting =
                        Meeting { severa: row, business: other, full, text: &written.text, number: written.number };
                    found.push(meeting);
                }
            }
        }
    }
    found
}

fn by_match<'a>(
    entity: &'a Entity,
    env: &Env,
    severa: &Rows<'a>,
    business: &Rows<'a>,
    known: &Known,
    taken: &mut BTreeSet<(Side, &'a str)>,
    pairing: &mut Pairing<'a>,
) {
    let mut meetings = meetings(entity, env, severa, business);
    let apart = &known.decisions.apart;
    meetings.retain(|m| apart.is_empty() || !apart.contains(&(m.severa.id.clone(), m.business.id.clone())));
    let begun = |to: Side, from: &Row| known.intents.contains(&(to, from.id.clone()));
    let free = |taken: &BTreeSet<(Side, &'a str)>, m: &Meeting<'a>| {
        (
            !taken.contains(&(Side::Severa, m.severa.id.as_str())),
            !taken.contains(&(Side::Business, m.business.id.as_str())),
        )
    };
    let full: Vec<&Meeting> = meetings.iter().filter(|m| m.full && free(taken, m) == (true, true)).collect();
    let mut of_severa: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut of_business: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for m in &full {
        of_severa.entry(&m.severa.id).or_default().insert(&m.business.id);
        of_business.entry(&m.business.id).or_default().insert(&m.severa.id);
    }
    for m in &full {
        let (own, other) = (&of_severa[m.severa.id.as_str()], &of_business[m.business.id.as_str()]);
        if own.len() == 1 && other.len() == 1 {
            let travels = entity.sends(Side::Severa, m.severa, env) == Sends::Yes
                || entity.sends(Side::Business, m.business, env) == Sends::Yes
                || begun(Side::Business, m.severa)
                || begun(Side::Severa, m.business);
            if travels && taken.insert((Side::Severa, &m.severa.id)) {
                pairing.pairs.push(Pair { severa: m.severa, business: m.business, link: None });
            }
        } else {
            let list = |side: Side, rows: &Rows, ids: &BTreeSet<&str>| -> String {
                ids.iter().filter_map(|id| rows.get(id)).map(|r| shown(entity, side, r)).collect::<Vec<_>>().join(", ")
            };
            let rows = [
                (Side::Severa, m.severa, list(Side::Business, business, own)),
                (Side::Business, m.business, list(Side::Severa, severa, other)),
            ];
            for (side, row, candidates) in rows {
                if taken.insert((side, &row.id)) {
                    let reason =
                        format!("it cannot be told which record of {} it is: {candidates}", side.other().title());
                    pairing.held.push(held(entity, side, row, "ambiguous", reason));
                }
            }
        }
        taken.insert((Side::Severa, &m.severa.id));
        taken.insert((Side::Business, &m.business.id));
    }
    // The same number under another name always holds, and so does the same name under another number.
    for m in meetings.iter().filter(|m| !m.full) {
        let (code, what) = if m.number {
            ("same-number", "number under another name")
        } else {
            ("same-name", "name under another number")
        };
        let (severa_free, business_free) = free(taken, m);
        for (side, own, other, is_free) in
            [(Side::Severa, m.severa, m.business, severa_free), (Side::Business, m.business, m.severa, business_free)]
        {
            let would_travel = is_free && entity.creates_on(side.other()) && entity.sends(side, own, env) == Sends::Yes;
            if would_travel && taken.insert((side, &own.id)) {
                let there = shown(entity, side.other(), other);
                let reason = format!("{} has the same {what}: {there} ({})", side.other().title(), m.text);
                pairing.held.push(held(entity, side, own, code, reason));
            }
        }
    }
}

/// A record in words: its number and name.
pub fn shown(entity: &Entity, side: Side, row: &Row) -> String {
    let (key, name) = entity.label(side, row);
    match (key.as_str(), name.as_str()) {
        ("", "") => row.id.clone(),
        ("", name) => name.to_owned(),
        (key, "") => key.to_owned(),
        (key, name) => format!("{key} {name}"),
    }
}

pub fn held(entity: &Entity, side: Side, row: &Row, code: &str, reason: String) -> Held {
    let (key, name) = entity.label(side, row);
    Held { entity: entity.name.clone(), side, id: row.id.clone(), key, name, code: code.to_owned(), reason }
}

#[cfg(test)]
mod tests {
    use super::bears;

    #[test]
    fn a_mark_is_not_a_piece_of_another() {
        for (text, there) in [
            ("VB 1/2", true),
            ("Stone, blasted VB 1/2", true),
            ("VB 1/2, corrected", true),
            ("VB 1/23", false),
            ("XVB 1/2", false),
            ("VB 1/23 VB 1/2", true),
            ("vb 1/2", false),
        ] {
            assert_eq!(bears(text, "VB 1/2"), there, "{text}");
        }
    }
}
