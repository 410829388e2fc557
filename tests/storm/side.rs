//! A side of a storm: the memory that the engine's own tests use, behind everything that can go wrong on the way.
//!
//! Severa changes records without conditions, and its own stamps are exact but its clock is not ours.
//! Visma Business has stamps of a minute, creates nothing twice under one identifier, and writes a
//! record with its children in one transaction.

use crate::sky::{Break, Call, Effect, Fault, READS, REGISTERS, Request, SimClock, Sky, WRITES, Written};
use crate::support::memory::{Memory, owner_field};
use samband::systems::{
    Create, ErrorKind, Next, Opened, Page, PageToken, PartWrite, Read, Row, Select, System, SystemError, Test, Update,
    Usage, Watermark,
};
use samband::value::{Guid, Side, Value};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Longer than a request can be at work.
const SETTLE: Duration = Duration::from_secs(60);
/// A late request takes effect so many seconds after it was sent.
const LATE: i64 = 50;
/// Our own patience with a request.
const TIME_OUT: i64 = 30;
/// How far back a read overlaps, as the adapters' defaults have it.
const OVERLAP: [i64; 2] = [60, 120];
/// By how much each side's clock is off.
const SKEW: [i64; 2] = [-7, 43];
/// How fine each side's stamps are, in seconds.
const GRAIN: [i64; 2] = [1, 60];
const PAGE: usize = 2;
/// Of what every run reads, the longest still takes several pages.
const REGISTER_PAGE: usize = 4;
/// A write of several calls that takes longer stops, as another machine may have taken over.
const TERM: i64 = 300;

#[derive(Clone)]
pub struct StormSide {
    pub memory: Memory,
    pub sky: Arc<Mutex<Sky>>,
    pub clock: Arc<SimClock>,
    pub engine: usize,
}

/// What was touched at this time or later is read again from a watermark.
pub fn read_from(side: Side, watermark: i64) -> i64 {
    let place = usize::from(side == Side::Business);
    watermark - OVERLAP[place] - GRAIN[place]
}

pub fn table(select: &Select) -> String {
    samband::schema::table(&select.record.name, select.record.index)
}

/// Lets a process sleep for good, or until somebody wakes it.
struct Once(bool);

impl Future for Once {
    type Output = ();
    fn poll(mut self: std::pin::Pin<&mut Self>, _: &mut std::task::Context<'_>) -> std::task::Poll<()> {
        if std::mem::replace(&mut self.0, true) { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    }
}

impl StormSide {
    fn place(&self) -> usize {
        usize::from(self.memory.side == Side::Business)
    }

    /// The side's own clock moves with ours, and apart from it.
    pub fn keep_time(&self) {
        let now = self.clock.seconds() + SKEW[self.place()];
        let mut world = self.memory.world.lock().unwrap();
        world.now = world.now.max(now - 1);
    }

    fn error(&self, kind: ErrorKind, what: &str) -> SystemError {
        SystemError::new(self.memory.side, kind, what)
    }

    async fn crash(&self) -> ! {
        self.sky.lock().unwrap().crashed = true;
        loop {
            std::future::pending::<()>().await;
        }
    }

    async fn pause(&self) {
        self.sky.lock().unwrap().paused = true;
        Once(false).await;
    }

    /// Requests that were given up take effect when their time has come.
    pub async fn arrive(&self) {
        loop {
            let due = {
                let mut sky = self.sky.lock().unwrap();
                let now = self.clock.seconds();
                let place = sky.late.iter().position(|(side, at, ..)| *side == self.memory.side && *at <= now);
                place.map(|place| sky.late.remove(place))
            };
            let Some((_, at, engine, request)) = due else { return };
            // It was stamped when it came, not when somebody looks.
            {
                let mut world = self.memory.world.lock().unwrap();
                world.now = world.now.max(at + SKEW[self.place()]);
            }
            match request {
                Request::Create(create) => {
                    let _ = self.take_create(&create, engine, true).await;
                }
                Request::Part(select, owner, part) => {
                    let _ = self.take_part(&select, &owner, &part, engine).await;
                }
                Request::Update(update) => {
                    // Severa looks at nothing but the values that it is given.
                    let expects = self.memory.side == Side::Business;
                    let _ = self.take_update(&update, engine, expects).await;
                    // What somebody wrote since the request left is the moment that no engine can close.
                    if let Some(last) = self.sky.lock().unwrap().effects.last_mut().filter(|_| !expects) {
                        last.fields.iter_mut().for_each(|field| field.expected = field.before.clone());
                    }
                }
            }
        }
    }

