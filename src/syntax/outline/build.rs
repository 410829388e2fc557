//! From tokens to the tree of blocks and statements, with a stack of our own.

use super::scan::{Token, TokenKind};
use super::{Block, Fault, FaultKind, Item, MAX_DEPTH, MAX_LINES, Statement, is_header};
use std::ops::Range;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Braces alone say where blocks end.
    Counting,
    /// Braces are missing or too many: indentation says which.
    Layout,
}

/// A block whose end has not been seen.
struct Open {
    statement: Statement,
    open: usize,
    items: Vec<Item>,
    /// Of the header.
    indent: usize,
    /// Its `{` is there; where it is not, that has been reported.
    braced: bool,
    rows: bool,
}

/// How many faults are kept before those that change nothing are left out.
const MOST_FAULTS: usize = 5_000;

struct Builder<'a> {
    text: &'a str,
    tokens: &'a [Token],
    mode: Mode,
    at: usize,
    stack: Vec<Open>,
    items: Vec<Item>,
    faults: Vec<Fault>,
    /// How many brackets were never closed so far.
    unclosed: usize,
}

pub fn build(text: &str, tokens: &[Token], mode: Mode) -> (Vec<Item>, Vec<Fault>) {
    let (stack, items, faults) = (Vec::new(), Vec::new(), Vec::new());
    let mut b = Builder { text, tokens, mode, at: 0, stack, items, faults, unclosed: 0 };
    while let Some(token) = tokens.get(b.at) {
        match token.kind {
            TokenKind::Newline => b.newline(token),
            TokenKind::Comment => b.comment(token),
            TokenKind::Close(b'}') => b.close(token),
            TokenKind::Comma if b.stack.last().is_some_and(|o| o.rows) => b.at += 1,
            _ => b.statement(token),
        }
    }
    while !b.stack.is_empty() {
        b.pop_unclosed();
    }
    b.faults.sort_by_key(|f| f.at.start);
    (b.items, b.faults)
}

impl<'a> Builder<'a> {
    fn kind(&self, at: usize) -> Option<TokenKind> {
        self.tokens.get(at).map(|t| t.kind)
    }

