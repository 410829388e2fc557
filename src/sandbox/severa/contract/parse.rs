//! Reads the OpenAPI document into the contract.

use super::overlay::{RELATIONS, TABLES, UNPUBLISHED, WRITTEN};
use super::{Contract, Kind, Member, Model, Paging, Parameter, Route, Schema, Segment};
use crate::sandbox::severa::json::{Json, Members};
use std::collections::BTreeMap;

/// The whole contract; the error names what the document lacks.
pub fn contract(document: &str) -> Result<Contract, String> {
    let document = Json::parse(document)?;
    let schemas = document.at("components.schemas").and_then(Json::members).ok_or("no components.schemas")?;
    let mut routes = Vec::new();
    for (path, operations) in document.get("paths").and_then(Json::members).ok_or("no paths")? {
        for (method, operation) in operations.members().ok_or_else(|| format!("{path}: no operations"))? {
            routes.push(route(path, method, operation, schemas).map_err(|fault| format!("{method} {path}: {fault}"))?);
        }
    }
    // Literal steps before parameters, so that `/workcontracts/current` is not taken for a GUID.
    routes.sort_by_key(|route| {
        route.segments.iter().map(|segment| matches!(segment, Segment::Parameter(_))).collect::<Vec<_>>()
    });
    let mut tables: BTreeMap<String, String> =
        TABLES.iter().map(|(model, table)| ((*model).to_owned(), (*table).to_owned())).collect();
    let mut shown = BTreeMap::new();
    for route in routes.iter().filter(|route| route.method == "GET") {
        if let (Some(Kind::Object(model)), Some([.., Segment::Literal(table), Segment::Parameter(_)])) =
            (route.answer.as_ref().map(|answer| &answer.kind), Some(route.segments.as_slice()))
        {
            tables.insert(model.clone(), table.clone());
            shown.insert(table.clone(), model.clone());
        }
    }
    for (model, table) in TABLES {
        if schemas.contains_key(*model) && !shown.contains_key(*table) {
            shown.insert((*table).to_owned(), (*model).to_owned());
        }
    }
    let mut written: BTreeMap<String, String> =
        WRITTEN.iter().map(|(table, model)| ((*table).to_owned(), (*model).to_owned())).collect();
    for route in routes.iter().filter(|route| route.method == "POST") {
        if let (Some(Schema { kind: Kind::Object(model), .. }), Some(Segment::Literal(table))) =
            (&route.body, route.segments.last())
        {
            written.entry(table.clone()).or_insert_with(|| model.clone());
        }
    }
    let mut models = BTreeMap::new();
    for (name, described) in schemas {
        if described.get("enum").is_none() {
            models.insert(name.clone(), model(name, described, schemas, &tables)?);
        }
    }
    for (name, source, members) in UNPUBLISHED {
        let mut cut = models.get(*source).cloned().ok_or_else(|| format!("no {source}"))?;
        cut.members.retain(|member| members.contains(&member.name.as_str()));
        cut.members.iter_mut().for_each(|member| member.required = false);
        models.insert((*name).to_owned(), cut);
    }
    let contract = Contract { routes, models, tables, shown, written };
    check(&contract)?;
    Ok(contract)
}

fn route(path: &str, method: &str, operation: &Json, schemas: &Members) -> Result<Route, String> {
    let segments: Vec<Segment> = path
        .split('/')
        .filter(|step| !step.is_empty())
        .map(|step| match step.strip_prefix('{').and_then(|step| step.strip_suffix('}')) {
            Some(name) => Segment::Parameter(name.to_owned()),
            None => Segment::Literal(step.to_owned()),
        })
        .collect();
    let mut parameters = Vec::new();
    for described in operation.get("parameters").map(Json::items).unwrap_or_default() {
        if described.get("in").and_then(Json::as_text) == Some("query") {
            let name = described.get("name").and_then(Json::as_text).ok_or("a parameter without a name")?;
            let schema =
                schema(described.get("schema").ok_or("a parameter without a schema")?, schemas, &BTreeMap::new())?;
            parameters.push(Parameter { name: name.to_owned(), schema });
        }
    }
    let security = operation.get("security").map(Json::items).unwrap_or_default();
    let scopes = security.iter().flat_map(|way| way.get("OAuth2").map(Json::items).unwrap_or_default());
    let open = matches!(path, "/v1/token" | "/v1/refreshtoken" | "/v1/signout");
    let responses = operation.get("responses").and_then(Json::members).ok_or("no responses")?;
    let (status, good) = responses
        .iter()
        .find_map(|(code, response)| code.parse::<u16>().ok().filter(|code| *code < 300).map(|code| (code, response)))
        .ok_or("no good response")?;
    let content = |described: &Json| {
        described.get("content").and_then(Json::members).and_then(|content| content.values().next().cloned())
    };
    let read = |described: Option<Json>| match described.as_ref().and_then(|content| content.get("schema")) {
        Some(described) => schema(described, schemas, &BTreeMap::new()).map(Some),
        None => Ok(None),
    };
    let paging = if good.at("headers.NextPageToken").is_some() {
        Paging::Token
    } else if parameters.iter().any(|parameter| parameter.name == "firstRow") {
        Paging::Offset
    } else {
        Paging::None
    };
    Ok(Route {
        method: method.to_uppercase(),
        path: path.to_owned(),
        segments,
        parameters,
        scopes: scopes.filter_map(Json::as_text).map(str::to_owned).collect(),
        secured: !security.is_empty() && !open,
        body: read(operation.get("requestBody").and_then(content))?,
        status,
        answer: read(content(good))?,
        paging,
    })
}

