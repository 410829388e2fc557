//! SELECT, INSERT, UPDATE and DELETE.
//!
//! New values are converted and checked in Rust, column by column, before SQLite sees them: that is where 2628, 515 and 8115 come from.

use std::sync::Arc;

use rusqlite::params_from_iter;
use sqlparser::ast::Statement;

use super::super::catalog::{Column, Table};
use super::super::coerce;
use super::super::company::ForeignKey;
use super::super::errors::{self, SqlError};
use super::super::login::Right;
use super::super::text;
use super::super::translate::{DeletePlan, InsertPlan, Rows, UpdatePlan};
use super::super::value::{SqlType, SqlValue};
use super::{Answer, Session};

/// The numbers DONE tokens give the statements.
const SELECT: u16 = 0xc1;
const INSERT: u16 = 0xc3;
const DELETE: u16 = 0xc4;
const UPDATE: u16 = 0xc5;

impl Session {
    pub(super) async fn data(&mut self, statement: &Statement, out: &mut Vec<Answer>) -> Result<(), SqlError> {
        if let Statement::Query(query) = statement {
            let plan = self.translating(|translator| translator.select(query))?;
            self.lock_for(&plan).await?;
            let rows = self.rows_of(&plan)?;
            let count = rows.len() as u64;
            self.row_count = i64::try_from(count).unwrap_or(i64::MAX);
            out.push(Answer::Rows { columns: plan.columns, rows });
            out.push(Answer::Count { rows: count, command: SELECT, shown: !self.no_count });
            return Ok(());
        }
        self.write().await?;
        let result = self.change(statement);
        self.settle(result.is_ok())?;
        let (rows, command) = result?;
        self.row_count = i64::try_from(rows).unwrap_or(i64::MAX);
        out.push(Answer::Count { rows, command, shown: !self.no_count });
        Ok(())
    }

    /// All of a statement's changes, or none of them.
    fn change(&mut self, statement: &Statement) -> Result<(u64, u16), SqlError> {
        self.plainly("SAVEPOINT statement")?;
        let result = match statement {
            Statement::Insert(insert) => {
                let plan = self.translating(|translator| translator.insert(insert));
                plan.and_then(|plan| self.insert(&plan)).map(|rows| (rows, INSERT))
            }
            Statement::Update(update) => {
                let plan = self.translating(|translator| translator.update(update));
                plan.and_then(|plan| self.update(&plan)).map(|rows| (rows, UPDATE))
            }
            Statement::Delete(delete) => {
                let plan = self.translating(|translator| translator.delete(delete));
                plan.and_then(|plan| self.delete(&plan)).map(|rows| (rows, DELETE))
            }
            other => Err(errors::not_carried(&other.to_string())),
        };
        if result.is_err() {
            self.plainly("ROLLBACK TO statement")?;
        }
        self.plainly("RELEASE statement")?;
        result
    }

    fn plainly(&self, sql: &str) -> Result<(), SqlError> {
        self.connection.execute_batch(sql).map_err(|e| self.sqlite_error(&e))
    }

    /// Rows of the given columns, all or none, without a statement's text: for seeding.
    pub async fn insert_values(
        &mut self,
        table: &str,
        columns: &[&str],
        rows: &[Vec<SqlValue>],
    ) -> Result<(), SqlError> {
        let table = self.company.catalog.table(None, table).cloned().ok_or_else(|| errors::invalid_object(table))?;
        let place = |name: &&str| table.column(name).ok_or_else(|| errors::invalid_column(name));
        let columns = columns.iter().map(place).collect::<Result<Vec<_>, _>>()?;
        let typed = |row: &Vec<SqlValue>| Rows::Constants(row.iter().map(|v| (v.clone(), v.natural_type())).collect());
        let plan = InsertPlan { table, columns, rows: rows.iter().map(typed).collect(), reads: Vec::new() };
        self.write().await?;
        let result = self.insert(&plan);
        self.settle(result.is_ok())?;
        result.map(drop)
    }

