//! What a customer's own systems hold, as `samband schema pull` found it: the project's
//! `samband.schema.json`.
//!
//! With it `check` knows the real sizes, the customer's own columns and the tenant's own names
//! without a network. It holds no personal data: of Severa's records only those that settings name.

mod declared;
mod file;

pub use declared::Declared;
pub use file::LiveError;

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The file's name, in the project's folder.
pub const FILE_NAME: &str = "samband.schema.json";

/// The only form of the file so far.
const FORMAT: u32 = 1;

/// The file, whole. Members that this version does not know are passed over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Live {
    /// For whoever opens it: where it comes from, and not to edit it.
    pub about: String,
    pub format: u32,
    /// None where this side was not read.
    pub severa: Option<Tenant>,
    pub business: Option<Company>,
}

/// A Severa tenant's own names.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Tenant {
    /// Its address.
    pub from: String,
    /// By record and field: the values, sorted, each once.
    pub names: BTreeMap<String, BTreeMap<String, Vec<String>>>,
    /// By record: fields that only this tenant's exports have, with their types as in the schema
    /// (`bool`, `decimal(18,6)`). Nothing finds them out: who knows of them writes them here.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, BTreeMap<String, String>>,
}

/// A Visma Business company's tables.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Company {
    /// Its database and server.
    pub from: String,
    /// By physical table (`R2`) and column. A table that is not here was not there, or hidden from the login.
    pub tables: BTreeMap<String, BTreeMap<String, Declared>>,
}

impl Live {
    /// What was found, on a day such as `2026-11-23`.
    pub fn new(day: &str, severa: Option<Tenant>, business: Option<Company>) -> Self {
        let from: Vec<&str> = [severa.as_ref().map(|t| &t.from), business.as_ref().map(|c| &c.from)]
            .into_iter()
            .flatten()
            .map(String::as_str)
            .collect();
        let about = format!("do not edit; written by `samband schema pull` on {day} from {}", from.join(" and "));
        Self { about, format: FORMAT, severa, business }
    }

    /// Reads the file's text; the error says what is wrong with it, for a person.
    pub fn parse(text: &str) -> Result<Self, String> {
        /// Read before the rest, whose form may differ.
        #[derive(Deserialize)]
        struct Head {
            format: u32,
        }
        let head: Head = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if head.format != FORMAT {
            return Err(format!("it is of form {}, and this version knows form {FORMAT}", head.format));
        }
        let live: Live = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let fields = live.severa.iter().flat_map(|tenant| &tenant.fields);
        for (record, fields) in fields {
            if let Some((name, ty)) = fields.iter().find(|(_, ty)| super::parse::value_type(ty).is_none()) {
                return Err(format!("`{ty}` is no type, as `{record}.{name}` needs one"));
            }
        }
        Ok(live)
    }

    /// The file's text: the same contents always give the same text.
    pub fn text(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self).map(|text| text + "\n")
    }

    /// The values that a field of a record has in the tenant; `None` where they are not known.
    pub fn names(&self, record: &str, field: &str) -> Option<&[String]> {
        self.severa.as_ref()?.names.get(record)?.get(field).map(Vec::as_slice)
    }
}
