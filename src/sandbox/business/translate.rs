//! Transact-SQL into SQLite, with types.
//!
//! Every expression carries its Transact-SQL type, because answers need column types, comparisons need Transact-SQL's conversions and
//! decimals must never become floats. Whatever is not understood is refused by name.

mod expression;
mod function;
mod predicate;
mod query;

use std::collections::HashMap;
use std::sync::Arc;

use sqlparser::ast::{
    Delete, Expr, FromTable, Insert, ObjectName, SetExpr, TableFactor, TableObject, TableWithJoins, Update,
};

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
            columns.iter().map(|c| column_of(&table, &super::catalog::last_part(c))).collect::<Result<Vec<_>, _>>()?
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
            columns.push(column_of(&target, &super::catalog::last_part(name))?);
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

    fn filter(&mut self, selection: Option<&Expr>, scope: &Scope<'_>) -> Result<String, SqlError> {
        match selection {
            Some(selection) => Ok(format!(" WHERE {}", self.predicate(selection, scope)?)),
            None => Ok(String::new()),
        }
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

/// The collation a comparison or order of that type needs in SQLite.
fn collation(ty: SqlType) -> &'static str {
    match ty {
        SqlType::Decimal(..) => " COLLATE VB_DEC",
        SqlType::Varchar(_) | SqlType::NVarchar(_) => " COLLATE VB_TEXT",
        _ => "",
    }
}
