//! From text to tree: outline, statements, and the formatter.

pub mod allow;
pub mod ast;
mod format;
mod grammar;
pub mod outline;
mod parse;

pub use format::{Formatted, format, parse_with_layout};
pub use parse::{EDITIONS, LARGEST, parse};
