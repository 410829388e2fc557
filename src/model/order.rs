//! The order of a run: what is referred to comes first.

use super::entity::Active;
use crate::diag::Diagnostic;
use crate::diag::codes::records as codes;
use crate::syntax::ast::{Expr, ExprKind, FallbackKind, Line, Statement};

/// One entity's need of another.
struct Need {
    target: String,
    /// The line cannot do without it.
    required: bool,
}

/// Sorts entities so that links point backward, and gives for each the places of those it needs.
///
/// Links that may stay blank give way where entities need each other; a circle of required ones is an error.
pub fn sort<'a>(mut active: Vec<Active<'a>>, diagnostics: &mut Vec<Diagnostic>) -> (Vec<Active<'a>>, Vec<Vec<usize>>) {
    let needs: Vec<Vec<Need>> = active.iter().map(needs).collect();
    let mut order: Vec<usize> = Vec::new();
    while order.len() < active.len() {
        let ready = |place: usize, required_only: bool| {
            !order.contains(&place)
                && needs[place].iter().filter(|n| n.required || !required_only).all(|need| {
                    need.target == active[place].name.value
                        || active.iter().position(|a| a.name.value == need.target).is_none_or(|p| order.contains(&p))
                })
        };
        let next = (0..active.len()).find(|p| ready(*p, false)).or_else(|| (0..active.len()).find(|p| ready(*p, true)));
        match next {
            Some(place) => order.push(place),
            None => {
                let left: Vec<usize> = (0..active.len()).filter(|p| !order.contains(p)).collect();
                let names: Vec<_> = left.iter().map(|p| format!("`{}`", active[*p].name.value)).collect();
                let mut labels = left.iter().map(|p| active[*p].name.span);
                if let Some(first) = labels.next() {
                    let message = format!("{} each need the other first", names.join(" and "));
                    let mut diagnostic = Diagnostic::new(codes::LINK_CIRCLE, message, first, "needs the next");
                    for span in labels {
                        diagnostic = diagnostic.also(span, "part of the circle");
                    }
                    diagnostics.push(diagnostic.help("let one of the links do without: `or blank` or `or keep`"));
                }
                order.extend(left);
            }
        }
    }
    let sorted_names: Vec<String> = order.iter().map(|p| active[*p].name.value.clone()).collect();
    let after = order
        .iter()
        .enumerate()
        .map(|(own, place)| {
            let places = needs[*place].iter().filter_map(|n| sorted_names.iter().position(|s| *s == n.target));
            let mut places: Vec<usize> = places.filter(|p| *p < own).collect();
            places.sort_unstable();
            places.dedup();
            places
        })
        .collect();
    active.sort_by_key(|a| sorted_names.iter().position(|s| *s == a.name.value));
    (active, after)
}

fn needs(entity: &Active) -> Vec<Need> {
    let mut needs = Vec::new();
    in_body(entity.body.iter().copied(), &mut needs);
    needs
}

fn in_body<'s>(body: impl Iterator<Item = &'s Statement>, needs: &mut Vec<Need>) {
    for statement in body {
        match statement {
            Statement::Line(line) => in_line(line, needs),
            Statement::OnCreate { lines, .. } => lines.iter().for_each(|line| in_line(line, needs)),
            Statement::OnlyIf { body, .. } => in_body(&mut body.iter() as &mut dyn Iterator<Item = &Statement>, needs),
            Statement::Part(part) => in_body(&mut part.body.iter() as &mut dyn Iterator<Item = &Statement>, needs),
            _ => {}
        }
    }
}

fn in_line(line: &Line, needs: &mut Vec<Need>) {
    for segment in &line.segments {
        let required = segment.fallback.as_ref().is_some_and(|f| matches!(f.kind, FallbackKind::Hold));
        in_expr(&segment.what, required, needs);
    }
}

fn in_expr(expr: &Expr, required: bool, needs: &mut Vec<Need>) {
    match &expr.kind {
        ExprKind::Link { entity, .. } => needs.push(Need { target: entity.value.clone(), required }),
        ExprKind::FirstOf(options) => options.iter().flatten().for_each(|e| in_expr(e, required, needs)),
        ExprKind::TwoWays { forward, backward } => {
            forward.iter().chain(backward).for_each(|e| in_expr(e, required, needs))
        }
        _ => {}
    }
}
