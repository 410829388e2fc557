//! `samband map`: an entity's mapping over JSON lines.

mod support;

use assert_cmd::Command;
use proptest::prelude::*;
use samband::program::{Env, Linked, Links};
use samband::stream::{Became, Held, Known, Lines, Stream, Taken};
use samband::value::{Side, Value};
use std::fs;
use std::path::Path;
use support::mapping;

/// Every GUID leads to number 7.
struct AllLinked;

impl Links for AllLinked {
    fn find(&self, _: usize, from: Side, _: &str, _: &Value) -> Linked {
        Linked::Found(match from {
            Side::Severa => Value::Int(7),
            Side::Business => Value::Guid("39f9432a-a141-fcab-9142-8045bf8ed54a".parse().expect("a GUID")),
        })
    }
}

/// What becomes of records of the standard mapping, and what is written.
fn standard(entity: &str, from: Side, records: &[&str]) -> (Vec<Became>, Vec<serde_json::Value>) {
    let standard = mapping::standard();
    let place = standard.program.position(entity).expect("an entity");
    let mut stream = Stream::new(&standard.program.entities[place], from, Env::new(&AllLinked, &standard.lookups));
    let mut out = Vec::new();
    let became = records.iter().map(|record| stream.map(record, &mut out)).collect();
    let written = String::from_utf8(out).expect("UTF-8");
    (became, written.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect())
}

const HOUR: &str = r#"{"guid":"5b1f0a3e-0c1d-4e57-9b0a-6f2f6d1c0a11","isApproved":true,"eventDate":"2026-01-15",
    "quantity":7.505,"isBillable":true,"plannedInvoiceQuantity":7.5,"unitPrice":{"amount":95.125,"currencyCode":"EUR"},
    "unitCost":null,"user":{"guid":"00000000-0000-0000-0000-000000000001","businessUnit":null},
    "customer":{"guid":"00000000-0000-0000-0000-000000000002"},"project":{"guid":"00000000-0000-0000-0000-000000000003"},
    "workType":{"code":"KON"},"phase":{"name":"Määrittely"},"description":" Kick-off \u2013 \"plan\"\n",
    "invoice":null,"nobodyAsked":[{"for":{"this":[1,2,{"x":null}]}}]}"#;

#[test]
fn an_approved_hour_becomes_the_row_that_a_run_would_write() {
    let record = HOUR.replace('\n', " ");
    let (became, rows) =
        standard("WorkHours", Side::Severa, &[&record, &record.replace("\"isApproved\":true", "\"isApproved\":null")]);
    assert_eq!(became[0], Became::Mapped);
    assert!(matches!(&became[1], Became::LeftOut(condition) if condition == "isApproved"), "{became:?}");
    let expected = serde_json::json!({
        "Txt4": "5b1f0a3e-0c1d-4e57-9b0a-6f2f6d1c0a11", "Dt1": "2026-01-15",
        "Val1": 7.51, "Val2": 7.5, "Val3": 95.13, "Val4": 0, "EmpNo": 7, "CustNo": 7, "R2": 7,
        "ProdNo": "KON", "Txt1": "Määrittely:  Kick-off – \"plan\"", "InfCatNo": 90, "FrInfTp": 1,
    });
    let row = rows[0].as_object().expect("an object");
    for (name, value) in expected.as_object().expect("an object") {
        let same = match (row.get(name).and_then(serde_json::Value::as_f64), value.as_f64()) {
            (Some(a), Some(b)) => (a - b).abs() < 1e-9,
            _ => row.get(name) == Some(value),
        };
        assert!(same, "{name}: {:?} is not {value}\n{row:?}", row.get(name));
    }
}

#[test]
fn towards_severa_fields_lie_in_objects_and_parts_in_lists() {
    let record = r#"{"CustNo":10021,"Nm":"Berg & Sønn AS   ","Ad1":"Storgata 5","PArea":"Oslo","Ctry":47,"Gr":0,"Seller":3,"MailAd":"POST@berg.no"}"#;
    let (became, rows) = standard("Customer", Side::Business, &[record]);
    assert_eq!(became, [Became::Mapped]);
    assert_eq!(rows[0]["number"], 10021);
    assert_eq!(rows[0]["name"], "Berg & Sønn AS");
    assert_eq!(rows[0]["email"], "post@berg.no");
    assert_eq!(rows[0]["owner"]["guid"], "39f9432a-a141-fcab-9142-8045bf8ed54a");
    let address = &rows[0]["addresses"][0];
    assert_eq!((&address["addressline"], &address["city"]), (&"Storgata 5".into(), &"Oslo".into()));
    assert_eq!(address["isBillingAddress"], true);
    assert!(rows[0].get("guid").is_none());
}

