//! What a person decides about records: this is a pair, this is none, this one stays as it is.
//!
//! Records are read live and nothing is written outside: a decision stands in the state, and the
//! next run acts on it.

mod fate;
mod kept;
mod remedy;

pub use fate::{fate, stays};
pub use kept::{Ignored, ignore_held, ignored, retry, unignore};
pub use remedy::remedy;

use super::find::{seen, several};
use super::gather::Found;
use super::index::Index;
use super::{Engine, RunError, holder};
use crate::plan::{self, Known};
use crate::state::{Decision, Lease, Link, Reason, Seen};
use crate::systems::{Clock, Row};
use crate::value::{Side, Value};
use std::collections::BTreeSet;

/// Who decides, and why.
#[derive(Debug, Clone, Default)]
pub struct Judge {
    /// The login at the command line.
    pub who: String,
    /// May be blank where the decision says all.
    pub why: String,
}

/// Two records that are a pair from now on.
#[derive(Debug)]
pub struct Linked {
    pub severa: Seen,
    pub business: Seen,
    /// What the mapping's lines see on both sides.
    pub beside: Vec<Beside>,
    /// What the next run does about it.
    pub next: Vec<String>,
}

/// One line of the mapping over both records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beside {
    pub line: String,
    pub severa: String,
    pub business: String,
    /// They say the same by the line's own transforms.
    pub same: bool,
}

/// Two records that are no pair any more.
#[derive(Debug)]
pub struct Parted {
    pub severa: Seen,
    pub business: Seen,
    pub next: Vec<String>,
}

impl Engine {
    /// Makes a pair of two records, for good. Refused where either is not there, ignored, or linked already.
    pub async fn link(&mut self, entity: &str, severa: &str, business: &str, by: &Judge) -> Result<Linked, RunError> {
        let lease = take(self)?;
        let result = self.link_locked(entity, severa, business, by).await;
        self.state.unlock(lease)?;
        result
    }

    /// Parts a pair: from now on no run makes one of them again, whatever their keys say.
    pub async fn unlink(&mut self, entity: &str, key: &str, by: &Judge) -> Result<Parted, RunError> {
        let lease = take(self)?;
        let result = self.unlink_locked(entity, key, by).await;
        self.state.unlock(lease)?;
        result
    }

    /// Leaves a record as it is on its side, for good; it need not be held.
    pub async fn ignore(
        &mut self,
        entity: &str,
        key: &str,
        side: Option<Side>,
        by: &Judge,
    ) -> Result<Ignored, RunError> {
        let lease = take(self)?;
        let result = self.ignore_locked(entity, key, side, by).await;
        self.state.unlock(lease)?;
        result
    }

    async fn link_locked(
        &mut self,
        entity: &str,
        severa: &str,
        business: &str,
        by: &Judge,
    ) -> Result<Linked, RunError> {
        let place = self.place_of(entity)?;
        self.open().await?;
        let s = self.find_one(place, Side::Severa, severa).await?;
        let b = self.find_one(place, Side::Business, business).await?;
        self.may_be_linked(place, &s, &b)?;
        let own = &self.program.entities[place];
        let (seen_s, seen_b) = (seen(own, Side::Severa, &s), seen(own, Side::Business, &b));
        let beside = self.beside(place, &s, &b)?;
        let decision = Decision::Together { severa_id: s.id.clone(), business_id: b.id.clone() };
        self.decide(place, &decision, by, &[&seen_s, &seen_b])?;
        let known = self.known_of(place, &[(Side::Severa, s.id.clone()), (Side::Business, b.id.clone())]).await?;
        let own = &self.program.entities[place];
        let mut index = Index::load(&self.program, &self.state)?;
        let planned = self.plan_one(place, &known, &mut index)?;
        let mut next = vec![match own.master {
            Some(side) => format!("the next run pairs them; where they differ, what {} says stands", side.title()),
            None => "the next run pairs them; where they differ, the record that was changed last stands".to_owned(),
        }];
        for line in Side::BOTH.into_iter().zip([&s.id, &b.id]).flat_map(|(side, id)| fate(own, &planned, side, id)) {
            if !next.contains(&line) {
                next.push(line);
            }
        }
        Ok(Linked { severa: seen_s, business: seen_b, beside, next })
    }

