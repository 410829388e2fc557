//! The word in Severa that a record cannot be carried over: `failure status.guid <- failed`.

use super::{FieldChange, Kind, Known, Operation};
use crate::program::{Entity, Env, Origin, Planned, Scope, Slot, eval};
use crate::state::Held;
use crate::systems::Row;
use crate::value::{Side, Value};

/// Why a record was held that nobody but the person in Severa can mend. One that waits for another
/// record, or whose outcome is not known, may go by itself.
const FINAL: &[&str] = &["hold", "does-not-fit", "missing-required", "refused"];

/// Our words among others' in a field of notes.
const OURS: &str = "samband: ";

pub fn report(entity: &Entity, held: &Held, known: &Known, env: &Env) -> Option<Operation> {
    let failure = entity.failure.as_ref()?;
    if held.side != Side::Severa || !FINAL.contains(&held.code.as_str()) {
        return None;
    }
    let linked = known.links.iter().any(|link| link.severa_id == held.id);
    let row = known.severa.iter().find(|row| row.id == held.id).filter(|_| !linked)?;
    let value = eval::value(&failure.value, &Scope::of(entity, Side::Severa, row, env), env).ok()?;
    let status = change(entity, row, failure.slot, value)?;
    let words = failure.reason.and_then(|slot| {
        let before = entity.slot(Side::Severa, row, Slot::Own(slot)).as_text().unwrap_or_default();
        change(entity, row, slot, Value::text(with_reason(before, &held.reason)))
    });
    Some(Operation {
        id: String::new(),
        kind: Kind::Report,
        side: Side::Severa,
        key: held.key.clone(),
        name: held.name.clone(),
        source_id: held.id.clone(),
        record_id: Some(held.id.clone()),
        fields: std::iter::once(status).chain(words).collect(),
        numbers: Vec::new(),
        children: Vec::new(),
        follows: false,
        bases: Vec::new(),
        ahead: Vec::new(),
        source_stamp: None,
        columns: Default::default(),
    })
}

/// The notes with the reason; an older reason of ours is taken out.
fn with_reason(before: &str, reason: &str) -> String {
    let others = before.lines().filter(|line| !line.starts_with(OURS));
    others.map(str::to_owned).chain([format!("{OURS}{reason}")]).collect::<Vec<_>>().join("\n")
}

/// Nothing where the field holds it already, or where no value is named.
fn change(entity: &Entity, row: &Row, slot: usize, new: Value) -> Option<FieldChange> {
    let old = entity.slot(Side::Severa, row, Slot::Own(slot)).clone();
    let says = !new.is_null() && !new.same(&old);
    says.then(|| FieldChange {
        field: entity.field_name(Side::Severa, Slot::Own(slot)).to_owned(),
        part: None,
        old,
        new: Planned::Value(new),
        because: Origin::clone(&entity.origin),
        line: 0,
    })
}

#[cfg(test)]
mod tests {
    use super::with_reason;

    #[test]
    fn our_last_reason_stands_beside_what_people_wrote() {
        let first = with_reason("call Kari", "no product");
        assert_eq!(first, "call Kari\nsamband: no product");
        assert_eq!(with_reason(&first, "no customer"), "call Kari\nsamband: no customer");
        assert_eq!(with_reason("", "no product"), "samband: no product");
    }
}
