//! A side of a run in memory: rows of named fields, with faults on demand.

use samband::systems::{
    Comparison, Condition, Create, ErrorKind, Next, Opened, Page, PageToken, PartWrite, Read, Row, Select, System,
    SystemError, Test, Update, Usage, Watermark,
};
use samband::value::{Side, Value};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;

pub type Fields = BTreeMap<String, Value>;

/// When a fault strikes the next create or update.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The request never leaves; the process dies.
    CrashBefore,
    /// It takes effect; the process dies before it hears of it.
    CrashAfter,
    /// It takes effect; the answer is lost.
    LostReply,
    /// The answer is lost, and it takes effect only after so many more requests.
    LateApply,
    Refused,
    SideDown,
}

#[derive(Debug, Default, Clone)]
pub struct Table {
    pub rows: BTreeMap<String, Fields>,
    pub stamps: HashMap<String, i64>,
}

#[derive(Debug, Default, Clone)]
pub struct World {
    pub tables: BTreeMap<String, Table>,
    pub now: i64,
    pub next_number: i64,
    pub next_guid: u128,
    pub fault: Option<Fault>,
    /// So many writes pass before the fault strikes.
    pub passes: usize,
    /// A second creation under an identifier of ours answers the first record, as the adapter of Visma Business does.
    pub knows_identities: bool,
    /// How many records are created together; 0 is as good as 1.
    pub together: usize,
    late: Vec<(i64, Create)>,
    pub writes: usize,
}

/// Shared by the engine and the test.
#[derive(Clone)]
pub struct Memory {
    pub side: Side,
    pub world: Arc<Mutex<World>>,
}

impl Memory {
    pub fn new(side: Side) -> Self {
        Self {
            side,
            world: Arc::new(Mutex::new(World {
                now: 1_000,
                next_number: 10_000,
                next_guid: 0xABC0,
                ..World::default()
            })),
        }
    }

    pub fn put(&self, table: &str, id: &str, fields: &[(&str, Value)]) {
        let mut world = self.world.lock().unwrap();
        world.now += 1;
        let now = world.now;
        let table = world.tables.entry(table.to_owned()).or_default();
        let row = table.rows.entry(id.to_owned()).or_default();
        row.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        table.stamps.insert(id.to_owned(), now);
    }

    pub fn get(&self, table: &str, id: &str, field: &str) -> Value {
        let world = self.world.lock().unwrap();
        world.tables.get(table).and_then(|t| t.rows.get(id)).and_then(|r| r.get(field)).cloned().unwrap_or_default()
    }

    pub fn count(&self, table: &str) -> usize {
        self.world.lock().unwrap().tables.get(table).map_or(0, |t| t.rows.len())
    }

    pub fn remove(&self, table: &str, id: &str) {
        self.world.lock().unwrap().tables.get_mut(table).unwrap().rows.remove(id);
    }

    pub fn fail(&self, fault: Fault) {
        self.world.lock().unwrap().fault = Some(fault);
    }

    /// The fault strikes after so many writes.
    pub fn fail_after(&self, fault: Fault, passes: usize) {
        let mut world = self.world.lock().unwrap();
        (world.fault, world.passes) = (Some(fault), passes);
    }

    pub fn writes(&self) -> usize {
        self.world.lock().unwrap().writes
    }

    fn error(&self, kind: ErrorKind, what: &str) -> SystemError {
        SystemError::new(self.side, kind, what)
    }
}

/// How the records of a list name their owner.
pub fn owner_field(record: &str) -> &'static str {
    match record {
        "ContactCommunication" => "contact.guid",
        "InvoiceRow" => "invoice.guid",
        _ => "customer.guid",
    }
}

fn guid_of(value: &Value) -> String {
    value.as_text().map_or_else(|| value.to_string(), str::to_owned)
}

fn table(select: &Select) -> String {
    samband::schema::table(&select.record.name, select.record.index)
}

