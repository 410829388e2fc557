//! An entity's or part's statements, compiled one by one; a faulty one is left out and told.

use super::condition::Reader;
use super::entity::{self, Active};
use super::facts::{Compiled, Facts, LineFact, PairFact, Places};
use super::line::{self, Place};
use super::own::scope_of;
use super::pairing::{self, identity, match_rule};
use super::scope::{Globals, Records};
use super::statements::{self, filter, master, number_columns};
use super::{branches, part, rows};
use crate::diag::codes::{names, records as codes};
use crate::diag::{self, Diagnostic};
use crate::program::entity::Label;
use crate::program::{Conflict, Entity, Line};
use crate::schema::Record;
use crate::source::Span;
use crate::syntax::ast::{self, Arrow, PartTarget, Statement};
use crate::value::Side;
use std::sync::Arc;

/// What the statements of one body have come to so far.
pub struct Body<'b, 'a> {
    pub globals: &'b Globals<'a>,
    /// As in messages: `Customer`, `Customer.Contact`.
    pub name: &'b str,
    /// Whose settings and tables come before the mapping's: the entity's, also in its parts.
    pub settings: &'b str,
    pub direction: Arrow,
    pub arrow: Span,
    pub severa: Records<'a>,
    pub business: Records<'a>,
    pub entity: Entity,
    pub lines: Vec<LineFact>,
    pub pairs: Vec<PairFact>,
    /// It has a match line, be it faulty.
    pub matching: bool,
    pub children: Vec<Compiled>,
    pub places: Places,
}

/// Compiles an entity.
pub fn compile<'a>(
    globals: &Globals<'a>,
    def: &Active<'a>,
    after: Vec<usize>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Compiled {
    let name = def.name.value.as_str();
    let mut severa = Records::new(globals.schemas, Side::Severa, def.severa.0, def.severa.1);
    let mut business = Records::new(globals.schemas, Side::Business, def.business.0, def.business.1);
    ask_for_keys([&mut severa, &mut business]);
    let mut entity = Entity::bare();
    entity.name = name.to_owned();
    entity.title = def.severa.0.title.clone();
    entity.after = after;
    let (left, right) = (def.systems.severa.condition.as_ref(), def.systems.business.condition.as_ref());
    let own = scope_of(globals, name, &mut severa, left, None, diagnostics);
    (entity.constants_severa, entity.own_severa) = (own.constants, own.rest);
    let own = scope_of(globals, name, &mut business, right, None, diagnostics);
    (entity.constants_business, entity.own_business) = (own.constants, own.rest);
    let mut body = Body {
        globals,
        name,
        settings: name,
        direction: def.systems.arrow.value,
        arrow: def.systems.arrow.span,
        severa,
        business,
        entity,
        lines: Vec::new(),
        pairs: Vec::new(),
        matching: false,
        children: Vec::new(),
        places: Places::new(def),
    };
    body.statements(&def.body, diagnostics);
    body.finish(def.systems.span, diagnostics).0
}

/// The keys of both records are always asked for.
pub fn ask_for_keys<'a>(records: [&mut Records<'a>; 2]) {
    for records in records {
        if let Some(key) = records.record.key_column(records.index) {
            records.slot(&key);
        }
    }
}

