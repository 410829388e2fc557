//! Examples of the mapping, from what is written to records in the order of the entity's selects.

mod values;

use super::layers::Merged;
use super::memo::Finished;
use super::scope::{self, Globals, Records};
use crate::diag::codes::{examples as codes, names};
use crate::diag::{self, Diagnostic};
use crate::program::{Entity, Example, Expected, ExpectedField, Program, Slot, Wanted};
use crate::schema;
use crate::source::{FileId, Span};
use crate::syntax::ast::{self, ExampleSide, ExampleValue, Path};
use crate::trial::{self, Journey};
use crate::value::{Side, Type, Value};
use std::sync::Arc;
use values::Given;

/// The examples of entities that take part; faulty ones are left out and told.
pub fn resolve(
    globals: &Globals,
    merged: &Merged,
    entities: &[Arc<Entity>],
    known: &[Option<Arc<Finished>>],
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Arc<Example>> {
    // A line that is left out because it is faulty must not be told a second time.
    let faulty = diag::has_errors(diagnostics);
    let mut found = Vec::new();
    for example in standing(merged, diagnostics) {
        let name = &example.entity.value;
        match globals.entities.iter().position(|e| e.name.value == *name) {
            Some(place) => {
                // Only what lies beside a known entity, in a file that never changes, can be known itself.
                let file = globals.entities[place].known_by.map(|span| span.file);
                let known = known.get(place).and_then(Option::as_deref).filter(|_| file == Some(example.span.file));
                if let Some(resolved) = known.and_then(|known| known.example(globals, example.span)) {
                    found.push(resolved);
                    continue;
                }
                let before = diagnostics.len();
                globals.settings.trace.begin(known.is_some());
                let resolved = one(globals, example, place, entities, faulty, diagnostics).map(Arc::new);
                let asked = globals.settings.trace.end();
                if let (Some(known), Some(resolved)) = (known, &resolved)
                    && !faulty
                    && diagnostics.len() == before
                {
                    known.keep_example(example.span, asked, resolved);
                }
                found.extend(resolved);
            }
            // Of an entity that is switched off nothing can be shown.
            None if merged.entities.iter().any(|e| e.name.value == *name) => {}
            None => diagnostics.extend(scope::unknown_entity(globals, &example.entity)),
        }
    }
    found
}

/// An example of a lower layer that does not fit the mapping any more is its own mapping's matter:
/// whoever changes what it shows cannot take it away.
pub fn leave_out_below(program: &mut Program, merged: &Merged, diagnostics: &mut Vec<Diagnostic>) {
    let below = |d: &Diagnostic| {
        let lower = |span: Span| merged.files.contains(&span.file) && !merged.own.contains(&span.file);
        codes::ALL.contains(&d.code) && d.span().is_some_and(lower)
    };
    let lost: Vec<_> = diagnostics.iter().filter(|d| below(d)).filter_map(|d| d.span()).collect();
    diagnostics.retain(|d| !below(d));
    program.examples.retain(|example| !lost.iter().any(|span| example.span.contains(*span)));
}

/// An example takes the place of one below it with its title; two in one layer are one too many.
fn standing<'a>(merged: &Merged<'a>, diagnostics: &mut Vec<Diagnostic>) -> Vec<&'a ast::Example> {
    let mut standing: Vec<(usize, &ast::Example)> = Vec::new();
    for (layer, example) in &merged.examples {
        let example = *example;
        let same = |(_, e): &&mut (usize, &ast::Example)| {
            e.title.value == example.title.value && e.entity.value == example.entity.value
        };
        match standing.iter_mut().find(same) {
            Some((below, first)) if *below == *layer => diagnostics.push(
                Diagnostic::new(
                    names::DUPLICATE_NAME,
                    format!("there are two examples \"{}\" for `{}`", example.title.value, example.entity.value),
                    example.title.span,
                    "the second",
                )
                .also(first.title.span, "the first")
                .help("give one of them another title"),
            ),
            Some(place) => *place = (*layer, example),
            None => standing.push((*layer, example)),
        }
    }
    standing.into_iter().map(|(_, example)| example).collect()
}

