//! `samband test`: a mapping's examples, and the laws of its two-way lines.
//!
//! Everything goes through the program that a run uses; only what a system would answer is stood
//! in for. Nothing is read or written outside.

mod example;
mod hints;
mod law;
mod laws;
mod record;
mod rng;
mod shrink;
mod stand_in;
mod tested;
mod travel;
mod values;

pub use laws::Options;
pub use stand_in::{named, something};
pub use tested::{Kind, Outcome, Shown, Tested};
pub use travel::{Journey, Made, MadeValue, assigned};

pub(crate) use record::as_read;

use crate::program::{Entity, Env, Example, Program};
use crate::systems::Row;
use stand_in::StandIn;

/// Every example, and every law of every two-way line, in the order of the mapping.
pub fn run(program: &Program, options: &Options) -> Vec<Tested> {
    let stand_in = StandIn::new(program);
    let mut tested: Vec<Tested> = program.examples.iter().map(|e| example::test(program, &stand_in, e)).collect();
    for entity in entities(program) {
        for line in entity.lines.iter().filter(|l| laws::is_two_way(l)) {
            tested.extend(laws::test(entity, line, &stand_in, options));
        }
    }
    tested
}

/// How many lines of a mapping go both ways.
pub fn two_way_lines(program: &Program) -> usize {
    entities(program).flat_map(|e| &e.lines).filter(|l| laws::is_two_way(l)).count()
}

/// Every entity, each with its parts that have rows of their own.
fn entities(program: &Program) -> impl Iterator<Item = &Entity> {
    fn below<'a>(entity: &'a Entity, found: &mut Vec<&'a Entity>) {
        found.push(entity);
        entity.children.iter().for_each(|child| below(child, found));
    }
    let mut found = Vec::new();
    program.entities.iter().for_each(|entity| below(entity, &mut found));
    found.into_iter()
}

/// What becomes of an example's record.
pub fn journey(program: &Program, example: &Example) -> Journey {
    let stand_in = StandIn::new(program);
    travel(program, &stand_in, example)
}

fn travel(program: &Program, stand_in: &StandIn, example: &Example) -> Journey {
    let Some(entity) = program.entities.get(example.entity) else {
        return Journey::Arrives(Vec::new());
    };
    let row = Row { id: stand_in::SAMPLE.to_string(), changed: None, values: example.values.clone() };
    travel::travel(entity, example.given, &row, &Env::new(stand_in, &stand_in.lookups))
}
