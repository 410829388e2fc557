//! The mapping with every name resolved and every type known: from trees to a program.
//!
//! Nothing here fails: a fault becomes a diagnostic, the statement that has it is left out, and
//! the rest is checked. A program comes out only where no error was found.

mod analysis;
mod body;
mod capacity;
mod condition;
mod ends;
mod entity;
mod examples;
mod facts;
mod fields;
mod follow_on;
mod given;
mod layers;
mod line;
mod maps;
mod order;
mod own;
mod pairing;
mod part;
mod pushdown;
mod rows;
mod scope;
mod settings;
mod statements;
mod steps;
mod tables;
mod unused;
mod variants;
mod verify;
pub mod view;

pub use given::{Given, GivenValue};

use crate::diag::{self, Diagnostic};
use crate::program::Program;
use crate::schema::Schemas;
use crate::source::{FileId, Sources, Spanned};
use crate::syntax::{self, ast};
use std::collections::HashSet;

/// Parses and checks a mapping and compiles it.
///
/// `files` are all files at hand, the standard mapping's included; `mapping` names the one to
/// run, and with none every mapping that no other extends is checked. `given` are the customer's
/// settings; without them a setting's default or first allowed value stands in, so that a mapping
/// can be checked by itself. `schemas` are what both systems can hold.
pub fn check(
    sources: &Sources,
    schemas: &Schemas,
    files: &[FileId],
    mapping: Option<&Spanned<String>>,
    given: Option<&[Given]>,
) -> (Option<Program>, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let mut trees = Vec::new();
    for file in files {
        let (tree, faults) = syntax::parse(sources, *file);
        trees.push((*file, tree));
        diagnostics.extend(faults);
    }
    let trees: Vec<(FileId, &ast::File)> = trees.iter().map(|(id, file)| (*id, file)).collect();
    let program = build(sources, schemas, &trees, mapping, given, &mut diagnostics);
    (program, diagnostics)
}

