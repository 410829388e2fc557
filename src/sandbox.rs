//! Both systems for tests, the demo and a customer's CI: a Severa server that enforces the published contract, and the
//! data that both systems start with.

pub mod accountant;
pub mod business;
pub mod seed;
pub mod severa;
