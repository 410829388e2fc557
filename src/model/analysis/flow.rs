//! Values that come back to where they started: echoes of two one-way lines, and longer loops.

use crate::diag::Diagnostic;
use crate::diag::codes::whole as codes;
use crate::model::facts::Compiled;
use crate::program::{Line, Slot};
use crate::source::Span;
use crate::value::Side;

/// A field of one of the two records.
type Field = (Side, Slot);

struct Edge {
    from: Field,
    to: Field,
    line: usize,
    span: Span,
    both: bool,
}

/// One-way lines that together lead from a field back to itself.
pub fn echoes(one: &Compiled, diagnostics: &mut Vec<Diagnostic>) {
    let edges = edges(one);
    let mut told: Vec<Vec<usize>> = Vec::new();
    for edge in edges.iter().filter(|e| !e.both) {
        let Some(mut round) = path(&edges, edge) else { continue };
        round.insert(0, edge.line);
        let mut key = round.clone();
        key.sort_unstable();
        key.dedup();
        if key.len() < 2 || told.contains(&key) {
            continue;
        }
        told.push(key.clone());
        let name = |(side, slot): Field| format!("`{}` of {}", one.entity.field_name(side, slot), side.title());
        let message = format!("{} comes back to itself, changed on the way", name(edge.from));
        let mut diagnostic = Diagnostic::new(codes::ECHO, message, edge.span, "from here");
        for line in key.iter().filter(|line| **line != edge.line) {
            if let Some(fact) = one.lines.get(*line) {
                diagnostic = diagnostic.also(fact.span, "and back");
            }
        }
        let help = match key.len() {
            2 => {
                "join the lines into one with `<->`, so that its transforms are proven to undo each other, or drop one"
            }
            _ => "every run would write again what the last one wrote: drop one of the lines",
        };
        diagnostics.push(diagnostic.help(help));
    }
}

fn edges(one: &Compiled) -> Vec<Edge> {
    let mut edges = Vec::new();
    for (number, (line, fact)) in one.entity.lines.iter().zip(&one.lines).enumerate() {
        if line.on_create || line.numbered {
            continue;
        }
        let both = line.writes_to(Side::Severa) && line.writes_to(Side::Business);
        for to in Side::BOTH.into_iter().filter(|side| line.writes_to(*side)) {
            for (source, target) in joined(line, to) {
                edges.push(Edge { from: (to.other(), source), to: (to, target), line: number, span: fact.span, both });
            }
        }
    }
    edges
}

/// From each field that a line reads to each that it writes.
fn joined(line: &Line, to: Side) -> Vec<(Slot, Slot)> {
    let exprs = if to == Side::Business { &line.forward } else { &line.backward };
    let mut found = Vec::new();
    for (target, expr) in line.slots(to).iter().zip(exprs) {
        found.extend(crate::program::expr::slots(expr).into_iter().map(|source| (source, *target)));
    }
    found
}

/// The lines of a shortest way from an edge's end back to its beginning.
fn path(edges: &[Edge], start: &Edge) -> Option<Vec<usize>> {
    let mut reached: Vec<(Field, Vec<usize>)> = vec![(start.to, Vec::new())];
    let mut place = 0;
    while let Some((field, way)) = reached.get(place).cloned() {
        place += 1;
        for edge in edges.iter().filter(|e| e.from == field && e.line != start.line) {
            let mut way = way.clone();
            way.push(edge.line);
            if edge.to == start.from {
                return Some(way);
            }
            if !reached.iter().any(|(known, _)| *known == edge.to) {
                reached.push((edge.to, way));
            }
        }
    }
    None
}
