//! The company's tables as declared: types, lengths, defaults and keys.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Arc, OnceLock};

use sqlparser::ast::{
    CharacterLength, ColumnOption, DataType, ExactNumberInfo, Expr, ObjectName, Statement, TableConstraint,
    UnaryOperator, Value,
};
use sqlparser::dialect::MsSqlDialect;
use sqlparser::parser::Parser;

use super::coerce::number_of_text;
use super::value::{SqlType, SqlValue};

/// The tables of a Visma Business company, as far as they are publicly known.
const COMPANY_DDL: &str = include_str!("../../../facts/visma-business-company.sql");

/// The collation the company's text columns name; a guess, see the facts: no source states it.
pub const COLLATION: &str = "Danish_Norwegian_CI_AS";

/// A column as declared.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its name as declared; lookups ignore case.
    pub name: String,
    /// Its type.
    pub ty: SqlType,
    /// Whether it takes NULL.
    pub nullable: bool,
    /// What an INSERT that leaves it out puts there.
    pub default: Option<SqlValue>,
}

/// A table as declared.
#[derive(Clone, Debug)]
pub struct Table {
    /// dbo, or INFORMATION_SCHEMA.
    pub schema: String,
    /// Its name as declared; lookups ignore case.
    pub name: String,
    /// Its columns in order.
    pub columns: Vec<Column>,
    /// The places of the primary key's columns.
    pub key: Vec<usize>,
    /// The primary key's constraint name.
    pub key_name: String,
}

impl Table {
    /// The place of a column, whatever the case of its name.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|c| c.name.eq_ignore_ascii_case(name))
    }

    /// Whether it is one of INFORMATION_SCHEMA's views, which nobody writes and everybody may read.
    pub fn is_view(&self) -> bool {
        self.schema == "INFORMATION_SCHEMA"
    }

    /// The table's name in SQLite, quoted.
    pub(super) fn sqlite_name(&self) -> String {
        if self.is_view() { format!("\"{}.{}\"", self.schema, self.name) } else { format!("\"{}\"", self.name) }
    }
}

/// All tables of a company.
#[derive(Debug, Default)]
pub struct Catalog {
    tables: HashMap<String, Arc<Table>>,
    /// In the order declared.
    order: Vec<Arc<Table>>,
    /// table, columns.
    indexes: Vec<(String, Vec<String>)>,
}

impl Catalog {
    /// The catalog of the company DDL the library carries; read once.
    pub fn company() -> Arc<Self> {
        static CATALOG: OnceLock<Arc<Catalog>> = OnceLock::new();
        Arc::clone(CATALOG.get_or_init(|| {
            Arc::new(Self::parse(COMPANY_DDL).expect("the embedded company DDL is part of the library and tested"))
        }))
    }

    /// A catalog from CREATE TABLE and CREATE INDEX statements.
    pub fn parse(ddl: &str) -> Result<Self, String> {
        let statements = Parser::parse_sql(&MsSqlDialect {}, ddl).map_err(|e| e.to_string())?;
        let mut catalog = Self::default();
        for statement in statements {
            match statement {
                Statement::CreateTable(create) => catalog.add(table(&create)?),
                Statement::CreateIndex(index) => catalog.indexes.push((
                    last_part(&index.table_name),
                    index.columns.iter().map(|c| unbracketed(&c.column.expr.to_string())).collect(),
                )),
                other => return Err(format!("not a table or an index: {other}")),
            }
        }
        for view in [columns_view(), tables_view()] {
            catalog.add(view);
        }
        Ok(catalog)
    }

    /// The table of that name; without a schema, dbo is meant.
    pub fn table(&self, schema: Option<&str>, name: &str) -> Option<&Arc<Table>> {
        self.tables.get(&key_of(schema.unwrap_or("dbo"), name))
    }

    /// All tables in the order declared, INFORMATION_SCHEMA's views last.
    pub fn tables(&self) -> impl Iterator<Item = &Arc<Table>> {
        self.order.iter()
    }

