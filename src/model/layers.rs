//! Several files and mappings made one: what `extends`, `change`, `drop` and `off` come to.

mod change;

use crate::diag::Diagnostic;
use crate::diag::codes::{layers as codes, names};
use crate::diag::suggest::{did_you_mean, suggestion};
use crate::source::{FileId, Sources, Span};
use crate::syntax::ast::{self, Item, Name};
pub(super) use change::end_text;
use change::{Changing, change_rows, changes_nothing, empty, same_text, setting_mut, table_mut, table_names, twice};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// All mappings at hand, by name; files with one name form one mapping together.
pub struct Library<'a> {
    mappings: BTreeMap<&'a str, Vec<(FileId, &'a ast::File)>>,
}

/// A mapping with everything below it, changes applied.
#[derive(Debug, Default)]
pub struct Merged<'a> {
    pub name: String,
    pub files: Vec<FileId>,
    pub settings: Vec<Cow<'a, ast::Setting>>,
    pub requires: Vec<&'a ast::Require>,
    pub tables: Vec<Cow<'a, ast::Table>>,
    /// Those that no layer changes are the tree's own.
    pub entities: Vec<Cow<'a, ast::Entity>>,
    /// Entities that a layer switched off.
    pub off: Vec<Name>,
    /// With the layer that each is written in, counted from below.
    pub examples: Vec<(usize, &'a ast::Example)>,
    layer: usize,
    /// Where the files of the layer that is being put on begin.
    layer_from: usize,
    /// Of each file, how far from the lowest layer it stands.
    depths: Vec<(FileId, usize)>,
    /// The files of the mapping itself, without those of what it extends.
    pub own: Vec<FileId>,
    /// Settings whose value a layer has chosen, and where.
    pub settled: Vec<(String, Span)>,
    /// Lines that a layer dropped, by entity or part.
    pub drops: Vec<Dropped>,
    /// Where entities are written and changed, by name.
    stretches: Vec<(String, Span)>,
}

