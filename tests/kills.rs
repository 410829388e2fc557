//! The real program, killed at random moments of real runs over real sockets, while people work in both
//! systems and Severa loses replies: nothing is written twice and nothing is lost.
//!
//! `SAMBAND_KILLS=5000 cargo test --test kills` goes on for a night; `SAMBAND_KILL_SEED` picks other moments.

#![cfg(feature = "run")]

#[path = "preflight/bench.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod bench;
#[path = "support/figures.rs"]
mod figures;
#[path = "kills/peace.rs"]
mod peace;
#[path = "kills/people.rs"]
mod people;

use bench::Bench;
use people::People;
use samband::sandbox::business::{self, Disturbance, Request};
use samband::sandbox::severa::{FaultHook, Moment, Outcome, Response, World};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Numbers that a seed stands for (splitmix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (word ^ (word >> 31)) % end
    }
}

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// What happens to Severa's answers while it storms: one in thirty is lost, late or refused.
fn weather(seed: u64, storms: Arc<AtomicBool>, struck: Arc<AtomicU64>) -> FaultHook {
    let dice = Mutex::new(Dice(seed ^ 0x5e7e_4a00));
    Arc::new(move |trouble| {
        if !storms.load(Ordering::Relaxed) || trouble.request.path_and_query.contains("/token") {
            return Outcome::Pass;
        }
        let roll = dice.lock().expect("nobody panics with it").below(120);
        let outcome = match (trouble.moment, roll) {
            (Moment::Before, 0) => Outcome::Drop,
            (Moment::Before, 1) => Outcome::Answer(Response::text(503, "try again")),
            (Moment::After, 0 | 1) => Outcome::Drop,
            (Moment::After, 2) => Outcome::Delay(Duration::from_millis(150)),
            _ => return Outcome::Pass,
        };
        struck.fetch_add(1, Ordering::Relaxed);
        outcome
    })
}

/// What happens to connections to SQL Server meanwhile: one request in two hundred is cut off, half of them
/// after they took effect.
fn line(
    seed: u64,
    storms: Arc<AtomicBool>,
    struck: Arc<AtomicU64>,
) -> impl Fn(business::Moment, &Request<'_>) -> Disturbance {
    let dice = Mutex::new(Dice(seed ^ 0x7d5));
    move |_, _| {
        let is_cut = storms.load(Ordering::Relaxed) && dice.lock().expect("nobody panics with it").below(400) == 0;
        if !is_cut {
            return Disturbance::None;
        }
        struck.fetch_add(1, Ordering::Relaxed);
        Disturbance::Cut
    }
}

/// Starts a run and kills it after so long; answers how it ended if it was faster.
fn run_until(folder: &Path, life: Duration) -> Option<ExitStatus> {
    let mut child = Command::new(env!("CARGO_BIN_EXE_samband"))
        .arg("run")
        .current_dir(folder)
        .env_remove("SAMBAND_LOG")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    let end = Instant::now() + life;
    while Instant::now() < end {
        if let Some(status) = child.try_wait().expect("it can be asked") {
            return Some(status);
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    child.kill().expect("it can be killed");
    child.wait().expect("it has ended");
    None
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_run_writes_nothing_twice_and_loses_nothing() {
    let (kills, seed) = (number("SAMBAND_KILLS", 100), number("SAMBAND_KILL_SEED", 1));
    let (storms, struck) = (Arc::new(AtomicBool::new(true)), Arc::new(AtomicU64::new(0)));
    let cut = Arc::new(AtomicU64::new(0));
    let mut world: Option<World> = None;
    let bench = Bench::start(|setup| {
        // The sandbox promises that nothing is at work any more after 200 ms.
        setup.settings("requests_per_second: 1000", "requests_per_second: 1000\n  settle_time: 250 ms");
        setup.settings("time_zone: Europe/Oslo", "time_zone: Europe/Oslo\n  settle_time: 250 ms");
        setup.severa.fault = Some(weather(seed, Arc::clone(&storms), Arc::clone(&struck)));
        setup.business.hook = Some(Arc::new(line(seed, Arc::clone(&storms), Arc::clone(&cut))));
        world = Some(setup.world.clone());
    })
    .await;
    let mut people = People::new(world.expect("a tenant"), bench.business.company().clone(), Dice(seed));
    let (mut killed, mut finished) = (0, 0);
    let longest = Arc::new(Mutex::new(Duration::from_millis(1_500)));
    while killed < kills {
        people.work();
        // Short lives and long ones; every eighth is left to end.
        let life = match people.dice.below(8) {
            0 => Duration::from_secs(120),
            _ => {
                let most = longest.lock().expect("nobody panics with it").as_millis() as u64;
                Duration::from_millis(people.dice.below(most.max(1)))
            }
        };
        let (folder, begun) = (bench.folder.path().to_owned(), Instant::now());
        match tokio::task::block_in_place(|| run_until(&folder, life)) {
            None => killed += 1,
            Some(status) => {
                finished += 1;
                assert!(status.code().is_some(), "seed {seed}: a run broke off by itself: {status}");
                *longest.lock().expect("nobody panics with it") = begun.elapsed();
            }
        }
    }
    storms.store(false, Ordering::Relaxed);
    peace::restored(&bench, &people, seed);
    let (struck, cut) = (struck.load(Ordering::Relaxed), cut.load(Ordering::Relaxed));
    figures::say(
        "kills",
        &format!(
            "kills: {killed} survived, {finished} runs ended between them, {struck} answers of Severa lost, late or refused, {cut} connections to SQL Server cut, 0 violations"
        ),
    );
}
