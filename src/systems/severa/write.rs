//! Creating and changing records.

use super::client::error;
use super::related::{Related, only_guid};
use super::resources::{self, Made};
use super::{Severa, answer, derived};
use crate::schema;
use crate::systems::{Create, ErrorKind, PartWrite, Row, Select, SystemError, Update};
use crate::value::{Type, Value};
use std::fmt::Write;

/// Fields and the values to write to them.
type Values = Vec<(String, Value)>;

/// A write of several calls that takes longer than this stops: a process that was put to sleep between two of them
/// may have lost its lease, and another machine completes the record by now.
const TERM: jiff::SignedDuration = jiff::SignedDuration::from_mins(5);

impl Severa {
    pub(super) async fn post(&mut self, create: &Create) -> Result<Row, SystemError> {
        let record = create.select.record.name.as_str();
        let begun = self.client.now();
        let (path, values) = self.collection(record, &create.values)?;
        let values = self.input(record, &values).await?;
        let response = self.client.post(&path, object(&values)).await?;
        self.codes.remove(record);
        let parsed =
            answer::rows(&response, &path, &create.select, &derived::wanted(&create.select)).map_err(unheard)?;
        // A fee is answered as a list, as one of a recurring kind may become several: the first is the one of today.
        let Some(parsed) = parsed.into_iter().next() else {
            return Err(error(ErrorKind::Unknown, format!("POST {path} was answered without the record")));
        };
        let created = parsed.row.id.clone();
        for part in &create.parts {
            // The record is there: a part that fails is completed by the next run, and must not make a second record.
            if let Err(fault) = self.part(record, &created, part, begun).await {
                tracing::warn!(%record, guid = %created, %fault, "the record was created without its {}", part.list);
            }
        }
        let rows = self.complete(&create.select, vec![parsed], &mut Related::default()).await;
        rows.map_err(unheard)?
            .pop()
            .ok_or_else(|| error(ErrorKind::Unknown, format!("POST {path} was answered without the record")))
    }

    pub(super) async fn patch(&mut self, update: &Update) -> Result<Row, SystemError> {
        let record = update.select.record.name.as_str();
        let begun = self.client.now();
        let resource = resources::of(record)?;
        let gone = || error(ErrorKind::Gone, format!("{record} {} is not in Severa any more", update.id));
        let mut now = self.by_id(&update.select, std::slice::from_ref(&update.id)).await?;
        let Some(row) = now.pop() else { return Err(gone()) };
        for (field, expected) in &update.expect {
            let found = update.select.slot(field).and_then(|slot| row.values.get(slot)).unwrap_or(&Value::Null);
            if !found.same(expected) {
                let what = format!(
                    "{record} {} has changed meanwhile: `{field}` is {found}, and {expected} was expected",
                    update.id
                );
                return Err(error(ErrorKind::Moved, what));
            }
        }
        if !update.set.is_empty() {
            let held = |name: &str| {
                let value = update.select.slot(name).and_then(|slot| row.values.get(slot));
                value.filter(|value| !value.is_null()).cloned()
            };
            let body = operations(record, &update.set, &held);
            self.client.patch(&format!("{}/{}", resource.list, update.id), body).await?;
            self.codes.remove(record);
        }
        for part in &update.parts {
            checked_part(&update.select, &row, part)?;
            self.part(record, &update.id, part, begun).await?;
        }
        let mut after = self.by_id(&update.select, std::slice::from_ref(&update.id)).await?;
        after.pop().ok_or_else(gone)
    }

    /// Where a record is created, and what remains for its body.
    fn collection(&self, record: &str, values: &[(String, Value)]) -> Result<(String, Values), SystemError> {
        let resource = resources::of(record)?;
        let known = schema::severa().record(record);
        if !known.is_some_and(|known| known.fields.iter().any(|field| field.create)) {
            return Err(error(ErrorKind::Refused, format!("a {record} cannot be created over Severa's interface"))
                .help("create it in Severa, or take it out of what the mapping creates"));
        }
        if record != "Address" {
            return Ok((resource.list.to_owned(), values.to_vec()));
        }
        let owner = values.iter().find(|(name, _)| name == "customer.guid").map(|(_, owner)| match owner {
            Value::Text(guid) => guid.clone(),
            other => other.to_string(),
        });
        let owner = owner
            .ok_or_else(|| error(ErrorKind::Refused, "an address is created for a customer, which is not given"))?;
        let rest = values.iter().filter(|(name, _)| name != "customer.guid").cloned().collect();
        Ok((resources::part("Customer", "addresses")?.path(&owner), rest))
    }

    /// Values as the input model takes them.
    async fn input(&mut self, record: &str, values: &[(String, Value)]) -> Result<Values, SystemError> {
        let mut input = Vec::with_capacity(values.len());
        for (name, value) in values {
            match (record, name.as_str()) {
                ("ContactCommunication", "kind") => {
                    if !values.iter().any(|(name, _)| name == "communicationType.guid") {
                        input.push(("communicationType.guid".to_owned(), self.type_of_kind(value).await?));
                    }
                }
                _ => input.push((written(record, name).to_owned(), value.clone())),
            }
        }
        // Its default would be that nobody may use it.
        if record == "ContactCommunication" && !values.iter().any(|(name, _)| name == "isForbiddenToUse") {
            input.push(("isForbiddenToUse".to_owned(), Value::Bool(false)));
        }
        Ok(input)
    }