impl<'a> Library<'a> {
    pub fn new(files: &[(FileId, &'a ast::File)], diagnostics: &mut Vec<Diagnostic>) -> Self {
        let mut mappings: BTreeMap<&str, Vec<_>> = BTreeMap::new();
        for (id, file) in files.iter().copied() {
            match &file.mapping {
                Some(header) => mappings.entry(header.name.value.as_str()).or_default().push((id, file)),
                None if file.lost_header || (file.items.is_empty() && file.edition.is_none()) => {}
                None => diagnostics.push(
                    Diagnostic::new(
                        codes::NO_HEADER,
                        "this file does not say which mapping it is part of",
                        Span::new(id, 0, 0),
                        "a `mapping` line is missing",
                    )
                    .help("begin it with `mapping NAME extends standard`"),
                ),
            }
        }
        Self { mappings }
    }

    /// The mappings that no other extends, and those that end up extending themselves.
    pub fn tops(&self) -> Vec<String> {
        let extended: Vec<&str> =
            self.mappings.keys().filter_map(|name| self.base(name)).map(|n| n.value.as_str()).collect();
        let top = |name: &&&str| !extended.contains(*name) || self.loops(name);
        self.mappings.keys().filter(top).map(|n| (*n).to_owned()).collect()
    }

    fn loops(&self, name: &str) -> bool {
        let mut current = self.base(name);
        for _ in 0..self.mappings.len() {
            match current {
                Some(base) if base.value == name => return true,
                Some(base) => current = self.base(&base.value),
                None => return false,
            }
        }
        false
    }

    fn base(&self, name: &str) -> Option<&'a Name> {
        self.mappings.get(name)?.iter().find_map(|(_, file)| file.mapping.as_ref()?.extends.as_ref())
    }

    /// One mapping over all that it extends.
    pub fn merge(
        &self,
        sources: &Sources,
        name: &str,
        asked: Option<Span>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Merged<'a>> {
        let mut chain = Vec::new();
        let (mut current, mut span) = (name.to_owned(), asked);
        loop {
            let Some(files) = self.mappings.get(current.as_str()) else {
                let message = format!("there is no mapping `{current}`");
                if let Some(span) = span {
                    let known = did_you_mean(&current, self.mappings.keys().copied());
                    let list = || {
                        format!(
                            "the mappings at hand are {}",
                            self.mappings.keys().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ")
                        )
                    };
                    diagnostics.push(
                        Diagnostic::new(names::UNKNOWN_MAPPING, message, span, "not found")
                            .help(known.unwrap_or_else(list)),
                    );
                }
                return None;
            };
            chain.push(files);
            match self.base(&current) {
                Some(base) if chain.len() > self.mappings.len() => {
                    diagnostics.push(
                        Diagnostic::new(
                            codes::EXTENDS_CIRCLE,
                            format!("`{name}` extends itself"),
                            base.span,
                            "through this",
                        )
                        .help("let one of them stand on its own, or write `extends standard` in it"),
                    );
                    return None;
                }
                Some(base) => (current, span) = (base.value.clone(), Some(base.span)),
                None => break,
            }
        }
        let mut merged = Merged { name: name.to_owned(), ..Merged::default() };
        merged.own = chain.first().into_iter().flat_map(|files| files.iter().map(|(id, _)| *id)).collect();
        for (layer, files) in chain.into_iter().rev().enumerate() {
            (merged.layer, merged.layer_from) = (layer, merged.files.len());
            // New things first, so that the order of files within a layer does not matter to changes.
            for (id, file) in files {
                merged.files.push(*id);
                merged.depths.push((*id, layer));
                file.items.iter().for_each(|item| merged.add(item, diagnostics));
            }
            for (_, file) in files {
                file.items.iter().for_each(|item| merged.change(sources, item, diagnostics));
            }
        }
        Some(merged)
    }
}

/// A line that a layer dropped.
#[derive(Debug)]
pub struct Dropped {
    /// The entity, whichever of its parts the line stood in.
    pub entity: String,
    /// Both ends, without blanks.
    pub ends: (String, String),
    pub span: Span,
}

impl<'a> Merged<'a> {
    /// How far from the lowest layer a file stands.
    pub fn depth(&self, file: FileId) -> usize {
        self.depths.iter().find(|(id, _)| *id == file).map_or(0, |(_, depth)| *depth)
    }

    /// Where a layer switches an entity off.
    pub fn switched_off(&self, entity: &str) -> Option<Span> {
        self.off.iter().find(|name| name.value == entity).map(|name| name.span)
    }

    /// Where an entity is written and changed.
    pub fn stretches(&self, entity: &str) -> Vec<Span> {
        self.stretches.iter().filter(|(name, _)| name == entity).map(|(_, span)| *span).collect()
    }

    fn add(&mut self, item: &'a Item, diagnostics: &mut Vec<Diagnostic>) {
        match item {
            Item::Setting(setting) if fresh(&self.settings, |s| &s.name, &setting.name, "setting", diagnostics) => {
                self.settings.push(Cow::Borrowed(setting));
            }
            Item::Table(table) if fresh(&self.tables, |t| &t.name, &table.name, "table", diagnostics) => {
                self.tables.push(Cow::Borrowed(table));
            }
            Item::Entity(entity) if fresh(&self.entities, |e| &e.name, &entity.name, "entity", diagnostics) => {
                self.stretches.push((entity.name.value.clone(), entity.span));
                self.entities.push(Cow::Borrowed(entity));
            }
            Item::Require(require) => self.requires.push(require),
            Item::Example(example) => self.examples.push((self.layer, example)),
            _ => {}
        }
    }

