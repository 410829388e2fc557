//! Why a record was carried over, or not: one page, from its row to what a run would do with it now.
//!
//! Both systems are read and nothing is written. Everything on the page comes out of the functions
//! that a run plans with.

mod line;
mod text;

pub use line::LineView;
pub use text::render;

use super::find::{seen, several};
use super::index::Index;
use super::settle::{fate, remedy, stays};
use super::{Engine, RunError};
use crate::plan::{self, EntityPlan, Known, Pairing};
use crate::program::trace::{Step, reads};
use crate::program::{Entity, Env, Origin, Scope, Sends, eval};
use crate::state::{Decision, Retry, Seen, Wanted};
use crate::systems::Row;
use crate::value::{Side, Value};
use serde::Serialize;

/// The page; its JSON is the same, field by field.
#[derive(Debug, Serialize)]
pub struct Page {
    pub entity: String,
    pub origin: Place,
    pub record: RecordView,
    /// Its other half, linked or to be.
    pub partner: Option<RecordView>,
    /// How the two came together, or why there is no other half.
    pub pairing: PairingView,
    /// Conditions of each side's filter and of `hold when`, and the start date.
    pub conditions: Vec<Condition>,
    pub decisions: Vec<String>,
    /// Who may create and update what.
    pub rules: Vec<String>,
    pub lines: Vec<LineView>,
    /// What a run would do with it now.
    pub outcome: Vec<String>,
    pub held: Vec<HeldView>,
    /// What was written into it or its other half, the newest last.
    pub history: Vec<Written>,
}

#[derive(Debug, Clone, Serialize)]
pub struct Place {
    pub file: String,
    pub line: usize,
}

impl From<&Origin> for Place {
    fn from(origin: &Origin) -> Self {
        Self { file: origin.file.clone(), line: origin.line }
    }
}

#[derive(Debug, Clone, Serialize)]
pub struct RecordView {
    pub side: Side,
    pub id: String,
    pub key: String,
    pub name: String,
    /// When its side says that it was changed last.
    pub changed: Option<String>,
    /// All that the mapping reads of it.
    pub fields: Vec<Step>,
}

#[derive(Debug, Serialize)]
pub struct PairingView {
    /// In a sentence.
    pub how: String,
    /// Since the two are linked, the side on which the record came to be.
    pub born: Option<Side>,
    /// The keys of each `match` line, as they are compared.
    pub keys: Vec<Key>,
    /// Records of the other side that could be meant.
    pub candidates: Vec<Candidate>,
}

#[derive(Debug, Serialize)]
pub struct Key {
    /// `number = CustNo`
    pub text: String,
    pub value: Option<String>,
}

#[derive(Debug, Serialize)]
pub struct Candidate {
    pub id: String,
    pub key: String,
    pub name: String,
    /// The keys that are equal.
    pub equal: Vec<String>,
    pub other: Vec<String>,
}

#[derive(Debug, Serialize)]
pub struct Condition {
    pub side: Side,
    /// `send from severa where`, `hold when`, `start date`
    pub what: &'static str,
    pub text: String,
    pub because: Place,
    pub holds: bool,
    /// What it saw.
    pub saw: Vec<Step>,
}

#[derive(Debug, Serialize)]
pub struct HeldView {
    pub side: Side,
    pub code: String,
    pub reason: String,
    pub since: String,
    pub attempts: u32,
    pub next_try: String,
    pub remedy: String,
}

#[derive(Debug, Serialize)]
pub struct Written {
    pub run: i64,
    pub at: String,
    pub side: Side,
    pub kind: String,
    pub field: String,
    pub old: String,
    pub new: String,
    pub outcome: &'static str,
    pub because: Place,
}

/// So much of the history is on the page.
const LAST: usize = 10;

