//! The schemas against their sources: the published contract, and the company database.

use samband::schema::{self, Field, Record};
use samband::value::{Side, Type};
use serde_json::Value as Json;

/// Fields that the 2023 document does not have, each with its reason.
const NOT_IN_CONTRACT: &[(&str, &str)] = &[("Customer", "organizationUnitNumber")];

fn contract() -> Json {
    serde_json::from_str(include_str!("../facts/severa-openapi.json")).expect("the contract is JSON")
}

/// The output and input models of each record. Records that a tenant's administrator keeps are not
/// written, so their input models stay out.
const MODELS: &[(&str, &str, Option<&str>)] = &[
    ("BusinessUnit", "BusinessUnitModel", Some("BusinessUnitModel")),
    ("User", "UserOutputModel", Some("UserInputModel")),
    ("Customer", "CustomerModel", Some("CustomerModel")),
    ("Address", "AddressModel", Some("AddressModel")),
    ("ContactPerson", "ContactModel", Some("ContactModel")),
    ("ContactCommunication", "ContactCommunicationModel", Some("ContactCommunicationModel")),
    ("CommunicationType", "CommunicationTypeModel", None),
    ("Project", "ProjectOutputModel", Some("ProjectInputModelBase")),
    ("Phase", "PhaseOutputModel", Some("PhaseInputModel")),
    ("WorkHour", "WorkHourOutputModel", Some("WorkHourInputModel")),
    ("WorkType", "WorkTypeOutputModel", Some("WorkTypeInputModel")),
    ("Product", "ProductOutputModel", Some("ProductInputModel")),
    ("ProductCategory", "ProductCategoryModel", Some("ProductCategoryModel")),
    ("TravelExpenseType", "TravelExpenseTypeOutputModel", Some("TravelExpenseTypeInputModel")),
    ("ProjectFee", "ProjectFeeOutputModel", Some("ProjectFeeInputModel")),
    ("ProjectTravelExpense", "ProjectTravelExpenseOutputModel", Some("ProjectTravelExpenseInputModel")),
    // The input model of PATCH is not published: what may be changed is held against GUESSES.
    ("Invoice", "InvoiceOutputModel", Some("InvoiceOutputModel")),
    ("InvoiceRow", "InvoiceRowOutputModel", None),
    ("InvoiceStatus", "InvoiceStatusModel", None),
    ("SalesStatusType", "SalesStatusTypeOutputModel", None),
    ("ProjectStatusType", "ProjectStatusTypeModel", None),
    ("PhaseStatusType", "PhaseStatusTypeModel", None),
    ("CostCenter", "CostCenterModel", None),
    ("SalesAccount", "SalesAccountModel", None),
    ("CostAccount", "CostAccountModel", None),
    ("VatRate", "VatRateOutputModel", None),
    ("Country", "CountryModel", None),
    ("Currency", "CurrencyOutputModel", None),
];

/// What an invoice is taken to let change, from its output model and the older API.
const GUESSES: &[&str] = &[
    "date",
    "dueDate",
    "notes",
    "number",
    "orderNumber",
    "ourReference",
    "paymentDate",
    "referenceNumber",
    "status",
    "status.guid",
    "yourReference",
];

/// Nullable in the contract and not here, beside keys and what creating requires.
const NEVER_NULL: &[(&str, &str)] = &[("Invoice", "status.guid")];

/// Members of the output models that no field stands for.
const LEFT_OUT: &[&str] = &["keywords", "multiCurrencyInfo", "createdBy", "lastUpdatedBy", "contacts", "workWeek"];

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

/// Whether nothing may stand at the path.
fn nullable(contract: &Json, model_name: &str, path: &str) -> bool {
    let steps: Vec<&str> = path.split('.').collect();
    (1..=steps.len()).any(|n| {
        let (owner, last) = (steps[..n - 1].join("."), steps[n - 1]);
        let owner =
            if owner.is_empty() { Some(model(contract, model_name)) } else { property(contract, model_name, &owner) };
        owner.is_some_and(|o| o["properties"][last]["nullable"] == Json::Bool(true))
    })
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
            *words == known
        }
        Type::Values(of) => kind == "array" && fits(of, &property["items"]),
        _ => false,
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
        // An owner is in the path of the route that creates, or given by the adapter.
        if (!field.create && !field.update) || field.owner {
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
        if *record == "Invoice" {
            assert!(known.fields.iter().all(|f| !f.create), "Severa makes invoices of what is billable");
            continue;
        }
        for required in model(&contract, input)["required"].as_array().into_iter().flatten().filter_map(Json::as_str) {
            let read_only = property(&contract, input, required).is_some_and(|p| p["readOnly"] == Json::Bool(true));
            // A contact detail's type is found by its kind.
            let required = if required == "communicationType" { "kind" } else { required };
            let here =
                known.fields.iter().any(|f| (f.required || f.owner) && f.name.split('.').next() == Some(required));
            assert!(read_only || here, "{record} needs {required} when it is created");
        }
    }
}