impl World {
    fn row(&self, select: &Select, id: &str) -> Option<Row> {
        let table = self.tables.get(&table(select))?;
        let fields = table.rows.get(id)?;
        let in_scope = select.scope.iter().all(|Condition { field, test }| {
            let value = fields.get(field).cloned().unwrap_or_default();
            match test {
                Test::Compare(Comparison::Eq, with) => value.same(with),
                Test::Compare(op, with) => samband::program::eval::compare(*op, &value, with),
                Test::In(values) => values.iter().any(|v| v.same(&value)),
            }
        });
        let values = select.fields.iter().map(|f| self.value(&f.name, f.of.as_deref(), fields, id, table)).collect();
        let changed = jiff::Timestamp::from_second(*table.stamps.get(id)?).ok();
        in_scope.then(|| Row { id: id.to_owned(), changed, values })
    }

    /// A field as it is stored; what a record shows of others is looked up there.
    fn value(&self, name: &str, of: Option<&Select>, fields: &Fields, id: &str, own: &Table) -> Value {
        if let Some(value) = fields.get(name) {
            return value.clone();
        }
        match (name, of) {
            (_, Some(of)) => {
                let elements = self.elements(of, id);
                Value::List(elements.iter().filter_map(|id| Some(Value::Record(self.row(of, id)?.values))).collect())
            }
            ("lastUpdatedDateTime", _) => own
                .stamps
                .get(id)
                .map_or(Value::Null, |at| jiff::Timestamp::from_second(*at).map(Value::Instant).unwrap_or_default()),
            ("customer.name", _) => {
                let owner = fields.get("customer.guid").map(guid_of).unwrap_or_default();
                let owner = self.tables.get("Customer").and_then(|t| t.rows.get(&owner));
                owner.and_then(|owner| owner.get("name")).cloned().unwrap_or_default()
            }
            _ => Value::Null,
        }
    }

    /// The records of a list, by how they name their owner.
    fn elements(&self, of: &Select, owner: &str) -> Vec<String> {
        let field = owner_field(&of.record.name);
        let rows = self.tables.get(&of.record.name).map(|t| &t.rows).into_iter().flatten();
        let is = |f: &Fields| f.get(field).is_some_and(|named| guid_of(named) == owner);
        rows.filter(|(_, f)| is(f)).map(|(id, _)| id.clone()).collect()
    }

    /// When a record or anything in its lists was changed last.
    pub fn touched(&self, select: &Select, id: &str) -> i64 {
        let own = self.tables.get(&table(select)).and_then(|t| t.stamps.get(id)).copied().unwrap_or(0);
        let lists = select.fields.iter().filter_map(|f| f.of.as_deref());
        let below = lists.flat_map(|of| self.elements(of, id).into_iter().map(move |id| self.touched(of, &id)));
        below.fold(own, i64::max)
    }

    fn all(&self, select: &Select) -> Vec<Row> {
        let ids: Vec<String> =
            self.tables.get(&table(select)).map(|t| t.rows.keys().cloned().collect()).unwrap_or_default();
        ids.iter().filter_map(|id| self.row(select, id)).collect()
    }

    fn apply_create(&mut self, side: Side, create: &Create) -> String {
        self.writes += 1;
        self.now += 1;
        let mut fields: Fields = create.values.iter().cloned().collect();
        fields.extend(create.identity.clone());
        for column in &create.numbers {
            fields.insert(column.clone(), Value::Int(self.next_number));
            self.next_number += 1;
        }
        let id = match side {
            Side::Severa => {
                for flag in ["isDeleted", "isForbiddenToUse", "isBillingAddress"] {
                    fields.entry(flag.to_owned()).or_insert(Value::Bool(false));
                }
                self.next_guid += 1;
                let guid = samband::value::Guid(self.next_guid);
                fields.insert("guid".to_owned(), Value::Guid(guid));
                guid.to_string()
            }
            Side::Business => {
                let key = samband::schema::business().record(&create.select.record.name).unwrap().key.clone();
                let part = |column: &str| fields[column].to_string().trim_matches('"').to_owned();
                key.split(',').map(part).collect::<Vec<_>>().join("/")
            }
        };
        for child in &create.children {
            let mut child = child.clone();
            child.values.extend(child.joins.iter().map(|(own, above)| (own.clone(), fields[above].clone())));
            self.apply_create(side, &child);
        }
        let now = self.now;
        let table = self.tables.entry(table(&create.select)).or_default();
        table.rows.insert(id.clone(), fields);
        table.stamps.insert(id.clone(), now);
        id
    }