    fn change(&mut self, sources: &Sources, item: &Item, diagnostics: &mut Vec<Diagnostic>) {
        match item {
            Item::ChangeSetting { name, value, span } => {
                match setting_mut(&mut self.settings, &mut self.entities, &name.value) {
                    Some(setting) => {
                        let layer = &self.files[self.layer_from..];
                        let before = self.settled.iter().rev().find(|(known, _)| *known == name.value);
                        if let Some((_, first)) = before.filter(|(_, first)| layer.contains(&first.file)) {
                            diagnostics.push(twice(&name.value, *first, *span));
                            return;
                        }
                        if setting.default.as_ref().is_some_and(|old| same_text(sources, old.span, value.span)) {
                            diagnostics.push(changes_nothing(setting.span, *span));
                        }
                        setting.default = Some(value.clone());
                        self.settled.push((name.value.clone(), *span));
                    }
                    None => {
                        diagnostics.push(nothing("setting", name, self.settings.iter().map(|s| s.name.value.as_str())))
                    }
                }
            }
            Item::ChangeTable { name, rows, span } => {
                if rows.is_empty() {
                    diagnostics.push(empty(&format!("change table {}", name.value), *span));
                }
                let layer = &self.files[self.layer_from..];
                match table_mut(&mut self.tables, &mut self.entities, &name.value).map(|table| &mut table.kind) {
                    Some(ast::TableKind::Given { rows: old, .. }) => {
                        change_rows(sources, old, rows, layer, diagnostics);
                    }
                    Some(ast::TableKind::Kept { .. }) => {
                        let message = format!("the rows of `{}` are not given by the mapping", name.value);
                        diagnostics.push(
                            Diagnostic::new(codes::CHANGE_OF_NOTHING, message, name.span, "read from the system")
                                .help("its rows are read once a run; change the records there, or map through a table of your own"),
                        );
                    }
                    None => {
                        let known = table_names(&self.tables, &self.entities);
                        diagnostics.push(nothing("table", name, known.iter().map(String::as_str)));
                    }
                }
            }
            Item::ChangeEntity { name, body, span } => {
                self.stretches.push((name.value.clone(), *span));
                if body.is_empty() {
                    diagnostics.push(empty(&format!("change entity {}", name.value), *span));
                }
                match self.entities.iter_mut().find(|e| e.name.value == name.value) {
                    Some(entity) => {
                        let (layer, drops) = (&self.files[self.layer_from..], &mut self.drops);
                        let mut changing = Changing { sources, layer, entity: &name.value, diagnostics, drops };
                        changing.body(&mut entity.to_mut().body, body, &name.value);
                    }
                    None => {
                        diagnostics.push(nothing("entity", name, self.entities.iter().map(|e| e.name.value.as_str())))
                    }
                }
            }
            Item::OffEntity { name, .. } => match self.entities.iter().any(|e| e.name.value == name.value) {
                true => match self.switched_off(&name.value) {
                    Some(first) => diagnostics.push(changes_nothing(first, name.span)),
                    None => self.off.push(name.clone()),
                },
                false => diagnostics.push(nothing("entity", name, self.entities.iter().map(|e| e.name.value.as_str()))),
            },
            _ => {}
        }
    }
}

fn fresh<T>(
    known: &[T],
    name_of: impl Fn(&T) -> &Name,
    name: &Name,
    what: &str,
    diagnostics: &mut Vec<Diagnostic>,
) -> bool {
    let Some(first) = known.iter().map(name_of).find(|n| n.value == name.value) else { return true };
    diagnostics.push(
        Diagnostic::new(
            names::DUPLICATE_NAME,
            format!("the {what} `{}` is there twice", name.value),
            name.span,
            "the second",
        )
        .also(first.span, "the first")
        .help(format!("to change the one that is there, write `change {what} {}`", name.value)),
    );
    false
}

fn nothing<'a>(what: &str, name: &Name, known: impl Iterator<Item = &'a str>) -> Diagnostic {
    let diagnostic = Diagnostic::new(
        codes::CHANGE_OF_NOTHING,
        format!("there is no {what} `{}` to change", name.value),
        name.span,
        "not in the mapping below",
    );
    match suggestion(&name.value, name.span, known) {
        Some(suggestion) => diagnostic.suggest(suggestion),
        None => diagnostic.help("to add something new, write it without `change`"),
    }
}
