//! Fields that no single answer holds: a customer's addresses and projects, Won, an hour's business unit.

use super::answer::{self, Parsed};
use super::listing::OWNER;
use super::{Severa, resources};
use crate::systems::{Row, Select, SystemError};
use crate::value::{Type, Value};
use std::collections::{BTreeSet, HashMap};

/// Lists by their owner, for the records of one listing.
#[derive(Debug, Default)]
pub struct Related {
    /// By the owner's list field: each owner's elements.
    lists: HashMap<String, HashMap<String, Vec<Value>>>,
    /// Owners that count as changed because one of their elements was.
    pub owners: BTreeSet<String>,
    /// Whether the lists are complete, or hold what changed only.
    complete: bool,
}

/// What the adapter wants of a record beside the fields asked for.
pub fn wanted(select: &Select) -> &'static [(&'static str, Type)] {
    match select.record.name.as_str() {
        "Project" => &[("salesStatus.salesStatusTypeGuid", Type::Guid)],
        "WorkHour" => &[("user.guid", Type::Guid)],
        _ => &[],
    }
}

/// Identifiers in one request, so that addresses stay short.
const AT_ONCE: usize = 20;

impl Severa {
    /// Reads the lists that belong to a select's records: all of them, or what changed since.
    pub(super) async fn related(&mut self, select: &Select, since: Option<&str>) -> Result<Related, SystemError> {
        let mut related = Related { complete: since.is_none(), ..Related::default() };
        for field in &select.fields {
            let Some(of) = &field.of else { continue };
            let since = since.map(|at| ("changedSince", at));
            let mut found = self.flat(of, since, &[]).await?;
            if of.record.name == "Project"
                && let Some((_, at)) = since
            {
                found.extend(self.flat(of, Some(("salesStatusChangedSince", at)), &[]).await?);
            }
            let lists = related.lists.entry(field.name.clone()).or_default();
            for (owner, value) in found {
                if since.is_some() {
                    related.owners.insert(owner);
                } else {
                    lists.entry(owner).or_default().push(value);
                }
            }
        }
        Ok(related)
    }

    /// A flat list of elements with their owners.
    async fn flat(
        &mut self,
        of: &Select,
        since: Option<(&str, &str)>,
        filter: &[(String, String)],
    ) -> Result<Vec<(String, Value)>, SystemError> {
        let resource = resources::of(&of.record.name)?;
        let mut query: Vec<(String, String)> = filter.to_vec();
        if let Some((name, at)) = since {
            query.push((name.to_owned(), at.to_owned()));
        }
        let path = resource.list;
        let mut extra: Vec<(&str, Type)> = OWNER.to_vec();
        extra.extend(wanted(of).iter().cloned());
        let mut found = Vec::new();
        for response in self.pages(resource, path, &query).await? {
            for parsed in answer::rows(&response, path, of, &extra)? {
                if let Some(Value::Guid(owner)) = parsed.extra.first() {
                    let owner = owner.to_string();
                    let row = self.derived(of, Parsed { row: parsed.row, extra: parsed.extra[1..].to_vec() }).await?;
                    found.push((owner, Value::Record(row.values)));
                }
            }
        }
        self.client.rows(found.len());
        Ok(found)
    }

    /// Rows with the lists and derived fields that their select asks for.
    pub(super) async fn complete(
        &mut self,
        select: &Select,
        parsed: Vec<Parsed>,
        related: &Related,
    ) -> Result<Vec<Row>, SystemError> {
        let mut rows = Vec::with_capacity(parsed.len());
        for parsed in parsed {
            rows.push(self.derived(select, parsed).await?);
        }
        for (slot, field) in select.fields.iter().enumerate() {
            let Some(of) = &field.of else { continue };
            let fresh;
            let lists = match related.lists.get(&field.name) {
                Some(lists) if related.complete => lists,
                _ => {
                    let ids: Vec<String> = rows.iter().map(|row| row.id.clone()).collect();
                    fresh = self.lists_of(of, &ids).await?;
                    &fresh
                }
            };
            for row in &mut rows {
                row.values[slot] = Value::List(lists.get(&row.id).cloned().unwrap_or_default());
            }
        }
        Ok(rows)
    }

