//! Invoices with their rows, and what a row was made of.

use super::{ROW, Tenant, all, select};
use samband::sandbox::severa::Options;
use samband::systems::{
    Comparison, Condition, Create, ErrorKind, Next, PartWrite, Read, Row, Select, System, Test, Update, Watermark,
};
use samband::value::{Guid, Value};

const INVOICE: &[&str] =
    &["guid", "status", "projects", "isCreditNote", "currency.code", "notes", "number", "paymentDate", "rows"];

async fn tenant() -> Tenant {
    Tenant::start(Options { rate_limit: None, ..Options::default() }).await
}

fn guid(tenant: &Tenant, table: &str, path: &str, value: &str) -> Value {
    let found = tenant.world.find(table, path, value).expect("it is in the story");
    Value::Guid(found.parse::<Guid>().unwrap())
}

fn status(tenant: &Tenant, name: &str) -> Value {
    guid(tenant, "invoicestatuses", "name", name)
}

fn projects(tenant: &Tenant, numbers: &[&str]) -> Value {
    Value::List(numbers.iter().map(|number| guid(tenant, "projects", "number", number)).collect())
}

/// A row's fields by their names.
struct Held(Vec<Value>);

impl Held {
    fn get(&self, name: &str) -> Value {
        self.0[ROW.iter().position(|field| *field == name).unwrap()].clone()
    }
}

fn rows_of(row: &Row) -> Vec<Held> {
    let Value::List(rows) = &row.values[8] else { panic!("rows") };
    rows.iter()
        .map(|row| if let Value::Record(values) = row { Held(values.clone()) } else { panic!("a record") })
        .collect()
}

async fn ready(tenant: &Tenant, select: &Select) -> Vec<Row> {
    let status = Condition {
        field: "status".to_owned(),
        test: Test::Compare(Comparison::Eq, status(tenant, "Ready for transfer")),
    };
    let read = Read { select: select.clone(), since: None, push: vec![status], start_date: None };
    let page = tenant.adapter().read(&read, None).await.expect("invoices");
    assert!(matches!(page.next, Next::End(_)));
    page.rows
}

fn on<'r>(rows: &'r [Row], projects: &Value) -> &'r Row {
    let fits = |row: &&Row| row.values[2] == *projects && row.values[3] == Value::Bool(false);
    rows.iter().find(fits).expect("the invoice")
}

