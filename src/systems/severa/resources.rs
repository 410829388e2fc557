//! What each record's routes are and can do.

use super::client::error;
use crate::systems::{ErrorKind, SystemError};

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

const RESOURCES: &[Resource] = &[
    Resource {
        record: "BusinessUnit",
        list: "/v1/businessunits",
        paging: Paging::Offset,
        incremental: true,
        by_ids: None,
        by_numbers: None,
    },
    Resource {
        record: "User",
        list: "/v1/users",
        paging: Paging::Token,
        incremental: true,
        by_ids: None,
        by_numbers: None,
    },
    Resource {
        record: "Customer",
        list: "/v1/customers",
        paging: Paging::Token,
        incremental: true,
        by_ids: None,
        by_numbers: Some("numbers"),
    },
    Resource {
        record: "Address",
        list: "/v1/addresses",
        paging: Paging::Offset,
        incremental: true,
        by_ids: None,
        by_numbers: None,
    },
    Resource {
        record: "Project",
        list: "/v1/projects",
        paging: Paging::Token,
        incremental: true,
        by_ids: Some("projectGuids"),
        by_numbers: Some("numbers"),
    },
    Resource {
        record: "WorkHour",
        list: "/v1/workhours",
        paging: Paging::Token,
        incremental: true,
        by_ids: None,
        by_numbers: None,
    },
    Resource {
        record: "WorkType",
        list: "/v1/worktypes",
        paging: Paging::Offset,
        incremental: true,
        by_ids: None,
        by_numbers: None,
    },
    Resource {
        record: "SalesStatusType",
        list: "/v1/salesstatustypes",
        paging: Paging::Offset,
        incremental: false,
        by_ids: None,
        by_numbers: None,
    },
    Resource {
        record: "Country",
        list: "/v1/localization/countries",
        paging: Paging::Whole,
        incremental: false,
        by_ids: None,
        by_numbers: None,
    },
    Resource {
        record: "Currency",
        list: "/v1/currencies",
        paging: Paging::Offset,
        incremental: false,
        by_ids: None,
        by_numbers: None,
    },
];

pub fn of(record: &str) -> Result<&'static Resource, SystemError> {
    RESOURCES.iter().find(|r| r.record == record).ok_or_else(|| {
        error(ErrorKind::Schema, format!("the record `{record}` has no route in this version"))
            .help("leave it out of the mapping")
    })
}
