//! Records by their identifiers, and candidates for pairing.

use super::answer;
use super::http::HttpResponse;
use super::listing::in_scope;
use super::related::{AT_ONCE, Related};
use super::resources::{self, Paging};
use super::{Severa, client, derived};
use crate::systems::{ErrorKind, Row, Select, SystemError};
use crate::value::Value;
use std::collections::BTreeSet;
use std::time::Duration;

impl Severa {
    pub(super) fn overlap(&self) -> Duration {
        self.config.overlap
    }

    pub(super) fn client_page_size(&self) -> u32 {
        self.config.page_size
    }

    /// Every page of a listing, for lists that are needed whole.
    pub(super) async fn pages(
        &mut self,
        paging: Paging,
        path: &str,
        filter: &[(String, String)],
    ) -> Result<Vec<HttpResponse>, SystemError> {
        let size = self.config.page_size;
        let mut answers = Vec::new();
        let mut token = String::new();
        let mut seen = BTreeSet::new();
        loop {
            let mut query = filter.to_vec();
            match paging {
                Paging::Token => {
                    query.push(("rowCount".to_owned(), size.to_string()));
                    if !token.is_empty() {
                        query.push(("pageToken".to_owned(), token.clone()));
                    }
                }
                Paging::Offset => {
                    query.push(("firstRow".to_owned(), if token.is_empty() { "0".to_owned() } else { token.clone() }));
                    query.push(("rowCount".to_owned(), size.to_string()));
                }
                Paging::Whole => {}
            }
            let response = self.client.get(path, &query).await?;
            let next = match paging {
                Paging::Token => response.header("nextpagetoken").filter(|t| !t.is_empty()).map(str::to_owned),
                Paging::Offset => {
                    let count = answer::whole::<Vec<serde::de::IgnoredAny>>(&response, path)?.len();
                    (count >= size as usize).then(|| (token.parse::<usize>().unwrap_or(0) + count).to_string())
                }
                Paging::Whole => None,
            };
            answers.push(response);
            match next {
                Some(next) if !seen.insert(next.clone()) => {
                    return Err(client::error(
                        ErrorKind::Answer,
                        format!("{path} repeats a page, so its end cannot be known"),
                    ));
                }
                Some(next) => token = next,
                None => return Ok(answers),
            }
        }
    }

    pub(super) async fn by_id(&mut self, select: &Select, ids: &[String]) -> Result<Vec<Row>, SystemError> {
        let resource = resources::of(&select.record.name)?;
        let mut parsed = Vec::new();
        if let Some(parameter) = resource.by_ids {
            for some in ids.chunks(AT_ONCE) {
                let filter: Vec<_> = some.iter().map(|id| (parameter.to_owned(), id.clone())).collect();
                for response in self.pages(resource.paging, resource.list, &filter).await? {
                    parsed.extend(answer::rows(&response, resource.list, select, &derived::wanted(select))?);
                }
            }
        } else if ids.len() > AT_ONCE && resource.is_register() {
            let wanted: BTreeSet<&String> = ids.iter().collect();
            for response in self.pages(resource.paging, resource.list, &[]).await? {
                let all = answer::rows(&response, resource.list, select, &derived::wanted(select))?;
                parsed.extend(all.into_iter().filter(|p| wanted.contains(&p.row.id)));
            }
        } else {
            for id in ids {
                let path = format!("{}/{id}", resource.list);
                match self.client.get(&path, &[]).await {
                    Ok(response) => parsed.extend(answer::rows(&response, &path, select, &derived::wanted(select))?),
                    Err(fault) if fault.kind == ErrorKind::Gone => {}
                    Err(fault) => return Err(fault),
                }
            }
        }
        self.client.rows(parsed.len());
        let mut rows = self.complete(select, parsed, &mut Related::default()).await?;
        rows.retain(|row| in_scope(select, row));
        Ok(rows)
    }

    /// By number where only numbers are asked for; names are compared by our own rules, so a name makes it all records.
    pub(super) async fn whoever(
        &mut self,
        select: &Select,
        any_of: &[(String, Vec<Value>)],
    ) -> Result<Vec<Row>, SystemError> {
        let resource = resources::of(&select.record.name)?;
        let asked: Vec<_> = any_of.iter().filter(|(_, values)| !values.is_empty()).collect();
        if asked.is_empty() {
            return Ok(Vec::new());
        }
        let filters: Vec<Vec<(String, String)>> = match (resource.by_numbers, asked.as_slice()) {
            (Some(parameter), [(field, numbers)]) if field == "number" => numbers
                .chunks(AT_ONCE)
                .map(|some| some.iter().map(|n| (parameter.to_owned(), n.to_string())).collect())
                .collect(),
            _ => vec![Vec::new()],
        };
        let mut parsed = Vec::new();
        for filter in filters {
            for response in self.pages(resource.paging, resource.list, &filter).await? {
                parsed.extend(answer::rows(&response, resource.list, select, &derived::wanted(select))?);
            }
        }
        self.client.rows(parsed.len());
        let mut rows = self.complete(select, parsed, &mut Related::default()).await?;
        rows.retain(|row| in_scope(select, row));
        Ok(rows)
    }
}