    /// Counts a call and says what goes wrong with it.
    fn called(&self, what: &'static str, select: Option<&Select>, listing: bool) -> Option<Fault> {
        self.clock.pass(1);
        let mut sky = self.sky.lock().unwrap();
        let number = sky.calls.len();
        let writes = matches!(what, "create" | "update");
        let record = select.map(table).unwrap_or_default();
        sky.calls.push(Call { what, record, writes });
        let struck = sky.strike.filter(|(at, _)| *at == number).map(|(_, fault)| fault);
        let register = REGISTERS.contains(&sky.calls[number].record.as_str());
        let thrown = sky.chance.as_mut().and_then(|(dice, one_in)| {
            // Most calls read the same few registers; what is written, and what is listed, is worth more faults.
            let listing = listing && !register;
            let often = match (writes, listing) {
                (true, _) => (*one_in / 8).max(3),
                (false, true) => (*one_in / 3).max(4),
                (false, false) => *one_in,
            };
            dice.one_in(often).then(|| match (writes, listing && dice.one_in(3)) {
                (true, _) => dice.one_of(WRITES),
                (false, true) => dice.one_of(&[Fault::Empty, Fault::Repeated]),
                (false, false) => dice.one_of(READS),
            })
        });
        let fault = struck.or(thrown);
        if let Some(fault) = fault {
            sky.faults += 1;
            let line = format!("{:?} at {what} of {} in {}", fault, sky.calls[number].record, self.memory.side.word());
            sky.trace.push(line);
        }
        if let Some(Fault::Torn(table)) = fault {
            sky.disk.tear(table);
        }
        fault
    }

    /// What goes wrong before anything reaches the side.
    async fn before(&self, fault: Option<Fault>, writes: bool) -> Result<(), SystemError> {
        let hands = {
            let mut sky = self.sky.lock().unwrap();
            let hands = sky.people.as_mut().is_some_and(|(dice, one_in)| dice.one_in(*one_in));
            sky.busy_hands = hands;
            hands
        };
        if hands {
            Once(false).await;
        }
        match fault {
            Some(Fault::CrashBefore) => self.crash().await,
            Some(Fault::TooMany) => self.clock.pass(20),
            Some(Fault::Busy) => return Err(self.error(ErrorKind::Busy, "too many requests")),
            Some(Fault::Cut) => return Err(self.error(ErrorKind::Unreachable, "no connection")),
            Some(Fault::Expired) => return Err(self.error(ErrorKind::Credentials, "the token has expired")),
            Some(Fault::Truncated) if !writes => {
                return Err(self.error(ErrorKind::Answer, "the answer ends too early"));
            }
            Some(Fault::Refused) => return Err(self.error(ErrorKind::Refused, "the record was refused")),
            Some(Fault::NeverApplied) => {
                self.clock.pass(TIME_OUT);
                return Err(self.error(ErrorKind::Unknown, "no answer in time"));
            }
            _ => {}
        }
        Ok(())
    }

    /// What goes wrong on the way back; a write whose answer cannot be read may have taken effect.
    async fn after(&self, fault: Option<Fault>, writes: bool) -> Result<(), SystemError> {
        match fault {
            Some(Fault::CrashAfter) => self.crash().await,
            Some(Fault::Pause) => {
                self.pause().await;
                Ok(())
            }
            Some(Fault::LostReply | Fault::Truncated) if writes => {
                self.clock.pass(TIME_OUT);
                Err(self.error(ErrorKind::Unknown, "the answer was lost"))
            }
            _ => Ok(()),
        }
    }

    /// Gives a request up that is still at work.
    async fn give_up(&self, fault: Fault, request: Request) -> SystemError {
        let at = self.clock.seconds() + LATE;
        self.sky.lock().unwrap().late.push((self.memory.side, at, self.engine, request));
        if fault == Fault::CrashLate {
            self.crash().await;
        }
        self.clock.pass(TIME_OUT);
        self.error(ErrorKind::Unknown, "no answer in time")
    }

