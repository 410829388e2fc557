//! Creating and changing records.

use super::Severa;
use super::answer;
use super::client::error;
use super::related::{Related, wanted};
use super::resources;
use crate::systems::{Create, ErrorKind, PartWrite, Row, Select, SystemError, Update};
use crate::value::Value;
use std::fmt::Write;

impl Severa {
    pub(super) async fn post(&mut self, create: &Create) -> Result<Row, SystemError> {
        let resource = resources::of(&create.select.record.name)?;
        let response = self.client.post(resource.list, object(&create.values)).await?;
        let parsed = answer::rows(&response, resource.list, &create.select, wanted(&create.select))?;
        let Some(created) = parsed.first().map(|p| p.row.id.clone()) else {
            return Err(error(ErrorKind::Unknown, format!("POST {} was answered without the record", resource.list)));
        };
        for part in &create.parts {
            // The record is there: a part that fails is completed by the next run, and must not make a second record.
            if let Err(fault) = self.part(&created, part).await {
                tracing::warn!(record = %create.select.record.name, guid = %created, %fault, "the record was created without its {}", part.list);
            }
        }
        let mut rows = self.complete(&create.select, parsed, &Related::default()).await?;
        Ok(rows.remove(0))
    }

    pub(super) async fn patch(&mut self, update: &Update) -> Result<Row, SystemError> {
        let resource = resources::of(&update.select.record.name)?;
        let gone =
            || error(ErrorKind::Gone, format!("{} {} is not in Severa any more", update.select.record.name, update.id));
        let mut now = self.by_id(&update.select, std::slice::from_ref(&update.id)).await?;
        let Some(row) = now.pop() else { return Err(gone()) };
        for (field, expected) in &update.expect {
            let found = update.select.slot(field).and_then(|slot| row.values.get(slot)).unwrap_or(&Value::Null);
            if !found.same(expected) {
                let what = format!(
                    "{} {} has changed meanwhile: `{field}` is {found}, and {expected} was expected",
                    update.select.record.name, update.id
                );
                return Err(error(ErrorKind::Moved, what));
            }
        }
        if !update.set.is_empty() {
            self.client.patch(&format!("{}/{}", resource.list, update.id), operations(&update.set)).await?;
        }
        for part in &update.parts {
            self.checked_part(&update.select, &row, part)?;
            self.part(&update.id, part).await?;
        }
        let mut after = self.by_id(&update.select, std::slice::from_ref(&update.id)).await?;
        after.pop().ok_or_else(gone)
    }

    /// That an element still holds what was expected.
    fn checked_part(&self, select: &Select, owner: &Row, part: &PartWrite) -> Result<(), SystemError> {
        let Some(id) = &part.id else { return Ok(()) };
        let field = select.fields.iter().position(|f| f.name == part.list);
        let (Some(slot), Some(of)) = (field, field.and_then(|slot| select.fields[slot].of.as_deref())) else {
            return Ok(());
        };
        let Some(Value::List(elements)) = owner.values.get(slot) else { return Ok(()) };
        let element = elements.iter().find_map(|e| match e {
            Value::Record(values) if values.first().is_some_and(|guid| guid.to_string() == *id) => Some(values),
            _ => None,
        });
        let Some(element) = element else {
            return Err(error(ErrorKind::Moved, format!("{} {id} is not there any more", part.list)));
        };
        for (name, expected) in &part.expect {
            let found = of.slot(name).and_then(|slot| element.get(slot)).unwrap_or(&Value::Null);
            if !found.same(expected) {
                return Err(error(
                    ErrorKind::Moved,
                    format!(
                        "{} {id} has changed meanwhile: `{name}` is {found}, and {expected} was expected",
                        part.list
                    ),
                ));
            }
        }
        Ok(())
    }

    async fn part(&mut self, owner: &str, part: &PartWrite) -> Result<(), SystemError> {
        match &part.id {
            Some(id) => self.client.patch(&format!("/v1/addresses/{id}"), operations(&part.set)).await?,
            None => self.client.post(&format!("/v1/customers/{owner}/addresses"), object(&part.set)).await?,
        };
        Ok(())
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

/// A JSON Patch, of which Severa carries Replace only. A reference is cleared as a whole.
fn operations(set: &[(String, Value)]) -> String {
    let mut text = String::from("[");
    for (place, (path, value)) in set.iter().enumerate() {
        let path = match (value, path.split_once('.')) {
            (Value::Null, Some((reference, "guid"))) => reference,
            _ => path,
        };
        let separator = if place == 0 { "" } else { "," };
        let _ = write!(
            text,
            "{separator}{{\"op\":\"Replace\",\"path\":{},\"value\":{}}}",
            quoted(&format!("/{}", path.replace('.', "/"))),
            json(value)
        );
    }
    text.push(']');
    text
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
        assert_eq!(operations(&set), expected);
    }
}
