//! Looking before the first run: what both sides say of themselves, and the plan with the records it was made from.

use super::{Engine, Progress, Records, RunError};
use crate::plan::{Known, Plan};
use crate::program::lookup::UnknownName;
use crate::program::{Entity, Links, Lookups, Program};
use crate::systems::examine::{Examined, Need};
use crate::systems::{ErrorKind, SystemError};
use crate::value::Side;

/// What a preflight looks at.
pub struct Survey {
    pub severa: Examined,
    pub business: Examined,
    /// Names in the settings that the tenant does not have: the plan was made with nothing in their place.
    pub unknown: Vec<UnknownName>,
    /// Why the records were not read, where a right or table is missing without which they cannot be.
    pub records: Result<Data, SystemError>,
}

/// The plan, and what it was made from.
pub struct Data {
    pub plan: Plan,
    /// The records of both sides, by the entity's place in the program.
    pub known: Vec<(usize, Known)>,
    pub lookups: Lookups,
    /// The links as they would be after the plan.
    pub links: Box<dyn Links + Send + Sync>,
}

impl Survey {
    pub fn examined(&self, side: Side) -> &Examined {
        match side {
            Side::Severa => &self.severa,
            Side::Business => &self.business,
        }
    }
}

impl Engine {
    /// The mapping as it is carried out.
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// Looks at both sides and plans. Nothing is written to either. A right or table that is missing is part of the
    /// answer; fails where a side cannot be reached or refuses the credentials.
    pub async fn survey(&mut self, progress: &mut dyn Progress) -> Result<Survey, RunError> {
        let mut examined = Vec::new();
        for side in Side::BOTH {
            let needs = self.needs(side);
            examined.push(self.side(side).examine(&needs).await?);
        }
        let (severa, business) = (examined.remove(0), examined.remove(0));
        let lacking = [&severa, &business].iter().any(|side| side.rights.iter().any(|right| !right.granted));
        match self.opening().await {
            Ok((opened, unknown)) => {
                self.opened = Some(opened);
                let mut known = Vec::new();
                let (plan, index) =
                    self.plan_opened(Records::Given, progress, &mut |place, of| known.push((place, of))).await?;
                let Some(opened) = self.opened.take() else { return Err(RunError::Interrupted) };
                let data = Data { plan, known, lookups: opened.lookups, links: Box::new(index) };
                Ok(Survey { severa, business, unknown, records: Ok(data) })
            }
            // Severa gives out no token at all for a scope that the client has not.
            Err(RunError::System(error))
                if lacking && matches!(error.kind, ErrorKind::Rights | ErrorKind::Schema | ErrorKind::Credentials) =>
            {
                Ok(Survey { severa, business, unknown: Vec::new(), records: Err(error) })
            }
            Err(error) => Err(error),
        }
    }

    fn needs(&self, side: Side) -> Vec<Need> {
        let carried = || self.program.entities.iter().filter(|entity| entity.carried);
        let children = carried().flat_map(|entity| entity.children.iter().filter(|child| child.comes_with_owner()));
        let mut needs: Vec<Need> = carried().chain(children).map(|entity| need(entity, side)).collect();
        let kept = self.program.kept.iter().filter(|table| table.needed && table.side == side);
        let named = self.program.named.iter().filter(|name| name.needed && name.side == side);
        let selects = kept.map(|table| &table.select).chain(named.map(|name| &name.select));
        needs.extend(selects.map(|select| Need { select: select.clone(), create: false, update: false }));
        needs
    }
}

fn need(entity: &Entity, side: Side) -> Need {
    let create = entity.creates_on(side);
    let identity = side == Side::Business && entity.identity.is_some();
    let back = entity.lines.iter().any(|line| line.write_back && line.writes_to(side));
    let failure = side == Side::Severa && entity.failure.is_some();
    let update = entity.updates_on(side) || identity || back || failure;
    Need { select: entity.select(side).clone(), create, update }
}
