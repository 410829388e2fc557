//! `samband schema`, and a customer's own systems laid over what it shows.

use samband::schema::live::{Company, FILE_NAME, Live, Tenant};
use samband::schema::{self, Schemas};
use samband::value::Type;
use std::fs;
use std::path::Path;
use std::process::Command;

struct Ran {
    code: Option<i32>,
    out: String,
    err: String,
}

fn samband(folder: &Path, args: &[&str]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_samband"));
    let output = command.arg("schema").args(args).current_dir(folder).env_remove("SAMBAND_LOG").output();
    let output = output.expect("it runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ran { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
}

fn json(ran: &Ran) -> serde_json::Value {
    serde_json::from_str(&ran.out).expect("one document")
}

/// A company with a wider name, a narrower phone, a column of its own, and little else.
fn live() -> Live {
    let tables = serde_json::json!({
        "Actor": {
            "ActNo": "int", "NM": "nvarchar(120)", "Phone": "varchar(20)", "FrDt": "int", "CrLmt": "decimal(18,2)",
            "Inf": "varchar(80)", "Inf2": "varchar(200)", "Memo": "varchar(max) null", "Seen": "datetime2",
        },
        "R2": { "RNo": "varchar(10)", "Nm": "varchar(80)", "Cost": "decimal(10,2)" },
    });
    let company = Company {
        from: "F0001 on sql01".to_owned(),
        tables: serde_json::from_value(tables).expect("declared columns"),
    };
    let names = serde_json::json!({ "SalesStatusType": { "name": ["Lead", "Order"] } });
    let names = serde_json::from_value(names).expect("names");
    Live::new(
        "2026-11-23",
        Some(Tenant { from: "https://severa".to_owned(), names, ..Tenant::default() }),
        Some(company),
    )
}

#[test]
fn a_company_is_laid_over_the_standard() {
    let schemas = Schemas::standard().with_live(&live());
    let actor = schemas.business.record("Actor").expect("actors");
    let is = |name: &str, index| actor.column(name, index, None).map(|c| (c.ty, c.missing));
    assert_eq!(is("Nm", None), Some((Type::Text(Some(120)), false)), "names of columns have no case");
    assert_eq!(is("Phone", None), Some((Type::Text(Some(20)), false)));
    assert_eq!(is("FrDt", None), Some((Type::Date, false)), "a date stays a date");
    assert_eq!(is("CrLmt", None), Some((Type::Decimal(18, 2), false)));
    assert_eq!(is("MailAd", None), Some((Type::Text(Some(100)), true)), "it is not there");
    assert_eq!(is("Inf", Some(2)), Some((Type::Text(Some(200)), false)));
    assert_eq!(is("Inf", Some(3)), Some((Type::Text(Some(80)), true)));
    let memo = actor.field("Memo").expect("the company's own");
    assert!(memo.own && memo.nullable && memo.update && !memo.required && memo.personal);
    assert_eq!(is("Memo", None), Some((Type::Text(None), false)));
    assert!(actor.field("Seen").is_none(), "a date of SQL Server's is nothing that Visma Business can hold");

    let units = schemas.business.record("OrgUnit").expect("units");
    let number = units.key_column(Some(2)).expect("a key");
    assert_eq!((number.ty, number.missing), (Type::Text(Some(10)), false), "as the database has it");
    assert!(units.key_column(Some(3)).is_some_and(|c| c.missing));
    assert!(units.column("Cost", None, Some(2)).is_some_and(|c| !c.missing));
    assert!(units.column("Cost", None, Some(3)).is_some_and(|c| c.missing));
    assert!(units.live.as_ref().is_some_and(|l| l.has(Some(2)) && !l.has(Some(3))));

    // Nothing else has moved, and the standard itself not at all.
    let mail = schemas.severa.record("User").and_then(|r| r.field("email")).expect("a field");
    assert!(mail.personal && mail.nullable);
    assert!(schema::business().record("Actor").is_some_and(|r| r.live.is_none() && r.field("Memo").is_none()));

    let differences = schema::differences(&schemas.business);
    for expected in [
        "Actor.Nm: text(120) here, text(80) by the schema",
        "Actor.Memo: varchar(max) null, a column of this company's own",
        "Actor.Seen: datetime2, of a type that cannot be used",
        "R2.RNo: text(10) here, int by the schema",
    ] {
        assert!(differences.iter().any(|d| d == expected), "{expected} is not in {differences:#?}");
    }
    assert!(differences.iter().any(|d| d.starts_with("Actor: without ") && d.contains("MailAd")), "{differences:#?}");
    assert!(differences.iter().any(|d| d.contains("hidden from the login: R1, R3")), "{differences:#?}");
}

#[test]
fn the_file_says_what_it_is_and_is_read_again() {
    let folder = tempfile::tempdir().expect("a folder");
    assert_eq!(Live::load(folder.path()), Ok(None));
    let live = live();
    let path = live.save(folder.path()).expect("written");
    let text = fs::read_to_string(&path).expect("the file");
    assert!(text.starts_with("{\n  \"about\": \"do not edit; written by `samband schema pull` on 2026-11-23 from "));
    assert_eq!(Live::load(folder.path()).expect("read").as_ref(), Some(&live));
    assert_eq!(live.text().expect("a text"), text);
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1, "no draft is left");

    let order = ["Lead".to_owned(), "Order".to_owned()];
    assert_eq!(live.names("SalesStatusType", "name"), Some(order.as_slice()));
    assert_eq!(live.names("SalesStatusType", "code"), None);
    assert_eq!(live.names("InvoiceStatus", "name"), None);

    for (broken, why) in [
        (text.replace("\"format\": 1", "\"format\": 2"), "form 2"),
        (text.replace("varchar(20)", "a varchar"), "`a varchar` is no column's type"),
        ("{".to_owned(), "is no live schema"),
    ] {
        fs::write(&path, broken).expect("written");
        let error = Live::load(folder.path()).expect_err(why);
        assert!(error.to_string().contains(why), "{error}");
        let shown = samband(folder.path(), &["business", "--project", "."]);
        assert_eq!(shown.code, Some(2), "{}", shown.err);
    }
}

