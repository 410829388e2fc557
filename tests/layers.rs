//! The layers: an arrow goes down only, and only some of them touch the network, the disk or the clock.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// From the bottom up. A module may use those of its own line and of the lines above it here.
const LAYERS: &[&[&str]] = &[
    &["source", "value"],
    &["diag"],
    &["syntax", "schema"],
    // Functions stop a record in the program's words, and the program calls functions.
    &["systems", "functions", "program"],
    &["reader"],
    &["standard", "stream", "trial"],
    &["model"],
    &["settings", "project"],
    &["explain", "show"],
    &["plan", "state"],
    &["run"],
    &["preflight"],
    &["sandbox"],
    &["cli"],
];

fn files(dir: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).expect("a folder of the sources").flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, into);
        } else if path.extension().is_some_and(|e| e == "rs") {
            into.push(path);
        }
    }
}

fn sources() -> Vec<(String, String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    files(&root, &mut paths);
    paths
        .into_iter()
        .filter_map(|path| {
            let relative = path.strip_prefix(&root).ok()?;
            let first = relative.iter().next()?.to_str()?.trim_end_matches(".rs").to_owned();
            let name = relative.to_string_lossy().replace('\\', "/");
            let text = fs::read_to_string(&path).ok()?;
            Some((first, name, text))
        })
        .filter(|(module, ..)| module != "lib" && module != "main")
        .collect()
}

fn layer(module: &str) -> usize {
    LAYERS.iter().position(|l| l.contains(&module)).unwrap_or_else(|| panic!("`{module}` has no layer"))
}

#[test]
fn arrows_go_down_only() {
    let mut wrong = BTreeMap::new();
    for (module, name, text) in sources() {
        let own = layer(&module);
        for (number, line) in text.lines().enumerate() {
            for used in line.split("crate::").skip(1) {
                let used: String = used.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                if LAYERS.iter().any(|l| l.contains(&used.as_str())) && layer(&used) > own {
                    wrong.insert(
                        format!("{name}:{}", number + 1),
                        format!("`{module}` uses `{used}`, which lies above it"),
                    );
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn only_the_run_and_the_adapters_touch_the_network_and_only_state_its_file() {
    let mut wrong = Vec::new();
    for (module, name, text) in sources() {
        let may_use_network = ["systems", "run", "sandbox", "cli"].contains(&module.as_str());
        let may_use_sqlite = ["state", "sandbox", "plan"].contains(&module.as_str());
        if !may_use_network && ["tokio::", "reqwest::", "tiberius::"].iter().any(|w| text.contains(w)) {
            wrong.push(format!("{name} touches the network"));
        }
        if !may_use_sqlite && text.contains("rusqlite::") {
            wrong.push(format!("{name} touches a database file"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_file_is_too_long_to_hold_in_the_head() {
    let long: Vec<_> = sources()
        .into_iter()
        .filter(|(_, _, text)| text.lines().count() > 460)
        .map(|(_, name, text)| (name, text.lines().count()))
        .collect();
    assert!(long.is_empty(), "{long:?}");
}
