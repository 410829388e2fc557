//! From text to tree: outline, statements, and the formatter.

pub mod ast;
