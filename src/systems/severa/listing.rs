//! Listings, page by page, with what belongs to their records.

use super::answer::{self, Parsed};
use super::client::error;
use super::resources::{self, Paging, Resource};
use super::{Severa, derived, related};
use crate::program::eval::compare;
use crate::systems::{Comparison, ErrorKind, Next, Page, PageToken, Read, Row, Select, SystemError, Test, Watermark};
use crate::value::Value;
use jiff::Timestamp;
use std::collections::BTreeSet;

/// What a listing gathers beside its pages.
#[derive(Debug, Default)]
pub struct UnderWay {
    /// When it began: the watermark that it ends with.
    begun: Option<Timestamp>,
    /// Which cursor is read: projects have a second one for changes of their sales status.
    second: bool,
    seen: BTreeSet<String>,
    tokens: BTreeSet<String>,
    /// Lists that belong to the records, read once for all pages.
    pub(super) related: related::Related,
}

impl Severa {
    pub(super) async fn page(&mut self, read: &Read, page: Option<&PageToken>) -> Result<Page, SystemError> {
        let resource = resources::of(&read.select.record.name)?;
        if page.is_none() {
            let mut under_way = UnderWay { begun: Some(self.client.now()), ..UnderWay::default() };
            let since = self.since(read)?;
            // A listing cut down to a few invoices wants their rows, not all that there ever were.
            if !(resource.record == "Invoice" && since.is_none() && statuses(read).is_some()) {
                under_way.related = self.related(&read.select, since.as_deref()).await?;
            }
            self.under_way = Some(under_way);
        }
        let mut under_way = self.under_way.take().unwrap_or_default();
        let result = self.next(resource, read, page, &mut under_way).await;
        self.under_way = Some(under_way);
        result
    }

    async fn next(
        &mut self,
        resource: &'static Resource,
        read: &Read,
        page: Option<&PageToken>,
        under_way: &mut UnderWay,
    ) -> Result<Page, SystemError> {
        let since = self.since(read)?;
        let mut query = self.filters(resource, read, under_way.second, since.as_deref()).await?;
        let size = self.client_page_size();
        let token = page.map(|p| p.0.as_str()).unwrap_or_default();
        match resource.paging {
            Paging::Token => {
                query.push(("rowCount".to_owned(), size.to_string()));
                if !token.is_empty() {
                    query.push(("pageToken".to_owned(), token.to_owned()));
                }
            }
            Paging::Offset => {
                query.push(("firstRow".to_owned(), if token.is_empty() { "0".to_owned() } else { token.to_owned() }));
                query.push(("rowCount".to_owned(), size.to_string()));
            }
            Paging::Whole => {}
        }
        let response = self.client.get(resource.list, &query).await?;
        let parsed = answer::rows(&response, resource.list, &read.select, &derived::wanted(&read.select))?;
        self.client.rows(parsed.len());
        let count = parsed.len();
        let fresh: Vec<Parsed> = parsed.into_iter().filter(|p| under_way.seen.insert(p.row.id.clone())).collect();
        let next = match resource.paging {
            Paging::Token => response.header("nextpagetoken").filter(|t| !t.is_empty()).map(str::to_owned),
            Paging::Offset if count >= size as usize => Some((token.parse::<usize>().unwrap_or(0) + count).to_string()),
            Paging::Offset | Paging::Whole => None,
        };
        if let Some(next) = &next
            && (!under_way.tokens.insert(format!("{}{next}", under_way.second))
                || (fresh.is_empty() && count > 0 && !under_way.second))
        {
            return Err(error(
                ErrorKind::Answer,
                format!("{} repeats a page, so its end cannot be known", resource.list),
            )
            .help("try again; if it lasts, ask Severa's support"));
        }
        let mut rows = self.complete(&read.select, fresh, &mut under_way.related).await?;
        let next = match next {
            Some(token) => Next::More(PageToken(token)),
            // Projects that turned Won without another edit are found by their second cursor only.
            None if resource.record == "Project" && since.is_some() && !under_way.second => {
                under_way.second = true;
                under_way.tokens.clear();
                Next::More(PageToken(String::new()))
            }
            None => {
                let missing: Vec<String> =
                    under_way.related.owners.iter().filter(|id| !under_way.seen.contains(*id)).cloned().collect();
                rows.extend(self.by_id(&read.select, &missing).await?);
                let begun = under_way.begun.unwrap_or(Timestamp::UNIX_EPOCH);
                Next::End(Watermark(begun.to_string()))
            }
        };
        rows.retain(|row| in_scope(&read.select, row));
        Ok(Page { rows, next })
    }

    /// From where an incremental read begins, before the watermark by the overlap.
    fn since(&self, read: &Read) -> Result<Option<String>, SystemError> {
        read.since.as_ref().map(|watermark| self.before(watermark)).transpose()
    }

