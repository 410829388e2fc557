//! Whether a plan made earlier still describes the two systems.

use super::gather::Found;
use super::index::Index;
use super::{Engine, RunError};
use crate::plan::{self, EntityPlan, Kind, Known, Operation, Pairing, Plan, pair};
use crate::program::{Above, Env};
use crate::systems::Row;
use crate::value::{Side, Value};
use std::collections::{BTreeMap, BTreeSet};

impl Engine {
    /// The records that changed since the plan read them, in words.
    pub(super) async fn moved(&mut self, plan: &Plan) -> Result<Vec<String>, RunError> {
        let mut moved = BTreeSet::new();
        let mut index = Index::load(&self.program, &self.state)?;
        for planned in &plan.entities {
            let Some(place) = self.program.position(&planned.entity) else { continue };
            for intent in self.state.intents(&planned.entity)? {
                let creates =
                    |o: &&Operation| o.kind == Kind::Create && o.side == intent.side && o.source_id == intent.source_id;
                if let Some(o) = planned.operations.iter().find(creates) {
                    let side = o.side.title();
                    moved.insert(format!(
                        "{} {} {}: its creation in {side} was begun by another run",
                        planned.entity, o.key, o.name
                    ));
                }
            }
            index.add(place, planned);
            self.turned_up(place, planned, &index, &mut moved).await?;
            for side in Side::BOTH {
                let rows = self.rows_of(place, planned, side).await?;
                self.compare(place, planned, side, &rows, &mut moved);
            }
        }
        Ok(moved.into_iter().collect())
    }

    /// Records that were found on one side alone, and that now have somebody on the other side they could be.
    async fn turned_up(
        &mut self,
        place: usize,
        planned: &EntityPlan,
        index: &Index,
        moved: &mut BTreeSet<String>,
    ) -> Result<(), RunError> {
        let name = &planned.entity;
        let mut found = Found::default();
        let mut begun = BTreeSet::new();
        for operation in planned.operations.iter().filter(|o| o.kind == Kind::Create) {
            begun.insert((operation.side, operation.source_id.clone()));
        }
        if begun.is_empty() {
            return Ok(());
        }
        if self.program.entities[place].has_rows_of_its_own() {
            return self.turned_up_at_home(place, planned, index, moved).await;
        }
        for side in Side::BOTH {
            let ids = begun.iter().filter(|(to, _)| *to == side.other()).map(|(_, id)| id.clone()).collect();
            self.fetch_into(place, side, ids, &mut found).await?;
        }
        self.candidates(place, index, &Side::BOTH, &begun, &mut found).await?;
        self.partners(place, false, &mut found).await?;
        let links = self.links_at_hand(name, false, &found)?;
        self.leave_out_others(place, index, &links, &mut found);
        let known = Known {
            links,
            decisions: self.state.decisions(name)?,
            severa: found.severa.into_values().collect(),
            business: found.business.into_values().collect(),
            ..Known::default()
        };
        let Some(opened) = &self.opened else { return Ok(()) };
        let entity = &self.program.entities[place];
        let pairing = pair(entity, &known, &Env::new(index, &opened.lookups));
        no_longer_alone(planned, &known, &pairing, moved);
        Ok(())
    }

    /// The same of parts, within the owners that are there already.
    async fn turned_up_at_home(
        &mut self,
        part: usize,
        planned: &EntityPlan,
        index: &Index,
        moved: &mut BTreeSet<String>,
    ) -> Result<(), RunError> {
        let creates = planned.operations.iter().filter(|o| o.kind == Kind::Create);
        let sources = creates.map(|o| (o.side.other(), o.source_id.clone())).collect();
        let parts = self.households_of(part, &sources, index).await?;
        let Some(opened) = &self.opened else { return Ok(()) };
        let env = Env::new(index, &opened.lookups);
        for household in &parts.households {
            let above =
                Above { severa: household.severa.as_ref(), business: household.business.as_ref(), ..Above::default() };
            let pairing = pair(&self.program.entities[part], &household.known, &env.below(above));
            no_longer_alone(planned, &household.known, &pairing, moved);
        }
        Ok(())
    }

