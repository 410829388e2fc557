//! Lists that belong to records: a customer's addresses, its contacts with their communications, an invoice's rows.

use super::answer::{self, Extra, Parsed};
use super::resources::{self, Part};
use super::{Severa, derived, rounding};
use crate::systems::{ErrorKind, RecordName, Row, Select, SystemError};
use crate::value::{Type, Value};
use std::collections::{BTreeSet, HashMap};

/// What was gathered beside the pages of one listing.
#[derive(Debug, Default)]
pub struct Related {
    /// By the owner's list field: each owner's elements, of all owners.
    lists: HashMap<String, HashMap<String, Vec<Value>>>,
    /// Owners that count as changed because something in their lists was.
    pub owners: BTreeSet<String>,
}

/// Identifiers in one request, so that addresses stay short; above it one flat list costs less than a request each.
pub const AT_ONCE: usize = 20;

impl Severa {
    /// What a listing needs beside its pages: without `since` the lists as a whole, else whose lists have changed.
    pub(super) async fn related(&mut self, select: &Select, since: Option<&str>) -> Result<Related, SystemError> {
        let mut related = Related::default();
        match since {
            Some(since) => related.owners = self.changed_owners(select, since).await?,
            None => {
                for field in &select.fields {
                    let Some(of) = &field.of else { continue };
                    let part = resources::part(&select.record.name, &field.name)?;
                    related.lists.insert(field.name.clone(), self.all_of(part, of).await?);
                }
            }
        }
        Ok(related)
    }

    /// Rows with the derived fields and the lists that their select asks for, lists inside lists included.
    pub(super) async fn complete(
        &mut self,
        select: &Select,
        parsed: Vec<Parsed>,
        related: &mut Related,
    ) -> Result<Vec<Row>, SystemError> {
        let totals = rounding::totals(select, &parsed);
        let mut rows = self.derive(select, parsed).await?;
        for (slot, field) in select.fields.iter().enumerate() {
            let Some(of) = &field.of else { continue };
            let part = resources::part(&select.record.name, &field.name)?;
            // Invoices have rows beyond counting, and only those of a few are wanted.
            let flat = rows.len() > AT_ONCE && part.of_several.is_none() && part.record != "Invoice";
            if flat && !related.lists.contains_key(&field.name) {
                related.lists.insert(field.name.clone(), self.all_of(part, of).await?);
            }
            let some;
            let lists = match related.lists.get(&field.name) {
                Some(lists) => lists,
                None => {
                    let ids: Vec<String> = rows.iter().map(|row| row.id.clone()).collect();
                    some = self.some_of(part, of, &ids).await?;
                    &some
                }
            };
            for row in &mut rows {
                let mut elements = lists.get(&row.id).cloned().unwrap_or_default();
                if let Some(total) = totals.get(&row.id) {
                    elements.extend(rounding::row(of, &row.id, total, &elements));
                }
                row.values[slot] = Value::List(elements);
            }
        }
        Ok(rows)
    }

    /// The elements of all owners, from the flat list.
    async fn all_of(&mut self, part: &Part, of: &Select) -> Result<HashMap<String, Vec<Value>>, SystemError> {
        let resource = resources::of(part.element)?;
        let parsed = self.elements(part, of, resource.paging, resource.list, &[]).await?;
        self.grouped(of, parsed).await
    }

    /// The elements of some owners.
    async fn some_of(
        &mut self,
        part: &Part,
        of: &Select,
        owners: &[String],
    ) -> Result<HashMap<String, Vec<Value>>, SystemError> {
        let mut parsed = Vec::new();
        match part.of_several {
            Some(parameter) => {
                let resource = resources::of(part.element)?;
                for some in owners.chunks(AT_ONCE) {
                    let filter: Vec<_> = some.iter().map(|guid| (parameter.to_owned(), guid.clone())).collect();
                    parsed.extend(self.elements(part, of, resource.paging, resource.list, &filter).await?);
                }
            }
            None => {
                for owner in owners {
                    match self.elements(part, of, part.paging, &part.path(owner), &[]).await {
                        // Gone between the listing and now: the next run tells.
                        Err(fault) if fault.kind == ErrorKind::Gone => {}
                        result => parsed.extend(result?),
                    }
                }
            }
        }
        self.grouped(of, parsed).await
    }

