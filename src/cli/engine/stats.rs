//! What a run cost, for `--stats`.

use crate::run::Stats;
use crate::systems::meter::{Meter, Route};
use serde_json::{Value as Json, json};
use std::fmt::Write;
use std::time::Duration;

/// What the process itself has taken so far.
struct Process {
    cpu: Duration,
    /// The most memory that it held at any time, in bytes; nothing where the system does not tell.
    peak: Option<u64>,
}

impl Process {
    fn now() -> Self {
        Self { cpu: cpu_time::ProcessTime::now().as_duration(), peak: peak() }
    }
}

/// Linux tells; for other systems no crate that is well kept does.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kib * 1024)
}

fn seconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1000.0).round() / 1000.0
}

/// The table for people.
pub fn table(stats: &Stats) -> String {
    let process = Process::now();
    let mut text = String::new();
    let phases: Vec<String> =
        stats.phases.each().iter().map(|(word, time)| format!("{word} {:.3} s", seconds(*time))).collect();
    let _ = writeln!(text, "\ntime       {}", phases.join(", "));
    let peak =
        process.peak.map_or_else(|| "not told by this system".to_owned(), |bytes| format!("{} MiB", bytes >> 20));
    let _ = writeln!(text, "process    {:.3} s of CPU, at most {peak} of memory", seconds(process.cpu));
    let _ = writeln!(text, "\n{:<52} {:>9} {:>10} {:>12} {:>12}", "", "requests", "rows", "bytes out", "bytes in");
    for (title, meter) in [("Severa", &stats.severa), ("Visma Business", &stats.business)] {
        line(&mut text, title, meter.sum());
        for (route, counts) in &meter.routes {
            line(&mut text, &format!("  {route}"), *counts);
        }
        if !meter.waited.is_zero() {
            let _ = writeln!(text, "  waited {:.3} s for the quota", seconds(meter.waited));
        }
    }
    text
}

fn line(text: &mut String, title: &str, Route { requests, rows, bytes_out, bytes_in }: Route) {
    let _ = writeln!(text, "{title:<52} {requests:>9} {rows:>10} {bytes_out:>12} {bytes_in:>12}");
}

/// The same for programs.
pub fn document(stats: &Stats) -> Json {
    let process = Process::now();
    let phases: serde_json::Map<String, Json> =
        stats.phases.each().iter().map(|(word, time)| ((*word).to_owned(), json!(seconds(*time)))).collect();
    let side =
        |meter: &Meter| json!({"total": meter.sum(), "routes": meter.routes, "waited_seconds": seconds(meter.waited)});
    json!({
        "phases": phases,
        "cpu_seconds": seconds(process.cpu),
        "peak_memory_bytes": process.peak,
        "severa": side(&stats.severa),
        "business": side(&stats.business),
    })
}
