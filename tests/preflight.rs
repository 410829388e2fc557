//! `samband preflight` over both sandbox systems, through real sockets: every check with a finding and without one.

#![cfg(feature = "run")]

#[path = "preflight/bench.rs"]
mod bench;

use bench::{Bench, Setup, findings, oslo, preflight, section};
use samband::sandbox::business::{Login, Right, Rights};
use serde_json::Value;
use std::sync::Arc;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_demos_data_as_text_json_csv_and_html() {
    let bench = Bench::start(|_| {}).await;
    let text = bench.preflight(&[]);
    assert_eq!(text.code, Some(5), "{}", text.err);
    insta::assert_snapshot!("text", text.out);
    let json = bench.preflight(&["--format", "json"]);
    insta::assert_snapshot!("json", serde_json::to_string_pretty(&json.json()).expect("JSON"));
    insta::assert_snapshot!("csv", bench.preflight(&["--format", "csv"]).out);
    let html = bench.preflight(&["--format", "html"]).out;
    insta::assert_snapshot!("html", html.replace("><", ">\n<"));

    // Whole lists, and a file instead of stdout.
    assert!(text.out.contains("more (`--all` lists them)"));
    let all = bench.preflight(&["--all"]).out;
    assert!(!all.contains("--all") && all.lines().count() > text.out.lines().count());
    let kept = bench.preflight(&["--format", "csv", "--out", "list.csv"]);
    let file = std::fs::read_to_string(bench.folder.path().join("list.csv")).expect("the file");
    assert!(kept.out.is_empty() && kept.err.contains("list.csv") && file.starts_with('\u{feff}'), "{}", kept.err);

    // Nothing was written to either side, nor to a state.
    let counts = bench.severa.server().counts();
    let written: Vec<_> = counts.keys().filter(|route| !route.starts_with("GET ")).collect();
    assert_eq!(written, ["POST /v1/token"]);
    let ours = bench.business.company().query("SELECT COUNT(*) FROM Actor WHERE ChUsr = 'samband'").expect("rows");
    assert_eq!(format!("{:?}", ours.rows), "[[Int(0)]]");
    assert!(!bench.folder.path().join("state.db").exists());
}

