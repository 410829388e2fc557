//! What an accountant does in Visma Business, as functions over any SQL connection to a company: invoice
//! an order, receive a payment, post a purchase invoice, reverse a voucher.
//!
//! Visma Business does this by its own programs, which is why the adapter never writes ledgers. Here it
//! makes a sandbox's company look as those programs would leave it, as far as the facts tell: numbers on
//! the order and its lines, rows in the customers' and the general ledger, open entries while there is
//! something open. Each function is one transaction, its amounts are exact to the cent, and every
//! voucher's lines add up to zero. GUESS: account numbers, voucher types and series are the seed's.

mod connect;
mod invoice;
mod pay;
mod posting;
mod reverse;
mod sql;
mod voucher;

pub use connect::{Access, connect};
pub use invoice::{Invoice, Invoiced, invoice};
pub use pay::{Paid, Payment, pay};
pub use reverse::{Reversed, reverse};
pub use sql::{Sql, Stream};
pub use voucher::{Purchase, Voucher, voucher};

use rust_decimal::{Decimal, RoundingStrategy};
use std::fmt;

/// Why something was not done; nothing of it is in the company then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What is wrong, in one sentence without full stop.
    pub what: String,
    /// What to do; blank where there is nothing to say.
    pub help: String,
}

impl Refusal {
    fn new(what: impl Into<String>, help: impl Into<String>) -> Self {
        Self { what: what.into(), help: help.into() }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for Refusal {}

/// The accounts of the seed's plan, which follows the Norwegian standard.
mod accounts {
    pub const RECEIVABLES: i64 = 1500;
    pub const BANK: i64 = 1920;
    pub const PAYABLES: i64 = 2400;
    pub const OUTGOING_VAT: i64 = 2700;
    pub const INCOMING_VAT: i64 = 2710;
    pub const SALES: i64 = 3000;
    pub const SALES_WITHOUT_VAT: i64 = 3100;
}

/// To the cent, halves away from zero.
fn cents(amount: Decimal) -> Decimal {
    amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
}

/// An amount as it is told: always with two decimals.
fn told(mut amount: Decimal) -> Decimal {
    amount.rescale(2);
    amount
}

/// An amount of money that somebody gave.
fn money(amount: Decimal) -> Result<Decimal, Refusal> {
    if amount.normalize().scale() > 2 {
        return Err(Refusal::new(format!("{amount} is no amount of money"), "give at most two decimals"));
    }
    Ok(amount.normalize())
}