    fn word(&self, at: usize) -> &'a str {
        self.tokens.get(at).and_then(|t| self.text.get(t.range())).unwrap_or("")
    }

    /// Over how many lines a bracket may stay open. Where many were never closed it gets shorter,
    /// or a file of nothing else would be read a hundred times over.
    fn patience(&self) -> usize {
        (MAX_LINES / (1 + self.unclosed)).max(20)
    }

    fn fault(&mut self, kind: FaultKind, at: Range<usize>) {
        // A file of closing braces has a fault in every byte.
        if self.faults.len() >= MOST_FAULTS && kind == FaultKind::StrayBrace {
            return;
        }
        self.unclosed += usize::from(kind == FaultKind::UnclosedBracket);
        self.faults.push(Fault { kind, at });
    }

    fn current(&mut self) -> &mut Vec<Item> {
        match self.stack.last_mut() {
            Some(open) => &mut open.items,
            None => &mut self.items,
        }
    }

    /// A newline that begins its line is a blank line.
    fn newline(&mut self, token: &Token) {
        self.at += 1;
        if token.first && !matches!(self.current().last(), Some(Item::Blank)) {
            self.current().push(Item::Blank);
        }
    }

    fn comment(&mut self, token: &Token) {
        self.at += 1;
        let range = token.range();
        if !token.first {
            // Behind a `{`, a statement or a `}`: whichever came last on this line.
            let line_start = self.text[..range.start].rfind('\n').map_or(0, |i| i + 1);
            if let Some(open) = self.stack.last_mut()
                && open.items.is_empty()
                && open.open >= line_start
                && open.statement.trailing.is_none()
            {
                open.statement.trailing = Some(range);
                return;
            }
            if let Some(Item::Statement(last)) = self.current().last_mut() {
                let slot = match &mut last.block {
                    Some(block) => &mut block.trailing,
                    None => &mut last.trailing,
                };
                if slot.is_none() {
                    *slot = Some(range);
                    return;
                }
            }
        }
        self.current().push(Item::Comment(range));
    }

    fn pop(&mut self, close: Option<usize>) {
        if let Some(mut open) = self.stack.pop() {
            let behind = if close.is_none() { self.not_inside(&mut open) } else { Vec::new() };
            open.statement.block = Some(Block { open: open.open, close, items: open.items, trailing: None });
            self.current().push(Item::Statement(open.statement));
            self.current().extend(behind);
        }
    }

    /// The comments at the end of a block without an end that, by their indentation, are about
    /// what comes next.
    fn not_inside(&self, open: &mut Open) -> Vec<Item> {
        let outside = |item: &Item| match item {
            Item::Comment(range) => {
                let line = self.text[..range.start].rfind('\n').map_or(0, |i| i + 1);
                let before = &self.text[line..range.start];
                before.trim().is_empty() && super::scan::columns(before) <= open.indent
            }
            Item::Blank => true,
            Item::Statement(_) => false,
        };
        let behind = open.items.iter().rev().take_while(|item| outside(item)).count();
        let behind = open.items.split_off(open.items.len() - behind);
        if behind.iter().all(|item| matches!(item, Item::Blank)) { Vec::new() } else { behind }
    }

    fn pop_unclosed(&mut self) {
        if let Some(open) = self.stack.last()
            && open.braced
        {
            let at = open.open;
            self.fault(FaultKind::UnclosedBrace, at..at + 1);
        }
        self.pop(None);
    }

    fn close(&mut self, token: &Token) {
        self.at += 1;
        if self.mode == Mode::Layout && token.first {
            let next = self.next_significant(self.at);
            let deeper_next = next.is_some_and(|t| t.indent() > token.indent() && t.kind != TokenKind::Close(b'}'));
            let known = self.stack.iter().any(|o| o.indent == token.indent());
            let top = self.stack.last().map(|o| o.indent);
            if top.is_some_and(|top| deeper_next || (!known && token.indent() > top)) {
                return self.fault(FaultKind::StrayBrace, token.range());
            }
            if known {
                while self.stack.last().is_some_and(|o| o.indent != token.indent()) {
                    self.pop_unclosed();
                }
            }
        }
        if self.stack.is_empty() {
            return self.fault(FaultKind::StrayBrace, token.range());
        }
        self.pop(Some(token.start()));
    }

    /// The next token that is neither a comment nor a newline.
    fn next_significant(&self, from: usize) -> Option<&'a Token> {
        self.tokens.get(from..)?.iter().find(|t| !matches!(t.kind, TokenKind::Newline | TokenKind::Comment))
    }

    fn statement(&mut self, token: &Token) {
        if self.mode == Mode::Layout && token.first {
            while self.stack.last().is_some_and(|o| o.indent >= token.indent()) {
                self.pop_unclosed();
            }
        }
        let head = read_head(self, token);
        self.at = head.next;
        let mut statement = Statement {
            head: token.start()..head.end,
            inner: head.inner,
            trailing: None,
            block: None,
            broken: head.broken,
        };
        let rows = self.word_is_table(token);
        let opened = match head.open {
            Some(open) => Some((open, true)),
            None if head.header && !head.broken => {
                self.fault(FaultKind::MissingBrace, head.end..head.end);
                let inside = self.next_significant(self.at);
                inside.is_some_and(|t| t.indent() > token.indent()).then_some((head.end, false))
            }
            None => None,
        };
        match opened {
            Some((open, _)) if self.stack.len() >= MAX_DEPTH => {
                // Everything from here on is one broken statement.
                self.fault(FaultKind::TooDeep, open..open + 1);
                statement.broken = true;
                statement.head.end = self.text.trim_end().len();
                self.at = self.tokens.len();
                self.current().push(Item::Statement(statement));
            }
            Some((open, braced)) => {
                self.stack.push(Open { statement, open, items: Vec::new(), indent: token.indent(), braced, rows });
            }
            None => self.current().push(Item::Statement(statement)),
        }
    }

    fn word_is_table(&self, token: &Token) -> bool {
        let mut words = self.text[token.start()..].split_whitespace();
        match words.next() {
            Some("table") => true,
            Some("change") => words.next() == Some("table"),
            _ => false,
        }
    }
}

/// What [`read_head`] found.
struct Head {
    end: usize,
    /// The token after the head, its block's `{` or its comma.
    next: usize,
    inner: Vec<Range<usize>>,
    open: Option<usize>,
    header: bool,
    broken: bool,
}

/// Reads one statement from `self.at` up to its block or its end.
fn read_head(b: &mut Builder<'_>, start: &Token) -> Head {
    let header = is_header(b.word(b.at), b.word(b.at + 1));
    let rows = b.stack.last().is_some_and(|o| o.rows);
    let mut head = Head { end: start.end(), next: b.at, inner: Vec::new(), open: None, header, broken: false };
    // Open brackets, with their place among the tokens.
    let mut brackets: Vec<(u8, usize)> = Vec::new();
    let mut comments = Vec::new();
    let mut at = b.at;
    let mut lines = 0;
    let unclosed = loop {
        let Some(token) = b.tokens.get(at) else { break !brackets.is_empty() };
        match token.kind {
            TokenKind::Comment => comments.push(token.range()),
            TokenKind::Newline => {
                lines += 1;
                if head.broken && brackets.is_empty() {
                    break false;
                }
                if lines > b.patience() && !brackets.is_empty() {
                    break true;
                }
                match goes_on(b, at, start, brackets.is_empty(), rows) {
                    Next::GoesOn => {}
                    Next::Ends => break false,
                    Next::Cut => break true,
                }
            }
            TokenKind::Close(b'}') if brackets.is_empty() => break false,
            TokenKind::Comma if rows && brackets.is_empty() => {
                at += 1;
                break false;
            }
            TokenKind::Open(b'{') if brackets.is_empty() && opens_block(b, at, header) => {
                head.open = Some(token.start());
                at += 1;
                break false;
            }
            kind => {
                // Comments before this token lie inside the statement.
                head.inner.append(&mut comments);
                head.end = token.end();
                match kind {
                    TokenKind::Open(c) => brackets.push((c, at)),
                    TokenKind::Close(c) => match brackets.last() {
                        Some((open, _)) if pairs(*open, c) => {
                            brackets.pop();
                        }
                        Some(_) => break true,
                        None => {}
                    },
                    TokenKind::Text { closed: false } => {
                        b.fault(FaultKind::UnclosedText, token.range());
                        head.broken = true;
                        brackets.clear();
                    }
                    _ => {}
                }
                if brackets.len() == MAX_DEPTH + 1 && !head.broken {
                    b.fault(FaultKind::TooDeep, token.range());
                    head.broken = true;
                }
            }
        }
        at += 1;
    };
    head.next = at;
    if unclosed {
        cut(b, &mut head, &brackets);
    } else {
        // A comment at the end is found again by the caller, as trailing.
        while head.next > b.at && comments.last().is_some_and(|c| b.tokens[head.next - 1].range() == *c) {
            comments.pop();
            head.next -= 1;
        }
    }
    head
}

