//! Products, work types, travel expense types and fees, created and changed; and the scopes that are asked for.

use super::{Tenant, all, select};
use rust_decimal::Decimal;
use samband::sandbox::severa::Options;
use samband::systems::{Create, ErrorKind, Row, Select, System, Update};
use samband::value::Value;

async fn tenant() -> Tenant {
    Tenant::start(Options { rate_limit: None, ..Options::default() }).await
}

fn fields(values: Vec<(&str, Value)>) -> Vec<(String, Value)> {
    values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn create(select: &Select, values: Vec<(&str, Value)>) -> Create {
    Create {
        select: select.clone(),
        values: fields(values),
        numbers: Vec::new(),
        identity: None,
        parts: Vec::new(),
        children: Vec::new(),
        joins: Vec::new(),
    }
}

fn update(select: &Select, row: &Row, set: Vec<(&str, Value)>) -> Update {
    let expect = select.fields.iter().map(|f| f.name.clone()).zip(row.values.clone()).collect();
    Update { select: select.clone(), id: row.id.clone(), expect, set: fields(set), parts: Vec::new() }
}

fn amount(text: &str) -> Value {
    Value::Decimal(text.parse::<Decimal>().unwrap())
}

fn text(text: &str) -> Value {
    Value::text(text)
}

#[tokio::test]
async fn registers_are_created_and_changed() {
    let tenant = tenant().await;
    let mut adapter = tenant.adapter();
    let category = select("ProductCategory", &["guid", "code", "name"]);
    let made = adapter.create(&create(&category, vec![("code", text("KB")), ("name", text("Kabler"))])).await.unwrap();
    let changed = adapter.update(&update(&category, &made, vec![("name", text("Kabel"))])).await.unwrap();
    assert_eq!(changed.values[1..], [text("KB"), text("Kabel")]);

    let product = select(
        "Product",
        &["guid", "code", "name", "type", "unitPrice.amount", "unitPrice.currencyCode", "productCategory.guid"],
    );
    let values = vec![("code", text("CABLE-9")), ("name", text("Kabel, 9 m")), ("type", text("Materials"))];
    let bare = adapter.create(&create(&product, values)).await.unwrap();
    assert_eq!(bare.values[4..], [Value::Null, Value::Null, Value::Null]);
    let set = vec![
        ("unitPrice.amount", amount("249.90")),
        ("unitPrice.currencyCode", text("NOK")),
        ("productCategory.guid", Value::text(&made.id)),
    ];
    let priced = adapter.update(&update(&product, &bare, set)).await.unwrap();
    assert!(priced.values[4].same(&amount("249.9")) && priced.values[5] == text("NOK"));
    assert_eq!(priced.values[6].to_string(), made.id);
    let dearer = adapter.update(&update(&product, &priced, vec![("unitPrice.amount", amount("259"))])).await.unwrap();
    assert_eq!((&dearer.values[4], &dearer.values[5]), (&amount("259"), &text("NOK")));
    let set = vec![("unitPrice.amount", Value::Null), ("productCategory.guid", Value::Null)];
    let free = adapter.update(&update(&product, &dearer, set)).await.unwrap();
    assert_eq!(free.values[4..], [Value::Null, Value::Null, Value::Null]);

    let kind = select("WorkType", &["guid", "code", "name", "isProductive"]);
    let made = adapter.create(&create(&kind, vec![("code", text("W400")), ("name", text("Test"))])).await.unwrap();
    let changed = adapter.update(&update(&kind, &made, vec![("isProductive", Value::Bool(true))])).await.unwrap();
    assert_eq!(changed.values[3], Value::Bool(true));

    let travel = select("TravelExpenseType", &["guid", "code", "expenseClass", "unitCost.amount", "isMileage"]);
    let values = vec![
        ("code", text("TOLL")),
        ("name", text("Bompenger")),
        ("expenseClass", text("OtherTravelExpense")),
        ("unitCost.amount", amount("31.50")),
        ("unitCost.currencyCode", text("NOK")),
    ];
    let made = adapter.create(&create(&travel, values)).await.unwrap();
    assert_eq!((made.values[3].same(&amount("31.5")), &made.values[4]), (true, &Value::Bool(false)));
    let set = vec![("unitCost.amount", amount("36")), ("unitCost.currencyCode", text("NOK"))];
    let changed = adapter.update(&update(&travel, &made, set)).await.unwrap();
    assert_eq!(changed.values[3], amount("36"));
    let codes = vec![("code".to_owned(), vec![text("TOLL")])];
    assert!(adapter.candidates(&travel, &codes).await.unwrap().contains(&changed));
    tenant.no_faults();
}

#[tokio::test]
async fn a_cost_is_created_once_and_found_by_its_description() {
    let tenant = tenant().await;
    let mut adapter = tenant.adapter();
    let fee =
        select("ProjectFee", &["guid", "description", "quantity", "unitCost.amount", "isBillable", "product.code"]);
    let guid = |table: &str, path: &str, value: &str| Value::text(tenant.world.find(table, path, value).unwrap());
    let values = vec![
        ("project.guid", guid("projects", "number", "5001")),
        ("product.guid", guid("products", "code", "SUBCONTRACT")),
        ("name", text("Underleveranse, mars")),
        ("description", text("VB 812/3")),
        ("quantity", Value::Int(1)),
        ("unitCost.amount", amount("1500.25")),
        ("unitCost.currencyCode", text("NOK")),
        ("unitPrice.amount", amount("1650")),
        ("unitPrice.currencyCode", text("NOK")),
        ("isBillable", Value::Bool(false)),
    ];
    let made = adapter.create(&create(&fee, values)).await.expect("created, answered as a list");
    assert_eq!(
        (&made.values[3], &made.values[4], &made.values[5]),
        (&amount("1500.25"), &Value::Bool(false), &text("SUBCONTRACT"))
    );
    let ours = vec![("description".to_owned(), vec![text("VB 812/3")])];
    let found = adapter.candidates(&fee, &ours).await.expect("candidates");
    assert_eq!(found.iter().filter(|row| row.values[1] == text("VB 812/3")).collect::<Vec<_>>(), [&made]);
    let changed = adapter.update(&update(&fee, &made, vec![("isBillable", Value::Bool(true))])).await.unwrap();
    assert_eq!(changed.values[4], Value::Bool(true));
    tenant.no_faults();
}

#[tokio::test]
async fn many_of_a_register_are_fetched_by_its_list() {
    let tenant = tenant().await;
    let kind = |n: i64| samband::sandbox::severa::object([("name", format!("Kind {n}").into())]);
    let ids: Vec<String> = (0..120).map(|n| tenant.world.create("worktypes", kind(n)).expect("a work type")).collect();
    let select = select("WorkType", &["guid", "name"]);
    let mut gone = ids[..110].to_vec();
    gone.push("00000000-0000-0000-0000-000000000001".to_owned());
    let rows = tenant.adapter().fetch(&select, &gone).await.expect("fetched");
    assert_eq!(rows.iter().map(|row| row.id.clone()).collect::<Vec<_>>(), ids[..110]);
    assert!(tenant.seen.lock().unwrap().len() < 6);
    tenant.no_faults();
}

/// A client with just these scopes.
async fn granted(scopes: &[&str]) -> Tenant {
    let scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
    Tenant::start(Options { rate_limit: None, scopes, ..Options::default() }).await
}

#[tokio::test]
async fn a_token_asks_for_what_the_mapping_needs() {
    let tenant = granted(&["settings:read", "settings:write", "hours:read", "users:read"]).await;
    let mut adapter = tenant.adapter();
    let hours = select("WorkHour", &["guid", "user.businessUnit.guid"]);
    adapter.open(std::slice::from_ref(&hours)).await.expect("hours are only read");
    all(&mut adapter, &hours, None).await.expect("hours");
    let invoices = select("Invoice", &["guid"]);
    let refused = tenant.adapter().open(&[invoices]).await.expect_err("not granted");
    assert_eq!(refused.kind, ErrorKind::Credentials);
    assert!(refused.help.contains("invoices:read,invoices:write"), "{refused:?}");
    let tenant = granted(&["settings:read", "invoices:read", "invoices:write"]).await;
    let rows = select("Invoice", &["guid", "rows"]);
    let refused = tenant.adapter().open(&[rows]).await.expect_err("a row's business unit is its user's");
    assert!(refused.help.contains("users:read"), "{refused:?}");
    tenant.no_faults();
}
