//! Laws of the language that hold for any input, tried on invented ones.
//!
//! `SAMBAND_LAW_CASES=N` tries N cases of each law instead of the few that fit into every test
//! run; `SAMBAND_LAW_SEED=N` begins with another case. A law that fails names the seed of its
//! case, and the case after proptest has made it as small as it can.

#[path = "laws/answers.rs"]
mod answers;
#[path = "laws/breaking.rs"]
mod breaking;
#[path = "laws/layout.rs"]
mod layout;
#[path = "laws/memo.rs"]
mod memo;
#[path = "laws/positions.rs"]
mod positions;
#[path = "laws/recovery.rs"]
mod recovery;
#[path = "support/front.rs"]
mod support;

use proptest::collection::vec;
use proptest::prelude::any;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use support::choices::Choices;

/// What a case came to.
enum Case {
    Held,
    /// It was not one of the law's: nothing was broken after all.
    Other,
}

/// Tries a law on `cases` inventions of up to `bytes` choices; at least a third of them must be of its kind.
fn law(name: &str, cases: u64, bytes: usize, holds: impl Fn(&mut Choices<'_>) -> Result<Case, String>) {
    let number = |name: &str| std::env::var(name).ok().and_then(|value| value.parse::<u64>().ok());
    let cases = number("SAMBAND_LAW_CASES").unwrap_or(cases);
    let first = number("SAMBAND_LAW_SEED").unwrap_or(0);
    let held = std::cell::Cell::new(0_u64);
    for seed in first..first + cases {
        let config = Config { cases: 1, max_shrink_iters: 400, failure_persistence: None, ..Config::default() };
        let bits: Vec<u8> = seed.to_le_bytes().into_iter().chain(name.bytes()).chain([0; 32]).take(32).collect();
        let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bits));
        let tried = runner.run(&vec(any::<u8>(), 0..bytes), |bytes| {
            match holds(&mut Choices::new(&bytes)).map_err(TestCaseError::fail)? {
                Case::Held => held.set(held.get() + 1),
                Case::Other => {}
            }
            Ok(())
        });
        match tried {
            Ok(()) => {}
            Err(TestError::Fail(reason, _)) => {
                panic!("{name}: {reason}\n\nagain by SAMBAND_LAW_SEED={seed} SAMBAND_LAW_CASES=1")
            }
            Err(TestError::Abort(reason)) => panic!("{name}: {reason}"),
        }
    }
    assert!(
        cases < 10 || held.get() * 3 >= cases,
        "{name}: only {} of {cases} cases were of the law's kind",
        held.get()
    );
}

/// Files that are right: the standard mapping, a customer's, and those of other tests.
fn right_files() -> Vec<(&'static str, &'static str)> {
    let mut files: Vec<_> = samband::standard::FILES.to_vec();
    files.push(("acme.mapping", ACME));
    files
}

const ACME: &str = include_str!("../mappings/examples/acme/acme.mapping");