    /// Rows as the side's clock stamps them; a blind engine does not see what it created unheard.
    fn shown(&self, select: &Select, rows: Vec<Row>) -> Vec<Row> {
        let grain = GRAIN[self.place()];
        let sky = self.sky.lock().unwrap();
        let blind = sky.is(Break::NoIntent) || sky.is(Break::NoLookUp);
        let table = table(select);
        let seen = |row: &Row| !blind || !sky.unheard.contains(&(self.memory.side, table.clone(), row.id.clone()));
        let rows = rows.into_iter().filter(seen);
        let stamped = |mut row: Row| {
            row.changed = row.changed.and_then(|at| {
                let seconds = at.as_second();
                jiff::Timestamp::from_second(seconds - seconds.rem_euclid(grain)).ok()
            });
            row
        };
        rows.map(stamped).collect()
    }

    async fn take_create(&self, create: &Create, engine: usize, unheard: bool) -> Result<Row, SystemError> {
        let table = table(&create.select);
        let (guarded, apart) = {
            let sky = self.sky.lock().unwrap();
            (!sky.is(Break::NoIntent) && !sky.is(Break::NoLookUp), sky.is(Break::LinesApart))
        };
        if guarded && let Some(row) = self.existing(create).await? {
            return Ok(row);
        }
        if self.memory.side == Side::Business && self.taken(create) {
            return Err(self.error(ErrorKind::Refused, "there is a record with this key"));
        }
        let mut inner = self.memory.clone();
        let row = if apart && !create.children.is_empty() {
            let head = Create { children: Vec::new(), ..create.clone() };
            let row = inner.create(&head).await?;
            self.written_create(&head, &table, &row.id, engine);
            self.lines_apart(create, &row, engine).await?;
            row
        } else {
            let row = inner.create(create).await?;
            self.written_create(create, &table, &row.id, engine);
            row
        };
        self.derive(&table, &row.id);
        let mut again = inner.fetch(&create.select, std::slice::from_ref(&row.id)).await?;
        if unheard {
            self.sky.lock().unwrap().unheard.insert((self.memory.side, table, row.id.clone()));
        }
        Ok(again.pop().unwrap_or(row))
    }

    /// The lines of an order in a request of their own, as a careless adapter would write them.
    async fn lines_apart(&self, create: &Create, head: &Row, engine: usize) -> Result<(), SystemError> {
        let fault = self.called("create", Some(&create.children[0].select), false);
        self.before(fault, true).await?;
        if fault == Some(Fault::CrashLate) {
            self.crash().await;
        }
        if fault == Some(Fault::LateApply) {
            return Err(self.error(ErrorKind::Unknown, "no answer in time"));
        }
        let mut inner = self.memory.clone();
        for child in &create.children {
            let mut child = child.clone();
            for (own, above) in &child.joins {
                let slot = create.select.slot(above);
                let value = slot.and_then(|slot| head.values.get(slot)).cloned();
                let value = value.unwrap_or_else(|| Value::Int(head.id.parse().unwrap_or(0)));
                child.values.push((own.clone(), value));
            }
            let row = inner.create(&child).await?;
            self.written_create(&child, &table(&child.select), &row.id, engine);
        }
        self.after(fault, true).await
    }

    /// The elements of a record's lists: calls of their own, each of which fails for itself. A record that has just
    /// been created goes without those that fail; of one that is changed it is told.
    async fn parts(
        &self,
        begun: i64,
        select: &Select,
        owner: &str,
        (parts, new): (&[PartWrite], bool),
    ) -> Result<(), SystemError> {
        for part in parts {
            if self.clock.seconds() - begun > TERM {
                let error = self.error(ErrorKind::Unknown, "it took too long between two calls");
                return if new { Ok(()) } else { Err(error) };
            }
            let of = list(select, part);
            let fault = self.called(if part.id.is_some() { "update" } else { "create" }, Some(of), false);
            let told = match self.before(fault, true).await {
                Err(error) => Err(error),
                Ok(()) => self.part(fault, select, owner, part).await,
            };
            if !new {
                told?;
            }
        }
        Ok(())
    }

