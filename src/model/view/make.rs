//! A view from the merged trees and what they compiled to.

use super::before::Before;
use super::entity::Context;
use super::line::Lines;
use super::words::Texts;
use super::{EntityView, FileView, StepView, View, off, settings};
use crate::model::Given;
use crate::model::facts::Compiled;
use crate::model::layers::Merged;
use crate::model::scope::Globals;
use crate::program::Program;
use crate::source::FileId;
use crate::syntax::ast;

/// What a view is made from beside the compiled entities.
pub struct Sight<'s> {
    pub trees: &'s [(FileId, &'s ast::File)],
    pub merged: &'s Merged<'s>,
    pub given: Option<&'s [Given]>,
}

impl Sight<'_> {
    /// `compiled` are the entities that take part, in the order of a run.
    pub fn view(&self, globals: &Globals, compiled: Vec<Compiled>) -> View {
        let Sight { trees, merged, given } = *self;
        let texts = Texts::new(globals.sources, trees, merged);
        let before = Before::new(globals.sources, trees, merged);
        let settings = settings::settings(&texts, merged, globals.settings, given);
        let tables = settings::tables(&texts, &before, merged);
        let off = off::view(&texts, merged, globals.settings, globals.inactive);
        let mut entities = {
            let context = Context {
                texts: &texts,
                before: &before,
                lines: lines_of(&compiled),
                merged,
                settings: globals.settings,
                views: &settings,
            };
            let written = |name: &str| merged.entities.iter().find(|entity| entity.name.value == name);
            let one = |of: &Compiled| Some(context.entity(written(&of.entity.name)?, of));
            compiled.iter().filter_map(one).collect::<Vec<_>>()
        };
        let order = order(&compiled);
        let left_out = left_out(&merged.name, compiled);
        mark(&mut entities, &left_out, true);
        let requires = settings::requires(&texts, merged);
        let documentation = self.documentation();
        let (mapping, files) = (merged.name.clone(), self.files(&texts));
        let extends = self.extends();
        let settled = given.is_some();
        View {
            mapping,
            documentation,
            extends,
            files,
            sound: true,
            settled,
            order,
            left_out,
            entities,
            settings,
            requires,
            tables,
            off,
        }
    }

    /// The mapping's own files, each with what stands above its header.
    fn documentation(&self) -> String {
        let own = self.trees.iter().filter(|(id, _)| self.merged.own.contains(id));
        let docs = own.filter_map(|(_, file)| file.mapping.as_ref()).map(|header| header.doc.trim());
        docs.filter(|doc| !doc.is_empty()).collect::<Vec<_>>().join("\n")
    }

    fn files(&self, texts: &Texts) -> Vec<FileView> {
        let view = |id: &FileId| FileView {
            name: texts.sources.get(*id).name.clone(),
            mapping: texts.mapping(*id).unwrap_or_default().to_owned(),
        };
        self.merged.files.iter().map(view).collect()
    }

    /// The mappings below, the nearest first.
    fn extends(&self) -> Vec<String> {
        let header = |id: &FileId| self.trees.iter().find(|(file, _)| file == id)?.1.mapping.as_ref();
        let mut names: Vec<String> = Vec::new();
        for id in self.merged.files.iter().rev() {
            let Some(header) = header(id) else { continue };
            if header.name.value != self.merged.name && !names.contains(&header.name.value) {
                names.push(header.name.value.clone());
            }
        }
        names
    }
}

fn lines_of<'c>(compiled: &'c [Compiled]) -> Lines<'c> {
    fn add<'c>(one: &'c Compiled, lines: &mut Lines<'c>) {
        let compiled = one.lines.iter().zip(&one.entity.lines);
        lines.extend(compiled.map(|(fact, line)| (fact.span, (&*one.entity, line))));
        one.children.iter().for_each(|child| add(child, lines));
    }
    let mut lines = Lines::new();
    compiled.iter().for_each(|one| add(one, &mut lines));
    lines
}

fn order(compiled: &[Compiled]) -> Vec<StepView> {
    let name = |place: &usize| compiled.get(*place).map(|one| one.entity.name.clone());
    let step = |one: &Compiled| StepView {
        entity: one.entity.name.clone(),
        after: one.entity.after.iter().filter_map(name).collect(),
    };
    compiled.iter().map(step).collect()
}

/// As a run would leave it out.
fn left_out(mapping: &str, compiled: Vec<Compiled>) -> Vec<String> {
    let mut program = Program {
        mapping: mapping.to_owned(),
        fingerprint: String::new(),
        entities: compiled.into_iter().map(|one| one.entity).collect(),
        kept: Vec::new(),
        named: Vec::new(),
        examples: Vec::new(),
    };
    program.leave_out_what_is_not_carried();
    program.left_out()
}

fn mark(entities: &mut [EntityView], left_out: &[String], carried: bool) {
    for entity in entities {
        entity.carried = carried && !left_out.contains(&entity.name);
        let carried = entity.carried;
        mark(&mut entity.parts, left_out, carried);
    }
}
