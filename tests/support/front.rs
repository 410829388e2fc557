//! Inputs for the language's front end, for the tests that invent them.
#![allow(dead_code, reason = "each test uses its own part")]

pub mod adversaries;
pub mod any_input;
pub mod choices;
pub mod invent;
