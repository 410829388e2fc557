//! Transact-SQL into SQLite, with types.
//!
//! Every expression carries its Transact-SQL type, because answers need column types, comparisons need Transact-SQL's conversions and
//! decimals must never become floats. Whatever is not understood is refused by name.

mod change;
mod expression;
mod function;
mod predicate;
mod query;

use std::collections::HashMap;
use std::sync::Arc;

use sqlparser::ast::{Expr, ObjectName, TableFactor};

use super::catalog::{Catalog, Table};
use super::coerce;
use super::errors::{self, SqlError};
use super::sqlite::type_code;
use super::value::{SqlType, SqlValue};

/// What a translation may refer to besides tables.
pub(super) struct Surroundings<'a> {
    pub catalog: &'a Catalog,
    pub database: &'a str,
    pub user: &'a str,
    pub variables: &'a HashMap<String, (SqlType, SqlValue)>,
    pub now: jiff::civil::DateTime,
    pub row_count: i64,
    pub transactions: i64,
    pub spid: i64,
    /// Whether the user may do `right` to the table; for HAS_PERMS_BY_NAME.
    pub may: &'a dyn Fn(&Table, &str) -> bool,
}

/// A column of an answer.
#[derive(Clone, Debug, PartialEq)]
pub struct OutColumn {
    /// Its name, empty when the expression has none.
    pub name: String,
    /// Its type.
    pub ty: SqlType,
    /// Whether it may hold NULL.
    pub nullable: bool,
}

/// A SELECT for SQLite.
pub(super) struct QueryPlan {
    pub sql: String,
    pub binds: Vec<SqlValue>,
    pub columns: Vec<OutColumn>,
    pub tables: Vec<Arc<Table>>,
    /// Whether a hint asks to keep others from writing until the transaction ends.
    pub lock: bool,
}

/// The rows an INSERT puts in.
pub(super) enum Rows {
    /// Values known without asking SQLite.
    Constants(Vec<(SqlValue, SqlType)>),
    /// Whatever the query gives.
    Query(QueryPlan),
}

/// An INSERT: rows are made, converted to the columns' types in Rust, and then stored.
pub(super) struct InsertPlan {
    pub table: Arc<Table>,
    pub columns: Vec<usize>,
    pub rows: Vec<Rows>,
    /// Tables read by the rows' expressions.
    pub reads: Vec<Arc<Table>>,
}

/// An UPDATE: the query gives row ids and new values, converted in Rust, then stored row by row.
pub(super) struct UpdatePlan {
    pub table: Arc<Table>,
    pub columns: Vec<usize>,
    pub query: QueryPlan,
}

/// A DELETE: the query gives row ids.
pub(super) struct DeletePlan {
    pub table: Arc<Table>,
    pub query: QueryPlan,
}

/// A translated expression: a value known now, or SQL.
#[derive(Clone, Debug)]
enum Node {
    Constant(SqlValue),
    Sql(String),
}

#[derive(Clone, Debug)]
struct Typed {
    node: Node,
    ty: SqlType,
    nullable: bool,
}

impl Typed {
    fn constant(value: SqlValue, ty: SqlType) -> Self {
        let nullable = value == SqlValue::Null;
        Self { node: Node::Constant(value), ty, nullable }
    }

    fn sql(sql: String, ty: SqlType, nullable: bool) -> Self {
        Self { node: Node::Sql(sql), ty, nullable }
    }
}

/// A table in reach of an expression.
struct Source {
    alias: String,
    sql_alias: String,
    table: Arc<Table>,
    /// Whether an outer join may leave it out, which makes all its columns nullable.
    optional: bool,
}

/// The tables in reach, innermost query first.
#[derive(Default)]
struct Scope<'p> {
    sources: Vec<Source>,
    parent: Option<&'p Scope<'p>>,
    /// In a query with aggregates: the SQL of the columns it is grouped by.
    grouped: Option<Vec<String>>,
}

/// One statement's translation.
pub(super) struct Translator<'a> {
    around: &'a Surroundings<'a>,
    binds: Vec<SqlValue>,
    tables: Vec<Arc<Table>>,
    aliases: usize,
    lock: bool,
    /// How many aggregate functions the translation is inside of, where ungrouped columns are allowed.
    in_aggregate: usize,
}

impl<'a> Translator<'a> {
    pub fn new(around: &'a Surroundings<'a>) -> Self {
        Self { around, binds: Vec::new(), tables: Vec::new(), aliases: 0, lock: false, in_aggregate: 0 }
    }

    /// A SELECT.
    pub fn select(mut self, query: &sqlparser::ast::Query) -> Result<QueryPlan, SqlError> {
        let (sql, columns) = self.query(query, None)?;
        Ok(self.plan(sql, columns))
    }

    /// An expression outside any table, as a query of one row; constants come back as such.
    pub fn value(mut self, expr: &Expr) -> Result<Rows, SqlError> {
        let typed = self.scalar(expr, &Scope::default())?;
        Ok(match typed.node {
            Node::Constant(value) => Rows::Constants(vec![(value, typed.ty)]),
            Node::Sql(sql) => {
                Rows::Query(self.plan(
                    format!("SELECT {sql}"),
                    vec![OutColumn { name: String::new(), ty: typed.ty, nullable: true }],
                ))
            }
        })
    }

    /// A condition outside any table, as a query of one row with 1 or 0.
    pub fn condition(mut self, expr: &Expr) -> Result<QueryPlan, SqlError> {
        let sql = self.predicate(expr, &Scope::default())?;
        let columns = vec![OutColumn { name: String::new(), ty: SqlType::Int, nullable: false }];
        Ok(self.plan(format!("SELECT CASE WHEN {sql} THEN 1 ELSE 0 END"), columns))
    }

