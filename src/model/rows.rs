//! Parts with rows of their own: a list of the Severa record, and rows that point at the owner's.

use super::body::{Body, ask_for_keys};
use super::condition::Reader;
use super::entity::{self, Active};
use super::facts::{Compiled, Places};
use super::own::scope_of;
use super::part::{self, Element};
use super::scope::{Records, Spot};
use super::steps::{self, EndTypes};
use crate::diag::Diagnostic;
use crate::diag::codes::{lines, names, records as codes};
use crate::diag::suggest::suggestion;
use crate::functions::Shape;
use crate::program::entity::Owner;
use crate::program::{Entity, Expr};
use crate::schema::{self, Record};
use crate::syntax::ast::{self, PartCondition, PartTarget};
use crate::value::{Side, Type};

/// Compiles such a part below its owner, whose records grow by what the part asks of them.
pub fn compile<'a>(
    above: &mut Body<'_, 'a>,
    written: &ast::Part,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Compiled> {
    let PartTarget::Record(target) = &written.target else { return None };
    let (globals, settings) = (above.globals, above.settings);
    let row = entity::record(globals.schemas, globals.settings, settings, Side::Business, target, diagnostics);
    let (element, mut owner) = match &written.each {
        Some(chain) => pieces(above, written, chain, diagnostics)?,
        None => records(above, written, diagnostics)?,
    };
    let row = row?;
    let name = format!("{}.{}", above.name, written.name.value);
    let mut severa = Records::new(globals.schemas, Side::Severa, element, None);
    let mut business = Records::new(globals.schemas, Side::Business, row.0, row.1);
    ask_for_keys([&mut severa, &mut business]);
    let mut entity = Entity::bare();
    entity.name.clone_from(&name);
    entity.title.clone_from(&element.title);
    // What the list holds may have been asked for by a condition or part of the owner already.
    if let Some(of) = above.severa.select.fields.get(owner.slot).and_then(|f| f.of.as_deref()) {
        for field in &of.fields {
            if severa.select.slot(&field.name).is_none() {
                severa.select.fields.push(field.clone());
            }
        }
    }
    let part = Element { globals, settings, written };
    let selected = part.select(&mut severa, diagnostics);
    (owner.condition, owner.first_by, owner.first) = (selected.condition, selected.first_by, written.first.is_some());
    entity.constants_severa = selected.constants;
    if let Some(PartCondition::NotIn(sibling)) = &written.condition {
        owner.not_in = above.entity.parts.iter().position(|p| p.name == sibling.value);
        if owner.not_in.is_none() {
            let message = format!("`{}` has no part `{}` of the same row", above.name, sibling.value);
            let known = above.entity.parts.iter().map(|p| p.name.as_str());
            let diagnostic = Diagnostic::new(names::UNKNOWN_PART, message, sibling.span, "unknown");
            diagnostics.push(match suggestion(&sibling.value, sibling.span, known) {
                Some(suggestion) => diagnostic.suggest(suggestion),
                None => diagnostic,
            });
        }
    }
    // The owner's records go down with the part, and come back when it is closed.
    severa.owner = Some(Box::new(lend(&mut above.severa)));
    business.owner = Some(Box::new(lend(&mut above.business)));
    let joins = &mut owner.joins;
    let own = scope_of(globals, settings, &mut business, target.condition.as_ref(), Some(joins), diagnostics);
    (entity.constants_business, entity.own_business) = (own.constants, own.rest);
    if owner.joins.is_empty() {
        let message = format!("nothing ties the rows of `{}` to the record above", written.name.value);
        diagnostics.push(
            Diagnostic::new(codes::PART_WITHOUT_OWNER, message, target.span, "whose rows?")
                .help("name a column of the record above in its `where`: `OrdNo = owner.OrdNo`"),
        );
        (above.severa, above.business) = (*severa.owner.take()?, *business.owner.take()?);
        return None;
    }
    entity.owner = Some(owner);
    let systems = systems(written, target);
    let def = Active {
        name: written.name.clone(),
        severa: (element, None),
        business: row,
        systems: &systems,
        whole: above.places.whole.clone(),
        body: Vec::new(),
        asked: Vec::new(),
        known_by: None,
    };
    let mut body = Body {
        globals,
        name: &name,
        settings,
        direction: written.arrow.value,
        arrow: written.arrow.span,
        severa,
        business,
        entity,
        lines: Vec::new(),
        pairs: Vec::new(),
        matching: false,
        children: Vec::new(),
        places: Places::new(&def),
    };
    let mut flat = Vec::new();
    entity::flatten(globals.settings, settings, &written.body, &mut flat);
    body.statements(&flat, diagnostics);
    alone(&mut body, above);
    let (compiled, [severa, business]) = body.finish(written.span, diagnostics);
    above.severa = *severa?;
    above.business = *business?;
    let list = compiled.entity.owner.as_ref().map(|owner| owner.slot)?;
    if written.each.is_none() {
        part::widen(&mut above.severa, list, &compiled.entity.severa);
    }
    Some(compiled)
}

