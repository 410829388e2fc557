//! `samband` keeps Severa and Visma Business in step, by mapping files.
//!
//! The layers, from the text of a mapping to the run, are described in ARCHITECTURE.md.

#![forbid(unsafe_code)]

pub mod cli;
pub mod diag;
pub mod explain;
pub mod functions;
pub mod model;
#[cfg(feature = "run")]
pub mod plan;
#[cfg(feature = "run")]
pub mod preflight;
pub mod program;
pub mod project;
pub mod reader;
#[cfg(feature = "run")]
pub mod run;
#[cfg(feature = "run")]
pub mod sandbox;
pub mod schema;
pub mod settings;
pub mod show;
pub mod source;
pub mod standard;
#[cfg(feature = "run")]
pub mod state;
pub mod stream;
pub mod syntax;
pub mod systems;
pub mod trial;
pub mod value;