#[test]
fn what_may_be_null_is_nullable_here_too() {
    let contract = contract();
    each_severa_field(|record, field, output, _| {
        let known = NEVER_NULL.contains(&(record.name.as_str(), field.name.as_str()));
        if !field.nullable && !field.required && !field.owner && field.name != record.key && !known {
            assert!(!nullable(&contract, output, &field.name), "{}.{} may be null", record.name, field.name);
        }
    });
}

#[test]
fn every_member_of_the_contract_is_a_field() {
    let contract = contract();
    for (record, output, _) in MODELS {
        let known = schema::severa().record(record).expect("a record of the schema");
        for (name, _) in model(&contract, output)["properties"].as_object().expect("members") {
            let first = |f: &Field| f.name.split('.').next() == Some(name);
            let of_kind = (*record, name.as_str()) == ("CommunicationType", "type");
            let found = known.fields.iter().any(first) || of_kind;
            assert!(found || LEFT_OUT.contains(&name.as_str()), "{record}.{name} is in {output} and not here");
        }
    }
}

#[test]
fn what_an_invoice_lets_change_is_the_guess() {
    let invoice = schema::severa().record("Invoice").expect("a record of the schema");
    let mut may: Vec<_> = invoice.fields.iter().filter(|f| f.update).map(|f| f.name.as_str()).collect();
    may.sort_unstable();
    assert_eq!(may, GUESSES);
}

#[test]
fn enumerations_are_the_contracts_whole() {
    let contract = contract();
    for known in &schema::severa().enumerations {
        let words: Vec<_> =
            model(&contract, &known.name)["enum"].as_array().expect("words").iter().filter_map(Json::as_str).collect();
        assert_eq!(known.words, words, "{}", known.name);
    }
    let expense = schema::severa().enumeration("ExpensesClass").expect("an enumeration");
    assert!(expense.words.contains(&"OtherTravelExpense"));
    assert_eq!(schema::severa().enumeration("ExpenseClass"), None);
}

