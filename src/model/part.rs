//! Parts: records inside a list of the Severa record, on the same row in Visma Business.

use super::condition::Reader;
use super::pushdown::{conjuncts, pushed};
use super::scope::{Globals, Records};
use crate::diag::Diagnostic;
use crate::diag::codes::{lines, names, records as codes};
use crate::program::{Expr, Part};
use crate::schema;
use crate::syntax::ast::{self, PartCondition, PartTarget};
use crate::systems::{Comparison, Test};
use crate::value::{Side, Type, Value};

/// A part under compilation: its records grow with its lines.
pub struct Open {
    pub name: String,
    pub list: usize,
    pub field: String,
    pub records: Records,
    pub condition: Option<Expr>,
    pub first_by: Option<usize>,
    pub constants: Vec<(String, Value)>,
}

/// Opens a part for its lines. Parts that are rows of their own are not carried out yet.
pub fn open(
    globals: &Globals,
    entity: &str,
    severa: &mut Records,
    part: &ast::Part,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Open> {
    if !matches!(part.target, PartTarget::SameRow(_))
        || matches!(part.condition, Some(PartCondition::NotIn(_)))
        || part.first.is_none()
    {
        let message = format!("the part `{}` is not carried out by this version", part.name.value);
        diagnostics.push(
            Diagnostic::new(codes::UNSUPPORTED, message, part.name.span, "here")
                .help("this version carries parts of the form `part NAME: LIST where … first … <-> same row`"),
        );
        return None;
    }
    let column = match severa.find(globals, entity, &part.list) {
        Ok(Some(column)) => column,
        Ok(None) => {
            diagnostics.push(severa.unknown(&part.list));
            return None;
        }
        Err(diagnostic) => {
            diagnostics.push(*diagnostic);
            return None;
        }
    };
    let Type::List(record) = &column.ty else {
        diagnostics.push(Diagnostic::new(
            lines::TYPE_MISMATCH,
            format!("`{}` is no list", column.name),
            part.list.span,
            format!("{}", column.ty),
        ));
        return None;
    };
    let record = schema::severa().record(record)?;
    let list = severa.slot(&column);
    let mut records = Records::new(Side::Severa, record, None);
    if let Some(of) = severa.select.fields.get(list).and_then(|f| f.of.as_deref()) {
        records.select = of.clone();
    }
    let mut condition = None;
    let mut constants = Vec::new();
    if let Some(PartCondition::Where(expr)) = &part.condition {
        let mut reader = Reader { globals, entity, records: &mut records, part: None, diagnostics };
        condition = reader.condition(expr);
        for conjunct in conjuncts(expr) {
            let mut quiet = Vec::new();
            let mut reader = Reader { globals, entity, records: &mut records, part: None, diagnostics: &mut quiet };
            let Some(compiled) = reader.condition(conjunct) else { continue };
            if let Some(crate::systems::Condition { field, test: Test::Compare(Comparison::Eq, value) }) =
                pushed(&records.select, &compiled)
            {
                constants.push((field, value));
            }
        }
    }
    let by = part.first.as_ref().and_then(|first| first.by.as_ref());
    let first_by = by.and_then(|path| match records.find(globals, entity, path) {
        Ok(Some(column)) => Some(records.slot(&column)),
        _ => {
            diagnostics.push(Diagnostic::new(
                names::UNKNOWN_FIELD,
                format!("{} has no such field", record.name),
                path.span,
                "unknown",
            ));
            None
        }
    });
    Some(Open { name: part.name.value.clone(), list, field: column.name, records, condition, first_by, constants })
}

impl Open {
    /// Puts what the lines asked for into the owner's select.
    pub fn close(self, severa: &mut Records) -> Part {
        if let Some(field) = severa.select.fields.get_mut(self.list) {
            // A condition of the entity may have asked for more of the same list.
            let mut select = self.records.select.clone();
            for asked in field.of.iter().flat_map(|of| &of.fields) {
                if select.slot(&asked.name).is_none() {
                    select.fields.push(asked.clone());
                }
            }
            field.of = Some(Box::new(select));
        }
        Part {
            name: self.name,
            list: self.list,
            field: self.field,
            select: self.records.select,
            condition: self.condition,
            first_by: self.first_by,
            constants: self.constants,
        }
    }
}