    fn add(&mut self, table: Table) {
        let table = Arc::new(table);
        self.tables.insert(key_of(&table.schema, &table.name), Arc::clone(&table));
        self.order.push(table);
    }

    /// What makes the same tables in SQLite.
    pub(super) fn sqlite_ddl(&self) -> String {
        let mut ddl = String::new();
        for table in &self.order {
            let columns: Vec<String> = table.columns.iter().map(|c| format!("\"{}\" {}", c.name, storage(c))).collect();
            let key: Vec<String> =
                table.key.iter().filter_map(|at| table.columns.get(*at)).map(|c| format!("\"{}\"", c.name)).collect();
            let key = if key.is_empty() { String::new() } else { format!(", PRIMARY KEY ({})", key.join(", ")) };
            let _ = writeln!(ddl, "CREATE TABLE {} ({}{key});", table.sqlite_name(), columns.join(", "));
        }
        for (at, (table, columns)) in self.indexes.iter().enumerate() {
            let columns: Vec<String> = columns.iter().map(|c| format!("\"{c}\"")).collect();
            let _ = writeln!(ddl, "CREATE INDEX \"IX{at}\" ON \"{table}\" ({});", columns.join(", "));
        }
        ddl
    }
}

fn key_of(schema: &str, name: &str) -> String {
    format!("{}.{}", schema.to_lowercase(), name.to_lowercase())
}

/// The SQLite declaration of a column. INT and not INTEGER, so that a key of one number does not become the row id.
fn storage(column: &Column) -> String {
    let ty = match column.ty {
        SqlType::Bit | SqlType::TinyInt | SqlType::SmallInt | SqlType::Int | SqlType::BigInt => "INT",
        SqlType::Decimal(..) => "TEXT COLLATE VB_DEC",
        SqlType::Float => "REAL",
        SqlType::VarBinary(_) => "BLOB",
        SqlType::Varchar(_) | SqlType::NVarchar(_) => "TEXT COLLATE VB_TEXT",
        _ => "TEXT",
    };
    format!("{ty}{}", if column.nullable { "" } else { " NOT NULL" })
}

fn table(create: &sqlparser::ast::CreateTable) -> Result<Table, String> {
    let name = last_part(&create.name);
    let mut columns = Vec::new();
    for column in &create.columns {
        let ty =
            data_type(&column.data_type).ok_or_else(|| format!("{name}.{}: type {}", column.name, column.data_type))?;
        let nullable = !column.options.iter().any(|o| matches!(o.option, ColumnOption::NotNull));
        let default = column.options.iter().find_map(|o| match &o.option {
            ColumnOption::Default(expr) => Some(default_value(expr, ty)),
            _ => None,
        });
        columns.push(Column { name: column.name.value.clone(), ty, nullable, default });
    }
    let mut made = Table { schema: "dbo".into(), name, columns, key: Vec::new(), key_name: String::new() };
    for constraint in &create.constraints {
        match constraint {
            TableConstraint::PrimaryKey(key) => {
                made.key_name = key.name.as_ref().map(|n| n.value.clone()).unwrap_or_default();
                for column in &key.columns {
                    let column = unbracketed(&column.column.expr.to_string());
                    made.key.push(made.column(&column).ok_or_else(|| format!("{}: key column {column}", made.name))?);
                }
            }
            other => return Err(format!("{}: constraint {other}", made.name)),
        }
    }
    Ok(made)
}

fn default_value(expr: &Expr, ty: SqlType) -> SqlValue {
    let text = match expr {
        Expr::Value(v) => match &v.value {
            Value::Number(number, _) => number.clone(),
            Value::SingleQuotedString(text) => return SqlValue::Text(text.clone()),
            _ => return SqlValue::Null,
        },
        Expr::UnaryOp { op: UnaryOperator::Minus, expr } => format!("-{expr}"),
        Expr::Nested(inner) => return default_value(inner, ty),
        _ => return SqlValue::Null,
    };
    match ty {
        SqlType::Decimal(_, scale) => number_of_text(&text).map_or(SqlValue::Null, |mut n| {
            n.rescale(u32::from(scale));
            SqlValue::Decimal(n)
        }),
        _ => text.parse().map_or(SqlValue::Null, SqlValue::Int),
    }
}

