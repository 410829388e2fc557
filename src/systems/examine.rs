//! What a side says of itself before the first run: rights, clock, number series, ways of working.
//!
//! Nothing here concerns a record. What a side cannot or may not tell is said as [`Unseen`], never left out.

use super::Select;
use jiff::Timestamp;
use std::time::Duration;

/// A record that the mapping reads, and what else it does there.
#[derive(Debug, Clone)]
pub struct Need {
    pub select: Select,
    pub create: bool,
    pub update: bool,
}

/// What a side said.
#[derive(Debug, Clone, Default)]
pub struct Examined {
    /// One for each thing that the login must be able to do.
    pub rights: Vec<Right>,
    pub clock: Option<Reading>,
    pub series: Vec<Series>,
    /// Numbers that a field may hold, kept where no mapping looks them up.
    pub codes: Vec<Codes>,
    /// Whether work hours are approved, where the side knows approval.
    pub approval: Option<Approval>,
    pub unseen: Vec<Unseen>,
}

/// Something that the login needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Right {
    /// In words: `insert into dbo.Actor`, `customers:write`.
    pub what: String,
    pub granted: bool,
    /// Why it is not granted; blank where nothing more is known.
    pub why: String,
    /// What grants it.
    pub help: String,
}

/// The side's clock beside ours, read at the same moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    pub theirs: Timestamp,
    pub ours: Timestamp,
    /// Readings this far apart may be the same moment.
    pub precision: Duration,
    /// How far before a watermark an incremental read begins.
    pub overlap: Duration,
}

/// From which numbers a field is given, by the side itself or by us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    pub record: String,
    pub field: String,
    /// Where that is kept, for people: `its settings`, `voucher series 1 Faktura`.
    pub kept: String,
    pub given: Given,
    /// The lowest and highest number; `None` where only the next is known.
    pub range: Option<(i64, i64)>,
    /// What the next record gets.
    pub next: Option<i64>,
}

/// What is known of a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Given {
    /// The side gives numbers from it.
    ByTheSide,
    /// We give numbers from it, as the settings say.
    ByUs,
    /// The numbers that stand in its records.
    InUse,
}

/// The numbers that a field may hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Codes {
    pub record: String,
    pub field: String,
    /// Where they are kept, for people: `the payment terms (dbo.Txt)`.
    pub kept: String,
    pub known: Vec<i64>,
}

/// Whether a work hour needs approval (Severa's `WorkHourApprovalMode`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Approval {
    /// `None`: approval is not in use; hours become approved when they are invoiced (facts, DOC3).
    Off,
    /// `RequiredForInvoicing`
    ForInvoicing,
    /// `InvoicableAlways`: hours are approved, and invoiced whether they are or not.
    Beside,
}

/// What a fact is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    Rights,
    Clock,
    Series,
    Codes,
    Approval,
    Periods,
}

/// What could not be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unseen {
    pub topic: Topic,
    /// In a few words: `the voucher series`.
    pub what: String,
    pub why: String,
    /// Where a person looks instead.
    pub by_hand: String,
}

impl Examined {
    /// Of a side that answers none of these questions.
    pub fn nothing() -> Self {
        let unseen = |topic, what: &str| Unseen {
            topic,
            what: what.to_owned(),
            why: "this side is not asked".to_owned(),
            by_hand: "look there by hand".to_owned(),
        };
        Self {
            unseen: vec![
                unseen(Topic::Rights, "the login's rights"),
                unseen(Topic::Clock, "the clock"),
                unseen(Topic::Series, "the number series"),
            ],
            ..Self::default()
        }
    }
}
