//! What each record's routes are and can do. A test holds the table against the published document.

use super::client::error;
use crate::systems::{ErrorKind, Select, SystemError};

/// How a listing is read on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paging {
    /// `pageToken`, with the next one in the header `NextPageToken`.
    Token,
    /// `firstRow` and `rowCount`; a short page is the last.
    Offset,
    /// All in one answer.
    Whole,
}

/// Where the deleted records of a kind are listed.
pub fn deleted(record: &str) -> Option<&'static str> {
    match record {
        "WorkHour" => Some("/v1/deletedworkhours"),
        "ProjectFee" => Some("/v1/deletedprojectfees"),
        "ProjectTravelExpense" => Some("/v1/deletedprojecttravelexpenses"),
        _ => None,
    }
}

#[derive(Debug)]
pub struct Resource {
    pub record: &'static str,
    /// The collection's path.
    pub list: &'static str,
    pub paging: Paging,
    /// Whether the listing takes `changedSince`.
    pub incremental: bool,
    /// A query parameter that takes several identifiers at once.
    pub by_ids: Option<&'static str>,
    /// A query parameter that finds records by their number.
    pub by_numbers: Option<&'static str>,
}

/// A list of records that belong to the record which has it.
#[derive(Debug)]
pub struct Part {
    pub record: &'static str,
    /// The field: `addresses`.
    pub list: &'static str,
    pub element: &'static str,
    /// Where an element names its owner.
    pub owner: &'static str,
    /// The list of one owner: what stands before and after its identifier.
    pub of_one: (&'static str, &'static str),
    pub paging: Paging,
    /// A query parameter of the flat list that takes several owners at once.
    pub of_several: Option<&'static str>,
    /// How elements are created.
    pub made: Made,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Made {
    /// Below the owner's path.
    Under,
    /// In the flat collection, naming the owner.
    Flat,
    /// By Severa itself.
    Never,
}

const fn resource(record: &'static str, list: &'static str, paging: Paging, incremental: bool) -> Resource {
    Resource { record, list, paging, incremental, by_ids: None, by_numbers: None }
}

const fn numbered(resource: Resource) -> Resource {
    Resource { by_numbers: Some("numbers"), ..resource }
}

use Paging::{Offset, Token, Whole};

const RESOURCES: &[Resource] = &[
    resource("Address", "/v1/addresses", Offset, true),
    resource("BusinessUnit", "/v1/businessunits", Offset, true),
    resource("CommunicationType", "/v1/communicationtypes", Offset, false),
    resource("ContactCommunication", "/v1/contactcommunications", Offset, true),
    resource("ContactPerson", "/v1/contactpersons", Offset, true),
    resource("CostAccount", "/v1/costaccounts", Offset, false),
    resource("CostCenter", "/v1/costcenters", Offset, true),
    resource("Country", "/v1/localization/countries", Whole, false),
    resource("Currency", "/v1/currencies", Offset, false),
    numbered(resource("Customer", "/v1/customers", Token, true)),
    numbered(resource("Invoice", "/v1/invoices", Token, true)),
    resource("InvoiceRow", "/v1/invoicerows", Token, true),
    resource("InvoiceStatus", "/v1/invoicestatuses", Offset, false),
    resource("Phase", "/v1/phases", Token, true),
    resource("PhaseStatusType", "/v1/phasestatustypes", Offset, false),
    resource("Product", "/v1/products", Token, true),
    resource("ProductCategory", "/v1/productcategories", Offset, true),
    Resource { by_ids: Some("projectGuids"), ..numbered(resource("Project", "/v1/projects", Token, true)) },
    resource("ProjectFee", "/v1/projectfees", Token, true),
    resource("ProjectStatusType", "/v1/projectstatustypes", Offset, false),
    resource("ProjectTravelExpense", "/v1/projecttravelexpenses", Token, true),
    resource("SalesAccount", "/v1/salesaccounts", Offset, false),
    resource("SalesStatusType", "/v1/salesstatustypes", Offset, false),
    resource("TravelExpenseType", "/v1/travelexpensetypes", Offset, true),
    resource("User", "/v1/users", Token, true),
    resource("VatRate", "/v1/vatrates", Whole, false),
    resource("WorkHour", "/v1/workhours", Token, true),
    resource("WorkType", "/v1/worktypes", Offset, true),
];

const PARTS: &[Part] = &[
    Part {
        record: "Customer",
        list: "addresses",
        element: "Address",
        owner: "customer.guid",
        of_one: ("/v1/customers/", "/addresses"),
        paging: Offset,
        of_several: None,
        made: Made::Under,
    },
    Part {
        record: "Customer",
        list: "contactpersons",
        element: "ContactPerson",
        owner: "customer.guid",
        of_one: ("/v1/customers/", "/contactpersons"),
        paging: Offset,
        of_several: None,
        made: Made::Flat,
    },
    Part {
        record: "Customer",
        list: "projects",
        element: "Project",
        owner: "customer.guid",
        of_one: ("/v1/customers/", "/projects"),
        paging: Token,
        of_several: Some("customerGuids"),
        made: Made::Flat,
    },
    Part {
        record: "ContactPerson",
        list: "communications",
        element: "ContactCommunication",
        owner: "contact.guid",
        of_one: ("/v1/contacts/", "/contactcommunications"),
        paging: Whole,
        of_several: None,
        made: Made::Flat,
    },
    Part {
        record: "Invoice",
        list: "rows",
        element: "InvoiceRow",
        owner: "invoiceGuid",
        of_one: ("/v1/invoices/", "/invoicerows"),
        paging: Token,
        of_several: None,
        made: Made::Never,
    },
];

pub fn of(record: &str) -> Result<&'static Resource, SystemError> {
    RESOURCES.iter().find(|r| r.record == record).ok_or_else(|| {
        error(ErrorKind::Schema, format!("the record `{record}` has no route in this version"))
            .help("leave it out of the mapping")
    })
}

