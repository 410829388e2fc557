//! What the standard mapping promises, row by row: data on one side, a run over real sockets, and a look at
//! the other side through its own protocol, in each direction and under each master setting that matters.

#![cfg(feature = "run")]

mod costs;
mod customers;
mod edited;
mod employees;
mod hours;
mod invoices;
mod products;
mod projects;
mod systems;
mod units;