/// What a part needs whose rows are carried over one by one: how they name their owner, their stamps, and
/// the owner's rules where it says nothing itself.
fn alone(part: &mut Body, above: &Body) {
    let of_pieces = part.entity.owner.as_ref().is_some_and(|owner| owner.pieces.is_some());
    if of_pieces || !part.entity.positions.is_empty() {
        return;
    }
    let named = part.severa.record.fields.iter().find(|field| field.owner);
    let field = named.and_then(|field| part.severa.record.column(&field.name, None, None));
    let field = field.map(|column| (column.name.clone(), part.severa.slot(&column)));
    part::stamps(&mut part.severa);
    let entity = &mut part.entity;
    if part.places.master.is_none() && part.direction == ast::Arrow::Both {
        entity.master = above.entity.master;
    }
    if part.places.conflict.is_none() {
        entity.conflict = above.entity.conflict;
    }
    entity.once |= above.entity.once;
    if let Some(owner) = &mut entity.owner {
        owner.field = field;
        let key = part.business.record.key_column(part.business.index);
        let key = key.and_then(|key| Some((key.name.clone(), part.business.select.slot(&key.name)?)));
        entity.linked_columns.extend(key);
        // A row that comes to hang on another owner is noticed by these.
        for (column, _) in &owner.joins {
            let slot = part.business.select.slot(column);
            entity.linked_columns.extend(slot.map(|slot| (column.clone(), slot)));
        }
    }
}

/// The part's own line as that of an entity would be, for the places of its words.
fn systems(written: &ast::Part, target: &ast::RecordRef) -> ast::Systems {
    let name = ast::Name { value: written.name.value.clone(), span: written.list.span };
    ast::Systems {
        severa: ast::RecordRef { record: name, index: None, condition: None, span: written.list.span },
        arrow: written.arrow.clone(),
        business: target.clone(),
        span: written.span,
    }
}

fn lend<'a>(records: &mut Records<'a>) -> Records<'a> {
    let empty = Records::new(records.schemas, records.side, records.record, records.index);
    std::mem::replace(records, empty)
}

/// The records of a list.
fn records<'a>(
    above: &mut Body<'_, 'a>,
    written: &ast::Part,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<(&'a Record, Owner)> {
    let (list, field, record) = part::list(above.globals, above.settings, &mut above.severa, written, diagnostics)?;
    Some((record, Owner { list: field, slot: list, ..Owner::default() }))
}

/// The pieces that transforms make of one value: `each (text -> wrap(60))`.
fn pieces<'a>(
    above: &mut Body<'_, 'a>,
    written: &ast::Part,
    chain: &[ast::Expr],
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<(&'a Record, Owner)> {
    let globals = above.globals;
    if written.arrow.value != ast::Arrow::ToBusiness {
        let message = "pieces of one value cannot be put together again";
        diagnostics.push(
            Diagnostic::new(lines::NO_WAY_BACK, message, written.arrow.span, "no way back")
                .help("let the part's arrow point to Visma Business: `->`"),
        );
        return None;
    }
    let mut reader = Reader { globals, entity: above.settings, records: &mut above.severa, part: None, diagnostics };
    let (spot, column) = match reader.records.locate(globals, above.settings, &written.list) {
        Ok(Some(found)) => found,
        Ok(None) => {
            let unknown = reader.records.unknown(&written.list);
            reader.diagnostics.push(unknown);
            return None;
        }
        Err(diagnostic) => {
            reader.diagnostics.push(*diagnostic);
            return None;
        }
    };
    let types = EndTypes {
        severa: Some(column.ty.clone()),
        business: None,
        refers: None,
        refers_number: None,
        business_text: String::new(),
        severa_refers: None,
        severa_text: globals.sources.slice(written.list.span).trim().to_owned(),
    };
    let mut shape = Shape::One(column.ty.clone());
    let mut expr = Expr::Slot(reader.slot(spot));
    for what in chain {
        let segment = ast::Segment { what: what.clone(), fallback: None, span: what.span };
        let step = steps::compile(&mut reader, &segment, &types)?;
        shape = match step.shape(Side::Business, false, &shape) {
            Ok(shape) => shape,
            Err(why) => {
                reader.diagnostics.push(Diagnostic::new(lines::TYPE_MISMATCH, why, what.span, "here"));
                return None;
            }
        };
        expr = step.apply(Side::Business, false, expr);
    }
    let Shape::One(Type::Values(_)) = &shape else {
        let at = chain.last().map_or(written.list.span, |e| e.span);
        let message = format!("`each` needs several values, and this is {shape}");
        diagnostics.push(
            Diagnostic::new(codes::EACH_OF_ONE, message, at, "one value")
                .help("end it with a transform that makes a list, such as `wrap(60)`"),
        );
        return None;
    };
    let Spot::Own(slot) = spot else { return None };
    let owner = Owner { list: column.name, slot, pieces: Some(expr), ..Owner::default() };
    Some((schema::piece(), owner))
}
