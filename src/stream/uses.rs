//! What a mapping needs to know of the systems, besides the records themselves.

use crate::program::{Entity, Expr, Program};
use crate::value::Side;

/// By their names in the mapping.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Uses {
    /// Entities whose links are asked for.
    pub links: Vec<String>,
    pub tables: Vec<String>,
    /// Settings that name a record of the tenant.
    pub names: Vec<String>,
    /// Parts that have rows of their own.
    pub parts: Vec<String>,
}

/// What an entity's mapping from a side asks for.
pub fn uses(program: &Program, entity: &Entity, from: Side) -> Uses {
    let to = from.other();
    let creates = entity.creates_on(to);
    let mut uses = Uses { parts: entity.children.iter().map(|c| c.name.clone()).collect(), ..Uses::default() };
    let lines = entity.lines.iter().filter(|l| l.writes_to(to) && l.write_back != creates);
    let filter = entity.filter(from).filter(|_| creates).map(|f| &f.condition);
    let holds = entity.holds.iter().map(|(condition, _)| condition).filter(|_| creates && from == Side::Severa);
    let own = if from == Side::Severa { &entity.own_severa } else { &entity.own_business };
    let mut see = |expr: &Expr| match expr {
        Expr::Link { entity, .. } => {
            add(&mut uses.links, program.entities.get(*entity).map(|e| &e.name));
        }
        Expr::Kept { table, .. } => add(&mut uses.tables, program.kept.get(*table).map(|t| &t.name)),
        Expr::Named(place) => add(&mut uses.names, program.named.get(*place).map(|n| &n.setting)),
        _ => {}
    };
    for expr in lines.flat_map(|line| line.exprs(to)).chain(filter).chain(holds).chain(own) {
        expr.visit(&mut see);
    }
    uses
}

fn add(names: &mut Vec<String>, name: Option<&String>) {
    if let Some(name) = name
        && !names.contains(name)
    {
        names.push(name.clone());
    }
}