    /// The elements of some owners, completely.
    async fn lists_of(&mut self, of: &Select, owners: &[String]) -> Result<HashMap<String, Vec<Value>>, SystemError> {
        let mut lists: HashMap<String, Vec<Value>> = HashMap::new();
        if of.record.name == "Project" {
            for some in owners.chunks(AT_ONCE) {
                let filter: Vec<_> = some.iter().map(|guid| ("customerGuids".to_owned(), guid.clone())).collect();
                for (owner, value) in self.flat(of, None, &filter).await? {
                    lists.entry(owner).or_default().push(value);
                }
            }
            return Ok(lists);
        }
        // One request an owner, unless reading the flat list costs less.
        if owners.len() > AT_ONCE {
            for (owner, value) in self.flat(of, None, &[]).await? {
                lists.entry(owner).or_default().push(value);
            }
            return Ok(lists);
        }
        let resource = resources::of(&of.record.name)?;
        for owner in owners {
            let path = format!("/v1/customers/{owner}/addresses");
            for response in self.pages(resource, &path, &[]).await? {
                let elements = answer::rows(&response, &path, of, wanted(of))?;
                let values = elements.into_iter().map(|p| Value::Record(p.row.values));
                lists.entry(owner.clone()).or_default().extend(values);
            }
        }
        Ok(lists)
    }

    async fn derived(&mut self, select: &Select, parsed: Parsed) -> Result<Row, SystemError> {
        let Parsed { mut row, extra } = parsed;
        if let Some(slot) = select.slot("won").filter(|_| select.record.name == "Project") {
            let won = match extra.first() {
                Some(Value::Guid(status)) => self.won_types().await?.contains(&status.to_string()),
                _ => false,
            };
            row.values[slot] = Value::Bool(won);
        }
        if let Some(slot) = select.slot("user.businessUnit.guid") {
            row.values[slot] = match extra.first() {
                Some(Value::Guid(user)) => self.unit_of(&user.to_string()).await?,
                _ => Value::Null,
            };
        }
        Ok(row)
    }

    /// The sales status types whose state is Won: names are the tenant's own, the state is not.
    pub(super) async fn won_types(&mut self) -> Result<Vec<String>, SystemError> {
        if let Some(won) = &self.won {
            return Ok(won.clone());
        }
        let select = only_guid("SalesStatusType");
        let resource = resources::of("SalesStatusType")?;
        let mut won = Vec::new();
        for response in self.pages(resource, resource.list, &[("salesState".to_owned(), "Won".to_owned())]).await? {
            won.extend(answer::rows(&response, resource.list, &select, &[])?.into_iter().map(|p| p.row.id));
        }
        self.won = Some(won.clone());
        Ok(won)
    }

    async fn unit_of(&mut self, user: &str) -> Result<Value, SystemError> {
        if self.units_of_users.is_none() {
            let resource = resources::of("User")?;
            let mut units = HashMap::new();
            for response in self.pages(resource, resource.list, &[]).await? {
                for parsed in
                    answer::rows(&response, resource.list, &only_guid("User"), &[("businessUnit.guid", Type::Guid)])?
                {
                    units.insert(parsed.row.id, parsed.extra.into_iter().next().unwrap_or_default());
                }
            }
            self.units_of_users = Some(units);
        }
        Ok(self.units_of_users.as_ref().and_then(|units| units.get(user)).cloned().unwrap_or_default())
    }
}

fn only_guid(record: &str) -> Select {
    Select {
        record: crate::systems::RecordName { name: record.to_owned(), index: None },
        scope: Vec::new(),
        fields: Vec::new(),
    }
}