    /// The first active communication type of a kind: names are the tenant's own.
    async fn type_of_kind(&mut self, kind: &Value) -> Result<Value, SystemError> {
        let resource = resources::of("CommunicationType")?;
        let extra = [("type", Type::Text(None)), ("guid", Type::Guid)];
        for response in self.pages(resource.paging, resource.list, &[("active".to_owned(), "true".to_owned())]).await? {
            for parsed in answer::rows(&response, resource.list, &only_guid("CommunicationType"), &extra)? {
                if let [of, guid] = parsed.extra.as_slice()
                    && of.same(kind)
                {
                    return Ok(guid.clone());
                }
            }
        }
        Err(error(ErrorKind::Refused, format!("Severa has no active communication type of the kind {kind}"))
            .help("add one in Severa under Settings > Communication types"))
    }

    async fn part(
        &mut self,
        record: &str,
        owner: &str,
        write: &PartWrite,
        begun: jiff::Timestamp,
    ) -> Result<(), SystemError> {
        if self.client.now().duration_since(begun) > TERM {
            let what = format!(
                "the {} of {record} {owner} were left, as too long has passed since its first call",
                write.list
            );
            return Err(error(ErrorKind::Unknown, what));
        }
        let part = resources::part(record, &write.list)?;
        let resource = resources::of(part.element)?;
        if let Some(id) = &write.id {
            let body = operations(part.element, &write.set, &|_| None);
            self.client.patch(&format!("{}/{id}", resource.list), body).await?;
            return Ok(());
        }
        let mut values = self.input(part.element, &write.set).await?;
        let path = match part.made {
            Made::Under => part.path(owner),
            Made::Flat => {
                values.retain(|(name, _)| name != part.owner);
                values.push((part.owner.to_owned(), Value::text(owner)));
                resource.list.to_owned()
            }
            Made::Never => {
                let what = format!("`{}` of a {record} are made by Severa itself", part.list);
                return Err(error(ErrorKind::Refused, what).help("take them out of what the mapping creates"));
            }
        };
        self.client.post(&path, object(&values)).await?;
        Ok(())
    }
}

/// The record is there, and cannot be read: it must be looked up before anything is created again.
fn unheard(mut error: SystemError) -> SystemError {
    if !error.kind.stops_side() {
        error.kind = ErrorKind::Unknown;
    }
    error
}

/// That an element still holds what was expected.
fn checked_part(select: &Select, owner: &Row, part: &PartWrite) -> Result<(), SystemError> {
    let Some(id) = &part.id else { return Ok(()) };
    let slot = select.slot(&part.list);
    let of = slot.and_then(|slot| select.fields.get(slot)).and_then(|field| field.of.as_deref());
    let (Some(of), Some(Value::List(elements))) = (of, slot.and_then(|slot| owner.values.get(slot))) else {
        return Ok(());
    };
    let place = of.slot("guid").unwrap_or(0);
    let element = elements.iter().find_map(|element| match element {
        Value::Record(values) if values.get(place).is_some_and(|guid| guid.to_string() == *id) => Some(values),
        _ => None,
    });
    let Some(element) = element else {
        return Err(error(ErrorKind::Moved, format!("{} {id} is not there any more", part.list)));
    };
    for (name, expected) in &part.expect {
        let found = of.slot(name).and_then(|slot| element.get(slot)).unwrap_or(&Value::Null);
        if !found.same(expected) {
            let what =
                format!("{} {id} has changed meanwhile: `{name}` is {found}, and {expected} was expected", part.list);
            return Err(error(ErrorKind::Moved, what));
        }
    }
    Ok(())
}

/// Where a derived field is written.
fn written<'a>(record: &str, field: &'a str) -> &'a str {
    match (record, field) {
        ("Invoice", "status") => "status.guid",
        _ => field,
    }
}

/// A body from dotted paths: `customer.guid` becomes an object in the object.
fn object(values: &[(String, Value)]) -> String {
    let mut groups: Vec<(&str, Vec<(String, Value)>)> = Vec::new();
    let mut members = Vec::new();
    for (path, value) in values {
        match path.split_once('.') {
            None => members.push(format!("{}:{}", quoted(path), json(value))),
            Some((first, rest)) => match groups.iter_mut().find(|(name, _)| *name == first) {
                Some((_, inner)) => inner.push((rest.to_owned(), value.clone())),
                None => groups.push((first, vec![(rest.to_owned(), value.clone())])),
            },
        }
    }
    members.extend(groups.into_iter().map(|(name, inner)| format!("{}:{}", quoted(name), object(&inner))));
    format!("{{{}}}", members.join(","))
}

