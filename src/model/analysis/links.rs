//! Links to records that the other entity's filter leaves out, without a word on what then.

use super::Whole;
use crate::diag::Diagnostic;
use crate::diag::codes::whole as codes;
use crate::model::facts::Compiled;
use crate::value::Side;

pub fn may_miss(whole: &Whole, one: &Compiled, diagnostics: &mut Vec<Diagnostic>) {
    for (line, fact) in one.entity.lines.iter().zip(&one.lines) {
        for link in &fact.links {
            let Some(target) = whole.compiled.get(link.entity) else { continue };
            for to in Side::BOTH {
                if link.towards(to) != Some(false) || target.entity.only_when_needed {
                    continue;
                }
                // A record of the source's side: does it always travel?
                let from = to.other();
                let kept_back = target.entity.filter(from).is_some();
                let never = !target.entity.creates_on(to);
                if !kept_back && !never {
                    continue;
                }
                let reason = if never {
                    format!("`{}` creates nothing in {}", target.entity.name, to.title())
                } else {
                    format!("`{}` does not carry every record over", target.entity.name)
                };
                let (end, name) = match to {
                    Side::Business => (fact.right, last_field(one, line, to)),
                    Side::Severa => (fact.left, last_field(one, line, to)),
                };
                let place = target.places.send(from).unwrap_or(target.places.arrow);
                diagnostics.push(
                    Diagnostic::new(
                        codes::LINK_MAY_MISS,
                        format!("{reason}, and this link does not say what then"),
                        end,
                        "what stands here then?",
                    )
                    .also(link.span, "the link")
                    .also(place, if never { "created one way only" } else { "some stay where they are" })
                    .help(format!("write `or blank`, `or keep` or `or hold` behind `{name}`")),
                );
            }
        }
    }
}

/// An entity whose records travel only when another needs them, and none does.
pub fn needed_by_none(whole: &Whole, diagnostics: &mut Vec<Diagnostic>) {
    if !whole.compiled.iter().any(|one| one.entity.only_when_needed) {
        return;
    }
    let mut linked = std::collections::HashSet::new();
    for top in whole.compiled {
        crate::model::verify::each(top, &mut |one| {
            for expr in one.entity.lines.iter().flat_map(|line| line.forward.iter().chain(&line.backward)) {
                expr.visit(&mut |e| {
                    if let crate::program::Expr::Link { entity, .. } = e {
                        linked.insert(*entity);
                    }
                });
            }
        });
    }
    for (place, one) in whole.compiled.iter().enumerate() {
        if !one.entity.only_when_needed || linked.contains(&place) {
            continue;
        }
        let Some(send) = Side::BOTH.into_iter().find_map(|side| one.places.send(side)) else { continue };
        // Who drops the line that needed it cannot take the entity below away, and need not.
        if !whole.own.contains(&send.file) {
            continue;
        }
        let message = format!("`{}` is sent only when needed, and nothing links to it", one.entity.name);
        diagnostics.push(
            Diagnostic::new(codes::NEVER_FIRES, message, send, "never needed")
                .help("link to it from the line that needs it, or take `only when needed` away"),
        );
    }
}

fn last_field(one: &Compiled, line: &crate::program::Line, to: Side) -> String {
    line.slots(to).first().map(|slot| one.entity.field_name(to, *slot).to_owned()).unwrap_or_default()
}