/// Says which examples expect a record that the filter keeps back.
pub fn kept_back(program: &Program, own: &[FileId], diagnostics: &mut Vec<Diagnostic>) {
    if diag::has_errors(diagnostics) {
        return;
    }
    // What a mapping below expects is its own test; whoever narrows a filter sees it in `samband test`.
    let own = program.examples.iter().filter(|e| own.contains(&e.span.file));
    for example in own.filter(|e| matches!(e.expected, Expected::Record(_))) {
        if let Journey::LeftOut(condition) = trial::journey(program, example) {
            let message = format!("\"{}\" expects a record, and the filter leaves it out", example.title);
            let help = "give what the condition asks for, or expect `nothing`";
            let label = format!("does not fulfill `{condition}`");
            diagnostics.push(Diagnostic::new(codes::EXAMPLE_FILTERED_OUT, message, example.span, label).help(help));
        }
    }
}

fn span_of(side: &ExampleSide) -> Span {
    match side {
        ExampleSide::Nothing(span) => *span,
        ExampleSide::Record(record) => record.span,
    }
}

/// The side that is written first is what is given.
fn one(
    globals: &Globals,
    written: &ast::Example,
    place: usize,
    entities: &[Arc<Entity>],
    faulty: bool,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Example> {
    let entity = entities.get(place)?;
    let nothing_expected = |span: Span, why: String, label: &str, help: &str| {
        Diagnostic::new(codes::EXAMPLE_NOTHING_EXPECTED, why, span, label).help(help)
    };
    let (Some(severa), Some(business)) = (&written.severa, &written.business) else {
        diagnostics.push(nothing_expected(
            written.title.span,
            format!("\"{}\" expects nothing of the mapping", written.title.value),
            "one side alone shows nothing",
            "add the other side: the fields that must come out there, or `nothing`",
        ));
        return None;
    };
    let (given, first, second) = if span_of(severa).start < span_of(business).start {
        (Side::Severa, severa, business)
    } else {
        (Side::Business, business, severa)
    };
    let ExampleSide::Record(record) = first else {
        diagnostics.push(nothing_expected(
            span_of(first),
            format!("\"{}\" gives nothing that could be carried", written.title.value),
            "the side that stands first is what is given",
            "put the side with the record first",
        ));
        return None;
    };
    let to = given.other();
    match second {
        ExampleSide::Nothing(span) if !entity.creates_on(to) => {
            diagnostics.push(nothing_expected(
                *span,
                format!("`{}` never creates a record in {}", entity.name, to.title()),
                "so this always holds",
                "name a field that is written back, or drop the example",
            ));
            return None;
        }
        ExampleSide::Record(record) if record.fields.is_empty() => {
            diagnostics.push(nothing_expected(
                record.span,
                format!("\"{}\" expects nothing of the mapping", written.title.value),
                "no field is named",
                "name the fields that must come out, with their values or `any`",
            ));
            return None;
        }
        _ => {}
    }
    let mut side = Sides { globals, entity, place, diagnostics, faulty, fine: true };
    let values = side.given(given, record);
    let expected = match second {
        ExampleSide::Nothing(_) => Expected::Nothing,
        ExampleSide::Record(record) => {
            let records = side.records(to);
            Expected::Record(side.expected(&records, &carried(entity, to), None, &[], record))
        }
    };
    side.fine.then_some(())?;
    let origin = super::line::origin(globals, written.span);
    Some(Example {
        title: written.title.value.clone(),
        entity: place,
        origin,
        span: written.title.span,
        given,
        values,
        expected,
    })
}

/// The fields that a record of this side gets: with the list's name, where they are those of a part.
fn carried(entity: &Entity, to: Side) -> Vec<(Option<String>, String)> {
    let creates = entity.creates_on(to);
    let mut carried = Vec::new();
    for line in entity.lines.iter().filter(|l| l.writes_to(to) && (creates || l.write_back)) {
        for slot in line.slots(to) {
            let list = match slot {
                Slot::Own(_) | Slot::Owner(_) => None,
                Slot::Part { part, .. } => entity.parts.get(*part).map(|p| p.field.clone()),
            };
            carried.push((list, entity.field_name(to, *slot).to_owned()));
        }
    }
    if creates {
        carried.extend(entity.constants(to).iter().map(|(name, _)| (None, name.clone())));
        carried.extend(trial::assigned(entity, to).into_iter().map(|name| (None, name)));
    }
    let of_parts = entity.parts.iter().flat_map(|p| p.constants.iter().map(move |(name, _)| (p, name)));
    carried.extend(of_parts.map(|(part, name)| (Some(part.field.clone()), name.clone())));
    carried
}

struct Sides<'a, 'g> {
    globals: &'a Globals<'g>,
    entity: &'a Entity,
    place: usize,
    diagnostics: &'a mut Vec<Diagnostic>,
    /// The mapping has faults, so that what it carries is not all known.
    faulty: bool,
    fine: bool,
}

impl<'g> Sides<'_, 'g> {
    /// The records of a side with what the entity asks of them.
    fn records(&self, side: Side) -> Records<'g> {
        let def = &self.globals.entities[self.place];
        let (record, index) = if side == Side::Severa { def.severa } else { def.business };
        let mut records = Records::new(self.globals.schemas, side, record, index);
        records.select = self.entity.select(side).clone();
        records
    }

    fn fault(&mut self, diagnostic: Diagnostic) {
        self.fine = false;
        self.diagnostics.push(diagnostic);
    }

    /// The column of a path, told where there is none.
    fn column<'r>(&mut self, records: &Records<'r>, path: &Path) -> Option<schema::Column<'r>> {
        match records.find(self.globals, &self.entity.name, path) {
            Ok(Some(column)) => return Some(column),
            Ok(None) => {
                let unknown = records.unknown(path);
                self.fault(Diagnostic { code: codes::EXAMPLE_UNKNOWN_FIELD, ..unknown });
            }
            Err(diagnostic) => self.fault(*diagnostic),
        }
        None
    }

    fn unmapped(&mut self, name: &str, span: Span, label: &str) {
        if self.faulty {
            return;
        }
        let message = format!("the mapping of `{}` does not carry `{name}`", self.entity.name);
        let help = "name a field of one of its lines or filters, or drop this one";
        self.diagnostics.push(Diagnostic::new(codes::EXAMPLE_UNMAPPED_FIELD, message, span, label).help(help));
    }

    fn value(&mut self, records: &Records, column: &schema::Column, expr: &ast::Expr) -> Option<Given> {
        match values::read(self.globals, &self.entity.name, records.side, column, expr) {
            Ok(given) => Some(given),
            Err(diagnostic) => {
                self.fault(*diagnostic);
                None
            }
        }
    }

    /// The record that is given: fields that nothing names are blank, but for what the record's own `where` says.
    fn given(&mut self, side: Side, record: &ast::ExampleRecord) -> Vec<Value> {
        let records = self.records(side);
        let mut values = vec![Value::Null; records.select.fields.len()];
        for (name, value) in self.entity.constants(side) {
            if let Some(place) = records.select.slot(name).and_then(|slot| values.get_mut(slot)) {
                *place = value.clone();
            }
        }
        self.fill(&records, &[], record, &mut values);
        values
    }

    fn fill(&mut self, records: &Records, prefix: &[ast::PathStep], record: &ast::ExampleRecord, into: &mut [Value]) {
        for (path, value) in &record.fields {
            let path = joined(prefix, path);
            if let ExampleValue::Record(inner) = value {
                self.fill(records, &path.steps, inner, into);
                continue;
            }
            let Some(column) = self.column(records, &path) else { continue };
            let slot = records.select.slot(&column.name);
            let given = match value {
                ExampleValue::List(elements, span) => self.list(records, &column, elements, *span),
                ExampleValue::Value(expr) => self.value(records, &column, expr).map(|given| match given {
                    Given::Any => trial::something(&column.ty),
                    Given::Is(value) => value,
                }),
                ExampleValue::Record(_) => None,
            };
            match slot.and_then(|slot| into.get_mut(slot)) {
                Some(place) => *place = given.unwrap_or_default(),
                None => self.unmapped(&scope::name_of(&path), path.span, "no line, filter or key reads it"),
            }
        }
    }

    fn list(
        &mut self,
        records: &Records,
        column: &schema::Column,
        elements: &[ast::ExampleRecord],
        span: Span,
    ) -> Option<Value> {
        let inner = self.elements(records, column, span)?;
        let mut rows = Vec::new();
        for element in elements {
            let mut values = vec![Value::Null; inner.select.fields.len()];
            self.fill(&inner, &[], element, &mut values);
            rows.push(Value::Record(values));
        }
        Some(Value::List(rows))
    }

    /// The records of a list, with what is asked of them.
    fn elements<'r>(&mut self, records: &Records<'r>, column: &schema::Column, span: Span) -> Option<Records<'r>> {
        let Type::List(name) = &column.ty else {
            self.fault(Diagnostic::new(
                codes::EXAMPLE_WRONG_VALUE,
                format!("`{}` is no list", column.name),
                span,
                format!("{}", column.ty),
            ));
            return None;
        };
        let record = records.schemas.of(records.side).record(name)?;
        let mut inner = Records::new(records.schemas, records.side, record, None);
        if let Some(of) =
            records.select.slot(&column.name).and_then(|s| records.select.fields.get(s)).and_then(|f| f.of.as_deref())
        {
            inner.select = of.clone();
        }
        Some(inner)
    }

    /// What must come out; `list` is the list whose elements `records` are.
    fn expected(
        &mut self,
        records: &Records,
        carried: &[(Option<String>, String)],
        list: Option<&str>,
        prefix: &[ast::PathStep],
        record: &ast::ExampleRecord,
    ) -> Vec<ExpectedField> {
        let mut fields = Vec::new();
        for (path, value) in &record.fields {
            let path = joined(prefix, path);
            if let ExampleValue::Record(inner) = value {
                fields.extend(self.expected(records, carried, list, &path.steps, inner));
                continue;
            }
            let Some(column) = self.column(records, &path) else { continue };
            let known = match value {
                ExampleValue::List(..) => carried.iter().any(|(l, _)| l.as_deref() == Some(&column.name)),
                _ => carried.iter().any(|(l, name)| l.as_deref() == list && *name == column.name),
            };
            if !known {
                self.unmapped(&scope::name_of(&path), path.span, "nothing writes it");
            }
            let wanted = match value {
                ExampleValue::List(elements, span) => {
                    let Some(inner) = self.elements(records, &column, *span) else { continue };
                    let elements = elements.iter().map(|e| self.expected(&inner, carried, Some(&column.name), &[], e));
                    Wanted::Among(elements.collect())
                }
                ExampleValue::Value(expr) => match self.value(records, &column, expr) {
                    Some(Given::Any) => Wanted::Any,
                    Some(Given::Is(value)) => Wanted::Is(value),
                    None => continue,
                },
                ExampleValue::Record(_) => continue,
            };
            let own: String = self.globals.sources.slice(path.span).split_whitespace().collect();
            let before: String = prefix.iter().map(|step| format!("{}.", step.name)).collect();
            fields.push(ExpectedField { written: before + &own, field: column.name, wanted });
        }
        fields
    }
}

/// `country: { guid: … }` is `country.guid: …`.
fn joined(prefix: &[ast::PathStep], path: &Path) -> Path {
    Path { steps: prefix.iter().chain(&path.steps).cloned().collect(), span: path.span }
}
