//! What every part of the parser shares: the file, and the list of faults.

use super::fault;
use super::forms::Form;
use crate::diag::{self, Diagnostic};
use crate::source::{FileId, Span, Spanned};
use crate::syntax::ast::Name;
use crate::syntax::grammar::{self, Rule};
use crate::syntax::outline::{Item, Statement};
use pest::iterators::{Pair, Pairs};
use std::collections::HashSet;

pub struct Context<'a> {
    pub file: FileId,
    /// The text as written, for documentation.
    pub text: &'a str,
    /// The text with its comments blanked.
    pub blanked: &'a str,
    /// How many operators the expression being read is inside of.
    pub operators: usize,
    /// Where the statement under the grammar begins in the file.
    pub base: usize,
    pub diagnostics: Vec<Diagnostic>,
    /// How many more there would be.
    pub unsaid: usize,
    /// See [`ast::File`](crate::syntax::ast::File).
    pub lost: Vec<Span>,
    /// Statements that did not parse, by their first byte.
    pub failed: HashSet<usize>,
}

impl<'a> Context<'a> {
    pub fn new(file: FileId, text: &'a str, blanked: &'a str) -> Self {
        Self {
            file,
            text,
            blanked,
            base: 0,
            diagnostics: Vec::new(),
            operators: 0,
            unsaid: 0,
            lost: Vec::new(),
            failed: HashSet::new(),
        }
    }

    pub fn span(&self, pair: &Pair<'_, Rule>) -> Span {
        let span = pair.as_span();
        Span::new(self.file, self.base + span.start(), self.base + span.end())
    }

    pub fn span_of(&self, range: &std::ops::Range<usize>) -> Span {
        Span::new(self.file, range.start, range.end)
    }

    pub fn name(&self, pair: &Pair<'_, Rule>) -> Name {
        Spanned::new(pair.as_str().to_owned(), self.span(pair))
    }

    pub fn head(&self, statement: &Statement) -> &'a str {
        self.blanked.get(statement.head.clone()).unwrap_or("")
    }

    pub fn fail(&mut self, statement: &Statement, diagnostic: Diagnostic) {
        self.lose(statement);
        self.say(diagnostic);
    }

    /// A statement did not parse; that has been said.
    pub fn lose(&mut self, statement: &Statement) {
        if self.failed.insert(statement.head.start) {
            let kept = self.head(statement).starts_with("entity");
            let range = if kept { statement.head.clone() } else { statement.whole() };
            self.lost.push(self.span_of(&range));
        }
    }

    /// Adds a fault, or counts it where there are too many already to keep.
    pub fn say(&mut self, diagnostic: Diagnostic) {
        match self.diagnostics.len() < diag::MOST_OF_A_FILE {
            true => self.diagnostics.push(diagnostic),
            false => self.unsaid += 1,
        }
    }

    /// Parses a statement's head; what is wrong with it is reported here.
    pub fn parse(&mut self, form: &Form, statement: &Statement) -> Option<Pair<'a, Rule>> {
        if statement.broken {
            self.lose(statement);
            return None;
        }
        self.base = statement.head.start;
        match grammar::parse(form.rule, self.head(statement)) {
            Ok(mut pairs) => pairs.next(),
            Err(failure) => {
                let diagnostic = fault::of_statement(self, form, statement, failure);
                self.fail(statement, diagnostic);
                None
            }
        }
    }
}

/// The documentation above the item at `at`: the `///` lines directly before it.
pub fn doc(cx: &Context<'_>, items: &[Item], at: usize) -> String {
    let mut lines: Vec<&str> = items[..at]
        .iter()
        .rev()
        .map_while(|item| match item {
            Item::Comment(range) => cx.text.get(range.clone())?.strip_prefix("///"),
            _ => None,
        })
        .map(|line| line.strip_prefix(' ').unwrap_or(line))
        .collect();
    lines.reverse();
    lines.join("\n")
}

/// The next pair, where the grammar leaves no doubt that there is one.
pub fn next<'i>(pairs: &mut Pairs<'i, Rule>) -> Pair<'i, Rule> {
    pairs.next().expect("the grammar gives the rule this child")
}
