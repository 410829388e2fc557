//! What an accountant does in a running sandbox's Visma Business: `samband sandbox invoice` and its like.

use super::home::Home;
use crate::cli::exit::{Exit, Failure};
use crate::cli::output;
use crate::sandbox::accountant::{self, Access, Invoice, Payment, Purchase, Refusal};
use jiff::civil::Date;
use rust_decimal::Decimal;

/// The accountant's work, one piece a command.
#[derive(Debug, clap::Subcommand)]
pub enum Hand {
    /// Finish and invoice an order of the running sandbox, wholly or in part.
    Invoice {
        /// The order's number in Visma Business.
        order: i64,
        /// How much of what is left of each line.
        #[arg(long, value_name = "PERCENT", value_parser = percent, default_value = "100%")]
        share: Decimal,
        /// Whether the order stays in Visma Business' table of orders once all of it is invoiced.
        #[arg(long, action = clap::ArgAction::Set, value_name = "yes|no", value_parser = clap::builder::BoolishValueParser::new(), default_value = "yes")]
        keep_order: bool,
        /// The invoice's date; without it today.
        #[arg(long, value_name = "YYYY-MM-DD")]
        date: Option<Date>,
    },
    /// Let the customer pay an invoice, or a part of it.
    Pay {
        /// The invoice's number.
        invoice: String,
        /// In the invoice's currency; without it all that is open.
        #[arg(long, allow_negative_numbers = true)]
        amount: Option<Decimal>,
        /// When it was paid; without it today.
        #[arg(long, value_name = "YYYY-MM-DD")]
        date: Option<Date>,
    },
    /// Post a purchase invoice with a project.
    Voucher {
        /// The project's number in Visma Business.
        #[arg(long)]
        project: String,
        /// The account of the cost.
        #[arg(long)]
        account: i64,
        /// The cost without VAT; below zero for a credit note.
        #[arg(long, allow_negative_numbers = true)]
        amount: Decimal,
        /// What was bought.
        #[arg(long)]
        text: Option<String>,
        /// Who sold it; without it the first supplier.
        #[arg(long)]
        supplier: Option<i64>,
        /// Which of the organisational units 1 to 12 holds projects.
        #[arg(long, default_value_t = 2)]
        unit: u8,
        /// The invoice's date; without it today.
        #[arg(long, value_name = "YYYY-MM-DD")]
        date: Option<Date>,
    },
    /// Reverse a purchase voucher: its lines again with the other sign.
    Reverse {
        /// The voucher's number.
        voucher: i64,
    },
}

/// `50%`, or `50`.
fn percent(text: &str) -> Result<Decimal, String> {
    let number = text.trim().trim_end_matches('%').trim_end();
    number.parse().map_err(|_| "a share is written as `50%`".to_owned())
}

/// Does it in the running sandbox of a folder; what came of it goes to stdout.
pub fn main(hand: &Hand, home: &Home) -> Result<Exit, Failure> {
    let Some(made) = home.made()? else {
        let what = format!("there is no sandbox in {}", home.folder.display());
        return Err(Failure::new(Exit::Usage, what, "start one with `samband sandbox`, or name its folder with --dir"));
    };
    let access = Access {
        server: made.access.business.clone(),
        database: made.access.database.clone(),
        user: made.access.user.clone(),
        password: made.access.password.clone(),
        certificate: Some(home.certificate()),
    };
    let runtime = crate::cli::runtime::start()?;
    runtime.block_on(async {
        let mut client = accountant::connect(&access).await.map_err(|refusal| failure(refusal, Exit::System))?;
        carry_out(hand, &mut client).await
    })?;
    Ok(Exit::Done)
}

async fn carry_out<S: accountant::Stream>(hand: &Hand, client: &mut accountant::Sql<S>) -> Result<(), Failure> {
    let refused = |refusal| failure(refusal, Exit::Usage);
    match hand {
        Hand::Invoice { order, share, keep_order, date } => {
            let wanted = Invoice { order: *order, share: *share, keep_order: *keep_order, date: *date };
            output::json(&accountant::invoice(client, &wanted).await.map_err(refused)?)
        }
        Hand::Pay { invoice, amount, date } => {
            let wanted = Payment { invoice: invoice.clone(), amount: *amount, date: *date };
            output::json(&accountant::pay(client, &wanted).await.map_err(refused)?)
        }
        Hand::Voucher { project, account, amount, text, supplier, unit, date } => {
            let wanted = Purchase {
                project: project.clone(),
                unit: *unit,
                account: *account,
                amount: *amount,
                text: text.clone(),
                supplier: *supplier,
                date: *date,
            };
            output::json(&accountant::voucher(client, &wanted).await.map_err(refused)?)
        }
        Hand::Reverse { voucher } => output::json(&accountant::reverse(client, *voucher).await.map_err(refused)?),
    }
}

fn failure(refusal: Refusal, exit: Exit) -> Failure {
    Failure::new(exit, refusal.what, refusal.help)
}
