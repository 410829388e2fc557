//! What went wrong, in the user's words.

mod habits;

use super::context::Context;
use super::forms::{FORMS, Form, Place};
use crate::diag::codes::syntax::*;
use crate::diag::suggest::{nearest, suggestion};
use crate::diag::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::grammar::{Expected, Failure, Rule, expected, keyword};
use crate::syntax::outline::scan::{Token, TokenKind, scan};
use crate::syntax::outline::{Fault, FaultKind, MAX_DEPTH, Statement};

const ARROWS: &str = "`<->`, `->` or `<-`";

/// A fault of the outline.
pub fn of_outline(cx: &Context<'_>, fault: &Fault) -> Diagnostic {
    let span = cx.span_of(&fault.at);
    let written = cx.blanked.get(fault.at.clone()).unwrap_or("");
    match fault.kind {
        FaultKind::UnclosedBrace => Diagnostic::new(UNCLOSED_BRACE, "this `{` is never closed", span, "opened here")
            .help("write a `}` on a line of its own at the end of the block"),
        FaultKind::StrayBrace => Diagnostic::new(STRAY_BRACE, "this `}` closes nothing", span, "one too many")
            .help("remove it, or write the `{` it belongs to"),
        FaultKind::MissingBrace => Diagnostic::new(MISSING_BRACE, "expected `{`", span, "the block begins here")
            .help("write `{` at the end of this line and `}` at the end of the block"),
        FaultKind::UnclosedBracket => {
            let close = match written {
                "[" => "]",
                "{" => "}",
                _ => ")",
            };
            Diagnostic::new(UNCLOSED_BRACKET, format!("this `{written}` is never closed"), span, "opened here")
                .help(format!("write the `{close}` that belongs to it"))
        }
        FaultKind::UnclosedText => Diagnostic::new(
            UNCLOSED_TEXT,
            "this text has no closing quote",
            span,
            "begins here and runs to the line's end",
        )
        .help("write `\"` where the text ends"),
        FaultKind::TooDeep => Diagnostic::new(
            TOO_DEEP,
            format!("more than {MAX_DEPTH} brackets or blocks inside one another"),
            span,
            "the limit is met here",
        )
        .help("give a part of it a line of its own"),
    }
}

/// Words that begin nothing where they stand.
pub fn unknown(cx: &Context<'_>, statement: &Statement, word: std::ops::Range<usize>, known: &[&str]) -> Diagnostic {
    let head = cx.head(statement);
    let start = statement.head.start;
    let span = Span::new(cx.file, start + word.start, start + word.end);
    let written = head.get(word.clone()).unwrap_or("");
    let before = head.get(..word.start).unwrap_or("").trim();
    let message = match (before, written) {
        ("", _) => format!("`{written}` begins no statement"),
        (_, "") => format!("expected {} after `{before}`", any_of(known)),
        _ => format!("expected {} after `{before}`, found `{written}`", any_of(known)),
    };
    let diagnostic = Diagnostic::new(UNKNOWN_STATEMENT, message, span, "not known here");
    if let Some(near) = suggestion(written, span, known.iter().copied()) {
        return diagnostic.suggest(near);
    }
    let help = match before {
        "" if known.len() > 6 => {
            "a statement begins with a word such as `entity` or `match`, or is a line such as `name <-> fit(80) <-> Nm`"
                .to_owned()
        }
        _ => format!("write {}", any_of(known)),
    };
    diagnostic.help(help)
}

fn any_of(words: &[&str]) -> String {
    let mut words: Vec<String> = words.iter().map(|w| format!("`{w}`")).collect();
    words.sort();
    words.dedup();
    one_of(&words)
}