impl Engine {
    /// The page of one record.
    pub async fn explain(&mut self, entity: &str, key: &str, side: Option<Side>) -> Result<Page, RunError> {
        let place = self.place_of(entity)?;
        self.open().await?;
        let record = self.meant(place, key, side).await?;
        let at = (record.side, record.id.clone());
        let known = self.known_of(place, std::slice::from_ref(&at)).await?;
        let mut index = Index::load(&self.program, &self.state)?;
        let planned = self.plan_one(place, &known, &mut index)?;
        let own = &self.program.entities[place];
        let Some(opened) = &self.opened else { return Err(RunError::Interrupted) };
        let env = Env::new(&index, &opened.lookups);
        let pairing = plan::pair(own, &known, &env);
        let rows = |side: Side| if side == Side::Severa { &known.severa } else { &known.business };
        let Some(row) = rows(record.side).iter().find(|row| row.id == record.id) else {
            return Err(self.nobody(place, &[record.side], key));
        };
        let pair = pairing.pairs.iter().find(|pair| match record.side {
            Side::Severa => pair.severa.id == row.id,
            Side::Business => pair.business.id == row.id,
        });
        let partner = pair.map(|pair| if record.side == Side::Severa { pair.business } else { pair.severa });
        let other = record.side.other();
        let mut ids = vec![at.clone()];
        ids.extend(partner.map(|partner| (other, partner.id.clone())));
        let concerned = |retry: &&Retry| ids.contains(&(retry.held.side, retry.held.id.clone()));
        let held = self.state.held()?.into_iter().filter(|h| h.held.entity == own.name);
        let held: Vec<Retry> = held.filter(|retry| concerned(&retry)).collect();
        let mut conditions = conditions(own, record.side, row, &env, self.options.start_date);
        if let Some(partner) = partner {
            conditions.extend(self::conditions(own, other, partner, &env, self.options.start_date));
        }
        let lines = match pair {
            Some(pair) => line::of_pair(own, pair, &planned, &env),
            None => line::of_lone(own, record.side, row, &planned, &env),
        };
        Ok(Page {
            entity: own.name.clone(),
            origin: Place::from(&own.origin),
            record: view(own, record.side, row),
            partner: partner.map(|partner| view(own, other, partner)),
            pairing: self.pairing(place, &record, row, &known, &pairing, &env)?,
            conditions,
            decisions: self.decisions_on(&own.name, &ids)?,
            rules: rules(own),
            outcome: self.outcome(own, &planned, &known, &ids, &record, row, pair.is_some(), &env),
            held: held.iter().map(held_view).collect(),
            history: self.written(&own.name, ids)?,
            lines,
        })
    }

    /// The one record that is meant: of a pair the half on the side it was born on.
    async fn meant(&mut self, place: usize, key: &str, side: Option<Side>) -> Result<Seen, RunError> {
        let mut found = Vec::new();
        let sides: Vec<Side> = Side::BOTH.into_iter().filter(|own| side.is_none_or(|side| side == *own)).collect();
        for side in &sides {
            let rows = self.find(place, *side, key).await?;
            found.extend(rows.iter().map(|row| seen(&self.program.entities[place], *side, row)));
        }
        if let [severa, business] = found.as_slice()
            && let Some(link) = self.state.link_of(&severa.entity, severa.side, &severa.id)?
            && link.id(business.side) == business.id
        {
            return Ok(if link.born == severa.side { severa.clone() } else { business.clone() });
        }
        match found.as_slice() {
            [one] => Ok(one.clone()),
            [] => Err(self.nobody(place, &sides, key)),
            more => Err(several(key, more)),
        }
    }