/// The Transact-SQL type a declaration or CAST names; `None` for one the sandbox does not have.
pub fn data_type(ty: &DataType) -> Option<SqlType> {
    let exact = |info: &ExactNumberInfo| match info {
        ExactNumberInfo::None => Some(SqlType::Decimal(18, 0)),
        ExactNumberInfo::Precision(p) => Some(SqlType::Decimal(u8::try_from(*p).ok()?, 0)),
        ExactNumberInfo::PrecisionAndScale(p, s) => {
            Some(SqlType::Decimal(u8::try_from(*p).ok()?, u8::try_from(*s).ok()?))
        }
    };
    let digits = |digits: &Option<u64>| u8::try_from(digits.unwrap_or(7)).ok();
    Some(match ty {
        DataType::Bit(None) => SqlType::Bit,
        DataType::TinyInt(None) => SqlType::TinyInt,
        DataType::SmallInt(None) => SqlType::SmallInt,
        DataType::Int(None) | DataType::Integer(None) => SqlType::Int,
        DataType::BigInt(None) => SqlType::BigInt,
        DataType::Decimal(info) | DataType::Numeric(info) | DataType::Dec(info) => exact(info)?,
        DataType::Float(_) | DataType::Real | DataType::Double(_) => SqlType::Float,
        DataType::Varchar(length) => SqlType::Varchar(text_length(length)?),
        DataType::Nvarchar(length) => SqlType::NVarchar(text_length(length)?),
        DataType::Varbinary(Some(sqlparser::ast::BinaryLength::IntegerLength { length })) => {
            SqlType::VarBinary(Some(u16::try_from(*length).ok()?))
        }
        DataType::Varbinary(Some(sqlparser::ast::BinaryLength::Max)) => SqlType::VarBinary(None),
        DataType::Date => SqlType::Date,
        DataType::Datetime(None) => SqlType::DateTime,
        DataType::Time(scale, _) => SqlType::Time(digits(scale)?),
        DataType::Custom(name, modifiers) => match name.to_string().to_lowercase().as_str() {
            "datetime2" => SqlType::DateTime2(modifiers.first().map_or(Some(7), |m| m.parse().ok())?),
            "datetimeoffset" => SqlType::DateTimeOffset(modifiers.first().map_or(Some(7), |m| m.parse().ok())?),
            "uniqueidentifier" => SqlType::Guid,
            "sysname" => SqlType::NVarchar(Some(128)),
            _ => return None,
        },
        _ => return None,
    })
}

/// Without a length CAST and DECLARE differ (30 and 1): the sandbox asks for a length rather than guess which was meant.
fn text_length(length: &Option<CharacterLength>) -> Option<Option<u16>> {
    match length {
        Some(CharacterLength::IntegerLength { length, .. }) => Some(Some(u16::try_from(*length).ok()?)),
        Some(CharacterLength::Max) => Some(None),
        None => None,
    }
}

pub(super) fn last_part(name: &ObjectName) -> String {
    name.0.last().and_then(|p| p.as_ident()).map(|i| i.value.clone()).unwrap_or_default()
}

fn unbracketed(name: &str) -> String {
    name.trim_matches(['[', ']', '"']).to_string()
}

fn view(name: &str, columns: &[(&str, SqlType, bool)]) -> Table {
    let columns = columns.iter().map(|(name, ty, nullable)| Column {
        name: (*name).into(),
        ty: *ty,
        nullable: *nullable,
        default: None,
    });
    Table {
        schema: "INFORMATION_SCHEMA".into(),
        name: name.into(),
        columns: columns.collect(),
        key: Vec::new(),
        key_name: String::new(),
    }
}

const NAME: SqlType = SqlType::NVarchar(Some(128));

