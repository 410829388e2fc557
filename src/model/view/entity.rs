//! One entity or part: its rules in words, its lines, its parts.

use super::before::Before;
use super::line::{self, Lines, Spot};
use super::settings::full_name;
use super::words::{self, Texts};
use super::{
    EntityView, GivenField, HoldView, LineView, MasterView, NumberView, PickedView, RecordView, SendView, SettingView,
    Words,
};
use crate::model::facts::Compiled;
use crate::model::layers::Merged;
use crate::model::pushdown;
use crate::model::settings::Settings;
use crate::program::{Conflict, Entity, Slot};
use crate::source::Span;
use crate::syntax::ast::{self, Arrow, ExprKind, PartCondition, PartTarget, Statement, walk};
use crate::value::{Side, Value};

pub struct Context<'v> {
    pub texts: &'v Texts<'v>,
    pub before: &'v Before,
    pub lines: Lines<'v>,
    pub merged: &'v Merged<'v>,
    pub settings: &'v Settings,
    pub views: &'v [SettingView],
}

/// What an entity or part is made of.
struct Made<'m> {
    /// The entity whose settings and tables it sees.
    entity: &'m str,
    /// `Customer.Contact`
    path: String,
    documentation: &'m str,
    at: Span,
    arrow: Arrow,
    body: &'m [Statement],
    severa: RecordView,
    business: Option<RecordView>,
    picked: Option<PickedView>,
    /// Nothing for a part of the same row, or one with a fault.
    compiled: Option<&'m Compiled>,
    /// What holds of the owner.
    above: Option<Above<'m>>,
}

/// What a part takes from its owner where it says nothing itself.
#[derive(Clone, Copy)]
struct Above<'m> {
    entity: &'m Entity,
    compiled: &'m Compiled,
    master: Option<Side>,
    once: bool,
}

impl<'v> Context<'v> {
    pub fn entity(&self, written: &'v ast::Entity, compiled: &Compiled) -> EntityView {
        let name = written.name.value.as_str();
        let entity = &compiled.entity;
        let systems = self.statements(name, &written.body).into_iter().find_map(|(statement, _)| match statement {
            Statement::Systems(systems) => Some(systems),
            _ => None,
        });
        let record = |side: Side| RecordView {
            record: entity.select(side).record.name.clone(),
            number: entity.select(side).record.index,
            text: systems.map_or_else(String::new, |systems| {
                self.texts.text(if side == Side::Severa { systems.severa.span } else { systems.business.span })
            }),
            given: given(entity.constants(side)),
        };
        let mut view = self.made(Made {
            entity: name,
            path: name.to_owned(),
            documentation: &written.doc,
            at: written.name.span,
            arrow: entity.direction,
            body: &written.body,
            severa: record(Side::Severa),
            business: Some(record(Side::Business)),
            picked: None,
            compiled: Some(compiled),
            above: None,
        });
        view.only_if = written.only_if.as_ref().map(|condition| self.texts.words(condition.span));
        let changes = self.merged.stretches(name);
        view.changed = changes.iter().skip(1).map(|span| self.texts.place(*span)).collect();
        view.settings = self.used(written);
        view
    }

    fn part(&self, entity: &str, path: &str, part: &ast::Part, above: Above) -> EntityView {
        let path = format!("{path}.{}", part.name.value);
        let child = above.compiled.children.iter().find(|child| child.entity.name == path);
        let same_row = above.entity.parts.iter().find(|known| known.name == part.name.value);
        let list = self.texts.text(part.list.span);
        let (record, constants) = match (child, same_row) {
            (Some(child), _) => (child.entity.severa.record.name.clone(), given(&child.entity.constants_severa)),
            (None, Some(known)) => (known.select.record.name.clone(), given(&known.constants)),
            (None, None) => (String::new(), Vec::new()),
        };
        let business = match &part.target {
            PartTarget::SameRow(_) => None,
            PartTarget::Record(target) => Some(RecordView {
                record: target.record.value.clone(),
                number: child.and_then(|child| child.entity.business.record.index),
                text: self.texts.text(target.span),
                given: child.map(|child| self.given_by_owner(&child.entity, above.entity)).unwrap_or_default(),
            }),
        };
        self.made(Made {
            entity,
            path,
            documentation: &part.doc,
            at: part.name.span,
            arrow: part.arrow.value,
            body: &part.body,
            severa: RecordView { record, number: None, text: list, given: constants },
            business,
            picked: Some(self.picked(part)),
            compiled: child,
            above: Some(above),
        })
    }

    fn picked(&self, part: &ast::Part) -> PickedView {
        let (condition, not_in) = match &part.condition {
            Some(PartCondition::Where(condition)) => (Some(self.texts.text(condition.span)), None),
            Some(PartCondition::NotIn(sibling)) => (None, Some(sibling.value.clone())),
            None => (None, None),
        };
        let from = self.texts.text(part.list.span);
        let each = part.each.as_ref().map(|chain| {
            let steps = chain.iter().map(|step| self.texts.text(step.span)).collect::<Vec<_>>();
            format!("{from} -> {}", steps.join(" -> "))
        });
        let first = part.first.as_ref().map(|first| self.texts.text(first.span));
        PickedView { from, each, condition, not_in, first }
    }

