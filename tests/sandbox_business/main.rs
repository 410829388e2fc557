//! The sandbox's SQL Server, over real sockets, with tiberius and with a second client.
#![cfg(feature = "run")]

mod client;
mod errors;
mod login;
mod other_clients;
mod statements;
mod transactions;