#[tokio::test]
async fn rows_tell_what_they_were_made_of() {
    let tenant = tenant().await;
    let select = select("Invoice", INVOICE);
    let rows = ready(&tenant, &select).await;
    assert_eq!(rows.len(), 5);
    assert!(tenant.seen.lock().unwrap().iter().any(|s| s.contains("invoiceStatusGuids=")));
    assert!(!tenant.seen.lock().unwrap().iter().any(|s| s.starts_with("GET /v1/invoicerows")), "only what is wanted");
    let shop = on(&rows, &projects(&tenant, &["5002"]));
    assert_eq!(shop.values[1], status(&tenant, "Ready for transfer"));
    let held = rows_of(shop);
    let lars = guid(&tenant, "users", "firstName", "Lars");
    let unit = guid(&tenant, "businessunits", "code", "110");
    for (row, code, field, table) in [
        (0, "W200", "workType.guid", "worktypes"),
        (1, "W300", "workType.guid", "worktypes"),
        (2, "P-100", "product.guid", "products"),
        (3, "HOTEL", "travelExpenseType.guid", "travelexpensetypes"),
    ] {
        let row = &held[row];
        assert_eq!(row.get("code"), Value::List(vec![Value::text(code)]));
        for other in ["workType.guid", "product.guid", "travelExpenseType.guid"] {
            let expected = if other == field { guid(&tenant, table, "code", code) } else { Value::Null };
            assert_eq!(row.get(other), expected, "{code}: {other}");
        }
        assert_eq!(row.get("project.guid"), guid(&tenant, "projects", "number", "5002"));
        let nobody = code == "P-100";
        assert_eq!(row.get("user.guid"), if nobody { Value::Null } else { lars.clone() }, "{code}");
        assert_eq!(row.get("user.businessUnit.guid"), if nobody { Value::Null } else { unit.clone() }, "{code}");
    }
    let two = on(&rows, &projects(&tenant, &["6007", "5003"]));
    let held = rows_of(two);
    assert_eq!(held[0].get("project.guid"), guid(&tenant, "projects", "number", "6007"));
    assert_eq!(held[1].get("project.guid"), guid(&tenant, "projects", "number", "5003"));
    let bare = rows_of(on(&rows, &projects(&tenant, &["5004"])));
    assert_eq!((bare[0].get("product.guid"), bare[0].get("code")), (Value::Null, Value::List(Vec::new())));
    let foreign = on(&rows, &projects(&tenant, &["5005"]));
    assert_eq!(foreign.values[4], Value::text("SEK"));
    assert_eq!(rows_of(foreign)[0].get("unitPrice.currencyCode"), Value::text("NOK"));
    // Nothing points at the rows of a credit note: its codes and its own project tell.
    let note = rows.iter().find(|row| row.values[3] == Value::Bool(true)).expect("the credit note");
    let held = rows_of(note);
    assert_eq!(held[0].get("quantity"), Value::Decimal((-3).into()));
    assert_eq!(held[0].get("workType.guid"), guid(&tenant, "worktypes", "code", "W100"));
    assert_eq!(held[0].get("project.guid"), guid(&tenant, "projects", "number", "6003"));
    // The same by identifier, in a full listing, and in one of rows.
    let mut adapter = tenant.adapter();
    let ids: Vec<String> = rows.iter().map(|row| row.id.clone()).collect();
    assert_eq!(adapter.fetch(&select, &ids).await.expect("by identifier"), rows);
    let (every, _) = all(&mut adapter, &select, None).await.expect("all");
    assert_eq!(every.len(), 7);
    assert!(rows.iter().all(|row| every.contains(row)));
    let (flat, _) = all(&mut adapter, &super::select("InvoiceRow", ROW), None).await.expect("rows");
    let first: Vec<Vec<Value>> = flat.iter().take(4).map(|row| row.values.clone()).collect();
    let Value::List(expected) = &shop.values[8] else { panic!("rows") };
    assert_eq!(first.into_iter().map(Value::Record).collect::<Vec<_>>(), *expected);
    // Only what is not older than a start date.
    let start_date = Some("2026-04-01".parse().unwrap());
    let read = Read { select: super::select("Invoice", &["guid"]), since: None, push: Vec::new(), start_date };
    assert!(adapter.read(&read, None).await.expect("none").rows.is_empty());
    let read = Read { start_date: Some("2026-01-31".parse().unwrap()), ..read };
    assert_eq!(adapter.read(&read, None).await.expect("some").rows.len(), 7);
    tenant.no_faults();
}

#[tokio::test]
async fn a_row_of_several_people_has_nobody() {
    let tenant = tenant().await;
    let hour = tenant.world.find("workhours", "description", "Haku").expect("the hours");
    let other = tenant.world.find("users", "firstName", "Aino").expect("a user");
    let link = samband::sandbox::severa::link(&other);
    tenant.world.put("workhours", samband::sandbox::severa::object([("guid", hour.into()), ("user", link)]));
    let rows = ready(&tenant, &select("Invoice", INVOICE)).await;
    let held = rows_of(on(&rows, &projects(&tenant, &["5002"])));
    assert_eq!(held[0].get("user.guid"), Value::Null);
    assert_eq!(
        held[0].get("user.businessUnit.guid"),
        guid(&tenant, "businessunits", "code", "110"),
        "both are of one unit"
    );
    assert_eq!(held[0].get("workType.guid"), guid(&tenant, "worktypes", "code", "W200"));
}

