//! The pest parser of single statements, and what its rules are called in messages.

use pest::Parser;
use pest::error::{ErrorVariant, InputLocation};
use pest::iterators::Pairs;
use std::num::NonZeroUsize;

#[derive(pest_derive::Parser)]
#[grammar = "grammar/mapping.pest"]
struct MappingParser;

/// Where and why a statement did not parse; the place is relative to the statement.
#[derive(Debug)]
pub enum Failure {
    Expected {
        at: usize,
        rules: Vec<Rule>,
    },
    /// A limit of the parser was met.
    TooDeep,
    TooLong,
}

/// Rule calls per statement, far above what any real statement needs.
const CALL_LIMIT: usize = 2_000_000;

/// The longest statement in bytes, a hundred times as long as any that somebody wrote: parsing
/// takes some hundred bytes of memory for each of them.
const LONGEST: usize = 50_000;

/// Parses one statement.
pub fn parse(rule: Rule, text: &str) -> Result<Pairs<'_, Rule>, Failure> {
    if text.len() > LONGEST {
        return Err(Failure::TooLong);
    }
    static LIMIT: std::sync::Once = std::sync::Once::new();
    LIMIT.call_once(|| pest::set_call_limit(NonZeroUsize::new(CALL_LIMIT)));
    MappingParser::parse(rule, text).map_err(|error| {
        let at = match error.location {
            InputLocation::Pos(at) => at,
            InputLocation::Span((at, _)) => at,
        };
        match error.variant {
            ErrorVariant::ParsingError { positives, .. } => Failure::Expected { at, rules: positives },
            ErrorVariant::CustomError { .. } => Failure::TooDeep,
        }
    })
}

/// What is expected, for messages: a spelling in backticks, or a kind of thing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Expected {
    Arrow,
    Kind(&'static str),
    Word(String),
    End,
    /// Operators and what else may always follow a value: named only if nothing better is.
    Operator,
}

pub fn expected(rule: Rule) -> Expected {
    let word = |w: &str| Expected::Word(w.to_owned());
    match rule {
        Rule::both | Rule::to_business | Rule::to_severa => Expected::Arrow,
        Rule::EOI => Expected::End,
        Rule::kw_and
        | Rule::kw_or
        | Rule::kw_is
        | Rule::kw_in
        | Rule::kw_not
        | Rule::membership
        | Rule::state
        | Rule::eq
        | Rule::ne
        | Rule::le
        | Rule::ge
        | Rule::lt
        | Rule::gt
        | Rule::plus
        | Rule::minus
        | Rule::star
        | Rule::slash
        | Rule::dot
        | Rule::dots
        | Rule::open_bracket
        | Rule::fallback
        | Rule::or_none
        | Rule::kw_where
        | Rule::first
        | Rule::when_needed
        | Rule::only_if
        | Rule::branch
        | Rule::kw_else => Expected::Operator,
        Rule::open_paren => word("("),
        Rule::close_paren => word(")"),
        Rule::close_bracket => word("]"),
        Rule::open_brace => word("{"),
        Rule::close_brace => word("}"),
        Rule::comma => word(","),
        Rule::colon => word(":"),
        Rule::ident | Rule::name => Expected::Kind("a name"),
        Rule::path | Rule::step => Expected::Kind("a field"),
        Rule::text => Expected::Kind("a text in quotes"),
        Rule::number => Expected::Kind("a number"),
        Rule::side => Expected::Kind("`severa` or `business`"),
        Rule::setting_type | Rule::plain_type | Rule::list_type | Rule::one_of | Rule::of_side => {
            Expected::Kind("a type")
        }
        Rule::outcome => Expected::Kind("`default`, `blank`, `keep`, `hold` or `skip`"),
        Rule::record | Rule::records => Expected::Kind("a record in braces"),
        Rule::part_target => Expected::Kind("`same row` or `business`"),
        Rule::same_row => word("same row"),
        Rule::kept_table => word("from"),
        Rule::given_table => word(":"),
        _ => keyword(rule).map_or(Expected::Kind("a value"), Expected::Word),
    }
}

/// The word that a rule stands for, where it is a word of the language or begins with one.
pub fn keyword(rule: Rule) -> Option<String> {
    match rule {
        Rule::first => Some("first".to_owned()),
        Rule::when_needed | Rule::only_if => Some("only".to_owned()),
        Rule::fallback | Rule::or_none => Some("or".to_owned()),
        _ => format!("{rule:?}").strip_prefix("kw_").map(str::to_owned),
    }
}
