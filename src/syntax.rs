//! From text to tree: outline, statements, and the formatter.

pub mod ast;
mod grammar;
pub mod outline;
mod parse;

pub use parse::parse;
