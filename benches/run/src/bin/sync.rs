//! The same hours by hand: Severa's pages into SQLite. The practical limit of a program without links, history,
//! plan and faults.
//!
//! usage: sync URL DB.sqlite [CHANGED_SINCE]
//! A first run loads; a later one without CHANGED_SINCE reads everything again, compares a fingerprint of each record
//! with the stored one and writes only what differs.

use rusqlite::params;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::HashMap;
use std::error::Error;
use xxhash_rust::xxh3::xxh3_64;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Deserialize)]
struct Guid<'a> {
    #[serde(borrow)]
    guid: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Code<'a> {
    #[serde(borrow)]
    code: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Named<'a> {
    #[serde(borrow)]
    name: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Money {
    amount: Option<f64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Hour<'a> {
    #[serde(borrow)]
    guid: Cow<'a, str>,
    #[serde(borrow)]
    event_date: Cow<'a, str>,
    #[serde(borrow)]
    description: Option<Cow<'a, str>>,
    quantity: Option<f64>,
    planned_invoice_quantity: Option<f64>,
    is_approved: Option<bool>,
    is_billable: bool,
    unit_price: Option<Money>,
    unit_cost: Option<Money>,
    #[serde(borrow)]
    user: Option<Guid<'a>>,
    #[serde(borrow)]
    customer: Option<Guid<'a>>,
    #[serde(borrow)]
    project: Option<Guid<'a>>,
    #[serde(borrow)]
    phase: Option<Named<'a>>,
    #[serde(borrow)]
    work_type: Option<Code<'a>>,
}

#[derive(Deserialize)]
struct Token {
    access_token: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().collect();
    let mut db = rusqlite::Connection::open(&args[2])?;
    db.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
         CREATE TABLE IF NOT EXISTS hours (guid TEXT PRIMARY KEY, h INTEGER, dt INTEGER, val1 REAL, val2 REAL, val3 REAL,
            val4 REAL, user TEXT, customer TEXT, project TEXT, prod TEXT, txt TEXT) WITHOUT ROWID;",
    )?;
    let mut seen: HashMap<u128, i64> = HashMap::new();
    {
        let mut all = db.prepare("SELECT guid, h FROM hours")?;
        let mut rows = all.query([])?;
        while let Some(row) = rows.next()? {
            seen.insert(number(row.get_ref(0)?.as_str()?), row.get(1)?);
        }
    }
    let client = reqwest::Client::new();
    let body = serde_json::json!({"client_id": "bench", "client_secret": "bench", "scope": "hours:read"}).to_string();
    let answer = client
        .post(format!("{}/v1/token", args[1]))
        .header("Content-Type", "application/json")
        .header("Client_Id", "bench")
        .body(body)
        .send()
        .await?;
    let Token { access_token } = serde_json::from_slice(&answer.bytes().await?)?;
    let (mut page, mut read, mut wrote, mut requests) = (None::<String>, 0u64, 0u64, 0u64);
    loop {
        let mut url = format!("{}/v1/workhours?eventDateStart=2026-01-01&rowCount=1000", args[1]);
        if let Some(token) = &page {
            url += &format!("&pageToken={token}");
        }
        if let Some(since) = args.get(3) {
            url += &format!("&changedSince={since}");
        }
        let request = client.get(url).bearer_auth(&access_token).header("Client_Id", "bench");
        let answer = request.send().await?.error_for_status()?;
        page = answer.headers().get("nextpagetoken").map(|v| v.to_str().map(str::to_owned)).transpose()?;
        let body = answer.bytes().await?;
        requests += 1;
        let records: Vec<&RawValue> = serde_json::from_slice(&body)?;
        let transaction = db.transaction()?;
        {
            let mut insert = transaction
                .prepare_cached("INSERT OR REPLACE INTO hours VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12)")?;
            for raw in records {
                read += 1;
                let print = xxh3_64(raw.get().as_bytes()).cast_signed();
                if !seen.is_empty() {
                    let id: Guid = serde_json::from_str(raw.get())?;
                    if seen.get(&number(&id.guid)) == Some(&print) {
                        continue;
                    }
                }
                let hour: Hour = serde_json::from_str(raw.get())?;
                if hour.is_approved != Some(true) {
                    continue;
                }
                let date: i64 = hour.event_date.get(..10).unwrap_or_default().replace('-', "").parse().unwrap_or(0);
                let round = |value: Option<f64>| (value.unwrap_or(0.0) * 100.0).round() / 100.0;
                let billed = |value: Option<f64>| if hour.is_billable { round(value) } else { 0.0 };
                let phase = hour.phase.as_ref().and_then(|p| p.name.as_deref()).unwrap_or_default();
                let text = format!("{phase}: {}", hour.description.as_deref().unwrap_or_default());
                insert.execute(params![
                    hour.guid,
                    print,
                    date,
                    round(hour.quantity),
                    billed(hour.planned_invoice_quantity),
                    billed(hour.unit_price.and_then(|m| m.amount)),
                    round(hour.unit_cost.and_then(|m| m.amount)),
                    hour.user.map(|r| r.guid),
                    hour.customer.map(|r| r.guid),
                    hour.project.map(|r| r.guid),
                    hour.work_type.and_then(|t| t.code),
                    text.trim().chars().take(80).collect::<String>(),
                ])?;
                wrote += 1;
            }
        }
        transaction.commit()?;
        if page.is_none() {
            break;
        }
    }
    println!("read {read} wrote {wrote} requests {requests}");
    Ok(())
}

fn number(guid: &str) -> u128 {
    u128::from_str_radix(&guid.replace('-', ""), 16).unwrap_or(0)
}
