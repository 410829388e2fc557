//! The mapping as it stands after layers and settings, in words and places: what `samband show` prints.
//!
//! Everything here is text and plain data, and its JSON is read by programs: fields keep their
//! names, new ones may be added. Where the words of the mapping say it, they are shown as they are
//! written; what they come to (a master, a numbered column, the fields of a new record) stands beside.

mod before;
mod entity;
mod line;
mod make;
mod off;
mod settings;
mod words;

pub(super) use make::Sight;

use crate::value::Side;
use serde::Serialize;

/// A whole mapping.
#[derive(Debug, Serialize)]
pub struct View {
    /// The mapping's name: `acme`.
    pub mapping: String,
    /// What stands above its `mapping` lines.
    pub documentation: String,
    /// The mappings below it, the nearest first.
    pub extends: Vec<String>,
    /// The files it is made of, from the lowest layer up.
    pub files: Vec<FileView>,
    /// Without faults. With faults this is what stands of it.
    pub sound: bool,
    /// With a customer's settings. Without them, a setting that has no default has no value here.
    pub settled: bool,
    /// The entities in the order of a run.
    pub order: Vec<StepView>,
    /// Entities and parts that this version checks and shows, and does not carry out.
    pub left_out: Vec<String>,
    /// In the order of a run.
    pub entities: Vec<EntityView>,
    pub settings: Vec<SettingView>,
    pub requires: Vec<RequireView>,
    pub tables: Vec<TableView>,
    /// What is written and takes no part.
    pub off: Vec<OffView>,
}

#[derive(Debug, Serialize)]
pub struct FileView {
    pub name: String,
    /// The mapping it belongs to.
    pub mapping: String,
}

/// Where something is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Place {
    pub file: String,
    /// From 1.
    pub line: usize,
    /// The mapping that the file belongs to; nothing for the settings file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mapping: Option<String>,
}

/// Words of the mapping.
#[derive(Debug, Clone, Serialize)]
pub struct Words {
    pub text: String,
    pub at: Place,
    /// What a layer below says there, and this one took the place of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replaces: Option<Replaced>,
}

#[derive(Debug, Clone, Serialize)]
pub struct Replaced {
    pub text: String,
    pub at: Place,
}

#[derive(Debug, Serialize)]
pub struct StepView {
    pub entity: String,
    /// Entities of this mapping that must have been carried over before.
    pub after: Vec<String>,
}

/// An entity, or a part of one.
#[derive(Debug, Serialize)]
pub struct EntityView {
    /// `Customer`; of a part with its owners: `Customer.Contact`.
    pub name: String,
    pub documentation: String,
    pub at: Place,
    /// Where layers change it.
    pub changed: Vec<Place>,
    /// The condition under which it takes part at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub only_if: Option<Words>,
    pub severa: RecordView,
    /// Nothing for a part whose fields lie on its owner's row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub business: Option<RecordView>,
    /// Which way records are created: `->`, `<-`, `<->`.
    pub arrow: &'static str,
    /// Of a part: how its records are picked from the owner's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picked: Option<PickedView>,
    /// The sides on which records are created.
    pub creates: Vec<Side>,
    /// The sides on which existing records are updated, write-backs aside.
    pub updates: Vec<Side>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub master: Option<MasterView>,
    /// Carried over when it is created, and never updated.
    pub once: bool,
    /// Created only for a record that links to it.
    pub only_when_needed: bool,
    /// What settles a field that changed on both sides: `newest`, `severa`, `business`, `hold`; nothing where
    /// nothing can go both ways.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conflict: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conflict_written: Option<Words>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity: Option<Words>,
    /// The column of Visma Business that holds Severa's GUID.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity_column: Option<String>,
    pub matches: Vec<Words>,
    pub numbers: Vec<NumberView>,
    /// What is sent from each side that sends.
    pub sends: Vec<SendView>,
    pub holds: Vec<HoldView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<Words>,
    /// The settings that it uses, by their full names.
    pub settings: Vec<String>,
    /// The entities that its lines link to.
    pub links: Vec<String>,
    pub lines: Vec<LineView>,
    /// Lines of a layer below that a layer dropped.
    pub dropped: Vec<DroppedView>,
    pub parts: Vec<EntityView>,
    /// Carried out by this version.
    pub carried: bool,
}

/// The records of one side.
#[derive(Debug, Serialize)]
pub struct RecordView {
    /// `Actor`; of a part's records in Severa, the record that its list holds.
    pub record: String,
    /// Of a numbered table: its number here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<u8>,
    /// As it is written, with its own `where`: `Actor where CustNo > 0 and DelToAct = 0`.
    pub text: String,
    /// What its own `where` gives a record that is created on this side.
    pub given: Vec<GivenField>,
}

#[derive(Debug, Serialize)]
pub struct GivenField {
    pub field: String,
    pub value: String,
}

