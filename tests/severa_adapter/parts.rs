//! Lists inside lists: a customer's contacts with their e-mail addresses and phone numbers.

use super::{Tenant, all, select};
use samband::sandbox::severa::{Json, Options, object};
use samband::systems::{Create, ErrorKind, PartWrite, Row, Select, System, Update, Watermark};
use samband::value::Value;

const CUSTOMER: &[&str] = &["guid", "name", "contactpersons", "addresses"];
const CONTACT: &[&str] = &["guid", "firstName", "lastName", "emails", "phoneNumbers", "communications"];

async fn tenant() -> Tenant {
    Tenant::start(Options { rate_limit: None, ..Options::default() }).await
}

/// The values of an element's fields by their names in the list's own select.
fn elements(select: &Select, row: &[Value], list: &str) -> Vec<Vec<Value>> {
    let Some(Value::List(elements)) = select.slot(list).and_then(|slot| row.get(slot)) else { panic!("no {list}") };
    elements.iter().map(|e| if let Value::Record(values) = e { values.clone() } else { panic!("a record") }).collect()
}

/// Each contact of a customer with its details: kind and value.
fn contacts(select: &Select, row: &Row) -> Vec<(String, Vec<(String, String)>)> {
    let of = select.fields[select.slot("contactpersons").unwrap()].of.as_deref().unwrap();
    let text = |value: &Value| value.as_text().unwrap_or_default().to_owned();
    elements(select, &row.values, "contactpersons")
        .iter()
        .map(|contact| {
            let details = elements(of, contact, "communications");
            (text(&contact[1]), details.iter().map(|d| (text(&d[1]), text(&d[2]))).collect())
        })
        .collect()
}

fn named<'r>(rows: &'r [Row], name: &str) -> &'r Row {
    rows.iter().find(|row| row.values[1] == Value::text(name)).expect("the customer")
}

fn detail(id: Option<String>, kind: &str, value: &str) -> PartWrite {
    let mut set = vec![("value".to_owned(), Value::text(value))];
    if id.is_none() {
        set.push(("kind".to_owned(), Value::text(kind)));
    }
    PartWrite { list: "communications".to_owned(), id, expect: Vec::new(), set }
}

#[tokio::test]
async fn contacts_come_with_their_details_however_they_are_asked_for() {
    let tenant = tenant().await;
    let mut adapter = tenant.adapter();
    let select = select("Customer", CUSTOMER);
    let (rows, _) = all(&mut adapter, &select, None).await.expect("customers");
    let known = |kind: &str, value: &str| (kind.to_owned(), value.to_owned());
    let expected = vec![(
        "Silje".to_owned(),
        vec![
            known("EmailAddress", "silje.dahl@fjordkraft.example"),
            known("Phone", "22 33 44 55"),
            known("MobilePhone", "900 11 222"),
        ],
    )];
    let whole = named(&rows, "Fjordkraft Bygg AS");
    assert_eq!(contacts(&select, whole), expected);
    assert_eq!(contacts(&select, named(&rows, "Lindström Möbler AB")), [("Karin".to_owned(), Vec::new())]);
    assert_eq!(contacts(&select, named(&rows, "Havblikk Hotell AS")), []);
    let fetched = adapter.fetch(&select, std::slice::from_ref(&whole.id)).await.expect("one");
    assert_eq!(&fetched[0], whole);
    let name = vec![("name".to_owned(), vec![Value::text("Fjordkraft Bygg AS")])];
    let candidates = adapter.candidates(&select, &name).await.expect("candidates");
    assert_eq!(named(&candidates, "Fjordkraft Bygg AS"), whole);
    // A flat list of the elements themselves.
    let people = super::select("ContactPerson", CONTACT);
    let (rows, _) = all(&mut adapter, &people, None).await.expect("contacts");
    let silje = rows.iter().find(|row| row.values[1] == Value::text("Silje")).expect("Silje");
    assert_eq!(silje.values[3], Value::List(vec![Value::text("silje.dahl@fjordkraft.example")]));
    assert!(matches!(&silje.values[4], Value::List(numbers) if numbers.len() == 2));
    tenant.no_faults();
}

#[tokio::test]
async fn a_changed_detail_brings_its_contact_and_its_customer() {
    let tenant = tenant().await;
    let mut adapter = tenant.adapter();
    let later = Watermark((jiff::Timestamp::now() + jiff::SignedDuration::from_secs(58)).to_string());
    tokio::time::sleep(std::time::Duration::from_millis(2_100)).await;
    let select = select("Customer", CUSTOMER);
    let detail = tenant.world.find("contactcommunications", "value", "22 33 44 55").expect("the number");
    tenant.world.edit("contactcommunications", &detail, object([("value", "22 33 44 66".into())])).expect("edited");
    let (rows, _) = all(&mut adapter, &select, Some(&later)).await.expect("changes");
    assert_eq!(rows.len(), 1, "{rows:?}");
    let held = contacts(&select, named(&rows, "Fjordkraft Bygg AS"));
    assert!(held[0].1.contains(&("Phone".to_owned(), "22 33 44 66".to_owned())), "{held:?}");
    let people = super::select("ContactPerson", CONTACT);
    let (rows, _) = all(&mut adapter, &people, Some(&later)).await.expect("changes");
    assert_eq!(rows.len(), 1, "{rows:?}");
    tenant.no_faults();
}