    fn plan(self, sql: String, columns: Vec<OutColumn>) -> QueryPlan {
        QueryPlan { sql, binds: self.binds, columns, tables: self.tables, lock: self.lock }
    }

    fn filter(&mut self, selection: Option<&Expr>, scope: &Scope<'_>) -> Result<String, SqlError> {
        match selection {
            Some(selection) => Ok(format!(" WHERE {}", self.predicate(selection, scope)?)),
            None => Ok(String::new()),
        }
    }

    /// The table a name of one to three parts means.
    fn named(&self, name: &ObjectName) -> Result<Arc<Table>, SqlError> {
        let parts: Vec<String> =
            name.0.iter().map(|p| p.as_ident().map(|i| i.value.clone()).unwrap_or_default()).collect();
        let shown = parts.join(".");
        let found = match parts.as_slice() {
            [table] => self.around.catalog.table(None, table),
            [schema, table] => self.around.catalog.table(Some(schema), table),
            [database, schema, table] if database.eq_ignore_ascii_case(self.around.database) => {
                self.around.catalog.table(Some(schema.as_str()).filter(|s| !s.is_empty()), table)
            }
            _ => None,
        };
        found.cloned().ok_or_else(|| errors::invalid_object(&shown))
    }

    /// A table of FROM, with its hints.
    fn source(&mut self, factor: &TableFactor) -> Result<Source, SqlError> {
        let TableFactor::Table {
            name,
            alias,
            args: None,
            with_hints,
            version: None,
            with_ordinality: false,
            partitions,
            json_path: None,
            sample: None,
            index_hints,
        } = factor
        else {
            return Err(errors::not_carried(&format!("FROM {factor}")));
        };
        let columns_renamed = alias.as_ref().is_some_and(|a| !a.columns.is_empty() || a.at.is_some());
        if columns_renamed || !partitions.is_empty() || !index_hints.is_empty() {
            return Err(errors::not_carried(&format!("FROM {factor}")));
        }
        for hint in with_hints {
            self.hint(&hint.to_string())?;
        }
        let table = self.named(name)?;
        self.tables.push(Arc::clone(&table));
        self.aliases += 1;
        let alias = alias.as_ref().map_or_else(|| table.name.clone(), |a| a.name.value.clone());
        Ok(Source { alias, sql_alias: format!("t{}", self.aliases), table, optional: false })
    }

    /// UPDLOCK and its like make the statement take the company's write lock when it is in a transaction; the rest has no effect:
    /// a reader here never waits and never sees uncommitted rows, NOLOCK or not.
    fn hint(&mut self, hint: &str) -> Result<(), SqlError> {
        match hint.to_uppercase().as_str() {
            "UPDLOCK" | "XLOCK" | "HOLDLOCK" | "SERIALIZABLE" | "TABLOCKX" | "REPEATABLEREAD" => self.lock = true,
            "NOLOCK" | "READUNCOMMITTED" | "READCOMMITTED" | "READCOMMITTEDLOCK" | "READPAST" | "ROWLOCK"
            | "PAGLOCK" | "TABLOCK" | "FORCESEEK" | "FORCESCAN" => {}
            _ => {
                return Err(SqlError::new(
                    321,
                    15,
                    1,
                    format!("\"{hint}\" is not a recognized table hints option. (Or the sandbox does not carry it.)"),
                ));
            }
        }
        Ok(())
    }

    /// The SQL of an expression.
    fn render(&mut self, typed: &Typed) -> String {
        match &typed.node {
            Node::Sql(sql) => sql.clone(),
            Node::Constant(SqlValue::Null) => "NULL".into(),
            Node::Constant(SqlValue::Int(number)) => number.to_string(),
            Node::Constant(SqlValue::Bit(bit)) => u8::from(*bit).to_string(),
            Node::Constant(value) => {
                self.binds.push(value.clone());
                format!("?{}", self.binds.len())
            }
        }
    }

    /// CAST, at once where the value is known.
    fn cast(&mut self, typed: Typed, to: SqlType, attempt: bool) -> Result<Typed, SqlError> {
        match typed.node {
            Node::Constant(value) => match coerce::cast(value, typed.ty, to) {
                Err(_) if attempt => Ok(Typed::constant(SqlValue::Null, to)),
                result => Ok(Typed::constant(result?, to)),
            },
            Node::Sql(sql) => {
                let call = format!("vb_cast({sql}, {}, {}, {})", type_code(typed.ty), type_code(to), u8::from(attempt));
                Ok(Typed::sql(call, to, typed.nullable || attempt))
            }
        }
    }

    /// The implicit conversion before a comparison, which is none where SQLite compares both kinds alike.
    fn meet(&mut self, typed: Typed, to: SqlType) -> Result<Typed, SqlError> {
        let alike = typed.ty == to
            || (typed.ty.is_whole() && to.is_whole())
            || (typed.ty.is_text() && to.is_text())
            || (matches!(typed.ty, SqlType::Decimal(..)) && matches!(to, SqlType::Decimal(..)))
            || (typed.ty.is_moment() && to.is_moment());
        if alike { Ok(typed) } else { self.cast(typed, to, false) }
    }
}

/// The collation a comparison or order of that type needs in SQLite.
fn collation(ty: SqlType) -> &'static str {
    match ty {
        SqlType::Decimal(..) => " COLLATE VB_DEC",
        SqlType::Varchar(_) | SqlType::NVarchar(_) => " COLLATE VB_TEXT",
        _ => "",
    }
}
