//! Parts: records inside a list of the Severa record; here those that lie on the same row in Visma Business.

use super::condition::Reader;
use super::pushdown::{conjuncts, pushed};
use super::scope::{Globals, Records, Spot};
use crate::diag::Diagnostic;
use crate::diag::codes::{lines, records as codes};
use crate::program::{Expr, Part};
use crate::schema::Record;
use crate::syntax::ast::{self, PartCondition};
use crate::systems::{Comparison, Condition, Select, Test};
use crate::value::{Side, Type, Value};

/// A part under compilation: its records grow with its lines.
pub struct Open<'a> {
    pub name: String,
    pub list: usize,
    pub field: String,
    pub records: Records<'a>,
    pub selected: Selected,
}

/// A part as it is written, to find which elements of its list count.
pub struct Element<'p, 'a> {
    pub globals: &'p Globals<'a>,
    pub settings: &'p str,
    pub written: &'p ast::Part,
}

/// Which elements of a list count, and what a new one gets.
#[derive(Default)]
pub struct Selected {
    pub condition: Option<Expr>,
    pub first_by: Option<usize>,
    pub constants: Vec<(String, Value)>,
}

/// The list that a part names: its slot, its field's name, and its records.
pub fn list<'a>(
    globals: &Globals<'a>,
    settings: &str,
    severa: &mut Records<'a>,
    part: &ast::Part,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<(usize, String, &'a Record)> {
    let column = match severa.locate(globals, settings, &part.list) {
        Ok(Some((Spot::Own(slot), column))) => (slot, column),
        Ok(_) => {
            diagnostics.push(severa.unknown(&part.list));
            return None;
        }
        Err(diagnostic) => {
            diagnostics.push(*diagnostic);
            return None;
        }
    };
    let (slot, column) = column;
    let Type::List(record) = &column.ty else {
        let message = format!("`{}` is no list of records", column.name);
        diagnostics
            .push(Diagnostic::new(lines::TYPE_MISMATCH, message, part.list.span, format!("{}", column.ty)).help(
            "a part stands for the records of a list; a value can be cut into several by `each (VALUE -> wrap(60))`",
        ));
        return None;
    };
    Some((slot, column.name, globals.schemas.of(Side::Severa).record(record)?))
}

/// Opens a part of the same row for its lines.
pub fn open<'a>(
    globals: &Globals<'a>,
    settings: &str,
    severa: &mut Records<'a>,
    part: &ast::Part,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Open<'a>> {
    if let Some(PartCondition::NotIn(sibling)) = &part.condition {
        let message = format!("`{}` stands for many records, and one row holds one", part.name.value);
        diagnostics.push(
            Diagnostic::new(codes::SAME_ROW_MANY, message, sibling.span, "all the others")
                .help("give it rows of its own: `<-> business Actor where …`"),
        );
        return None;
    }
    if part.first.is_none() || part.each.is_some() {
        let message = format!("`{}` may stand for several records, and one row holds one", part.name.value);
        diagnostics.push(
            Diagnostic::new(codes::SAME_ROW_MANY, message, part.list.span, "several")
                .help("say which one: `first by FIELD` behind the condition"),
        );
        return None;
    }
    let (list, field, record) = self::list(globals, settings, severa, part, diagnostics)?;
    let mut records = Records::new(globals.schemas, Side::Severa, record, None);
    if let Some(of) = severa.select.fields.get(list).and_then(|f| f.of.as_deref()) {
        records.select = of.clone();
    }
    let selected = Element { globals, settings, written: part }.select(&mut records, diagnostics);
    Some(Open { name: part.name.value.clone(), list, field, records, selected })
}

impl<'a> Element<'_, 'a> {
    /// The part's condition and order over the element's fields.
    pub fn select(&self, records: &mut Records<'a>, diagnostics: &mut Vec<Diagnostic>) -> Selected {
        let mut selected = Selected::default();
        let (globals, entity) = (self.globals, self.settings);
        if let Some(PartCondition::Where(expr)) = &self.written.condition {
            let mut reader = Reader { globals, entity, records, part: None, diagnostics };
            selected.condition = reader.condition(expr);
            for conjunct in conjuncts(expr) {
                let mut quiet = Vec::new();
                let mut reader = Reader { globals, entity, records, part: None, diagnostics: &mut quiet };
                let Some(compiled) = reader.condition(conjunct) else { continue };
                // Equalities and bare flags hold of a record that is made here, too.
                if let Some(Condition { field, test: Test::Compare(Comparison::Eq, value) }) =
                    pushed(&records.select, &compiled)
                    && value != Value::Bool(false)
                    && !value.is_null()
                {
                    selected.constants.push((field, value));
                }
            }
        }
        let by = self.written.first.as_ref().and_then(|first| first.by.as_ref());
        selected.first_by = by.and_then(|path| match records.find(globals, entity, path) {
            Ok(Some(column)) => Some(records.slot(&column)),
            Ok(None) => {
                diagnostics.push(records.unknown(path));
                None
            }
            Err(diagnostic) => {
                diagnostics.push(*diagnostic);
                None
            }
        });
        selected
    }
}

/// Asks for an element's own stamps: when it was changed, and when it was created.
pub fn stamps(records: &mut Records) -> Vec<usize> {
    let columns = ["lastUpdatedDateTime", "createdDateTime"].map(|name| records.record.column(name, None, None));
    columns.into_iter().flatten().map(|column| records.slot(&column)).collect()
}

/// Puts what a part's lines ask of a list's records into the owner's select.
pub fn widen(severa: &mut Records, list: usize, asked: &Select) {
    let Some(field) = severa.select.fields.get_mut(list) else { return };
    let mut select = asked.clone();
    select.scope.clear();
    // A condition of the entity, or another part, may have asked for more of the same list.
    for before in field.of.iter().flat_map(|of| &of.fields) {
        if select.slot(&before.name).is_none() {
            select.fields.push(before.clone());
        }
    }
    field.of = Some(Box::new(select));
}

impl Open<'_> {
    pub fn close(mut self, severa: &mut Records) -> Part {
        let stamps = stamps(&mut self.records);
        widen(severa, self.list, &self.records.select);
        Part {
            name: self.name,
            list: self.list,
            field: self.field,
            select: self.records.select,
            condition: self.selected.condition,
            first_by: self.selected.first_by,
            stamps,
            constants: self.selected.constants,
        }
    }
}
