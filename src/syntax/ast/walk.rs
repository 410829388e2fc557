//! Every name that a statement mentions, for checks that ask whether something is used at all.

use super::*;

/// Sees every path, call and other word of a statement that can name a field, setting or table.
pub fn names(statement: &Statement, see: &mut dyn FnMut(&str)) {
    match statement {
        Statement::Systems(systems) => [&systems.severa, &systems.business].into_iter().for_each(|r| record(r, see)),
        Statement::Setting(setting) => setting.default.iter().for_each(|e| expr(e, see)),
        Statement::Table(table) => self::table(table, see),
        Statement::Identity { left, right, .. } => [left, right].into_iter().for_each(|e| expr(e, see)),
        Statement::Match { pairs, .. } => pairs.iter().for_each(|(left, right)| {
            expr(left, see);
            expr(right, see);
        }),
        Statement::Master { value, .. } => see(&value.value),
        Statement::Conflict { .. } => {}
        Statement::Number { columns, .. } => columns.iter().for_each(|p| path(p, see)),
        Statement::Send(send) => send.condition.iter().for_each(|e| expr(e, see)),
        Statement::Hold { condition, .. } => expr(condition, see),
        Statement::Failure { field, value, .. } => {
            path(field, see);
            expr(value, see);
        }
        Statement::Line(line) => self::line(line, see),
        Statement::OnCreate { lines, .. } => lines.iter().for_each(|l| line(l, see)),
        Statement::OnlyIf { condition, body, .. } => {
            expr(condition, see);
            body.iter().for_each(|s| names(s, see));
        }
        Statement::Part(part) => self::part(part, see),
        Statement::ChangePart { body, .. } => body.iter().for_each(|s| names(s, see)),
        Statement::Drop { .. } => {}
    }
}

/// The same of what stands at a file's own level.
pub fn item_names(item: &Item, see: &mut dyn FnMut(&str)) {
    match item {
        Item::Setting(setting) => setting.default.iter().for_each(|e| expr(e, see)),
        Item::Require(require) => expr(&require.condition, see),
        Item::Table(table) => self::table(table, see),
        Item::Entity(entity) => {
            entity.only_if.iter().for_each(|e| expr(e, see));
            entity.body.iter().for_each(|s| names(s, see));
        }
        Item::ChangeSetting { value, .. } => expr(value, see),
        Item::ChangeTable { rows, .. } => rows.iter().for_each(|r| row(r, see)),
        Item::ChangeEntity { body, .. } => body.iter().for_each(|s| names(s, see)),
        Item::OffEntity { .. } | Item::Example(_) => {}
    }
}

/// Of one expression.
pub fn expr(of: &Expr, see: &mut dyn FnMut(&str)) {
    match &of.kind {
        ExprKind::Number(_) | ExprKind::Text(_) | ExprKind::Bool(_) | ExprKind::Word(_) | ExprKind::Link { .. } => {}
        ExprKind::Path(of) => path(of, see),
        ExprKind::Template(parts) => parts.iter().for_each(|part| {
            if let TemplatePart::Field(field) = part {
                path(field, see);
            }
        }),
        ExprKind::Call { name, args } => {
            see(&name.value);
            args.iter().for_each(|e| expr(e, see));
        }
        ExprKind::Not(of) | ExprKind::Negative(of) | ExprKind::Is { value: of, .. } => expr(of, see),
        ExprKind::Binary { left, right, .. } | ExprKind::Range(left, right) => {
            expr(left, see);
            expr(right, see);
        }
        ExprKind::In { value, list, .. } => {
            expr(value, see);
            expr(list, see);
        }
        ExprKind::Quantified { list, condition, .. } => {
            path(list, see);
            expr(condition, see);
        }
        ExprKind::Tuple(parts) | ExprKind::List(parts) => parts.iter().for_each(|e| expr(e, see)),
        ExprKind::Choice { branches, otherwise } => {
            for branch in branches {
                expr(&branch.condition, see);
                expr(&branch.value, see);
                branch.fallback.iter().for_each(|f| fallback(f, see));
            }
            otherwise.iter().for_each(|e| expr(e, see));
        }
        ExprKind::Map(rows) => rows.iter().for_each(|r| row(r, see)),
        ExprKind::FirstOf(options) => options.iter().flatten().for_each(|e| expr(e, see)),
        ExprKind::TwoWays { forward, backward } => forward.iter().chain(backward).for_each(|e| expr(e, see)),
    }
}

fn path(of: &Path, see: &mut dyn FnMut(&str)) {
    match of.steps.as_slice() {
        [one] => see(&one.name),
        several => see(&several.iter().map(|s| s.name.as_str()).collect::<Vec<_>>().join(".")),
    }
    of.steps.iter().flat_map(|s| &s.index).for_each(|e| expr(e, see));
}

fn record(of: &RecordRef, see: &mut dyn FnMut(&str)) {
    of.index.iter().chain(&of.condition).for_each(|e| expr(e, see));
}

fn table(of: &Table, see: &mut dyn FnMut(&str)) {
    if let TableKind::Given { rows, .. } = &of.kind {
        rows.iter().for_each(|r| row(r, see));
    }
}

fn row(of: &MapRow, see: &mut dyn FnMut(&str)) {
    for key in [&of.left, &of.right] {
        if let MapKey::Value(value) = key {
            expr(value, see);
        }
    }
}

fn line(of: &Line, see: &mut dyn FnMut(&str)) {
    for segment in &of.segments {
        expr(&segment.what, see);
        segment.fallback.iter().for_each(|f| fallback(f, see));
    }
}

fn fallback(of: &Fallback, see: &mut dyn FnMut(&str)) {
    if let FallbackKind::Default(value) = &of.kind {
        expr(value, see);
    }
}

fn part(of: &Part, see: &mut dyn FnMut(&str)) {
    path(&of.list, see);
    of.each.iter().flatten().for_each(|e| expr(e, see));
    if let Some(PartCondition::Where(condition)) = &of.condition {
        expr(condition, see);
    }
    of.first.iter().flat_map(|f| &f.by).for_each(|p| path(p, see));
    if let PartTarget::Record(target) = &of.target {
        record(target, see);
    }
    of.body.iter().for_each(|s| names(s, see));
}
