//! The company's tables as they are declared, for a live schema.

use super::columns::Column;
use super::open::described;
use super::{Business, statements};
use crate::schema::live::Declared;
use crate::systems::SystemError;
use std::collections::BTreeMap;

impl Business {
    /// The columns of a table as the server declares them; without any, it is not there or the login may not see it.
    pub async fn declared(&mut self, table: &str) -> Result<BTreeMap<String, Declared>, SystemError> {
        let what = format!("could not read the columns of dbo.{table}");
        let rows = self.ask(&statements::columns(table), &what).await?;
        let columns = rows.iter().map(|row| Column::described(&described(row)));
        Ok(columns.map(|c| (c.name, Declared { ty: c.declared, nullable: c.nullable })).collect())
    }
}
