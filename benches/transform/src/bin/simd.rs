//! simd-json (through serde) into borrowed structs.
use samband_bench_transform::*;
fn main() {
    let t = table();
    let mut b = simd_json::Buffers::new(8192);
    lines(|l, mut w| {
        let h: Hour = simd_json::serde::from_slice_with_buffers(l, &mut b).expect("record");
        if h.is_approved {
            serde_json::to_writer(&mut w, &row(&h, &t)).expect("row");
            w.write_all(b"\n").expect("write");
        }
    });
}
