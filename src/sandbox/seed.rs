//! Realistic data of both systems, the same for the same seed and size. All people and companies are made up; e-mail
//! addresses are of example domains.
//!
//! The small size is a story: each record shows one case. `S` is Severa, `B` Visma Business.
//!
//! | record | where | what it shows |
//! | --- | --- | --- |
//! | **Business units** | | |
//! | 100 Nordfjell Rådgivning | S B | the top of the hierarchy, equal on both sides |
//! | 110 Oslo | S B | equal on both sides, below 100 |
//! | 120 Bergen | S | only in Severa, below 100 |
//! | 130 Tromsø | B | only in Visma Business, below 100 |
//! | 140 Stockholm | S B | code and name equal, currency and place in the hierarchy differ: the master updates |
//! | 190 Styret | B | kept back (`Gr12` = 1) |
//! | **Employees** | | |
//! | 1 Ingrid Solberg | S B | equal on both sides; supervisor of others |
//! | 2 Lars Hansen | S B | number and name equal, city and telephone differ |
//! | 3 Maja Nilsson | B | only in Visma Business, with `MailAd` |
//! | 4 Ola Nordmann | B | only in Visma Business, without `MailAd`: must not travel |
//! | 5 Kjell Bakke | S B | inactive on both sides (`Gr11` = 1) |
//! | 6 Sigrun | B | a name of one word |
//! | Aino Virtanen | S | only in Severa, with an e-mail address, below Ingrid Solberg |
//! | Erik Lindqvist | S | only in Severa, without an e-mail address |
//! | **Customers** | | |
//! | 1 Nordfjell Rådgivning AS | S | internal: the tenant's own company |
//! | 10000 Fjordkraft Bygg AS | S B | equal on both sides; contact person and delivery address in Visma Business |
//! | 10001 Kuusikko Oy | S B | number and name equal, other fields differ; address of two lines |
//! | 10002 Bergen Fisk AS | B | only in Visma Business |
//! | 10003 Kontantsalg | B | kept back (`Gr12` = 1) |
//! | 10004 Ålesund Transport AS / Aasen Transport AS | S / B | the number with another name: held |
//! | 10005 / 20004 Polarlys Media AS | B / S | the name with another number: held |
//! | 10006 Sørlandet Kafé | B | trailing blanks, never changed since it was made (`ChDt` = 0) |
//! | 20001 Lindström Möbler AB | S | a won project; two billing addresses, the older one counts |
//! | 20002 Havblikk Hotell AS | S | a project that is not won: must not travel |
//! | 20003 Saimaan Sähkö Oy | S | a project of the second won type; address of four lines |
//! | 20005 Rask Levering AS | S | a won project; no address |
//! | **Projects** | | |
//! | 5001 Fjordkraft intranett | S B | equal on both sides |
//! | 5002 Kuusikko verkkokauppa | S B | number and name equal, deadline differs |
//! | 5010 Bergen Fisk nettbutikk | B | only in Visma Business, with customer and project manager |
//! | 5011 Lageromlegging | B | kept back (`Gr12` = 1) |
//! | 6001 Fjordkraft app | S | won, only in Severa |
//! | 6002 Havblikk booking | S | an offer, not won |
//! | 6003 Saimaa raamisopimus | S | won by a status type that is not the first won one |
//! | 6004 Ålesund flåtestyring | S | won, of a customer that is held |
//! | 6005 Polarlys arkiv | S | won, of a customer that is held |
//! | 6006 Lindström lagerstyrning | S | won |
//! | 6007 Rask sporing | S | won, of the customer without an address |
//! | 6008 Fjordkraft kurs | S | lost |
//! | **Work hours** (2026) | | |
//! | 7.25 h on 5001 | S | approved, billable |
//! | 1.5 h on 6001, at 120.50 | S | approved, billable, a price with decimals |
//! | 3 h on 5001 | S | approved, not billable |
//! | 4 h on 6006 | S | approved; the text is longer than 80 characters; on a named phase |
//! | 2 h on 5001 | S | not approved (`false`) |
//! | 6 h on 6001 | S | not decided (`null`) |
//! | 5 h on 6004 | S | approved, of a project whose customer is held |
//! | 7.5 h on 5001, in 2024 | S | approved, older than a start date in 2026 |
//! | rows of categories 3 and 45 | B | other programs' rows in `FreeInf1`, not ours to touch |
//! | 2 h, 3.5 h, 4 h on 5002 and others | S | of December 2025, on an invoice |
//! | **Contacts** | | |
//! | Varastokatu 8 of Kuusikko Oy | S | a delivery address, only in Severa |
//! | Anne-Lise Moe and Kai 7 of Bergen Fisk | B | a contact and a delivery address, only in Visma Business |
//! | Silje Dahl of Fjordkraft Bygg | S B | with phone numbers in Severa only |
//! | Mika Laine of Kuusikko | S | a second e-mail address that may not be used |
//! | Karin Ek of Lindström Möbler | S | neither e-mail nor phone |
//! | Tor Vik of Rask Levering | S | deleted: must not travel |
//! | **Products, travel expenses, work types** | | |
//! | P-100 | S B | equal code, in Severa of no category |
//! | CABLE-5, LIC-TEAM | S | of the categories HW and SW |
//! | TRAIN, SUBCONTRACT, COST | S | no regular products: what fees and purchases are booked as |
//! | Gavekort | S | without a code: must not travel |
//! | KM, DIET, HOTEL | S | one of each class of travel expenses |
//! | W300 Design; Reisetid | S | with a sales account; without a code |
//! | **Invoices** (all but two ready for transfer) | | |
//! | on 5002 | S | one project; hours of two work types, a product, a travel expense; in EUR |
//! | on 6007 and 5003 | S | two projects of one customer |
//! | on 6003, sent, number 30001 | S | credited: must not travel |
//! | its credit note | S | negative quantities, and nothing points at its row |
//! | on 5004 | S | a row that no product stands behind |
//! | on 5005 | S | in SEK, with a row in NOK: held |
//! | on 6003, a draft | S | not ready: must not travel |
//! | fees and mileage on 6001 and 5001 | S | still to be billed; a cost that never is |
//! | **Trade** | B | products, prices, VAT, accounts and purchase vouchers: the table in `seed/trade.rs` |

