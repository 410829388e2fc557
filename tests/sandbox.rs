//! The sandbox command as a process: its line, its folder, and going on from there.

#![cfg(feature = "run")]

use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};

struct Sandbox {
    child: Child,
    line: Value,
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // Ended already, mostly; either way nothing of it stays.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn start(folder: &Path, args: &[&str]) -> Sandbox {
    let mut child = Command::new(env!("CARGO_BIN_EXE_samband"))
        .arg("sandbox")
        .args(args)
        .current_dir(folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("its output")).read_line(&mut line).expect("a line");
    if line.is_empty() {
        let mut error = String::new();
        child.stderr.take().expect("its messages").read_to_string(&mut error).expect("read");
        panic!("no sandbox: {error}");
    }
    Sandbox { child, line: serde_json::from_str(&line).expect("JSON") }
}

fn refused(folder: &Path, args: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_samband"))
        .arg("sandbox")
        .args(args)
        .current_dir(folder)
        .output()
        .expect("run");
    assert_eq!(output.status.code(), Some(2));
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn it_writes_a_project_that_passes_and_goes_on_where_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = start(folder.path(), &["--dir", "try", "--seed", "7"]);
    let project = folder.path().join("try");
    assert_eq!(first.line["business"]["database"], "F0001");
    assert_eq!(first.line["project"].as_str(), project.to_str());
    for (name, secret) in [("severa", "client_secret"), ("business", "password")] {
        let secret = first.line[name][secret].as_str().expect("a text");
        assert!(secret.len() >= 16, "{secret}");
        let settings = std::fs::read_to_string(project.join("samband.yaml")).expect("settings");
        assert!(!settings.contains(secret), "only the environment file holds secrets");
        let environment = std::fs::read_to_string(project.join("sandbox.env")).expect("the environment file");
        assert!(environment.contains(secret));
    }
    let check = Command::new(env!("CARGO_BIN_EXE_samband")).arg("check").current_dir(&project).output().expect("run");
    assert!(check.status.success(), "{}", String::from_utf8_lossy(&check.stdout));
    let ignored = std::fs::read_to_string(project.join(".gitignore")).expect("the list");
    assert!(ignored.contains("sandbox.env") && ignored.contains(".sandbox/"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let rights = std::fs::metadata(project.join("sandbox.env")).expect("a file").permissions().mode();
        assert_eq!(rights & 0o077, 0, "only its owner may read it");
    }
    drop(first);
    assert!(refused(folder.path(), &["--dir", "try", "--seed", "8"]).contains("another seed"));

    // Somebody's own changes of the project stay.
    std::fs::write(project.join("sandbox.mapping"), "edition 2026\n\nmapping sandbox extends standard\n")
        .expect("written");
    let second = start(folder.path(), &["--dir", "try"]).line.clone();
    let third = start(folder.path(), &["--dir", "try"]).line.clone();
    assert_eq!(second, third, "the same addresses and credentials again");
    let mapping = std::fs::read_to_string(project.join("sandbox.mapping")).expect("the mapping");
    assert!(!mapping.contains("Inf3"), "{mapping}");
}

/// The adapter on a running sandbox, as a run has it.
mod adapter {
    use samband::systems::business::{Business, BusinessConfig, Login, TcpDial};
    use samband::systems::{Create, RecordName, Row, Secret, Select, SelectField, System, SystemClock};
    use samband::value::{Type, Value};
    use std::path::Path;
    use std::sync::Arc;

    fn select(record: &str, fields: &[(&str, Type)]) -> Select {
        let field = |(name, ty): &(&str, Type)| SelectField {
            name: (*name).to_owned(),
            ty: ty.clone(),
            blank_is_nothing: false,
            of: None,
        };
        let record = RecordName { name: record.to_owned(), index: None };
        Select { record, scope: Vec::new(), fields: fields.iter().map(field).collect() }
    }

    fn create(select: Select, values: &[(&str, i64)], number: &str) -> Create {
        Create {
            select,
            values: values.iter().map(|(name, value)| ((*name).to_owned(), Value::Int(*value))).collect(),
            numbers: vec![number.to_owned()],
            identity: None,
            parts: Vec::new(),
            children: Vec::new(),
            joins: Vec::new(),
        }
    }

    /// An order of one line, 1000 without VAT, that is made or looked up: number, paid, invoice number.
    pub fn order(line: &serde_json::Value, certificate: &Path, id: Option<&str>) -> Row {
        let text = |name: &str| line["business"][name].as_str().expect("a text").to_owned();
        let login = Login::Sql { user: text("user"), password: Secret::new(text("password")) };
        let server = text("server").replace("127.0.0.1", "localhost");
        let mut config = BusinessConfig::new(server, text("database"), login);
        config.ca_certificate = Some(certificate.to_owned());
        let mut adapter = Business::new(config, Arc::new(TcpDial::default()), Arc::new(SystemClock));
        let orders = select("Ord", &[("OrdNo", Type::Int), ("isPaid", Type::Bool), ("invoiceNumber", Type::Int)]);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            adapter.open(std::slice::from_ref(&orders)).await.expect("opened");
            if let Some(id) = id {
                return adapter.fetch(&orders, &[id.to_owned()]).await.expect("looked up").remove(0);
            }
            let mut line = create(select("OrdLn", &[("LnNo", Type::Int)]), &[("NoInvoAb", 4), ("Price", 250)], "LnNo");
            line.joins = vec![("OrdNo".to_owned(), "OrdNo".to_owned())];
            let mut order = create(orders, &[("CustNo", 10_000), ("TrTp", 1), ("OrdTp", 1)], "OrdNo");
            order.children.push(line);
            adapter.create(&order).await.expect("created")
        })
    }
}

