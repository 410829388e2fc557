//! What a project declares and nothing uses: settings, tables, files; and settings without a word on what they are.

use super::layers::Merged;
use crate::diag::codes::{names, tidy as codes};
use crate::diag::{Diagnostic, Severity};
use crate::source::{FileId, Span};
use crate::syntax::ast::{self, Item, Statement, walk};
use std::collections::HashSet;

/// Looks at what the mapping's own files declare; what lies below is the business of its own project.
pub fn check(trees: &[(FileId, &ast::File)], merged: &Merged, diagnostics: &mut Vec<Diagnostic>) {
    // A name that is written wrong may be meant for what seems unused.
    let slip = |d: &Diagnostic| [names::UNKNOWN_NAME, names::UNKNOWN_TABLE, names::UNKNOWN_FIELD].contains(&d.code);
    let slipped = diagnostics.iter().any(slip);
    let faulty = |span: Span| {
        let hit = |d: &&Diagnostic| d.severity() == Severity::Error && d.labels.iter().any(|l| span.contains(l.span));
        diagnostics.iter().any(|d| hit(&d))
    };
    let own = || trees.iter().filter(|(id, _)| merged.own.contains(id)).map(|(_, file)| *file);
    let (mut settings, mut tables): (Declared<ast::Setting>, Declared<ast::Table>) = (Vec::new(), Vec::new());
    for item in own().flat_map(|file| &file.items) {
        match item {
            Item::Setting(setting) => settings.push((None, setting)),
            Item::Table(table) => tables.push((None, table)),
            Item::Entity(entity) => declared(&entity.name.value, &entity.body, &mut settings, &mut tables),
            Item::ChangeEntity { name, body, .. } => declared(&name.value, body, &mut settings, &mut tables),
            _ => {}
        }
    }
    settings.retain(|(_, setting)| !faulty(setting.span));
    tables.retain(|(_, table)| !faulty(table.span) && !faulty(table.name.span));
    if settings.is_empty() && tables.is_empty() {
        return;
    }
    let mut used: HashSet<String> = HashSet::new();
    // What is declared here can be named here only: a lower layer knows nothing of it.
    for file in own() {
        file.items.iter().for_each(|item| {
            walk::item_names(item, &mut |name| {
                if !used.contains(name) {
                    used.insert(name.to_owned());
                }
            });
        });
    }
    let is_used = |entity: Option<&str>, name: &str| {
        used.contains(name) || entity.is_some_and(|entity| used.contains(&format!("{entity}.{name}")))
    };
    for (entity, setting) in settings {
        let name = &setting.name.value;
        if !is_used(entity, name) {
            if slipped {
                continue;
            }
            let message = format!("nothing uses the setting `{name}`");
            diagnostics.push(unused(codes::UNUSED_SETTING, message, setting.name.span));
        } else if setting.doc.trim().is_empty() {
            let message = format!("nothing says what the setting `{name}` is");
            diagnostics.push(
                Diagnostic::new(codes::SETTING_UNDOCUMENTED, message, setting.name.span, "what does it decide?")
                    .help("write a line above it, beginning with `///`: `samband show` prints it to whoever must give the setting"),
            );
        }
    }
    for (entity, table) in tables {
        if !slipped && !is_used(entity, &table.name.value) {
            let message = format!("nothing uses the table `{}`", table.name.value);
            diagnostics.push(unused(codes::UNUSED_TABLE, message, table.name.span));
        }
    }
}

type Declared<'t, T> = Vec<(Option<&'t str>, &'t T)>;

fn declared<'t>(
    entity: &'t str,
    body: &'t [Statement],
    settings: &mut Declared<'t, ast::Setting>,
    tables: &mut Declared<'t, ast::Table>,
) {
    for statement in body {
        match statement {
            Statement::Setting(setting) => settings.push((Some(entity), setting)),
            Statement::Table(table) => tables.push((Some(entity), table)),
            Statement::OnlyIf { body, .. } => declared(entity, body, settings, tables),
            _ => {}
        }
    }
}

fn unused(code: crate::diag::Code, message: String, name: Span) -> Diagnostic {
    Diagnostic::new(code, message, name, "declared here").help("remove it, or use it")
}

/// Files of the project that the mapping to run has nothing to do with.
pub fn files(trees: &[(FileId, &ast::File)], merged: &Merged, diagnostics: &mut Vec<Diagnostic>) {
    for (_, file) in trees.iter().filter(|(id, _)| !merged.files.contains(id)) {
        // The standard mapping comes with the program.
        let Some(header) = file.mapping.as_ref().filter(|header| header.name.value != crate::standard::NAME) else {
            continue;
        };
        let message = format!("`{}` is neither the mapping that runs here nor below it", header.name.value);
        diagnostics.push(
            Diagnostic::new(codes::UNUSED_FILE, message, header.name.span, "not used")
                .help(format!("the settings run `{}`: let it extend this one, or move the file away", merged.name)),
        );
    }
}
