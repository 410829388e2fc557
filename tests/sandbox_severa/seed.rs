//! The seed's story, its sameness, and the snapshot.

use crate::client::Hand;
use samband::sandbox::seed::{SeedRow, SeedValue, Size, seed};
use samband::sandbox::severa::{Json, World};
use std::collections::{BTreeMap, BTreeSet};

fn whole(row: &SeedRow, column: &str) -> i64 {
    match row.get(column) {
        Some(SeedValue::Int(value)) => *value,
        _ => 0,
    }
}

#[test]
fn equal_seeds_give_equal_data_and_snapshots_keep_it() {
    let hand = Hand::new();
    let (one, other) = (seed(Size::Medium, 7, hand.clock()), seed(Size::Medium, 7, hand.clock()));
    assert_eq!(one.business, other.business);
    assert_eq!(one.world.to_json(), other.world.to_json());
    assert_ne!(one.world.to_json(), seed(Size::Medium, 8, hand.clock()).world.to_json());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("severa.json");
    one.world.save(&path).unwrap();
    let again = World::load(&path, hand.clock()).unwrap();
    assert_eq!(again.to_json(), one.world.to_json());
    assert_eq!(again.list("customers"), one.world.list("customers"));
    let fork = one.world.fork(hand.clock());
    fork.put("customers", Json::parse(r#"{"name":"Ny"}"#).unwrap());
    assert_eq!(fork.count("customers"), one.world.count("customers") + 1);
    assert!(World::from_json("{}", hand.clock()).is_err());
}

#[test]
fn keys_are_unique_and_columns_are_the_companys() {
    let data = seed(Size::Customers(400), 5, Hand::new().clock());
    let keys = BTreeMap::from([
        ("Actor", "ActNo"),
        ("R1", "RNo"),
        ("R2", "RNo"),
        ("Ctry", "CtryNo"),
        ("Cur", "CurNo"),
        ("FreeInf1", "PK"),
        ("Unit", "Un"),
    ]);
    let mut seen = BTreeSet::new();
    let company = include_str!("../../facts/visma-business-company.sql");
    for row in &data.business {
        if let Some(key) = keys.get(row.table) {
            assert!(seen.insert((row.table, whole(row, key))), "{row:?}");
        }
        for series in ["CustNo", "EmpNo"].iter().filter(|series| row.table == "Actor" && whole(row, series) > 0) {
            assert!(seen.insert((series, whole(row, series))), "{row:?}");
        }
        let start = company
            .find(&format!("CREATE TABLE dbo.[{}] (", row.table))
            .unwrap_or_else(|| panic!("no table {}", row.table));
        let table = &company[start..start + company[start..].find(';').unwrap()];
        for (column, _) in &row.columns {
            assert!(table.contains(&format!("[{column}]")), "{}.{column}", row.table);
        }
    }
    let customers = data.business.iter().filter(|row| whole(row, "CustNo") > 0 && row.table == "Actor").count();
    assert!(customers > 200, "{customers}");
}

#[test]
fn the_story_holds_its_cases() {
    let data = seed(Size::Small, 1, Hand::new().clock());
    let text = |row: &SeedRow, column: &str| match row.get(column) {
        Some(SeedValue::Text(text)) => text.clone(),
        _ => String::new(),
    };
    let actors: Vec<&SeedRow> = data.business.iter().filter(|row| row.table == "Actor").collect();
    let named = |name: &str| {
        actors.iter().find(|row| text(row, "Nm").trim_end() == name).copied().unwrap_or_else(|| panic!("no {name}"))
    };
    assert_eq!(text(named("Ola Nordmann"), "MailAd"), "");
    assert_eq!(whole(named("Kontantsalg"), "Gr12"), 1);
    assert_eq!(whole(named("Sørlandet Kafé"), "ChDt"), 0);
    assert!(text(named("Sørlandet Kafé"), "Nm").ends_with(' '));
    let customers = data.world.list("customers");
    let number = |name: &str| {
        customers
            .iter()
            .find(|row| row.at("name").and_then(Json::as_text) == Some(name))
            .and_then(|row| row.at("number")?.as_int())
    };
    assert_ne!(number("Polarlys Media AS"), Some(whole(named("Polarlys Media AS"), "CustNo")));
    assert_eq!(number("Ålesund Transport AS"), Some(whole(named("Aasen Transport AS"), "CustNo")));
    assert_eq!(number("Fjordkraft Bygg AS"), Some(whole(named("Fjordkraft Bygg AS"), "CustNo")));
    let hours = data.world.list("workhours");
    let approved = |wanted: &Json| hours.iter().filter(|hour| hour.at("isApproved") == Some(wanted)).count();
    assert_eq!((approved(&Json::Bool(true)), approved(&Json::Bool(false)), approved(&Json::Null)), (13, 1, 1));
    assert!(
        hours
            .iter()
            .any(|hour| hour.at("description").and_then(Json::as_text).is_some_and(|text| text.chars().count() > 80))
    );
    assert!(hours.iter().any(|hour| hour.at("unitPrice.amount") == Some(&Json::Number("120.50".into()))));
    let internal = customers.iter().filter(|row| row.at("isInternal") == Some(&Json::Bool(true))).count();
    assert_eq!(internal, 1);
}
