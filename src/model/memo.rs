//! Entities that were compiled before, under the same answers to all that they asked.
//!
//! Many projects extend one standard mapping, and most leave most of its entities alone. While such
//! an entity is compiled, every question to the settings, the tables and the other entities is
//! noted with its answer. The next mapping asks the same questions again, and where all answers are
//! the same, what came of them is the same: it is taken over, not made anew.
//!
//! Only what had nothing to say is kept, so a fault is always found by looking, and told in full.

use super::entity::Active;
use super::facts::Compiled;
use super::scope::{Globals, Linked};
use super::settings::Setting;
use super::tables::Table;
use crate::program::Example;
use crate::source::{FileId, Span};
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A question of an entity to what surrounds it, and the answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Asked {
    Setting { entity: String, name: String, answer: Option<Setting> },
    Table { entity: String, name: String, answer: Option<Table<'static>> },
    Entity { name: String, answer: Option<Target> },
}

/// What a link makes use of: an entity's place, and its records with their numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    place: usize,
    severa: (String, Option<u8>),
    business: (String, Option<u8>),
}

impl Asked {
    pub fn entity(name: &str, answer: Option<(usize, &Active)>) -> Self {
        let record = |(record, index): (&crate::schema::Record, Option<u8>)| (record.name.clone(), index);
        let target = |(place, entity): (usize, &Active)| Target {
            place,
            severa: record(entity.severa),
            business: record(entity.business),
        };
        Self::Entity { name: name.to_owned(), answer: answer.map(target) }
    }

    /// Whether the answer is still the same.
    fn holds(&self, globals: &Globals) -> bool {
        match self {
            Asked::Setting { entity, name, answer } => globals.settings.look(entity, name) == answer.as_ref(),
            Asked::Table { entity, name, answer } => globals.tables.look(entity, name) == answer.as_ref(),
            Asked::Entity { name, .. } => {
                let found = globals.entities.iter().enumerate().find(|(_, entity)| entity.name.value == *name);
                Self::entity(name, found) == *self
            }
        }
    }

    /// What is not there is told in words that depend on more than was asked.
    fn is_missing(&self) -> bool {
        matches!(self, Asked::Table { answer: None, .. } | Asked::Entity { answer: None, .. })
    }
}

/// Questions and answers while something is compiled that will be kept.
#[derive(Debug, Default)]
pub struct Trace(RefCell<Option<Vec<Asked>>>);

impl Trace {
    pub fn begin(&self, wanted: bool) {
        *self.0.borrow_mut() = wanted.then(Vec::new);
    }

    pub fn note(&self, asked: impl FnOnce() -> Asked) {
        if let Some(noted) = &mut *self.0.borrow_mut() {
            let asked = asked();
            if !noted.contains(&asked) {
                noted.push(asked);
            }
        }
    }

    pub fn end(&self) -> Vec<Asked> {
        self.0.borrow_mut().take().unwrap_or_default()
    }
}

/// How many forms of one entity are kept, for projects whose settings differ; the oldest gives way.
const MOST: usize = 8;

/// What is known of the entities of these files.
#[derive(Debug, Default)]
pub struct Memo {
    files: Vec<FileId>,
    known: Mutex<HashMap<Span, Vec<Arc<Known>>>>,
}

/// An entity as it was compiled.
#[derive(Debug)]
pub struct Known {
    place: usize,
    after: Vec<usize>,
    /// Before compiling, to tell which statements and records count.
    before: Vec<Asked>,
    asked: Vec<Asked>,
    compiled: Compiled,
    linked: Linked,
    finished: Mutex<Vec<Arc<Finished>>>,
}

/// With the columns that others' links ask of it.
#[derive(Debug)]
pub struct Finished {
    columns: Vec<String>,
    pub compiled: Compiled,
    /// The checks of the entity alone have nothing to say, and these are its examples.
    sound: Mutex<Option<Vec<KnownExample>>>,
}

#[derive(Debug, Clone)]
struct KnownExample {
    written: Span,
    asked: Vec<Asked>,
    example: Arc<Example>,
}

