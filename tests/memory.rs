//! What the hardest inputs cost in memory: no file of up to a megabyte takes 64 MB to check.
//!
//! `SAMBAND_LAW_SIZE=1000000` measures files of that size; every test run takes smaller ones, with
//! a limit that grows with them.

#[path = "support/front.rs"]
mod support;

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use support::{adversaries, any_input};

/// Counts the bytes in use and the most there ever were.
struct Counting;

static NOW: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

fn taken(bytes: usize) {
    let now = NOW.fetch_add(bytes, Relaxed) + bytes;
    PEAK.fetch_max(now, Relaxed);
}

// SAFETY: everything is done by the system's allocator; only sizes are counted here.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        taken(layout.size());
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), Relaxed);
        unsafe { System.dealloc(at, layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        taken(size);
        NOW.fetch_sub(layout.size(), Relaxed);
        unsafe { System.realloc(at, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Of a file of a megabyte; a smaller one may take as much as its part of it, and what a check
/// takes in any case: the standard mapping and the schemas of both systems.
const LIMIT: usize = 64 << 20;
const ANY_CASE: usize = 8 << 20;

#[test]
fn no_input_takes_much_memory() {
    let size = std::env::var("SAMBAND_LAW_SIZE").ok().and_then(|s| s.parse().ok()).unwrap_or(20_000_usize);
    any_input::over_standard("");
    let limit = (ANY_CASE + LIMIT / 1_000_000 * size).min(LIMIT);
    let mut over = Vec::new();
    for (name, text) in adversaries::all(size) {
        for (what, run) in [("check", check as fn(&str)), ("fmt", format)] {
            let before = NOW.load(Relaxed);
            PEAK.store(before, Relaxed);
            let began = std::time::Instant::now();
            run(&text);
            let peak = PEAK.load(Relaxed) - before;
            if std::env::var_os("SAMBAND_LAW_TIMES").is_some() {
                eprintln!("{:7} KB {:6} ms {what:6} {name}", peak >> 10, began.elapsed().as_millis());
            }
            if peak > limit {
                over.push(format!("{name} took {} KB to {what}", peak >> 10));
            }
        }
    }
    assert!(over.is_empty(), "over {} KB: {over:#?}", limit >> 10);
}

fn check(text: &str) {
    let (_, _, diagnostics) = any_input::over_standard(text);
    drop(diagnostics);
}

fn format(text: &str) {
    drop(samband::syntax::format(text));
}
