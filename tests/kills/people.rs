//! What people do in both systems while runs are killed: small things that all have to arrive, once.

use crate::Dice;
use samband::sandbox::business::Company;
use samband::sandbox::severa::{Json, World, link, object};
use std::collections::BTreeMap;

pub struct People {
    pub world: World,
    pub company: Company,
    pub dice: Dice,
    done: u64,
    /// By guid in Severa: the name that the customer was given last.
    pub renamed: BTreeMap<String, String>,
    /// Names of the customers that were made in Visma Business.
    pub customers: Vec<String>,
    /// Guids of hours that were entered and approved, with their quantity.
    pub hours: BTreeMap<String, i64>,
    /// Guids of drafts that were set ready.
    pub drafts: Vec<String>,
    ready: String,
}

impl People {
    pub fn new(world: World, company: Company, dice: Dice) -> Self {
        let ready = world.find("invoicestatuses", "name", "Ready for transfer").expect("a status");
        let (renamed, hours) = (BTreeMap::new(), BTreeMap::new());
        Self { world, company, dice, done: 0, renamed, customers: Vec::new(), hours, drafts: Vec::new(), ready }
    }

    /// One or two of the things that happen on a day.
    pub fn work(&mut self) {
        for _ in 0..=self.dice.below(2) {
            self.done += 1;
            match self.dice.below(8) {
                0 => self.rename(),
                1 => self.sell(),
                2 => self.bill(),
                _ => self.enter_hours(),
            }
        }
    }

    fn one_of(&mut self, table: &str, path: &str, value: &str) -> Json {
        let fits = |record: &Json| record.at(path).is_some_and(|at| at.as_text() == Some(value));
        let all: Vec<Json> = self.world.list(table).into_iter().filter(fits).collect();
        let place = self.dice.below(all.len() as u64) as usize;
        all.into_iter().nth(place).unwrap_or_else(|| panic!("a record of {table} with {path} {value}"))
    }

    fn rename(&mut self) {
        let name = ["Bergen Fisk AS", "Fjordkraft Bygg AS"][self.dice.below(2) as usize];
        let known = self.renamed.iter().find(|(_, now)| now.starts_with(name)).map(|(guid, _)| guid.clone());
        // One that is not carried over yet is not there to be renamed.
        let Some(guid) = known.or_else(|| self.world.find("customers", "name", name)) else { return };
        let now = format!("{name} {}", self.done);
        self.world.edit("customers", &guid, object([("name", now.as_str().into())])).expect("renamed");
        self.renamed.insert(guid, now);
    }

    /// A customer is made in Visma Business.
    fn sell(&mut self) {
        // Outside of the numbers that samband may give.
        let number = 30_000 + self.done;
        let name = format!("Kunde {number} AS");
        let sql = format!(
            "INSERT INTO dbo.Actor (ActNo, CustNo, Nm, Cur, CPmtTrm, ChDt, ChTm) SELECT MAX(ActNo) + 1, {number}, '{name}', 47, 1, 0, 0 FROM dbo.Actor"
        );
        self.company.execute(&sql, &[]).unwrap_or_else(|error| panic!("{sql}: {}", error.message));
        self.customers.push(name);
    }

    /// Hours are entered and approved, as others of the same project were.
    fn enter_hours(&mut self) {
        let before = self.one_of("workhours", "description", "Oppsett av søk");
        let guid = copied(&self.world, "workhours", &before, []);
        let quantity = 1 + self.dice.below(9) as i64;
        self.world.edit("workhours", &guid, object([("quantity", quantity.into())])).expect("entered");
        self.hours.insert(guid, quantity);
    }

    /// A draft with its rows is set ready.
    fn bill(&mut self) {
        let before = self.one_of("invoices", "customer.name", "Kuusikko Oy");
        let old = before.at("guid").and_then(Json::as_text).expect("a guid").to_owned();
        let guid = copied(&self.world, "invoices", &before, [("number", Json::Null), ("status", link(&self.ready))]);
        let of = |row: &Json| row.at("invoiceGuid").and_then(Json::as_text) == Some(old.as_str());
        for row in self.world.list("invoicerows").iter().filter(|row| of(row)) {
            copied(&self.world, "invoicerows", row, [("invoiceGuid", guid.as_str().into())]);
        }
        // The stamp of a change, as `put` leaves none.
        self.world.edit("invoices", &guid, object([("status", link(&self.ready))])).expect("set ready");
        self.drafts.push(guid);
    }
}

/// A record like another one, with some members of its own.
fn copied<const N: usize>(world: &World, table: &str, like: &Json, own: [(&str, Json); N]) -> String {
    let mut members = like.members().cloned().expect("a record");
    members.remove("guid");
    for (name, value) in own {
        members.insert(name.to_owned(), value);
    }
    world.put(table, Json::Object(members))
}
