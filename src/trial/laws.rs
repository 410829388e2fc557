//! The laws of one line, over many generated records.

use super::hints::Hints;
use super::law::{Bench, Broken, LAWS, Law, Verdict};
use super::record;
use super::rng::Rng;
use super::shrink::shrink;
use super::stand_in::StandIn;
use super::tested::{Failure, Kind, Outcome, Shown, Tested};
use super::values::Domain;
use crate::program::{Entity, Env, Expr, Line, Slot, expr};
use crate::syntax::ast::Arrow;
use crate::systems::Row;
use crate::value::{Side, Value};

#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// The same seed gives the same values.
    pub seed: u64,
    /// Records that are generated for a line.
    pub cases: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { seed: 2026, cases: 200 }
    }
}

/// Lines that can be tried: both ways, and without the record above.
pub fn is_two_way(line: &Line) -> bool {
    let above = |expr: &Expr| expr::slots(expr).iter().any(|slot| matches!(slot, Slot::Owner(_)));
    line.direction == Arrow::Both && !line.on_create && !line.forward.iter().chain(&line.backward).any(above)
}

/// One side's fields that a line reads, with what each can hold.
struct Source {
    side: Side,
    slots: Vec<(Slot, Domain, Vec<Value>)>,
    hints: Hints,
}

/// Every law of a line.
pub fn test(entity: &Entity, line: &Line, stand_in: &StandIn, options: &Options) -> Vec<Tested> {
    let bench = Bench { entity, line, env: Env::new(stand_in, &stand_in.lookups) };
    let sources = [source(&bench, Side::Severa, stand_in), source(&bench, Side::Business, stand_in)];
    let mut found: Vec<(Law, Option<Failure>, bool)> = LAWS.iter().map(|law| (*law, None, false)).collect();
    for (source, cases) in sources.iter().zip([options.cases.div_ceil(2), options.cases / 2]) {
        let mut rng = Rng::new(options.seed, &[&entity.name, &line.key, source.side.word()]);
        for case in 0..cases {
            let values = source.values(&mut rng, case);
            let Some(row) = source.row(&bench, &values) else { continue };
            for (law, failure, tried) in &mut found {
                if failure.is_some() || !law.begins_on(source.side) {
                    continue;
                }
                match bench.judge(*law, source.side, &row) {
                    Verdict::Silent => {}
                    Verdict::Holds => *tried = true,
                    Verdict::Broken(_) => *failure = source.failure(&bench, *law, values.clone()),
                }
            }
        }
    }
    let tested = |(law, failure, tried): (Law, Option<Failure>, bool)| Tested {
        name: law.name(),
        kind: Kind::Law,
        entity: entity.name.clone(),
        subject: Some(line.title.clone()),
        origin: line.origin.clone(),
        outcome: match failure {
            Some(failure) => Outcome::Failed(failure),
            None if tried => Outcome::Passed,
            None => Outcome::Skipped("of the values that were made none is carried by this line".to_owned()),
        },
    };
    found.into_iter().map(tested).collect()
}

fn source(bench: &Bench, side: Side, stand_in: &StandIn) -> Source {
    let (line, entity) = (bench.line, bench.entity);
    let exprs: &[Expr] = if side == Side::Severa { &line.forward } else { &line.backward };
    let both: Vec<Expr> = line.forward.iter().chain(&line.backward).cloned().collect();
    let hints = Hints::of(&both);
    let mut slots = line.slots(side).to_vec();
    for slot in exprs.iter().flat_map(expr::slots) {
        if !slots.contains(&slot) {
            slots.push(slot);
        }
    }
    let domain = |slot: &Slot| {
        let field = record::field(entity, side, *slot)?;
        let known = record::select(entity, side, *slot).and_then(|select| record::known(side, select, &field.name));
        Some(Domain::of(side, field, known, &hints))
    };
    let slots = slots.into_iter().filter_map(|slot| {
        let domain = domain(&slot)?;
        let borders = domain.borders(&hints, stand_in);
        Some((slot, domain, borders))
    });
    Source { side, slots: slots.collect(), hints }
}

impl Source {
    /// The borders in their order first, then any of them together, then values by chance.
    fn values(&self, rng: &mut Rng, case: usize) -> Vec<Value> {
        let value = |(_, domain, borders): &(Slot, Domain, Vec<Value>), rng: &mut Rng| {
            if let Some(value) = borders.get(case) {
                return value.clone();
            }
            let made = match rng.below(3) {
                0 => rng.one_of(borders).cloned().unwrap_or_default(),
                _ => domain.random(rng, &self.hints),
            };
            if domain.allows(&made) { made } else { borders.first().cloned().unwrap_or_default() }
        };
        self.slots.iter().map(|slot| value(slot, rng)).collect()
    }

    fn row(&self, bench: &Bench, values: &[Value]) -> Option<Row> {
        let mut row = record::blank(bench.entity, self.side);
        let fine = self
            .slots
            .iter()
            .zip(values)
            .all(|((slot, ..), value)| record::put(bench.entity, self.side, &mut row, *slot, value.clone()));
        fine.then_some(row)
    }

    fn broken(&self, bench: &Bench, law: Law, values: &[Value]) -> Option<Broken> {
        if !self.slots.iter().zip(values).all(|((_, domain, _), value)| domain.allows(value)) {
            return None;
        }
        match bench.judge(law, self.side, &self.row(bench, values)?) {
            Verdict::Broken(broken) => Some(broken),
            _ => None,
        }
    }

    /// The plainest record that breaks the law.
    fn failure(&self, bench: &Bench, law: Law, values: Vec<Value>) -> Option<Failure> {
        let values = shrink(values, |values| self.broken(bench, law, values).is_some());
        let broken = self.broken(bench, law, &values)?;
        let shown = |side: Side, slot: Slot, value: &Value| Shown::new(&field_name(bench, side, slot), value.clone());
        let all = |values: &[(Slot, Value)]| values.iter().map(|(s, v)| shown(broken.at, *s, v)).collect();
        Some(Failure {
            what: broken.why.clone(),
            given: self.slots.iter().zip(&values).map(|((slot, ..), value)| shown(self.side, *slot, value)).collect(),
            expected: all(&broken.expected),
            produced: all(&broken.produced),
            help: Some(format!("the law: {}", law.words())),
        })
    }
}

/// With the part it belongs to: `Billing.city`.
fn field_name(bench: &Bench, side: Side, slot: Slot) -> String {
    let name = bench.entity.field_name(side, slot);
    match slot {
        Slot::Part { part, .. } => {
            bench.entity.parts.get(part).map_or_else(|| name.to_owned(), |p| format!("{}.{name}", p.name))
        }
        Slot::Own(_) | Slot::Owner(_) => name.to_owned(),
    }
}
