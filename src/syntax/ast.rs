//! The tree of a mapping file: what was written and where, without meaning.
//!
//! Names are unresolved and types unchecked; a statement that did not parse is absent here and
//! stands among the diagnostics. Comments are not part of it: the outline owns them.

mod allow;
mod example;
pub mod walk;

pub use allow::Allow;
pub use example::{Example, ExampleRecord, ExampleSide, ExampleValue};

use crate::source::{Span, Spanned};
use crate::value::Side;

pub type Name = Spanned<String>;

/// A whole file.
#[derive(Debug, Clone, Default)]
pub struct File {
    pub edition: Option<Spanned<String>>,
    pub mapping: Option<MappingHeader>,
    /// `use "shared.mapping"`.
    pub uses: Vec<Spanned<String>>,
    pub items: Vec<Item>,
    /// What did not parse and is absent here; of an entity only the head, as its block is there.
    pub lost: Vec<Span>,
    /// The `mapping` line may be among it.
    pub lost_header: bool,
    /// `// allow CODE: reason`, the one kind of comment that means something.
    pub allows: Vec<Allow>,
}

/// `mapping acme extends standard`, with the documentation above it.
#[derive(Debug, Clone)]
pub struct MappingHeader {
    pub doc: String,
    pub name: Name,
    pub extends: Option<Name>,
}

#[derive(Debug, Clone)]
pub enum Item {
    Setting(Setting),
    Require(Require),
    Table(Table),
    Entity(Entity),
    /// `change setting project_unit = 7`
    ChangeSetting {
        name: Name,
        value: Expr,
        span: Span,
    },
    /// `change table payment_term { 21 <-> 5 }`
    ChangeTable {
        name: Name,
        rows: Vec<MapRow>,
        span: Span,
    },
    /// `change entity Project { … }`
    ChangeEntity {
        name: Name,
        body: Vec<Statement>,
        span: Span,
    },
    /// `off entity ProductCategory`
    OffEntity {
        name: Name,
        span: Span,
    },
    Example(Example),
}

/// `setting guid_field: int in 1..8 = 8`
#[derive(Debug, Clone)]
pub struct Setting {
    pub doc: String,
    pub name: Name,
    pub ty: SettingType,
    pub or_none: bool,
    pub default: Option<Expr>,
    pub span: Span,
}

#[derive(Debug, Clone)]
pub enum SettingType {
    /// `int`, `int in 1..12`, `decimal`, `bool`, `text(40)`, `text`, `date`, `side`, `range`
    Plain { name: Name, size: Option<u32>, within: Option<(Expr, Expr)> },
    /// `list of range`
    List(Box<SettingType>),
    /// `one of carry, net`
    OneOf(Vec<Name>),
    /// `severa SalesStatusType by name`; without `by`, an enumeration such as `severa ExpensesClass`.
    Of { side: Side, record: Name, by: Option<Name> },
}

/// `require CONDITION: "message"`
#[derive(Debug, Clone)]
pub struct Require {
    pub condition: Expr,
    pub message: Spanned<String>,
    pub span: Span,
}

/// A table given (`table t: int <-> int { … }`) or kept by a system
/// (`table country from business Ctry { ISO <-> CtryNo }`).
#[derive(Debug, Clone)]
pub struct Table {
    pub doc: String,
    pub name: Name,
    pub kind: TableKind,
    pub span: Span,
}

#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "there are few of them; boxes would burden every reader")]
pub enum TableKind {
    Given { left: SettingType, arrow: Spanned<Arrow>, right: SettingType, rows: Vec<MapRow> },
    Kept { side: Side, record: Name, left: Path, arrow: Spanned<Arrow>, right: Path },
}

/// `entity NAME only if SETTING { … }`
#[derive(Debug, Clone)]
pub struct Entity {
    pub doc: String,
    pub name: Name,
    pub only_if: Option<Expr>,
    pub body: Vec<Statement>,
    pub span: Span,
}