#[test]
fn records_and_fields_are_shown() {
    let folder = tempfile::tempdir().expect("a folder");
    let all = samband(folder.path(), &[]);
    assert_eq!(all.code, Some(0), "{}", all.err);
    for line in ["severa.Invoice ", "business.OrgUnit[1..12]", "OrdNo, LnNo", "severa.ExpensesClass"] {
        assert!(all.out.contains(line), "{line} is not in {}", all.out);
    }
    assert!(!samband(folder.path(), &["business"]).out.contains("severa"));

    insta::assert_snapshot!("schema_record", samband(folder.path(), &["severa.ContactCommunication"]).out);
    insta::assert_snapshot!("schema_unit", samband(folder.path(), &["business.OrgUnit"]).out);
    insta::assert_snapshot!(
        "schema_markdown",
        samband(folder.path(), &["business.ProdCat", "--format", "markdown"]).out
    );

    let invoice = json(&samband(folder.path(), &["severa.Invoice", "--format", "json"]));
    let field = |name: &str| invoice["fields"].as_array().and_then(|f| f.iter().find(|f| f["name"] == name)).cloned();
    let status = field("status").expect("a field");
    let rights = (&status["create"], &status["update"], &status["derived"], &status["refers_to"]);
    assert_eq!(rights, (&false.into(), &true.into(), &true.into(), &"InvoiceStatus.guid".into()));
    assert_eq!(field("projects").map(|f| f["type"].clone()), Some("list of guid".into()));
    let list = json(&samband(folder.path(), &["--format", "json"]));
    assert!(list["records"].as_array().is_some_and(|r| r.len() > 40) && list["enumerations"].is_array());

    for (given, says) in [
        ("sevra", "did you mean `severa`?"),
        ("Actor", "did you mean `business.Actor`?"),
        ("business.OrdLm", "did you mean `OrdLn`?"),
        ("business.Zebra", "`samband schema business` lists"),
        ("business.OrgUnit[13]", "there are 1 to 12"),
        ("severa.Customer[1]", "is not numbered"),
        ("zzz", "`severa` and `business`"),
    ] {
        let wrong = samband(folder.path(), &[given]);
        assert_eq!(wrong.code, Some(2), "{given}");
        assert!(wrong.err.contains(says), "{given}: {}", wrong.err);
        assert_eq!(wrong.out, "");
    }
}