    fn by_identity(&self, create: &Create) -> Option<String> {
        let (field, value) = create.identity.as_ref().filter(|_| self.knows_identities)?;
        let rows = &self.tables.get(&table(&create.select))?.rows;
        rows.iter().find(|(_, row)| row.get(field).is_some_and(|v| v.same(value))).map(|(id, _)| id.clone())
    }

    /// An element of a list: a call of its own, that fails for itself.
    fn write_part(&mut self, owner: &str, select: &Select, part: &PartWrite) -> Result<(), Fault> {
        let field = select.fields.iter().find(|f| f.name == part.list).expect("a list that is asked for");
        let of = field.of.as_deref().expect("a list");
        let fault = self.strike();
        if matches!(fault, Some(Fault::CrashBefore | Fault::Refused | Fault::SideDown)) {
            return Err(fault.unwrap());
        }
        match &part.id {
            Some(id) => {
                self.writes += 1;
                self.now += 1;
                let table = self.tables.get_mut(&table(of)).unwrap();
                table.rows.get_mut(id).unwrap().extend(part.set.iter().cloned());
                table.stamps.insert(id.clone(), self.now);
            }
            None => {
                let mut values = part.set.clone();
                values.push((owner_field(&of.record.name).to_owned(), Value::text(owner)));
                let create = Create {
                    select: of.clone(),
                    values,
                    numbers: Vec::new(),
                    identity: None,
                    parts: Vec::new(),
                    children: Vec::new(),
                    joins: Vec::new(),
                };
                if fault == Some(Fault::LateApply) {
                    let at = self.now + 1;
                    self.late.push((at, create));
                } else {
                    self.apply_create(Side::Severa, &create);
                }
            }
        }
        fault.map_or(Ok(()), Err)
    }

    fn strike(&mut self) -> Option<Fault> {
        if self.passes > 0 {
            self.passes -= 1;
            return None;
        }
        self.fault.take()
    }

    fn tick(&mut self, side: Side) {
        self.now += 1;
        let now = self.now;
        let due: Vec<Create> = self.late.iter().filter(|(at, _)| *at <= now).map(|(_, c)| c.clone()).collect();
        self.late.retain(|(at, _)| *at > now);
        for create in due {
            // The server's own key check, for keys that the caller gave.
            let given = create.values.iter().find(|(name, _)| name == "RNo").map(|(_, v)| v.to_string());
            let taken = given
                .is_some_and(|id| self.tables.get(&table(&create.select)).is_some_and(|t| t.rows.contains_key(&id)));
            if !taken {
                self.apply_create(side, &create);
            }
        }
    }
}

#[async_trait::async_trait]
impl System for Memory {
    fn side(&self) -> Side {
        self.side
    }

    async fn open(&mut self, _: &[Select]) -> Result<Opened, SystemError> {
        Ok(Opened { identity: format!("memory {}", self.side.word()), description: "in memory".to_owned() })
    }

    async fn read(&mut self, read: &Read, _: Option<&PageToken>) -> Result<Page, SystemError> {
        let mut world = self.world.lock().unwrap();
        world.tick(self.side);
        let since: i64 = read.since.as_ref().map_or(0, |w| w.0.parse().unwrap());
        let rows =
            world.all(&read.select).into_iter().filter(|r| world.touched(&read.select, &r.id) >= since).collect();
        let at = world.now;
        Ok(Page { rows, next: Next::End(Watermark(at.to_string())) })
    }

    async fn fetch(&mut self, select: &Select, ids: &[String]) -> Result<Vec<Row>, SystemError> {
        let world = self.world.lock().unwrap();
        Ok(ids.iter().filter_map(|id| world.row(select, id)).collect())
    }