    fn may_be_linked(&self, place: usize, s: &Row, b: &Row) -> Result<(), RunError> {
        let own = &self.program.entities[place];
        let decisions = self.state.decisions(&own.name)?;
        for (side, row) in [(Side::Severa, s), (Side::Business, b)] {
            let words = seen(own, side, row).words();
            if decisions.ignored.contains(&(side, row.id.clone())) {
                let help = format!("take that back first: samband held unignore {} {}", own.name, quoted(&row.id));
                return Err(RunError::refused(format!("{words} is ignored"), help));
            }
            let partner = self.state.link_of(&own.name, side, &row.id)?.map(|link| link.id(side.other()).to_owned());
            let decided = decisions.together.iter().find_map(|(severa, business)| match side {
                Side::Severa => (*severa == row.id).then(|| business.clone()),
                Side::Business => (*business == row.id).then(|| severa.clone()),
            });
            if let Some(partner) = partner.or(decided) {
                let other = if side == Side::Severa { b } else { s };
                if partner == other.id {
                    return Err(RunError::refused(
                        format!("{words} is linked to it already"),
                        "there is nothing to do",
                    ));
                }
                let what = format!("{words} is linked already, to {partner} in {}", side.other().title());
                let help = format!("part those first: samband held unlink {} {}", own.name, quoted(&row.id));
                return Err(RunError::refused(what, help));
            }
        }
        Ok(())
    }

    async fn unlink_locked(&mut self, entity: &str, key: &str, by: &Judge) -> Result<Parted, RunError> {
        let place = self.place_of(entity)?;
        self.open().await?;
        let pairs = self.pairs_of(place, key).await?;
        let (severa_id, business_id) = match pairs.as_slice() {
            [(severa, business)] => (severa.clone(), business.clone()),
            [] => {
                let found = self.found_on_either(place, key).await?;
                let Some(one) = found.first() else { return Err(self.nobody(place, &Side::BOTH, key)) };
                let help = "there is nothing to part; `samband explain-record` says what is known of it";
                return Err(RunError::refused(format!("{} is not linked", one.words()), help));
            }
            _ => return Err(several(key, &self.found_on_either(place, key).await?)),
        };
        let ids = [(Side::Severa, severa_id.clone()), (Side::Business, business_id.clone())];
        let before = self.known_of(place, &ids).await?;
        let own = &self.program.entities[place];
        let of = |side: Side, rows: &[Row], id: &str| match rows.iter().find(|row| row.id == id) {
            Some(row) => seen(own, side, row),
            None => Seen { entity: own.name.clone(), side, id: id.to_owned(), key: String::new(), name: String::new() },
        };
        let (severa, business) =
            (of(Side::Severa, &before.severa, &severa_id), of(Side::Business, &before.business, &business_id));
        let decision = Decision::Apart { severa_id, business_id };
        self.decide(place, &decision, by, &[&severa, &business])?;
        let next = self.apart_from_now_on(place, &ids).await?;
        Ok(Parted { severa, business, next })
    }

    /// What becomes of two records that were a pair.
    async fn apart_from_now_on(&mut self, place: usize, ids: &[(Side, String)]) -> Result<Vec<String>, RunError> {
        let mut known = self.known_of(place, ids).await?;
        let own = &self.program.entities[place];
        let mut next = Vec::new();
        let claimed =
            |row: &&mut Row| ids.contains(&(Side::Business, row.id.clone())) && plan::identity_of(own, row).is_some();
        if let (Some(slot), Some(row)) = (own.identity, known.business.iter_mut().find(claimed)) {
            next.push("the next run takes our identifier out of the record in Visma Business, and the run after it carries both over each for itself".to_owned());
            if let Some(value) = row.values.get_mut(slot) {
                *value = Value::Null;
            }
        }
        let mut index = Index::load(&self.program, &self.state)?;
        let planned = self.plan_one(place, &known, &mut index)?;
        let Some(opened) = &self.opened else { return Ok(next) };
        let env = crate::program::Env::new(&index, &opened.lookups);
        for (side, id) in ids {
            let rows = if *side == Side::Severa { &known.severa } else { &known.business };
            let Some(row) = rows.iter().find(|row| row.id == *id) else { continue };
            let lines = fate(own, &planned, *side, id);
            if lines.is_empty() {
                let why = stays(own, *side, &own.sends(*side, row, &env)).unwrap_or_default();
                next.push(format!("{} stays where it is: {why}", seen(own, *side, row).words()));
            }
            next.extend(lines);
        }
        Ok(next)
    }

    async fn ignore_locked(
        &mut self,
        entity: &str,
        key: &str,
        side: Option<Side>,
        by: &Judge,
    ) -> Result<Ignored, RunError> {
        let place = self.place_of(entity)?;
        self.open().await?;
        let mut found = Vec::new();
        let sides: Vec<Side> = Side::BOTH.into_iter().filter(|own| side.is_none_or(|side| side == *own)).collect();
        for side in &sides {
            let rows = self.find(place, *side, key).await?;
            found.extend(rows.iter().map(|row| seen(&self.program.entities[place], *side, row)));
        }
        match found.as_slice() {
            [one] => kept::ignore(&self.state, one, by, self.clock.now()),
            [] => Err(self.nobody(place, &sides, key)),
            several_found => Err(several(key, several_found)),
        }
    }

