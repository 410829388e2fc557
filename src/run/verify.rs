//! Whether a plan made earlier still describes the two systems.

use super::{Engine, RunError};
use crate::plan::{EntityPlan, Kind, Plan};
use crate::systems::Row;
use crate::value::{Side, Value};
use std::collections::{BTreeMap, BTreeSet};

impl Engine {
    /// The records that changed since the plan read them, in words.
    pub(super) async fn moved(&mut self, plan: &Plan) -> Result<Vec<String>, RunError> {
        let mut moved = BTreeSet::new();
        for planned in &plan.entities {
            let Some(place) = self.program.position(&planned.entity) else { continue };
            for side in Side::BOTH {
                let rows = self.rows_of(place, planned, side).await?;
                self.compare(place, planned, side, &rows, &mut moved);
            }
        }
        Ok(moved.into_iter().collect())
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
        for operation in &planned.operations {
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
                if operation.source_stamp.is_some() && operation.source_stamp != stamp {
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
