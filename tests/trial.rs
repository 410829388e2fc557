//! `samband test`: what holds, what fails and how it is told, and that a seed gives the same again.

mod support;

use assert_cmd::Command;
use samband::model;
use samband::program::Program;
use samband::schema::Schemas;
use samband::source::Sources;
use samband::trial::{self, Options, Outcome, Tested};
use std::fs;
use std::path::Path;
use support::mapping;

const HEAD: &str = "edition 2026

mapping case

entity Customer {
    severa Customer <-> business Actor where CustNo > 0

    identity guid -> Inf[8]
    match    number = CustNo and name = Nm
    master   none
    number   CustNo, ActNo by business

    send from severa where any projects has won

    number <- CustNo
";

fn program(body: &str) -> Program {
    let mut sources = Sources::default();
    let file = sources.add("case.mapping", format!("{HEAD}{body}"));
    let (program, diagnostics) = model::check(&sources, Schemas::standard(), &[file], None, None);
    program.unwrap_or_else(|| panic!("{diagnostics:#?}"))
}

fn failed(tested: &[Tested]) -> Vec<&Tested> {
    tested.iter().filter(|t| matches!(t.outcome, Outcome::Failed(_))).collect()
}

/// The whole command in a folder with these files, without what differs from machine to machine.
fn samband(files: &[(&str, &str)], args: &[&str]) -> (Option<i32>, String, String) {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("created");
        fs::write(path, text).expect("written");
    }
    let output = Command::cargo_bin("samband").expect("the program").args(args).current_dir(folder.path()).output();
    let output = output.expect("it runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn the_standard_mapping_and_acme_hold() {
    let standard = mapping::standard().program;
    let mut sources = Sources::default();
    let mut files = mapping::add_standard(&mut sources);
    let acme = Path::new(env!("CARGO_MANIFEST_DIR")).join("mappings/examples/acme/acme.mapping");
    files.push(sources.add("acme.mapping", fs::read_to_string(acme).expect("acme")));
    let (acme, diagnostics) = model::check(&sources, Schemas::standard(), &files, None, None);
    assert!(diagnostics.is_empty(), "{diagnostics:#?}");
    let acme = acme.expect("a program");
    assert_eq!(acme.examples.len(), standard.examples.len() + 1);
    for program in [standard, acme] {
        for seed in [2026, 1, 2] {
            let tested = trial::run(&program, &Options { seed, ..Options::default() });
            assert!(failed(&tested).is_empty(), "{}: {:#?}", program.mapping, failed(&tested));
            let skipped = tested.iter().filter(|t| matches!(t.outcome, Outcome::Skipped(_))).count();
            assert_eq!(skipped, 0, "every law is tried");
        }
    }
}

/// Each pair of ways gives back something else than it was given.
#[test]
fn a_line_whose_ways_do_not_undo_each_other_fails_with_a_short_value() {
    let text = format!(
        "{HEAD}
    name         <-> fit(80)                       <-> Nm
    vatNumber    <-> fit(40) <-> (-> upper <- trim)  <-> EUTaxNo
    paymentTerm  <-> {{ 14 -> 1, 30 -> 2, 14 <- 2, 30 <- 1, 21 <-> 3 }} <-> CPmtTrm
}}
"
    );
    let (code, out, err) = samband(&[("case.mapping", &text)], &["test"]);
    assert_eq!(code, Some(1), "{out}{err}");
    insta::assert_snapshot!(format!("{out}{err}"));
}

#[test]
fn failed_examples_say_what_came_out_and_why() {
    let text = format!(
        "{HEAD}
    name       <-> fit(80)             <-> Nm
    email       -> lower -> fit(100)    -> MailAd
    owner.guid  -> link Employee or hold -> Seller
}}

entity Employee {{
    severa User -> business Actor where EmpNo > 0

    identity guid -> Inf[7]
    match    code = EmpNo and lastName = Nm
    number   EmpNo, ActNo by business

    lastName -> fit(80) -> Nm
}}

