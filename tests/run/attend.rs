//! Whoever is not looking hears of a run: log files and the webhook.

use super::{Ran, samband, sandbox};
use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

/// A listener that keeps what is posted to it; the secret part of its address comes along.
fn webhook() -> (String, Receiver<Value>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("http://{}/canary-of-the-webhook", listener.local_addr().expect("its address"));
    let (send, heard) = channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = BufReader::new(stream.expect("a caller"));
            let mut length = 0;
            loop {
                let mut line = String::new();
                stream.read_line(&mut line).expect("a header");
                if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().expect("a length");
                }
                if line.trim().is_empty() {
                    break;
                }
            }
            let mut body = vec![0; length];
            stream.read_exact(&mut body).expect("the body");
            let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
            stream.get_mut().write_all(answer).expect("answered");
            if send.send(serde_json::from_slice(&body).expect("JSON")).is_err() {
                return;
            }
        }
    });
    (address, heard)
}

fn heard(of: &Receiver<Value>) -> Option<Value> {
    of.recv_timeout(Duration::from_millis(200)).ok()
}

fn append(path: &Path, text: &str) {
    let before = fs::read_to_string(path).expect("the file");
    fs::write(path, before + text).expect("written");
}

/// Runs, and looks whether the webhook's address shows anywhere.
fn run(folder: &Path) -> Ran {
    let ran = samband(folder, &["run", "--entity", "Customer"]);
    assert!(!format!("{}{}", ran.out, ran.err).contains("canary"), "{}{}", ran.out, ran.err);
    ran
}

#[test]
fn a_run_is_told_to_the_webhook_and_kept_in_the_log() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path();
    let both = sandbox(path);
    let (address, told) = webhook();
    let settings = path.join("samband.yaml");
    append(&path.join("sandbox.env"), &format!("SAMBAND_WEBHOOK={address}\n"));
    append(
        &settings,
        "log: { dir: logs, keep: 2 }\nnotify: { webhook: { env: SAMBAND_WEBHOOK }, on: [failed, held, done] }\n",
    );

    // What is held for the first time is told, by entity and reason, without a name.
    let ran = run(path);
    assert_eq!(ran.code, Some(5), "{}", ran.err);
    let message = heard(&told).expect("it is told");
    assert_eq!(message["event"], "held", "{message}");
    assert_eq!((&message["exit"], &message["run"]), (&5.into(), &1.into()), "{message}");
    assert_eq!(message["newly_held"][0], serde_json::json!({"entity": "Customer", "code": "same-name", "count": 2}));
    let text = message["text"].as_str().expect("a text");
    assert!(
        text.contains("(F0001) is done; newly held 4 records: 2 Customer (same-name), 2 Customer (same-number)"),
        "{text}"
    );
    assert!(!message.to_string().contains("Polarlys"), "{message}");

    // The same ones again are no news; that the run is done was asked for.
    assert_eq!(run(path).code, Some(5));
    let message = heard(&told).expect("it is told");
    assert_eq!((&message["event"], &message["held"]), (&"done".into(), &4.into()), "{message}");

    // A system that is down is told once, however often it is tried.
    drop(both);
    for round in 0..3 {
        let ran = run(path);
        assert_eq!(ran.code, Some(3), "{}", ran.err);
        let message = heard(&told);
        assert_eq!(message.is_some(), round == 0, "{message:?}");
        if let Some(message) = message {
            assert_eq!(message["event"], "failed", "{message}");
            assert!(message["text"].as_str().is_some_and(|text| text.contains("no connection")), "{message}");
        }
    }

    // A run that cannot even begin is told too, and stands in the list of runs.
    append(&settings, "limits: { changes: many }\n");
    let ran = run(path);
    assert_eq!(ran.code, Some(1), "{}", ran.err);
    let message = heard(&told).expect("it is told");
    assert!(message["text"].as_str().is_some_and(|text| text.contains("the mapping has faults")), "{message}");
    let kept = fs::read_to_string(&settings).expect("the settings").replace("limits: { changes: many }\n", "");
    fs::write(&settings, &kept).expect("written");
    let status = samband(path, &["status"]).out;
    assert!(status.contains("the mapping has faults") && status.contains("could not begin"), "{status}");

    // That nobody listens changes nothing about the run; the address is in no message.
    append(&path.join("sandbox.env"), "SAMBAND_WEBHOOK=http://127.0.0.1:1/canary-of-the-webhook\n");
    let ran = run(path);
    assert_eq!(ran.code, Some(3));
    assert!(ran.err.contains("the webhook of `notify` could not be told"), "{}", ran.err);

    // All of it is in the log, with its time.
    let logs: Vec<_> =
        fs::read_dir(path.join("logs")).expect("the folder").map(|file| file.expect("a file").path()).collect();
    assert!((1..=2).contains(&logs.len()), "one a day: {logs:?}");
    let log: String = logs.iter().map(|file| fs::read_to_string(file).expect("a log")).collect();
    for wanted in [
        "run run=1",
        "held entity=\"Customer\"",
        "create entity=\"Customer\"",
        "done, records are held",
        "no connection",
    ] {
        assert!(log.contains(wanted), "no `{wanted}` in {log}");
    }
    assert!(!log.contains("canary"), "{log}");
    assert!(log.lines().all(|line| line.starts_with("20")), "{log}");
}

#[test]
fn a_log_that_cannot_be_kept_stops_the_run_before_it_begins() {
    let folder = tempfile::tempdir().expect("a folder");
    let both = sandbox(folder.path());
    fs::write(folder.path().join("logs"), "a file").expect("written");
    append(&folder.path().join("samband.yaml"), "log: { dir: logs }\n");
    let ran = samband(folder.path(), &["run"]);
    assert_eq!(ran.code, Some(4), "{}", ran.err);
    assert!(ran.err.contains("the log cannot be kept in") && ran.err.contains("log.dir"), "{}", ran.err);
    assert!(!folder.path().join("state.db").exists());
    drop(both);
}
