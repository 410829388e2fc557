//! Tables of records with the look-ups that lists and sub-models need.

use crate::sandbox::severa::json::{Json, Members};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use xxhash_rust::xxh3::xxh3_128_with_seed;

/// One stored record.
#[derive(Debug)]
pub struct Record {
    /// Its place in creation order; never used twice.
    pub seq: u64,
    pub guid: String,
    /// `lastUpdatedDateTime`, or `createdDateTime` before the first update: what `changedSince` compares.
    pub changed: Timestamp,
    pub body: Members,
}

impl Record {
    /// The GUID that the member refers to.
    pub fn reference(&self, member: &str) -> Option<&str> {
        self.body.get(member).and_then(Json::reference)
    }

    /// The member's text.
    pub fn text(&self, member: &str) -> Option<&str> {
        self.body.get(member).and_then(Json::as_text)
    }
}

#[derive(Debug, Clone, Default)]
struct Table {
    /// In creation order.
    rows: Vec<Arc<Record>>,
    /// GUID → place in creation order (`seq`).
    seqs: HashMap<String, u64>,
}

/// References that are followed from the other end often enough to be worth an index.
const INDEXED: &[(&str, &str)] = &[
    ("addresses", "customer"),
    ("contactcommunications", "contact"),
    ("contactpersons", "addressGuid"),
    ("contactpersons", "customer"),
    ("invoicerows", "invoiceGuid"),
    ("phases", "parentPhase"),
    ("phases", "project"),
    ("projectfees", "invoice"),
    ("projectfees", "invoiceRowGuid"),
    ("projectfees", "project"),
    ("projects", "customer"),
    ("projecttravelexpenses", "invoice"),
    ("projecttravelexpenses", "invoiceRowGuid"),
    ("projecttravelexpenses", "project"),
    ("workcontracts", "user"),
    ("workhours", "invoice"),
    ("workhours", "invoiceRowGuid"),
    ("workhours", "project"),
    ("workhours", "user"),
];

/// All tables of a tenant.
#[derive(Debug, Clone)]
pub struct State {
    tables: BTreeMap<String, Table>,
    children: HashMap<(&'static str, &'static str), HashMap<String, BTreeSet<u64>>>,
    pub(super) next: u64,
    pub(super) seed: u64,
    /// Who changes are stamped with.
    pub user: Option<String>,
}

impl State {
    pub(super) fn new(seed: u64) -> State {
        State { tables: BTreeMap::new(), children: HashMap::new(), next: 0, seed, user: None }
    }

    /// The records of a table in creation order.
    pub fn rows(&self, table: &str) -> &[Arc<Record>] {
        self.tables.get(table).map_or(&[], |table| table.rows.as_slice())
    }

    /// Table names with their numbers of records.
    pub fn sizes(&self) -> impl Iterator<Item = (&str, usize)> {
        self.tables.iter().map(|(name, table)| (name.as_str(), table.rows.len()))
    }

    /// The record of that GUID. GUIDs are compared without regard to case.
    pub fn record(&self, table: &str, guid: &str) -> Option<&Arc<Record>> {
        let table = self.tables.get(table)?;
        let seq = table.seqs.get(guid).or_else(|| table.seqs.get(&guid.to_ascii_lowercase()))?;
        table.at(*seq)
    }

    /// The records whose `member` refers to `guid`, in creation order.
    pub fn children<'a>(&'a self, table: &str, member: &str, guid: &str) -> Vec<&'a Arc<Record>> {
        let Some(held) = self.tables.get(table) else { return Vec::new() };
        if INDEXED.contains(&(table, member)) {
            let key = INDEXED.iter().find(|key| **key == (table, member));
            let seqs = key.and_then(|key| self.children.get(key)).and_then(|index| index.get(guid));
            return seqs.into_iter().flatten().filter_map(|seq| held.at(*seq)).collect();
        }
        held.rows.iter().filter(|record| record.reference(member) == Some(guid)).collect()
    }

    /// Adds a record; `guid` and `createdDateTime` are made where they are missing. Answers the GUID.
    pub fn insert(&mut self, table: &str, mut body: Members, now: Timestamp) -> String {
        let seq = self.next;
        self.next += 1;
        let guid = match body.get("guid").and_then(Json::as_text) {
            Some(guid) => guid.to_ascii_lowercase(),
            None => guid(self.seed, seq),
        };
        body.insert("guid".to_owned(), guid.as_str().into());
        body.entry("createdDateTime".to_owned()).or_insert_with(|| now.to_string().into());
        self.place(table, Record { seq, guid: guid.clone(), changed: changed(&body, now), body });
        guid
    }

    /// Puts a record where it was in creation order.
    pub(super) fn place(&mut self, table: &str, record: Record) {
        self.next = self.next.max(record.seq + 1);
        self.index(table, &record, true);
        let held = self.tables.entry(table.to_owned()).or_default();
        held.seqs.insert(record.guid.clone(), record.seq);
        match held.rows.binary_search_by_key(&record.seq, |row| row.seq) {
            Ok(place) => held.rows[place] = Arc::new(record),
            Err(place) => held.rows.insert(place, Arc::new(record)),
        }
    }

    /// Gives a record new members.
    pub fn replace(&mut self, table: &str, guid: &str, body: Members) {
        let Some(old) = self.record(table, guid).cloned() else { return };
        self.index(table, &old, false);
        let changed = changed(&body, old.changed);
        self.place(table, Record { seq: old.seq, guid: old.guid.clone(), changed, body });
    }

    /// Takes a record away.
    pub fn remove(&mut self, table: &str, guid: &str) -> Option<Arc<Record>> {
        let record = self.record(table, guid).cloned()?;
        self.index(table, &record, false);
        let held = self.tables.get_mut(table)?;
        held.seqs.remove(&record.guid);
        held.rows.retain(|row| row.seq != record.seq);
        Some(record)
    }

    /// A GUID that no record has.
    pub fn fresh_guid(&mut self) -> String {
        let seq = self.next;
        self.next += 1;
        guid(self.seed, seq)
    }

    fn index(&mut self, table: &str, record: &Record, present: bool) {
        for key in INDEXED.iter().filter(|(name, _)| *name == table) {
            if let Some(parent) = record.reference(key.1) {
                let seqs = self.children.entry(*key).or_default().entry(parent.to_owned()).or_default();
                if present {
                    seqs.insert(record.seq);
                } else {
                    seqs.remove(&record.seq);
                }
            }
        }
    }
}

impl Table {
    fn at(&self, seq: u64) -> Option<&Arc<Record>> {
        self.rows.binary_search_by_key(&seq, |row| row.seq).ok().map(|place| &self.rows[place])
    }
}

/// When the record was changed last, by its own stamps.
fn changed(body: &Members, otherwise: Timestamp) -> Timestamp {
    let stamp = |name: &str| body.get(name).and_then(Json::as_text).and_then(|text| text.parse().ok());
    stamp("lastUpdatedDateTime").or_else(|| stamp("createdDateTime")).unwrap_or(otherwise)
}

/// Not an RFC 4122 version 4 GUID, as the real ones are not either.
fn guid(seed: u64, seq: u64) -> String {
    let hex = format!("{:032x}", xxh3_128_with_seed(&seq.to_le_bytes(), seed));
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}
