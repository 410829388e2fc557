//! Creating many records that do not depend on each other: a few statements in one transaction.
//!
//! What holds for one record holds for each: one creation at a time among programs of ours, nothing twice under one
//! identifier, record and identifier together. Where the server refuses one of them nothing of the transaction stays,
//! and each is created by itself, so that one record's fault is one record's fault.

use super::conditions;
use super::create::{self, Writer};
use super::family::{self, Member};
use super::fault::Fault;
use super::key;
use super::link::{Cell, Cells, Link};
use super::raw::{self, Raw};
use super::related::Asker;
use super::shape::{self, Shape};
use super::statements::{self, MOST_PARAMS};
use super::write::{self, Broken};
use super::{Business, BusinessConfig};
use crate::systems::error::SystemError;
use crate::systems::{Create, Row};
use crate::value::Value;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// So many records go into one transaction: it holds the creation lock, and other programs wait for it.
pub(super) const MOST: usize = 500;

/// How many values one statement searches for.
const CHUNK: usize = 1_000;

type Answers = Vec<Result<Row, SystemError>>;

/// One answer for each record, in their order. It ends early after a fault of the whole side.
pub(super) async fn create_all(business: &mut Business, creates: &[Create]) -> Answers {
    let may = creates.len() > 1 && creates.iter().all(|create| create.children.is_empty() && create.identity.is_some());
    if may && let Some(answers) = together(business, creates).await {
        return answers;
    }
    let mut answers = Answers::new();
    for one in creates {
        let answer = create::create(business, one).await;
        let stopped = answer.as_ref().is_err_and(|error| error.kind.stops_side());
        answers.push(answer);
        if stopped {
            break;
        }
    }
    answers
}

/// All in one transaction; nothing where that was undone for one of them, and it is to be found out which.
async fn together(business: &mut Business, creates: &[Create]) -> Option<Answers> {
    // All that can be refused is refused before anything is sent.
    let mut refused = BTreeMap::new();
    let mut members = Vec::with_capacity(creates.len());
    for (place, create) in creates.iter().enumerate() {
        match family::member(business, create).await {
            Ok(member) => members.push(member),
            Err(error) if error.kind.stops_side() => return Some(vec![Err(error)]),
            Err(error) => drop(refused.insert(place, error)),
        }
    }
    let (first, rest) = members.split_first()?;
    if rest.iter().any(|member| member.table.name != first.table.name) {
        return None;
    }
    let config = Arc::clone(&business.config);
    let what = family::failure(&first.table);
    let mut attempt = 0;
    let rows = loop {
        let mut link = match business.take(attempt > 0).await {
            Ok(link) => link,
            Err(error) => return Some(vec![Err(error)]),
        };
        let outcome = once(&config, &mut link, &members).await;
        match business.settle(link, outcome).await {
            Ok(rows) => break rows,
            Err(Broken::Stopped(_)) => return None,
            Err(Broken::Unsure(fault)) => {
                let error = fault.report_unknown(what);
                let all = (0..creates.len()).map(|place| Err(refused.remove(&place).unwrap_or_else(|| error.clone())));
                return Some(all.collect());
            }
            Err(Broken::Undone(fault)) => {
                let again = fault.is_busy() || matches!(fault, Fault::Lost(_));
                if !again || !business.pause(&mut attempt).await {
                    return None;
                }
            }
        }
    };
    let mut rows = rows.into_iter();
    let answer = |place| refused.remove(&place).map(Err).or_else(|| rows.next().map(Ok));
    Some((0..creates.len()).map_while(answer).collect())
}

