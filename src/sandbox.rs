//! Stand-ins for the two systems, for the demonstration, the tests and anyone who wants to try a mapping without either of them.

pub mod business;
