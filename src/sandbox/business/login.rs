//! Who may log in, and what they may do.

use std::fmt;

use super::catalog::Table;

/// A right on a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    /// SELECT.
    Select,
    /// INSERT.
    Insert,
    /// UPDATE.
    Update,
    /// DELETE.
    Delete,
}

impl Right {
    /// The right's name in Transact-SQL.
    pub fn name(self) -> &'static str {
        match self {
            Self::Select => "SELECT",
            Self::Insert => "INSERT",
            Self::Update => "UPDATE",
            Self::Delete => "DELETE",
        }
    }
}

/// What a login may do.
#[derive(Clone, Debug)]
pub enum Rights {
    /// Everything, as `db_owner`.
    Owner,
    /// Read everything, as `db_datareader`.
    ReadOnly,
    /// Only what is listed: table names (any case) with their rights.
    Grants(Vec<(String, Vec<Right>)>),
}

impl Rights {
    /// Whether they cover the right on the table. INFORMATION_SCHEMA is open to everyone.
    pub fn allow(&self, table: &Table, right: Right) -> bool {
        match self {
            Self::Owner => true,
            _ if table.is_view() => right == Right::Select,
            Self::ReadOnly => right == Right::Select,
            Self::Grants(grants) => {
                grants.iter().any(|(name, rights)| name.eq_ignore_ascii_case(&table.name) && rights.contains(&right))
            }
        }
    }
}

/// A SQL login.
#[derive(Clone)]
pub struct Login {
    /// Compared without case.
    pub user: String,
    /// Compared with case; never shown.
    pub password: String,
    /// What it may do.
    pub rights: Rights,
}

impl Login {
    /// A login that may do everything.
    pub fn owner(user: impl Into<String>, password: impl Into<String>) -> Self {
        Self { user: user.into(), password: password.into(), rights: Rights::Owner }
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login").field("user", &self.user).field("password", &"…").field("rights", &self.rights).finish()
    }
}