#[test]
fn a_projects_live_schema_is_shown_in_it() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("samband.yaml"), "mapping: standard\n").expect("written");
    live().save(folder.path()).expect("written");
    let below = folder.path().join("below");
    fs::create_dir(&below).expect("a folder");
    let shown = samband(&below, &["business.Actor"]);
    let line = |field: &str| shown.out.lines().find(|l| l.starts_with(field)).unwrap_or_default().to_owned();
    assert!(line("Memo ").contains("this company's own"), "{}", shown.out);
    assert!(line("Nm ").contains("text(120)"), "{}", shown.out);
    assert!(line("MailAd ").contains("not in this company"), "{}", shown.out);
    assert!(line("Inf[2]").contains("text(200)"), "{}", shown.out);
    assert!(shown.out.contains("on 2026-11-23 from https://severa and F0001 on sql01"), "{}", shown.out);
    let unit = json(&samband(&below, &["business.OrgUnit[3]", "--format", "json"]));
    assert_eq!(unit["missing"], serde_json::json!(true));
}

#[cfg(feature = "run")]
mod pull {
    use super::*;
    use samband::sandbox::business::{BusinessServer, Company, Login, Options, Rights, Running};
    use samband::sandbox::seed::{Size, seed};
    use samband::sandbox::severa::{self, SeveraServer, system_clock};

    const DDL: &str = include_str!("../facts/visma-business-company.sql");
    const SECRETS: &str = "SEVERA_CLIENT_SECRET=sandbox-secret\nVB_PASSWORD=quiet-password\n";

    struct Systems {
        severa: severa::Running,
        business: Running,
        folder: tempfile::TempDir,
    }

    /// Both systems, a company with changed tables, and a project whose mapping rests on its own column.
    async fn start(ddl: &str) -> Systems {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let world = seed(Size::Small, 1, system_clock()).world;
        let severa = SeveraServer::start(world, severa::Options::default(), "127.0.0.1:0").await.expect("a socket");
        let login = Login { user: "samband".into(), password: "quiet-password".into(), rights: Rights::ReadOnly };
        let options = Options { logins: vec![login], ..Options::default() };
        let company = Company::temporary_with(ddl).expect("a company");
        let business = BusinessServer::start(company, options).await.expect("a socket");
        let folder = tempfile::tempdir().expect("a folder");
        let settings = format!(
            "mapping: own\nenvironment: secrets.env\nsevera:\n  url: {}\n  client_id: sandbox\n  \
             client_secret: {{ env: SEVERA_CLIENT_SECRET }}\nbusiness:\n  server: {}\n  database: F0001\n  user: samband\n  \
             password: {{ env: VB_PASSWORD }}\n  encrypt: on\n  trust_certificate: true\n  time_zone: Europe/Oslo\n",
            severa.url(),
            business.addr(),
        );
        fs::write(folder.path().join("samband.yaml"), settings).expect("written");
        fs::write(folder.path().join("secrets.env"), SECRETS).expect("written");
        fs::write(folder.path().join("own.mapping"), "edition 2026\n\nmapping own {\n").expect("written");
        Systems { severa, business, folder }
    }