    fn pairing(
        &self,
        place: usize,
        record: &Seen,
        row: &Row,
        known: &Known,
        pairing: &Pairing,
        env: &Env,
    ) -> Result<PairingView, RunError> {
        let own = &self.program.entities[place];
        let (side, other) = (record.side, record.side.other());
        let others = if other == Side::Severa { &known.severa } else { &known.business };
        let keys = own.match_keys(side, row, env).0;
        let texts = || own.matches.iter().flat_map(|rule| rule.pairs.iter().map(|pair| pair.text.clone()));
        let candidate = |theirs: &Row| {
            let their = own.match_keys(other, theirs, env).0;
            let same = keys.iter().flatten().zip(their.iter().flatten()).map(|(a, b)| a.is_some() && a == b);
            let (equal, rest): (Vec<_>, Vec<_>) = texts().zip(same).partition(|(_, same)| *same);
            let only = |list: Vec<(String, bool)>| list.into_iter().map(|(text, _)| text).collect();
            let (key, name) = own.label(other, theirs);
            Candidate { id: theirs.id.clone(), key, name, equal: only(equal), other: only(rest) }
        };
        let mut candidates: Vec<Candidate> = others.iter().map(candidate).collect();
        candidates.retain(|candidate| !candidate.equal.is_empty());
        let link = self.state.link_of(&own.name, side, &row.id)?;
        let born = link.as_ref().map(|link| link.born);
        let found = pairing.pairs.iter().find(|pair| {
            row.id == if side == Side::Severa { pair.severa.id.as_str() } else { pair.business.id.as_str() }
        });
        let how = match (&link, found) {
            (Some(link), Some(_)) => format!("linked; it came to be in {}", link.born.title()),
            (Some(link), None) if known.decisions.ignored.iter().any(|(side, id)| link.id(*side) == id) => {
                "linked, and one of the two is ignored".to_owned()
            }
            (Some(link), None) => format!("linked to {} in {}, which is gone", link.id(other), other.title()),
            (None, Some(pair))
                if known.decisions.together.contains(&(pair.severa.id.clone(), pair.business.id.clone())) =>
            {
                "a person said that the two are a pair; the next run links them".to_owned()
            }
            (None, Some(pair))
                if plan::identity_of(own, pair.business).is_some_and(|g| g.to_string() == pair.severa.id) =>
            {
                "the record in Visma Business carries our identifier; the next run links them".to_owned()
            }
            (None, Some(_)) => "paired by match keys; the next run links them".to_owned(),
            (None, None) if known.decisions.ignored.contains(&(side, row.id.clone())) => "ignored".to_owned(),
            (None, None) if candidates.is_empty() => format!("nobody in {} has any of its keys", other.title()),
            (None, None) => format!("not paired; {} of {} could be meant", candidates.len(), other.title()),
        };
        let keys = texts().zip(keys.iter().flatten().cloned()).map(|(text, value)| Key { text, value }).collect();
        Ok(PairingView { how, born, keys, candidates })
    }

    fn decisions_on(&self, entity: &str, ids: &[(Side, String)]) -> Result<Vec<String>, RunError> {
        let decided = self.state.decided()?.into_iter().filter(|d| d.entity == entity);
        let of_them = decided.filter(|d| ids.iter().any(|(side, id)| d.decision.concerns(*side, id)));
        Ok(of_them
            .map(|d| {
                let what = match &d.decision {
                    Decision::Together { severa_id, business_id } => {
                        format!("{severa_id} and {business_id} are a pair")
                    }
                    Decision::Apart { severa_id, business_id } => format!("{severa_id} and {business_id} are no pair"),
                    Decision::Ignore { side, .. } => format!("the record in {} is ignored", side.title()),
                };
                let why = if d.reason.why.is_empty() { String::new() } else { format!(": {}", d.reason.why) };
                format!("{what}, said {} on {}{why}", d.reason.who, d.at)
            })
            .collect())
    }

    #[expect(clippy::too_many_arguments, reason = "all that a plan was made from")]
    fn outcome(
        &self,
        own: &Entity,
        planned: &EntityPlan,
        known: &Known,
        ids: &[(Side, String)],
        record: &Seen,
        row: &Row,
        paired: bool,
        env: &Env,
    ) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        for line in ids.iter().flat_map(|(side, id)| fate(own, planned, *side, id)) {
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
        let waits = planned.waits.iter().filter(|wait| ids.contains(&(wait.side, wait.id.clone())));
        for reference in waits.flat_map(|wait| &wait.references) {
            lines.push(format!(
                "it points at {} {}, which is not linked yet; as soon as that is, it is looked at again",
                reference.entity, reference.value
            ));
        }
        if known.decisions.ignored.iter().any(|ignored| ids.contains(ignored)) {
            lines.push("it is ignored, so nothing is done with it".to_owned());
        }
        if lines.is_empty() && paired {
            lines.push("nothing: the pair is in step, or what differs may not travel".to_owned());
        }
        if lines.is_empty() {
            lines.push(self.stays_because(own, record.side, row, env));
        }
        lines
    }

    /// Why a record without a counterpart stays, as the plan of it alone says.
    fn stays_because(&self, own: &Entity, side: Side, row: &Row, env: &Env) -> String {
        if let Some(why) = stays(own, side, &Sends::Yes) {
            return why;
        }
        let mut alone = Known::default();
        match side {
            Side::Severa => alone.severa.push(row.clone()),
            Side::Business => alone.business.push(row.clone()),
        }
        let plan = plan::plan(own, &alone, env, self.options.start_date, false);
        match plan.kept_back.first() {
            Some((condition, _)) => format!("it stays in {}: {condition}", side.title()),
            None => format!("it stays in {}", side.title()),
        }
    }

