//! The schemas against their sources: the published contract, and the company database.

use samband::schema::{self, Field, Record};
use samband::value::Type;
use serde_json::Value as Json;

/// Fields that the 2023 document does not have, each with its reason.
const NOT_IN_CONTRACT: &[(&str, &str)] = &[("Customer", "organizationUnitNumber")];

fn contract() -> Json {
    serde_json::from_str(include_str!("../facts/severa-openapi.json")).expect("the contract is JSON")
}

/// The output and input models of each record.
const MODELS: &[(&str, &str, Option<&str>)] = &[
    ("BusinessUnit", "BusinessUnitModel", Some("BusinessUnitModel")),
    ("User", "UserOutputModel", Some("UserInputModel")),
    ("Customer", "CustomerModel", Some("CustomerModel")),
    ("Address", "AddressModel", Some("AddressModel")),
    ("Project", "ProjectOutputModel", Some("ProjectInputModelBase")),
    ("WorkHour", "WorkHourOutputModel", Some("WorkHourInputModel")),
    ("WorkType", "WorkTypeOutputModel", Some("WorkTypeInputModel")),
    ("SalesStatusType", "SalesStatusTypeOutputModel", None),
    ("Country", "CountryModel", None),
    ("Currency", "CurrencyOutputModel", None),
];

fn model<'a>(contract: &'a Json, name: &str) -> &'a Json {
    &contract["components"]["schemas"][name]
}

/// The property at a dotted path, with its `$ref`s followed.
fn property<'a>(contract: &'a Json, model_name: &str, path: &str) -> Option<&'a Json> {
    let mut current = model(contract, model_name);
    for step in path.split('.') {
        current = current["properties"].get(step)?;
        let reference = current["$ref"].as_str().or_else(|| current["allOf"][0]["$ref"].as_str());
        if let Some(name) = reference.and_then(|r| r.rsplit('/').next()) {
            current = model(contract, name);
        }
    }
    Some(current)
}

fn fits(ty: &Type, property: &Json) -> bool {
    let (kind, format) = (property["type"].as_str().unwrap_or(""), property["format"].as_str().unwrap_or(""));
    match ty {
        Type::Guid | Type::Text(_) => kind == "string" && format.is_empty(),
        Type::Int => kind == "integer",
        Type::Decimal(..) => kind == "number" || kind == "integer",
        Type::Bool => kind == "boolean",
        Type::Date => format == "date",
        Type::Instant => format == "date-time",
        Type::Enum(words) => {
            let known: Vec<_> = property["enum"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
            words.iter().all(|w| known.contains(w))
        }
        _ => true,
    }
}

fn each_severa_field(mut check: impl FnMut(&Record, &Field, &str, Option<&str>)) {
    for record in &schema::severa().records {
        let (_, output, input) =
            MODELS.iter().find(|(name, ..)| *name == record.name).expect("every record has its models");
        for field in &record.fields {
            let known_gap = NOT_IN_CONTRACT.contains(&(record.name.as_str(), field.name.as_str()));
            if !field.derived && !known_gap {
                check(record, field, output, *input);
            }
        }
    }
}

#[test]
fn every_severa_field_is_in_the_contract_with_its_type() {
    let contract = contract();
    each_severa_field(|record, field, output, _| {
        let found = property(&contract, output, &field.name);
        let found = found.unwrap_or_else(|| panic!("{}.{} is not in {output}", record.name, field.name));
        let ty = field.ty.as_ref().expect("Severa's fields have types");
        assert!(fits(ty, found), "{}.{} is {ty}, and the contract says {found}", record.name, field.name);
    });
}

#[test]
fn what_is_writable_is_in_the_input_model_and_not_read_only() {
    let contract = contract();
    each_severa_field(|record, field, _, input| {
        if !field.create && !field.update {
            return;
        }
        // The customer of an address is in the path of the route that creates it.
        if (record.name.as_str(), field.name.as_str()) == ("Address", "customer.guid") {
            return;
        }
        let input = input.unwrap_or_else(|| panic!("{} cannot be written", record.name));
        let found = property(&contract, input, &field.name);
        let found = found.unwrap_or_else(|| panic!("{}.{} is not in {input}", record.name, field.name));
        assert_ne!(found["readOnly"], Json::Bool(true), "{}.{}", record.name, field.name);
    });
}

#[test]
fn what_creating_requires_is_required_here_too() {
    let contract = contract();
    for (record, _, input) in MODELS {
        let Some(input) = input else { continue };
        let known = schema::severa().record(record).expect("a record of the schema");
        for required in model(&contract, input)["required"].as_array().into_iter().flatten().filter_map(Json::as_str) {
            let read_only = property(&contract, input, required).is_some_and(|p| p["readOnly"] == Json::Bool(true));
            let here = known.fields.iter().any(|f| f.required && f.name.split('.').next() == Some(required));
            assert!(read_only || here, "{record} needs {required} when it is created");
        }
    }
}

/// The columns of a table with their declarations, from the company's script.
fn columns(table: &str) -> Vec<(String, String)> {
    let script = include_str!("../facts/visma-business-company.sql").replace(['\r', '\n'], " ");
    let start = script.find(&format!("CREATE TABLE dbo.[{table}] (")).unwrap_or_else(|| panic!("no table {table}"));
    let body = &script[start..];
    let body = &body[..body.find("CONSTRAINT").expect("a key")];
    body.split('[')
        .skip(2)
        .filter_map(|part| part.split_once(']'))
        .map(|(name, declaration)| (name.to_owned(), declaration.split_whitespace().collect::<Vec<_>>().join(" ")))
        .collect()
}

#[test]
fn every_business_field_is_a_column_with_its_type_and_size() {
    for record in &schema::business().records {
        let numbers: Vec<Option<u8>> = match (&record.index, record.name.as_str()) {
            // The test company has these of the twelve units.
            (Some(_), "OrgUnit") => [1, 2, 3, 7, 12].map(Some).to_vec(),
            (Some(range), _) => range.clone().map(Some).collect(),
            (None, _) => vec![None],
        };
        for number in numbers {
            let table = schema::table(&record.name, number);
            let known = columns(&table);
            for field in &record.fields {
                let indices: Vec<Option<u8>> =
                    field.index.clone().map_or(vec![None], |range| range.map(Some).collect());
                for index in indices {
                    // A unit does not refer to itself by its own column.
                    if record.name == "OrgUnit" && field.name == "R" && index == number {
                        continue;
                    }
                    let column = record.column(&field.name, index, number).expect("a column of the schema");
                    let found = known.iter().find(|(name, _)| *name == column.name);
                    let (_, declared) = found.unwrap_or_else(|| panic!("{table} has no column {}", column.name));
                    let wanted = match &column.ty {
                        Type::Text(Some(size)) => format!("varchar({size})"),
                        Type::Decimal(digits, places) => format!("decimal({digits},{places})"),
                        _ => "int".to_owned(),
                    };
                    assert!(declared.starts_with(&wanted), "{table}.{} is {declared}, not {wanted}", column.name);
                }
            }
        }
    }
}

#[test]
fn references_point_at_fields_that_there_are() {
    for side in samband::value::Side::BOTH {
        for record in &schema::of(side).records {
            for (target, column) in record.fields.iter().filter_map(|f| f.refers.as_ref()) {
                let known = schema::of(side).record(target);
                let found = known.is_some_and(|r| r.field(column).is_some());
                assert!(found, "{}: {target}.{column}", record.name);
            }
        }
    }
}