    /// A list of elements, the owner as the first of what the adapter wants of each.
    async fn elements(
        &mut self,
        part: &Part,
        of: &Select,
        paging: resources::Paging,
        path: &str,
        filter: &[(String, String)],
    ) -> Result<Vec<Parsed>, SystemError> {
        let mut extra: Vec<Extra> = vec![(part.owner, Type::Guid)];
        extra.extend(derived::wanted(of));
        let mut parsed = Vec::new();
        for response in self.pages(paging, path, filter).await? {
            parsed.extend(answer::rows(&response, path, of, &extra)?);
        }
        self.client.rows(parsed.len());
        Ok(parsed)
    }

    async fn grouped(&mut self, of: &Select, parsed: Vec<Parsed>) -> Result<HashMap<String, Vec<Value>>, SystemError> {
        let mut owners = Vec::with_capacity(parsed.len());
        let mut elements = Vec::with_capacity(parsed.len());
        for mut parsed in parsed {
            let rest = parsed.extra.split_off(1);
            if let Some(Value::Guid(owner)) = parsed.extra.first() {
                owners.push(owner.to_string());
                elements.push(Parsed { row: parsed.row, extra: rest });
            }
        }
        let rows = Box::pin(self.complete(of, elements, &mut Related::default())).await?;
        let mut lists: HashMap<String, Vec<Value>> = HashMap::new();
        for (owner, row) in owners.into_iter().zip(rows) {
            lists.entry(owner).or_default().push(Value::Record(row.values));
        }
        Ok(lists)
    }

    /// Whose lists have changed: an owner's own stamp does not move for them, as far as is known.
    async fn changed_owners(&mut self, select: &Select, since: &str) -> Result<BTreeSet<String>, SystemError> {
        let mut owners = BTreeSet::new();
        for field in &select.fields {
            let Some(of) = &field.of else { continue };
            let part = resources::part(&select.record.name, &field.name)?;
            let resource = resources::of(part.element)?;
            let owner = [(part.owner, Type::Guid)];
            let bare = only_guid(part.element);
            let mut known = BTreeSet::new();
            let mut add = |parsed: Vec<Parsed>| {
                for parsed in parsed {
                    known.insert(parsed.row.id);
                    owners.extend(parsed.extra.first().filter(|value| !value.is_null()).map(Value::to_string));
                }
            };
            for name in changed_parameters(part.element) {
                let filter = [((*name).to_owned(), since.to_owned())];
                for response in self.pages(resource.paging, resource.list, &filter).await? {
                    let parsed = answer::rows(&response, resource.list, &bare, &owner)?;
                    self.client.rows(parsed.len());
                    add(parsed);
                }
            }
            let below = Box::pin(self.changed_owners(of, since)).await?;
            for id in below.difference(&known) {
                let path = format!("{}/{id}", resource.list);
                match self.client.get(&path, &[]).await {
                    Ok(response) => {
                        let parsed = answer::rows(&response, &path, &bare, &owner)?;
                        owners.extend(parsed.iter().filter_map(|p| p.extra.first()).map(Value::to_string));
                    }
                    Err(fault) if fault.kind == ErrorKind::Gone => {}
                    Err(fault) => return Err(fault),
                }
            }
        }
        Ok(owners)
    }
}

/// The parameters that find what has changed. A project that turned Won is found by a cursor of its own.
fn changed_parameters(record: &str) -> &'static [&'static str] {
    match record {
        "Project" => &["changedSince", "salesStatusChangedSince"],
        _ => &["changedSince"],
    }
}

/// A question for nothing but identifiers and stamps.
pub fn only_guid(record: &str) -> Select {
    Select { record: RecordName { name: record.to_owned(), index: None }, scope: Vec::new(), fields: Vec::new() }
}
