//! Invoice drafts for projects.

use super::lines::{Line, of_project};
use super::{decimal, has, status_with};
use crate::sandbox::severa::error::Fault;
use crate::sandbox::severa::json::{Json, Members, link, object};
use crate::sandbox::severa::rules::{create, day, setting};
use crate::sandbox::severa::world::{Record, State};
use jiff::civil::Date;
use jiff::{Span, Timestamp};
use rust_decimal::Decimal;

/// What to bill, and how.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bill {
    /// GUIDs of projects.
    pub projects: Vec<String>,
    /// One invoice for all of them, else one each. They must have one customer and one currency.
    pub together: bool,
    /// Who pays, where that is not the projects' customer.
    pub billing_customer: Option<String>,
    /// The invoice's date; today where none is given.
    pub date: Option<Date>,
    /// GUID of the draft's status; the tenant's default where none is given.
    pub status: Option<String>,
}

/// Makes drafts of what is billable on the projects: approved hours, fees and travel expenses that are on no invoice.
/// A project with nothing to bill gets none (GUESS). Answers the drafts' GUIDs.
pub fn bill(state: &mut State, now: Timestamp, bill: &Bill) -> Result<Vec<String>, Fault> {
    let mut projects = Vec::new();
    for (place, guid) in bill.projects.iter().enumerate() {
        let unknown = || Fault::body(&format!("projects[{place}].guid"), "there is no such project");
        projects.push(state.record("projects", guid).cloned().ok_or_else(unknown)?);
    }
    let together = bill.together && projects.len() > 1;
    if together {
        for member in ["customer", "currency"] {
            let first = projects.first().and_then(|project| project.reference(member));
            if projects.iter().any(|project| project.reference(member) != first) {
                return Err(Fault::operation(format!("the projects do not have the same {member}")));
            }
        }
    }
    let groups: Vec<Vec<_>> = match together {
        true => vec![projects],
        false => projects.into_iter().map(|project| vec![project]).collect(),
    };
    let mut made = Vec::new();
    for group in groups {
        let projects: Vec<&Record> = group.iter().map(AsRef::as_ref).collect();
        made.extend(draft(state, now, bill, &projects)?);
    }
    Ok(made)
}

fn draft(state: &mut State, now: Timestamp, bill: &Bill, projects: &[&Record]) -> Result<Option<String>, Fault> {
    let date = bill.date.unwrap_or_else(|| day(now));
    let Some(header) = header(state, date, bill, projects) else {
        return Err(Fault::operation("a project without a customer cannot be billed"));
    };
    let currency = header.get("currency").and_then(Json::reference).and_then(|guid| state.record("currencies", guid));
    let currency = currency.and_then(|currency| currency.body.get("code").cloned()).unwrap_or(Json::Null);
    let payer = header.get("billingCustomer").and_then(Json::reference);
    let vat = vat(state, payer.and_then(|guid| state.record("customers", guid)).map(AsRef::as_ref));
    let today = date.to_string();
    let lines: Vec<Line> =
        projects.iter().flat_map(|project| of_project(state, &project.guid, &today, vat, &currency)).collect();
    if lines.is_empty() {
        return Ok(None);
    }
    let number = has(state, &header, "hasInvoiceNumber");
    let invoice = create(state, now, "invoices", header)?;
    for (place, line) in (1_i64..).zip(&lines) {
        let row = create(state, now, "invoicerows", line.members(&invoice, place))?;
        for (table, record, quantity) in &line.billed {
            put_on(state, now, (table, record), (&invoice, &row), *quantity);
        }
    }
    if number && let Some(record) = state.record("invoices", &invoice).cloned() {
        let mut body = record.body.clone();
        super::number(state, &mut body, "nextInvoiceNumber", "lastInvoiceNumber");
        state.replace("invoices", &invoice, body);
    }
    Ok(Some(invoice))
}

/// What is billed knows its invoice and row from now on. Where hours are not approved they become so (facts 7.2).
fn put_on(
    state: &mut State,
    now: Timestamp,
    (table, record): (&str, &Record),
    (invoice, row): (&str, &str),
    quantity: Decimal,
) {
    let mut body = record.body.clone();
    body.insert("invoice".into(), link(invoice));
    body.insert("invoiceRowGuid".into(), row.into());
    body.insert("invoiceQuantity".into(), quantity.into());
    if table == "workhours" {
        body.insert("isApproved".into(), true.into());
    }
    body.insert("lastUpdatedDateTime".into(), now.to_string().into());
    body.insert("lastUpdatedBy".into(), state.user.as_deref().map(link).into());
    state.replace(table, &record.guid, body);
}

