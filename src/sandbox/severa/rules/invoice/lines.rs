//! From what is billable on a project to the rows of an invoice.

use super::decimal;
use crate::sandbox::severa::json::{Json, Members, object};
use crate::sandbox::severa::world::{Record, State};
use rust_decimal::Decimal;
use std::sync::Arc;

/// A row to be.
pub struct Line {
    row_type: &'static str,
    category: &'static str,
    code: Option<String>,
    description: Json,
    unit: Json,
    quantity: Decimal,
    price: Json,
    vat: Option<Decimal>,
    account: Json,
    /// What is billed by it: table and record, with the quantity that is billed of it.
    pub billed: Vec<(&'static str, Arc<Record>, Decimal)>,
}

impl Line {
    /// The members of the row at that place of the invoice.
    pub fn members(&self, invoice: &str, place: i64) -> Members {
        let code = self.code.iter().map(|code| code.as_str().into()).collect();
        Members::from([
            ("invoiceGuid".to_owned(), invoice.into()),
            ("rowType".to_owned(), self.row_type.into()),
            ("category".to_owned(), self.category.into()),
            ("code".to_owned(), Json::List(code)),
            ("description".to_owned(), self.description.clone()),
            ("measurementUnit".to_owned(), self.unit.clone()),
            ("quantity".to_owned(), self.quantity.into()),
            ("unitPrice".to_owned(), self.price.clone()),
            ("vatRate".to_owned(), self.vat.into()),
            ("salesAccount".to_owned(), self.account.clone()),
            ("sortOrder".to_owned(), place.into()),
            ("hasInvoiceComment".to_owned(), false.into()),
        ])
    }
}

/// What is billable on a project, as rows. Hours of one work type at one price become one row; fees and travel expenses
/// become a row each (GUESS: Severa lets each customer choose the grouping). `vat` is the rate of what names none.
pub fn of_project(state: &State, project: &str, today: &str, vat: Option<Decimal>, currency: &Json) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let open = |table: &str| -> Vec<Arc<Record>> {
        let all = state.children(table, "project", project);
        all.into_iter().filter(|record| is_open(state, table, record, today)).cloned().collect()
    };
    for hour in open("workhours") {
        let kind = hour.reference("workType").and_then(|guid| state.record("worktypes", guid));
        let line = Line {
            row_type: "Hours",
            category: "Hours",
            code: kind.and_then(|kind| kind.text("code")).map(str::to_owned),
            description: text(&hour, "invoiceRowDescription").or_else(|| text(kind?, "name")).into(),
            unit: "h".into(),
            quantity: quantity(&hour, "plannedInvoiceQuantity"),
            price: price(&hour, currency),
            vat,
            account: account(state, kind.map(AsRef::as_ref)),
            billed: Vec::new(),
        };
        let work_type =
            |line: &Line| line.billed.first().and_then(|(_, hour, _)| hour.reference("workType").map(str::to_owned));
        let like = |held: &&mut Line| {
            held.row_type == "Hours"
                && work_type(held).as_deref() == hour.reference("workType")
                && held.price == line.price
                && held.description == line.description
        };
        let quantity = line.quantity;
        match lines.iter_mut().find(like) {
            Some(held) => {
                held.quantity += quantity;
                held.billed.push(("workhours", Arc::clone(&hour), quantity));
            }
            None => lines.push(Line { billed: vec![("workhours", Arc::clone(&hour), quantity)], ..line }),
        }
    }
    for (table, member, sources, row_type, category) in [
        ("projectfees", "product", "products", "ProjectFees", "ProjectFees"),
        ("projecttravelexpenses", "travelExpense", "travelexpensetypes", "TravelExpenses", "Travels"),
    ] {
        for cost in open(table) {
            let source = cost.reference(member).and_then(|guid| state.record(sources, guid));
            let quantity = quantity(&cost, "invoiceQuantity");
            let own = Some(account(state, Some(&cost))).filter(|account| !account.is_null());
            lines.push(Line {
                row_type,
                category,
                code: source.and_then(|source| source.text("code")).map(str::to_owned),
                description: text(&cost, "invoiceRowDescription")
                    .or_else(|| text(&cost, "name"))
                    .or_else(|| text(source?, "name"))
                    .into(),
                unit: text(&cost, "measurementUnit").into(),
                quantity,
                price: price(&cost, currency),
                vat: decimal(cost.body.get("vatRate")).or(vat),
                account: own.unwrap_or_else(|| account(state, source.map(AsRef::as_ref))),
                billed: vec![(table, Arc::clone(&cost), quantity)],
            });
        }
    }
    lines
}

/// Whether it is to be billed: billable, on no invoice, and due. Hours must be approved, unless the tenant does not
/// approve hours or bills them all the same (facts 7.2).
fn is_open(state: &State, table: &str, record: &Record, today: &str) -> bool {
    let no = Json::Bool(false);
    let removed = record.text("billableStatus").is_some_and(|status| status != "Billable");
    if record.body.get("isBillable") == Some(&no) || removed || record.reference("invoice").is_some() {
        return false;
    }
    if table == "workhours" {
        let mode = super::super::setting(state, "workHourApprovalMode");
        let needed = mode.as_ref().and_then(Json::as_text).is_none_or(|mode| mode == "RequiredForInvoicing");
        return !needed || record.body.get("isApproved") == Some(&Json::Bool(true));
    }
    if record.body.get("isRecurrenceRule") == Some(&Json::Bool(true)) {
        return false;
    }
    match record.text("billingSchedule") {
        Some("OnDate") => record.text("plannedBillingDate").is_some_and(|date| date <= today),
        Some("WhenPhaseCompleted") => {
            let phase = record.reference("billingDependencyPhase").and_then(|guid| state.record("phases", guid));
            phase.is_some_and(|phase| phase.body.get("isCompleted") == Some(&Json::Bool(true)))
        }
        Some("Recurring") => false,
        _ => true,
    }
}

fn quantity(record: &Record, planned: &str) -> Decimal {
    let of = |name: &str| decimal(record.body.get(name));
    of(planned).or_else(|| of("quantity")).unwrap_or_default()
}

/// The price in the currency that it was entered in; nothing entered is nothing to pay.
fn price(record: &Record, currency: &Json) -> Json {
    let held = record.body.get("unitPrice").filter(|price| price.get("amount").is_some_and(|amount| !amount.is_null()));
    held.cloned().unwrap_or_else(|| object([("amount", 0.into()), ("currencyCode", currency.clone())]))
}

fn text(record: &Record, member: &str) -> Option<String> {
    record.text(member).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// Name and number of the record's sales account.
fn account(state: &State, record: Option<&Record>) -> Json {
    let guid = record.and_then(|record| record.reference("salesAccount"));
    let account = guid.and_then(|guid| state.record("salesaccounts", guid));
    account.map_or(Json::Null, |account| {
        object([("name", text(account, "name").into()), ("number", text(account, "number").into())])
    })
}
