//! sonic-rs into borrowed structs.
use samband_bench_transform::*;
fn main() {
    let t = table();
    lines(|l, w| {
        let h: Hour = sonic_rs::from_slice(l).expect("record");
        if h.is_approved {
            let mut s = sonic_rs::to_vec(&row(&h, &t)).expect("row");
            s.push(b'\n');
            w.write_all(&s).expect("write");
        }
    });
}
