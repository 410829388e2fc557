//! The laws of the tests, for the fuzz targets: tests/support is compiled by both.

#[path = "../../tests/support/any_input.rs"]
pub mod any_input;
#[path = "../../tests/support/choices.rs"]
pub mod choices;
#[path = "../../tests/support/invent.rs"]
pub mod invent;

/// Stops at an input for which a law does not hold.
pub fn must(holds: Result<(), any_input::Broken>) {
    if let Err(why) = holds {
        panic!("{why}");
    }
}
