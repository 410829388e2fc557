//! The mapping with every name resolved and every type known: from trees to a program.
//!
//! Nothing here fails: a fault becomes a diagnostic, the statement that has it is left out, and
//! the rest is checked. A program comes out only where no error was found.

mod analysis;
mod blame;
mod body;
mod branches;
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
mod memo;
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
pub use memo::Memo;

use crate::diag::{self, Diagnostic};
use crate::program::Program;
use crate::schema::Schemas;
use crate::source::{FileId, Sources, Spanned};
use crate::syntax::{self, ast};
use std::collections::HashSet;
use std::sync::Arc;

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
    build_each(sources, schemas, trees, mapping, given, None, diagnostics).pop()
}

/// The program of the mapping that is named, or else of every mapping that no other extends.
///
/// `memo` keeps, from one project to the next, what it knows of entities; all its projects must have these `sources`,
/// and the same schemas.
pub fn build_each(
    sources: &Sources,
    schemas: &Schemas,
    trees: &[(FileId, &ast::File)],
    mapping: Option<&Spanned<String>>,
    given: Option<&[Given]>,
    memo: Option<&Memo>,
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
        let start = Start { sources, schemas, merged: &merged, given, memo };
        programs.push(compile(&start, diagnostics));
        unused::check(trees, &merged, diagnostics);
        if mapping.is_some() {
            unused::files(trees, &merged, diagnostics);
        }
    }
    follow_on::drop(sources, trees, diagnostics);
    // Last, when everything that could be allowed has been said. It leaves the list tidy.
    // A file below that nothing is said of has nothing to allow, and its own comments are its own project's matter.
    let told: HashSet<FileId> = diagnostics.iter().filter_map(|d| d.span()).map(|span| span.file).collect();
    let files = trees.iter().copied().filter(|(file, _)| told.contains(file) || own.contains(file));
    syntax::allow::apply(sources, files, diagnostics);
    if follow_on::is_lost(trees) {
        diagnostics.retain(|d| d.code != diag::codes::tidy::ALLOW_UNUSED);
    }
    // What has no words of its own on what to write has those of its code.
    for fault in diagnostics.iter_mut().filter(|d| d.help.is_none()) {
        fault.help = Some(fault.code.0.why.to_owned());
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
        let start = Start { sources, schemas, merged: &merged, given, memo: None };
        start.compile(&Vec::new(), &mut Vec::new(), |globals, compiled, _| sight.view(globals, compiled.all)).0
    };
    merged.map(view).collect()
}

fn compile(start: &Start, diagnostics: &mut Vec<Diagnostic>) -> Program {
    let Start { sources, schemas, merged, given, .. } = *start;
    let whole = |globals: &scope::Globals, mut found: Entities, diagnostics: &mut Vec<Diagnostic>| {
        let finished = found.finish(globals);
        let sound: Vec<bool> = finished.iter().map(|one| one.as_ref().is_some_and(|one| one.is_sound())).collect();
        let before = diagnostics.len();
        verify::all(globals, &merged.drops, &found.all, &sound, diagnostics);
        // A mapping that stands on its own is written for every value of its settings, a layer for its customer's.
        let settled = given.is_some() && merged.own.len() < merged.files.len();
        let (compiled, own) = (found.all.as_slice(), merged.own.as_slice());
        let depth = &|file| merged.depth(file);
        let drops = merged.drops.as_slice();
        analysis::all(&analysis::Whole { schemas, compiled, sound: &sound, own, depth, drops, settled }, diagnostics);
        // Where there are faults some checks are left out.
        if diagnostics.len() == before && !diag::has_errors(diagnostics) {
            finished.iter().flatten().for_each(|one| one.found_sound());
        }
        let entities: Vec<_> = found.all.into_iter().map(|one| one.entity).collect();
        let examples = examples::resolve(globals, merged, &entities, &finished, diagnostics);
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
    let (kept, named) = (tables.kept, settings.named);
    let fingerprint = fingerprint(sources, merged, given);
    let mut program = Program { mapping: merged.name.clone(), fingerprint, entities, kept, named, examples };
    examples::leave_out_below(&mut program, merged, diagnostics);
    examples::kept_back(&program, &merged.own, diagnostics);
    if let Some(given) = given {
        blame::settings(merged, given, diagnostics, &mut |given| {
            let mut faults = Vec::new();
            Start { given: Some(given), memo: None, ..*start }.compile(
                &Vec::new(),
                &mut faults,
                |globals, found, faults| {
                    whole(globals, found, faults);
                },
            );
            faults
        });
    }
    blame::upward(merged, given, diagnostics);
    program
}

/// What a mapping is compiled from.
struct Start<'s> {
    sources: &'s Sources,
    schemas: &'s Schemas,
    merged: &'s layers::Merged<'s>,
    given: Option<&'s [Given]>,
    memo: Option<&'s Memo>,
}

