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

fn last_field(one: &Compiled, line: &crate::program::Line, to: Side) -> String {
    line.slots(to).first().map(|slot| one.entity.field_name(to, *slot).to_owned()).unwrap_or_default()
}
