//! Which entities are pointed at.

use super::{Entity, Expr, Program};
use std::collections::BTreeSet;

impl Program {
    /// The places of the entities that some expression looks a record up in. Nothing is ever asked of the links of
    /// any other.
    pub fn pointed_at(&self) -> BTreeSet<usize> {
        let mut places = BTreeSet::new();
        for entity in &self.entities {
            look(entity, &mut places);
        }
        places
    }
}

fn look(entity: &Entity, places: &mut BTreeSet<usize>) {
    places.extend(entity.roles.iter().map(|(place, _)| *place));
    let lines = entity.lines.iter().flat_map(|line| line.forward.iter().chain(&line.backward));
    let filters = entity.send_severa.iter().chain(&entity.send_business).map(|filter| &filter.condition);
    let matches = entity.matches.iter().flat_map(|rule| &rule.pairs).flat_map(|pair| [&pair.severa, &pair.business]);
    let owner = entity.owner.iter().flat_map(|owner| owner.pieces.iter().chain(&owner.condition));
    let own = entity.own_severa.iter().chain(&entity.own_business);
    let parts = entity.parts.iter().filter_map(|part| part.condition.as_ref());
    let all = lines
        .chain(filters)
        .chain(matches)
        .chain(owner)
        .chain(own)
        .chain(parts)
        .chain(entity.holds.iter().map(|(condition, _)| condition))
        .chain(entity.mark.iter().map(|mark| &mark.text))
        .chain(entity.failure.iter().map(|failure| &failure.value));
    for expr in all {
        expr.visit(&mut |e| {
            if let Expr::Link { entity, .. } = e {
                places.insert(*entity);
            }
        });
    }
    entity.children.iter().for_each(|child| look(child, places));
}