    async fn part(
        &self,
        fault: Option<Fault>,
        select: &Select,
        owner: &str,
        part: &PartWrite,
    ) -> Result<(), SystemError> {
        self.arrive().await;
        if let Some(fault @ (Fault::CrashLate | Fault::LateApply)) = fault {
            let request = Request::Part(select.clone(), owner.to_owned(), part.clone());
            return Err(self.give_up(fault, request).await);
        }
        self.keep_time();
        self.take_part(select, owner, part, self.engine).await?;
        self.after(fault, true).await
    }

    async fn take_part(
        &self,
        select: &Select,
        owner: &str,
        part: &PartWrite,
        engine: usize,
    ) -> Result<(), SystemError> {
        let name = table(list(select, part));
        let id = part.id.clone().unwrap_or_default();
        let before: Vec<Value> = part.set.iter().map(|(field, _)| self.memory.get(&name, &id, field)).collect();
        let expected = |field: &str| part.expect.iter().find(|(f, _)| f == field).map(|(_, v)| v.clone());
        let update = Update {
            select: select.clone(),
            id: owner.to_owned(),
            expect: Vec::new(),
            set: Vec::new(),
            parts: vec![part.clone()],
        };
        self.memory.clone().update(&update).await?;
        let made = || Guid(self.memory.world.lock().unwrap().next_guid).to_string();
        let id = part.id.clone().unwrap_or_else(made);
        let fields = part.set.iter().zip(before).map(|((field, after), before)| Written {
            field: field.clone(),
            expected: expected(field).unwrap_or_else(|| before.clone()),
            before,
            after: after.clone(),
        });
        let mut fields: Vec<Written> = fields.collect();
        let created = part.id.is_none();
        if created {
            let (field, after) = (owner_field(&name).to_owned(), Value::text(owner));
            fields.push(Written { field, before: Value::Null, expected: Value::Null, after });
        }
        let mut sky = self.sky.lock().unwrap();
        let (phase, side) = (sky.phase_of(engine), self.memory.side);
        sky.took_effect(Effect { number: 0, engine, phase, side, table: name, id, created, fields });
        Ok(())
    }

    /// The row that carries our identifier already.
    async fn existing(&self, create: &Create) -> Result<Option<Row>, SystemError> {
        let (Side::Business, Some((field, value))) = (self.memory.side, &create.identity) else { return Ok(None) };
        let name = table(&create.select);
        let ids: Vec<String> = {
            let world = self.memory.world.lock().unwrap();
            let rows = world.tables.get(&name).into_iter().flat_map(|t| &t.rows);
            rows.filter(|(_, f)| f.get(field).is_some_and(|v| v.same(value))).map(|(id, _)| id.clone()).collect()
        };
        Ok(self.memory.clone().fetch(&create.select, &ids).await?.into_iter().next())
    }

    /// Whether a key that the caller gives is there already.
    fn taken(&self, create: &Create) -> bool {
        let record = samband::schema::business().record(&create.select.record.name).expect("a record");
        let given = |column: &str| create.values.iter().find(|(name, _)| name == column).map(|(_, value)| value);
        let parts: Option<Vec<String>> = record
            .key
            .split(',')
            .map(|column| given(column).map(|v| v.to_string().trim_matches('"').to_owned()))
            .collect();
        let world = self.memory.world.lock().unwrap();
        let rows = world.tables.get(&table(&create.select));
        parts.is_some_and(|parts| rows.is_some_and(|t| t.rows.contains_key(&parts.join("/"))))
    }

    async fn take_update(&self, update: &Update, engine: usize, expects: bool) -> Result<Row, SystemError> {
        let name = table(&update.select);
        let stored = |field: &str| self.memory.get(&name, &update.id, field);
        let before: Vec<Value> = update.set.iter().map(|(field, _)| stored(field)).collect();
        let mut inner = self.memory.clone();
        let sent = if expects { update.clone() } else { Update { expect: Vec::new(), ..update.clone() } };
        inner.update(&sent).await?;
        {
            let mut sky = self.sky.lock().unwrap();
            let expected = |field: &str| update.expect.iter().find(|(f, _)| f == field).map(|(_, v)| v.clone());
            let fields = update.set.iter().zip(before).map(|((field, after), before)| Written {
                field: field.clone(),
                expected: expected(field).unwrap_or_else(|| before.clone()),
                before,
                after: after.clone(),
            });
            let effect = Effect {
                number: 0,
                engine,
                phase: sky.phase_of(engine),
                side: self.memory.side,
                table: name.clone(),
                id: update.id.clone(),
                created: false,
                fields: fields.collect(),
            };
            sky.took_effect(effect);
        }
        self.derive(&name, &update.id);
        let row = inner.fetch(&update.select, std::slice::from_ref(&update.id)).await?.pop();
        row.ok_or_else(|| self.error(ErrorKind::Gone, "it left the scope"))
    }

