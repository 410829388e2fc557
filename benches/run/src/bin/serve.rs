//! Both systems of the sandbox with many approved hours, for `run.py`: in a process of their own, so that the
//! CPU of whoever reads them is measured alone.
//!
//! usage: serve HOURS SEED FOLDER [REQUESTS_A_SECOND]
//! Writes a mapping project to the folder and one line of JSON to stdout; then obeys one word a line from stdin:
//! `empty` takes our rows out of Visma Business, `counts` says what Severa was asked since the last time, and the
//! end of stdin ends it.

use jiff::Timestamp;
use samband::sandbox::business::{self, BusinessServer, Company, Login};
use samband::sandbox::seed::{Seed, SeedValue, Size, seed};
use samband::sandbox::severa::{Clock, Json, Options, SeveraServer, World, link, object, system_clock};
use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::sync::Arc;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const SECRET: &str = "bench";

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().collect();
    let [_, hours, number, folder, rest @ ..] = args.as_slice() else {
        return Err("usage: serve HOURS SEED FOLDER [REQUESTS_A_SECOND]".into());
    };
    let (hours, number): (usize, u64) = (hours.parse()?, number.parse()?);
    let limit = rest.first().map(|text| text.parse()).transpose()?;
    let folder = Path::new(folder);
    std::fs::create_dir_all(folder)?;

    let Seed { world, business: rows } = seed(Size::Small, number, system_clock());
    // Before any run, so that no incremental read finds them in its overlap.
    let then: Timestamp = "2026-01-30T12:00:00Z".parse()?;
    let past: Clock = Arc::new(move || then);
    let world = world.fork(past);
    let made = enter(&world, hours, number)?;
    let world = world.fork(system_clock());

    let company = Company::create(folder.join("company.db")).map_err(|e| e.message.clone())?;
    for row in &rows {
        let values: Vec<_> = row.columns.iter().map(|(name, value)| (*name, sql(value))).collect();
        company.insert(row.table, &values).map_err(|e| e.message.clone())?;
    }
    let options = Options {
        client_id: "bench".to_owned(),
        client_secret: SECRET.to_owned(),
        rate_limit: limit,
        max_rows: 1_000,
        ..Options::default()
    };
    let severa = SeveraServer::start(world, options, "127.0.0.1:0").await?;
    let options = business::Options {
        logins: vec![Login::owner("samband", SECRET)],
        ..business::Options::default()
    };
    let sql_server = BusinessServer::start(company, options).await?;
    std::fs::write(folder.join("samband.yaml"), settings(&severa.url(), &sql_server.addr().to_string(), limit))?;
    std::fs::write(folder.join("bench.env"), format!("SEVERA_CLIENT_SECRET={SECRET}\nVB_PASSWORD={SECRET}\n"))?;
    println!("{{\"severa\": \"{}\", \"hours\": {made}}}", severa.url());

    let mut before: BTreeMap<String, u64> = BTreeMap::new();
    let (sender, mut words) = tokio::sync::mpsc::unbounded_channel();
    std::thread::spawn(move || std::io::stdin().lines().map_while(Result::ok).all(|line| sender.send(line).is_ok()));
    while let Some(word) = words.recv().await {
        match word.trim() {
            "empty" => {
                let done = sql_server.company().execute("DELETE FROM FreeInf1 WHERE InfCatNo = 90", &[]);
                println!("{{\"deleted\": {}}}", done.map_err(|e| e.message.clone())?);
            }
            "counts" => {
                let now = severa.server().counts();
                let since = |route: &str, count: u64| count - before.get(route).copied().unwrap_or(0);
                let new = now.iter().map(|(route, count)| (route, since(route, *count))).filter(|(_, count)| *count > 0);
                println!("{}", serde_json::to_string(&new.collect::<BTreeMap<_, _>>())?);
                before = now;
            }
            other => println!("{{\"unknown\": \"{other}\"}}"),
        }
    }
    Ok(())
}