impl Memo {
    /// A memo of entities that stand in these files, whose trees do not change.
    pub fn of(files: Vec<FileId>) -> Self {
        Self { files, known: Mutex::default() }
    }

    /// The name of an entity that stands in one of the files.
    pub fn knows(&self, entity: Span) -> Option<Span> {
        self.files.contains(&entity.file).then_some(entity)
    }

    pub fn find(&self, globals: &Globals, place: usize, def: &Active, after: &[usize]) -> Option<Arc<Known>> {
        let known = locked(&self.known);
        let same = |known: &&Arc<Known>| {
            known.place == place
                && known.after == after
                && known.before == def.asked
                && known.asked.iter().all(|asked| asked.holds(globals))
        };
        let found = known.get(&def.known_by?)?.iter().rev().find(same).cloned()?;
        globals.linked.borrow_mut().extend(found.linked.iter().cloned());
        Some(found)
    }

    /// Compiles an entity, and notes what it asks; `compile` says whether it had nothing to say.
    pub fn learn(
        &self,
        globals: &Globals,
        (place, def, after): (usize, &Active, &[usize]),
        compile: impl FnOnce() -> (Compiled, bool),
    ) -> (Compiled, Option<Arc<Known>>) {
        let traces = [&globals.settings.trace, &globals.tables.trace, &globals.trace];
        traces.iter().for_each(|trace| trace.begin(def.known_by.is_some()));
        let others = globals.linked.take();
        let (compiled, silent) = compile();
        let linked = globals.linked.replace(others);
        globals.linked.borrow_mut().extend(linked.iter().cloned());
        let asked: Vec<Asked> = traces.iter().flat_map(|trace| trace.end()).collect();
        let Some(name) = def.known_by.filter(|_| silent && !asked.iter().any(Asked::is_missing)) else {
            return (compiled, None);
        };
        let (after, before) = (after.to_vec(), def.asked.clone());
        let finished = Mutex::default();
        let known = Arc::new(Known { place, after, before, asked, compiled: compiled.clone(), linked, finished });
        keep(locked(&self.known).entry(name).or_default(), known.clone());
        (compiled, Some(known))
    }
}

impl Known {
    pub fn compiled(&self) -> Compiled {
        self.compiled.clone()
    }

    /// The entity with the columns that are asked of it; `finish` adds them.
    pub fn finished(&self, columns: Vec<String>, finish: impl FnOnce(&mut Compiled)) -> Arc<Finished> {
        let mut all = locked(&self.finished);
        if let Some(found) = all.iter().find(|finished| finished.columns == columns) {
            return found.clone();
        }
        let mut compiled = self.compiled.clone();
        finish(&mut compiled);
        let finished = Arc::new(Finished { columns, compiled, sound: Mutex::default() });
        keep(&mut all, finished.clone());
        finished
    }
}

impl Finished {
    pub fn is_sound(&self) -> bool {
        locked(&self.sound).is_some()
    }

    pub fn found_sound(&self) {
        locked(&self.sound).get_or_insert_default();
    }

    /// An example as it was resolved under the same settings.
    pub fn example(&self, globals: &Globals, written: Span) -> Option<Arc<Example>> {
        let known = locked(&self.sound);
        let same =
            |known: &&KnownExample| known.written == written && known.asked.iter().all(|asked| asked.holds(globals));
        Some(known.as_ref()?.iter().rev().find(same)?.example.clone())
    }

    pub fn keep_example(&self, written: Span, asked: Vec<Asked>, example: &Arc<Example>) {
        if let Some(known) = &mut *locked(&self.sound) {
            known.retain(|other| other.written != written);
            known.push(KnownExample { written, asked, example: example.clone() });
        }
    }
}

fn keep<T>(all: &mut Vec<T>, new: T) {
    if all.len() >= MOST {
        all.remove(0);
    }
    all.push(new);
}

/// What a memo holds is whole at any time, also after a panic elsewhere.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
