//! How a statement can fail, and what that means for a record or the whole side.

use crate::systems::error::{ErrorKind, SystemError};
use crate::value::Side;

/// What became of a statement that did not succeed.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Fault {
    /// The server said no; the connection is still good unless `class` is 20 or more.
    Server { number: u32, class: u8, text: String },
    /// No answer, or none that could be read: the connection is gone, and what the server did is not known.
    Lost(String),
}

impl Fault {
    pub fn of(error: tiberius::error::Error) -> Self {
        match error {
            // Errors of class 20 and up end the connection after the server has rolled back.
            tiberius::error::Error::Server(token) if token.class() < 20 => Fault::Server {
                number: token.code(),
                class: token.class(),
                text: format!("{} (SQL Server error {})", token.message().trim_end(), token.code()),
            },
            tiberius::error::Error::Server(token) => {
                Fault::Lost(format!("{} (SQL Server error {})", token.message().trim_end(), token.code()))
            }
            other => Fault::Lost(other.to_string()),
        }
    }

    pub fn number(&self) -> Option<u32> {
        match self {
            Fault::Server { number, .. } => Some(*number),
            Fault::Lost(_) => None,
        }
    }

    /// A deadlock, a lock that did not come free, or a server short of something.
    pub fn is_busy(&self) -> bool {
        match self {
            Fault::Server { number: 1205 | 1222 | 701 | 8645 | 8651 | 3960, .. } => true,
            Fault::Server { class, .. } => (17..20).contains(class),
            Fault::Lost(_) => false,
        }
    }

    /// A key or unique index has that value already.
    pub fn is_duplicate(&self) -> bool {
        matches!(self.number(), Some(2627 | 2601))
    }

    /// The fault of a statement that writes nothing, or whose transaction is certainly rolled back.
    pub fn report(self, what: impl Into<String>, otherwise: ErrorKind) -> SystemError {
        let busy = self.is_busy();
        let (number, why) = match self {
            Fault::Lost(why) => {
                return SystemError::new(Side::Business, ErrorKind::Unreachable, what)
                    .why(why)
                    .help("the connection broke more than once: look at the network and at the server's error log");
            }
            Fault::Server { number, text, .. } => (number, text),
        };
        let (kind, help) = match number {
            229 | 230 | 262 | 297 | 300 | 371 => (
                ErrorKind::Rights,
                "grant the login the right that is missing (docs/sql-login.sql grants all that is needed)",
            ),
            207 | 208 | 213 | 4701 => {
                (ErrorKind::Schema, "compare the mapping with the company's columns, and tell the mapping's author")
            }
            1205 => (ErrorKind::Busy, "other programs keep getting in the way: try again at a quieter time"),
            1222 => (
                ErrorKind::Busy,
                "somebody holds the rows: look for an open dialog or a long running job in Visma Business",
            ),
            _ if busy => (ErrorKind::Busy, "the server is short of something: see its error log"),
            2627 | 2601 => {
                (ErrorKind::Refused, "a record with this key exists already: link the two, or correct the number")
            }
            2628 | 8152 => (ErrorKind::Refused, "shorten the text, or let the mapping cut it"),
            547 => (
                ErrorKind::Refused,
                "a record that it refers to is missing, or a rule of the database forbids the value",
            ),
            3609 | 50000.. => {
                (ErrorKind::Refused, "a trigger of this database refused the change: ask whoever looks after it")
            }
            _ => (otherwise, "the text is SQL Server's own; its documentation explains the number"),
        };
        SystemError::new(Side::Business, kind, what).why(why).help(help)
    }

    /// The fault of a statement that may have taken effect: `COMMIT`.
    pub fn report_unknown(self, what: impl Into<String>) -> SystemError {
        match self {
            Fault::Lost(why) => SystemError::new(Side::Business, ErrorKind::Unknown, what).why(why).help(
                "whether it was written is not known: it is looked up by our identifier before it is tried again",
            ),
            other => other.report(what, ErrorKind::Refused),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(number: u32, class: u8) -> Fault {
        Fault::Server { number, class, text: "text".into() }
    }

    #[test]
    fn numbers_and_kinds() {
        for (fault, kind) in [
            (server(229, 14), ErrorKind::Rights),
            (server(208, 16), ErrorKind::Schema),
            (server(1205, 13), ErrorKind::Busy),
            (server(1222, 16), ErrorKind::Busy),
            (server(9002, 17), ErrorKind::Busy),
            (server(2627, 14), ErrorKind::Refused),
            (server(50000, 16), ErrorKind::Refused),
            (server(8134, 16), ErrorKind::Answer),
            (Fault::Lost("gone".into()), ErrorKind::Unreachable),
        ] {
            assert_eq!(fault.clone().report("w", ErrorKind::Answer).kind, kind, "{fault:?}");
        }
        assert_eq!(Fault::Lost("gone".into()).report_unknown("w").kind, ErrorKind::Unknown);
        assert_eq!(server(1205, 13).report_unknown("w").kind, ErrorKind::Busy);
    }
}