impl<'a> Body<'_, 'a> {
    /// All statements of the body, lines before what refers to them.
    pub fn statements(&mut self, flat: &[&Statement], diagnostics: &mut Vec<Diagnostic>) {
        self.entity.direction = self.direction;
        repeated(flat, diagnostics);
        for statement in flat.iter().copied() {
            if let Statement::Number { columns, by, span } = statement {
                self.places.number = Some(*span);
                let records = &mut self.business;
                let found = number_columns(
                    self.globals,
                    self.settings,
                    records,
                    self.direction,
                    columns,
                    by,
                    *span,
                    diagnostics,
                );
                // What a layer makes pointless by another arrow is told as such.
                for fault in diagnostics.iter_mut().filter(|d| d.code == codes::NUMBER_DIRECTION) {
                    if fault.span() == Some(*span) && fault.labels.len() == 1 {
                        fault.labels.push(diag::Label { span: self.arrow, text: "one way".to_owned() });
                    }
                }
                match by.value.as_str() {
                    "position" => self.entity.positions.extend(found),
                    _ => self.entity.numbers.extend(found),
                }
            }
        }
        for statement in flat.iter().copied() {
            self.statement(statement, diagnostics);
        }
        branches::check(self, flat, diagnostics);
        // A match compares as the lines carry, so it comes after them.
        for statement in flat.iter().copied() {
            if let Statement::Match { pairs, span } = statement {
                self.matching(pairs, *span, diagnostics);
            }
        }
        // Parts with rows of their own may refer to anything of the record above.
        for statement in flat.iter().copied() {
            if let Statement::Part(written) = statement
                && matches!(written.target, PartTarget::Record(_))
                && let Some(child) = rows::compile(self, written, diagnostics)
            {
                self.children.push(child);
            }
        }
    }

    fn statement(&mut self, statement: &Statement, diagnostics: &mut Vec<Diagnostic>) {
        let (globals, settings) = (self.globals, self.settings);
        match statement {
            Statement::Line(written) => self.line(written, false, diagnostics),
            Statement::OnCreate { lines, .. } => {
                for written in lines {
                    self.line(written, true, diagnostics);
                }
            }
            Statement::Part(written) => {
                if matches!(written.target, PartTarget::SameRow(_)) {
                    self.same_row(written, diagnostics);
                }
            }
            Statement::Identity { left, within, right, span } => {
                self.places.identity = Some(*span);
                self.entity.identity_origin = line::origin(globals, *span);
                let found = identity(self, left, *within, right, diagnostics);
                match found {
                    Some(pairing::Identity::Column(slot)) => self.entity.identity = Some(slot),
                    Some(pairing::Identity::Mark(mark)) => self.entity.mark = Some(mark),
                    None => {}
                }
            }
            Statement::Master { value, span } => {
                self.places.master = Some(*span);
                self.places.master_fixed = matches!(value.value.as_str(), "severa" | "business");
                if self.direction == Arrow::Both {
                    self.entity.master = master(globals, settings, value, diagnostics);
                    return;
                }
                let message = format!("`{}` goes one way, so its source rules", self.name);
                diagnostics.push(
                    Diagnostic::new(codes::MASTER_ONE_WAY, message, *span, "no master is needed")
                        .also(self.arrow, "one way")
                        .fix("remove the line", *span, ""),
                );
            }
            Statement::Conflict { policy, span } => {
                self.places.conflict = Some(*span);
                match policy.value.as_str() {
                    "newest" => self.entity.conflict = Conflict::Newest,
                    "severa" => self.entity.conflict = Conflict::Side(Side::Severa),
                    "business" => self.entity.conflict = Conflict::Side(Side::Business),
                    "hold" => self.entity.conflict = Conflict::Hold,
                    other => {
                        let message = format!("there is no conflict policy `{other}`");
                        diagnostics.push(
                            Diagnostic::new(codes::BAD_POLICY, message, policy.span, "unknown")
                                .help("the policies are `newest`, `severa`, `business` and `hold`"),
                        );
                    }
                }
            }
            Statement::Send(send) => self.send(send, diagnostics),
            Statement::Hold { condition, reason, .. } => {
                let mut reader =
                    Reader { globals, entity: settings, records: &mut self.severa, part: None, diagnostics };
                if let Some(condition) = reader.condition(condition) {
                    self.entity.holds.push((condition, reason.value.clone()));
                }
            }
            Statement::Failure { field, value, span } => {
                self.entity.failure = statements::failure(self, field, value, *span, diagnostics);
            }
            Statement::ChangePart { span, .. } | Statement::Drop { span, .. } => {
                let what = if matches!(statement, Statement::Drop { .. }) { "drop" } else { "change part" };
                let message = format!("`{what}` stands outside a change");
                diagnostics.push(
                    Diagnostic::new(codes::CHANGE_OUTSIDE, message, *span, "nothing stands below to change")
                        .help("it belongs into `change entity NAME { … }` of a mapping that extends another"),
                );
            }
            Statement::Systems(_)
            | Statement::Setting(_)
            | Statement::Table(_)
            | Statement::Number { .. }
            | Statement::Match { .. }
            | Statement::OnlyIf { .. } => {}
        }
    }

    fn place(&self) -> (Vec<String>, Arrow) {
        (
            self.entity.numbers.iter().chain(&self.entity.positions).map(|(name, _)| name.clone()).collect(),
            self.direction,
        )
    }

    fn line(&mut self, written: &ast::Line, on_create: bool, diagnostics: &mut Vec<Diagnostic>) {
        let (numbers, direction) = self.place();
        let place =
            Place { settings: self.settings, direction, part: None, part_name: None, on_create, numbers: &numbers };
        let found = line::compile(self.globals, &place, &mut self.severa, &mut self.business, written, diagnostics);
        self.add(found);
    }

    fn add(&mut self, found: Option<(Line, LineFact)>) {
        if let Some((line, fact)) = found {
            self.entity.lines.push(line);
            self.lines.push(fact);
        }
    }

    fn same_row(&mut self, written: &ast::Part, diagnostics: &mut Vec<Diagnostic>) {
        let Some(mut open) = part::open(self.globals, self.settings, &mut self.severa, written, diagnostics) else {
            return;
        };
        let number = self.entity.parts.len();
        let (numbers, direction) = self.place();
        let place = Place {
            settings: self.settings,
            direction,
            part: Some(number),
            part_name: Some(&written.name.value),
            on_create: false,
            numbers: &numbers,
        };
        let mut flat = Vec::new();
        entity::flatten(self.globals.settings, self.settings, &written.body, &mut flat);
        let mut found = Vec::new();
        for statement in flat.iter().copied() {
            match statement {
                Statement::Line(written) => {
                    let records = &mut open.records;
                    found.push(line::compile(self.globals, &place, records, &mut self.business, written, diagnostics));
                }
                other => {
                    if let Some((span, what)) = statements::described(other) {
                        let message = format!("{what} has no place in a part of the same row");
                        diagnostics.push(
                            Diagnostic::new(codes::SAME_ROW_STATEMENT, message, span, "here")
                                .also(written.name.span, "its records lie on the row of the record above")
                                .help("a part of the same row holds lines only; put the statement into the entity"),
                        );
                    }
                }
            }
        }
        found.into_iter().for_each(|line| self.add(line));
        let part = open.close(&mut self.severa);
        self.entity.parts.push(part);
    }

    fn matching(&mut self, pairs: &[(ast::Expr, ast::Expr)], span: Span, diagnostics: &mut Vec<Diagnostic>) {
        self.matching = true;
        let rule = self.entity.matches.len();
        if let Some((found, facts)) = match_rule(self, rule, pairs, span, diagnostics) {
            self.entity.matches.push(found);
            self.pairs.extend(facts);
        }
    }

    fn send(&mut self, send: &ast::Send, diagnostics: &mut Vec<Diagnostic>) {
        self.entity.once |= send.once;
        self.entity.only_when_needed |= send.only_when_needed;
        let side = send.side.value;
        // What a layer narrows is told there.
        let narrowed = send.condition.as_ref().filter(|condition| condition.span.file != send.span.file);
        let place = Some(narrowed.map_or(send.span, |condition| condition.span));
        match side {
            Side::Severa => self.places.send_severa = place,
            Side::Business => self.places.send_business = place,
        }
        let sends = match side {
            Side::Severa => self.direction != Arrow::ToSevera,
            Side::Business => self.direction != Arrow::ToBusiness,
        };
        if !sends {
            let message = format!("nothing is sent from {}", side.title());
            diagnostics.push(
                Diagnostic::new(codes::FILTER_DIRECTION, message, send.span, "this filter has no effect")
                    .also(self.arrow, "one way"),
            );
            return;
        }
        let Some(condition) = &send.condition else { return };
        let records = if side == Side::Severa { &mut self.severa } else { &mut self.business };
        let found = filter(self.globals, self.settings, records, condition, diagnostics);
        if found.is_none() && !crate::diag::has_errors(diagnostics) {
            // Without its filter everything would be sent: that must never pass without a word.
            let message = "this condition cannot be decided";
            diagnostics.push(Diagnostic::new(codes::NOT_A_CONDITION, message, condition.span, "no condition"));
        }
        match side {
            Side::Severa => self.entity.send_severa = found,
            Side::Business => self.entity.send_business = found,
        }
    }

    /// Closes the body; the records of both sides come back for the record above.
    pub fn finish(
        mut self,
        written: Span,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> (Compiled, [Option<Box<Records<'a>>>; 2]) {
        let entity = &mut self.entity;
        entity.origin = line::origin(self.globals, written);
        // A piece of a text has no identifier of its own: it is found by its place among the others.
        let of_pieces = entity.owner.as_ref().is_some_and(|owner| owner.pieces.is_some());
        let placed = of_pieces && !entity.positions.is_empty();
        // What was meant to be one, and is faulty, is told already.
        let meant = self.places.identity.is_some() || self.matching;
        if entity.identity.is_none() && entity.mark.is_none() && entity.matches.is_empty() && !placed && !meant {
            let help = match of_pieces {
                true => "give it `number COLUMN by position`: a piece is found by its place among the others",
                false => "give it `identity guid -> Inf[n]` or `match number = … and name = …`",
            };
            let message = format!("`{}` has neither identity nor match keys", self.name);
            diagnostics.push(
                Diagnostic::new(codes::NO_PAIRING, message, self.places.name, "how is a record found again?")
                    .help(help),
            );
        }
        let (records, fields) = match self.direction {
            Arrow::ToSevera => (&mut self.business, ["ValDt", "VoDt"]),
            _ => (&mut self.severa, ["eventDate", "date"]),
        };
        let dated = fields.iter().find_map(|name| records.record.column(name, None, records.index));
        let dated = dated.filter(|_| self.direction != Arrow::Both && entity.owner.is_none());
        entity.dated = dated.map(|column| (records.side, records.slot(&column)));
        entity.label_severa = label(&mut self.severa);
        entity.label_business = label(&mut self.business);
        entity.required_severa = required(self.severa.record);
        entity.required_business = required(self.business.record);
        entity.severa = self.severa.select;
        entity.business = self.business.select;
        entity.children = self.children.iter().map(|child| child.entity.clone()).collect();
        let (lines, pairs) = (self.lines, self.pairs);
        let facts = Facts { lines, pairs, children: self.children, places: self.places };
        let compiled = Compiled { entity: Arc::new(self.entity), facts: Arc::new(facts) };
        (compiled, [self.severa.owner, self.business.owner])
    }
}

fn required(record: &Record) -> Vec<String> {
    record.fields.iter().filter(|f| f.required).map(|f| f.name.clone()).collect()
}

/// By what people know a record: its number or code, and its name.
fn label(records: &mut Records) -> Label {
    // A part's row may hold its owner's numbers beside its own.
    let own: &[&str] = if records.owner.is_some() { &["ActNo", "AdNo"] } else { &[] };
    let mut slot = |name: &str| records.record.column(name, None, records.index).map(|column| records.slot(&column));
    let known = ["number", "code", "RNo", "CustNo", "EmpNo", "PK", "OrdNo", "ProdNo", "PrCatNo", "VoNo"];
    let key = own.iter().copied().chain(known).find_map(&mut slot);
    let name = match (slot("firstName"), slot("lastName")) {
        (Some(first), Some(last)) => vec![first, last],
        _ => ["name", "Nm", "Descr", "addressline", "customer.name", "Txt1", "Txt", "description"]
            .into_iter()
            .find_map(&mut slot)
            .into_iter()
            .collect(),
    };
    // An associate is one of several roles; which number counts follows from the scope.
    let scoped =
        ["CustNo", "EmpNo", "SupNo"].into_iter().find(|name| records.select.scope.iter().any(|c| c.field == *name));
    let key = scoped.and_then(|name| records.select.slot(name)).or(key);
    Label { key, name }
}

/// What an entity or part says once, and parts of one name.
fn repeated(flat: &[&Statement], diagnostics: &mut Vec<Diagnostic>) {
    let mut said: Vec<(String, Span)> = Vec::new();
    for statement in flat {
        let (what, span) = match statement {
            Statement::Identity { span, .. } => ("identity".to_owned(), *span),
            Statement::Master { span, .. } => ("master".to_owned(), *span),
            Statement::Conflict { span, .. } => ("conflict".to_owned(), *span),
            Statement::Failure { span, .. } => ("failure".to_owned(), *span),
            Statement::Send(send) => (format!("send from {}", send.side.value.word()), send.span),
            Statement::Part(part) => (format!("part {}", part.name.value), part.name.span),
            _ => continue,
        };
        let Some((_, first)) = said.iter().find(|(other, _)| *other == what) else {
            said.push((what, span));
            continue;
        };
        let (code, help) = match statement {
            Statement::Part(_) => (names::DUPLICATE_NAME, "give one of them another name, or write `change part`"),
            Statement::Send(_) => (codes::REPEATED_STATEMENT, "join their conditions with `and`"),
            _ => (codes::REPEATED_STATEMENT, "remove one of them"),
        };
        diagnostics.push(
            Diagnostic::new(code, format!("`{what}` is there twice"), span, "the second")
                .also(*first, "the first")
                .help(help),
        );
    }
}