#[derive(Debug, Clone)]
pub enum Statement {
    /// `severa User <-> business Actor where EmpNo > 0`
    Systems(Systems),
    Setting(Setting),
    Table(Table),
    /// `identity guid -> Inf[guid_field]`, `identity "VB {JNo}/{EntNo}" in description`
    Identity {
        left: Expr,
        within: bool,
        right: Expr,
        span: Span,
    },
    /// `match code = EmpNo and (firstName, lastName) = Nm`: pairs that must all be equal.
    Match {
        pairs: Vec<(Expr, Expr)>,
        span: Span,
    },
    /// `master none`, `master case_master`, `master business`
    Master {
        value: Name,
        span: Span,
    },
    /// `conflict newest`
    Conflict {
        policy: Name,
        span: Span,
    },
    /// `number CustNo, ActNo by business`, `number LnNo by position`
    Number {
        columns: Vec<Path>,
        by: Name,
        span: Span,
    },
    Send(Send),
    /// `hold when CONDITION: "reason"`
    Hold {
        condition: Expr,
        reason: Spanned<String>,
        span: Span,
    },
    /// `failure status.guid <- failed`
    Failure {
        field: Path,
        value: Expr,
        span: Span,
    },
    Line(Line),
    /// `on create { … }`
    OnCreate {
        lines: Vec<Line>,
        span: Span,
    },
    /// `only if SETTING { … }`
    OnlyIf {
        condition: Expr,
        body: Vec<Statement>,
        span: Span,
    },
    Part(Part),
    /// `change part Contact { … }`, inside a change of an entity or part.
    ChangePart {
        name: Name,
        body: Vec<Statement>,
        span: Span,
    },
    /// `drop description`
    Drop {
        field: Path,
        span: Span,
    },
}

/// Which records of both sides an entity or part stands for, and which way it goes.
#[derive(Debug, Clone)]
pub struct Systems {
    pub severa: RecordRef,
    pub arrow: Spanned<Arrow>,
    pub business: RecordRef,
    pub span: Span,
}

/// `OrgUnit[department_unit] where …`
#[derive(Debug, Clone)]
pub struct RecordRef {
    pub record: Name,
    pub index: Option<Expr>,
    pub condition: Option<Expr>,
    pub span: Span,
}

/// `send once from severa also where CONDITION`, `send once from severa only when needed`
#[derive(Debug, Clone)]
pub struct Send {
    pub once: bool,
    pub side: Spanned<Side>,
    /// It narrows what a layer below said (`also where`).
    pub also: bool,
    pub only_when_needed: bool,
    pub condition: Option<Expr>,
    pub span: Span,
}

/// `part Billing: addresses where … first by createdDateTime <-> same row { … }`
#[derive(Debug, Clone)]
pub struct Part {
    pub doc: String,
    pub name: Name,
    pub list: Path,
    /// `each (text -> wrap(60))`: `list` is then a value, and these transforms make several of it, one a record.
    pub each: Option<Vec<Expr>>,
    pub condition: Option<PartCondition>,
    pub first: Option<First>,
    pub arrow: Spanned<Arrow>,
    pub target: PartTarget,
    pub body: Vec<Statement>,
    pub span: Span,
}

#[derive(Debug, Clone)]
pub enum PartCondition {
    Where(Expr),
    /// `where not in Billing`
    NotIn(Name),
}

/// `first`, `first by createdDateTime`
#[derive(Debug, Clone)]
pub struct First {
    pub by: Option<Path>,
    pub span: Span,
}

#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "there are few of them; boxes would burden every reader")]
pub enum PartTarget {
    SameRow(Span),
    Record(RecordRef),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Arrow {
    ToBusiness,
    ToSevera,
    Both,
}

/// One line of the table: left end, transforms, right end; all its arrows point the same way.
#[derive(Debug, Clone)]
pub struct Line {
    pub arrow: Arrow,
    /// At least two: the first is the Severa end, the last the Visma Business end.
    pub segments: Vec<Segment>,
    pub span: Span,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    pub what: Expr,
    pub fallback: Option<Fallback>,
    pub span: Span,
}

/// What to do where a value is missing, does not fit or points at nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct Fallback {
    pub kind: FallbackKind,
    pub span: Span,
}

