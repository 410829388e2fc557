//! The published contract as data: routes, parameters, scopes and models, read from the vendor's OpenAPI document
//! (`facts/severa-openapi.json`) and corrected where the document is known to be wrong ([`overlay`]).

pub mod overlay;
mod parse;

use super::json::Json;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// The document, as the repository keeps it.
pub const DOCUMENT: &str = include_str!("../../../facts/severa-openapi.json");

/// All routes and models.
#[derive(Debug)]
pub struct Contract {
    pub routes: Vec<Route>,
    pub models: BTreeMap<String, Model>,
    /// Which table holds the records of a model, e.g. `CustomerModel` → `customers`.
    pub tables: BTreeMap<String, String>,
    /// The model that a table's records are shown in, e.g. `customers` → `CustomerModel`.
    pub shown: BTreeMap<String, String>,
    /// The model that a table's records are created and patched by; absent where nothing can be written.
    pub written: BTreeMap<String, String>,
}

/// One operation of the document.
#[derive(Debug)]
pub struct Route {
    pub method: String,
    /// The path as the document writes it, e.g. `/v1/customers/{guid}`.
    pub path: String,
    pub segments: Vec<Segment>,
    pub parameters: Vec<Parameter>,
    /// Scopes of which one is needed; empty where a token alone is enough.
    pub scopes: Vec<String>,
    /// Whether a token is needed at all.
    pub secured: bool,
    pub body: Option<Schema>,
    /// The status of a good answer: 200, 201 or 204.
    pub status: u16,
    pub answer: Option<Schema>,
    pub paging: Paging,
}

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Segment {
    Literal(String),
    Parameter(String),
}

/// How a list is cut into pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paging {
    None,
    /// The next page's token comes in the header `NextPageToken`.
    Token,
    /// `firstRow` and `rowCount`.
    Offset,
}

/// A query parameter.
#[derive(Debug)]
pub struct Parameter {
    pub name: String,
    pub schema: Schema,
}

/// An object's members.
#[derive(Debug, Clone)]
pub struct Model {
    pub members: Vec<Member>,
}

/// One member of a model.
#[derive(Debug, Clone)]
pub struct Member {
    pub name: String,
    pub required: bool,
    pub schema: Schema,
}

/// What a value may be.
#[derive(Debug, Clone)]
pub struct Schema {
    pub kind: Kind,
    pub nullable: bool,
    pub read_only: bool,
    pub default: Option<Json>,
    pub max_length: Option<usize>,
    pub min_length: Option<usize>,
    /// The table that the object's `guid`, or the text itself, must be found in.
    pub relation: Option<String>,
}

/// The kinds of values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    Text,
    Date,
    Instant,
    Binary,
    /// A whole number of so many bits.
    Integer(u8),
    Number,
    Boolean,
    Enum(Vec<String>),
    /// An object of the named model.
    Object(String),
    List(Box<Schema>),
    /// Anything (a patch's value).
    Any,
}

impl PartialEq for Schema {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind && self.nullable == other.nullable
    }
}

impl Eq for Schema {}

impl Model {
    /// The member of that name.
    pub fn member(&self, name: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.name == name)
    }
}

impl Contract {
    /// The model of that name. Every name that the contract itself holds is there: parsing checked it.
    pub fn model(&self, name: &str) -> &Model {
        self.models.get(name).expect("the contract was checked to hold every model it names")
    }

    /// The model that records of the table are shown in.
    pub fn shown(&self, table: &str) -> Option<&Model> {
        self.shown.get(table).map(|name| self.model(name))
    }

    /// The model that records of the table are written by.
    pub fn written(&self, table: &str) -> Option<&Model> {
        self.written.get(table).map(|name| self.model(name))
    }
}

/// The contract, read once.
pub fn contract() -> &'static Contract {
    static CONTRACT: OnceLock<Contract> = OnceLock::new();
    CONTRACT.get_or_init(|| parse::contract(DOCUMENT).expect("facts/severa-openapi.json is a valid document"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_is_read_whole() {
        let contract = contract();
        assert_eq!(contract.routes.len(), 158);
        assert_eq!(contract.tables["CustomerModel"], "customers");
        assert_eq!(contract.tables["CountryModel"], "countries");
        assert_eq!(contract.written["projects"], "ProjectInputModelBase");
        assert_eq!(contract.written["addresses"], "AddressModel");
        assert_eq!(contract.written["invoices"], "InvoiceInputModel");
        let route = contract.routes.iter().find(|route| route.path == "/v1/users" && route.method == "GET").unwrap();
        assert_eq!((route.paging, route.scopes.as_slice()), (Paging::Token, &["users:read".to_owned()][..]));
    }
}