    fn before(&self, watermark: &Watermark) -> Result<String, SystemError> {
        let at: Timestamp = watermark
            .0
            .parse()
            .map_err(|_| error(ErrorKind::Answer, format!("the watermark `{}` is no point in time", watermark.0)))?;
        let overlap = jiff::SignedDuration::try_from(self.overlap()).unwrap_or(jiff::SignedDuration::ZERO);
        Ok(at.checked_sub(overlap).unwrap_or(at).to_string())
    }

    /// Deleted records of the three kinds whose deletions Severa lists.
    pub(super) async fn deleted_since(
        &mut self,
        select: &Select,
        watermark: &Watermark,
    ) -> Result<Vec<String>, SystemError> {
        let Some(path) = resources::deleted(&select.record.name) else { return Ok(Vec::new()) };
        let filter = [("deletedSince".to_owned(), self.before(watermark)?)];
        let mut ids = Vec::new();
        for response in self.pages(Paging::Token, path, &filter).await? {
            let parsed = answer::rows(&response, path, &related::only_guid(&select.record.name), &[])?;
            ids.extend(parsed.into_iter().map(|parsed| parsed.row.id));
        }
        Ok(ids)
    }

    /// What the listing can filter by itself.
    async fn filters(
        &mut self,
        resource: &Resource,
        read: &Read,
        second: bool,
        since: Option<&str>,
    ) -> Result<Vec<(String, String)>, SystemError> {
        let mut query = Vec::new();
        if resource.incremental
            && let Some(since) = since
        {
            let name = if second { "salesStatusChangedSince" } else { "changedSince" };
            query.push((name.to_owned(), since.to_owned()));
        }
        if resource.record == "Invoice" {
            let statuses = statuses(read).into_iter().flatten();
            query.extend(statuses.map(|guid| ("invoiceStatusGuids".to_owned(), guid)));
        }
        for condition in read.push.iter().chain(&read.select.scope) {
            if let ("Product", "type", Test::Compare(Comparison::Eq, Value::Text(kind))) =
                (resource.record, condition.field.as_str(), &condition.test)
            {
                query.push(("type".to_owned(), kind.clone()));
            }
            let Test::Compare(Comparison::Eq, Value::Bool(value)) = &condition.test else { continue };
            match (resource.record, condition.field.as_str(), *value) {
                ("Customer", "isInternal", value) => query.push(("isInternal".to_owned(), value.to_string())),
                ("Customer" | "Product" | "User", "isActive", value) => {
                    query.push(("isActive".to_owned(), value.to_string()))
                }
                ("BusinessUnit" | "TravelExpenseType" | "WorkType", "isActive", value) => {
                    query.push(("active".to_owned(), value.to_string()))
                }
                ("Project", "won", true) => {
                    let types = self.won_types().await?;
                    query.extend(types.into_iter().map(|guid| ("salesStatusTypeGuids".to_owned(), guid)));
                }
                _ => {}
            }
        }
        match (read.start_date, resource.record) {
            (Some(start), "WorkHour") => query.push(("eventDateStart".to_owned(), start.to_string())),
            // A moment is asked for where a day is compared: a day early loses none, whatever the tenant's clock.
            (Some(start), "Invoice") => {
                let start = start.yesterday().unwrap_or(start);
                query.push(("startDate".to_owned(), format!("{start}T00:00:00Z")));
            }
            _ => {}
        }
        Ok(query)
    }
}

/// The statuses that invoices are wanted of, where they are named.
fn statuses(read: &Read) -> Option<Vec<String>> {
    read.push.iter().chain(&read.select.scope).find_map(|condition| {
        if !matches!(condition.field.as_str(), "status" | "status.guid") {
            return None;
        }
        let guids: Vec<String> = match &condition.test {
            Test::Compare(Comparison::Eq, value) => value.as_guid().iter().map(ToString::to_string).collect(),
            Test::In(values) if values.iter().all(|value| value.as_guid().is_some()) => {
                values.iter().filter_map(Value::as_guid).map(|guid| guid.to_string()).collect()
            }
            Test::In(_) => return None,
            Test::Compare(..) => return None,
        };
        (!guids.is_empty()).then_some(guids)
    })
}

/// The select's own conditions, whatever the server made of them.
pub fn in_scope(select: &Select, row: &Row) -> bool {
    select.scope.iter().all(|condition| {
        let Some(value) = select.slot(&condition.field).and_then(|slot| row.values.get(slot)) else { return true };
        match &condition.test {
            Test::Compare(op, with) => compare(*op, value, with),
            Test::In(values) => values.iter().any(|v| v.same(value)),
        }
    })
}