    /// Constants, and the columns that hold one of the owner's.
    fn given_by_owner(&self, child: &Entity, owner: &Entity) -> Vec<GivenField> {
        let mut fields = given(&child.constants_business);
        let joins = child.owner.iter().flat_map(|owner| &owner.joins);
        fields.extend(joins.map(|(field, slot)| GivenField {
            field: field.clone(),
            value: format!("owner.{}", owner.field_name(Side::Business, Slot::Own(*slot))),
        }));
        fields
    }

    fn made(&self, made: Made) -> EntityView {
        let (texts, arrow) = (self.texts, made.arrow);
        let entity = made.compiled.map(|compiled| &compiled.entity);
        let statements = self.statements(made.entity, made.body);
        let all = || statements.iter().map(|(statement, _)| *statement);
        let (master, master_side) = self.master(&made, all());
        let once = entity.map_or(made.above.is_some_and(|above| above.once), |e| {
            e.once || made.above.is_some_and(|above| above.once)
        });
        let creates_on = |side: &Side| match side {
            Side::Business => arrow != Arrow::ToSevera,
            Side::Severa => arrow != Arrow::ToBusiness,
        };
        let goes: Vec<Side> = Side::BOTH.into_iter().filter(creates_on).collect();
        let updates = goes.iter().copied().filter(|side| !once && master_side != Some(*side)).collect();
        let both_rule = arrow == Arrow::Both && master_side.is_none();
        let own =
            made.compiled.zip(entity).map(|(compiled, entity)| Above { entity, compiled, master: master_side, once });
        let below = own.or(made.above.map(|above| Above { master: master_side, ..above }));
        let one = |find: fn(&Statement) -> bool| {
            all().find(|s| find(s)).and_then(|statement| self.replacing(&made.path, statement))
        };
        EntityView {
            documentation: made.documentation.trim().to_owned(),
            at: texts.place(made.at),
            changed: Vec::new(),
            only_if: None,
            arrow: words::arrow(arrow),
            creates: if made.business.is_some() { goes } else { Vec::new() },
            updates,
            master,
            once,
            only_when_needed: entity.is_some_and(|e| e.only_when_needed),
            conflict: entity.filter(|_| both_rule).map(|e| policy(e.conflict)),
            conflict_written: one(|s| matches!(s, Statement::Conflict { .. })),
            identity: one(|s| matches!(s, Statement::Identity { .. })),
            identity_column: entity.and_then(|e| Some(e.field_name(Side::Business, Slot::Own(e.identity?)).to_owned())),
            matches: all()
                .filter(|s| matches!(s, Statement::Match { .. }))
                .filter_map(|s| self.replacing(&made.path, s))
                .collect(),
            numbers: all().filter_map(|s| self.number(s)).collect(),
            sends: all().filter_map(|s| self.send(&made.path, s)).collect(),
            holds: all().filter_map(|s| self.hold(s)).collect(),
            failure: one(|s| matches!(s, Statement::Failure { .. })),
            settings: Vec::new(),
            links: links(all()),
            lines: self.table(&made.path, &statements),
            dropped: self.before.dropped(texts, self.merged, &made.path),
            parts: all()
                .filter_map(|statement| match statement {
                    Statement::Part(part) => Some(self.part(made.entity, &made.path, part, below?)),
                    _ => None,
                })
                .collect(),
            carried: true,
            severa: made.severa,
            business: made.business,
            picked: made.picked,
            name: made.path,
        }
    }

