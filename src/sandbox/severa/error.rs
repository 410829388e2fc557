//! The server's error answers: `ExceptionModel`, as the vendor's document describes it.

use super::Response;
use super::json::{Json, object};

/// What is wrong with a request, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("Severa's sandbox answers {status} {kind}: {message}")]
pub struct Fault {
    /// The HTTP status that it leads to.
    pub status: u16,
    /// A name of `ExceptionTypeEnum`.
    pub kind: &'static str,
    pub message: String,
    pub place: Option<Place>,
}

/// The part of a request that a fault is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// A name of `ExceptionLocationTypeEnum`.
    pub kind: &'static str,
    pub name: String,
}

impl Fault {
    /// 400 `InvalidParameter` about a place of the body.
    pub fn body(path: &str, message: impl Into<String>) -> Fault {
        Fault {
            status: 400,
            kind: "InvalidParameter",
            message: message.into(),
            place: Some(Place { kind: "RequestBody", name: path.to_owned() }),
        }
    }

    /// 400 `InvalidParameter` about a query parameter.
    pub fn query(name: &str, message: impl Into<String>) -> Fault {
        Fault {
            status: 400,
            kind: "InvalidParameter",
            message: message.into(),
            place: Some(Place { kind: "UriParameter", name: name.to_owned() }),
        }
    }

    /// 400 `InvalidRequest`: the request as a whole cannot be read.
    pub fn request(message: impl Into<String>) -> Fault {
        Fault { status: 400, kind: "InvalidRequest", message: message.into(), place: None }
    }

    /// 400 `InvalidOperation`: the record's state forbids it.
    pub fn operation(message: impl Into<String>) -> Fault {
        Fault { status: 400, kind: "InvalidOperation", message: message.into(), place: None }
    }

    /// 401.
    pub fn authentication(message: impl Into<String>) -> Fault {
        Fault { status: 401, kind: "AuthenticationRequired", message: message.into(), place: None }
    }

    /// 403.
    pub fn scope(message: impl Into<String>) -> Fault {
        Fault { status: 403, kind: "InsufficientApiScope", message: message.into(), place: None }
    }

    /// 404; the server answers it without a body.
    pub fn missing(message: impl Into<String>) -> Fault {
        Fault { status: 404, kind: "InvalidParameter", message: message.into(), place: None }
    }

    /// 501: published by Severa and not carried by this sandbox. Loud, so that no test passes by accident.
    pub fn not_carried(what: &str) -> Fault {
        Fault {
            status: 501,
            kind: "InvalidOperation",
            message: format!("the sandbox does not carry {what}"),
            place: None,
        }
    }
}

/// The answer to a request with these faults; the first one decides the status.
pub fn answer(faults: &[Fault], url: &str) -> Response {
    let Some(first) = faults.first() else { return answer(&[Fault::request("the request was refused")], url) };
    if first.status == 404 {
        return Response::empty(404);
    }
    let details = faults.iter().map(|fault| {
        let place = fault.place.as_ref().map(|place| {
            object([("type", place.kind.into()), ("name", place.name.as_str().into()), ("identifier", Json::Null)])
        });
        object([("message", fault.message.as_str().into()), ("url", url.into()), ("location", place.into())])
    });
    let error = object([
        ("httpStatusCode", i64::from(first.status).into()),
        ("type", first.kind.into()),
        ("details", Json::List(details.collect())),
        ("stack", Json::Null),
    ]);
    Response::json(first.status, &object([("error", error)]))
}
