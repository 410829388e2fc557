//! An entity of the mapping, from its statements to the program's entity.

use super::condition::Reader;
use super::layers::Merged;
use super::line::{self, Place};
use super::scope::{self, Globals, Records};
use super::settings::{SettingValue, Settings};
use super::statements::{filter, identity, master, match_rule, number_columns, scope_of};
use super::{part, pushdown};
use crate::diag::Diagnostic;
use crate::diag::codes::{names, records as codes};
use crate::program::entity::Label;
use crate::program::{Conflict, Entity};
use crate::schema::{self, Record};
use crate::source::Span;
use crate::syntax::ast::{self, Arrow, ExprKind, Name, Statement};
use crate::value::{Side, Value};

/// An entity that takes part: switched on, its two records known.
#[derive(Debug)]
pub struct Active {
    pub name: Name,
    pub severa: (&'static Record, Option<u8>),
    pub business: (&'static Record, Option<u8>),
    pub systems: ast::Systems,
    /// The stretches of the files in which it is written and changed.
    pub whole: Vec<Span>,
    /// Without the statements that a setting switches off.
    pub body: Vec<Statement>,
}

/// The entities that take part, in the order in which they are written.
pub fn active(merged: &Merged, settings: &Settings, diagnostics: &mut Vec<Diagnostic>) -> Vec<Active> {
    let mut found = Vec::new();
    for entity in merged.entities.iter().filter(|e| !merged.off.contains(&e.name.value)) {
        let name = &entity.name.value;
        if entity.only_if.as_ref().is_some_and(|c| pushdown::constant(settings, name, c) == Some(false)) {
            continue;
        }
        let mut body = Vec::new();
        flatten(settings, name, &entity.body, &mut body);
        let systems =
            body.iter().find_map(|s| if let Statement::Systems(systems) = s { Some(systems.clone()) } else { None });
        let Some(systems) = systems else {
            diagnostics.push(
                Diagnostic::new(
                    codes::NO_SYSTEMS,
                    format!("`{name}` does not say which records it stands for"),
                    entity.name.span,
                    "here",
                )
                .help("begin it with a line such as `severa Customer <-> business Actor where CustNo > 0`"),
            );
            continue;
        };
        let severa = record(settings, name, Side::Severa, &systems.severa, diagnostics);
        let business = record(settings, name, Side::Business, &systems.business, diagnostics);
        if let (Some(severa), Some(business)) = (severa, business) {
            found.push(Active {
                name: entity.name.clone(),
                severa,
                business,
                systems,
                whole: merged.stretches(name),
                body,
            });
        }
    }
    found
}

fn flatten(settings: &Settings, entity: &str, body: &[Statement], into: &mut Vec<Statement>) {
    for statement in body {
        match statement {
            Statement::OnlyIf { condition, body, .. } => {
                if pushdown::constant(settings, entity, condition) != Some(false) {
                    flatten(settings, entity, body, into);
                }
            }
            other => into.push(other.clone()),
        }
    }
}

fn record(
    settings: &Settings,
    entity: &str,
    side: Side,
    written: &ast::RecordRef,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<(&'static Record, Option<u8>)> {
    let Some(record) = schema::of(side).record(&written.record.value) else {
        diagnostics.push(scope::unknown_record(side, &written.record));
        return None;
    };
    let index = match (&written.index, &record.index) {
        (None, None) => None,
        (Some(expr), Some(range)) => {
            let number = match &expr.kind {
                ExprKind::Number(text) => text.parse().ok(),
                ExprKind::Path(path) => match scope::setting(settings, entity, path) {
                    Some(SettingValue::Is(Value::Int(number))) => Some(number),
                    // Its own fault has been told.
                    Some(_) => return None,
                    None => None,
                },
                _ => None,
            };
            match number.and_then(|n| u8::try_from(n).ok()) {
                Some(number) if range.contains(&number) => Some(number),
                _ => {
                    let help = format!("a number or setting from {} to {}", range.start(), range.end());
                    diagnostics.push(
                        Diagnostic::new(
                            names::WRONG_NUMBER,
                            format!("`{}` has no such number", record.name),
                            expr.span,
                            "here",
                        )
                        .help(help),
                    );
                    return None;
                }
            }
        }
        (None, Some(range)) => {
            let help = format!("write `{}[n]` with n from {} to {}", record.name, range.start(), range.end());
            diagnostics.push(
                Diagnostic::new(
                    names::WRONG_NUMBER,
                    format!("`{}` is numbered", record.name),
                    written.span,
                    "which one?",
                )
                .help(help),
            );
            return None;
        }
        (Some(expr), None) => {
            diagnostics.push(Diagnostic::new(
                names::WRONG_NUMBER,
                format!("`{}` is not numbered", record.name),
                expr.span,
                "remove this",
            ));
            return None;
        }
    };
    Some((record, index))
}

/// Compiles one entity; faulty statements are left out and told.
pub fn compile(globals: &Globals, def: &Active, after: Vec<usize>, diagnostics: &mut Vec<Diagnostic>) -> Entity {
    let name = def.name.value.as_str();
    let direction = def.systems.arrow.value;
    let mut severa = Records::new(Side::Severa, def.severa.0, def.severa.1);
    let mut business = Records::new(Side::Business, def.business.0, def.business.1);
    for records in [&mut severa, &mut business] {
        if let Some(key) = records.record.key_column(records.index) {
            records.slot(&key);
        }
    }
    let mut entity = Entity::bare();
    entity.name = name.to_owned();
    entity.title = def.severa.0.title.clone();
    entity.direction = direction;
    entity.origin = line::origin(globals, def.systems.span);
    entity.after = after;
    entity.constants_severa = scope_of(globals, name, &mut severa, def.systems.severa.condition.as_ref(), diagnostics);
    entity.constants_business =
        scope_of(globals, name, &mut business, def.systems.business.condition.as_ref(), diagnostics);
    let mut numbers = Vec::new();
    for statement in &def.body {
        if let Statement::Number { columns, by, span } = statement {
            numbers = number_columns(globals, name, &mut business, direction, columns, by, *span, diagnostics);
        }
    }
    let number_names: Vec<String> = numbers.iter().map(|(name, _)| name.clone()).collect();
    entity.numbers = numbers;
    let place =
        Place { entity: name, direction, part: None, part_name: None, on_create: false, numbers: &number_names };
    for statement in &def.body {
        match statement {
            Statement::Line(written) => {
                entity.lines.extend(line::compile(globals, &place, &mut severa, &mut business, written, diagnostics));
            }
            Statement::OnCreate { lines, .. } => {
                let place = Place { on_create: true, ..place };
                for written in lines {
                    entity.lines.extend(line::compile(
                        globals,
                        &place,
                        &mut severa,
                        &mut business,
                        written,
                        diagnostics,
                    ));
                }
            }
            Statement::Part(written) => {
                let Some(mut open) = part::open(globals, name, &mut severa, written, diagnostics) else { continue };
                let number = entity.parts.len();
                let place = Place { part: Some(number), part_name: Some(&written.name.value), ..place };
                for statement in &written.body {
                    match statement {
                        Statement::Line(written) => {
                            entity.lines.extend(line::compile(
                                globals,
                                &place,
                                &mut open.records,
                                &mut business,
                                written,
                                diagnostics,
                            ));
                        }
                        other => not_carried(other, diagnostics),
                    }
                }
                entity.parts.push(open.close(&mut severa));
            }
            Statement::Identity { left, within, right, span } => {
                entity.identity_origin = line::origin(globals, *span);
                entity.identity =
                    identity(globals, name, &mut severa, &mut business, left, *within, right, *span, diagnostics);
            }
            Statement::Match { pairs, span } => {
                entity.matches.extend(match_rule(globals, name, &mut severa, &mut business, pairs, *span, diagnostics));
            }
            Statement::Master { value, span } => {
                if direction != Arrow::Both {
                    diagnostics.push(
                        Diagnostic::new(
                            codes::MASTER_ONE_WAY,
                            format!("`{name}` goes one way, so its source rules"),
                            *span,
                            "no master is needed",
                        )
                        .also(def.systems.arrow.span, "one way"),
                    );
                } else {
                    entity.master = master(globals, name, value, diagnostics);
                }
            }
            Statement::Conflict { policy, .. } => match policy.value.as_str() {
                "newest" => entity.conflict = Conflict::Newest,
                "severa" => entity.conflict = Conflict::Side(Side::Severa),
                "business" => entity.conflict = Conflict::Side(Side::Business),
                "hold" => entity.conflict = Conflict::Hold,
                other => diagnostics.push(
                    Diagnostic::new(
                        codes::BAD_POLICY,
                        format!("there is no conflict policy `{other}`"),
                        policy.span,
                        "unknown",
                    )
                    .help("the policies are `newest`, `severa`, `business` and `hold`"),
                ),
            },
            Statement::Send(send) => {
                if send.only_when_needed {
                    not_carried(statement, diagnostics);
                    continue;
                }
                entity.once |= send.once;
                let Some(condition) = &send.condition else { continue };
                let sends = match send.side.value {
                    Side::Severa => direction != Arrow::ToSevera,
                    Side::Business => direction != Arrow::ToBusiness,
                };
                if !sends {
                    let message = format!("nothing is sent from {}", send.side.value.title());
                    diagnostics.push(
                        Diagnostic::new(codes::FILTER_DIRECTION, message, send.span, "this filter has no effect")
                            .also(def.systems.arrow.span, "one way"),
                    );
                    continue;
                }
                match send.side.value {
                    Side::Severa => entity.send_severa = filter(globals, name, &mut severa, condition, diagnostics),
                    Side::Business => {
                        entity.send_business = filter(globals, name, &mut business, condition, diagnostics)
                    }
                }
            }
            Statement::Hold { condition, reason, .. } => {
                let mut reader = Reader { globals, entity: name, records: &mut severa, part: None, diagnostics };
                if let Some(condition) = reader.condition(condition) {
                    entity.holds.push((condition, reason.value.clone()));
                }
            }
            Statement::Failure { .. } | Statement::ChangePart { .. } | Statement::Drop { .. } => {
                not_carried(statement, diagnostics)
            }
            Statement::Systems(_)
            | Statement::Setting(_)
            | Statement::Table(_)
            | Statement::Number { .. }
            | Statement::OnlyIf { .. } => {}
        }
    }
    if entity.identity.is_none() && entity.matches.is_empty() {
        diagnostics.push(
            Diagnostic::new(
                codes::NO_PAIRING,
                format!("`{name}` has neither identity nor match keys"),
                def.name.span,
                "how is a record found again?",
            )
            .help("give it `identity guid -> Inf[n]` or `match number = … and name = …`"),
        );
    }
    let dated = def.severa.0.field("eventDate").and_then(|_| def.severa.0.column("eventDate", None, None));
    entity.dated = dated.filter(|_| direction == Arrow::ToBusiness).map(|column| (Side::Severa, severa.slot(&column)));
    entity.label_severa = label(&mut severa);
    entity.label_business = label(&mut business);
    entity.required_severa = required(def.severa.0);
    entity.required_business = required(def.business.0);
    entity.severa = severa.select;
    entity.business = business.select;
    entity
}

fn required(record: &Record) -> Vec<String> {
    record.fields.iter().filter(|f| f.required).map(|f| f.name.clone()).collect()
}

/// By what people know a record: its number or code, and its name.
fn label(records: &mut Records) -> Label {
    let mut slot = |name: &str| records.record.column(name, None, records.index).map(|column| records.slot(&column));
    let key = ["number", "code", "RNo", "CustNo", "EmpNo", "PK"].into_iter().find_map(&mut slot);
    let name = match (slot("firstName"), slot("lastName")) {
        (Some(first), Some(last)) => vec![first, last],
        _ => ["name", "Nm", "Txt1", "description"].into_iter().find_map(&mut slot).into_iter().collect(),
    };
    // An associate is one of several roles; which number counts follows from the scope.
    let scoped =
        ["CustNo", "EmpNo", "SupNo"].into_iter().find(|name| records.select.scope.iter().any(|c| c.field == *name));
    let key = scoped.and_then(|name| records.select.slot(name)).or(key);
    Label { key, name }
}

fn not_carried(statement: &Statement, diagnostics: &mut Vec<Diagnostic>) {
    let (span, what) = match statement {
        Statement::Failure { span, .. } => (*span, "`failure`"),
        Statement::Send(send) => (send.span, "`only when needed`"),
        Statement::Part(part) => (part.name.span, "a part in a part"),
        Statement::Drop { span, .. } => (*span, "`drop` outside `change`"),
        Statement::Identity { span, .. } => (*span, "an identity here"),
        Statement::Match { span, .. } => (*span, "`match` here"),
        Statement::Number { span, .. } => (*span, "`number` here"),
        Statement::OnCreate { span, .. } => (*span, "`on create` in a part of the same row"),
        Statement::ChangePart { span, .. } => (*span, "`change part` outside `change entity`"),
        Statement::OnlyIf { span, .. } => (*span, "`only if` here"),
        _ => return,
    };
    diagnostics.push(Diagnostic::new(
        codes::UNSUPPORTED,
        format!("{what} is not carried out by this version"),
        span,
        "here",
    ));
}
