//! A record's own `where`: which rows are ours at all.

use super::capacity;
use super::condition::Reader;
use super::pushdown::{conjuncts, pushed};
use super::scope::{Globals, Records};
use crate::diag::Diagnostic;
use crate::diag::codes::records as codes;
use crate::program::{Expr, Slot};
use crate::syntax::ast::{self};
use crate::systems::{Comparison, Condition, Select, Test};
use crate::value::Value;

/// What a record's own `where` comes to beside what the side is asked for.
#[derive(Default)]
pub struct Scoped {
    /// The equalities that a new record gets.
    pub constants: Vec<(String, Value)>,
    /// Choices that a side does not carry out: looked at row by row.
    pub rest: Vec<Expr>,
}

/// The record's own `where`: what the side is asked for, and the equalities that a new record gets.
pub fn scope_of<'a>(
    globals: &Globals<'a>,
    entity: &str,
    records: &mut Records<'a>,
    condition: Option<&ast::Expr>,
    mut joins: Option<&mut Vec<(String, usize)>>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Scoped {
    let mut scoped = Scoped::default();
    for conjunct in condition.map(conjuncts).unwrap_or_default() {
        let mut reader = Reader { globals, entity, records, part: None, diagnostics };
        let Some(compiled) = reader.condition(conjunct) else { continue };
        match pushed(&records.select, &compiled) {
            Some(condition) => {
                if let Condition { field, test: Test::Compare(Comparison::Eq, value) } = &condition
                    && !value.is_null()
                {
                    let column = records.record.column(field, None, records.index);
                    if let Some(fault) = column
                        .and_then(|column| capacity::held(&column.name, &column.ty, value, records.side, conjunct.span))
                    {
                        diagnostics.push(fault);
                        continue;
                    }
                    scoped.constants.push((field.clone(), value.clone()));
                }
                records.select.scope.push(condition);
            }
            None => match (join(&records.select, &compiled), &mut joins) {
                (Some((field, above)), Some(joins)) => {
                    let test = Test::Compare(Comparison::Ne, Value::Null);
                    records.select.scope.push(Condition { field: field.clone(), test });
                    joins.push((field, above));
                }
                _ if alternatives(&records.select, &compiled) => scoped.rest.push(compiled),
                _ => diagnostics.push(
                    Diagnostic::new(
                        codes::SCOPE_CONDITION,
                        "a record's own `where` compares fields with constants and settings",
                        conjunct.span,
                        "something else",
                    )
                    .help("put other conditions into `send from … where`"),
                ),
            },
        }
    }
    scoped
}

/// A condition between a column and one of the record above.
fn join(select: &Select, compiled: &Expr) -> Option<(String, usize)> {
    let Expr::Compare { op: Comparison::Eq, left, right } = compiled else { return None };
    match (&**left, &**right) {
        (Expr::Slot(Slot::Own(own)), Expr::Slot(Slot::Owner(above)))
        | (Expr::Slot(Slot::Owner(above)), Expr::Slot(Slot::Own(own))) => {
            Some((select.fields.get(*own)?.name.clone(), *above))
        }
        _ => None,
    }
}

/// `Sup > 0 or AgAcCl = 2`: conditions that a side can carry out, one or the other.
fn alternatives(select: &Select, compiled: &Expr) -> bool {
    match compiled {
        Expr::Or2(left, right) => alternatives(select, left) && alternatives(select, right),
        other => pushed(select, other).is_some(),
    }
}
