//! Errors as SQL Server numbers and words them, so that a client's own error handling is what gets tested.
//!
//! Numbers and texts are those of `sys.messages`; states are not documented by Microsoft and are the ones commonly seen.

use std::fmt;

/// An error as it goes to the client: the number decides how a client reacts, the class how bad it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct SqlError {
    /// The message number, such as 2627.
    pub number: u32,
    /// A number within the message, of little meaning.
    pub state: u8,
    /// The severity: 11-16 the caller can mend, 17-19 the server is short of something, 20 and up end the connection.
    pub class: u8,
    /// The text as SQL Server would write it.
    pub message: String,
    /// The line within the batch, counted from one.
    pub line: u32,
}

impl fmt::Display for SqlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Msg {}, Level {}, State {}: {}", self.number, self.class, self.state, self.message)
    }
}

impl SqlError {
    /// An error with any number: for those the sandbox has no function for, such as one a fault hook wants to inject.
    pub fn new(number: u32, class: u8, state: u8, message: impl Into<String>) -> Self {
        Self { number, state, class, message: message.into(), line: 1 }
    }

    /// Whether the error ends the whole batch and not just its statement.
    pub(crate) fn ends_batch(&self) -> bool {
        matches!(
            self.number,
            102 | 156 | 137 | 134 | 207 | 208 | 241 | 245 | 248 | 911 | 1205 | 2812 | 4104 | 8114 | 8120
        ) || self.class >= 17
    }

    /// Whether the error rolls an open transaction back even without XACT_ABORT, as failed conversions and deadlocks do.
    pub(crate) fn dooms_transaction(&self) -> bool {
        matches!(self.number, 241 | 245 | 248 | 1205 | 8114)
    }

    /// Whether SQL Server follows the error with message 3621, "The statement has been terminated."
    pub(crate) fn terminates_statement(&self) -> bool {
        matches!(self.number, 220 | 515 | 547 | 2601 | 2627 | 2628 | 8115 | 8134)
    }
}

/// 102: the text could not be read as Transact-SQL.
pub fn syntax(near: &str) -> SqlError {
    SqlError::new(102, 15, 1, format!("Incorrect syntax near '{near}'."))
}

/// 102 for what SQL Server would accept and the sandbox does not carry; it names both, so that nobody searches long.
pub fn not_carried(what: &str) -> SqlError {
    let what: String = what.chars().take(400).collect();
    let near = what.split_whitespace().next().unwrap_or_default().to_string();
    SqlError::new(
        102,
        15,
        1,
        format!("Incorrect syntax near '{near}'. The sandbox does not carry this statement: {what}"),
    )
}

/// 137: a variable or parameter nobody declared.
pub fn undeclared(name: &str) -> SqlError {
    SqlError::new(137, 15, 2, format!("Must declare the scalar variable \"{name}\"."))
}

/// 207: no table in reach has the column.
pub fn invalid_column(name: &str) -> SqlError {
    SqlError::new(207, 16, 1, format!("Invalid column name '{name}'."))
}

/// 208: there is no such table.
pub fn invalid_object(name: &str) -> SqlError {
    SqlError::new(208, 16, 1, format!("Invalid object name '{name}'."))
}

/// 209: several tables in reach have the column.
pub fn ambiguous_column(name: &str) -> SqlError {
    SqlError::new(209, 16, 1, format!("Ambiguous column name '{name}'."))
}

/// 4104: the qualifier names no table in reach.
pub fn unbound(name: &str) -> SqlError {
    SqlError::new(4104, 16, 1, format!("The multi-part identifier \"{name}\" could not be bound."))
}

/// 229: the login lacks the right.
pub fn denied(right: &str, object: &str, database: &str, schema: &str) -> SqlError {
    SqlError::new(
        229,
        14,
        5,
        format!(
            "The {right} permission was denied on the object '{object}', database '{database}', schema '{schema}'."
        ),
    )
}

/// 515: null for a column that allows none. `verb` is INSERT or UPDATE.
pub fn null_refused(database: &str, schema: &str, table: &str, column: &str, verb: &str) -> SqlError {
    SqlError::new(
        515,
        16,
        2,
        format!(
            "Cannot insert the value NULL into column '{column}', table '{database}.{schema}.{table}'; column does not allow nulls. {verb} fails."
        ),
    )
}

