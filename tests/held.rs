//! `held`, `history`, `explain-record` and `undo` against the sandbox: what a person settles and understands.

#![cfg(feature = "run")]

use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

struct Ran {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Ran {
    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}{}", self.out, self.err))
    }
}

fn samband(folder: &Path, args: &[&str]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_samband"));
    let output = command
        .args(args)
        .current_dir(folder)
        .env_remove("SAMBAND_LOG")
        .env("USER", "kari")
        .env("TZ", "UTC")
        .output()
        .expect("it runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ran { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
}

struct Sandbox(Child);

impl Drop for Sandbox {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn sandbox(folder: &Path) -> Sandbox {
    let mut child = Command::new(env!("CARGO_BIN_EXE_samband"))
        .args(["sandbox", "--dir", ".", "--seed", "7"])
        .current_dir(folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("its output")).read_line(&mut line).expect("a line");
    Sandbox(child)
}

/// Without what differs from run to run: points in time.
fn steady(text: &str) -> String {
    let mut steady = String::new();
    for line in text.lines() {
        let mut words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        for word in &mut words {
            let bare = word.trim_end_matches([',', ':', '.']);
            let digits = bare.chars().filter(char::is_ascii_digit).count();
            if bare.starts_with("20") && bare.contains('T') && digits >= 14 || bare.parse::<jiff::civil::Date>().is_ok()
            {
                *word = word.replace(bare, "<day>");
            } else if bare.len() == 8 && bare.parse::<jiff::civil::Time>().is_ok() {
                *word = word.replace(bare, "<time>");
            }
        }
        steady.push_str(words.join(" ").trim_end());
        steady.push('\n');
    }
    steady
}

#[test]
fn a_consultant_settles_what_is_held_and_understands_what_was_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let ran = |args: &[&str], code: i32| {
        let ran = samband(folder, args);
        assert_eq!(ran.code, Some(code), "{args:?}: {}{}", ran.out, ran.err);
        ran
    };
    let _sandbox = sandbox(folder);

    // Before the first run there is nothing to look at, and looking makes nothing.
    assert_eq!(ran(&["held"], 0).out, "nothing is held\n");
    for args in [&["history"][..], &["undo", "1"], &["held", "retry"], &["held", "unignore", "Customer", "1"]] {
        assert!(ran(args, 2).err.contains("no run has been made here yet"), "{args:?}");
    }
    assert!(!folder.join("state.db").exists());

    ran(&["run"], 5);
    insta::assert_snapshot!("held", steady(&ran(&["held"], 5).out));
    let held = ran(&["held", "Customer", "--format", "json"], 5).json();
    let held = held["held"].as_array().expect("a list").clone();
    assert!(!held.is_empty() && held.iter().all(|h| h["entity"] == "Customer" && h["remedy"].is_string()));

    // Wrong words, each with what to do.
    for (args, told) in [
        (&["held", "Custmer"][..], "`Customer`"),
        (&["held", "retry", "Custmer"], "`Customer`"),
        (&["held", "link", "Custmer", "1", "2"], "`Customer`"),
        (&["held", "retry", "Customer", "no such"], "no Customer `no such` is held"),
        (&["held", "link", "Customer", "no such", "1"], "there is no customer `no such`"),
        (&["held", "unlink", "Customer", "no such"], "there is no customer `no such`"),
        (&["held", "ignore", "Customer", "no such", "--reason", "x"], "there is no customer `no such`"),
        (&["held", "ignore", "Customer", "no such"], "--reason"),
        (&["held", "ignore", "Customer", "no such", "--reason", " "], "the reason is blank"),
        (&["held", "unignore", "Customer", "no such"], "no Customer `no such` is ignored"),
        (&["history", "--run", "99"], "there is no run 99"),
        (&["history", "--entity", "Custmer"], "`Customer`"),
        (&["history", "--record", "no such"], "nothing was written into a record `no such`"),
        (&["history", "--since", "yesterday"], "is no date"),
        (&["undo", "99"], "there is no run 99"),
        (&["explain-record", "Custmer", "1"], "`Customer`"),
        (&["explain-record", "Customer", "no such"], "there is no customer `no such`"),
    ] {
        let told_so = ran(args, 2).err;
        assert!(
            told_so.contains(told) && (told_so.contains("help:") || told_so.contains("Usage:")),
            "{args:?}: {told_so}"
        );
    }

    settle_a_pair(&ran, &held);
    leave_one_alone(&ran);
    understand(folder, &ran);
}

type Runs<'a> = &'a dyn Fn(&[&str], i32) -> Ran;

/// The same number on both sides: one firm after all.
fn settle_a_pair(ran: Runs, held: &[Value]) {
    let of_code = |side: &str| held.iter().find(|h| h["code"] == "same-number" && h["side"] == side);
    let (severa, business) =
        (of_code("severa").expect("one in Severa"), of_code("business").expect("one in Visma Business"));
    let (severa, business) = (severa["id"].as_str().expect("an id"), business["key"].as_str().expect("a number"));
    insta::assert_snapshot!("explain_held", steady(&ran(&["explain-record", "Customer", severa], 0).out));
    insta::assert_snapshot!(
        "link",
        steady(&ran(&["held", "link", "Customer", severa, business, "--reason", "one firm"], 0).out)
    );
    assert!(ran(&["held", "link", "Customer", severa, business], 2).err.contains("linked to it already"));
    ran(&["run"], 5);
    let page = ran(&["explain-record", "Customer", severa, "--format", "json"], 0).json();
    assert!(page["partner"]["id"].is_string() && page["held"] == serde_json::json!([]), "{page}");
    assert!(page["decisions"][0].as_str().is_some_and(|d| d.contains("kari") && d.contains("one firm")), "{page}");
    assert!(
        ran(&["plan", "--exit-code", "--entity", "Customer", "--full"], 0).out.contains("0 to create, 0 to update")
    );
    insta::assert_snapshot!(
        "unlink",
        steady(&ran(&["held", "unlink", "Customer", severa, "--reason", "two after all"], 0).out)
    );
    // Visma Business answers whoever carries our identifier: it has to go out of the old row first.
    let parted = page["partner"]["id"].as_str().expect("a row").to_owned();
    let (first, second) = (ran(&["run", "--entity", "Customer"], 5), ran(&["run", "--entity", "Customer"], 5));
    assert!(first.out.contains("unlink in Visma Business"), "{}", first.out);
    assert!(second.out.contains("create in Visma Business: 10004"), "{}", second.out);
    let page = ran(&["explain-record", "Customer", severa, "--format", "json"], 0).json();
    let partner = page["partner"]["id"].as_str().expect("a row of its own");
    assert!(partner != parted && page["held"] == serde_json::json!([]), "{page}");
    ran(&["plan", "--exit-code", "--entity", "Customer", "--full"], 0);
}

fn leave_one_alone(ran: Runs) {
    let held = ran(&["held", "--format", "json"], 5).json();
    let one =
        held["held"].as_array().and_then(|h| h.iter().find(|h| h["code"] != "unknown-outcome")).expect("one").clone();
    let word = |name: &str| one[name].as_str().expect("a text").to_owned();
    let (entity, id, side) = (word("entity"), word("id"), word("side"));
    let told = ran(&["held", "retry", &entity, &id], 0).out;
    assert!(told.contains("1 record tried in the next run"), "{told}");
    let told = ran(&["held", "ignore", &entity, &id, "--side", &side, "--reason", "an old one"], 0).out;
    assert!(told.contains("ignored from now on"), "{told}");
    let list = ran(&["held", "ignore", "--list"], 0).out;
    assert!(list.contains("ignored by kari") && list.contains("an old one"), "{list}");
    let still = ran(&["held", "--format", "json"], 5).json();
    assert!(
        !still["held"].as_array().expect("a list").iter().any(|h| h["id"] == id.as_str() && h["side"] == side.as_str())
    );
    assert!(ran(&["held", "unignore", &entity, &id], 0).out.contains("not ignored any more"));
    assert_eq!(ran(&["held", "ignore", "--list"], 0).out, "nothing is ignored\n");
}

fn understand(folder: &Path, ran: Runs) {
    let all = ran(&["history", "--run", "1", "--format", "json", "--unmask"], 0).json();
    let all = all["history"].as_array().expect("a list").clone();
    assert!(all.len() > 20 && all.iter().all(|e| e["because"]["file"].is_string() && e["run"] == 1));
    let name = all.iter().find(|e| e["entity"] == "Customer" && e["field"] == "Nm").expect("a name");
    let (key, new) = (name["id"].as_str().expect("an id"), name["new"].as_str().expect("a name"));
    let masked = ran(&["history", "--entity", "Customer", "--record", key, "--format", "json"], 0);
    assert!(!masked.out.contains(new) && masked.out.contains("***"), "{}", masked.out);
    let table = ran(&["history", "--entity", "Customer", "--record", key, "--format", "csv"], 0).out;
    assert!(
        table.starts_with("run,at,entity,side,id,key,name,kind,field,old,new,outcome,file,line\r\n")
            && !table.contains(new)
    );
    let human = ran(&["history", "--entity", "Customer", "--record", new, "--field", "Nm"], 0).out;
    assert!(human.contains(new) && human.contains("customers.mapping:") && human.starts_with("run 1  "), "{human}");
    insta::assert_snapshot!("history", steady(&ran(&["history", "--entity", "BusinessUnit", "--limit", "4"], 0).out));

    // The first run created; the second changed nothing that could be put back but what is said.
    let told = ran(&["undo", "1", "--out", "undo.jsonl"], 0);
    assert!(told.out.contains("nothing is deleted") && told.err.contains("samband apply"), "{}{}", told.out, told.err);
    ran(&["apply", "undo.jsonl"], 5);
    // A file of a newer samband is nobody's to touch.
    let state = folder.join("state.db");
    let db = rusqlite::Connection::open(&state).expect("the state");
    db.pragma_update(None, "user_version", 999).expect("a newer one");
    drop(db);
    for args in [&["held"][..], &["history"], &["undo", "1"], &["run"], &["held", "retry"]] {
        assert!(ran(args, 4).err.contains("newer samband"), "{args:?}");
    }
    assert!(fs::metadata(state).is_ok());
}