    async fn candidates(&mut self, select: &Select, _: &[(String, Vec<Value>)]) -> Result<Vec<Row>, SystemError> {
        Ok(self.world.lock().unwrap().all(select))
    }

    async fn create(&mut self, create: &Create) -> Result<Row, SystemError> {
        let mut world = self.world.lock().unwrap();
        match world.strike() {
            Some(Fault::CrashBefore) => {
                drop(world);
                panic!("crash");
            }
            Some(Fault::CrashAfter) => {
                world.apply_create(self.side, create);
                drop(world);
                panic!("crash");
            }
            Some(Fault::LostReply) => {
                world.apply_create(self.side, create);
                Err(self.error(ErrorKind::Unknown, "the answer was lost"))
            }
            Some(Fault::LateApply) => {
                let at = world.now + 1;
                world.late.push((at, create.clone()));
                Err(self.error(ErrorKind::Unknown, "the answer was lost"))
            }
            Some(Fault::Refused) => Err(self.error(ErrorKind::Refused, "the record was refused")),
            Some(Fault::SideDown) => Err(self.error(ErrorKind::Unreachable, "no connection")),
            None => {
                let id = world.by_identity(create).unwrap_or_else(|| world.apply_create(self.side, create));
                // A part that fails leaves the record without it.
                for part in &create.parts {
                    if let Err(Fault::CrashBefore | Fault::CrashAfter) = world.write_part(&id, &create.select, part) {
                        drop(world);
                        panic!("crash");
                    }
                }
                Ok(world.row(&create.select, &id).expect("what was created is in scope"))
            }
        }
    }

    fn together(&self) -> usize {
        self.world.lock().unwrap().together.max(1)
    }

    async fn update(&mut self, update: &Update) -> Result<Row, SystemError> {
        let mut world = self.world.lock().unwrap();
        let fault = if update.set.is_empty() { None } else { world.strike() };
        if fault == Some(Fault::CrashBefore) {
            drop(world);
            panic!("crash");
        }
        match fault {
            Some(Fault::Refused) => return Err(self.error(ErrorKind::Refused, "the change was refused")),
            Some(Fault::SideDown) => return Err(self.error(ErrorKind::Unreachable, "no connection")),
            _ => {}
        }
        let Some(row) = world.row(&update.select, &update.id) else {
            return Err(self.error(ErrorKind::Gone, "it is gone"));
        };
        for (field, expected) in &update.expect {
            let found = update.select.slot(field).map(|slot| row.values[slot].clone()).unwrap_or_default();
            if !found.same(expected) {
                return Err(self.error(ErrorKind::Moved, "it has changed meanwhile"));
            }
        }
        if !update.set.is_empty() {
            world.writes += 1;
            world.now += 1;
            let now = world.now;
            let stored = world.tables.get_mut(&table(&update.select)).unwrap();
            stored.rows.get_mut(&update.id).unwrap().extend(update.set.iter().cloned());
            stored.stamps.insert(update.id.clone(), now);
        }
        for part in &update.parts {
            match world.write_part(&update.id, &update.select, part) {
                Ok(()) => {}
                Err(Fault::CrashBefore | Fault::CrashAfter) => {
                    drop(world);
                    panic!("crash");
                }
                Err(Fault::LostReply | Fault::LateApply) => {
                    return Err(self.error(ErrorKind::Unknown, "the answer was lost"));
                }
                Err(Fault::Refused) => return Err(self.error(ErrorKind::Refused, "the part was refused")),
                Err(Fault::SideDown) => return Err(self.error(ErrorKind::Unreachable, "no connection")),
            }
        }
        match fault {
            Some(Fault::CrashAfter) => {
                drop(world);
                panic!("crash");
            }
            Some(Fault::LostReply | Fault::LateApply) => Err(self.error(ErrorKind::Unknown, "the answer was lost")),
            _ => Ok(world.row(&update.select, &update.id).unwrap()),
        }
    }

    fn settle_time(&self) -> Duration {
        Duration::from_secs(60)
    }

    fn usage(&self) -> Usage {
        Usage::default()
    }
}