/// 2628: the text is longer than its column; `kept` is what would have fitted.
pub fn truncated(database: &str, schema: &str, table: &str, column: &str, kept: &str) -> SqlError {
    SqlError::new(
        2628,
        16,
        1,
        format!(
            "String or binary data would be truncated in table '{database}.{schema}.{table}', column '{column}'. Truncated value: '{kept}'."
        ),
    )
}

/// 2627: the primary key is taken; `key` is its values, parted by commas.
pub fn duplicate_key(constraint: &str, schema: &str, table: &str, key: &str) -> SqlError {
    SqlError::new(
        2627,
        14,
        1,
        format!(
            "Violation of PRIMARY KEY constraint '{constraint}'. Cannot insert duplicate key in object '{schema}.{table}'. The duplicate key value is ({key})."
        ),
    )
}

/// 547: a foreign key or check is broken. `verb` is INSERT, UPDATE or DELETE, `kind` FOREIGN KEY, REFERENCE or CHECK.
pub fn constraint_conflict(
    verb: &str,
    kind: &str,
    constraint: &str,
    database: &str,
    table: &str,
    column: &str,
) -> SqlError {
    SqlError::new(
        547,
        16,
        0,
        format!(
            "The {verb} statement conflicted with the {kind} constraint \"{constraint}\". The conflict occurred in database \"{database}\", table \"{table}\", column '{column}'."
        ),
    )
}

/// 245: a text that is no whole number.
pub fn conversion_failed(from: &str, value: &str, to: &str) -> SqlError {
    SqlError::new(
        245,
        16,
        1,
        format!("Conversion failed when converting the {from} value '{value}' to data type {to}."),
    )
}

/// 241: a text that is no date or time.
pub fn date_conversion_failed() -> SqlError {
    SqlError::new(241, 16, 1, "Conversion failed when converting date and/or time from character string.")
}

/// 8114: a text that is no number.
pub fn conversion_error(from: &str, to: &str) -> SqlError {
    SqlError::new(8114, 16, 5, format!("Error converting data type {from} to {to}."))
}

/// 529: two types that never convert into each other.
pub fn cast_not_allowed(from: &str, to: &str) -> SqlError {
    SqlError::new(529, 16, 2, format!("Explicit conversion from data type {from} to {to} is not allowed."))
}

/// 8115: the number does not fit.
pub fn overflow(from: &str, to: &str) -> SqlError {
    SqlError::new(8115, 16, 2, format!("Arithmetic overflow error converting {from} to data type {to}."))
}

/// 220: the number does not fit a smallint or tinyint.
pub fn small_overflow(to: &str, value: i64) -> SqlError {
    SqlError::new(220, 16, 1, format!("Arithmetic overflow error for data type {to}, value = {value}."))
}

/// 248: the text is a whole number too large for its target.
pub fn text_overflow(from: &str, value: &str, to: &str) -> SqlError {
    SqlError::new(248, 16, 1, format!("The conversion of the {from} value '{value}' overflowed an {to} column."))
}

/// 8134: a division by zero.
pub fn divide_by_zero() -> SqlError {
    SqlError::new(8134, 16, 1, "Divide by zero error encountered.")
}

/// 1222: another connection held the lock longer than LOCK_TIMEOUT.
pub fn lock_timeout() -> SqlError {
    SqlError::new(1222, 16, 51, "Lock request time out period exceeded.")
}

/// 18456: the login is refused; SQL Server tells the client state 1 whatever the reason.
pub fn login_failed(user: &str) -> SqlError {
    SqlError::new(18456, 14, 1, format!("Login failed for user '{user}'."))
}

/// 4060: the login is right, the database is not there for it.
pub fn cannot_open_database(name: &str) -> SqlError {
    SqlError::new(4060, 11, 1, format!("Cannot open database \"{name}\" requested by the login. The login failed."))
}

/// 911: USE of a database that is not there.
pub fn no_such_database(name: &str) -> SqlError {
    SqlError::new(
        911,
        16,
        1,
        format!("Database '{name}' does not exist. Make sure that the name is entered correctly."),
    )
}

/// 2812: a procedure the sandbox does not have.
pub fn no_such_procedure(name: &str) -> SqlError {
    SqlError::new(2812, 16, 62, format!("Could not find stored procedure '{name}'."))
}