    async fn ran(folder: &Path, args: &'static [&'static str]) -> Ran {
        let folder = folder.to_path_buf();
        tokio::task::spawn_blocking(move || samband(&folder, args)).await.expect("it runs")
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn what_both_systems_hold_is_kept_in_the_project() {
        let own = DDL
            .replacen("[Nm] varchar(80) NOT NULL", "[OwnField] varchar(30) NULL, [Nm] varchar(120) NOT NULL", 1)
            .replacen("[Usr] varchar(40)", "[Usr2] varchar(40)", 1);
        let systems = start(&own).await;
        let folder = systems.folder.path();
        let first = ran(folder, &["pull"]).await;
        assert_eq!(first.code, Some(0), "{}{}", first.out, first.err);
        for line in [
            "Actor.Nm: text(120) here, text(80) by the schema",
            "Actor.OwnField: varchar(30) null, a column of this company's own",
            "Actor: without Usr",
            "hidden from the login: R4, R5, R6, R8, R9, R10, R11",
        ] {
            assert!(first.out.contains(line), "{line} is not in {}", first.out);
        }

        let live = Live::load(folder).expect("a live schema").expect("it was written");
        let statuses = live.names("SalesStatusType", "name").expect("names");
        assert!(statuses.iter().any(|s| s == "Order") && statuses.is_sorted(), "{statuses:?}");
        assert!(live.names("Currency", "code").is_some_and(|c| c.iter().any(|c| c == "EUR")));
        assert_eq!(live.names("User", "email"), None);
        let text = fs::read_to_string(folder.join(FILE_NAME)).expect("the file");
        for private in ["quiet-password", "sandbox-secret", "@", "samband\""] {
            assert!(!text.contains(private), "{private} is in {text}");
        }
        let column = |name| {
            let schemas = Schemas::standard().with_live(&live);
            let actor = schemas.business.record("Actor").expect("actors");
            actor.column(name, None, None).map(|c| (c.ty, c.missing))
        };
        assert_eq!(column("OwnField"), Some((Type::Text(Some(30)), false)));
        assert_eq!(column("Nm"), Some((Type::Text(Some(120)), false)));
        assert_eq!(column("Usr"), Some((Type::Text(Some(40)), true)));
        assert_eq!(column("MailAd"), Some((Type::Text(Some(100)), false)));
        let shown = ran(folder, &["business.Actor"]).await;
        assert!(shown.out.lines().any(|l| l.starts_with("OwnField") && l.contains("own")), "{}", shown.out);

        // The same systems give the same file.
        let again = ran(folder, &["pull", "--format", "json"]).await;
        assert_eq!(again.code, Some(0), "{}", again.err);
        assert!(json(&again)["differences"].as_array().is_some_and(|d| d.len() == 5), "{}", again.out);
        assert_eq!(fs::read_to_string(folder.join(FILE_NAME)).expect("the file"), text);

        // A system that refuses leaves the file as it was.
        fs::write(folder.join("secrets.env"), SECRETS.replace("quiet", "loud")).expect("written");
        let refused = ran(folder, &["pull"]).await;
        assert_eq!(refused.code, Some(3), "{}", refused.err);
        assert!(refused.err.contains("Visma Business") && !refused.err.contains("loud-password"), "{}", refused.err);
        assert_eq!(fs::read_to_string(folder.join(FILE_NAME)).expect("the file"), text);
        systems.business.stop().await;
        systems.severa.stop().await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn the_standard_company_differs_by_its_units_only() {
        let systems = start(DDL).await;
        let pulled = ran(systems.folder.path(), &["pull", "--format", "json"]).await;
        assert_eq!(pulled.code, Some(0), "{}", pulled.err);
        let document = json(&pulled);
        let units = "tables that are not there, or hidden from the login: R4, R5, R6, R8, R9, R10, R11";
        assert_eq!(document["differences"], serde_json::json!([units]));
    }
}

#[test]
fn a_pull_needs_a_project() {
    let folder = tempfile::tempdir().expect("a folder");
    let ran = samband(folder.path(), &["pull"]);
    assert_eq!(ran.code, Some(2), "{}", ran.err);
    assert!(ran.err.contains("samband.yaml"), "{}", ran.err);
}
