//! Listings, read page by page, and the rows that were found.

use super::Progress;
use crate::systems::{ErrorKind, Next, Page, PageToken, Read, Row, System, SystemError, Watermark};
use crate::value::Side;
use std::collections::BTreeMap;

/// Reads a listing to its end.
pub async fn listing(
    system: &mut dyn System,
    read: &Read,
    progress: &mut dyn Progress,
    entity: &str,
) -> Result<(Vec<Row>, Watermark), SystemError> {
    let mut rows: Vec<Row> = Vec::new();
    let mut listing = Listing::new(read);
    loop {
        let page = listing.next(system).await?;
        rows.extend(page.rows);
        progress.at("reading", entity, rows.len(), None);
        if let Next::End(watermark) = page.next {
            return Ok((rows, watermark));
        }
    }
}

/// A listing under way.
pub(in crate::run) struct Listing<'r> {
    read: &'r Read,
    token: Option<PageToken>,
    /// The identifiers of the page before.
    before: Vec<String>,
}

impl<'r> Listing<'r> {
    pub fn new(read: &'r Read) -> Self {
        Self { read, token: None, before: Vec::new() }
    }

    /// The next page; nothing may be asked for after the last one.
    pub async fn next(&mut self, system: &mut dyn System) -> Result<Page, SystemError> {
        let page = system.read(self.read, self.token.as_ref()).await?;
        let ids: Vec<String> = page.rows.iter().map(|row| row.id.clone()).collect();
        let again = matches!(&page.next, Next::More(next) if self.token.as_ref() == Some(next));
        // Going on would skip what the repeated page stands in for.
        if again || (!ids.is_empty() && ids == self.before) {
            let what = format!("the listing of {} repeats a page", self.read.select.record.name);
            return Err(SystemError::new(system.side(), ErrorKind::Answer, what).help("run again; nothing was written"));
        }
        self.before = ids;
        if let Next::More(next) = &page.next {
            self.token = Some(next.clone());
        }
        Ok(page)
    }
}

/// Both sides' rows, by identifier.
#[derive(Default)]
pub(in crate::run) struct Found {
    pub severa: BTreeMap<String, Row>,
    pub business: BTreeMap<String, Row>,
}

impl Found {
    pub fn of(&mut self, side: Side) -> &mut BTreeMap<String, Row> {
        match side {
            Side::Severa => &mut self.severa,
            Side::Business => &mut self.business,
        }
    }

    pub fn get(&self, side: Side) -> &BTreeMap<String, Row> {
        match side {
            Side::Severa => &self.severa,
            Side::Business => &self.business,
        }
    }

    pub fn add(&mut self, side: Side, rows: Vec<Row>) {
        self.of(side).extend(rows.into_iter().map(|row| (row.id.clone(), row)));
    }
}