#[tokio::test]
async fn a_contact_is_created_with_its_details_and_changed() {
    let tenant = tenant().await;
    let mut adapter = tenant.adapter();
    let select = select("ContactPerson", CONTACT);
    let customer = tenant.world.find("customers", "name", "Havblikk Hotell AS").expect("the customer");
    let create = Create {
        select: select.clone(),
        values: vec![
            ("firstName".to_owned(), Value::text("Åse")),
            ("lastName".to_owned(), Value::text("Bø")),
            ("customer.guid".to_owned(), Value::text(&customer)),
        ],
        numbers: Vec::new(),
        identity: None,
        parts: vec![detail(None, "EmailAddress", "ase@havblikk.example"), detail(None, "MobilePhone", "911 22 333")],
        children: Vec::new(),
        joins: Vec::new(),
    };
    let made = adapter.create(&create).await.expect("created");
    let details = elements(&select, &made.values, "communications");
    let shown: Vec<_> = details.iter().map(|d| (d[1].clone(), d[2].clone(), d[3].clone())).collect();
    let usable = Value::Bool(false);
    assert_eq!(
        shown,
        [
            (Value::text("EmailAddress"), Value::text("ase@havblikk.example"), usable.clone()),
            (Value::text("MobilePhone"), Value::text("911 22 333"), usable),
        ]
    );
    let mail = details[0][0].to_string();
    let update = |expected: &str| Update {
        select: select.clone(),
        id: made.id.clone(),
        expect: vec![("firstName".to_owned(), Value::text("Åse"))],
        set: vec![("jobTitle".to_owned(), Value::text("Direktør"))],
        parts: vec![
            PartWrite {
                expect: vec![("value".to_owned(), Value::text(expected))],
                ..detail(Some(mail.clone()), "EmailAddress", "bo@havblikk.example")
            },
            detail(None, "Phone", "70 10 20 30"),
        ],
    };
    let moved = adapter.update(&update("somebody else's")).await;
    assert_eq!(moved.map_err(|e| e.kind), Err(ErrorKind::Moved));
    let changed = adapter.update(&update("ase@havblikk.example")).await.expect("changed");
    let values: Vec<Value> =
        elements(&select, &changed.values, "communications").iter().map(|d| d[2].clone()).collect();
    assert_eq!(values, ["bo@havblikk.example", "911 22 333", "70 10 20 30"].map(Value::text));
    // The tenant has no such kind of details.
    let fax = Update { parts: vec![detail(None, "Fax", "70 10 20 31")], set: Vec::new(), ..update("x") };
    let refused = adapter.update(&fax).await.expect_err("no fax");
    assert!(refused.kind == ErrorKind::Refused && refused.what.contains("Fax"), "{refused}");
    tenant.no_faults();
}

#[tokio::test]
async fn contacts_and_addresses_are_made_as_parts_or_alone() {
    let tenant = tenant().await;
    let mut adapter = tenant.adapter();
    let select = select("Customer", CUSTOMER);
    let customer = tenant.world.find("customers", "name", "Havblikk Hotell AS").expect("the customer");
    let contact = PartWrite {
        list: "contactpersons".to_owned(),
        id: None,
        expect: Vec::new(),
        set: vec![("firstName".to_owned(), Value::text("Åse")), ("lastName".to_owned(), Value::text("Bø"))],
    };
    let update =
        Update { select: select.clone(), id: customer.clone(), expect: vec![], set: vec![], parts: vec![contact] };
    let row = adapter.update(&update).await.expect("with a contact");
    assert_eq!(contacts(&select, &row), [("Åse".to_owned(), Vec::new())]);
    let address = Create {
        select: super::select("Address", &["guid", "city", "customer.guid"]),
        values: vec![
            ("city".to_owned(), Value::text("Molde")),
            ("customer.guid".to_owned(), Value::Guid(customer.parse().unwrap())),
        ],
        numbers: Vec::new(),
        identity: None,
        parts: Vec::new(),
        children: Vec::new(),
        joins: Vec::new(),
    };
    let made = adapter.create(&address).await.expect("an address of its own");
    assert_eq!(made.values[1..], [Value::text("Molde"), Value::Guid(customer.parse().unwrap())]);
    let homeless = Create { values: vec![address.values[0].clone()], ..address };
    assert_eq!(adapter.create(&homeless).await.map_err(|e| e.kind), Err(ErrorKind::Refused));
    tenant.no_faults();
}

#[tokio::test]
async fn many_contacts_are_read_flat() {
    let tenant = tenant().await;
    let text = |s: &str| Json::Text(s.to_owned());
    let mail = tenant.world.find("communicationtypes", "type", "EmailAddress").expect("the type");
    for n in 0..130 {
        let customer = tenant.world.create("customers", object([("name", text(&format!("Customer {n}")))])).unwrap();
        let link = |guid: &str| object([("guid", text(guid))]);
        let contact = [("firstName", text("A")), ("lastName", text("B")), ("customer", link(&customer))];
        let contact = tenant.world.create("contactpersons", object(contact)).unwrap();
        let detail = [
            ("value", text(&format!("{n}@x.example"))),
            ("contact", link(&contact)),
            ("communicationType", link(&mail)),
        ];
        tenant.world.create("contactcommunications", object(detail)).unwrap();
    }
    let mut adapter = tenant.adapter();
    let select = select("Customer", CUSTOMER);
    let (rows, _) = all(&mut adapter, &select, None).await.expect("customers");
    for n in [0, 64, 129] {
        let expected = vec![("EmailAddress".to_owned(), format!("{n}@x.example"))];
        assert_eq!(contacts(&select, named(&rows, &format!("Customer {n}"))), [("A".to_owned(), expected)]);
    }
    let requests = tenant.seen.lock().unwrap().len();
    assert!(requests < 20, "{requests}");
    tenant.no_faults();
}
