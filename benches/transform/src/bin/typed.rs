//! serde_json into borrowed structs: the practical limit of hand-written Rust.
use samband_bench_transform::*;
fn main() {
    let t = table();
    lines(|l, mut w| {
        let h: Hour = serde_json::from_slice(l).expect("record");
        if h.is_approved {
            serde_json::to_writer(&mut w, &row(&h, &t)).expect("row");
            w.write_all(b"\n").expect("write");
        }
    });
}