/// How a part's records are picked from a list of its owner's.
#[derive(Debug, Serialize)]
pub struct PickedView {
    /// The owner's list or field.
    pub from: String,
    /// What makes several records of one value: `text -> wrap(60)`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub each: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// The part whose records are left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_in: Option<String>,
    /// Only one is picked: `first by createdDateTime`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<String>,
}

/// Whose updates win.
#[derive(Debug, Serialize)]
pub struct MasterView {
    /// Nothing: neither; each updates the other.
    pub side: Option<Side>,
    /// Nothing where the mapping does not say it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub written: Option<Words>,
    /// The settings it comes from: the one that is named, and those that it takes its value from.
    pub settings: Vec<String>,
    /// Of a part: the entity that says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
}

/// Columns whose numbers Visma Business assigns.
#[derive(Debug, Serialize)]
pub struct NumberView {
    pub columns: Vec<String>,
    /// `business` or `position`.
    pub by: String,
    pub at: Place,
}

/// What is sent from one side.
#[derive(Debug, Serialize)]
pub struct SendView {
    pub side: Side,
    /// As it is written where it begins.
    pub written: Words,
    /// All of these must hold; where one layer narrowed what another says, each has its own place.
    pub conditions: Vec<Words>,
}

#[derive(Debug, Serialize)]
pub struct HoldView {
    pub condition: String,
    pub reason: String,
    pub at: Place,
}

/// One line of the table.
#[derive(Debug, Serialize)]
pub struct LineView {
    pub severa: EndView,
    /// `->`, `<-`, `<->`.
    pub arrow: &'static str,
    /// What happens on the way, from left to right as it is written.
    pub way: Vec<String>,
    pub business: EndView,
    pub notes: Vec<NoteView>,
    /// The condition of the block it stands in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub only_if: Option<String>,
    pub at: Place,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replaces: Option<Replaced>,
}

/// One end of a line.
#[derive(Debug, Serialize)]
pub struct EndView {
    /// With what stands in for nothing: `name or hold`.
    pub text: String,
    /// The fields it reads or writes, numbers settled: `Inf8`.
    pub fields: Vec<String>,
}

/// What is special about a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoteView {
    /// Used only when a record is created.
    OnCreate,
    /// Against the entity's arrow: works on linked records only.
    WriteBack,
    /// A number that Visma Business assigns.
    Assigned,
    /// A number that stands for a record's place among others.
    Position,
    /// The Visma Business end never changes once the record is there.
    NeverChanges,
    /// It has a fault, and nothing is known of what it does.
    Faulty,
}

#[derive(Debug, Serialize)]
pub struct DroppedView {
    /// The line that was dropped.
    pub text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub was_at: Option<Place>,
    /// Where it is dropped.
    pub at: Place,
}

#[derive(Debug, Serialize)]
pub struct SettingView {
    /// `master`, `Project.won_status`.
    pub name: String,
    /// `int in 1..12`
    #[serde(rename = "type")]
    pub ty: String,
    /// Nothing where none is given and there is no default; `none` where it is none.
    pub value: Option<String>,
    pub source: SettingSource,
    /// Where the value stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Place>,
    /// The default as it is written, after layers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// The setting that it takes its value from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub follows: Option<String>,
    pub declared: Place,
    pub documentation: String,
}

/// Where a setting's value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SettingSource {
    /// The customer's settings file.
    Given,
    Default,
    /// A layer says it: `change setting`.
    Changed,
    NotGiven,
}

#[derive(Debug, Serialize)]
pub struct RequireView {
    pub condition: String,
    pub message: String,
    pub at: Place,
}

#[derive(Debug, Serialize)]
pub struct TableView {
    /// `payment_term`, `PurchaseCost.product_of_account`.
    pub name: String,
    pub documentation: String,
    pub left: String,
    pub arrow: &'static str,
    pub right: String,
    /// The side and record it is read from once a run: `business Ctry`; nothing where the mapping gives its rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kept_by: Option<String>,
    pub rows: Vec<RowView>,
    pub at: Place,
}

#[derive(Debug, Serialize)]
pub struct RowView {
    pub left: String,
    pub arrow: &'static str,
    pub right: String,
    pub at: Place,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replaces: Option<Replaced>,
}

/// Something that is written and takes no part.
#[derive(Debug, Serialize)]
pub struct OffView {
    /// `ProductCategory`; of a block of lines, the entity or part that it stands in.
    pub entity: String,
    /// Of a block: what stands in it.
    pub lines: Vec<String>,
    pub why: WhyOff,
    /// The words that switch it off.
    pub text: String,
    pub at: Place,
    pub documentation: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum WhyOff {
    /// `off entity`
    Layer,
    /// `only if` a setting that says no.
    Setting,
    /// It has a fault.
    Fault,
}
