//! `plan`, `apply`, `run`, `status` and `demo` against the sandbox: what they print and how they end.

#![cfg(feature = "run")]

#[path = "run/attend.rs"]
mod attend;

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

fn samband(folder: &Path, args: &[&str]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_samband"));
    let output = command.args(args).current_dir(folder).env_remove("SAMBAND_LOG").output().expect("it runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ran { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
}

struct Sandbox(Child, Value);

impl Drop for Sandbox {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn sandbox(folder: &Path) -> Sandbox {
    let mut child = Command::new(env!("CARGO_BIN_EXE_samband"))
        .args(["sandbox", "--dir", "."])
        .current_dir(folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("its output")).read_line(&mut line).expect("a line");
    Sandbox(child, serde_json::from_str(&line).expect("JSON"))
}

#[test]
fn a_plan_is_kept_carried_out_and_refused_when_it_is_stale() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let sandbox = sandbox(folder);
    let secrets = [&sandbox.1["severa"]["client_secret"], &sandbox.1["business"]["password"]];
    let ran = |args: &[&str], code: i32| {
        let ran = samband(folder, args);
        for secret in secrets {
            let secret = secret.as_str().expect("a secret");
            assert!(!ran.out.contains(secret) && !ran.err.contains(secret), "a secret is shown by {args:?}");
        }
        assert_eq!(ran.code, Some(code), "{args:?}: {}{}", ran.out, ran.err);
        ran
    };

    // Over a limit nothing is written, and the plan is shown.
    let settings = fs::read_to_string(folder.join("samband.yaml")).expect("settings");
    fs::write(folder.join("samband.yaml"), format!("{settings}limits: {{ changes: 1 }}\n")).expect("written");
    let limited = ran(&["run"], 4);
    assert!(limited.err.contains("limit") && limited.out.contains("create"), "{}{}", limited.out, limited.err);
    fs::write(folder.join("samband.yaml"), settings).expect("written");

    let planned: Value =
        serde_json::from_str(&ran(&["plan", "--out", "plan.jsonl", "--format", "json", "--exit-code", "-v"], 10).out)
            .expect("one document");
    for key in ["mapping", "settings_hash", "made_at", "entities", "totals"] {
        assert!(!planned[key].is_null(), "{key}");
    }
    // What is made for programs travels: no name and no address of a person is in it, unless it is asked for.
    let text = planned.to_string();
    assert!(text.contains("\"***\"") && !text.contains('@') && !text.contains("Polarlys Media"), "not masked");
    assert!(
        fs::read_to_string(folder.join("plan.jsonl")).expect("the plan").contains("Polarlys Media"),
        "the plan has all"
    );
    assert!(planned["totals"]["create"].as_u64() > Some(5), "{planned}");
    let because = planned.pointer("/entities/0/operations/0/fields/0/because/file").expect("a reason");
    assert!(because.as_str().is_some_and(|f| f.ends_with(".mapping")), "{because}");

    let applied: Value =
        serde_json::from_str(&ran(&["apply", "plan.jsonl", "--format", "json"], 5).out).expect("one document");
    assert!(applied["requests"]["severa"].as_u64() > Some(5) && applied["seconds"].is_number(), "{applied}");
    assert_eq!(applied.pointer("/entities/0/operations/0/outcome"), Some(&"done".into()));
    let stale = ran(&["apply", "plan.jsonl"], 4);
    assert!(stale.err.contains("new plan"), "{}", stale.err);

    let again: Value = serde_json::from_str(&ran(&["run", "--format", "json"], 5).out).expect("one document");
    assert_eq!((&again["totals"]["create"], &again["totals"]["update"]), (&0.into(), &0.into()), "{again}");
    let stats: Value =
        serde_json::from_str(&ran(&["run", "--stats", "--format", "json"], 5).out).expect("one document");
    let stats = &stats["stats"];
    let number = |path: &str| stats.pointer(path).and_then(Value::as_f64).unwrap_or_else(|| panic!("{path}: {stats}"));
    for path in ["/phases/opening", "/phases/reading", "/cpu_seconds", "/severa/routes/GET ~1v1~1customers/requests"] {
        assert!(number(path) > 0.0, "{path}: {stats}");
    }
    // Nothing has changed: hours are listed once, and a register that several settings name records of is read once.
    for route in ["workhours", "invoicestatuses"] {
        let asked = number(&format!("/severa/routes/GET ~1v1~1{route}/requests"));
        assert!(asked <= 1.0, "{route}: {stats}");
    }
    for side in ["severa", "business"] {
        for what in ["requests", "bytes_out", "bytes_in"] {
            assert!(number(&format!("/{side}/total/{what}")) > 0.0, "{side} {what}: {stats}");
        }
    }
    let routes = stats["business"]["routes"].as_object().expect("routes");
    assert!(routes.keys().any(|route| route == "SELECT FreeInf1"), "{stats}");
    assert!(!routes.keys().any(|route| route.starts_with("INSERT")), "{stats}");
    #[cfg(target_os = "linux")]
    assert!(number("/peak_memory_bytes") > 1e6, "{stats}");
    let told = ran(&["run", "--stats", "--entity", "Customer"], 5).out;
    assert!(told.contains("GET /v1/customers") && told.contains("of memory"), "{told}");
    ran(&["plan", "--exit-code", "--entity", "Customer"], 0);
    assert!(ran(&["plan", "--entity", "Custmer"], 2).err.contains("`Customer`"));
    let status = ran(&["status", "--format", "json"], 5).out;
    assert!(
        !status.contains("Polarlys Media")
            && ran(&["status", "--format", "json", "--unmask"], 5).out.contains("Polarlys Media")
    );
    let status: Value = serde_json::from_str(&status).expect("one document");
    assert!(status["runs"].as_array().is_some_and(|r| r.len() >= 2), "{status}");
    assert!(status["held"].as_array().is_some_and(|h| !h.is_empty()), "{status}");

    // A wrong secret and a server that is gone are the systems' faults.
    let environment = fs::read_to_string(folder.join("sandbox.env")).expect("credentials");
    fs::write(folder.join("sandbox.env"), environment.replace("SECRET=", "SECRET=x")).expect("written");
    let refused = ran(&["plan"], 3);
    assert!(refused.err.contains("Severa") && refused.err.contains("help:"), "{}", refused.err);
    fs::write(folder.join("sandbox.env"), "").expect("written");
    assert!(ran(&["plan"], 3).err.contains("SEVERA_CLIENT_ID"));
    fs::write(folder.join("sandbox.env"), environment).expect("written");
    drop(sandbox);
    let gone = samband(folder, &["plan"]);
    assert_eq!(gone.code, Some(3), "{}", gone.err);
}

#[test]
fn the_demos_story_holds() {
    let folder = tempfile::tempdir().expect("a folder");
    let ran = samband(folder.path(), &["demo", "--keep", "kept"]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert!(!ran.out.contains('✗') && ran.out.matches('✓').count() >= 20, "{}", ran.out);
    assert!(folder.path().join("kept/samband.yaml").exists());
    assert_eq!(samband(folder.path(), &["demo", "--keep", "kept"]).code, Some(2), "its data are no longer the story's");
}
