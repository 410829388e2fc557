//! `samband` keeps Severa and Visma Business in step, by mapping files.
//!
//! The layers, from the text of a mapping to the run, are described in ARCHITECTURE.md.

#![forbid(unsafe_code)]

pub mod diag;
#[cfg(feature = "run")]
pub mod sandbox;
pub mod schema;
pub mod source;
pub mod syntax;
#[cfg(feature = "run")]
pub mod systems;
pub mod value;
