//! What a side was asked for, counted by route.

use std::collections::BTreeMap;
use std::time::Duration;

/// Counts since the side was opened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Meter {
    /// By method and path with `{guid}` in the place of identifiers (`GET /v1/workhours`), or by statement and table
    /// (`INSERT FreeInf1`).
    pub routes: BTreeMap<String, Route>,
    /// How long requests waited for our share of the quota, or because the server asked for patience.
    pub waited: Duration,
}

/// What went over one route.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Route {
    pub requests: u64,
    /// Records answered, or rows.
    pub rows: u64,
    /// Bytes of requests, without headers and encryption.
    pub bytes_out: u64,
    /// Bytes of answers, likewise.
    pub bytes_in: u64,
}

impl Meter {
    /// Counts one request and its answer.
    pub fn count(&mut self, route: String, one: Route) {
        let route = self.routes.entry(route).or_default();
        route.requests += one.requests;
        route.rows += one.rows;
        route.bytes_out += one.bytes_out;
        route.bytes_in += one.bytes_in;
    }

    /// Of all routes together.
    pub fn sum(&self) -> Route {
        let mut sum = Route::default();
        for route in self.routes.values() {
            sum.requests += route.requests;
            sum.rows += route.rows;
            sum.bytes_out += route.bytes_out;
            sum.bytes_in += route.bytes_in;
        }
        sum
    }
}
