//! Every Transact-SQL statement that the adapter sends.
//!
//! They are few and plain on purpose. No OUTPUT, no MERGE and no row counts: customers have triggers
//! on Visma Business' tables. Text parameters travel as nvarchar and are cast to the column's own
//! type, so that searches by key stay searches by key.

use super::columns::{Column, Family, Table};
use super::key;
use super::raw::Raw;
use rust_decimal::Decimal;
use std::time::Duration;

/// A statement and its parameters `@P1`, `@P2`…
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Statement {
    pub sql: String,
    pub params: Vec<Param>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Param {
    Int(i64),
    Decimal(Decimal),
    Text(String),
}

/// SQL Server takes 2,100 parameters in a call; two go to the statement itself.
pub(super) const MOST_PARAMS: usize = 2_000;

pub(super) const BEGIN: &str = "BEGIN TRANSACTION";
pub(super) const COMMIT: &str = "COMMIT TRANSACTION";
pub(super) const ROLLBACK: &str = "IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION";

/// The session's settings: errors undo the transaction, truncation is an error, and indexed views and filtered indexes can be written.
pub(super) fn session(lock_timeout: Duration) -> String {
    format!(
        "SET NOCOUNT ON; SET XACT_ABORT ON; SET LOCK_TIMEOUT {}; SET TRANSACTION ISOLATION LEVEL READ COMMITTED; \
         SET ANSI_NULLS ON; SET ANSI_PADDING ON; SET ANSI_WARNINGS ON; SET ARITHABORT ON; SET CONCAT_NULL_YIELDS_NULL ON; \
         SET QUOTED_IDENTIFIER ON; SET NUMERIC_ROUNDABORT OFF",
        lock_timeout.as_millis()
    )
}

/// Version, edition, server and database.
pub(super) const ABOUT: &str = "SELECT CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(128)), CAST(SERVERPROPERTY('Edition') AS nvarchar(128)), \
     CAST(SERVERPROPERTY('ServerName') AS nvarchar(128)), DB_NAME()";

/// A GUID that the database keeps when it is restored or moved.
pub(super) const DATABASE_GUID: &str = "SELECT service_broker_guid FROM sys.databases WHERE name = DB_NAME()";

pub(super) const NOW: &str = "SELECT SYSDATETIME()";

/// The columns of a table that the login may see.
pub(super) fn columns(table: &str) -> Statement {
    Statement {
        sql: "SELECT COLUMN_NAME, DATA_TYPE, CHARACTER_MAXIMUM_LENGTH, NUMERIC_PRECISION, NUMERIC_SCALE, COLLATION_NAME, IS_NULLABLE \
              FROM INFORMATION_SCHEMA.COLUMNS WHERE TABLE_SCHEMA = N'dbo' AND TABLE_NAME = @P1 ORDER BY ORDINAL_POSITION"
            .into(),
        params: vec![Param::Text(table.into())],
    }
}

/// Whether the login may read a table: 1, 0, or NULL if it cannot even see it.
pub(super) fn may_select(table: &str) -> Statement {
    Statement {
        sql: "SELECT HAS_PERMS_BY_NAME(@P1, 'OBJECT', 'SELECT')".into(),
        params: vec![Param::Text(format!("dbo.{table}"))],
    }
}

/// The same for another right: `INSERT`, `UPDATE`.
pub(super) fn may(table: &str, right: &str) -> Statement {
    Statement {
        sql: "SELECT HAS_PERMS_BY_NAME(@P1, 'OBJECT', @P2)".into(),
        params: vec![Param::Text(format!("dbo.{table}")), Param::Text(right.into())],
    }
}

/// Number, name, first, last and next number of every voucher series. GUESS: the columns' names.
pub(super) const VOUCHER_SERIES: &str = "SELECT SrNo, Descr, FrNo, ToNo, NxtNo FROM dbo.VoSr ORDER BY SrNo";

/// The first and last number of customers' accounts. GUESS: the table, its columns, and that class 1 is customers'.
pub(super) const ACCOUNT_SERIES: &str = "SELECT FrAcNo, ToAcNo FROM dbo.AcInt WHERE AcCl = 1 ORDER BY FrAcNo";

/// The numbers of the payment terms (facts: texts of type 6).
pub(super) const PAYMENT_TERMS: &str = "SELECT TxtNo FROM dbo.Txt WHERE TxtTp = 6 ORDER BY TxtNo";

/// The lowest and highest number of an invoice.
pub(super) const INVOICES_USED: &str = "SELECT MIN(InvoNo), MAX(InvoNo) FROM dbo.CustTr WHERE InvoNo > 0";

/// The first rows in the order of their keys.
pub(super) fn page(table: &Table, columns: &[String], tests: &[String], top: u32, params: Vec<Param>) -> Statement {
    let sql =
        format!("SELECT TOP ({top}) {} FROM {}{} ORDER BY {}", list(columns), of(table), filter(tests), order(table));
    Statement { sql, params }
}

/// All rows that pass the tests.
pub(super) fn rows(table: &Table, columns: &[String], tests: &[String], params: Vec<Param>) -> Statement {
    Statement {
        sql: format!("SELECT {} FROM {}{} ORDER BY {}", list(columns), of(table), filter(tests), order(table)),
        params,
    }
}

/// A row that nobody else may change until the transaction ends, and the server's time.
pub(super) fn row_to_change(table: &Table, columns: &[String], tests: &[String], params: Vec<Param>) -> Statement {
    Statement {
        sql: format!("SELECT SYSDATETIME(), {} FROM {} WITH (UPDLOCK){}", list(columns), of(table), filter(tests)),
        params,
    }
}

/// One creation at a time per table among programs of ours; answers the lock's outcome and the server's time.
pub(super) fn creation_lock(table: &Table, wait: Duration) -> Statement {
    Statement {
        sql: "DECLARE @lock int; EXEC @lock = sp_getapplock @Resource = @P1, @LockMode = 'Exclusive', @LockOwner = 'Transaction', @LockTimeout = @P2; \
              SELECT @lock, SYSDATETIME()"
            .into(),
        params: vec![Param::Text(format!("samband create {}", table.name)), Param::Int(i64::try_from(wait.as_millis()).unwrap_or(10_000))],
    }
}

/// The highest number taken, within a series if there is one; nobody can take another there until the
/// transaction ends. `within`: the rest of the key, where numbers begin anew for each (the lines of an order).
pub(super) fn highest(
    table: &Table,
    column: &Column,
    series: Option<(i64, i64)>,
    within: &[(&Column, Raw)],
) -> Statement {
    let name = quoted(&column.name);
    let number =
        if matches!(column.family, Family::Text { .. }) { format!("TRY_CAST({name} AS bigint)") } else { name };
    let mut params = Vec::new();
    let mut tests: Vec<String> = within
        .iter()
        .map(|(column, raw)| format!("{} = {}", quoted(&column.name), place(&mut params, raw, column)))
        .collect();
    tests.extend(series.map(|(from, to)| {
        let mut limit = |number: i64| match column.family {
            Family::Int { .. } => place(&mut params, &Raw::Int(number), column),
            _ => {
                params.push(Param::Int(number));
                format!("@P{}", params.len())
            }
        };
        let (from, to) = (limit(from), limit(to));
        format!("{number} >= {from} AND {number} <= {to}")
    }));
    let sql = format!("SELECT MAX({number}) FROM {} WITH (UPDLOCK, HOLDLOCK){}", of(table), filter(&tests));
    Statement { sql, params }
}

/// Rows that all fill the same columns.
pub(super) fn insert(table: &Table, rows: &[Vec<(&Column, Raw)>]) -> Statement {
    let mut params = Vec::new();
    let first = rows.first().map(Vec::as_slice).unwrap_or_default();
    let names: Vec<String> = first.iter().map(|(column, _)| quoted(&column.name)).collect();
    let mut places = Vec::with_capacity(rows.len());
    for row in rows {
        let row: Vec<String> = row.iter().map(|(column, raw)| place(&mut params, raw, column)).collect();
        places.push(format!("({})", row.join(", ")));
    }
    Statement { sql: format!("INSERT INTO {} ({}) VALUES {}", of(table), names.join(", "), places.join(", ")), params }
}

pub(super) fn update(table: &Table, values: &[(&Column, Raw)], key: &[Raw]) -> Statement {
    let mut params = Vec::new();
    let sets: Vec<String> = values
        .iter()
        .map(|(column, raw)| format!("{} = {}", quoted(&column.name), place(&mut params, raw, column)))
        .collect();
    let key = key::is(table, key, &mut params);
    Statement { sql: format!("UPDATE {} SET {} WHERE {key}", of(table), sets.join(", ")), params }
}

/// The highest journal of a ledger, which grows with every posting.
pub(super) fn last_journal(table: &Table) -> Statement {
    Statement { sql: format!("SELECT MAX([JNo]) FROM {}", of(table)), params: Vec::new() }
}

/// The first numbers of orders that the ledger `c` has and the table of orders has not.
pub(super) fn orders_left(ledger: &Table, orders: &Table, tests: &[String], top: u32, params: Vec<Param>) -> Statement {
    let sql = format!(
        "SELECT DISTINCT TOP ({top}) c.[OrdNo] FROM {} c{} AND c.[OrdNo] NOT IN (SELECT o.[OrdNo] FROM {} o) ORDER BY c.[OrdNo]",
        of(ledger),
        filter(tests),
        of(orders)
    );
    Statement { sql, params }
}

/// The column as a test compares it: NULL, where a table allows it, counts as 0 or blank.
pub(super) fn compared(column: &Column) -> String {
    compared_of("", column)
}

/// The same of a table with another name in the statement.
pub(super) fn compared_of(alias: &str, column: &Column) -> String {
    let name = if alias.is_empty() { quoted(&column.name) } else { format!("{alias}.{}", quoted(&column.name)) };
    match (column.nullable, &column.family) {
        (false, _) => name,
        (true, Family::Text { .. }) => format!("ISNULL({name}, '')"),
        (true, _) => format!("ISNULL({name}, 0)"),
    }
}

/// Adds a parameter, and gives its place in the statement: cast to the column's type, or to one as wide as the value needs.
pub(super) fn place(params: &mut Vec<Param>, raw: &Raw, column: &Column) -> String {
    let (param, cast) = match (raw, &column.family) {
        (Raw::Text(text), Family::Text { most, charset, .. }) => {
            let length = charset.length(text).max(most.unwrap_or(0)).max(1);
            let wide = column.data_type.starts_with('n');
            let limit = if wide { 4000 } else { 8000 };
            let length = if length > limit || most.is_none() { "max".to_owned() } else { length.to_string() };
            (Param::Text(text.clone()), format!("{}({length})", if wide { "nvarchar" } else { "varchar" }))
        }
        (Raw::Decimal(number), Family::Decimal { precision, scale }) if number.scale() <= u32::from(*scale) => {
            (Param::Decimal(*number), format!("decimal({precision},{scale})"))
        }
        (Raw::Decimal(number), _) => (Param::Decimal(*number), format!("decimal(38,{})", number.scale())),
        (Raw::Int(number), Family::Int { least, most }) if (*least..=*most).contains(number) => {
            (Param::Int(*number), column.data_type.clone())
        }
        (Raw::Int(number), _) => (Param::Int(*number), "bigint".into()),
        (Raw::Text(text), _) => (Param::Text(text.clone()), "nvarchar(4000)".into()),
        (Raw::Nothing, Family::Text { .. }) => (Param::Text(String::new()), "varchar(1)".into()),
        (Raw::Nothing, _) => (Param::Int(0), "int".into()),
    };
    params.push(param);
    format!("CAST(@P{} AS {cast})", params.len())
}

/// A name in brackets, whatever it holds.
pub(super) fn quoted(name: &str) -> String {
    format!("[{}]", name.replace(']', "]]"))
}

pub(super) fn of(table: &Table) -> String {
    format!("dbo.{}", quoted(&table.name))
}

fn order(table: &Table) -> String {
    table.keys.iter().map(|key| quoted(&key.name)).collect::<Vec<_>>().join(", ")
}

fn list(columns: &[String]) -> String {
    columns.iter().map(|c| quoted(c)).collect::<Vec<_>>().join(", ")
}

fn filter(tests: &[String]) -> String {
    if tests.is_empty() { String::new() } else { format!(" WHERE {}", tests.join(" AND ")) }
}

#[cfg(test)]
mod tests {
    use super::super::columns::Described;
    use super::super::conditions;
    use super::*;
    use crate::systems::{Comparison, Condition, RecordName, Test};
    use crate::value::Value;

    fn table() -> Table {
        let column = |name: &str, data_type: &str, length: Option<i64>| Described {
            name: name.into(),
            data_type: data_type.into(),
            length,
            precision: Some(28),
            scale: Some(6),
            collation: "Danish_Norwegian_CI_AS".into(),
            nullable: name == "Memo",
        };
        let columns = [
            column("ActNo", "int", None),
            column("Nm", "varchar", Some(80)),
            column("ChTm", "smallint", None),
            column("CrLmt", "decimal", None),
            column("Memo", "nvarchar", Some(20)),
        ];
        Table::described(&RecordName { name: "Actor".into(), index: None }, &columns).expect("the key is there")
    }

    #[test]
    fn conditions_as_sql() {
        let decimal = |text: &str| Value::Decimal(text.parse().expect("a number"));
        for (field, comparison, value, sql) in [
            ("ActNo", Comparison::Gt, Value::Int(0), Some("[ActNo] > 0")),
            ("actno", Comparison::Eq, Value::Int(7), Some("[ActNo] = CAST(@P1 AS int)")),
            ("ActNo", Comparison::Lt, Value::Int(3_000_000_000), Some("[ActNo] < CAST(@P1 AS bigint)")),
            ("ChTm", Comparison::Ge, Value::Int(5), Some("[ChTm] >= CAST(@P1 AS smallint)")),
            ("CrLmt", Comparison::Eq, decimal("1.5"), Some("[CrLmt] = CAST(@P1 AS decimal(28,6))")),
            ("CrLmt", Comparison::Lt, decimal("0.0000001"), Some("[CrLmt] < CAST(@P1 AS decimal(38,7))")),
            ("Nm", Comparison::Eq, Value::text("Ærø"), Some("[Nm] = CAST(@P1 AS varchar(80))")),
            ("Nm", Comparison::Eq, Value::Null, Some("[Nm] = ''")),
            ("Nm", Comparison::Ne, Value::Null, Some("[Nm] <> ''")),
            ("Memo", Comparison::Eq, Value::text("a"), Some("ISNULL([Memo], '') = CAST(@P1 AS nvarchar(20))")),
            // In the cast Ł would become an L or a question mark, and match another name.
            ("Nm", Comparison::Eq, Value::text("Łódź"), Some("1 = 0")),
            // A collation takes more texts for equal than we do, so SQL must not leave any out.
            ("Nm", Comparison::Ne, Value::text("a"), None),
            ("Nm", Comparison::Lt, Value::text("a"), None),
            ("ActNo", Comparison::Lt, Value::Null, None),
            ("Nope", Comparison::Eq, Value::Int(1), None),
        ] {
            let condition = Condition { field: field.into(), test: Test::Compare(comparison, value) };
            assert_eq!(conditions::sql(&condition, &table(), &mut Vec::new()).as_deref(), sql, "{condition:?}");
        }
    }

    #[test]
    fn statements_as_they_are_sent() {
        let table = table();
        let (key, name) = (&table.columns[0], &table.columns[1]);
        assert_eq!(
            insert(&table, &[vec![(key, Raw::Int(7)), (name, Raw::Text("O'Hara]".into()))]]).sql,
            "INSERT INTO dbo.[Actor] ([ActNo], [Nm]) VALUES (CAST(@P1 AS int), CAST(@P2 AS varchar(80)))"
        );
        assert_eq!(
            update(&table, &[(name, Raw::Text("x".into()))], &[Raw::Int(7)]).sql,
            "UPDATE dbo.[Actor] SET [Nm] = CAST(@P1 AS varchar(80)) WHERE [ActNo] = CAST(@P2 AS int)"
        );
        assert_eq!(
            highest(&table, key, Some((1, 9)), &[]).sql,
            "SELECT MAX([ActNo]) FROM dbo.[Actor] WITH (UPDLOCK, HOLDLOCK) WHERE [ActNo] >= CAST(@P1 AS int) AND [ActNo] <= CAST(@P2 AS int)"
        );
        assert_eq!(
            highest(&table, name, None, &[]).sql,
            "SELECT MAX(TRY_CAST([Nm] AS bigint)) FROM dbo.[Actor] WITH (UPDLOCK, HOLDLOCK)"
        );
        assert_eq!(
            page(&table, &["ActNo".into()], &["[Nm] = ''".into()], 10, Vec::new()).sql,
            "SELECT TOP (10) [ActNo] FROM dbo.[Actor] WHERE [Nm] = '' ORDER BY [ActNo]"
        );
        assert_eq!(quoted("a]b"), "[a]]b]");
    }
}