mod bulk;
mod business;
mod names;
mod rng;
mod settings;
mod story;
mod trade;

pub use business::{SeedRow, SeedValue};

use super::severa::{Clock, Json, World};
use jiff::{Span, Timestamp};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// How much data there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// The story alone.
    Small,
    /// The story and ten times as much beside it.
    Medium,
    /// The story and so many customers in all.
    Customers(u32),
}

/// The customers of the story, both sides counted once.
const STORY: u32 = 13;

/// The data of both systems.
#[derive(Clone, Debug)]
pub struct Seed {
    /// Severa's tenant.
    pub world: World,
    /// The rows of Visma Business's company, in an order that references can follow.
    pub business: Vec<SeedRow>,
}

/// Makes the data. `clock` is the clock that the tenant goes on with; the data's own stamps lie in the first weeks of
/// 2026, or earlier.
pub fn seed(size: Size, seed: u64, clock: Clock) -> Seed {
    let mut maker = Maker::new(seed);
    settings::make(&mut maker);
    story::make(&mut maker);
    let more = match size {
        Size::Small => 0,
        Size::Medium => STORY * 9,
        Size::Customers(count) => count.saturating_sub(STORY),
    };
    bulk::make(&mut maker, more);
    story::billing(&mut maker);
    trade::make(&mut maker);
    Seed { world: maker.world.fork(clock), business: maker.rows }
}

/// What the parts of the seed write to.
struct Maker {
    world: World,
    rows: Vec<SeedRow>,
    rng: rng::Rng,
    time: Arc<Mutex<Timestamp>>,
    /// GUIDs by table and by the name that the seed calls them.
    known: BTreeMap<(&'static str, String), String>,
    /// The next free `ActNo`.
    actor: i64,
    /// The next free `FreeInf1.PK`.
    free: i64,
}

impl Maker {
    fn new(seed: u64) -> Maker {
        let start: Timestamp = "2026-01-05T07:00:00Z".parse().expect("a fixed moment");
        let time = Arc::new(Mutex::new(start));
        let shown = Arc::clone(&time);
        let clock: Clock = Arc::new(move || *shown.lock().unwrap_or_else(PoisonError::into_inner));
        let world = World::new(seed, clock);
        Maker { world, rows: Vec::new(), rng: rng::Rng::new(seed), time, known: BTreeMap::new(), actor: 1, free: 1 }
    }

    /// The moment of the record that is made next; each one takes a minute.
    fn tick(&self) -> Timestamp {
        let mut time = self.time.lock().unwrap_or_else(PoisonError::into_inner);
        *time = time.checked_add(Span::new().minutes(1)).unwrap_or(*time);
        *time
    }

    /// Creates a record in Severa under the name that the seed calls it.
    fn make(&mut self, table: &'static str, name: &str, input: Json) -> String {
        self.tick();
        let guid = self.world.create(table, input).expect("the seed's data keep the contract");
        self.known.insert((table, name.to_owned()), guid.clone());
        guid
    }

    /// Puts a record in Severa that the API has no way to create.
    fn put(&mut self, table: &'static str, name: &str, members: Json) -> String {
        self.tick();
        let guid = self.world.put(table, members);
        self.known.insert((table, name.to_owned()), guid.clone());
        guid
    }

    /// A reference to a record that was made before.
    fn link(&self, table: &'static str, name: &str) -> Json {
        let guid = self.known.get(&(table, name.to_owned()));
        super::severa::link(guid.expect("the seed refers to records that it has made"))
    }
}
