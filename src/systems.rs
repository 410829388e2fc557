//! The two systems as the engine sees them: what to read, what to write, and how that can fail.
//!
//! A side knows nothing of mappings. It is asked for the fields of a record by their names in the
//! schema and answers rows whose values stand in the order of the question.

#[cfg(feature = "run")]
pub mod business;
#[cfg(feature = "run")]
pub mod clock;
pub mod error;
pub mod examine;
pub mod meter;
pub mod scalar;
pub mod secret;
#[cfg(feature = "run")]
pub mod severa;

#[cfg(feature = "run")]
pub use clock::{Clock, SystemClock};
pub use error::{ErrorKind, SystemError};
pub use secret::Secret;

#[cfg(feature = "run")]
use crate::value::Side;
use crate::value::{Type, Value};
use jiff::Timestamp;

/// A record of the schema: `Customer`, `OrgUnit` number 2.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct RecordName {
    pub name: String,
    pub index: Option<u8>,
}

/// Which fields of which records: a question to a side, and the order of its answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Select {
    pub record: RecordName,
    /// What makes a row one of ours at all (`CustNo > 0`); every row answered fulfils it.
    pub scope: Vec<Condition>,
    pub fields: Vec<SelectField>,
}

impl Select {
    pub fn slot(&self, field: &str) -> Option<usize> {
        self.fields.iter().position(|f| f.name == field)
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct SelectField {
    /// Severa: the path in the output model (`country.guid`) or a derived field (`won`).
    /// Visma Business: the physical column (`Inf8`, `R2`).
    pub name: String,
    pub ty: Type,
    /// Visma Business' 0 or blank means nothing here, and is answered as `Null`; other nulls stay 0 or "".
    pub blank_is_nothing: bool,
    /// For a list: which fields of its records.
    pub of: Option<Box<Select>>,
}

/// One test of one field; several stand for "all of them".
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    pub field: String,
    pub test: Test,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    /// Comparison with `Null` asks for "nothing" (0 or blank in Visma Business).
    Compare(Comparison, Value),
    In(Vec<Value>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

/// One record of a side.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Severa's GUID; Visma Business' primary key as text, the parts of a key of several columns
    /// joined by `/` (`1001/3`).
    pub id: String,
    /// When it was last changed or else created, by the side's own stamps; `None` where it has none.
    pub changed: Option<Timestamp>,
    /// In the order of the [`Select`] that asked.
    pub values: Vec<Value>,
}

/// A listing to read, page by page.
#[derive(Debug, Clone)]
pub struct Read {
    pub select: Select,
    /// Only what changed since: a watermark that the same side gave at the end of an earlier read.
    pub since: Option<Watermark>,
    /// What the caller will drop anyway: the side may use it to read less, and need not.
    pub push: Vec<Condition>,
    /// Records of an earlier date may stay out where the record has a date of its own (work hours).
    pub start_date: Option<jiff::civil::Date>,
}

/// How far a side has been read, in the side's own terms. It never passes the start of the read that gave it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Watermark(pub String);

/// The next stretch of a listing.
#[derive(Debug, Clone)]
pub struct Page {
    pub rows: Vec<Row>,
    pub next: Next,
}

#[derive(Debug, Clone)]
pub enum Next {
    /// Ask again with this.
    More(PageToken),
    /// That was all; the watermark for the next incremental read.
    End(Watermark),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageToken(pub String);

/// A record to create, with all that must come to be with it.
#[derive(Debug, Clone)]
pub struct Create {
    pub select: Select,
    /// Field and value, ours already normalised to the field's type; never `Null`.
    pub values: Vec<(String, Value)>,
    /// Columns whose number this side assigns, within the configured series.
    pub numbers: Vec<String>,
    /// Our identifier, written in the same transaction (Visma Business).
    pub identity: Option<(String, Value)>,
    pub parts: Vec<PartWrite>,
    /// Records of their own that come to be with this one, in the same transaction: the lines of an order.
    pub children: Vec<Create>,
    /// Of a child: a column, and the column of the record above whose value it gets, numbers that
    /// were just assigned included.
    pub joins: Vec<(String, String)>,
}

/// Changes to one record.
#[derive(Debug, Clone)]
pub struct Update {
    pub select: Select,
    pub id: String,
    /// What the fields to be written hold now, as far as we know: otherwise the record has moved.
    pub expect: Vec<(String, Value)>,
    /// `Null` empties the field.
    pub set: Vec<(String, Value)>,
    pub parts: Vec<PartWrite>,
}

/// A record inside a list of its owner (an address of a customer) to create or change.
#[derive(Debug, Clone)]
pub struct PartWrite {
    /// The owner's list field, as in the select: `addresses`.
    pub list: String,
    /// The element's identifier; `None` creates one.
    pub id: Option<String>,
    pub expect: Vec<(String, Value)>,
    pub set: Vec<(String, Value)>,
}

/// What a side says of itself when it is opened.
#[derive(Debug, Clone)]
pub struct Opened {
    /// Which tenant or company this is, stable over runs: the state file is bound to it.
    pub identity: String,
    /// For people: server, version, encryption.
    pub description: String,
}

/// What a run has asked of a side so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Usage {
    /// HTTP requests, or SQL batches.
    pub requests: u64,
    pub rows: u64,
}

/// One of the two systems.
///
/// Every method may fail as a whole side ([`ErrorKind::stops_side`]); writes may also fail for one
/// record, or with an unknown outcome, after which the record must be looked up before it is
/// written again.
#[cfg(feature = "run")]
#[async_trait::async_trait]
pub trait System: Send {
    fn side(&self) -> Side;

    /// Connects, proves the credentials, and checks that everything asked for exists with the
    /// types that the schema says. Nothing is written.
    async fn open(&mut self, selects: &[Select]) -> Result<Opened, SystemError>;

    /// What must be known before a first run and concerns no record: rights, clock, number series. Nothing is
    /// written, and what the login may not see is said in the answer. Fails where the side cannot be reached, or
    /// refuses the credentials.
    async fn examine(&mut self, _needs: &[examine::Need]) -> Result<examine::Examined, SystemError> {
        Ok(examine::Examined::nothing())
    }

    /// The next page of a listing; `None` begins it.
    async fn read(&mut self, read: &Read, page: Option<&PageToken>) -> Result<Page, SystemError>;

    /// These records by their identifiers; the ones that are gone are left out.
    async fn fetch(&mut self, select: &Select, ids: &[String]) -> Result<Vec<Row>, SystemError>;

    /// Every record in the select's scope for which any of the fields given holds any of its
    /// values; it may answer more. The caller compares names by its own rules, so a side that
    /// cannot search a field without losing a match answers all records.
    async fn candidates(&mut self, select: &Select, any_of: &[(String, Vec<Value>)]) -> Result<Vec<Row>, SystemError>;

    /// Identifiers of records that were deleted since. A side that tells nobody of its deletions answers none.
    async fn deleted(&mut self, _select: &Select, _since: &Watermark) -> Result<Vec<String>, SystemError> {
        Ok(Vec::new())
    }

    /// Creates a record and answers it as it stands afterwards.
    async fn create(&mut self, create: &Create) -> Result<Row, SystemError>;

    /// How many records [`System::create_all`] creates at a time; 1 where it is no less work than one after another.
    fn together(&self) -> usize {
        1
    }

    /// Creates records that do not depend on each other, each as [`System::create`] does. One answer for each, in
    /// their order; after a fault of the whole side nothing more is tried, and the answers end with it.
    async fn create_all(&mut self, creates: &[Create]) -> Vec<Result<Row, SystemError>> {
        let mut answers = Vec::with_capacity(creates.len());
        for create in creates {
            let answer = self.create(create).await;
            let stopped = answer.as_ref().is_err_and(|error| error.kind.stops_side());
            answers.push(answer);
            if stopped {
                break;
            }
        }
        answers
    }

    /// Changes a record if it still holds what is expected, and answers it as it stands afterwards;
    /// otherwise [`ErrorKind::Moved`] and nothing is written.
    async fn update(&mut self, update: &Update) -> Result<Row, SystemError>;

    /// How long a request of ours can still be at work there after we lost sight of it.
    fn settle_time(&self) -> std::time::Duration;

    fn usage(&self) -> Usage;

    /// The same by route, with bytes and waits. A side that does not count answers nothing.
    fn meter(&self) -> meter::Meter {
        meter::Meter::default()
    }
}
