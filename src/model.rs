//! The mapping with every name resolved and every type known: from trees to a program.
//!
//! Nothing here fails: a fault becomes a diagnostic, the statement that has it is left out, and
//! the rest is checked. A program comes out only where no error was found.

mod condition;
mod ends;
mod entity;
mod examples;
mod fields;
mod given;
mod layers;
mod line;
mod maps;
mod order;
mod part;
mod pushdown;
mod scope;
mod settings;
mod statements;
mod steps;
mod tables;
mod verify;

pub use given::{Given, GivenValue};

use crate::diag::{self, Diagnostic};
use crate::program::Program;
use crate::source::{FileId, Sources, Spanned};
use crate::syntax::{self, ast};

/// Parses and checks a mapping and compiles it.
///
/// `files` are all files at hand, the standard mapping's included; `mapping` names the one to
/// run, and with none every mapping that no other extends is checked. `given` are the customer's
/// settings; without them a setting's default or first allowed value stands in, so that a mapping
/// can be checked by itself.
pub fn check(
    sources: &Sources,
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
    let program = build(sources, &trees, mapping, given, &mut diagnostics);
    (program, diagnostics)
}

/// The same over files that are parsed already; `diagnostics` hold their faults, and get the rest.
pub fn build(
    sources: &Sources,
    trees: &[(FileId, ast::File)],
    mapping: Option<&Spanned<String>>,
    given: Option<&[Given]>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Program> {
    build_each(sources, trees, mapping, given, diagnostics).pop()
}

/// The program of the mapping that is named, or else of every mapping that no other extends.
pub fn build_each(
    sources: &Sources,
    trees: &[(FileId, ast::File)],
    mapping: Option<&Spanned<String>>,
    given: Option<&[Given]>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Program> {
    let library = layers::Library::new(trees, diagnostics);
    let names = match mapping {
        Some(name) => vec![name.value.clone()],
        None => library.tops(),
    };
    let mut programs = Vec::new();
    for name in &names {
        let span = mapping.map(|m| m.span);
        let Some(merged) = library.merge(sources, name, span, diagnostics) else { continue };
        programs.push(compile(sources, merged, given, diagnostics));
    }
    diag::tidy(diagnostics);
    if diag::has_errors(diagnostics) { Vec::new() } else { programs }
}

fn compile(
    sources: &Sources,
    merged: layers::Merged,
    given: Option<&[Given]>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Program {
    let mut settings = settings::resolve(sources, &merged, given, diagnostics);
    let tables = tables::collect(&merged, &settings, diagnostics);
    let active = entity::active(&merged, &settings, diagnostics);
    let (active, after) = order::sort(active, diagnostics);
    let linked = Default::default();
    let globals = scope::Globals { sources, settings: &settings, tables: &tables, entities: &active, linked };
    let mut entities: Vec<_> =
        active.iter().zip(after).map(|(def, after)| entity::compile(&globals, def, after, diagnostics)).collect();
    verify::all(&globals, &active, &mut entities, diagnostics);
    let examples = examples::resolve(&globals, &merged, &entities, diagnostics);
    let kept = tables.kept;
    let named = std::mem::take(&mut settings.named);
    let fingerprint = fingerprint(sources, &merged, given);
    let program = Program { mapping: merged.name, fingerprint, entities, kept, named, examples };
    examples::kept_back(&program, diagnostics);
    program
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