/// Ends a statement with the line on which a bracket was opened and never closed.
fn cut(b: &mut Builder<'_>, head: &mut Head, brackets: &[(u8, usize)]) {
    let tokens = b.tokens;
    let Some(&(_, first)) = brackets.first() else { return };
    let ends = |t: &Token| matches!(t.kind, TokenKind::Newline | TokenKind::Comment);
    let line_end = tokens[first..].iter().position(ends).map_or(tokens.len(), |length| first + length);
    // Of those open at the line's end the innermost is the likeliest; later lines are read anew.
    let opened = brackets.iter().map(|(_, at)| *at).take_while(|at| *at < line_end).last().unwrap_or(first);
    if !head.broken {
        b.fault(FaultKind::UnclosedBracket, tokens[opened].range());
    }
    head.broken = true;
    head.open = None;
    head.end = tokens[line_end - 1].end();
    head.next = line_end;
    let inside = |t: &&Token| t.kind == TokenKind::Comment;
    head.inner = tokens[b.at..line_end].iter().filter(inside).map(Token::range).collect();
}

enum Next {
    GoesOn,
    Ends,
    /// It ends although a bracket is open.
    Cut,
}

/// Whether a statement goes on behind the newline at `at`.
fn goes_on(b: &Builder<'_>, at: usize, start: &Token, closed: bool, rows: bool) -> Next {
    let mut next = at + 1;
    while b.kind(next) == Some(TokenKind::Comment) && b.kind(next + 1) == Some(TokenKind::Newline) {
        next += 2;
    }
    let Some(token) = b.tokens.get(next) else {
        return if closed { Next::Ends } else { Next::GoesOn };
    };
    if !closed {
        let kept = b.mode == Mode::Counting
            || token.indent() > start.indent()
            // One further to the left than the statement closes what the statement stands in.
            || (token.indent() == start.indent() && matches!(token.kind, TokenKind::Close(_)))
            || matches!(token.kind, TokenKind::Newline | TokenKind::Comment);
        return if kept { Next::GoesOn } else { Next::Cut };
    }
    let begins_on = match token.kind {
        TokenKind::Arrow => true,
        TokenKind::Word => match b.word(next) {
            "and" | "or" | "when" | "where" => !is_line(b, next),
            "else" => !rows,
            "only" => b.word(next + 1) == "when",
            _ => false,
        },
        _ => false,
    };
    let mut last = at;
    while last > b.at && matches!(b.kind(last), Some(TokenKind::Newline | TokenKind::Comment)) {
        last -= 1;
    }
    let ends_on = match b.kind(last) {
        Some(TokenKind::Arrow) => true,
        Some(TokenKind::Comma) => !rows,
        Some(TokenKind::Word) => matches!(b.word(last), "and" | "or"),
        _ => false,
    };
    let ends_on =
        ends_on && token.indent() > start.indent() && !matches!(token.kind, TokenKind::Newline | TokenKind::Comment);
    if begins_on || ends_on { Next::GoesOn } else { Next::Ends }
}

/// The word at `at` is a field with an arrow behind it, whatever else it means.
fn is_line(b: &Builder<'_>, at: usize) -> bool {
    b.kind(at + 1) == Some(TokenKind::Arrow)
}

/// Whether the `{` at `at` opens a block; otherwise it is a bracket of the statement.
fn opens_block(b: &Builder<'_>, at: usize, header: bool) -> bool {
    if header {
        return true;
    }
    let last_of_line = matches!(b.kind(at + 1), None | Some(TokenKind::Newline | TokenKind::Comment));
    if !last_of_line || at == b.at || matches!(b.word(b.at), "severa" | "business") {
        return false;
    }
    // An unknown word with a block: `entty Customer {`.
    matches!(b.kind(at - 1), Some(TokenKind::Word | TokenKind::Text { .. } | TokenKind::Close(_) | TokenKind::Number))
}

fn pairs(open: u8, close: u8) -> bool {
    matches!((open, close), (b'(', b')') | (b'[', b']') | (b'{', b'}'))
}