/// The same over files that are parsed already; `diagnostics` hold their faults, and get the rest.
pub fn build(
    sources: &Sources,
    schemas: &Schemas,
    trees: &[(FileId, &ast::File)],
    mapping: Option<&Spanned<String>>,
    given: Option<&[Given]>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Program> {
    build_each(sources, schemas, trees, mapping, given, diagnostics).pop()
}

/// The program of the mapping that is named, or else of every mapping that no other extends.
pub fn build_each(
    sources: &Sources,
    schemas: &Schemas,
    trees: &[(FileId, &ast::File)],
    mapping: Option<&Spanned<String>>,
    given: Option<&[Given]>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Program> {
    let library = layers::Library::new(trees, diagnostics);
    let names = match mapping {
        Some(name) => vec![name.value.clone()],
        // Without the header there is no telling what belongs together.
        None if trees.iter().any(|(_, file)| file.lost_header) => Vec::new(),
        None => library.tops(),
    };
    let mut programs = Vec::new();
    let mut own = HashSet::new();
    for name in &names {
        let span = mapping.map(|m| m.span);
        let Some(merged) = library.merge(sources, name, span, diagnostics) else { continue };
        own.extend(merged.own.iter().copied());
        programs.push(compile(sources, schemas, &merged, given, diagnostics));
        unused::check(trees, &merged, diagnostics);
        if mapping.is_some() {
            unused::files(trees, &merged, diagnostics);
        }
    }
    follow_on::drop(sources, trees, diagnostics);
    // Last, when everything that could be allowed has been said. It leaves the list tidy.
    // A file below that nothing is said of has nothing to allow, and its own comments are its own project's matter.
    let told: HashSet<FileId> = diagnostics.iter().filter_map(|d| d.span()).map(|span| span.file).collect();
    let files = trees.iter().map(|(file, _)| *file).filter(|file| told.contains(file) || own.contains(file));
    syntax::allow::apply(sources, &files.collect::<Vec<_>>(), diagnostics);
    if follow_on::is_lost(trees) {
        diagnostics.retain(|d| d.code != diag::codes::tidy::ALLOW_UNUSED);
    }
    diag::shorten(diagnostics, 0);
    if diag::has_errors(diagnostics) { Vec::new() } else { programs }
}

/// The mapping that is named as it stands after layers and settings, in words; the same files as for [`build`].
///
/// Without a name it is each mapping that no other extends. With faults it is what stands of it: they
/// are told by [`build`], and not here.
pub fn views(
    sources: &Sources,
    schemas: &Schemas,
    trees: &[(FileId, &ast::File)],
    mapping: Option<&Spanned<String>>,
    given: Option<&[Given]>,
) -> Vec<view::View> {
    let mut told = Vec::new();
    let library = layers::Library::new(trees, &mut told);
    let names = mapping.map_or_else(|| library.tops(), |name| vec![name.value.clone()]);
    let merged = names.iter().filter_map(|name| library.merge(sources, name, None, &mut Vec::new()));
    let view = |merged: layers::Merged| {
        let sight = view::Sight { trees, merged: &merged, given };
        let start = Start { sources, schemas, merged: &merged, given };
        start.compile(&Vec::new(), &mut Vec::new(), |globals, compiled, _| sight.view(globals, compiled)).0
    };
    merged.map(view).collect()
}

fn compile(
    sources: &Sources,
    schemas: &Schemas,
    merged: &layers::Merged,
    given: Option<&[Given]>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Program {
    let start = Start { sources, schemas, merged, given };
    let whole = |globals: &scope::Globals, mut compiled: Vec<facts::Compiled>, diagnostics: &mut Vec<Diagnostic>| {
        verify::all(globals, &merged.drops, &mut compiled, diagnostics);
        // A mapping that stands on its own is written for every value of its settings, a layer for its customer's.
        let settled = given.is_some() && merged.own.len() < merged.files.len();
        analysis::all(&analysis::Whole { compiled: &compiled, own: &merged.own, settled }, diagnostics);
        let entities: Vec<_> = compiled.into_iter().map(facts::Compiled::into_entity).collect();
        let examples = examples::resolve(globals, merged, &entities, diagnostics);
        (entities, examples)
    };
    let ((entities, examples), settings, tables) = start.compile(&Vec::new(), diagnostics, whole);
    if given.is_none() {
        variants::check(merged, diagnostics, &mut |assumed| {
            let mut faults = Vec::new();
            start.compile(assumed, &mut faults, |_, _, _| ());
            faults
        });
    }
    follow_on::pointless_below(merged, diagnostics);
    let fingerprint = fingerprint(sources, merged, given);
    let (kept, named) = (tables.kept, settings.named);
    let mut program = Program { mapping: merged.name.clone(), fingerprint, entities, kept, named, examples };
    examples::leave_out_below(&mut program, merged, diagnostics);
    examples::kept_back(&program, &merged.own, diagnostics);
    program
}

/// What a mapping is compiled from.
struct Start<'s> {
    sources: &'s Sources,
    schemas: &'s Schemas,
    merged: &'s layers::Merged<'s>,
    given: Option<&'s [Given]>,
}

impl Start<'_> {
    /// Settings, tables, entities, in this order; `then` looks at the entities with all their names at hand.
    fn compile<R>(
        &self,
        assumed: &variants::Assumed,
        diagnostics: &mut Vec<Diagnostic>,
        then: impl FnOnce(&scope::Globals, Vec<facts::Compiled>, &mut Vec<Diagnostic>) -> R,
    ) -> (R, settings::Settings, tables::Tables<'_>) {
        let Start { sources, schemas, merged, given } = *self;
        let mut settings = settings::resolve(sources, schemas, merged, given, assumed, diagnostics);
        let tables = tables::collect(schemas, merged, &mut settings, diagnostics);
        let (active, inactive) = entity::active(schemas, merged, &settings, diagnostics);
        let (active, after) = order::sort(active, diagnostics);
        let linked = Default::default();
        let globals = scope::Globals {
            sources,
            schemas,
            settings: &settings,
            tables: &tables,
            entities: &active,
            inactive: &inactive,
            linked,
        };
        let compiled =
            active.iter().zip(after).map(|(def, after)| body::compile(&globals, def, after, diagnostics)).collect();
        let result = then(&globals, compiled, diagnostics);
        (result, settings, tables)
    }
}

/// Of everything that decides what a run does: the texts of the mapping's files and the settings given.
fn fingerprint(sources: &Sources, merged: &layers::Merged, given: Option<&[Given]>) -> String {
    use std::hash::{DefaultHasher, Hash, Hasher};
    // SipHash with fixed keys: the same over processes and machines, and nobody's secret.
    let mut hasher = DefaultHasher::new();
    for file in &merged.files {
        sources.get(*file).text.hash(&mut hasher);
    }
    for setting in given.unwrap_or_default() {
        setting.name.value.hash(&mut hasher);
        format!("{:?}", setting.value).hash(&mut hasher);
    }
    format!("{:016x}", hasher.finish())
}