/// The entities of a mapping, and which of them the memo knows.
struct Entities {
    all: Vec<facts::Compiled>,
    known: Vec<Option<Arc<memo::Known>>>,
}

impl Start<'_> {
    /// Settings, tables, entities, in this order; `then` looks at the entities with all their names at hand.
    fn compile<R>(
        &self,
        assumed: &variants::Assumed,
        diagnostics: &mut Vec<Diagnostic>,
        then: impl FnOnce(&scope::Globals, Entities, &mut Vec<Diagnostic>) -> R,
    ) -> (R, settings::Settings, tables::Tables<'_>) {
        let Start { sources, schemas, merged, given, memo } = *self;
        let mut settings = settings::resolve(sources, schemas, merged, given, assumed, diagnostics);
        let tables = tables::collect(schemas, merged, &mut settings, diagnostics);
        let (active, inactive) = entity::active(schemas, merged, &settings, memo, diagnostics);
        let (active, after) = order::sort(active, diagnostics);
        let globals = scope::Globals {
            sources,
            schemas,
            settings: &settings,
            tables: &tables,
            entities: &active,
            inactive: &inactive,
            linked: Default::default(),
            trace: Default::default(),
        };
        let entities = self.entities(&globals, after, diagnostics);
        let result = then(&globals, entities, diagnostics);
        (result, settings, tables)
    }

    fn entities(
        &self,
        globals: &scope::Globals,
        after: Vec<Vec<usize>>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Entities {
        let mut entities = Entities { all: Vec::new(), known: Vec::new() };
        for (place, (def, after)) in globals.entities.iter().zip(after).enumerate() {
            let memo = self.memo.filter(|_| def.known_by.is_some());
            if let Some(known) = memo.and_then(|memo| memo.find(globals, place, def, &after)) {
                entities.all.push(known.compiled());
                entities.known.push(Some(known));
                continue;
            }
            let mut compile = |after: Vec<usize>| {
                // Some statements say nothing where there are faults already.
                let clean = !diag::has_errors(diagnostics);
                let before = diagnostics.len();
                let compiled = body::compile(globals, def, after, diagnostics);
                (compiled, clean && diagnostics.len() == before)
            };
            let (compiled, known) = match memo {
                Some(memo) => memo.learn(globals, (place, def, &after), || compile(after.clone())),
                None => (compile(after).0, None),
            };
            entities.all.push(compiled);
            entities.known.push(known);
        }
        entities
    }
}

impl Entities {
    /// Adds the columns that links ask; what the memo has of that comes back.
    fn finish(&mut self, globals: &scope::Globals) -> Vec<Option<Arc<memo::Finished>>> {
        let linked = globals.linked.borrow();
        let columns = |place: usize| {
            let of = linked.range((place, String::new())..(place + 1, String::new()));
            of.map(|(_, column)| column.clone()).collect::<Vec<_>>()
        };
        let each = self.all.iter_mut().zip(&self.known).enumerate();
        each.map(|(place, (compiled, known))| {
            let columns = columns(place);
            let Some(known) = known else {
                verify::linked_columns(globals, place, &columns, compiled);
                return None;
            };
            let asked = columns.clone();
            let finished = known.finished(columns, |one| verify::linked_columns(globals, place, &asked, one));
            *compiled = finished.compiled.clone();
            Some(finished)
        })
        .collect()
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
