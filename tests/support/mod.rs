//! What several tests share.
#![allow(dead_code, reason = "each test uses its own part")]

pub mod figures;
pub mod mapping;
#[cfg(feature = "run")]
pub mod memory;