    fn written_create(&self, create: &Create, table: &str, id: &str, engine: usize) {
        let mut sky = self.sky.lock().unwrap();
        let values = create.values.iter().chain(&create.identity);
        let fields = values.map(|(field, value)| Written {
            field: field.clone(),
            before: Value::Null,
            expected: Value::Null,
            after: value.clone(),
        });
        let effect = Effect {
            number: 0,
            engine,
            phase: sky.phase_of(engine),
            side: self.memory.side,
            table: table.to_owned(),
            id: id.to_owned(),
            created: true,
            fields: fields.collect(),
        };
        sky.took_effect(effect);
    }

    /// What the adapters compute: an invoice's status has two names, and a project is won by its sales status.
    fn derive(&self, table: &str, id: &str) {
        let world = &mut *self.memory.world.lock().unwrap();
        let Some(row) = world.tables.get_mut(table).and_then(|t| t.rows.get_mut(id)) else { return };
        match (self.memory.side, table) {
            (Side::Severa, "Invoice") => {
                let sky = self.sky.lock().unwrap();
                let last = sky.effects.last();
                let by_guid = last.is_some_and(|e| e.fields.iter().any(|f| f.field == "status.guid"));
                let (from, to) = if by_guid { ("status.guid", "status") } else { ("status", "status.guid") };
                if let Some(value) = row.get(from).cloned() {
                    row.insert(to.to_owned(), value);
                }
            }
            (Side::Severa, "Project") if row.contains_key("salesStatus.salesStatusTypeGuid") => {
                row.insert("won".to_owned(), Value::Bool(true));
            }
            _ => {}
        }
    }

    /// Somebody changes the very field that is about to be written.
    fn meet(&self, update: &Update) {
        let text = |(_, value): &&(String, Value)| matches!(value, Value::Text(text) if text.parse::<Guid>().is_err());
        let Some((field, _)) = update.set.iter().find(text) else { return };
        let mut sky = self.sky.lock().unwrap();
        let met = sky.people.as_mut().is_some_and(|(dice, _)| dice.one_in(5));
        let name = table(&update.select);
        if met {
            let value = Value::text(format!("met {}", sky.number));
            let number = sky.next_number();
            sky.edits.push((number, self.memory.side, name.clone(), update.id.clone(), field.clone()));
            sky.trace.push(format!("a person writes {name} {} meanwhile: {field} = {value}", update.id));
            drop(sky);
            self.keep_time();
            self.memory.put(&name, &update.id, &[(field, value)]);
        }
    }

    fn pushed(&self, read: &Read, row: &Row) -> bool {
        read.push.iter().all(|condition| {
            let Some(slot) = read.select.slot(&condition.field) else { return true };
            match &condition.test {
                Test::Compare(op, with) => samband::program::eval::compare(*op, &row.values[slot], with),
                Test::In(values) => values.iter().any(|v| v.same(&row.values[slot])),
            }
        })
    }
}

#[async_trait::async_trait]
impl System for StormSide {
    fn side(&self) -> Side {
        self.memory.side
    }

    async fn open(&mut self, selects: &[Select]) -> Result<Opened, SystemError> {
        let fault = self.called("open", None, false);
        self.before(fault, false).await?;
        let opened = self.memory.open(selects).await?;
        self.after(fault, false).await?;
        Ok(opened)
    }

