//! Which records a list route lists: all of a table, or those that belong to the record of the path.

use super::contract::Route;
use super::error::Fault;
use super::json::Json;
use super::world::{Record, State};
use std::borrow::Cow;
use std::sync::Arc;

/// Which of a table's records belong to the record of the path.
#[derive(Debug, Clone, Copy)]
enum Belongs {
    /// The member refers to it.
    By(&'static str),
    /// It refers to them by this member of its own.
    From(&'static str),
    /// They are billable, on no invoice, and their project is one of the invoice's.
    Uninvoiced,
    /// All of them (GUESS: a project may use every active type).
    All,
}

/// Lists under a record: path, table of that record, and how the listed ones belong to it.
const NESTED: &[(&str, &str, Belongs)] = &[
    ("/v1/contactpersons/{contactGuid}/addresses", "contactpersons", Belongs::From("addressGuid")),
    ("/v1/contacts/{contactGuid}/contactcommunications", "contactpersons", Belongs::By("contact")),
    ("/v1/customers/{customerGuid}/addresses", "customers", Belongs::By("customer")),
    ("/v1/customers/{customerGuid}/contactpersons", "customers", Belongs::By("customer")),
    ("/v1/customers/{customerGuid}/projects", "customers", Belongs::By("customer")),
    ("/v1/invoicerows/{invoiceRowGuid}/projectfees", "invoicerows", Belongs::By("invoiceRowGuid")),
    ("/v1/invoicerows/{invoiceRowGuid}/projecttravelexpenses", "invoicerows", Belongs::By("invoiceRowGuid")),
    ("/v1/invoicerows/{invoiceRowGuid}/workhours", "invoicerows", Belongs::By("invoiceRowGuid")),
    ("/v1/invoices/{invoiceGuid}/invoicerows", "invoices", Belongs::By("invoiceGuid")),
    ("/v1/invoices/{invoiceGuid}/projectfees", "invoices", Belongs::By("invoice")),
    ("/v1/invoices/{invoiceGuid}/projecttravelexpenses", "invoices", Belongs::By("invoice")),
    ("/v1/invoices/{invoiceGuid}/uninvoicedprojectfees", "invoices", Belongs::Uninvoiced),
    ("/v1/invoices/{invoiceGuid}/uninvoicedprojecttravelexpenses", "invoices", Belongs::Uninvoiced),
    ("/v1/invoices/{invoiceGuid}/uninvoicedworkhours", "invoices", Belongs::Uninvoiced),
    ("/v1/invoices/{invoiceGuid}/workhours", "invoices", Belongs::By("invoice")),
    ("/v1/phases/{phaseGuid}/worktypes", "phases", Belongs::All),
    ("/v1/projects/{guid}/phaseswithhierarchy", "projects", Belongs::By("project")),
    ("/v1/projects/{projectGuid}/projectbillingcustomers", "projects", Belongs::By("project")),
    ("/v1/projects/{projectGuid}/projectfees", "projects", Belongs::By("project")),
    ("/v1/projects/{projectGuid}/projectproducts", "projects", Belongs::By("project")),
    ("/v1/projects/{projectGuid}/projecttravelexpenses", "projects", Belongs::By("project")),
    ("/v1/projects/{projectGuid}/projectworktypes", "projects", Belongs::By("projectGuid")),
    ("/v1/projects/{projectGuid}/salesstatushistory", "projects", Belongs::By("project")),
    ("/v1/projects/{projectGuid}/travelexpensetypes", "projects", Belongs::All),
    ("/v1/projects/{projectGuid}/workhours", "projects", Belongs::By("project")),
    ("/v1/users/{userGuid}/projectfees", "users", Belongs::By("user")),
    ("/v1/users/{userGuid}/projecttravelexpenses", "users", Belongs::By("user")),
    ("/v1/users/{userGuid}/workcontracts", "users", Belongs::By("user")),
    ("/v1/users/{userGuid}/workcontracts/current", "users", Belongs::By("user")),
    ("/v1/users/{userGuid}/workhours", "users", Belongs::By("user")),
];

/// The records that the route lists in creation order, before the query's conditions. 404 where the record of the path is unknown.
pub fn rows<'a>(
    state: &'a State,
    route: &Route,
    table: &str,
    guid: Option<&str>,
) -> Result<Cow<'a, [Arc<Record>]>, Fault> {
    let Some(guid) = guid else {
        if route.path == "/v1/salescases" {
            return Ok(state.rows(table).iter().filter(|project| in_progress(state, project)).cloned().collect());
        }
        return Ok(Cow::Borrowed(state.rows(table)));
    };
    let (_, owners, belongs) = NESTED
        .iter()
        .find(|(path, _, _)| *path == route.path)
        .ok_or_else(|| Fault::not_carried(&format!("`{} {}`", route.method, route.path)))?;
    let owner = state.record(owners, guid).ok_or_else(|| Fault::missing(format!("no {owners} {guid}")))?;
    Ok(match belongs {
        Belongs::By(member) => state.children(table, member, &owner.guid).into_iter().cloned().collect(),
        Belongs::From(member) => {
            owner.reference(member).and_then(|guid| state.record(table, guid)).cloned().into_iter().collect()
        }
        Belongs::Uninvoiced => {
            let projects: Vec<&str> = owner
                .body
                .get("projects")
                .map(Json::items)
                .unwrap_or_default()
                .iter()
                .filter_map(Json::reference)
                .collect();
            let open = |record: &&Arc<Record>| {
                record.reference("invoice").is_none()
                    && record.reference("project").is_some_and(|project| projects.contains(&project))
            };
            state.rows(table).iter().filter(open).cloned().collect()
        }
        Belongs::All => state
            .rows(table)
            .iter()
            .filter(|record| record.body.get("isActive") != Some(&Json::Bool(false)))
            .cloned()
            .collect(),
    })
}

/// A sales case is a project whose sales status is in progress.
fn in_progress(state: &State, project: &Record) -> bool {
    let kind = project.body.get("salesStatus").and_then(|status| status.get("salesStatusTypeGuid")?.as_text());
    kind.and_then(|guid| state.record("salesstatustypes", guid)).and_then(|kind| kind.text("salesState"))
        == Some("InProgress")
}
