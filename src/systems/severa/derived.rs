//! Fields that no member of an answer holds: Won, an hour's business unit, an invoice's status, a contact detail's kind.

use super::answer::{self, Extra, Parsed};
use super::related::only_guid;
use super::{Severa, resources, rounding, sources};
use crate::systems::{Row, Select, SystemError};
use crate::value::{Type, Value};
use std::collections::HashMap;

/// What the adapter wants of a record beside the fields asked for.
pub fn wanted(select: &Select) -> Vec<Extra> {
    match select.record.name.as_str() {
        "Project" => vec![("salesStatus.salesStatusTypeGuid", Type::Guid)],
        "WorkHour" => vec![("user.guid", Type::Guid)],
        "ContactCommunication" => vec![("communicationType.type", Type::Text(None))],
        "Invoice" => {
            let mut wanted = vec![("status.guid", Type::Guid), ("projects", Type::Values(Box::new(Type::Guid)))];
            wanted.extend(rounding::wanted());
            wanted
        }
        "InvoiceRow" if sources::asked(select) => sources::wanted(),
        _ => Vec::new(),
    }
}

/// Whether anything is asked that only the list of users tells: the business unit of a user on another record.
pub fn of_users(select: &Select) -> bool {
    let own = select.record.name != "User" && select.slot("user.businessUnit.guid").is_some();
    own || select.fields.iter().filter_map(|field| field.of.as_deref()).any(of_users)
}

impl Severa {
    /// Rows with their derived fields; lists are filled in by [`Severa::complete`].
    pub(super) async fn derive(&mut self, select: &Select, parsed: Vec<Parsed>) -> Result<Vec<Row>, SystemError> {
        let slot = |name: &str| select.slot(name);
        match select.record.name.as_str() {
            "InvoiceRow" if sources::asked(select) => return self.with_sources(select, parsed).await,
            "Project" if slot("won").is_some() => {
                self.won_types().await?;
            }
            _ => {}
        }
        let mut rows = Vec::with_capacity(parsed.len());
        for Parsed { mut row, extra } in parsed {
            let mut extra = extra.into_iter();
            let mut next = || extra.next().unwrap_or_default();
            let derived = match select.record.name.as_str() {
                "Project" => {
                    let status = next();
                    let won = self.won.as_ref().is_some_and(|won| won.contains(&status.to_string()));
                    vec![("won", Value::Bool(won))]
                }
                "WorkHour" if slot("user.businessUnit.guid").is_some() => {
                    vec![("user.businessUnit.guid", self.unit_of(&next()).await?)]
                }
                "ContactCommunication" => vec![("kind", next())],
                "Invoice" => vec![("status", next()), ("projects", next())],
                "InvoiceRow" => vec![("isRounding", Value::Bool(false))],
                _ => Vec::new(),
            };
            for (name, value) in derived {
                if let Some(slot) = slot(name) {
                    row.values[slot] = value;
                }
            }
            rows.push(row);
        }
        Ok(rows)
    }

    /// The sales status types whose state is Won: names are the tenant's own, the state is not.
    pub(super) async fn won_types(&mut self) -> Result<Vec<String>, SystemError> {
        if let Some(won) = &self.won {
            return Ok(won.clone());
        }
        let resource = resources::of("SalesStatusType")?;
        let filter = [("salesState".to_owned(), "Won".to_owned())];
        let mut won = Vec::new();
        for response in self.pages(resource.paging, resource.list, &filter).await? {
            let parsed = answer::rows(&response, resource.list, &only_guid("SalesStatusType"), &[])?;
            won.extend(parsed.into_iter().map(|p| p.row.id));
        }
        self.won = Some(won.clone());
        Ok(won)
    }

    /// A user's business unit; nothing for nobody.
    pub(super) async fn unit_of(&mut self, user: &Value) -> Result<Value, SystemError> {
        let Value::Guid(user) = user else { return Ok(Value::Null) };
        if self.units_of_users.is_none() {
            let resource = resources::of("User")?;
            let mut units = HashMap::new();
            for response in self.pages(resource.paging, resource.list, &[]).await? {
                let extra = [("businessUnit.guid", Type::Guid)];
                for parsed in answer::rows(&response, resource.list, &only_guid("User"), &extra)? {
                    units.insert(parsed.row.id, parsed.extra.into_iter().next().unwrap_or_default());
                }
            }
            self.units_of_users = Some(units);
        }
        let units = self.units_of_users.as_ref();
        Ok(units.and_then(|units| units.get(&user.to_string())).cloned().unwrap_or_default())
    }
}