fn sql(value: &SeedValue) -> business::SqlValue {
    match value {
        SeedValue::Int(number) => business::SqlValue::Int(*number),
        SeedValue::Text(text) => business::SqlValue::Text(text.clone()),
        SeedValue::Decimal(number) => business::SqlValue::Decimal(*number),
    }
}

/// Approved hours of the people and on the projects that a run links; answers how many entries there are then, those of the story included.
fn enter(world: &World, hours: usize, seed: u64) -> Result<usize, Box<dyn Error>> {
    let text = |record: &Json, path: &str| record.at(path).and_then(Json::as_text).unwrap_or_default().to_owned();
    let numbered = |record: &&Json, wanted: &[&str], path: &str| {
        record.at(path).is_some_and(|number| wanted.contains(&number.to_string().trim_matches('"')))
    };
    let projects = world.list("projects");
    let phases: Vec<String> = projects
        .iter()
        .filter(|project| numbered(project, &["5001", "5002", "6001", "6003", "6006", "6007"], "number"))
        .map(|project| text(project, "rootPhase.guid"))
        .collect();
    let users: Vec<String> = world
        .list("users")
        .iter()
        .filter(|user| numbered(user, &["1", "2"], "code"))
        .map(|user| text(user, "guid"))
        .collect();
    let types: Vec<String> =
        world.list("worktypes").iter().filter(|t| !text(t, "code").is_empty()).map(|t| text(t, "guid")).collect();
    if phases.is_empty() || users.is_empty() || types.is_empty() {
        return Err("the seed's story has other people and projects than this bench knows".into());
    }
    let mut random = Random(seed.wrapping_mul(2_862_933_555_777_941_757).wrapping_add(1));
    for _ in 0..hours {
        let quantity = format!("{}.{:02}", 1 + random.below(9), 25 * random.below(4));
        let input = object([
            ("phase", link(random.pick(&phases))),
            ("user", link(random.pick(&users))),
            ("workType", link(random.pick(&types))),
            ("eventDate", format!("2026-01-{:02}", 2 + random.below(28)).as_str().into()),
            ("quantity", Json::Number(quantity)),
            (
                "unitPrice",
                object([
                    ("amount", Json::Number(format!("{}.50", 900 + random.below(400)))),
                    ("currencyCode", "NOK".into()),
                ]),
            ),
            ("isBillable", (random.below(4) > 0).into()),
            ("isApproved", true.into()),
            ("description", format!("Møte om lagerflyt nr. {}, gjennomgang", random.below(10_000)).as_str().into()),
        ]);
        world.create("workhours", input).map_err(|fault| format!("{fault:?}"))?;
    }
    Ok(world.count("workhours"))
}

/// A small generator that gives the same numbers everywhere.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) % bound
    }

    fn pick<'a>(&mut self, from: &'a [String]) -> &'a str {
        let place = self.below(from.len() as u64);
        &from[usize::try_from(place).unwrap_or(0)]
    }
}

fn settings(severa: &str, business: &str, limit: Option<usize>) -> String {
    let pace = limit.unwrap_or(1_000);
    format!(
        "mapping: standard
environment: bench.env
severa:
  url: {severa}
  client_id: bench
  client_secret: {{ env: SEVERA_CLIENT_SECRET }}
  settle_time: 1s
  requests_per_second: {pace}
  page_size: 1000
business:
  server: {business}
  database: F0001
  user: samband
  password: {{ env: VB_PASSWORD }}
  encrypt: off
  time_zone: Europe/Oslo
  series: {{ CustNo: 10000..19999 }}
  settle_time: 1s
settings:
  master: severa
  Project:
    default_owner: ingrid.solberg@example.no
    won_status: Order
  Invoice:
    status_to_send: Ready for transfer
    transferred: Transferred
    sent: Sent
    paid: Paid
    failed: Error
  TravelExpense: {{ group: 90 }}
  WorkType: {{ group: 91 }}
  PurchaseCost: {{ accounts: [4300..4999] }}
start_date: 2026-01-01
state: state.db
"
    )
}