#[derive(Debug, Clone, PartialEq)]
pub enum FallbackKind {
    Default(Box<Expr>),
    Blank,
    Keep,
    Hold,
    Skip,
}

/// `businessUnit.guid`, `Gr[exclude_group]`, `Invoice.sent`
#[derive(Debug, Clone, PartialEq)]
pub struct Path {
    pub steps: Vec<PathStep>,
    pub span: Span,
}

#[derive(Debug, Clone, PartialEq)]
pub struct PathStep {
    pub name: String,
    pub index: Option<Box<Expr>>,
    pub span: Span,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    pub kind: ExprKind,
    pub span: Span,
}

#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind {
    /// The number as it was written.
    Number(String),
    Text(String),
    Bool(bool),
    /// `blank`, `none`, `nothing`, `any`, `keep`: words that stand for a value in some places.
    Word(Word),
    Path(Path),
    /// `"VB {JNo}/{EntNo}"`: a text with at least one field in it.
    Template(Vec<TemplatePart>),
    /// The arguments in their order; `else` before one, as in `split_last(" ", else "?")`, is reading aid only.
    Call {
        name: Name,
        args: Vec<Expr>,
    },
    Not(Box<Expr>),
    Negative(Box<Expr>),
    Binary {
        op: Spanned<BinaryOp>,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    /// `x in list`, `x not in list`
    In {
        value: Box<Expr>,
        list: Box<Expr>,
        negated: bool,
    },
    /// `x is blank`, `x is not blank`, `x is set`, `x is not set`
    Is {
        value: Box<Expr>,
        test: IsTest,
        negated: bool,
    },
    /// `any projects has won`, `no projects has won`
    Quantified {
        any: bool,
        list: Path,
        condition: Box<Expr>,
    },
    Tuple(Vec<Expr>),
    List(Vec<Expr>),
    Range(Box<Expr>, Box<Expr>),
    /// `when c -> value … else value`
    Choice {
        branches: Vec<Branch>,
        otherwise: Option<Box<Expr>>,
    },
    /// `{ true <-> 0, false <-> 1, else -> true }`
    Map(Vec<MapRow>),
    /// `link Customer`, `link Employee.ActNo`
    Link {
        entity: Name,
        column: Option<Name>,
    },
    /// `first of (workType.guid -> link WorkType, default_product)`: each a short pipeline.
    FirstOf(Vec<Vec<Expr>>),
    /// `(-> f(…) <- g(…))`: a pair of ways, each a chain of transforms.
    TwoWays {
        forward: Vec<Expr>,
        backward: Vec<Expr>,
    },
}

/// `when isSent -> invoiceNumber or hold`
#[derive(Debug, Clone, PartialEq)]
pub struct Branch {
    pub condition: Expr,
    pub value: Expr,
    pub fallback: Option<Fallback>,
    pub span: Span,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    Blank,
    None,
    Nothing,
    Any,
    Keep,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IsTest {
    Blank,
    Set,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BinaryOp {
    And,
    Or,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    Add,
    Sub,
    Mul,
    Div,
}

#[derive(Debug, Clone, PartialEq)]
pub enum TemplatePart {
    Text(String),
    Field(Path),
}

/// One row of a table or value map: `14 <-> 1`, `4300..4399 -> "SUBCONTRACT"`, `else -> 2`
#[derive(Debug, Clone, PartialEq)]
pub struct MapRow {
    pub left: MapKey,
    pub arrow: Arrow,
    pub right: MapKey,
    pub span: Span,
}

#[derive(Debug, Clone, PartialEq)]
pub enum MapKey {
    Value(Expr),
    Else(Span),
}