/// The list field of a record.
pub fn part(record: &str, list: &str) -> Result<&'static Part, SystemError> {
    PARTS.iter().find(|p| p.record == record && p.list == list).ok_or_else(|| {
        error(ErrorKind::Schema, format!("the list `{record}.{list}` has no route in this version"))
            .help("leave it out of the mapping")
    })
}

/// The routes of a question: its record's, and those of its lists.
pub fn asked(select: &Select) -> Result<Vec<&'static Resource>, SystemError> {
    let mut found = vec![of(&select.record.name)?];
    for field in &select.fields {
        if let Some(inner) = &field.of {
            part(&select.record.name, &field.name)?;
            found.extend(asked(inner)?);
        }
    }
    Ok(found)
}

#[cfg(test)]
pub fn all() -> &'static [Resource] {
    RESOURCES
}

impl Resource {
    /// Whether it is one of the tenant's settings: lists so short that a page or two hold them whole. Products, which
    /// are read by tokens, may be many.
    pub fn is_register(&self) -> bool {
        self.paging != Paging::Token && super::scope::of("GET", self.list).as_deref() == Some("settings:read")
    }
}

impl Part {
    pub fn path(&self, owner: &str) -> String {
        format!("{}{owner}{}", self.of_one.0, self.of_one.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn parameters<'a>(document: &'a Value, path: &str) -> Vec<&'a str> {
        let listed = document["paths"][path]["get"]["parameters"].as_array();
        assert!(document["paths"][path]["get"].is_object(), "no {path}");
        listed.into_iter().flatten().filter_map(|p| p["name"].as_str()).collect()
    }

    fn paging(parameters: &[&str]) -> Paging {
        match (parameters.contains(&"pageToken"), parameters.contains(&"firstRow")) {
            (true, _) => Token,
            (_, true) => Offset,
            _ => Whole,
        }
    }

    #[test]
    fn routes_are_the_documents() {
        let document: Value = serde_json::from_str(include_str!("../../../facts/severa-openapi.json")).unwrap();
        for held in RESOURCES {
            let known = parameters(&document, held.list);
            assert_eq!(paging(&known), held.paging, "{}", held.record);
            assert_eq!(known.contains(&"changedSince"), held.incremental, "{}", held.record);
            for parameter in [held.by_ids, held.by_numbers].into_iter().flatten() {
                assert!(known.contains(&parameter), "{}: {parameter}", held.record);
            }
            assert!(document["paths"][format!("{}/{{guid}}", held.list)]["get"].is_object(), "{}", held.record);
        }
        for record in &crate::schema::severa().records {
            assert!(of(&record.name).is_ok(), "{} has no route", record.name);
            for field in &record.fields {
                if let Some(crate::value::Type::List(element)) = &field.ty {
                    let part = part(&record.name, &field.name).unwrap();
                    assert_eq!(part.element, *element);
                    let (first, last) = part.of_one;
                    let fits = |path: &&String| {
                        path.strip_prefix(first)
                            .and_then(|rest| rest.strip_suffix(last))
                            .is_some_and(|step| step.starts_with('{') && step.ends_with('}') && !step.contains('/'))
                    };
                    let path = document["paths"].as_object().unwrap().keys().find(fits).expect("a nested route");
                    assert_eq!(paging(&parameters(&document, path)), part.paging, "{path}");
                }
            }
        }
    }
}