    async fn read(&mut self, read: &Read, page: Option<&PageToken>) -> Result<Page, SystemError> {
        let fault = self.called("read", Some(&read.select), true);
        self.before(fault, false).await?;
        self.arrive().await;
        self.keep_time();
        let place = self.place();
        let now = self.clock.seconds() + SKEW[place];
        let (begun, after) = match page.and_then(|p| p.0.split_once(' ')) {
            Some((begun, after)) => (begun.parse().expect("our own token"), Some(after.to_owned())),
            None => (now, None),
        };
        let whole = Read { since: None, ..read.clone() };
        let rows = self.memory.read(&whole, None).await?.rows;
        let rows = self.shown(&read.select, rows);
        // A listing of Severa tells of a record when something in its lists has changed, too.
        let touched: HashMap<String, i64> = {
            let world = self.memory.world.lock().unwrap();
            rows.iter().map(|row| (row.id.clone(), world.touched(&read.select, &row.id))).collect()
        };
        let strict = self.sky.lock().unwrap().is(Break::StrictWatermark);
        let since: Option<i64> = read.since.as_ref().map(|w| w.0.parse().expect("our own watermark"));
        let news = |row: &Row| match (since, touched.get(&row.id).map(|at| at - at.rem_euclid(GRAIN[place]))) {
            (Some(since), Some(at)) if strict => at > since,
            (Some(since), Some(at)) => at >= read_from(self.memory.side, since),
            _ => true,
        };
        let all: Vec<Row> = rows.into_iter().filter(|row| news(row) && self.pushed(read, row)).collect();
        let left: Vec<Row> = all.iter().filter(|row| after.as_ref().is_none_or(|a| row.id > *a)).cloned().collect();
        let end = Next::End(Watermark(begun.to_string()));
        let more = |rows: &[Row]| match rows.last() {
            Some(last) if left.len() > rows.len() => Next::More(PageToken(format!("{begun} {}", last.id))),
            _ => Next::End(Watermark(begun.to_string())),
        };
        let register = REGISTERS.contains(&table(&read.select).as_str());
        let rows: Vec<Row> = left.iter().take(if register { REGISTER_PAGE } else { PAGE }).cloned().collect();
        let page = match fault {
            // A server that is ill answers an empty listing; it is only ever told apart by what is known.
            Some(Fault::Empty) if since.is_none() && page.is_none() && self.is_linked(&all) => {
                Page { rows: Vec::new(), next: end }
            }
            Some(Fault::Repeated) if !rows.is_empty() => {
                let believed = self.sky.lock().unwrap().is(Break::BelievesRepeated);
                match (page, believed) {
                    // The page in the place of all that would follow: an engine that believes it knows no more.
                    (_, true) => Page { rows, next: end },
                    (Some(token), false) => Page { rows, next: Next::More(token.clone()) },
                    (None, false) => Page { next: more(&rows), rows },
                }
            }
            _ => Page { next: more(&rows), rows },
        };
        self.after(fault, false).await?;
        Ok(page)
    }

    async fn fetch(&mut self, select: &Select, ids: &[String]) -> Result<Vec<Row>, SystemError> {
        let fault = self.called("fetch", Some(select), false);
        self.before(fault, false).await?;
        self.arrive().await;
        let rows = self.memory.fetch(select, ids).await?;
        let rows = self.shown(select, rows);
        self.after(fault, false).await?;
        Ok(rows)
    }

    async fn candidates(&mut self, select: &Select, any: &[(String, Vec<Value>)]) -> Result<Vec<Row>, SystemError> {
        let fault = self.called("candidates", Some(select), false);
        self.before(fault, false).await?;
        self.arrive().await;
        let rows = self.memory.candidates(select, any).await?;
        let rows = self.shown(select, rows);
        self.after(fault, false).await?;
        Ok(rows)
    }

    async fn create(&mut self, create: &Create) -> Result<Row, SystemError> {
        let begun = self.clock.seconds();
        let fault = self.called("create", Some(&create.select), false);
        self.before(fault, true).await?;
        self.arrive().await;
        // What belongs to the record is sent once it is there.
        let head = Create { parts: Vec::new(), ..create.clone() };
        if let Some(fault @ (Fault::CrashLate | Fault::LateApply)) = fault {
            return Err(self.give_up(fault, Request::Create(head)).await);
        }
        let lost = matches!(fault, Some(Fault::CrashAfter | Fault::LostReply | Fault::Truncated | Fault::Pause));
        self.keep_time();
        let mut row = self.take_create(&head, self.engine, lost).await?;
        self.after(fault, true).await?;
        if !create.parts.is_empty() {
            self.parts(begun, &create.select, &row.id, (&create.parts, true)).await?;
            let again = self.memory.fetch(&create.select, std::slice::from_ref(&row.id)).await?;
            row = again.into_iter().next().unwrap_or(row);
        }
        let mut rows = self.shown(&create.select, vec![row.clone()]);
        Ok(rows.pop().unwrap_or(row))
    }