/// A JSON Patch, of which Severa carries Replace only. A reference is cleared as a whole. Money is written as a whole
/// where both its parts are known, from what is set or else from what is `held`: in an empty one there is nothing to
/// replace.
fn operations(record: &str, set: &[(String, Value)], held: &dyn Fn(&str) -> Option<Value>) -> String {
    let mut operations: Vec<(String, String)> = Vec::new();
    for (path, value) in set {
        let path = written(record, path);
        let (place, text) = match (path.rsplit_once('.'), value) {
            (Some((money, "amount" | "currencyCode")), _) => match whole(record, money, set, held) {
                Some(text) => (money, text),
                None => (path, json(value)),
            },
            (Some((reference, "guid")), Value::Null) => (reference, json(value)),
            _ => (path, json(value)),
        };
        let place = format!("/{}", place.replace('.', "/"));
        if !operations.iter().any(|(known, _)| *known == place) {
            operations.push((place, text));
        }
    }
    let mut text = String::from("[");
    for (place, (path, value)) in operations.iter().enumerate() {
        let separator = if place == 0 { "" } else { "," };
        let path = quoted(path);
        let _ = write!(text, "{separator}{{\"op\":\"Replace\",\"path\":{path},\"value\":{value}}}");
    }
    text.push(']');
    text
}

/// Money as the input models take it. One without an amount is nothing, but for the cost of a travel expense type,
/// which must be there.
fn whole(record: &str, money: &str, set: &[(String, Value)], held: &dyn Fn(&str) -> Option<Value>) -> Option<String> {
    let of = |part: &str| {
        let name = format!("{money}.{part}");
        match set.iter().find(|(path, _)| *path == name) {
            Some((_, value)) => Some(value.clone()),
            None => held(&name),
        }
    };
    let amount = of("amount");
    let kept = record == "TravelExpenseType";
    if amount.as_ref().is_some_and(Value::is_null) && !kept {
        return Some("null".to_owned());
    }
    let code = of("currencyCode").filter(|code| !code.is_null())?;
    Some(format!("{{\"amount\":{},\"currencyCode\":{}}}", json(&amount?), json(&code)))
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A value as JSON; decimals are written digit by digit.
fn json(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Decimal(number) => number.to_string(),
        Value::Text(text) => quoted(text),
        other => quoted(&other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_nest_and_keep_digits() {
        let values = [
            ("name".to_owned(), Value::text("Ærø \"A\"")),
            ("customer.guid".to_owned(), Value::text("7b2f")),
            ("unitPrice.amount".to_owned(), Value::Decimal(rust_decimal::Decimal::new(12_050, 2))),
            ("unitPrice.currencyCode".to_owned(), Value::text("NOK")),
        ];
        let expected =
            r#"{"name":"Ærø \"A\"","customer":{"guid":"7b2f"},"unitPrice":{"amount":120.50,"currencyCode":"NOK"}}"#;
        assert_eq!(object(&values), expected);
    }

    #[test]
    fn a_reference_is_cleared_as_a_whole() {
        let set = [("owner.guid".to_owned(), Value::Null), ("name".to_owned(), Value::text("A"))];
        let expected = r#"[{"op":"Replace","path":"/owner","value":null},{"op":"Replace","path":"/name","value":"A"}]"#;
        assert_eq!(operations("Customer", &set, &|_| None), expected);
    }

    #[test]
    fn money_is_written_as_a_whole() {
        let field = |name: &str, value: Value| (name.to_owned(), value);
        let amount = field("unitPrice.amount", Value::Decimal(rust_decimal::Decimal::new(995, 1)));
        let code = field("unitPrice.currencyCode", Value::text("NOK"));
        let op = |path: &str, value: &str| format!(r#"[{{"op":"Replace","path":"{path}","value":{value}}}]"#);
        let whole = op("/unitPrice", r#"{"amount":99.5,"currencyCode":"NOK"}"#);
        let nothing = |_: &str| None;
        let held = |name: &str| (name == "unitPrice.currencyCode").then(|| Value::text("NOK"));
        assert_eq!(operations("Product", &[amount.clone(), code], &nothing), whole);
        assert_eq!(operations("Product", std::slice::from_ref(&amount), &held), whole);
        assert_eq!(operations("Product", &[amount], &nothing), op("/unitPrice/amount", "99.5"));
        let empty = [field("unitPrice.amount", Value::Null)];
        assert_eq!(operations("Product", &empty, &held), op("/unitPrice", "null"));
        let empty = [field("unitPrice.amount", Value::Null), field("unitPrice.currencyCode", Value::text("NOK"))];
        let kept = op("/unitPrice", r#"{"amount":null,"currencyCode":"NOK"}"#);
        assert_eq!(operations("TravelExpenseType", &empty, &nothing), kept);
    }

    #[test]
    fn an_invoices_status_is_written_by_its_reference() {
        let set = [("status".to_owned(), Value::text("7b2f")), ("number".to_owned(), Value::Int(70_012))];
        let expected = r#"[{"op":"Replace","path":"/status/guid","value":"7b2f"},{"op":"Replace","path":"/number","value":70012}]"#;
        assert_eq!(operations("Invoice", &set, &|_| None), expected);
    }
}
