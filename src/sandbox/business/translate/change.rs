//! INSERT, UPDATE and DELETE.

use std::sync::Arc;

use sqlparser::ast::{Delete, FromTable, Insert, ObjectName, SetExpr, TableObject, TableWithJoins, Update};

use super::super::catalog::{Table, last_part};
use super::super::errors::{self, SqlError};
use super::super::value::SqlType;
use super::{DeletePlan, InsertPlan, Node, OutColumn, QueryPlan, Rows, Scope, Translator, UpdatePlan};

impl Translator<'_> {
    /// An INSERT with VALUES or SELECT.
    pub fn insert(self, insert: &Insert) -> Result<InsertPlan, SqlError> {
        let Insert {
            insert_token: _,
            optimizer_hints,
            or: None,
            ignore: false,
            into: _,
            table: TableObject::TableName(name),
            table_alias: None,
            columns,
            overwrite: false,
            source: Some(source),
            assignments,
            partitioned: None,
            after_columns,
            has_table_keyword: false,
            on: None,
            returning: None,
            output: None,
            replace_into: false,
            priority: None,
            insert_alias: None,
            settings: None,
            format_clause: None,
            multi_table_insert_type: None,
            multi_table_into_clauses: _,
            multi_table_when_clauses: _,
            multi_table_else_clause: None,
        } = insert
        else {
            return Err(errors::not_carried(&insert.to_string()));
        };
        if !optimizer_hints.is_empty() || !assignments.is_empty() || !after_columns.is_empty() {
            return Err(errors::not_carried(&insert.to_string()));
        }
        let table = self.writable(name)?;
        let columns = if columns.is_empty() {
            (0..table.columns.len()).collect()
        } else {
            columns.iter().map(|c| column_of(&table, &last_part(c))).collect::<Result<Vec<_>, _>>()?
        };
        if let Some(twice) = columns
            .iter()
            .enumerate()
            .find_map(|(at, c)| columns.get(..at).filter(|before| before.contains(c)).map(|_| *c))
        {
            let name = table.columns.get(twice).map(|c| c.name.clone()).unwrap_or_default();
            return Err(SqlError::new(
                264,
                16,
                1,
                format!(
                    "The column name '{name}' is specified more than once in the SET clause or column list of an INSERT. A column cannot be assigned more than one value in the same clause. Modify the clause to make sure that a column is updated only once. If this statement updates or inserts columns into a view, column aliasing can conceal the duplication in your code."
                ),
            ));
        }
        let (rows, reads) = self.rows(source, columns.len())?;
        Ok(InsertPlan { table, columns, rows, reads })
    }

    fn rows(mut self, source: &sqlparser::ast::Query, width: usize) -> Result<(Vec<Rows>, Vec<Arc<Table>>), SqlError> {
        let SetExpr::Values(values) = source.body.as_ref() else {
            let plan = self.select(source)?;
            return match plan.columns.len().cmp(&width) {
                std::cmp::Ordering::Equal => Ok((vec![Rows::Query(plan)], Vec::new())),
                more => Err(column_count(more.is_lt())),
            };
        };
        if values.rows.len() > 1000 {
            return Err(SqlError::new(
                10738,
                15,
                1,
                "The number of row value expressions in the INSERT statement exceeds the maximum allowed number of 1000 row values.",
            ));
        }
        let mut rows = Vec::with_capacity(values.rows.len());
        let mut reads = Vec::new();
        for row in &values.rows {
            if row.content.len() != width {
                return Err(column_count(row.content.len() < width));
            }
            let cells = row.content.iter().map(|e| self.scalar(e, &Scope::default())).collect::<Result<Vec<_>, _>>()?;
            let constants: Option<Vec<_>> = cells
                .iter()
                .map(|c| match &c.node {
                    Node::Constant(value) => Some((value.clone(), c.ty)),
                    Node::Sql(_) => None,
                })
                .collect();
            rows.push(match constants {
                Some(values) => Rows::Constants(values),
                None => {
                    let columns =
                        cells.iter().map(|c| OutColumn { name: String::new(), ty: c.ty, nullable: true }).collect();
                    let sql: Vec<String> = cells.iter().map(|c| self.render(c)).collect();
                    let plan = QueryPlan {
                        sql: format!("SELECT {}", sql.join(", ")),
                        binds: std::mem::take(&mut self.binds),
                        columns,
                        tables: self.tables.clone(),
                        lock: self.lock,
                    };
                    reads.extend(std::mem::take(&mut self.tables));
                    Rows::Query(plan)
                }
            });
        }
        Ok((rows, reads))
    }

    /// An UPDATE of one table.
    pub fn update(mut self, update: &Update) -> Result<UpdatePlan, SqlError> {
        let Update {
            update_token: _,
            optimizer_hints,
            table,
            assignments,
            from: None,
            selection,
            returning: None,
            output: None,
            or: None,
            order_by,
            limit: None,
        } = update
        else {
            return Err(errors::not_carried(&update.to_string()));
        };
        if !optimizer_hints.is_empty() || !order_by.is_empty() {
            return Err(errors::not_carried(&update.to_string()));
        }
        let scope = self.target(table, &update.to_string())?;
        let (target, alias) = target_of(&scope)?;
        let mut columns = Vec::new();
        let mut outs = vec![OutColumn { name: String::new(), ty: SqlType::BigInt, nullable: false }];
        let mut sql = vec![format!("{alias}._rowid_")];
        for assignment in assignments {
            let sqlparser::ast::AssignmentTarget::ColumnName(name) = &assignment.target else {
                return Err(errors::not_carried(&update.to_string()));
            };
            columns.push(column_of(&target, &last_part(name))?);
            let value = self.scalar(&assignment.value, &scope)?;
            outs.push(OutColumn { name: String::new(), ty: value.ty, nullable: true });
            sql.push(self.render(&value));
        }
        let filter = self.filter(selection.as_ref(), &scope)?;
        let sql = format!("SELECT {} FROM {} AS {alias}{filter}", sql.join(", "), target.sqlite_name());
        Ok(UpdatePlan { table: target, columns, query: self.plan(sql, outs) })
    }

    /// A DELETE from one table.
    pub fn delete(mut self, delete: &Delete) -> Result<DeletePlan, SqlError> {
        let Delete {
            delete_token: _,
            optimizer_hints,
            tables,
            from,
            using: None,
            selection,
            returning: None,
            output: None,
            order_by,
            limit: None,
        } = delete
        else {
            return Err(errors::not_carried(&delete.to_string()));
        };
        let (FromTable::WithFromKeyword(from) | FromTable::WithoutKeyword(from)) = from;
        let [table] = from.as_slice() else {
            return Err(errors::not_carried(&delete.to_string()));
        };
        if !optimizer_hints.is_empty() || !tables.is_empty() || !order_by.is_empty() {
            return Err(errors::not_carried(&delete.to_string()));
        }
        let scope = self.target(table, &delete.to_string())?;
        let (target, alias) = target_of(&scope)?;
        let filter = self.filter(selection.as_ref(), &scope)?;
        let sql = format!("SELECT {alias}._rowid_ FROM {} AS {alias}{filter}", target.sqlite_name());
        let columns = vec![OutColumn { name: String::new(), ty: SqlType::BigInt, nullable: false }];
        Ok(DeletePlan { table: target, query: self.plan(sql, columns) })
    }

    fn target(&mut self, table: &TableWithJoins, statement: &str) -> Result<Scope<'static>, SqlError> {
        if !table.joins.is_empty() {
            return Err(errors::not_carried(statement));
        }
        let source = self.source(&table.relation)?;
        if source.table.is_view() {
            return Err(SqlError::new(
                4405,
                16,
                1,
                format!("View or function '{}' is not updatable.", source.table.name),
            ));
        }
        // Reading the table one writes asks for SELECT only when its columns are used; SQL Server does so too. The sandbox asks never.
        self.tables.clear();
        Ok(Scope { sources: vec![source], parent: None, grouped: None })
    }

    fn writable(&self, name: &ObjectName) -> Result<Arc<Table>, SqlError> {
        let table = self.named(name)?;
        if table.is_view() {
            return Err(SqlError::new(4405, 16, 1, format!("View or function '{}' is not updatable.", table.name)));
        }
        Ok(table)
    }
}

fn target_of(scope: &Scope<'_>) -> Result<(Arc<Table>, String), SqlError> {
    scope.sources.first().map(|s| (Arc::clone(&s.table), s.sql_alias.clone())).ok_or_else(|| errors::syntax("FROM"))
}

fn column_of(table: &Table, name: &str) -> Result<usize, SqlError> {
    table.column(name).ok_or_else(|| errors::invalid_column(name))
}

fn column_count(fewer: bool) -> SqlError {
    let (number, than) = if fewer {
        (109, "more columns in the INSERT statement than values specified in the VALUES clause")
    } else {
        (110, "fewer columns in the INSERT statement than values specified in the VALUES clause")
    };
    SqlError::new(
        number,
        15,
        1,
        format!(
            "There are {than}. The number of values in the VALUES clause must match the number of columns specified in the INSERT statement."
        ),
    )
}