    async fn rows_of(
        &mut self,
        place: usize,
        planned: &EntityPlan,
        side: Side,
    ) -> Result<BTreeMap<String, Row>, RunError> {
        let ids: BTreeSet<String> = planned
            .operations
            .iter()
            .filter_map(|o| if o.side == side { o.record_id.clone() } else { Some(o.source_id.clone()) })
            .collect();
        if ids.is_empty() {
            return Ok(BTreeMap::new());
        }
        let select = self.program.entities[place].select(side).clone();
        let ids: Vec<String> = ids.into_iter().collect();
        let rows = self.side(side).fetch(&select, &ids).await?;
        Ok(rows.into_iter().map(|row| (row.id.clone(), row)).collect())
    }

    fn compare(
        &self,
        place: usize,
        planned: &EntityPlan,
        side: Side,
        rows: &BTreeMap<String, Row>,
        moved: &mut BTreeSet<String>,
    ) {
        let entity = &self.program.entities[place];
        let links = self.state.links(&planned.entity).unwrap_or_default();
        // What is said of a record that is held, or parted, concerns nobody on the other side.
        let alone = |o: &Operation| matches!(o.kind, Kind::Report | Kind::Unlink);
        for operation in planned.operations.iter().filter(|o| !alone(o) || o.side == side) {
            let label = format!("{} {} {} in {}", planned.entity, operation.key, operation.name, side.title());
            let id = if operation.side == side {
                operation.record_id.as_deref()
            } else {
                Some(operation.source_id.as_str())
            };
            let Some(id) = id else {
                if operation.kind == Kind::Create && links.iter().any(|l| l.id(side.other()) == operation.source_id) {
                    moved.insert(format!("{label}: it has been created meanwhile"));
                }
                continue;
            };
            let Some(row) = rows.get(id) else {
                // What the plan itself creates is not there yet: its number is written back afterwards.
                let to_come = operation.side != side
                    && planned.operations.iter().any(|o| {
                        o.kind == Kind::Create && o.side == side && Some(&o.source_id) == operation.record_id.as_ref()
                    });
                if to_come {
                    continue;
                }
                moved.insert(format!("{label}: it is gone"));
                continue;
            };
            if operation.side != side {
                let stamp = row.changed.map(|s| s.to_string());
                let differs = |(line, then): &(u64, u64)| {
                    let line = entity.lines.iter().find(|l| plan::line_key(l) == *line);
                    *then != plan::UNSETTLED && line.is_some_and(|line| plan::end(entity, line, side, row) != *then)
                };
                if operation.source_stamp.is_some() && operation.source_stamp != stamp
                    || operation.bases.iter().any(differs)
                {
                    moved.insert(format!("{label}: it was changed"));
                }
                continue;
            }
            for field in &operation.fields {
                let now = match &field.part {
                    None => entity.select(side).slot(&field.field).and_then(|slot| row.values.get(slot)),
                    Some(part) => {
                        let slot = entity.parts.get(part.part).and_then(|p| p.select.slot(&field.field));
                        slot.and_then(|slot| entity.picked(part.part, row)?.get(slot))
                    }
                };
                if !now.unwrap_or(&Value::Null).same(&field.old) {
                    moved.insert(format!("{label}: {} is now {}", field.field, now.unwrap_or(&Value::Null)));
                }
            }
        }
    }
}

/// Says which records that are to be created have somebody now that they could be.
fn no_longer_alone(planned: &EntityPlan, known: &Known, pairing: &Pairing, moved: &mut BTreeSet<String>) {
    for operation in planned.operations.iter().filter(|o| o.kind == Kind::Create) {
        let from = operation.side.other();
        let alone = if from == Side::Severa { &pairing.lone_severa } else { &pairing.lone_business };
        let read = if from == Side::Severa { &known.severa } else { &known.business };
        if read.iter().any(|r| r.id == operation.source_id) && !alone.iter().any(|r| r.id == operation.source_id) {
            let (name, side) = (&planned.entity, operation.side.title());
            moved.insert(format!(
                "{name} {} {}: {side} now has a record that it could be",
                operation.key, operation.name
            ));
        }
    }
}
