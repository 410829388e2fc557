//! What tests counted: one line a test, shown at once and kept in `target/figures` for whoever sums them up.

use std::io::Write;
use std::path::Path;

/// Says a line whether the test passes or not, and keeps it as `target/figures/NAME.txt`.
pub fn say(name: &str, line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("the folder for tests lies in the target's");
    let folder = target.join("figures");
    std::fs::create_dir_all(&folder).expect("the target folder can be written");
    std::fs::write(folder.join(format!("{name}.txt")), format!("{line}\n")).expect("the target folder can be written");
}
