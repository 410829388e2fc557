//! Tables and value maps.

use super::context::{Context, next};
use super::expr::{expr, path};
use super::file::each_statement;
use super::forms::{COLUMN_ROW, MAP_ROW, Place};
use super::plain::{self, TableHead};
use super::{line, setting};
use crate::diag::Diagnostic;
use crate::diag::codes::syntax::UNEXPECTED_WORD;
use crate::syntax::ast::{Arrow, MapKey, MapRow, Table, TableKind};
use crate::syntax::grammar::Rule;
use crate::syntax::outline::{Item, Statement};
use pest::iterators::Pair;

/// A table with its block; none where its own row did not parse.
pub fn table(cx: &mut Context<'_>, doc: String, pair: Pair<'_, Rule>, statement: &Statement) -> Option<Table> {
    let span = cx.span(&pair);
    if let Some(head) = table_head(cx, pair.clone()) {
        return Some(given(cx, doc, head, statement));
    }
    let mut inner = pair.into_inner().filter(|p| p.as_rule() != Rule::kw_table);
    let name = cx.name(&inner.next()?);
    let what = inner.next()?;
    let mut side = setting::side(&what);
    let mut record = None;
    for part in what.into_inner() {
        match part.as_rule() {
            Rule::side => side = setting::side(&part),
            Rule::name => record = Some(cx.name(&part)),
            _ => {}
        }
    }
    let Some((left, arrow, right)) = columns(cx, statement) else {
        cx.lost.push(name.span);
        return None;
    };
    let kind = TableKind::Kept { side, record: record?, left, arrow, right };
    Some(Table { doc, name, kind, span })
}

/// A table that is written out, with its rows.
pub fn given(cx: &mut Context<'_>, doc: String, head: TableHead, statement: &Statement) -> Table {
    let span = cx.span_of(&statement.head);
    let TableHead { name, left, arrow, right } = head;
    let kind = TableKind::Given { left, arrow, right, rows: rows(cx, statement) };
    Table { doc, name, kind, span }
}

/// What stands before the rows of a table that is written out; none of one that a system keeps.
pub fn table_head(cx: &mut Context<'_>, pair: Pair<'_, Rule>) -> Option<TableHead> {
    let mut inner = pair.into_inner().filter(|p| p.as_rule() != Rule::kw_table);
    let name = cx.name(&inner.next()?);
    let what = inner.next().filter(|what| what.as_rule() != Rule::kept_table)?;
    let mut arrow = None;
    let mut types = Vec::new();
    for part in what.into_inner() {
        match part.as_rule() {
            Rule::setting_type => types.push(setting::setting_type(cx, part)),
            Rule::colon => {}
            _ => arrow = line::arrow(cx, &part),
        }
    }
    let mut types = types.into_iter();
    let (left, right) = types.next().zip(types.next())?;
    Some(TableHead { name, left, arrow: arrow?, right })
}

type Columns = (crate::syntax::ast::Path, crate::source::Spanned<Arrow>, crate::syntax::ast::Path);

/// The one row of a table kept by a system.
fn columns(cx: &mut Context<'_>, statement: &Statement) -> Option<Columns> {
    let mut found = Vec::new();
    let mut any = false;
    each_statement(cx, statement, Place::Columns, |cx, _, row, _| {
        any = true;
        if let Some(pair) = cx.parse(&COLUMN_ROW, row) {
            let mut inner = pair.into_inner();
            let left = path(cx, next(&mut inner));
            let arrow = line::arrow(cx, &next(&mut inner));
            let right = path(cx, next(&mut inner));
            found.extend(arrow.map(|arrow| (row.head.clone(), (left, arrow, right))));
        }
    });
    if found.len() > 1 || !any {
        let at = found.get(1).map_or(statement.head.clone(), |(range, _)| range.clone());
        let diagnostic = Diagnostic::new(
            UNEXPECTED_WORD,
            "a table kept by a system has one row: the column to look in, and the column to take",
            cx.span_of(&at),
            if any { "a second row" } else { "has no row" },
        )
        .help(format!("write it as in `table country from business Ctry {{ {} }}`", COLUMN_ROW.sample));
        cx.diagnostics.push(diagnostic);
    }
    found.into_iter().next().map(|(_, columns)| columns)
}

/// The rows of a table's block.
pub fn rows(cx: &mut Context<'_>, statement: &Statement) -> Vec<MapRow> {
    let mut rows = Vec::new();
    each_statement(cx, statement, Place::Rows, |cx, _, row, _| {
        let plain = plain::map_row(cx.file, row.head.start, cx.head(row)).filter(|_| !row.broken);
        if let Some(row) = plain {
            rows.push(row);
        } else if let Some(pair) = cx.parse(&MAP_ROW, row) {
            rows.extend(map_row(cx, pair));
        }
    });
    rows
}

/// The rows of a value map.
pub fn map_rows(cx: &mut Context<'_>, pair: Pair<'_, Rule>) -> Vec<MapRow> {
    pair.into_inner().filter(|p| p.as_rule() == Rule::map_row).filter_map(|p| map_row(cx, p)).collect()
}

pub fn map_row(cx: &mut Context<'_>, pair: Pair<'_, Rule>) -> Option<MapRow> {
    let span = cx.span(&pair);
    let mut inner = pair.into_inner();
    let left = map_key(cx, next(&mut inner));
    let arrow = line::arrow(cx, &next(&mut inner))?.value;
    let right = map_key(cx, next(&mut inner));
    Some(MapRow { left, arrow, right, span })
}

fn map_key(cx: &mut Context<'_>, pair: Pair<'_, Rule>) -> MapKey {
    let inner = next(&mut pair.into_inner());
    match inner.as_rule() {
        Rule::kw_else => MapKey::Else(cx.span(&inner)),
        _ => MapKey::Value(expr(cx, inner)),
    }
}

/// Whether a block belongs to a table kept by a system, from its head alone.
pub fn is_kept(head: &str) -> bool {
    let mut words = head.split_whitespace();
    words.nth(2) == Some("from")
}

/// Items of a statement's block, none where it has none.
pub fn items(statement: &Statement) -> &[Item] {
    statement.block.as_ref().map_or(&[], |block| &block.items)
}