    /// A body without what settings switch off, each statement with the condition of its block.
    fn statements<'b>(&self, entity: &str, body: &'b [Statement]) -> Vec<(&'b Statement, Option<String>)> {
        let mut found = Vec::new();
        for statement in body {
            match statement {
                Statement::OnlyIf { condition, body, .. } => {
                    if pushdown::constant(self.settings, entity, condition) == Some(false) {
                        continue;
                    }
                    let own = self.texts.text(condition.span);
                    found.extend(self.statements(entity, body).into_iter().map(|(statement, inner)| {
                        let both = inner.map_or_else(|| own.clone(), |inner| format!("{own} and {inner}"));
                        (statement, Some(both))
                    }));
                }
                other => found.push((other, None)),
            }
        }
        found
    }

    fn table(&self, path: &str, statements: &[(&Statement, Option<String>)]) -> Vec<LineView> {
        let mut lines = Vec::new();
        for (statement, only_if) in statements {
            let spot = Spot { path, on_create: false, only_if: only_if.as_deref() };
            let mut add = |spot, line| lines.push(line::view(self.texts, self.before, &self.lines, spot, line));
            match statement {
                Statement::Line(line) => add(spot, line),
                Statement::OnCreate { lines, .. } => {
                    lines.iter().for_each(|line| add(Spot { on_create: true, ..spot }, line));
                }
                _ => {}
            }
        }
        lines
    }

    /// A statement's words, with those of the layer below that it took the place of.
    fn replacing(&self, path: &str, statement: &Statement) -> Option<Words> {
        let span = match statement {
            Statement::Identity { span, .. }
            | Statement::Match { span, .. }
            | Statement::Master { span, .. }
            | Statement::Conflict { span, .. }
            | Statement::Failure { span, .. } => *span,
            Statement::Send(send) => send.span,
            _ => return None,
        };
        Some(Words { replaces: self.before.replaced(self.texts, path, statement), ..self.texts.words(span) })
    }

    fn master<'s>(
        &self,
        made: &Made,
        statements: impl Iterator<Item = &'s Statement>,
    ) -> (Option<MasterView>, Option<Side>) {
        if made.arrow != Arrow::Both {
            return (None, None);
        }
        let said = statements.filter_map(|s| match s {
            Statement::Master { value, .. } => Some((s, value)),
            _ => None,
        });
        let Some((statement, value)) = said.last() else {
            let side = made.above.and_then(|above| above.master);
            let of = made.above.map(|above| above.entity.name.clone());
            return (Some(MasterView { side, written: None, settings: Vec::new(), of }), side);
        };
        let side = made.compiled.and_then(|compiled| compiled.entity.master);
        let mut settings: Vec<String> = Vec::new();
        let mut next = full_name(self.settings, made.entity, &value.value);
        while let Some(name) = next.take().filter(|name| !settings.contains(name)) {
            next = self.views.iter().find(|view| view.name == name).and_then(|view| view.follows.clone());
            settings.push(name);
        }
        (Some(MasterView { side, written: self.replacing(&made.path, statement), settings, of: None }), side)
    }

    fn number(&self, statement: &Statement) -> Option<NumberView> {
        let Statement::Number { columns, by, span } = statement else { return None };
        let columns = columns.iter().map(|path| self.texts.text(path.span)).collect();
        Some(NumberView { columns, by: by.value.clone(), at: self.texts.place(*span) })
    }

    fn send(&self, path: &str, statement: &Statement) -> Option<SendView> {
        let Statement::Send(send) = statement else { return None };
        let conditions = send.condition.as_ref().map(pushdown::conjuncts).unwrap_or_default();
        Some(SendView {
            side: send.side.value,
            written: self.replacing(path, statement)?,
            conditions: conditions.into_iter().map(|condition| self.texts.words(condition.span)).collect(),
        })
    }

    fn hold(&self, statement: &Statement) -> Option<HoldView> {
        let Statement::Hold { condition, reason, span } = statement else { return None };
        let condition = self.texts.text(condition.span);
        Some(HoldView { condition, reason: reason.value.clone(), at: self.texts.place(*span) })
    }

    /// The settings that an entity uses, by their full names, in the order of their use.
    fn used(&self, written: &ast::Entity) -> Vec<String> {
        let entity = written.name.value.as_str();
        let mut used: Vec<String> = Vec::new();
        let mut see = |name: &str| {
            if let Some(name) = full_name(self.settings, entity, name)
                && !used.contains(&name)
            {
                used.push(name);
            }
        };
        written.only_if.iter().for_each(|condition| walk::expr(condition, &mut see));
        let body = self.statements(entity, &written.body);
        let uses = body.iter().filter(|(statement, _)| !matches!(statement, Statement::Setting(_)));
        uses.for_each(|(statement, _)| walk::names(statement, &mut see));
        used
    }
}

fn given(constants: &[(String, Value)]) -> Vec<GivenField> {
    constants.iter().map(|(field, value)| GivenField { field: field.clone(), value: value.to_string() }).collect()
}

fn policy(conflict: Conflict) -> &'static str {
    match conflict {
        Conflict::Newest => "newest",
        Conflict::Side(side) => side.word(),
        Conflict::Hold => "hold",
    }
}

/// The entities that a body's lines link to, without those of its parts.
fn links<'s>(statements: impl Iterator<Item = &'s Statement>) -> Vec<String> {
    fn of(expr: &ast::Expr, found: &mut Vec<String>) {
        match &expr.kind {
            ExprKind::Link { entity, .. } if !found.contains(&entity.value) => found.push(entity.value.clone()),
            ExprKind::FirstOf(options) => options.iter().flatten().for_each(|e| of(e, found)),
            ExprKind::TwoWays { forward, backward } => forward.iter().chain(backward).for_each(|e| of(e, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    for statement in statements {
        let lines: &[ast::Line] = match statement {
            Statement::Line(line) => std::slice::from_ref(line),
            Statement::OnCreate { lines, .. } => lines,
            _ => continue,
        };
        lines.iter().flat_map(|line| &line.segments).for_each(|segment| of(&segment.what, &mut found));
    }
    found
}
