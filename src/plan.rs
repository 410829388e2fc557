//! What a run would do, and why: operations, held records, notes.
//!
//! Planning is pure. It is given the rows of both sides and what the state knows, and writes nothing.

mod children;
mod compare;
mod create;
mod entity;
mod file;
mod fingerprint;
mod json;
mod limits;
mod mask;
mod output;
mod pair;
mod parts;
mod report;
mod tally;
mod text;

pub use children::elements;
pub use compare::{Verdict, verdict};
pub use entity::plan;
pub use file::{PlanError, PlanFile, load, save};
pub use fingerprint::{UNSETTLED, base_entry, end, line_key};
pub use json::{document, value as json_value};
pub use limits::{Limits, Stopped, check as check_limits};
pub use mask::{mask_held, masked};
pub use output::{Known, columns};
pub use pair::{Pair, Pairing, held, identity_of, pair, shown};
pub use parts::{Household, plan_parts};
pub use tally::{Counts, Tally};
pub use text::{planned, render};

use crate::program::Origin;
pub use crate::program::Planned;
use crate::state::Held;
use crate::value::{Side, Value};
use serde::{Deserialize, Serialize};

/// All that a run would do.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Plan {
    pub mapping: String,
    /// Of the mapping and the settings: a plan made by others is refused.
    pub fingerprint: String,
    /// The tenant and company it was made for.
    pub identity: String,
    /// Of the state it was made from: a plan that another run has overtaken is refused.
    pub generation: u64,
    pub made_at: String,
    pub entities: Vec<EntityPlan>,
    /// What identifiers among its values stand for.
    #[serde(default)]
    pub names: std::collections::BTreeMap<String, String>,
}

/// What a run would do with one entity.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct EntityPlan {
    pub entity: String,
    /// For people: `customer`.
    pub title: String,
    pub read_severa: usize,
    pub read_business: usize,
    pub operations: Vec<Operation>,
    pub held: Vec<Held>,
    pub notes: Vec<Note>,
    pub unchanged: usize,
    /// Records that their side's filter keeps back, by its condition.
    pub kept_back: Vec<(String, usize)>,
    /// Pairs to be remembered as they are: nothing is written outside.
    pub settled: Vec<Settled>,
    /// What each visited record waits for, an empty list where nothing.
    pub waits: Vec<Wait>,
    /// Records on the list of held ones that are no longer held.
    pub released: Vec<(Side, String)>,
    /// Begun creations that came to nothing and are not wanted any more: side, and source record.
    #[serde(default)]
    pub looked_up: Vec<(Side, String)>,
    /// Linked records before this run, for limits by share.
    pub linked: usize,
    /// Operations that are carried out page by page, and therefore not listed above.
    #[serde(default, skip_serializing_if = "Tally::is_empty")]
    pub paged: Tally,
    /// How far each side was read for it; kept once all of it is done.
    pub watermarks: Vec<(Side, String)>,
}

/// One create or change of one record on one side.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Operation {
    /// `Customer-7`: stable within the plan.
    pub id: String,
    pub kind: Kind,
    /// Where it is written.
    pub side: Side,
    pub key: String,
    pub name: String,
    /// The record on the other side.
    pub source_id: String,
    /// The record to change; `None` for one to be created.
    pub record_id: Option<String>,
    pub fields: Vec<FieldChange>,
    /// Columns whose numbers Visma Business assigns.
    pub numbers: Vec<String>,
    /// Records of their own that come to be with it: the lines of an order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<Child>,
    /// It says something of the record that this plan creates from the same source, and follows on that.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub follows: bool,
    /// The fingerprints of the source's ends of the lines that this puts in step.
    pub bases: Vec<(u64, u64)>,
    /// Of an undo: the fingerprints of the written ends as they will be, by line. They are kept before the write.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ahead: Vec<(u64, u64)>,
    /// When the source was last changed, as it was read.
    pub source_stamp: Option<String>,
    /// Of a record born in Visma Business: the columns that links point at.
    pub columns: std::collections::BTreeMap<String, String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Create,
    Update,
    /// A number or status that flows back to the record's own side.
    WriteBack,
    /// Our identifier in a record that is there.
    Link,
    /// Our identifier out of a record that a person parted from its pair.
    Unlink,
    /// The word in Severa that a record could not be carried over.
    Report,
}

impl Kind {
    pub const ALL: [Kind; 6] = [Kind::Create, Kind::Update, Kind::WriteBack, Kind::Link, Kind::Unlink, Kind::Report];

    pub fn word(self) -> &'static str {
        match self {
            Kind::Create => "create",
            Kind::Update => "update",
            Kind::WriteBack => "write_back",
            Kind::Link => "link",
            Kind::Unlink => "unlink",
            Kind::Report => "report",
        }
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FieldChange {
    pub field: String,
    /// Of which list's element, and its identifier if it is there.
    pub part: Option<PartOf>,
    #[serde(with = "crate::value::json")]
    pub old: Value,
    pub new: Planned,
    pub because: Origin,
    /// The line's name in a base; 0 for what no line says.
    pub line: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartOf {
    /// The part's place in the entity.
    pub part: usize,
    pub list: String,
    pub id: Option<String>,
}

/// A record that is created with the one above, in one step.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Child {
    /// `Invoice.Row`
    pub entity: String,
    /// The element of the source's list that it comes from.
    pub source_id: String,
    pub name: String,
    pub fields: Vec<FieldChange>,
    /// Columns whose numbers Visma Business assigns.
    pub numbers: Vec<String>,
}

/// Something worth saying that nobody must act on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    pub side: Side,
    pub key: String,
    pub name: String,
    pub text: String,
}

/// A pair whose state is to be remembered: linked anew, or found in step.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Settled {
    pub severa_id: String,
    pub business_id: String,
    /// For a pair linked by this plan: where it was born, and the columns that links point at.
    pub adopted: Option<Adopted>,
    /// Line, and the fingerprints of both ends.
    pub bases: Vec<(u64, u64, u64)>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Adopted {
    pub born: Side,
    pub columns: std::collections::BTreeMap<String, String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Wait {
    pub side: Side,
    pub id: String,
    pub references: Vec<crate::program::Reference>,
}

impl Operation {
    /// The records that it concerns: what it comes from, and what it changes.
    pub fn records(&self) -> impl Iterator<Item = (Side, String)> + use<> {
        let source = (self.side.other(), self.source_id.clone());
        std::iter::once(source).chain(self.record_id.clone().map(|id| (self.side, id)))
    }
}

/// Counts over a plan.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    pub create: usize,
    pub update: usize,
    pub write_back: usize,
    pub link: usize,
    pub held: usize,
    pub unchanged: usize,
}

impl Plan {
    pub fn totals(&self) -> Totals {
        let mut totals = Totals::default();
        for entity in &self.entities {
            totals.held += entity.held.len();
            totals.unchanged += entity.unchanged;
            let mut tally = Tally::of(&entity.operations);
            tally.add(&entity.paged);
            totals.create += tally.count(Kind::Create);
            totals.update += tally.count(Kind::Update);
            totals.write_back += tally.count(Kind::WriteBack) + tally.count(Kind::Report);
            totals.link += tally.count(Kind::Link) + tally.count(Kind::Unlink);
        }
        totals
    }

    /// Whether it would write anything outside.
    pub fn is_empty(&self) -> bool {
        self.entities.iter().all(|e| e.operations.is_empty() && e.paged.is_empty())
    }
}