fn model(name: &str, described: &Json, schemas: &Members, tables: &BTreeMap<String, String>) -> Result<Model, String> {
    let required = described.get("required").map(Json::items).unwrap_or_default();
    let mut members = Vec::new();
    for (member, described) in described.get("properties").and_then(Json::members).into_iter().flatten() {
        let mut schema = schema(described, schemas, tables).map_err(|fault| format!("{name}.{member}: {fault}"))?;
        if let Some((_, _, right)) = RELATIONS.iter().find(|(model, known, _)| model == &name && known == member) {
            schema.relation = tables.get(*right).cloned();
        }
        if name == "PatchOperation" && member == "value" {
            schema.kind = Kind::Any;
        }
        members.push(Member {
            name: member.clone(),
            required: required.iter().any(|known| known.as_text() == Some(member)),
            schema,
        });
    }
    Ok(Model { members })
}

fn schema(described: &Json, schemas: &Members, tables: &BTreeMap<String, String>) -> Result<Schema, String> {
    let text = |name: &str| described.get(name).and_then(Json::as_text);
    let flag = |name: &str| described.get(name).and_then(Json::as_bool).unwrap_or(false);
    let size = |name: &str| described.get(name).and_then(Json::as_int).and_then(|size| usize::try_from(size).ok());
    let kind = match (text("$ref"), text("type"), text("format")) {
        (Some(target), _, _) => {
            let name = target.rsplit('/').next().unwrap_or(target);
            let target = schemas.get(name).ok_or_else(|| format!("no schema {name}"))?;
            match target.get("enum") {
                Some(values) => {
                    Kind::Enum(values.items().iter().filter_map(Json::as_text).map(str::to_owned).collect())
                }
                None => Kind::Object(name.to_owned()),
            }
        }
        (_, Some("array"), _) => {
            Kind::List(Box::new(schema(described.get("items").ok_or("a list without items")?, schemas, tables)?))
        }
        (_, Some("string"), Some("date")) => Kind::Date,
        (_, Some("string"), Some("date-time")) => Kind::Instant,
        (_, Some("string"), Some("binary")) => Kind::Binary,
        (_, Some("string"), _) => Kind::Text,
        (_, Some("integer"), Some("int32")) => Kind::Integer(32),
        (_, Some("integer"), _) => Kind::Integer(64),
        (_, Some("number"), _) => Kind::Number,
        (_, Some("boolean"), _) => Kind::Boolean,
        (_, other, _) => return Err(format!("a schema of type {other:?}")),
    };
    let relation = text("x-relation").or_else(|| text("x-relation-guid"));
    Ok(Schema {
        kind,
        nullable: flag("nullable"),
        read_only: flag("readOnly"),
        default: described.get("default").cloned(),
        max_length: size("maxLength"),
        min_length: size("minLength").filter(|size| *size > 0),
        relation: relation.and_then(|model| tables.get(model).cloned()),
    })
}

/// Every object that is named is described.
fn check(contract: &Contract) -> Result<(), String> {
    let members = contract.models.values().flat_map(|model| model.members.iter().map(|member| &member.schema));
    let routes = contract.routes.iter().flat_map(|route| route.body.iter().chain(route.answer.iter()));
    for schema in members.chain(routes) {
        let mut kind = &schema.kind;
        while let Kind::List(item) = kind {
            kind = &item.kind;
        }
        if let Kind::Object(name) = kind
            && !contract.models.contains_key(name)
        {
            return Err(format!("no model {name}"));
        }
    }
    match contract.written.values().find(|name| !contract.models.contains_key(*name)) {
        Some(name) => Err(format!("no input model {name}")),
        None => Ok(()),
    }
}
