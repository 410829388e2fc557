//! What people do in Severa's own screens, for tests and the demo: bill projects, move invoices on, approve hours.

use super::World;
use crate::sandbox::severa::error::Fault;
use crate::sandbox::severa::json::{Json, link, object};
use crate::sandbox::severa::rules::{self, Bill};

impl World {
    /// The GUID of the first record whose member at the dotted path holds that text or number, e.g.
    /// `find("projects", "number", "6001")`.
    pub fn find(&self, table: &str, path: &str, value: &str) -> Option<String> {
        let state = self.lock();
        let holds = |held: Option<&Json>| match held {
            Some(Json::Text(text) | Json::Number(text)) => text == value,
            _ => false,
        };
        let body = |record: &super::Record| Json::Object(record.body.clone());
        state.rows(table).iter().find(|record| holds(body(record).at(path))).map(|record| record.guid.clone())
    }

    /// Makes invoice drafts of what is billable on projects: approved hours, fees and travel expenses that are on no
    /// invoice yet. Answers their GUIDs; a project with nothing to bill gets none.
    pub fn bill(&self, bill: &Bill) -> Result<Vec<String>, Fault> {
        let mut state = self.lock();
        let now = (self.clock)();
        rules::bill(&mut state, now, bill)
    }

    /// Moves an invoice to the status of that name. Fails where there is none, or the invoice's own status forbids it.
    pub fn set_invoice_status(&self, invoice: &str, name: &str) -> Result<(), Fault> {
        let status = self.find("invoicestatuses", "name", name);
        let status = status.ok_or_else(|| Fault::missing(format!("no invoice status `{name}`")))?;
        self.edit("invoices", invoice, object([("status", link(&status))]))
    }

    /// Credits an invoice that was sent; answers the credit note's GUID.
    pub fn credit(&self, invoice: &str) -> Result<String, Fault> {
        let mut state = self.lock();
        let now = (self.clock)();
        rules::credit(&mut state, now, invoice)
    }

    /// Approves work hours, or takes the approval back. Fails at the first that is missing or on an invoice.
    pub fn approve_hours(&self, hours: &[&str], approved: bool) -> Result<(), Fault> {
        hours.iter().try_for_each(|hour| self.edit("workhours", hour, object([("isApproved", approved.into())])))
    }

    /// Changes a work hour, approved or not. Fails where it is missing or on an invoice.
    pub fn change_hour(&self, hour: &str, changes: Json) -> Result<(), Fault> {
        self.edit("workhours", hour, changes)
    }

    /// Deletes a work hour, approved or not; it stays visible as a deleted one. Fails where it is missing or on an
    /// invoice.
    pub fn delete_hour(&self, hour: &str) -> Result<(), Fault> {
        let mut state = self.lock();
        let now = (self.clock)();
        let record = state.record("workhours", hour).ok_or_else(|| Fault::missing(format!("no work hour {hour}")))?;
        if record.reference("invoice").is_some() {
            return Err(Fault::operation("the work hour is on an invoice"));
        }
        rules::remove(&mut state, now, "workhours", hour);
        Ok(())
    }
}