    fn insert(&mut self, plan: &InsertPlan) -> Result<u64, SqlError> {
        self.may(&plan.table, Right::Insert)?;
        for table in &plan.reads {
            self.may(table, Right::Select)?;
        }
        let keys = self.foreign_keys();
        let mut count = 0;
        for rows in &plan.rows {
            let (types, rows): (Vec<SqlType>, Vec<Vec<SqlValue>>) = match rows {
                Rows::Constants(values) => (
                    values.iter().map(|(_, ty)| *ty).collect(),
                    vec![values.iter().map(|(value, _)| value.clone()).collect()],
                ),
                Rows::Query(query) => (query.columns.iter().map(|c| c.ty).collect(), self.rows_of(query)?),
            };
            for row in rows {
                let mut full: Vec<SqlValue> =
                    plan.table.columns.iter().map(|c| c.default.clone().unwrap_or(SqlValue::Null)).collect();
                for ((at, value), ty) in plan.columns.iter().zip(row).zip(&types) {
                    if let (Some(place), Some(column)) = (full.get_mut(*at), plan.table.columns.get(*at)) {
                        *place = self.fit(&plan.table, column, value, *ty, "INSERT")?;
                    }
                }
                self.insert_row(&plan.table, &full, &keys)?;
                count += 1;
            }
        }
        Ok(count)
    }

    fn insert_row(&self, table: &Table, row: &[SqlValue], keys: &[ForeignKey]) -> Result<(), SqlError> {
        if let Some(column) =
            table.columns.iter().zip(row).find_map(|(c, v)| (*v == SqlValue::Null && !c.nullable).then_some(c))
        {
            return Err(errors::null_refused(
                &self.setting.database,
                &table.schema,
                &table.name,
                &column.name,
                "INSERT",
            ));
        }
        for (column, value) in table.columns.iter().zip(row) {
            self.keeps_references(keys, table, &column.name, value, "INSERT")?;
        }
        let places: Vec<String> = (1..=row.len()).map(|n| format!("?{n}")).collect();
        let sql = format!("INSERT INTO {} VALUES ({})", table.sqlite_name(), places.join(","));
        let done = self.connection.prepare_cached(&sql).and_then(|mut s| s.execute(params_from_iter(row)));
        done.map(drop).map_err(|e| self.key_error(&e, table, row))
    }

    fn update(&mut self, plan: &UpdatePlan) -> Result<u64, SqlError> {
        self.may(&plan.table, Right::Update)?;
        let rows = self.rows_of(&plan.query)?;
        let sets: Vec<String> = plan
            .columns
            .iter()
            .enumerate()
            .filter_map(|(n, at)| plan.table.columns.get(*at).map(|c| format!("\"{}\" = ?{}", c.name, n + 2)))
            .collect();
        let sql = format!("UPDATE {} SET {} WHERE _rowid_ = ?1", plan.table.sqlite_name(), sets.join(", "));
        let count = rows.len() as u64;
        let keys = self.foreign_keys();
        for row in rows {
            let mut values = row.into_iter();
            let Some(id) = values.next() else { continue };
            let mut fitted = vec![id.clone()];
            for ((at, value), out) in plan.columns.iter().zip(values).zip(plan.query.columns.iter().skip(1)) {
                if let Some(column) = plan.table.columns.get(*at) {
                    let value = self.fit(&plan.table, column, value, out.ty, "UPDATE")?;
                    self.keeps_references(&keys, &plan.table, &column.name, &value, "UPDATE")?;
                    fitted.push(value);
                }
            }
            let done = self.connection.prepare_cached(&sql).and_then(|mut s| s.execute(params_from_iter(&fitted)));
            if let Err(error) = done {
                let mut whole = self.row_by_id(&plan.table, &id)?;
                for (at, value) in plan.columns.iter().zip(fitted.into_iter().skip(1)) {
                    if let Some(place) = whole.get_mut(*at) {
                        *place = value;
                    }
                }
                return Err(self.key_error(&error, &plan.table, &whole));
            }
        }
        Ok(count)
    }

    fn delete(&mut self, plan: &DeletePlan) -> Result<u64, SqlError> {
        self.may(&plan.table, Right::Delete)?;
        let rows = self.rows_of(&plan.query)?;
        let sql = format!("DELETE FROM {} WHERE _rowid_ = ?1", plan.table.sqlite_name());
        for row in &rows {
            if let Some(id) = row.first() {
                self.frees_references(&plan.table, id)?;
                let done = self.connection.prepare_cached(&sql).and_then(|mut s| s.execute([id]));
                done.map_err(|e| self.sqlite_error(&e))?;
            }
        }
        Ok(rows.len() as u64)
    }

