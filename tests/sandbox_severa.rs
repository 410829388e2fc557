//! The sandbox's Severa server, over a real socket and in process, checked against the vendor's document.
#![cfg(feature = "run")]

#[path = "support/contract.rs"]
mod contract;

#[path = "sandbox_severa/access.rs"]
mod access;
#[path = "sandbox_severa/client.rs"]
mod client;
#[path = "sandbox_severa/invoices.rs"]
mod invoices;
#[path = "sandbox_severa/lists.rs"]
mod lists;
#[path = "sandbox_severa/routes.rs"]
mod routes;
#[path = "sandbox_severa/seed.rs"]
mod seed;
#[path = "sandbox_severa/writes.rs"]
mod writes;
