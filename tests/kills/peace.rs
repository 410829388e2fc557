//! What holds when the kills are over and runs may end.

use crate::bench::Bench;
use crate::people::People;
use samband::sandbox::business::SqlValue;
use samband::sandbox::severa::Json;
use std::collections::BTreeMap;
use std::process::Command;

pub fn restored(bench: &Bench, people: &People, seed: u64) {
    let samband = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_samband"));
        command.args(args).current_dir(bench.folder.path()).env_remove("SAMBAND_LOG");
        let output = tokio::task::block_in_place(|| command.output().expect("it runs"));
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    };
    // What was held through a fault waits for its time, unless it is asked to be tried again.
    for _ in 0..2 {
        samband(&["held", "retry"]);
        let (code, out, err) = samband(&["run"]);
        assert!(matches!(code, Some(0 | 5)), "seed {seed}: {out}{err}");
    }
    let (code, out, err) = samband(&["plan", "--full", "--exit-code"]);
    assert_eq!(code, Some(0), "seed {seed}: the last run left something to do: {out}{err}");

    let mut wrong = Vec::new();
    let rows = |sql: &str| -> Vec<Vec<SqlValue>> {
        people.company.query(sql).unwrap_or_else(|error| panic!("{sql}: {}", error.message)).rows
    };
    // Our identifier stands once in each table.
    for (table, column) in [
        ("Actor", "Inf7"),
        ("Actor", "Inf8"),
        ("R1", "Inf8"),
        ("R2", "Inf8"),
        ("Prod", "Inf8"),
        ("Ord", "Inf6"),
        ("FreeInf1", "Txt4"),
    ] {
        let sql = format!(
            "SELECT {column}, COUNT(*) FROM dbo.{table} WHERE {column} <> '' GROUP BY {column} HAVING COUNT(*) > 1"
        );
        wrong.extend(rows(&sql).into_iter().map(|row| format!("{table}.{column} twice: {row:?}")));
    }
    // Numbers and names stand once in Severa, and so does each posted line's mark.
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for customer in people.world.list("customers") {
        for field in ["number", "name"] {
            if let Some(value) = customer.get(field).filter(|value| !value.is_null()) {
                *times.entry(format!("customer {field} {value:?}")).or_default() += 1;
            }
        }
    }
    for fee in people.world.list("projectfees") {
        if let Some(mark) = fee.get("description").and_then(Json::as_text).filter(|text| text.contains("VB ")) {
            *times.entry(format!("cost {mark}")).or_default() += 1;
        }
    }
    wrong.extend(
        times.into_iter().filter(|(_, count)| *count > 1).map(|(what, count)| format!("{what}: {count} times")),
    );
    // All that people did has arrived.
    let count = |sql: String| rows(&sql);
    for (guid, quantity) in &people.hours {
        let found = count(format!("SELECT Val1 FROM dbo.FreeInf1 WHERE Txt4 = '{guid}'"));
        if found.len() != 1 || !format!("{found:?}").contains(&quantity.to_string()) {
            wrong.push(format!("hour {guid} of {quantity}: {found:?}"));
        }
    }
    for name in &people.customers {
        if people.world.find("customers", "name", name).is_none() {
            wrong.push(format!("{name} is not in Severa"));
        }
    }
    for (guid, name) in &people.renamed {
        let found = count(format!("SELECT Nm FROM dbo.Actor WHERE Inf8 = '{guid}'"));
        if !format!("{found:?}").contains(name.as_str()) {
            wrong.push(format!("{name}: {found:?} in Visma Business"));
        }
    }
    for guid in &people.drafts {
        let rows_of = |row: &&Json| row.at("invoiceGuid").and_then(Json::as_text) == Some(guid);
        let all = people.world.list("invoicerows");
        let drafted = all.iter().filter(rows_of).count();
        let orders = count(format!("SELECT OrdNo FROM dbo.Ord WHERE Inf6 = '{guid}'"));
        let lines = count(format!(
            "SELECT l.LnNo FROM dbo.OrdLn l INNER JOIN dbo.Ord o ON o.OrdNo = l.OrdNo WHERE o.Inf6 = '{guid}'"
        ));
        let status = people
            .world
            .get("invoices", guid)
            .and_then(|draft| draft.at("status.name").and_then(Json::as_text).map(str::to_owned));
        if orders.len() != 1 || lines.len() != drafted || status.as_deref() != Some("Transferred") {
            wrong.push(format!(
                "draft {guid}: {} orders, {} lines of {drafted}, {status:?}",
                orders.len(),
                lines.len()
            ));
        }
    }
    let held = if wrong.is_empty() { String::new() } else { samband(&["held"]).1 };
    assert!(wrong.is_empty(), "seed {seed}, {} violations:\n{}\n{held}", wrong.len(), wrong.join("\n"));
    assert!(
        people.hours.len() > 5 && !people.drafts.is_empty() && !people.customers.is_empty(),
        "people did something"
    );
}