    /// A value as its column keeps it, or the error SQL Server gives: 515, 2628, a conversion's.
    fn fit(
        &self,
        table: &Table,
        column: &Column,
        value: SqlValue,
        ty: SqlType,
        verb: &str,
    ) -> Result<SqlValue, SqlError> {
        let database = &self.setting.database;
        if value == SqlValue::Null {
            return if column.nullable {
                Ok(value)
            } else {
                Err(errors::null_refused(database, &table.schema, &table.name, &column.name, verb))
            };
        }
        if let (SqlType::Varchar(Some(length)), SqlValue::Text(full), true) = (column.ty, &value, ty.is_text()) {
            let mut full = text::within_code_page(full);
            if full.chars().count() > usize::from(length) {
                // Blanks beyond the end are dropped in silence.
                let kept = coerce::cut(full.clone(), Some(length));
                if full.get(kept.len()..).is_some_and(|rest| rest.bytes().any(|b| b != b' ')) {
                    return Err(errors::truncated(database, &table.schema, &table.name, &column.name, &kept));
                }
                full = kept;
            }
            return Ok(SqlValue::Text(full));
        }
        coerce::cast(value, ty, column.ty)
    }

    fn row_by_id(&self, table: &Table, id: &SqlValue) -> Result<Vec<SqlValue>, SqlError> {
        let sql = format!("SELECT * FROM {} WHERE _rowid_ = ?1", table.sqlite_name());
        let row = self.connection.query_row(&sql, [id], |row| {
            table
                .columns
                .iter()
                .enumerate()
                .map(|(at, column)| Ok(super::super::sqlite::read(row.get_ref(at)?, column.ty)))
                .collect::<rusqlite::Result<Vec<_>>>()
        });
        row.map_err(|e| self.sqlite_error(&e))?.into_iter().collect()
    }

    fn key_error(&self, error: &rusqlite::Error, table: &Table, row: &[SqlValue]) -> SqlError {
        if error.sqlite_error_code() != Some(rusqlite::ErrorCode::ConstraintViolation) {
            return self.sqlite_error(error);
        }
        let key: Vec<String> = table.key.iter().filter_map(|at| row.get(*at)).map(shown).collect();
        errors::duplicate_key(&table.key_name, &table.schema, &table.name, &key.join(", "))
    }

    fn foreign_keys(&self) -> Vec<ForeignKey> {
        self.company.foreign_keys.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    /// The foreign keys laid over the company: a value other than Visma Business' "unset" must exist where it points.
    fn keeps_references(
        &self,
        keys: &[ForeignKey],
        table: &Table,
        column: &str,
        value: &SqlValue,
        verb: &str,
    ) -> Result<(), SqlError> {
        let unset = matches!(value, SqlValue::Int(0)) || matches!(value, SqlValue::Text(t) if t.trim().is_empty());
        for key in keys {
            let concerned = key.table.eq_ignore_ascii_case(&table.name) && key.column.eq_ignore_ascii_case(column);
            if concerned && !unset && !self.exists(&key.references, &key.references_column, value)? {
                let target = format!("dbo.{}", key.references);
                return Err(errors::constraint_conflict(
                    verb,
                    "FOREIGN KEY",
                    &key.name,
                    &self.setting.database,
                    &target,
                    &key.references_column,
                ));
            }
        }
        Ok(())
    }

    fn frees_references(&self, table: &Arc<Table>, id: &SqlValue) -> Result<(), SqlError> {
        for key in self.foreign_keys().into_iter().filter(|k| k.references.eq_ignore_ascii_case(&table.name)) {
            let row = self.row_by_id(table, id)?;
            if let Some(value) = table.column(&key.references_column).and_then(|at| row.get(at))
                && self.exists(&key.table, &key.column, value)?
            {
                let target = format!("dbo.{}", key.table);
                return Err(errors::constraint_conflict(
                    "DELETE",
                    "REFERENCE",
                    &key.name,
                    &self.setting.database,
                    &target,
                    &key.column,
                ));
            }
        }
        Ok(())
    }

    fn exists(&self, table: &str, column: &str, value: &SqlValue) -> Result<bool, SqlError> {
        let sql = format!("SELECT EXISTS (SELECT 1 FROM \"{table}\" WHERE \"{column}\" = ?1)");
        self.connection.query_row(&sql, [value], |row| row.get(0)).map_err(|e| self.sqlite_error(&e))
    }
}

fn shown(value: &SqlValue) -> String {
    match value {
        SqlValue::Int(n) => n.to_string(),
        SqlValue::Decimal(n) => n.to_string(),
        SqlValue::Text(t) => t.clone(),
        SqlValue::Bit(b) => u8::from(*b).to_string(),
        other => format!("{other:?}"),
    }
}