async fn once(config: &BusinessConfig, link: &mut Link, members: &[Member<'_>]) -> Result<Vec<Row>, Broken> {
    let Some(first) = members.first() else { return Ok(Vec::new()) };
    let what = family::failure(&first.table);
    let shape = Shape::of(&first.create.select, &first.table)?;
    link.batch(statements::BEGIN).await?;
    let now = create::lock(link, &first.table, config, &what).await?;
    // What an earlier request of ours created is there already.
    let mut rows = existing(link, &shape, members, config).await?;
    let mut writer = Writer { config, link, now, last: BTreeMap::new() };
    let mut keys = Vec::with_capacity(members.len());
    let mut waiting: Vec<create::Values<'_>> = Vec::new();
    for (place, member) in members.iter().enumerate() {
        if rows.contains_key(&place) {
            continue;
        }
        let values = writer.values(member, &[]).await?;
        keys.push((place, create::key_of(&first.table, &values)));
        let alike = waiting.first().is_none_or(|row| row.iter().map(|(c, _)| *c).eq(values.iter().map(|(c, _)| *c)));
        if !alike || waiting.len() >= create::MOST_ROWS || (waiting.len() + 1) * values.len() > MOST_PARAMS {
            writer.link.run(&statements::insert(&first.table, &waiting)).await?;
            waiting.clear();
        }
        waiting.push(values);
    }
    if !waiting.is_empty() {
        writer.link.run(&statements::insert(&first.table, &waiting)).await?;
    }
    read_back(link, &shape, first, &keys, config, &mut rows).await?;
    write::commit(link).await?;
    Ok(rows.into_values().collect())
}

/// The rows that carry one of the identifiers already, by their place among the members.
async fn existing(
    link: &mut Link,
    shape: &Shape<'_>,
    members: &[Member<'_>],
    config: &BusinessConfig,
) -> Result<BTreeMap<usize, Row>, Broken> {
    let mut found = BTreeMap::new();
    let Some((name, _)) = members.first().and_then(|member| member.create.identity.as_ref()) else { return Ok(found) };
    let column = shape::known(shape.table, name)?;
    let mut columns = Shape::of(shape.select, shape.table)?;
    let at = columns.add(name)?;
    let values: Vec<(usize, &Value)> =
        members.iter().enumerate().filter_map(|(place, m)| Some((place, &m.create.identity.as_ref()?.1))).collect();
    let mut places: HashMap<String, usize> = HashMap::with_capacity(values.len());
    for (place, value) in &values {
        // Two creations under one identifier are one record: who asks for that is not helped by a guess.
        let text = value.as_text().map_or_else(|| value.to_string(), str::to_owned);
        if places.insert(folded(&text), *place).is_some() {
            return Err(Broken::Undone(Fault::Server { number: 2627, class: 14, text: "an identifier twice".into() }));
        }
    }
    for chunk in values.chunks(CHUNK) {
        let wanted: Vec<Value> = chunk.iter().map(|(_, value)| (*value).clone()).collect();
        let mut params = Vec::new();
        let mut tests: Vec<String> = conditions::one_of(&wanted, column, &mut params).into_iter().collect();
        tests.extend(shape.select.scope.iter().filter_map(|c| conditions::sql(c, shape.table, &mut params)));
        let answer = link.run(&statements::rows(shape.table, &columns.columns, &tests, params)).await?;
        for cells in answer.iter().filter(|cells| columns.inside(cells)) {
            let Some(Cell::Plain(held)) = cells.get(at) else { continue };
            let Some(place) = places.get(&folded(&held.text())) else { continue };
            let Some(member) = members.get(*place) else { continue };
            let same = |value: &Value| {
                raw::raw(value, &column.family).is_some_and(|raw| raw.same(held))
                    || value.same(&Value::Text(held.text()))
            };
            if found.contains_key(place) || !member.create.identity.as_ref().is_some_and(|(_, value)| same(value)) {
                continue;
            }
            let mut asker = Asker::Transaction(&mut *link);
            let row = columns.any_row(&mut asker, &member.related, cells, &config.time_zone).await?;
            found.insert(*place, row);
        }
    }
    Ok(found)
}

fn folded(text: &str) -> String {
    text.trim().to_ascii_lowercase()
}

/// The rows as they stand now, a trigger's work included.
async fn read_back(
    link: &mut Link,
    shape: &Shape<'_>,
    member: &Member<'_>,
    keys: &[(usize, Vec<Raw>)],
    config: &BusinessConfig,
    rows: &mut BTreeMap<usize, Row>,
) -> Result<(), Broken> {
    let table = shape.table;
    for chunk in keys.chunks((CHUNK / table.keys.len().max(1)).max(1)) {
        let mut params = Vec::new();
        let test = key::any_of(table, chunk.iter().map(|(_, key)| key.as_slice()), &mut params);
        let answer: Vec<Cells> = link.run(&statements::rows(table, &shape.columns, &[test], params)).await?;
        let made = shape.any_rows(&mut Asker::Transaction(link), &member.related, &answer, &config.time_zone).await?;
        let mut made: HashMap<String, Row> = made.into_iter().map(|row| (row.id.clone(), row)).collect();
        for (place, key) in chunk {
            let id = key::text(key);
            let row = made.remove(&id).ok_or_else(|| create::gone_at_once(table, &id))?;
            rows.insert(*place, row);
        }
    }
    Ok(())
}