#[test]
fn a_filter_over_related_records_reads_their_list() {
    let record = |won: bool| {
        format!(
            r#"{{"guid":"00000000-0000-0000-0000-000000000001","number":1,"name":"A","isInternal":false,"projects":[{{"won":false}},{{"won":{won}}}]}}"#
        )
    };
    let (became, _) = standard("Customer", Side::Severa, &[&record(true), &record(false)]);
    assert_eq!(became[0], Became::Mapped);
    assert!(matches!(became[1], Became::LeftOut(_)), "{became:?}");
}

#[test]
fn one_record_leaves_nothing_to_the_next() {
    let full = HOUR.replace('\n', " ");
    let bare = r#"{"guid":"5b1f0a3e-0c1d-4e57-9b0a-6f2f6d1c0a12","isApproved":true,"eventDate":"2026-01-16",
        "user":{"guid":"00000000-0000-0000-0000-000000000001"},"customer":{"guid":"00000000-0000-0000-0000-000000000002"},
        "project":{"guid":"00000000-0000-0000-0000-000000000003"},"workType":{"code":"KON"}}"#
        .replace('\n', " ");
    let (_, alone) = standard("WorkHours", Side::Severa, &[&bare]);
    let (_, after) = standard("WorkHours", Side::Severa, &[&full, &bare, &full]);
    assert_eq!(alone.first(), after.get(1));
    assert_eq!(after.first(), after.get(2));
    let half = bare.replace("\"isApproved\":true", "\"isApproved\":tru");
    let (became, broken) = standard("WorkHours", Side::Severa, &[&full, &half, &bare]);
    assert!(matches!(became[1], Became::Unreadable(_)));
    assert_eq!(broken.get(1), alone.first());
}

#[test]
fn what_cannot_be_read_is_told_with_its_place() {
    let guid = r#""guid":"5b1f0a3e-0c1d-4e57-9b0a-6f2f6d1c0a12""#;
    for (record, told) in [
        ("{", "not JSON: EOF while parsing an object"),
        ("{\"a\":1}}", "not JSON: trailing characters"),
        ("[1]", "a list, and a record was expected"),
        ("7", "a number, and a record was expected"),
        ("null", "null, and a record was expected"),
        (&format!("{{{guid},\"quantity\":\"x\"}}"), "`quantity`: \"x\", and a number was expected"),
        (&format!("{{{guid},\"quantity\":[1]}}"), "`quantity`: [1], and a number was expected"),
        (&format!("{{{guid},\"eventDate\":\"2026-02-30\"}}"), "`eventDate`: \"2026-02-30\", and a date was expected"),
        (&format!("{{{guid},\"isApproved\":1}}"), "`isApproved`: 1, and true or false was expected"),
        (&format!("{{{guid},\"description\":{{\"a\":[1]}}}}"), "`description`: a record, and a text was expected"),
        (&format!("{{{guid},\"user\":\"Kari\"}}"), "`user`: a text, and a record was expected"),
        ("{\"guid\":\"39f9\"}", "`guid`: \"39f9\", and a GUID was expected"),
    ] {
        let (became, rows) = standard("WorkHours", Side::Severa, &[record]);
        let [Became::Unreadable(fault)] = became.as_slice() else { panic!("{record}: {became:?}") };
        assert_eq!(fault.to_string().split(" (").next(), Some(told), "{record}");
        assert!(rows.is_empty(), "{record}");
    }
}