example \"a wrong expectation\" for Customer {{
    severa   {{ name: \"Kuusikko Oy\", email: \"Post@Kuusikko.FI\", owner.guid: any, projects: [{{ won: true }}] }}
    business {{ CustNo: 10021, Nm: \"Kuusikko Oy\", MailAd: \"Post@Kuusikko.FI\", Seller: 7 }}
}}
example \"it is held\" for Customer {{
    severa   {{ name: \"Kuusikko Oy\", projects: [{{ won: true }}] }}
    business {{ Nm: \"Kuusikko Oy\" }}
}}
example \"held is not nothing\" for Customer {{
    severa   {{ name: \"Kuusikko Oy\", projects: [{{ won: true }}] }}
    business nothing
}}
example \"it is created\" for Customer {{
    business {{ CustNo: 1, Nm: \"Lindström AB\" }}
    severa nothing
}}
example \"a name is needed\" for Customer {{
    business {{ CustNo: 1 }}
    severa   {{ number: 1 }}
}}
example \"this one holds\" for Customer {{
    business {{ CustNo: 10021, Nm: \"Kuusikko Oy\" }}
    severa   {{ guid: any, number: 10021, name: \"Kuusikko Oy\" }}
}}
"
    );
    let (code, out, err) = samband(&[("case.mapping", &text)], &["test"]);
    assert_eq!(code, Some(1), "{out}{err}");
    insta::assert_snapshot!(format!("{out}{err}"));
}

#[test]
fn a_seed_gives_the_same_again_and_lines_do_not_disturb_each_other() {
    let line = "    vatNumber <-> fit(40) <-> (-> upper <- trim) <-> EUTaxNo\n";
    let alone = program(&format!("    name <-> fit(80) <-> Nm\n{line}}}\n"));
    let among = program(&format!("    name <-> fit(80) <-> Nm\n    website <-> fit(255) <-> WebPg\n{line}}}\n"));
    let options = Options { seed: 7, cases: 60 };
    let (once, twice) = (trial::run(&alone, &options), trial::run(&alone, &options));
    assert_eq!(once, twice);
    let broken =
        |tested: &[Tested]| failed(tested).iter().map(|t| (t.full_name(), t.failure().cloned())).collect::<Vec<_>>();
    assert!(!broken(&once).is_empty());
    assert_eq!(broken(&once), broken(&trial::run(&among, &options)));
}

#[test]
fn a_layer_may_say_what_holds_instead_of_an_example_below_it() {
    let settings = "mapping: ours\nsettings:\n  Project: { default_owner: a@example.no, won_status: Order }\n";
    let change = "edition 2026\n\n/// Ours.\nmapping ours extends standard\n\nchange entity Customer {\n    send from severa where isInternal\n}\n";
    let (code, out, _) = samband(&[("samband.yaml", settings), ("ours.mapping", change)], &["test"]);
    assert_eq!(code, Some(1));
    assert!(out.contains("failed example: Customer: our own company does not"), "{out}");
    let examples = "edition 2026\n\nmapping ours\n\nexample \"our own company does not\" for Customer {\n    severa   { name: \"Samband AS\", isInternal: true, projects: [{ won: true }] }\n    business { Nm: \"Samband AS\" }\n}\n";
    let files = [("samband.yaml", settings), ("ours.mapping", change), ("examples/own.mapping", examples)];
    let (_, out, _) = samband(&files, &["test"]);
    assert!(!out.contains("failed example: Customer: our own company"), "{out}");
    assert!(out.contains("failed example: Customer: a customer with a won project"), "the others stand: {out}");
    assert!(out.contains("an example there with the same title"), "{out}");
}

#[test]
fn programs_read_json_and_junit() {
    let settings = "mapping: standard\nsettings:\n  Project: { default_owner: a@example.no, won_status: Order }\n";
    let (code, out, err) = samband(&[("samband.yaml", settings)], &["test", "--format", "json", "--cases", "40"]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    let report: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    let tests = report["tests"].as_array().expect("a list");
    assert_eq!(report["summary"]["passed"], tests.len());
    assert_eq!(report["summary"]["laws"].as_u64(), report["summary"]["two_way_lines"].as_u64().map(|n| n * 4));
    let prospect = tests.iter().find(|t| t["name"] == "Customer: a prospect does not").expect("the example");
    assert_eq!((&prospect["outcome"], &prospect["file"]), (&"passed".into(), &"standard/customers.mapping".into()));

    let broken = format!(
        "{HEAD}    name <-> fit(80) <-> Nm\n    vatNumber <-> fit(40) <-> (-> upper <- trim) <-> EUTaxNo\n}}\n\nexample \"<&> \\\"quoted\\\"\" for Customer {{\n    business {{ CustNo: 1, Nm: \"<b>\" }}\n    severa   {{ name: \"<i>\" }}\n}}\n"
    );
    let (code, out, _) = samband(&[("case.mapping", &broken)], &["test", "--format", "json"]);
    assert_eq!(code, Some(1));
    let report: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    let wrong = report["tests"].as_array().expect("a list").iter().find(|t| t["kind"] == "example").expect("it");
    assert_eq!((&wrong["expected"]["name"], &wrong["produced"]["name"]), (&"<i>".into(), &"<b>".into()));
    let (code, out, _) = samband(&[("case.mapping", &broken)], &["test", "--format", "junit"]);
    assert_eq!(code, Some(1));
    insta::assert_snapshot!(out);
}

#[test]
fn what_has_a_fault_is_not_tested() {
    let (code, out, err) = samband(&[("case.mapping", &format!("{HEAD}    nme <-> fit(80) <-> Nm\n}}\n"))], &["test"]);
    assert_eq!(code, Some(1));
    assert!(out.contains("unknown-name") && err.contains("not tested"), "{out}{err}");
    let (code, ..) = samband(&[], &["test"]);
    assert_eq!(code, Some(2), "there is no project");
}