#[test]
fn lists_are_of_records_that_there_are_and_have_their_owner() {
    for (record, field, of) in [
        ("Customer", "projects", "Project"),
        ("Customer", "addresses", "Address"),
        ("Customer", "contactpersons", "ContactPerson"),
        ("ContactPerson", "communications", "ContactCommunication"),
        ("Invoice", "rows", "InvoiceRow"),
    ] {
        let column = schema::severa().record(record).and_then(|r| r.column(field, None, None)).expect("a list");
        assert_eq!(column.ty, Type::List(of), "{record}.{field}");
        let element = schema::severa().record(of).expect("its record");
        let up = element.fields.iter().any(|f| f.refers.as_ref().is_some_and(|(r, _)| r == record));
        assert!(up, "{of} does not say which {record} it belongs to");
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

/// The organisational units that the test company has.
const UNITS: [u8; 5] = [1, 2, 3, 7, 12];

#[test]
fn every_business_field_is_a_column_with_its_type_and_size() {
    for record in &schema::business().records {
        let numbers: Vec<Option<u8>> = match (&record.index, record.name.as_str()) {
            // The test company has these of the twelve units.
            (Some(_), "OrgUnit") => UNITS.map(Some).to_vec(),
            (Some(range), _) => range.clone().map(Some).collect(),
            (None, _) => vec![None],
        };
        for number in numbers {
            let table = schema::table(&record.name, number);
            let known = columns(&table);
            for field in record.fields.iter().filter(|f| !f.derived && f.is_in(number)) {
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
                    let narrow =
                        wanted == "int" && (declared.starts_with("tinyint") || declared.starts_with("smallint"));
                    let same = declared.starts_with(&wanted) || narrow;
                    assert!(same, "{table}.{} is {declared}, not {wanted}", column.name);
                }
            }
        }
    }
}

#[test]
fn every_column_is_a_business_field() {
    for record in &schema::business().records {
        let numbers: Vec<Option<u8>> = match (&record.index, record.name.as_str()) {
            (Some(_), "OrgUnit") => UNITS.map(Some).to_vec(),
            (Some(range), _) => range.clone().map(Some).collect(),
            (None, _) => vec![None],
        };
        for number in numbers {
            let table = schema::table(&record.name, number);
            for (name, _) in columns(&table) {
                let found = record.fields.iter().filter(|f| f.is_in(number)).any(|field| match &field.index {
                    None => field.name == name,
                    Some(range) => range.clone().any(|n| schema::physical(&field.name, Some(n)) == name),
                });
                assert!(found, "{table}.{name} is a column and not here");
            }
        }
    }
}

#[test]
fn keys_are_those_of_the_database() {
    let script = include_str!("../facts/visma-business-company.sql").replace(['\r', '\n'], " ");
    for record in &schema::business().records {
        let table = schema::table(&record.name, record.index.clone().map(|range| *range.start()));
        let key = format!("CONSTRAINT [PK_{table}] PRIMARY KEY ({})", record.key.replace(',', ", "));
        assert!(script.contains(&key), "{key}");
        for name in record.keys() {
            let field = record.field(name).expect("a key is a field");
            assert!(!field.update, "{}.{name} never changes", record.name);
        }
    }
    let line = schema::business().record("OrdLn").expect("order lines");
    assert_eq!(line.keys().collect::<Vec<_>>(), ["OrdNo", "LnNo"]);
    assert_eq!(line.key_column(None), None);
}

/// What the standard mapping and a customer's changes of it rest on.
#[test]
fn what_mappings_use_is_there_with_its_type_and_rights() {
    let text = |size| Type::Text(Some(size));
    let (severa, business) = (Side::Severa, Side::Business);
    for (side, record, field, ty, null, create, update) in [
        (severa, "Product", "type", Type::Enum(&["FixedFees", "Materials", "Subcontracting"]), true, true, true),
        (severa, "Product", "productCategory.guid", Type::Guid, true, true, true),
        (severa, "TravelExpenseType", "unitCost.amount", Type::Decimal(18, 6), true, true, true),
        (severa, "Customer", "number", Type::Int, true, true, true),
        (severa, "Customer", "isInternal", Type::Bool, false, false, false),
        (severa, "ContactPerson", "isDeleted", Type::Bool, false, false, false),
        (severa, "ContactCommunication", "isForbiddenToUse", Type::Bool, false, true, true),
        (severa, "Project", "internalName", Type::Text(None), true, true, true),
        (severa, "Project", "won", Type::Bool, false, false, false),
        (severa, "Invoice", "status", Type::Guid, false, false, true),
        (severa, "Invoice", "projects", Type::Values(Box::new(Type::Guid)), false, false, false),
        (severa, "Invoice", "receiverAddress.city", Type::Text(None), true, false, false),
        (severa, "InvoiceRow", "user.businessUnit.guid", Type::Guid, true, false, false),
        (severa, "ProjectFee", "eventDate", Type::Date, true, true, true),
        (severa, "WorkHour", "invoice.guid", Type::Guid, true, true, true),
        (business, "Prod", "Descr", text(60), true, true, true),
        (business, "Prod", "salePrice", Type::Decimal(28, 6), true, false, false),
        (business, "Ord", "isCreditNote", Type::Bool, false, true, true),
        (business, "Ord", "invoiceNumber", Type::Int, true, false, false),
        (business, "Ord", "paidDate", Type::Date, true, false, false),
        (business, "Ord", "InvoNo", text(20), true, false, false),
        (business, "OrdLn", "TrInf1", text(40), true, true, true),
        (business, "AcTr", "homeCurrency", text(3), false, false, false),
        (business, "AcTr", "AcAm", Type::Decimal(28, 6), false, false, false),
    ] {
        let column = schema::of(side).record(record).and_then(|r| r.column(field, None, None));
        let column = column.unwrap_or_else(|| panic!("no {record}.{field}"));
        let is = (column.ty, column.field.nullable, column.field.create, column.field.update);
        assert_eq!(is, (ty, null, create, update), "{record}.{field}");
    }
    for (record, field, target) in [
        ("FreeInf", "OrdNo", ("Ord", "OrdNo")),
        ("Prod", "StSaleUn", ("Unit", "Un")),
        ("Prod", "PrCatNo", ("ProdCat", "PrCatNo")),
        ("Ord", "InvoCust", ("Actor", "CustNo")),
        ("OrdLn", "ProdNo", ("Prod", "ProdNo")),
        ("AcTr", "R", ("OrgUnit", "RNo")),
    ] {
        let field = schema::business().record(record).and_then(|r| r.field(field)).expect("a field");
        let refers = field.refers.as_ref().map(|(record, column)| (record.as_str(), column.as_str()));
        assert_eq!(refers, Some(target), "{record}.{}", field.name);
    }
    let orders = schema::business().record("Ord").expect("orders");
    assert_eq!(orders.column("Inf", Some(7), None), None, "an order has six information fields");
}

#[test]
fn references_point_at_fields_that_there_are() {
    for side in Side::BOTH {
        for record in &schema::of(side).records {
            for (target, column) in record.fields.iter().filter_map(|f| f.refers.as_ref()) {
                let known = schema::of(side).record(target);
                let found = known.is_some_and(|r| r.field(column).is_some());
                assert!(found, "{}: {target}.{column}", record.name);
            }
        }
    }
}