#[test]
fn held_records_say_why_and_who_they_are() {
    let record = r#"{"guid":"00000000-0000-0000-0000-000000000001","number":30021,"name":null,"projectOwner":null,"salesStatus":null,
        "won":true,"customer":null}"#;
    let (became, rows) = standard("Project", Side::Severa, &[&record.replace('\n', " ")]);
    let [Became::Held(Held { code, reason, key, .. })] = became.as_slice() else { panic!("{became:?}") };
    assert_eq!((*code, key.as_str()), ("does-not-fit", "30021"));
    assert!(!reason.is_empty() && rows.is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut lines = Lines::new(bytes.as_slice());
        while let Some(taken) = lines.take().expect("memory can be read") {
            if let Taken::Text(_, text) = taken {
                standard_once(text);
            }
        }
    }

    /// Right records, damaged somewhere: what is written stays JSON.
    #[test]
    fn no_damage_makes_it_write_what_is_not_json(at in 0_usize..900, with in "[\"\\\\{}\\[\\]:,0-9a-eE.\\-ntfø\u{1}]{0,3}", drop in 0_usize..4) {
        let record = HOUR.replace('\n', " ");
        let place = (at % record.len()..=record.len()).find(|at| record.is_char_boundary(*at)).unwrap_or(0);
        let rest = (place + drop..).find(|at| *at >= record.len() || record.is_char_boundary(*at)).unwrap_or(place);
        let damaged = format!("{}{with}{}", &record[..place], record.get(rest..).unwrap_or(""));
        standard_once(&damaged);
    }
}

fn standard_once(text: &str) {
    thread_local! {
        static STANDARD: mapping::Standard = mapping::standard();
    }
    STANDARD.with(|standard| {
        for entity in ["WorkHours", "Customer", "Invoice"] {
            let entity = &standard.program.entities[standard.program.position(entity).expect("an entity")];
            for from in Side::BOTH {
                let mut stream = Stream::new(entity, from, Env::new(&AllLinked, &standard.lookups));
                let mut out = Vec::new();
                stream.map(text, &mut out);
                if !out.is_empty() {
                    let line = String::from_utf8(out).expect("UTF-8");
                    assert!(serde_json::from_str::<serde_json::Value>(&line).is_ok(), "{text}\n{line}");
                }
            }
        }
    });
}

struct Ran {
    code: Option<i32>,
    out: String,
    err: String,
}

fn map(folder: &Path, args: &[&str], input: &[u8]) -> Ran {
    let output = Command::cargo_bin("samband")
        .expect("the program")
        .arg("map")
        .args(args)
        .current_dir(folder)
        .write_stdin(input)
        .output()
        .expect("it runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let ran = Ran { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) };
    assert!(!ran.err.contains("panicked"), "{}", ran.err);
    ran
}

const OURS: &str = r#"edition 2026

/// Units by their codes.
mapping ours

table country from business Ctry { ISO <-> CtryNo }

entity Unit {
    severa BusinessUnit -> business OrgUnit[1]

    identity guid -> Inf[8]
    match    code = RNo

    send from severa where name != "Secret"

    code       -> key or hold            -> RNo
    name       -> trim -> truncate(10)   -> Nm
    parentGuid -> link Unit or blank     -> MainR
}
"#;

fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("ours.mapping"), OURS).expect("written");
    fs::write(folder.path().join("samband.yaml"), "mapping: ours\n").expect("written");
    folder
}

const UNIT: &str = r#"{"guid":"00000000-0000-0000-0000-00000000000a","code":"12","name":" Drift og vedlikehold ","parentGuid":"00000000-0000-0000-0000-00000000000b"}"#;