fn one_of(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// A statement that stands where it has no meaning.
pub fn misplaced(cx: &Context<'_>, statement: &Statement, form: &Form, place: Place) -> Diagnostic {
    let what = if form.word.is_empty() {
        "a line with arrows".to_owned()
    } else {
        format!("`{}`", [form.word, form.second].join(" ").trim_end())
    };
    let places: Vec<String> = form.places.iter().map(|p| p.named().to_owned()).collect();
    Diagnostic::new(
        MISPLACED_STATEMENT,
        format!("{what} has no meaning {}", place.named()),
        cx.span_of(&statement.head),
        "does not belong here",
    )
    .help(format!("it belongs {}", one_of(&places)))
}

/// A statement that the grammar did not accept.
pub fn of_statement(cx: &Context<'_>, form: &Form, statement: &Statement, failure: Failure) -> Diagnostic {
    let head = cx.head(statement);
    let (at, rules) = match failure {
        Failure::Expected { at, rules } => (at, rules),
        Failure::TooDeep => {
            let span = cx.span_of(&statement.head);
            return Diagnostic::new(TOO_DEEP, "this statement is nested too deeply", span, "too much in one statement")
                .help("give a part of it a line of its own");
        }
        Failure::TooLong => {
            let span = cx.span_of(&statement.head);
            return Diagnostic::new(
                TOO_DEEP,
                "this statement is too long to be meant",
                span,
                "all of this is one statement",
            )
            .help("close what is open in it, or give a part of it a line of its own: long lists of values are tables");
        }
    };
    // Blanks before the place belong to no one: the fault is at the next token, or at the end.
    let tokens = scan(head);
    let token = tokens.iter().find(|t| t.end() > at && t.kind != TokenKind::Newline);
    let range = token.map_or(head.len()..head.len(), Token::range);
    let found = head.get(range.clone()).unwrap_or("");
    let start = statement.head.start;
    let span = Span::new(cx.file, start + range.start, start + range.end);

    let (code, wanted) = wanted(&rules, form);
    let arrow = code == MISSING_ARROW;
    let rest = head.get(range.start..).unwrap_or("");
    if let Some(diagnostic) = habit(found, rest, span, arrow) {
        let fixes = habits::mend(head, range.start, span, arrow).into_iter();
        return fixes.fold(diagnostic, Diagnostic::offer);
    }
    let words: Vec<String> = rules.iter().filter_map(|rule| keyword(*rule)).collect();
    let words = || words.iter().map(String::as_str);
    if let Some(near) = nearest(found, words()).filter(|near| *near != found)
        && let Some(suggestion) = suggestion(found, span, words())
    {
        let message = format!("expected `{near}`, found `{found}`");
        return Diagnostic::new(UNEXPECTED_WORD, message, span, "not expected here").suggest(suggestion);
    }
    let message = match found {
        "" => format!("expected {wanted} at the end of the line"),
        _ => format!("expected {wanted}, found `{found}`"),
    };
    let label = if found.is_empty() { "something is missing here" } else { "not expected here" };
    Diagnostic::new(code, message, span, label).help(format!("write it as in `{}`", form.sample))
}

/// Spellings from other languages and from word processors.
fn habit(found: &str, rest: &str, span: Span, arrow: bool) -> Option<Diagnostic> {
    let c = found.chars().next()?;
    let odd = match c {
        '“' | '”' | '„' | '‘' | '’' | '«' | '»' | '\'' | '`' => Some("write a plain quote, `\"`"),
        '–' | '—' | '−' => Some("write a plain hyphen, `-`"),
        '→' => Some("write `->`"),
        '←' => Some("write `<-`"),
        '↔' => Some("write `<->`"),
        '≠' => Some("write `!=`"),
        '≤' => Some("write `<=`"),
        '≥' => Some("write `>=`"),
        '…' => Some("write what the three dots stand for"),
        c if c.is_whitespace() => Some("write a plain blank; this one comes from a word processor or a web page"),
        c if c.is_control() => Some("remove it"),
        c if !c.is_ascii() && !c.is_alphanumeric() => Some("write the name with letters, digits and `_`"),
        _ => None,
    };
    if let Some(help) = odd {
        let shown = if c.is_control() || c.is_whitespace() { format!("U+{:04X}", u32::from(c)) } else { c.to_string() };
        let message = format!("the character `{shown}` means nothing here");
        return Some(Diagnostic::new(ODD_CHARACTER, message, span, "not a character of the language").help(help));
    }
    let (wrong, right) =
        [("==", "="), ("<>", "!="), ("&&", "and"), ("||", "or"), ("=>", "->"), ("!", "not"), (";", "a new line")]
            .into_iter()
            .find(|(wrong, _)| rest.starts_with(wrong) && !rest.starts_with("!="))?;
    let right = if arrow && wrong == "<>" { "<->" } else { right };
    let span = Span { end: span.start + wrong.len() as u32, ..span };
    let right = if right.contains(' ') { right.to_owned() } else { format!("`{right}`") };
    Some(
        Diagnostic::new(UNEXPECTED_WORD, format!("`{wrong}` means nothing here"), span, "not known")
            .help(format!("write {right}")),
    )
}

/// What would have been right, shortest first.
fn wanted(rules: &[Rule], form: &Form) -> (Code, String) {
    let mut all: Vec<Expected> = rules.iter().map(|r| expected(*r)).collect();
    all.sort();
    all.dedup();
    if all.contains(&Expected::Arrow) && !all.iter().any(|e| matches!(e, Expected::Kind(_))) {
        return (MISSING_ARROW, ARROWS.to_owned());
    }
    // A value may begin in many ways: one phrase stands for all of them.
    let value = all.contains(&Expected::Kind("a value"));
    let mut words: Vec<String> = all
        .iter()
        .filter_map(|e| match e {
            Expected::Kind(kind)
                if value && matches!(*kind, "a field" | "a name" | "a number" | "a text in quotes") =>
            {
                None
            }
            Expected::Word(_) if value => None,
            Expected::Kind(kind) => Some((*kind).to_owned()),
            Expected::Word(word) => Some(format!("`{word}`")),
            Expected::Arrow if !value => Some(ARROWS.to_owned()),
            _ => None,
        })
        .collect();
    if words.is_empty() {
        if all.contains(&Expected::Arrow) {
            return (MISSING_ARROW, ARROWS.to_owned());
        }
        let nothing = if form.places.is_empty() { "nothing more" } else { "the end of the statement" };
        words.push(nothing.to_owned());
    }
    (UNEXPECTED_WORD, one_of(&words))
}

/// The header that a misspelt word was most likely meant to be.
pub fn meant(word: &str, place: Place) -> Option<&'static Form> {
    let headers = ["entity", "part", "table", "change", "on", "only", "example", "edition", "mapping"];
    let near = nearest(word, headers)?;
    FORMS.iter().find(|f| f.word == near && f.places.contains(&place))
}