/// A piece of the accountant's work in the sandbox of `try`; its line, or else its message.
fn hand(folder: &Path, args: &[&str]) -> Result<Value, String> {
    let output = Command::new(env!("CARGO_BIN_EXE_samband"))
        .args(["sandbox", "--dir", "try"])
        .args(args)
        .current_dir(folder)
        .output()
        .expect("run");
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.success() { Ok(serde_json::from_slice(&output.stdout).expect("JSON")) } else { Err(error) }
}

#[test]
fn the_accountant_works_in_a_running_sandbox() {
    let folder = tempfile::tempdir().expect("a folder");
    assert!(hand(folder.path(), &["reverse", "20001"]).expect_err("none").contains("there is no sandbox in"));
    let sandbox = start(folder.path(), &["--dir", "try"]);
    let posted = hand(
        folder.path(),
        &["voucher", "--project", "5001", "--account", "4500", "--amount", "1200.40", "--text", "Leie"],
    );
    let posted = posted.expect("posted");
    assert_eq!((&posted["amount"], &posted["vat"]), (&Value::from("1200.40"), &Value::from("300.10")));
    let number = posted["voucher"].to_string();
    assert_eq!(hand(folder.path(), &["reverse", &number]).expect("reversed")["lines"], 3);
    for (args, said) in [
        (vec!["reverse", number.as_str()], "is reversed already"),
        (vec!["reverse", "1"], "there is no voucher 1"),
        (vec!["invoice", "4711"], "there is no order 4711"),
        (vec!["invoice", "4711", "--share", "0"], "0% is no share"),
        (vec!["invoice", "4711", "--share", "half"], "a share is written as `50%`"),
        (vec!["pay", "70001"], "there is no invoice 70001"),
        (vec!["voucher", "--project", "9", "--account", "4300", "--amount", "1"], "there is no project 9 in R2"),
        (vec!["voucher", "--project", "5001", "--account", "1", "--amount", "1"], "there is no account 1"),
        (vec!["voucher", "--project", "5001", "--account", "4300", "--amount", "1.005"], "1.005 is no amount of money"),
        (vec!["--seed", "3", "pay", "70001"], "are for starting a sandbox"),
    ] {
        let error = hand(folder.path(), &args).expect_err("refused");
        assert!(error.contains(said), "{args:?}: {error}");
    }
    let order = adapter::order(&sandbox.line, &folder.path().join("try/sandbox-ca.pem"), None);
    let invoiced = hand(folder.path(), &["invoice", &order.id, "--share", "50%"]).expect("invoiced");
    assert_eq!((&invoiced["total"], &invoiced["more_to_invoice"]), (&Value::from("625.00"), &Value::from(true)));
    let rest = hand(folder.path(), &["invoice", &order.id, "--keep-order", "no"]).expect("invoiced");
    assert_eq!((&rest["invoice"], &rest["order_left"]), (&Value::from("70002"), &Value::from(true)));
    assert_eq!(hand(folder.path(), &["pay", "70001", "--amount", "600"]).expect("paid")["open"], "25.00");
    for invoice in ["70001", "70002"] {
        hand(folder.path(), &["pay", invoice]).expect("paid");
    }
    let seen = adapter::order(&sandbox.line, &folder.path().join("try/sandbox-ca.pem"), Some(&order.id));
    assert_eq!(seen.values[1..], [samband::value::Value::Bool(true), samband::value::Value::Int(70_002)]);
    drop(sandbox);
    assert!(hand(folder.path(), &["pay", "70001"]).expect_err("nobody").contains("does not answer at"));
}

#[test]
fn a_project_of_somebody_else_is_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("samband.yaml"), "mapping: ours\n").expect("written");
    assert!(refused(folder.path(), &["--dir", "."]).contains("not a sandbox's"));
    assert_eq!(std::fs::read_to_string(folder.path().join("samband.yaml")).expect("there"), "mapping: ours\n");
    assert!(!folder.path().join(".sandbox").exists());
}

#[cfg(unix)]
#[test]
fn interrupted_it_keeps_what_it_has_and_ends_well() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut sandbox = start(folder.path(), &["--dir", "try"]);
    let sent = Command::new("kill").args(["-INT", &sandbox.child.id().to_string()]).status().expect("kill");
    assert!(sent.success());
    assert_eq!(sandbox.child.wait().expect("it ends").code(), Some(0));
    assert!(folder.path().join("try/.sandbox/severa.json").exists());
}