    async fn update(&mut self, update: &Update) -> Result<Row, SystemError> {
        let begun = self.clock.seconds();
        let fault = self.called("update", Some(&update.select), false);
        self.before(fault, true).await?;
        self.arrive().await;
        self.meet(update);
        let expects = !self.sky.lock().unwrap().is(Break::BlindUpdate);
        let head = Update { parts: Vec::new(), ..update.clone() };
        if let Some(fault @ (Fault::CrashLate | Fault::LateApply)) = fault {
            // It was looked at before it was sent.
            let moved = expects && self.moved(update).await?;
            if moved {
                return Err(self.error(ErrorKind::Moved, "it has changed meanwhile"));
            }
            return Err(self.give_up(fault, Request::Update(head)).await);
        }
        self.keep_time();
        let mut row = self.take_update(&head, self.engine, expects).await?;
        self.after(fault, true).await?;
        if !update.parts.is_empty() {
            self.stand(&update.select, &row, &update.parts)?;
            self.parts(begun, &update.select, &update.id, (&update.parts, false)).await?;
            let again = self.memory.fetch(&update.select, std::slice::from_ref(&update.id)).await?;
            row = again.into_iter().next().unwrap_or(row);
        }
        let mut rows = self.shown(&update.select, vec![row.clone()]);
        Ok(rows.pop().unwrap_or(row))
    }

    fn settle_time(&self) -> Duration {
        if self.sky.lock().unwrap().is(Break::NoSettleWait) { Duration::ZERO } else { SETTLE }
    }

    fn usage(&self) -> Usage {
        Usage::default()
    }
}

fn list<'a>(select: &'a Select, part: &PartWrite) -> &'a Select {
    let field = select.fields.iter().find(|f| f.name == part.list);
    field.and_then(|field| field.of.as_deref()).expect("a list that is asked for")
}

impl StormSide {
    /// Elements that are to be changed must hold what is expected of them.
    fn stand(&self, select: &Select, row: &Row, parts: &[PartWrite]) -> Result<(), SystemError> {
        if self.sky.lock().unwrap().is(Break::BlindUpdate) {
            return Ok(());
        }
        for part in parts.iter().filter(|part| part.id.is_some()) {
            let of = list(select, part);
            let elements = match select.slot(&part.list).and_then(|slot| row.values.get(slot)) {
                Some(Value::List(elements)) => elements.as_slice(),
                _ => &[],
            };
            let is = |values: &&Vec<Value>| values.first().is_some_and(|id| Some(id.to_string()) == part.id);
            let records =
                elements.iter().filter_map(|e| if let Value::Record(values) = e { Some(values) } else { None });
            let Some(values) = records.into_iter().find(is) else {
                return Err(self.error(ErrorKind::Moved, "it is not there any more"));
            };
            let held = |field: &str| of.slot(field).and_then(|slot| values.get(slot)).cloned().unwrap_or_default();
            if part.expect.iter().any(|(field, expected)| !held(field).same(expected)) {
                return Err(self.error(ErrorKind::Moved, "it has changed meanwhile"));
            }
        }
        Ok(())
    }

    async fn moved(&self, update: &Update) -> Result<bool, SystemError> {
        let rows = self.memory.clone().fetch(&update.select, std::slice::from_ref(&update.id)).await?;
        let Some(row) = rows.first() else { return Ok(true) };
        let held = |field: &str| update.select.slot(field).map(|slot| row.values[slot].clone()).unwrap_or_default();
        Ok(update.expect.iter().any(|(field, expected)| !held(field).same(expected)))
    }

    /// Whether the state knows links to one of these: otherwise nobody could tell that none are listed.
    fn is_linked(&self, rows: &[Row]) -> bool {
        let sky = self.sky.lock().unwrap();
        rows.iter().any(|row| sky.disk.is_linked(self.memory.side == Side::Business, &row.id))
    }
}