#[test]
fn the_command_maps_lines_and_counts_what_it_left_out() {
    let folder = project();
    let input =
        format!("{UNIT}\r\n\n{}\n", r#"{"guid":"00000000-0000-0000-0000-00000000000c","code":"13","name":"Secret"}"#);
    let ran = map(folder.path(), &["Unit"], input.as_bytes());
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert_eq!(
        ran.out,
        "{\"Inf8\":\"00000000-0000-0000-0000-00000000000a\",\"RNo\":12,\"Nm\":\"Drift og v\",\"MainR\":{\"link\":{\"column\":\"RNo\",\"entity\":\"Unit\",\"from\":\"severa\",\"value\":\"00000000-0000-0000-0000-00000000000b\"}}}\n"
    );
    assert!(ran.err.contains("links to `Unit` are shown as the record they point at in Severa"), "{}", ran.err);
    assert!(ran.err.contains("2 records: 1 mapped, 1 left out by the mapping"), "{}", ran.err);
}

#[test]
fn what_is_known_of_the_systems_stands_in_a_file() {
    let folder = project();
    let known = folder.path().join("known.jsonl");
    fs::write(
        &known,
        "{\"link\":\"Unit\",\"severa\":\"00000000-0000-0000-0000-00000000000b\",\"business\":{\"RNo\":7}}\n",
    )
    .expect("written");
    let ran = map(folder.path(), &["Unit", "--known", "known.jsonl"], UNIT.as_bytes());
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(ran.out.contains("\"MainR\":7"), "{}", ran.out);
    for (text, told) in [
        ("{\"link\":\"Unti\",\"severa\":\"x\",\"business\":{}}", "known.jsonl:1: the mapping has no entity `Unti`"),
        ("\n{\"link\":1}", "known.jsonl:2: it is none of"),
        ("{", "known.jsonl:1: not JSON"),
        ("{\"table\":\"nation\",\"left\":1,\"right\":2}", "no table `nation`"),
        ("{\"table\":\"country\",\"left\":1,\"right\":2}", "1 is not a text"),
        ("{\"setting\":\"x\",\"is\":2}", "no setting `x`"),
        ("{\"setting\":\"x\",\"left\":2}", "it is none of"),
    ] {
        fs::write(&known, text).expect("written");
        let ran = map(folder.path(), &["Unit", "--known", "known.jsonl"], b"");
        assert_eq!(ran.code, Some(2), "{text}: {}", ran.err);
        assert!(ran.err.contains(told), "{text}: {}", ran.err);
    }
}

#[test]
fn held_and_unreadable_records_are_told_by_line_and_in_the_exit_code() {
    let folder = project();
    let held = UNIT.replace("\"12\"", "\"twelve\"");
    let ran = map(folder.path(), &["Unit"], format!("{UNIT}\n{held}\n").as_bytes());
    assert_eq!(ran.code, Some(5), "{}", ran.err);
    assert_eq!(ran.out.lines().count(), 1);
    assert!(ran.err.contains("line 2: held, does-not-fit: Severa "), "{}", ran.err);
    assert!(ran.err.contains("`twelve` is not a whole number"), "{}", ran.err);

    let mut input = format!("{{\"code\": \"ø\", \"name\": }}\n{UNIT}\n").into_bytes();
    input.extend(b"{\"name\":\"\xff\"}\n");
    let ran = map(folder.path(), &["Unit"], &input);
    assert_eq!((ran.code, ran.out.lines().count()), (Some(1), 1), "{}", ran.err);
    assert!(ran.err.contains("error: stdin:1:23: not JSON: expected value"), "{}", ran.err);
    assert!(ran.err.contains(" 1 | {\"code\": \"ø\", \"name\": }\n   |                       ^"), "{}", ran.err);
    assert!(ran.err.contains("stdin:3:10: this is not UTF-8"), "{}", ran.err);
    assert!(ran.err.contains("3 records: 1 mapped, 2 cannot be read"), "{}", ran.err);
}

#[test]
fn a_field_that_no_record_has_is_told_once() {
    let folder = project();
    let ran = map(folder.path(), &["Unit"], UNIT.replace("\"name\"", "\"nmae\"").as_bytes());
    assert!(ran.err.contains("note: no record has `name`, which the mapping reads"), "{}", ran.err);
}

#[test]
fn wrong_usage_says_what_there_is() {
    let folder = project();
    for (args, told) in [
        (&["Units"][..], "there are Unit"),
        (&["Unit", "--side", "business"], "records come from --side severa"),
        (&["Unit", "--known", "nowhere"], "nowhere cannot be read"),
        (&["Unit", "--side", "sap"], "possible values: severa, business"),
        (&[], "<ENTITY>"),
    ] {
        let ran = map(folder.path(), args, b"");
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{args:?}: {}", ran.err);
        assert!(ran.err.contains(told), "{args:?}: {}", ran.err);
    }
    fs::write(folder.path().join("ours.mapping"), OURS.replace("code ", "kode ")).expect("written");
    let ran = map(folder.path(), &["Unit"], UNIT.as_bytes());
    assert_eq!(ran.code, Some(1), "{}", ran.err);
}

#[test]
fn nothing_in_gives_nothing_out() {
    let folder = project();
    let ran = map(folder.path(), &["Unit"], b"");
    assert_eq!((ran.code, ran.out.as_str()), (Some(0), ""), "{}", ran.err);
    let known = Known::nothing(&mapping::standard().program);
    assert_eq!(known.find(0, Side::Severa, "CustNo", &Value::Int(1)), Linked::Pending);
}