/// The rate of hours, and of costs that name none: the payer's own, else the tenant's default.
fn vat(state: &State, payer: Option<&Record>) -> Option<Decimal> {
    let own = payer.and_then(|payer| payer.reference("invoicingVat")).and_then(|guid| state.record("vatrates", guid));
    let default = || state.rows("vatrates").iter().find(|rate| rate.body.get("isDefault") == Some(&Json::Bool(true)));
    decimal(own.or_else(default)?.body.get("percentage"))
}

/// Everything but the rows: terms and references of the first project, the receiver as text.
fn header(state: &State, date: Date, bill: &Bill, projects: &[&Record]) -> Option<Members> {
    let project = projects.first()?;
    let customer = state.record("customers", project.reference("customer")?)?;
    let payer = bill.billing_customer.as_deref().and_then(|guid| state.record("customers", guid)).unwrap_or(customer);
    let money = project.reference("currency").or_else(|| customer.reference("currency"));
    let currency = money.and_then(|guid| state.record("currencies", guid));
    let term = [&project.body, &customer.body].iter().find_map(|body| body.get("paymentTerm")?.as_int());
    let term = term.or_else(|| setting(state, "paymentTerm")?.as_int()).unwrap_or(0);
    let due = date.checked_add(Span::new().try_days(term).unwrap_or_default()).unwrap_or(date);
    let status = bill.status.clone().or_else(|| status_with(state, "isDefault"));
    let contact = project.reference("customerContact").and_then(|guid| state.record("contactpersons", guid));
    let mail = contact.and_then(|contact| {
        super::super::derived(state, "contactpersons", contact, "emails")?.items().first().cloned()
    });
    let copied = |member: &str| project.body.get(member).cloned().unwrap_or(Json::Null);
    let links = projects.iter().map(|project| link(&project.guid)).collect();
    let text = |record: &Record, member: &str| record.body.get(member).cloned().unwrap_or(Json::Null);
    let company = state.rows("companies").first();
    let contact_name = contact.and_then(|contact| super::super::derived(state, "contactpersons", contact, "name"));
    Some(Members::from([
        ("date".to_owned(), date.to_string().into()),
        ("dueDate".to_owned(), due.to_string().into()),
        ("paymentTerm".to_owned(), term.into()),
        (
            "overdueInterest".to_owned(),
            customer.body.get("overdueInterest").cloned().filter(|held| !held.is_null()).unwrap_or(0.into()),
        ),
        ("status".to_owned(), status.as_deref().map(link).into()),
        ("customer".to_owned(), link(&customer.guid)),
        ("billingCustomer".to_owned(), link(&payer.guid)),
        ("projects".to_owned(), Json::List(links)),
        ("currency".to_owned(), currency.map(|currency| link(&currency.guid)).into()),
        ("currencyRate".to_owned(), currency.map_or(1.into(), |currency| text(currency, "rate"))),
        ("isCreditNote".to_owned(), false.into()),
        ("language".to_owned(), customer.reference("language").map(link).into()),
        ("notes".to_owned(), copied("invoiceNotes")),
        ("orderNumber".to_owned(), copied("orderNumber")),
        ("ourReference".to_owned(), copied("ourReference")),
        ("yourReference".to_owned(), copied("yourReference")),
        ("receiverCustomerName".to_owned(), text(payer, "name")),
        ("receiverVatNumber".to_owned(), text(payer, "vatNumber")),
        ("receiverAddress".to_owned(), receiver(state, &payer.guid)),
        ("receiverContactGuid".to_owned(), contact.map(|contact| contact.guid.clone()).into()),
        ("receiverContactName".to_owned(), contact_name.into()),
        ("receiverContactEmail".to_owned(), mail.into()),
        ("senderName".to_owned(), company.map_or(Json::Null, |company| text(company, "name"))),
    ]))
}

/// The payer's oldest billing address as text, else its oldest address.
fn receiver(state: &State, payer: &str) -> Json {
    let all = state.children("addresses", "customer", payer);
    let billing = all.iter().find(|address| address.body.get("isBillingAddress") == Some(&Json::Bool(true)));
    let Some(address) = billing.or(all.first()) else { return Json::Null };
    let country = address.reference("country").and_then(|guid| state.record("countries", guid));
    let text = |member: &str| address.body.get(member).cloned().unwrap_or(Json::Null);
    object([
        ("addressline", text("addressline")),
        ("postalCode", text("postalCode")),
        ("city", text("city")),
        ("country", country.and_then(|country| country.body.get("englishName").cloned()).into()),
        ("state", Json::Null),
    ])
}