fn columns_view() -> Table {
    view(
        "COLUMNS",
        &[
            ("TABLE_CATALOG", NAME, true),
            ("TABLE_SCHEMA", NAME, true),
            ("TABLE_NAME", NAME, false),
            ("COLUMN_NAME", NAME, true),
            ("ORDINAL_POSITION", SqlType::Int, true),
            ("COLUMN_DEFAULT", SqlType::NVarchar(Some(4000)), true),
            ("IS_NULLABLE", SqlType::Varchar(Some(3)), true),
            ("DATA_TYPE", NAME, true),
            ("CHARACTER_MAXIMUM_LENGTH", SqlType::Int, true),
            ("CHARACTER_OCTET_LENGTH", SqlType::Int, true),
            ("NUMERIC_PRECISION", SqlType::TinyInt, true),
            ("NUMERIC_SCALE", SqlType::Int, true),
            ("COLLATION_NAME", NAME, true),
        ],
    )
}

fn tables_view() -> Table {
    view(
        "TABLES",
        &[
            ("TABLE_CATALOG", NAME, true),
            ("TABLE_SCHEMA", NAME, true),
            ("TABLE_NAME", NAME, false),
            ("TABLE_TYPE", SqlType::Varchar(Some(10)), true),
        ],
    )
}

/// A row of INFORMATION_SCHEMA.COLUMNS, without its catalog, which is the database's name and known to the session.
pub(super) fn information_row(table: &Table, at: usize, column: &Column) -> Vec<SqlValue> {
    let text = |s: &str| SqlValue::Text(s.into());
    let int = |n: u64| SqlValue::Int(i64::try_from(n).unwrap_or(i64::MAX));
    let (name, length, octets, precision, scale, collation) = match column.ty {
        SqlType::Varchar(n) => ("varchar", n.map(u64::from), n.map(u64::from), None, None, true),
        SqlType::NVarchar(n) => ("nvarchar", n.map(u64::from), n.map(|n| u64::from(n) * 2), None, None, true),
        SqlType::Decimal(p, s) => ("decimal", None, None, Some(p), Some(s), false),
        ty if ty.is_whole() => (ty.name(), None, None, Some(ty.as_decimal().0), Some(0), false),
        ty => (ty.name(), None, None, None, None, false),
    };
    let default = column.default.as_ref().map_or(SqlValue::Null, |d| match d {
        SqlValue::Text(t) => SqlValue::Text(format!("('{t}')")),
        SqlValue::Int(n) => SqlValue::Text(format!("(({n}))")),
        SqlValue::Decimal(n) => SqlValue::Text(format!("(({}))", n.normalize())),
        _ => SqlValue::Null,
    });
    vec![
        text(""),
        text(&table.schema),
        text(&table.name),
        text(&column.name),
        int(at as u64 + 1),
        default,
        text(if column.nullable { "YES" } else { "NO" }),
        text(name),
        length.map_or(SqlValue::Null, int),
        octets.map_or(SqlValue::Null, int),
        precision.map_or(SqlValue::Null, |n| int(n.into())),
        scale.map_or(SqlValue::Null, |n| int(n.into())),
        if collation { text(COLLATION) } else { SqlValue::Null },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_company_is_read_with_lengths_defaults_and_keys() {
        let catalog = Catalog::company();
        let actor = catalog.table(None, "ACTOR").unwrap();
        let name = &actor.columns[actor.column("nm").unwrap()];
        assert_eq!(
            (name.ty, name.nullable, name.default.clone()),
            (SqlType::Varchar(Some(80)), false, Some(SqlValue::Text(String::new())))
        );
        let line = catalog.table(Some("dbo"), "OrdLn").unwrap();
        assert_eq!(line.key.iter().map(|at| line.columns[*at].name.as_str()).collect::<Vec<_>>(), ["OrdNo", "LnNo"]);
        assert_eq!(line.key_name, "PK_OrdLn");
        let value = catalog.table(None, "FreeInf1").unwrap();
        let value = &value.columns[value.column("Val1").unwrap()];
        assert_eq!(
            (value.ty, value.default.clone()),
            (SqlType::Decimal(28, 6), Some(SqlValue::Decimal("0.000000".parse().unwrap())))
        );
        assert_eq!(catalog.tables().count(), 31 + 2);
    }
}