    fn written(&self, entity: &str, ids: Vec<(Side, String)>) -> Result<Vec<Written>, RunError> {
        let records = ids.into_iter().map(|(side, id)| (entity.to_owned(), side, id)).collect();
        let wanted = Wanted { records: Some(records), limit: Some(LAST), ..Wanted::default() };
        let entries = self.state.history(&wanted)?;
        Ok(entries
            .into_iter()
            .map(|entry| Written {
                run: entry.run,
                at: entry.at,
                side: entry.change.side,
                kind: entry.change.kind,
                field: entry.change.field,
                old: entry.old,
                new: entry.new,
                outcome: entry.change.outcome.word(),
                because: Place { file: entry.change.file, line: entry.change.line },
            })
            .collect())
    }
}

fn view(entity: &Entity, side: Side, row: &Row) -> RecordView {
    let (key, name) = entity.label(side, row);
    // Lists are told where a line or a condition looks into them.
    let fields =
        entity.select(side).fields.iter().zip(&row.values).filter(|(_, value)| !matches!(value, Value::List(_)));
    let fields = fields.map(|(field, value)| Step { what: field.name.clone(), value: value.to_string() }).collect();
    RecordView { side, id: row.id.clone(), key, name, changed: row.changed.map(|at| at.to_string()), fields }
}

/// What its side's filter says of a record, condition by condition.
fn conditions(entity: &Entity, side: Side, row: &Row, env: &Env, start: Option<jiff::civil::Date>) -> Vec<Condition> {
    let scope = Scope::of(entity, side, row, env);
    let mut all = Vec::new();
    if let Some(filter) = entity.filter(side) {
        let what = if side == Side::Severa { "send from severa where" } else { "send from business where" };
        for (place, (condition, text)) in filter.parts.iter().enumerate() {
            all.push(Condition {
                side,
                what,
                text: text.clone(),
                because: Place::from(filter.places.get(place).unwrap_or(&entity.origin)),
                holds: eval::holds(condition, &scope, env),
                saw: reads(condition, entity, side, &scope),
            });
        }
    }
    if side == Side::Severa {
        for (condition, reason) in &entity.holds {
            all.push(Condition {
                side,
                what: "hold when",
                text: reason.clone(),
                because: Place::from(&entity.origin),
                holds: eval::holds(condition, &scope, env),
                saw: reads(condition, entity, side, &scope),
            });
        }
    }
    if let (Some((dated, slot)), Some(start)) = (entity.dated, start)
        && dated == side
    {
        let value = row.values.get(slot).cloned().unwrap_or_default();
        let name = entity.select(side).fields.get(slot).map(|field| field.name.clone()).unwrap_or_default();
        all.push(Condition {
            side,
            what: "start date",
            text: format!("{name} from {start} on"),
            because: Place { file: "samband.yaml".to_owned(), line: 0 },
            holds: !matches!(&value, Value::Date(date) if *date < start),
            saw: vec![Step { what: name, value: value.to_string() }],
        });
    }
    all
}

fn rules(entity: &Entity) -> Vec<String> {
    let mut rules = Vec::new();
    for side in Side::BOTH {
        let from = side.other().title();
        let word = match (entity.creates_on(side), entity.updates_on(side)) {
            (true, true) => "creates and updates",
            (true, false) => "creates",
            (false, true) => "updates",
            (false, false) => continue,
        };
        rules.push(format!("{from} {word} in {}", side.title()));
    }
    rules.push(match (entity.master, entity.conflict) {
        (Some(master), _) => format!("{} is master: where both changed, its value stands", master.title()),
        (None, crate::program::Conflict::Newest) => "no master: where both changed, the newer stands".to_owned(),
        (None, crate::program::Conflict::Side(side)) => {
            format!("no master: where both changed, {} stands", side.title())
        }
        (None, crate::program::Conflict::Hold) => "no master: where both changed, a person decides".to_owned(),
    });
    if entity.once {
        rules.push("carried over once, never updated".to_owned());
    }
    if entity.only_when_needed {
        rules.push("carried over only when a record that is carried over needs it".to_owned());
    }
    rules
}

fn held_view(retry: &Retry) -> HeldView {
    HeldView {
        side: retry.held.side,
        code: retry.held.code.clone(),
        reason: retry.held.reason.clone(),
        since: retry.since.to_string(),
        attempts: retry.attempts,
        next_try: retry.next_try.to_string(),
        remedy: remedy(&retry.held),
    }
}
