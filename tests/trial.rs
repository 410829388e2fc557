//! `samband test`: what holds, what fails and how it is told, and that a seed gives the same again.

use assert_cmd::Command;
use samband::model;
use samband::program::Program;
use samband::schema::Schemas;
use samband::source::Sources;
use samband::trial::{self, Options, Outcome, Tested};
use std::fs;
use std::path::Path;

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

/// A project of one mapping by itself.
fn case(text: &str, args: &[&str]) -> (Option<i32>, String, String) {
    samband(&[("samband.yaml", "mapping: case\n"), ("case.mapping", text)], args)
}

/// A project's files, with settings that give all that the standard mapping asks for.
fn project(mapping: &str) -> Vec<(&'static str, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("mappings/examples/acme");
    let read = |name: &str| fs::read_to_string(folder.join(name)).expect("acme's files");
    let settings = read("samband.yaml").replace("mapping: acme", &format!("mapping: {mapping}"));
    let mut files = vec![("samband.yaml", settings)];
    if mapping == "acme" {
        files.push(("acme.mapping", read("acme.mapping")));
    }
    files
}

fn run(files: &[(&str, String)], args: &[&str]) -> (Option<i32>, String, String) {
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    samband(&files, args)
}

#[test]
fn the_standard_mapping_and_acme_hold() {
    for (mapping, seed) in [("standard", "2026"), ("standard", "1"), ("acme", "2026"), ("acme", "2")] {
        let (code, out, err) = run(&project(mapping), &["test", "--seed", seed]);
        assert_eq!((code, out.as_str()), (Some(0), ""), "{mapping}, seed {seed}: {err}");
        assert!(err.contains("held") && !err.contains("could not be tried"), "{err}");
    }
}

/// Each pair of ways gives back something else than it was given.
#[test]
fn a_line_whose_ways_do_not_undo_each_other_fails_with_a_short_value() {
    let text = format!(
        "{HEAD}
    name or hold <-> fit(80)                       <-> Nm
    vatNumber    <-> fit(40) <-> (-> upper <- trim)  <-> EUTaxNo
    paymentTerm  <-> {{ 14 -> 1, 30 -> 2, 14 <- 2, 30 <- 1, 21 <-> 3 }} <-> CPmtTrm
}}
"
    );
    let (code, out, err) = case(&text, &["test"]);
    assert_eq!(code, Some(1), "{out}{err}");
    insta::assert_snapshot!(format!("{out}{err}"));
}

#[test]
fn failed_examples_say_what_came_out_and_why() {
    let text = format!(
        "{HEAD}
    name or hold <-> fit(80)           <-> Nm
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
    let (code, out, err) = case(&text, &["test"]);
    assert_eq!(code, Some(1), "{out}{err}");
    insta::assert_snapshot!(format!("{out}{err}"));
}

#[test]
fn a_seed_gives_the_same_again_and_lines_do_not_disturb_each_other() {
    let line = "    vatNumber <-> fit(40) <-> (-> upper <- trim) <-> EUTaxNo\n";
    let alone = program(&format!("    name or hold <-> fit(80) <-> Nm\n{line}}}\n"));
    let among =
        program(&format!("    name or hold <-> fit(80) <-> Nm\n    website <-> fit(255) <-> WebPg\n{line}}}\n"));
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
    let change = "edition 2026\n\n/// Ours.\nmapping ours extends standard\n\nchange entity Customer {\n    send from severa where isInternal\n}\n";
    let mut files = project("ours");
    files.push(("ours.mapping", change.to_owned()));
    let (code, out, _) = run(&files, &["test"]);
    assert_eq!(code, Some(1));
    assert!(out.contains("failed example: Customer: our own company does not"), "{out}");
    let own = "edition 2026\n\nmapping ours\n\nexample \"our own company does not\" for Customer {\n    severa   { name: \"Samband AS\", isInternal: true }\n    business { Nm: \"Samband AS\" }\n}\n";
    files.push(("examples/own.mapping", own.to_owned()));
    let (_, out, _) = run(&files, &["test"]);
    assert!(!out.contains("failed example: Customer: our own company"), "{out}");
    assert!(out.contains("failed example: Customer: a customer with a won project"), "the others stand: {out}");
    assert!(out.contains("an example there with the same title"), "{out}");
}

#[test]
fn programs_read_json_and_junit() {
    let (code, out, err) = run(&project("standard"), &["test", "--format", "json", "--cases", "40"]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    let report: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    let tests = report["tests"].as_array().expect("a list");
    assert_eq!(report["summary"]["passed"], tests.len());
    assert_eq!(report["summary"]["laws"].as_u64(), report["summary"]["two_way_lines"].as_u64().map(|n| n * 4));
    let prospect = tests.iter().find(|t| t["name"] == "Customer: a prospect does not").expect("the example");
    assert_eq!((&prospect["outcome"], &prospect["file"]), (&"passed".into(), &"standard/customers.mapping".into()));

    let broken = format!(
        "{HEAD}    name or hold <-> fit(80) <-> Nm\n    vatNumber <-> fit(40) <-> (-> upper <- trim) <-> EUTaxNo\n}}\n\nexample \"<&> \\\"quoted\\\"\" for Customer {{\n    business {{ CustNo: 1, Nm: \"<b>\" }}\n    severa   {{ name: \"<i>\" }}\n}}\n"
    );
    let (code, out, _) = case(&broken, &["test", "--format", "json"]);
    assert_eq!(code, Some(1));
    let report: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    let wrong = report["tests"].as_array().expect("a list").iter().find(|t| t["kind"] == "example").expect("it");
    assert_eq!((&wrong["expected"]["name"], &wrong["produced"]["name"]), (&"<i>".into(), &"<b>".into()));
    let (code, out, _) = case(&broken, &["test", "--format", "junit"]);
    assert_eq!(code, Some(1));
    insta::assert_snapshot!(out);
}

#[test]
fn what_has_a_fault_is_not_tested() {
    let (code, out, err) = case(&format!("{HEAD}    nme <-> fit(80) <-> Nm\n}}\n"), &["test"]);
    assert_eq!(code, Some(1));
    assert!(out.contains("unknown-name") && err.contains("not tested"), "{out}{err}");
    let (code, ..) = samband(&[], &["test"]);
    assert_eq!(code, Some(2), "there is no project");
}