    /// The pairs, linked or decided on, that a key can mean by either half.
    async fn pairs_of(&mut self, place: usize, key: &str) -> Result<Vec<(String, String)>, RunError> {
        let name = self.program.entities[place].name.clone();
        let together = self.state.decisions(&name)?.together;
        let mut ids: Vec<(Side, String)> =
            self.found_on_either(place, key).await?.into_iter().map(|seen| (seen.side, seen.id)).collect();
        // A half that is gone from its side is still known by its identity.
        if ids.is_empty() {
            ids.extend(Side::BOTH.map(|side| (side, key.to_owned())));
        }
        let mut pairs = BTreeSet::new();
        for (side, id) in ids {
            if let Some(Link { severa_id, business_id, .. }) = self.state.link_of(&name, side, &id)? {
                pairs.insert((severa_id, business_id));
            }
            let of_it =
                |(severa, business): &&(String, String)| id == *if side == Side::Severa { severa } else { business };
            pairs.extend(together.iter().filter(of_it).cloned());
        }
        Ok(pairs.into_iter().collect())
    }

    pub(super) async fn found_on_either(&mut self, place: usize, key: &str) -> Result<Vec<Seen>, RunError> {
        let mut found = Vec::new();
        for side in Side::BOTH {
            let rows = self.find(place, side, key).await?;
            found.extend(rows.iter().map(|row| seen(&self.program.entities[place], side, row)));
        }
        Ok(found)
    }

    /// What a run knows of some records: the records, their other halves, whoever they could be.
    pub(super) async fn known_of(&mut self, place: usize, ids: &[(Side, String)]) -> Result<Known, RunError> {
        let name = self.program.entities[place].name.clone();
        let index = Index::load(&self.program, &self.state)?;
        let decisions = self.state.decisions(&name)?;
        let mut wanted: BTreeSet<(Side, String)> = ids.iter().cloned().collect();
        for (severa, business) in decisions.together.iter().chain(&decisions.apart) {
            let pair = [(Side::Severa, severa.clone()), (Side::Business, business.clone())];
            if pair.iter().any(|half| ids.contains(half)) {
                wanted.extend(pair);
            }
        }
        let mut found = Found::default();
        for side in Side::BOTH {
            let of_side = wanted.iter().filter(|(s, _)| *s == side).map(|(_, id)| id.clone()).collect();
            self.fetch_into(place, side, of_side, &mut found).await?;
        }
        let begun: BTreeSet<(Side, String)> =
            self.state.intents(&name)?.into_iter().map(|intent| (intent.side, intent.source_id)).collect();
        self.partners(place, false, &mut found).await?;
        self.candidates(place, &index, &Side::BOTH, &begun, &mut found).await?;
        self.partners(place, false, &mut found).await?;
        let links = self.links_at_hand(&name, false, &found)?;
        self.leave_out_others(place, &index, &links, &mut found);
        let held = self.state.held()?.into_iter().filter(|h| h.held.entity == name).map(|h| (h.held.side, h.held.id));
        Ok(Known {
            linked: self.state.linked(&name)?,
            links,
            held: held.collect(),
            decisions,
            intents: begun,
            needed: BTreeSet::new(),
            severa: found.severa.into_values().collect(),
            business: found.business.into_values().collect(),
        })
    }

    fn beside(&self, place: usize, s: &Row, b: &Row) -> Result<Vec<Beside>, RunError> {
        let index = Index::load(&self.program, &self.state)?;
        let Some(opened) = &self.opened else { return Ok(Vec::new()) };
        let env = crate::program::Env::new(&index, &opened.lookups);
        let own = &self.program.entities[place];
        let words = |values: Vec<Value>| values.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let lines = own.lines.iter().filter(|line| !line.on_create && !line.write_back);
        Ok(lines
            .map(|line| Beside {
                line: line.key.clone(),
                severa: words(line.values(own, Side::Severa, s)),
                business: words(line.values(own, Side::Business, b)),
                same: line.in_step(own, s, b, &env),
            })
            .collect())
    }

    fn decide(&self, place: usize, decision: &Decision, by: &Judge, seen: &[&Seen]) -> Result<(), RunError> {
        let name = &self.program.entities[place].name;
        let label = seen.iter().map(|seen| kept::label(seen)).collect::<Vec<_>>().join(" = ");
        let reason = Reason { who: by.who.clone(), why: by.why.clone(), label };
        Ok(self.state.decide(name, decision, &reason, self.clock.now())?)
    }
}

fn take(engine: &Engine) -> Result<Lease, RunError> {
    let clock: &dyn Clock = engine.clock.as_ref();
    Ok(engine.state.lock(&holder(clock), clock.now())?)
}

/// As it can be typed.
fn quoted(text: &str) -> String {
    if text.contains(char::is_whitespace) { format!("\"{text}\"") } else { text.to_owned() }
}
