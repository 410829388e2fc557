//! Lines that can never fire, or that only the non-master could use.

use super::Whole;
use crate::diag::Diagnostic;
use crate::diag::codes::whole as codes;
use crate::model::facts::Compiled;
use crate::value::Side;

pub fn lines(whole: &Whole, one: &Compiled, diagnostics: &mut Vec<Diagnostic>) {
    let entity = &one.entity;
    for (line, fact) in entity.lines.iter().zip(&one.lines) {
        if line.on_create {
            let fires = Side::BOTH.iter().any(|side| line.writes_to(*side) && entity.creates_on(*side));
            if !fires {
                let to = if line.writes_to(Side::Severa) { Side::Severa } else { Side::Business };
                let message = format!("`{}` creates nothing in {}", entity.name, to.title());
                diagnostics.push(
                    Diagnostic::new(codes::NEVER_FIRES, message, fact.span, "never used")
                        .also(one.places.arrow, "records are created the other way only")
                        .help("drop the line, or let the entity's arrow point both ways")
                        .fix("remove the line", fact.span, ""),
                );
            }
            continue;
        }
        conflict_free_update(whole, one, line, fact, diagnostics);
    }
    unused_policy(one, diagnostics);
}

/// A one-way line towards the master fires when a record is created there and never again.
fn conflict_free_update(
    whole: &Whole,
    one: &Compiled,
    line: &crate::program::Line,
    fact: &crate::model::facts::LineFact,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let entity = &one.entity;
    let (Some(master), Some(said)) = (entity.master, one.places.master) else { return };
    // With a master that each customer sets, the line has its day under the other value.
    let fixed = one.places.master_fixed || (whole.settled && whole.own.contains(&fact.span.file));
    let towards_master = line.writes_to(master) && !line.writes_to(master.other());
    if !fixed || !towards_master || line.numbered || line.write_back {
        return;
    }
    let message = format!("{} rules here, so this line never changes anything in it", master.title());
    diagnostics.push(
        Diagnostic::new(codes::NON_MASTER_ONLY, message, fact.span, "used when a record is created, never after")
            .also(said, format!("{} is the master", master.title()))
            .help("if that is what is meant, put the line into `on create { … }`; otherwise turn the arrow"),
    );
}

/// A conflict policy where no conflict can be.
fn unused_policy(one: &Compiled, diagnostics: &mut Vec<Diagnostic>) {
    let Some(conflict) = one.places.conflict else { return };
    let entity = &one.entity;
    let both = entity.creates_on(Side::Severa) && entity.creates_on(Side::Business);
    let (why, because) = match (one.places.master_fixed, both) {
        (true, true) => ("the master's value stands in every conflict", one.places.master.map(|at| (at, "the master"))),
        (_, false) => ("records travel one way, so both sides never disagree", Some((one.places.systems, "one way"))),
        _ => return,
    };
    let mut diagnostic =
        Diagnostic::new(codes::CONFLICT_UNUSED, format!("this policy decides nothing: {why}"), conflict, "no effect")
            .help("remove the line")
            .fix("remove the line", conflict, "");
    if let Some((at, text)) = because {
        diagnostic = diagnostic.also(at, text);
    }
    diagnostics.push(diagnostic);
}
