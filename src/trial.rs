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
pub use stand_in::something;
pub use tested::{Kind, Outcome, Shown, Tested};
pub use travel::{Journey, Made, MadeValue, assigned};

pub(crate) use record::as_read;

use crate::program::{Env, Example, Program};
use crate::systems::Row;
use stand_in::StandIn;

/// Every example, and every law of every two-way line, in the order of the mapping.
pub fn run(program: &Program, options: &Options) -> Vec<Tested> {
    let stand_in = StandIn::new(program);
    let mut tested: Vec<Tested> = program.examples.iter().map(|e| example::test(program, &stand_in, e)).collect();
    for entity in &program.entities {
        for line in entity.lines.iter().filter(|l| laws::is_two_way(l)) {
            tested.extend(laws::test(entity, line, &stand_in, options));
        }
    }
    tested
}

/// How many lines of a mapping go both ways.
pub fn two_way_lines(program: &Program) -> usize {
    program.entities.iter().flat_map(|e| &e.lines).filter(|l| laws::is_two_way(l)).count()
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
    travel::travel(entity, example.given, &row, &Env { links: stand_in, lookups: &stand_in.lookups })
}