#[tokio::test]
async fn status_notes_number_and_payment_are_written() {
    let tenant = tenant().await;
    let mut adapter = tenant.adapter();
    let select = select("Invoice", INVOICE);
    let rows = ready(&tenant, &select).await;
    let draft = on(&rows, &projects(&tenant, &["5002"]));
    let update = |from: &str, set: Vec<(&str, Value)>| Update {
        select: select.clone(),
        id: draft.id.clone(),
        expect: vec![("status".to_owned(), status(&tenant, from))],
        set: set.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        parts: Vec::new(),
    };
    let failed = vec![("status.guid", status(&tenant, "Error")), ("notes", Value::text("Ukjent produkt"))];
    let row = adapter.update(&update("Ready for transfer", failed)).await.expect("failed");
    assert_eq!((&row.values[1], &row.values[5]), (&status(&tenant, "Error"), &Value::text("Ukjent produkt")));
    let moved = adapter.update(&update("Ready for transfer", Vec::new())).await;
    assert_eq!(moved.map_err(|e| e.kind), Err(ErrorKind::Moved));
    let row = adapter.update(&update("Error", vec![("status", status(&tenant, "Transferred"))])).await.expect("there");
    assert!(matches!(row.values[6], Value::Int(_)), "this status has a number");
    let refused =
        adapter.update(&update("Transferred", vec![("notes", Value::text("x"))])).await.expect_err("read-only");
    assert_eq!(refused.kind, ErrorKind::Refused);
    let sent = vec![("status", status(&tenant, "Sent")), ("number", Value::Int(70_012))];
    let row = adapter.update(&update("Transferred", sent)).await.expect("sent");
    assert_eq!(row.values[6], Value::Int(70_012));
    let paid = vec![("status", status(&tenant, "Paid")), ("paymentDate", Value::Date("2026-02-14".parse().unwrap()))];
    let row = adapter.update(&update("Sent", paid)).await.expect("paid");
    assert_eq!(row.values[7], Value::Date("2026-02-14".parse().unwrap()));
    let empty = vec![("status", status(&tenant, "Sent")), ("paymentDate", Value::Null)];
    let row = adapter.update(&update("Paid", empty)).await.expect("paid back");
    assert_eq!(row.values[7], Value::Null);
    tenant.no_faults();
}

#[tokio::test]
async fn what_severa_makes_itself_is_not_created() {
    let tenant = tenant().await;
    let mut adapter = tenant.adapter();
    for record in ["Invoice", "InvoiceRow", "InvoiceStatus", "Country"] {
        let create = Create {
            select: select(record, &["guid"]),
            values: Vec::new(),
            numbers: Vec::new(),
            identity: None,
            parts: Vec::new(),
            children: Vec::new(),
            joins: Vec::new(),
        };
        let refused = adapter.create(&create).await.expect_err(record);
        assert!(refused.kind == ErrorKind::Refused && refused.what.contains(record), "{refused}");
    }
    let select = select("Invoice", INVOICE);
    let rows = ready(&tenant, &select).await;
    let part = PartWrite { list: "rows".to_owned(), id: None, expect: Vec::new(), set: Vec::new() };
    let update = Update { select, id: rows[0].id.clone(), expect: Vec::new(), set: Vec::new(), parts: vec![part] };
    assert_eq!(adapter.update(&update).await.map_err(|e| e.kind), Err(ErrorKind::Refused));
    tenant.no_faults();
}

#[tokio::test]
async fn a_changed_row_brings_its_invoice_and_billed_hours_tell_theirs() {
    let tenant = tenant().await;
    let later = Watermark((jiff::Timestamp::now() + jiff::SignedDuration::from_secs(58)).to_string());
    tokio::time::sleep(std::time::Duration::from_millis(2_100)).await;
    let row = tenant.world.find("invoicerows", "description", "Team licence, one year").expect("the row");
    let quantity = samband::sandbox::severa::object([("quantity", 2.into())]);
    tenant.world.edit("invoicerows", &row, quantity).expect("a draft's row");
    let project = tenant.world.find("projects", "number", "6001").expect("the project");
    let bill = samband::sandbox::severa::Bill { projects: vec![project], ..Default::default() };
    let made = tenant.world.bill(&bill).expect("a draft");
    let mut adapter = tenant.adapter();
    let (rows, _) = all(&mut adapter, &select("Invoice", INVOICE), Some(&later)).await.expect("changes");
    let found: Vec<&Value> = rows.iter().map(|row| &row.values[2]).collect();
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found.contains(&&projects(&tenant, &["6007", "5003"])) && found.contains(&&projects(&tenant, &["6001"])));
    let hours = select("WorkHour", &["guid", "description", "invoice.guid", "invoiceRowGuid", "isModifiable"]);
    let (rows, _) = all(&mut adapter, &hours, Some(&later)).await.expect("changes");
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].values[2], Value::Guid(made[0].parse().unwrap()));
    assert!(!rows[0].values[3].is_null());
    assert_eq!(rows[0].values[4], Value::Bool(false));
    tenant.no_faults();
}
