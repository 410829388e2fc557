//! The kinds of statements: how each begins, where it may stand, and how one looks.

use crate::syntax::grammar::Rule;
use crate::syntax::outline::scan::{Token, TokenKind, Tokens};

/// Where a statement stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// At the top of a file.
    Top,
    /// In an entity, a part, or a change of one.
    Record,
    /// In `on create`.
    OnCreate,
    /// In a table that is written out.
    Rows,
    /// In a table kept by a system.
    Columns,
    Example,
}

impl Place {
    pub fn named(self) -> &'static str {
        match self {
            Place::Top => "at the top of a file",
            Place::Record => "in an entity or part",
            Place::OnCreate => "in `on create`",
            Place::Rows | Place::Columns => "in a table",
            Place::Example => "in an example",
        }
    }
}

/// A kind of statement.
#[derive(Debug)]
pub struct Form {
    pub word: &'static str,
    /// The word that must follow, where one word begins several kinds.
    pub second: &'static str,
    pub rule: Rule,
    pub places: &'static [Place],
    /// One as it is written.
    pub sample: &'static str,
}

use Place::{Columns, Example, OnCreate, Record, Rows, Top};

#[rustfmt::skip]
pub static FORMS: &[Form] = &[
    form("edition", "", Rule::only_edition, &[Top], "edition 2026"),
    form("mapping", "", Rule::only_mapping, &[Top], "mapping acme extends standard"),
    form("use", "", Rule::only_use, &[Top], "use \"shared.mapping\""),
    form("setting", "", Rule::only_setting, &[Top, Record], "setting guid_field: int in 1..8 = 8"),
    form("require", "", Rule::only_require, &[Top], "require first_unit != second_unit: \"each needs a unit of its own\""),
    form("table", "", Rule::only_table, &[Top, Record], "table country from business Ctry { ISO <-> CtryNo }"),
    form("entity", "", Rule::only_entity, &[Top], "entity Customer { … }"),
    form("change", "setting", Rule::only_change_setting, &[Top], "change setting project_unit = 7"),
    form("change", "table", Rule::only_change_table, &[Top], "change table payment_term { 21 <-> 5 }"),
    form("change", "entity", Rule::only_change_entity, &[Top], "change entity Project { … }"),
    form("change", "part", Rule::only_change_part, &[Record], "change part Contact { … }"),
    form("off", "", Rule::only_off_entity, &[Top], "off entity ProductCategory"),
    form("example", "", Rule::only_example, &[Top], "example \"a prospect does not\" for Customer { … }"),
    form("severa", "", Rule::only_systems, &[Record], "severa User <-> business Actor where EmpNo > 0"),
    form("severa", "", Rule::only_example_side, &[Example], "severa { number: 10021 }"),
    form("business", "", Rule::only_example_side, &[Example], "business { CustNo: any, Nm: \"Kuusikko Oy\" }"),
    form("identity", "", Rule::only_identity, &[Record], "identity guid -> Inf[guid_field]"),
    form("match", "", Rule::only_match, &[Record], "match code = EmpNo and name = Nm"),
    form("master", "", Rule::only_master, &[Record], "master severa"),
    form("conflict", "", Rule::only_conflict, &[Record], "conflict newest"),
    form("number", "", Rule::only_numbered, &[Record], "number CustNo, ActNo by business"),
    form("send", "", Rule::only_send, &[Record], "send from severa where code is not blank"),
    form("hold", "", Rule::only_hold, &[Record], "hold when quantity = 0: \"nothing to bill\""),
    form("failure", "", Rule::only_failure, &[Record], "failure status.guid <- failed"),
    form("drop", "", Rule::only_drop, &[Record], "drop description"),
    form("on", "create", Rule::only_on_create, &[Record], "on create { … }"),
    form("only", "if", Rule::only_only_if, &[Record], "only if transfer { … }"),
    form("part", "", Rule::only_part, &[Record], "part Row: rows -> business OrdLn where OrdNo = owner.OrdNo { … }"),
];

pub static LINE: Form = form("", "", Rule::only_line, &[Record, OnCreate], "name <-> fit(80) <-> Nm");
pub static MAP_ROW: Form = form("", "", Rule::only_map_row, &[Rows], "14 <-> 1");
pub static COLUMN_ROW: Form = form("", "", Rule::only_column_row, &[Columns], "ISO <-> CtryNo");

const fn form(
    word: &'static str,
    second: &'static str,
    rule: Rule,
    places: &'static [Place],
    sample: &'static str,
) -> Form {
    Form { word, second, rule, places, sample }
}

/// What a statement is, by its first words and its place.
pub enum Found {
    Form(&'static Form),
    /// Its words are right, the place is not.
    Misplaced(&'static Form),
    /// A first (or second) word that begins nothing here; the words that would have.
    Unknown {
        word: std::ops::Range<usize>,
        known: Vec<&'static str>,
    },
}

/// Tells what kind of statement `head` is. Ranges are relative to it.
pub fn find(head: &str, place: Place, has_block: bool) -> Found {
    match place {
        Place::Rows => return Found::Form(&MAP_ROW),
        Place::Columns => return Found::Form(&COLUMN_ROW),
        _ => {}
    }
    let tokens = || Tokens::new(head).filter(|t| t.kind != TokenKind::Newline);
    let mut begin = tokens();
    // Nearly always the first two words tell.
    let begin = [begin.next(), begin.next()];
    let kind = |i: usize| begin[i].map(|t| t.kind);
    let range = |i: usize| begin[i].as_ref().map_or(head.len()..head.len(), Token::range);
    let (first, second) = (&head[range(0)], &head[range(1)]);
    let arrowed = || tokens().any(|t| t.kind == TokenKind::Arrow);
    let names = || FORMS.iter().filter(|f| f.word == first);

    // A field may be called as a statement's first word is: what follows tells.
    let field = matches!(kind(1), Some(TokenKind::Arrow)) || matches!(second, "." | "[" | "or");
    let line = || if LINE.places.contains(&place) { Found::Form(&LINE) } else { Found::Misplaced(&LINE) };
    if kind(0) != Some(TokenKind::Word) || field {
        return line();
    }
    if names().next().is_some() {
        let here = |f: &&'static Form| f.places.contains(&place);
        let fits = |f: &&'static Form| f.second.is_empty() || f.second == second;
        if let Some(form) = names().filter(fits).find(here) {
            return Found::Form(form);
        }
        if let Some(form) = names().find(fits) {
            return Found::Misplaced(form);
        }
        let known = names().filter(here).map(|f| f.second).collect();
        return Found::Unknown { word: range(1), known };
    }
    let known = || FORMS.iter().filter(|f| f.places.contains(&place)).map(|f| f.word);
    let starts_value = matches!(first, "when" | "first" | "link" | "not" | "any" | "no" | "each");
    let plain = matches!(kind(1), Some(TokenKind::Word | TokenKind::Text { .. } | TokenKind::Number)) && !starts_value;
    let near = || crate::diag::suggest::nearest(first, known()).is_some();
    let lost = has_block
        || (plain && near())
        || (kind(1).is_none() && !arrowed())
        || (place == Place::Top && !arrowed())
        || place == Place::Example;
    if lost { Found::Unknown { word: range(0), known: known().collect() } } else { line() }
}