/// Spoils the story so that every check that looks at records finds something.
fn spoil(setup: &mut Setup) {
    // Severa gives numbers that Visma Business gives too; hours are not approved.
    setup.put(
        "organizationsettings",
        "paymentTerm",
        "14",
        [
            ("nextCustomerNumber", 10_500.into()),
            ("nextInvoiceNumber", 70_500.into()),
            ("nextProjectNumber", 5_010.into()),
            ("workHourApprovalMode", "None".into()),
        ],
    );
    setup.put("customers", "name", "Havblikk Hotell AS", [("number", 10_777.into())]);
    setup.sql("INSERT INTO dbo.AcInt (PK, AcCl, FrAcNo, ToAcNo) VALUES (1, 1, 20000, 29999)");
    setup.sql("INSERT INTO dbo.R2 (RNo, Nm) VALUES (5020, 'Uten kunde')");
    // The same customer twice, and a number twice.
    setup.sql("INSERT INTO dbo.Actor (ActNo, CustNo, Nm) VALUES (9001, 10002, 'Bergen Fisk Eksport AS')");
    setup.sql("INSERT INTO dbo.Actor (ActNo, CustNo, Nm) VALUES (9002, 20003, 'Saimaan Sähkö Oy')");
    setup.sql("INSERT INTO dbo.Actor (ActNo, CustNo, Nm) VALUES (9003, 20003, 'Saimaan Sähkö Oy')");
    setup.put("projects", "name", "Lindström lagerstyrning", [("name", "Lager ".repeat(15).into())]);
    setup.put("travelexpensetypes", "code", "HOTEL", [("measurementUnit", "rull".into())]);
    setup.put("businessunits", "code", "120", [("code", "BERG".into())]);
    setup.put("customers", "name", "Rask Levering AS", [("paymentTerm", 45.into())]);
    setup.sql("DELETE FROM dbo.Txt WHERE TxtTp = 6 AND TxtNo = 2");
    setup.put("projects", "name", "Rask sporing", [("name", "Test sporing".into())]);
    setup.put("users", "lastName", "Virtanen", [("isActive", false.into())]);
    setup.settings("won_status: Order", "won_status: Oder");
    // One clock is an hour wrong, the other forty seconds.
    setup.business.clock = oslo(1);
    setup.world = setup.world.fork(Arc::new(|| jiff::Timestamp::now() - jiff::SignedDuration::from_secs(40)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_check_finds_what_is_wrong() {
    let bench = Bench::start(spoil).await;
    let ran = bench.preflight(&["--format", "json", "--unmask"]);
    assert_eq!(ran.code, Some(5), "{}", ran.err);
    let document = ran.json();
    for (check, severity, found) in [
        ("clocks", "blocks", vec!["business  : its clock is 59 min", "severa  : its clock is 3"]),
        ("names", "blocks", vec!["the setting Project.won_status names the sales status type `Oder`"]),
        (
            "series-overlap",
            "blocks",
            vec![
                "Customer severa  : Severa gives the next customer the number 10500",
                "Invoice severa  : Severa gives the next invoice the number 70500",
                "Customer severa 10777 Havblikk Hotell AS: has the number 10777, which Visma Business gives to others: 10000–19999",
                "Customer business  : `business: series` in samband.yaml says 10000–19999",
                "Project business 5011 Lageromlegging: has the number 5011, which Severa will give as well: its next is 5010",
            ],
        ),
        (
            "duplicates",
            "blocks",
            vec![
                "Customer business 10002 Bergen Fisk AS: the same number as 10002 Bergen Fisk Eksport AS",
                "Customer business 20003 Saimaan Sähkö Oy: the same number as 20003 Saimaan Sähkö Oy",
            ],
        ),
        ("same-number", "blocks", vec!["Customer severa 10004 Ålesund Transport AS"]),
        ("same-name", "blocks", vec!["Customer business 10005 Polarlys Media AS"]),
        ("ambiguous", "blocks", vec!["Customer severa 20003 Saimaan Sähkö Oy: it cannot be told which"]),
        ("missing", "blocks", vec!["Project business 5020 Uten kunde: customer.guid <-> CustNo"]),
        (
            "too-long",
            "look",
            vec!["Project severa 6006 Lager Lager", "name <-> Nm: 89 characters, and 80 fit in Visma Business"],
        ),
        ("not-a-key", "blocks", vec!["BusinessUnit severa BERG Bergen: code <-> RNo: `BERG` is not a whole number"]),
        ("no-counterpart", "blocks", vec!["TravelExpense severa HOTEL Hotell: measurementUnit <-> StSaleUn"]),
        ("held", "blocks", vec!["Invoice severa  Lindström Möbler AB: row 1 Consulting: a row in another currency"]),
        ("not-linked", "look", vec!["Project severa 6004 Ålesund flåtestyring"]),
        (
            "tables",
            "blocks",
            vec![
                "Customer severa  : paymentTerm <-> CPmtTrm: 45 is not in the table and goes by its `else` as 2, for 20005 Rask",
                "Customer business  : the payment terms (dbo.Txt) has no number 2, which CPmtTrm would get for",
            ],
        ),
        (
            "kept-back-blank",
            "look",
            vec!["Employee business 4 Ola Nordmann", "Employee severa  Erik Lindqvist", "Product severa  Gavekort"],
        ),
        ("kept-back", "fine", vec!["Customer business  : 1 stays in Visma Business"]),
        (
            "would-travel",
            "look",
            vec![
                "Project severa 6007 Test sporing: would be created in Visma Business, though its name says `test`",
                "Employee severa  Aino Virtanen: would be created in Visma Business, though it is inactive",
                "Employee business 3 Maja Nilsson: would be created in Severa",
            ],
        ),
        ("approval", "blocks", vec!["approval is off in Severa, and WorkHours"]),
    ] {
        let all = findings(&document, check);
        assert_eq!(section(&document, check)["severity"], severity, "{check}: {all:#?}");
        for wanted in found {
            assert!(all.iter().any(|line| line.contains(wanted)), "{check}: no `{wanted}` in {all:#?}");
        }
    }
    // What can be known of no company is said, with the months that matter.
    let periods = section(&document, "closed-periods");
    assert_eq!(periods["severity"], "unseen");
    assert!(periods["looked"].as_str().is_some_and(|text| text.contains("in 2026-0")), "{periods}");
}

/// Mends all that the story shows.
fn mend(setup: &mut Setup) {
    setup.sql("UPDATE dbo.Actor SET Nm = 'Ålesund Transport AS' WHERE CustNo = 10004");
    setup.put("customers", "name", "Polarlys Media AS", [("number", 10_005.into())]);
    let draft = setup.world.find("invoicestatuses", "name", "Draft").expect("a status");
    let ready = setup.world.find("invoicestatuses", "name", "Ready for transfer").expect("a status");
    while setup.world.find("invoices", "status.guid", &ready).is_some() {
        setup.put("invoices", "status.guid", &ready, [("status", samband::sandbox::severa::link(&draft))]);
    }
    setup.sql("UPDATE dbo.Actor SET MailAd = 'ola.nordmann@example.no' WHERE EmpNo = 4");
    setup.put("users", "lastName", "Lindqvist", [("email", "erik.lindqvist@example.se".into())]);
    setup.put("products", "name", "Gavekort", [("code", "GAVE".into())]);
    setup.sql("DELETE FROM dbo.AcTr WHERE AcNo = 4500");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_all_is_mended_every_check_is_quiet() {
    let bench = Bench::start(mend).await;
    let ran = bench.preflight(&["--format", "json"]);
    let document = ran.json();
    let loud: Vec<_> = document["sections"]
        .as_array()
        .expect("sections")
        .iter()
        .filter(|s| s["severity"] != "fine" && s["check"] != "closed-periods")
        .collect();
    assert!(loud.is_empty() && ran.code == Some(0), "{loud:#?}");
    let text = bench.preflight(&[]);
    assert!(text.out.contains("Nothing to mend") && text.out.contains("samband run --link-only"), "{}", text.out);
}

/// The rights that docs/sql-login.sql grants.
fn documented() -> Vec<(String, Vec<Right>)> {
    let grants = include_str!("../docs/sql-login.sql").lines().filter_map(|line| line.strip_prefix("GRANT "));
    let parsed = grants.map(|grant| {
        let (rights, rest) = grant.split_once(" ON dbo.").expect("GRANT … ON dbo.…");
        let table = rest.split(' ').next().expect("a table").to_owned();
        let right = |word: &str| match word.trim() {
            "SELECT" => Right::Select,
            "INSERT" => Right::Insert,
            "UPDATE" => Right::Update,
            other => panic!("{other}"),
        };
        (table, rights.split(',').map(right).collect())
    });
    parsed.collect()
}

fn login(grants: Vec<(String, Vec<Right>)>) -> Vec<Login> {
    vec![Login { user: "samband".into(), password: "secret".into(), rights: Rights::Grants(grants) }]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_login_of_the_document_is_enough_and_what_it_cannot_see_is_said() {
    let bench = Bench::start(|setup| setup.business.logins = login(documented())).await;
    let document = bench.preflight(&["--format", "json"]).json();
    assert_eq!(section(&document, "rights")["severity"], "fine", "{:#?}", findings(&document, "rights"));
    for (check, tables) in [("series-overlap", vec!["dbo.AcInt", "dbo.VoSr"]), ("tables", vec!["dbo.Txt"])] {
        let unseen = section(&document, check)["unseen"].to_string();
        assert!(tables.iter().all(|table| unseen.contains(table)) && unseen.contains("by_hand"), "{check}: {unseen}");
    }
    assert_eq!(section(&document, "series-overlap")["severity"], "unseen");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rights_that_the_logins_lack_are_told_one_by_one() {
    // Only writing is missing: the records are read all the same.
    let bench = Bench::start(|setup| {
        let mut grants = documented();
        grants
            .iter_mut()
            .filter(|(table, _)| table == "R2")
            .for_each(|(_, rights)| rights.retain(|r| *r != Right::Insert));
        setup.business.logins = login(grants);
    })
    .await;
    let ran = bench.preflight(&["--format", "json"]);
    let document = ran.json();
    assert_eq!(ran.code, Some(5));
    assert_eq!(findings(&document, "rights"), [" business  : insert into dbo.R2: the login has no right to it"]);
    assert!(section(&document, "rights").to_string().contains("GRANT INSERT ON dbo.R2 TO samband"));
    assert_eq!(section(&document, "same-number")["severity"], "blocks");

    // A table that cannot be read, and scopes that the client has not: the rest waits, and says so.
    let bench = Bench::start(|setup| {
        let grants = documented().into_iter().filter(|(table, _)| table != "CustTr" && table != "Prod").collect();
        setup.business.logins = login(grants);
        for scope in ["fees:write", "hours:read", "organization:read"] {
            assert!(setup.severa.scopes.remove(scope), "{scope}");
        }
    })
    .await;
    let ran = bench.preflight(&["--format", "json"]);
    let document = ran.json();
    assert_eq!(ran.code, Some(5), "{}", ran.err);
    let lacking = findings(&document, "rights").join("\n");
    for wanted in ["the scope fees:write", "the scope hours:read", "read dbo.CustTr", "insert into dbo.Prod"] {
        assert!(lacking.contains(wanted), "{wanted}: {lacking}");
    }
    assert!(!lacking.contains("organization"), "a run does not need it: {lacking}");
    for check in ["same-number", "would-travel", "names", "approval"] {
        assert_eq!(section(&document, check)["severity"], "unseen", "{check}");
    }
    let text = bench.preflight(&[]).out;
    assert!(text.contains("mend the rights above") && text.contains("organization:read"), "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn personal_data_is_masked_where_it_leaves_the_house() {
    let script = "<script>alert(1)</script> & Sønn";
    let bench = Bench::start(|setup| {
        setup.put("customers", "name", "Rask Levering AS", [("name", script.into())]);
        setup.put("projects", "name", "Rask sporing", [("name", "=1+1 to ingrid.solberg@example.no".into())]);
    })
    .await;
    let people =
        ["Ola Nordmann", "Erik Lindqvist", "Maja Nilsson", "Ålesund Transport", "Aasen Transport", "@example.no"];
    for format in ["json", "csv", "html"] {
        let masked = bench.preflight(&["--format", format, "--all"]).out;
        assert!(masked.contains("***"), "{format}");
        for name in people {
            assert!(!masked.contains(name), "{format} shows {name}");
        }
        let whole = bench.preflight(&["--format", format, "--all", "--unmask"]).out;
        assert!(people.iter().all(|name| whole.contains(name)), "{format}");
        if format == "html" {
            assert!(!whole.contains("<script>") && whole.contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp; Sønn"));
        }
        if format == "csv" {
            assert!(
                whole.contains("\"'=1+1 to ingrid.solberg@example.no\""),
                "no formula reaches a spreadsheet: {whole}"
            );
        }
    }
    assert!(bench.preflight(&[]).out.contains("Ola Nordmann"), "the text is for the person at the terminal");
}

const OWN: &str = "\
edition 2026

/// A mapping of its own, with other names and other keys than the standard's.
mapping own

entity Kunde {
    severa Customer -> business Actor where CustNo > 0

    match  organizationUnitNumber = BsNo and name = Nm
    number CustNo, ActNo by business

    send from severa where email is not blank

    name or hold           -> fit(20)  -> Nm
    organizationUnitNumber -> fit(40)  -> BsNo
    email                  -> fit(100) -> MailAd
}
";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_mapping_gets_the_same_checks() {
    let bench = Bench::start(|setup| {
        setup.mapping = Some(OWN.to_owned());
        let settings = setup.settings.split("settings:\n").next().expect("the connections").to_owned();
        setup.settings = settings;
        setup.put("customers", "name", "Kuusikko Oy", [("organizationUnitNumber", "F1".into())]);
        setup.put("customers", "name", "Rask Levering AS", [("organizationUnitNumber", "F1".into())]);
    })
    .await;
    let ran = bench.preflight(&["--format", "json", "--unmask"]);
    let document = ran.json();
    for (check, wanted) in [
        ("duplicates", "Kunde severa 10001 Kuusikko Oy: the same number as 20005 Rask Levering AS"),
        ("same-name", "Kunde severa 10000 Fjordkraft Bygg AS"),
        ("too-long", "Kunde severa 1 Nordfjell Rådgivning AS: name -> Nm: 23 characters, and 20 fit"),
        ("kept-back-blank", "Kunde severa 20003 Saimaan Sähkö Oy: stays in Severa: `email is not blank` does not hold"),
    ] {
        let all = findings(&document, check);
        assert!(all.iter().any(|line| line.contains(wanted)), "{check}: {wanted} in {all:#?}, {}", ran.err);
    }
    for (check, looked) in [("approval", "does not ask"), ("closed-periods", "makes no orders")] {
        assert_eq!(section(&document, check)["severity"], "fine", "{check}");
        assert!(section(&document, check)["looked"].as_str().is_some_and(|text| text.contains(looked)), "{check}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_stops_it_is_said_with_its_own_exit_code() {
    let empty = tempfile::tempdir().expect("a folder");
    let none = preflight(empty.path(), &[]);
    assert_eq!(none.code, Some(2), "{}", none.err);
    assert!(none.err.contains("samband.yaml"), "{}", none.err);
    assert_eq!(preflight(empty.path(), &["--format", "pdf"]).code, Some(2));
    assert_eq!(preflight(empty.path(), &["nowhere"]).code, Some(2));

    let bench = Bench::start(|_| {}).await;
    let folder = bench.folder.path().to_path_buf();
    let unwritable = bench.preflight(&["--out", "no/such/folder/list.html"]);
    assert_eq!(unwritable.code, Some(2));
    assert!(unwritable.err.contains("cannot be written"), "{}", unwritable.err);

    let change = |name: &str, from: &str, to: &str| {
        let text = std::fs::read_to_string(folder.join(name)).expect("the file");
        assert!(text.contains(from), "{from}");
        std::fs::write(folder.join(name), text.replace(from, to)).expect("written");
    };
    for (name, from, to, code, said) in [
        ("secrets.env", "SEVERA_CLIENT_SECRET=", "SEVERA_CLIENT_SECRET=x", 3, "Severa"),
        ("secrets.env", "VB_PASSWORD=", "VB_PASSWORD=x", 3, "could not log in"),
        ("samband.yaml", "F0001", "F0002", 3, "F0002"),
        ("samband.yaml", "master: severa", "master: sever", 1, "sever"),
    ] {
        change(name, from, to);
        let ran = bench.preflight(&[]);
        assert_eq!(ran.code, Some(code), "{to}: {}", ran.err);
        assert!(ran.err.contains(said) && ran.err.contains("help"), "{to}: {}", ran.err);
        assert!(ran.out.is_empty(), "{}", ran.out);
        change(name, to, from);
    }
    let Bench { severa, folder, business } = bench;
    business.stop().await;
    let gone = tokio::task::block_in_place(|| preflight(folder.path(), &[]));
    assert_eq!(gone.code, Some(3), "{}", gone.err);
    assert!(gone.err.contains("Visma Business") && gone.err.contains("help:"), "{}", gone.err);
    drop(severa);
}

/// The document's names are stable.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_check_is_in_the_document_once_with_a_stable_code() {
    let bench = Bench::start(|_| {}).await;
    let document = bench.preflight(&["--format", "json"]).json();
    let text = |s: &Value| s["check"].as_str().unwrap_or_default().to_owned();
    let codes: Vec<_> = document["sections"].as_array().expect("sections").iter().map(text).collect();
    assert_eq!(
        codes,
        [
            "rights",
            "clocks",
            "names",
            "series-overlap",
            "duplicates",
            "same-number",
            "same-name",
            "ambiguous",
            "missing",
            "too-long",
            "not-a-key",
            "no-counterpart",
            "held",
            "not-linked",
            "tables",
            "kept-back-blank",
            "kept-back",
            "would-travel",
            "approval",
            "closed-periods",
        ]
    );
}
