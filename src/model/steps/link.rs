//! Links: which column of the other record is meant, and whether the two ends lead there.

use super::{EndTypes, StepKind};
use crate::diag::Diagnostic;
use crate::diag::codes::{lines as codes, names};
use crate::diag::suggest::suggestion;
use crate::model::condition::Reader;
use crate::model::scope::{self, Globals};
use crate::source::Span;
use crate::syntax::ast;

pub(super) fn link(
    reader: &mut Reader,
    entity: &ast::Name,
    column: Option<&ast::Name>,
    ends: &EndTypes,
    span: Span,
) -> Option<StepKind> {
    let globals: &Globals = reader.globals;
    let Some((place, target)) = globals.entity(&entity.value) else {
        reader.diagnostics.extend(scope::unknown_entity(globals, entity));
        return None;
    };
    if let Some(record) = &ends.severa_refers
        && *record != target.severa.0.name
    {
        let message = format!(
            "`{}` refers to a {record}, and {} is an entity of {}",
            ends.severa_text, entity.value, target.severa.0.name
        );
        let fits = globals.entities.iter().find(|other| other.severa.0.name == *record);
        let help = match fits {
            Some(other) => format!("write `link {}`", other.name.value),
            None => format!(
                "no entity of the mapping carries a {record}: drop the line, or map a field that refers to a {}",
                target.severa.0.name
            ),
        };
        reader.diagnostics.push(Diagnostic::new(codes::LINK_WRONG_ENTITY, message, span, "another record").help(help));
        return None;
    }
    if let (None, Some((record, _))) = (column, &ends.refers)
        && *record != target.business.0.name
    {
        let message = format!(
            "`{}` refers to {record}, and {} is kept in {}",
            ends.business_text, entity.value, target.business.0.name
        );
        let fits = globals.entities.iter().filter(|other| other.business.0.name == *record);
        let fits: Vec<String> = fits.map(|other| format!("`{}`", other.name.value)).collect();
        let help = match fits.is_empty() {
            true => format!("write to a column that refers to {}", target.business.0.name),
            false => format!("link what is kept there, {}, or write to another column", fits.join(" or ")),
        };
        reader.diagnostics.push(Diagnostic::new(codes::LINK_WRONG_ENTITY, message, span, "another record").help(help));
        return None;
    }
    if let (Some(kept), Some(number)) = (target.business.1, ends.refers_number)
        && kept != number
    {
        let message = format!(
            "`{}` refers to {record}[{number}], and {} is kept in {record}[{kept}]",
            ends.business_text,
            entity.value,
            record = target.business.0.name
        );
        reader.diagnostics.push(
            Diagnostic::new(codes::LINK_WRONG_ENTITY, message, span, "records of another number")
                .help(format!("write to the column of number {kept}, best by the same setting")),
        );
        return None;
    }
    let wanted = match (column, &ends.refers) {
        (Some(column), _) => Some(column.value.clone()),
        (None, Some((record, column))) if *record == target.business.0.name => Some(column.clone()),
        _ => None,
    };
    let found = wanted.as_ref().and_then(|name| target.business.0.column(name, None, target.business.1));
    let Some(found) = found else {
        let diagnostic = match wanted {
            Some(name) => {
                let at = column.map_or(span, |column| column.span);
                let message = format!("{} has no field `{name}`", target.business.0.name);
                let diagnostic = Diagnostic::new(names::UNKNOWN_FIELD, message, at, "unknown");
                let fields = target.business.0.fields.iter().map(|field| field.name.as_str());
                match suggestion(&name, at, fields) {
                    Some(near) => diagnostic.suggest(near),
                    None => diagnostic
                        .help(format!("`samband schema business.{}` lists its fields", target.business.0.name)),
                }
            }
            None => Diagnostic::new(
                codes::LINK_COLUMN,
                format!("it is not known which field of {} is meant", entity.value),
                span,
                "which one?",
            )
            .help(format!("write it, as in `link {}.{}`", entity.value, target.business.0.key)),
        };
        reader.diagnostics.push(diagnostic);
        return None;
    };
    globals.linked.borrow_mut().insert((place, found.name.clone()));
    Some(StepKind::Link { entity: place, column: found.name, ty: found.ty })
}
