//! The company's tables as the server describes them, and what the selects ask of them.

use super::codepage::Charset;
use super::derived::Derived;
use crate::schema;
use crate::systems::{RecordName, Select};
use crate::value::Type;

/// A table that we read.
#[derive(Debug, Clone)]
pub(super) struct Table {
    pub name: String,
    /// The primary key's columns in its order, one at least.
    pub keys: Vec<Column>,
    pub columns: Vec<Column>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Column {
    /// As the server spells it.
    pub name: String,
    /// `varchar(80)`, for people.
    pub declared: String,
    pub data_type: String,
    pub family: Family,
    pub nullable: bool,
}

/// What a column can hold.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Family {
    Int {
        least: i64,
        most: i64,
    },
    Decimal {
        precision: u8,
        scale: u8,
    },
    /// `most`: in the units of the character set; none for `max`.
    Text {
        most: Option<usize>,
        charset: Charset,
        ignores_case: bool,
    },
    /// Money, floats, dates: nothing that Visma Business uses.
    Other,
}

/// One row of INFORMATION_SCHEMA.COLUMNS.
#[derive(Debug, Clone, Default)]
pub(super) struct Described {
    pub name: String,
    pub data_type: String,
    pub length: Option<i64>,
    pub precision: Option<i64>,
    pub scale: Option<i64>,
    pub collation: String,
    pub nullable: bool,
}

impl Column {
    pub fn described(of: &Described) -> Self {
        let data_type = of.data_type.to_ascii_lowercase();
        let size = |n: Option<i64>| n.map_or("?".to_owned(), |n| if n < 0 { "max".into() } else { n.to_string() });
        let digits = |n: Option<i64>| n.and_then(|n| u8::try_from(n).ok()).unwrap_or(0);
        let (family, declared) = match data_type.as_str() {
            "bit" => (Family::Int { least: 0, most: 1 }, data_type.clone()),
            "tinyint" => (Family::Int { least: 0, most: 255 }, data_type.clone()),
            "smallint" => (Family::Int { least: i16::MIN.into(), most: i16::MAX.into() }, data_type.clone()),
            "int" => (Family::Int { least: i32::MIN.into(), most: i32::MAX.into() }, data_type.clone()),
            "bigint" => (Family::Int { least: i64::MIN, most: i64::MAX }, data_type.clone()),
            "decimal" | "numeric" => {
                let (precision, scale) = (digits(of.precision), digits(of.scale));
                (Family::Decimal { precision, scale }, format!("{data_type}({precision},{scale})"))
            }
            "varchar" | "nvarchar" | "char" | "nchar" => {
                let most = of.length.and_then(|n| usize::try_from(n).ok());
                let ignores_case = of.collation.to_ascii_uppercase().contains("_CI");
                (
                    Family::Text { most, charset: Charset::of(&data_type, &of.collation), ignores_case },
                    format!("{data_type}({})", size(of.length)),
                )
            }
            _ => (Family::Other, data_type.clone()),
        };
        Self { name: of.name.clone(), declared, data_type, family, nullable: of.nullable }
    }
}

impl Table {
    /// `None` without a column of the key.
    pub fn described(record: &RecordName, columns: &[Described]) -> Option<Self> {
        let columns: Vec<Column> = columns.iter().map(Column::described).collect();
        let column = |name: &&str| columns.iter().find(|c| c.name.eq_ignore_ascii_case(name)).cloned();
        let keys = keys(record)?.iter().map(column).collect::<Option<Vec<_>>>()?;
        Some(Self { name: schema::table(&record.name, record.index), keys, columns })
    }

    pub fn is_key(&self, column: &Column) -> bool {
        self.keys.contains(column)
    }

    /// A column by its name, whatever its case.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|c| c.name.eq_ignore_ascii_case(name))
    }
}

/// The names of a record's key columns.
pub(super) fn keys(record: &RecordName) -> Option<Vec<&'static str>> {
    Some(schema::business().record(&record.name)?.keys().collect())
}

/// The record's fields by their physical names, with the types that the schema gives them.
pub(super) fn schema_column(record: &RecordName, name: &str) -> Option<schema::Column<'static>> {
    let of = schema::business().record(&record.name)?;
    of.fields.iter().find_map(|field| match &field.index {
        None => of.column(&field.name, None, record.index).filter(|c| c.name.eq_ignore_ascii_case(name)),
        Some(numbers) => numbers
            .clone()
            .find_map(|n| of.column(&field.name, Some(n), record.index).filter(|c| c.name.eq_ignore_ascii_case(name))),
    })
}

/// Everything in which a table falls short of a select, one line each.
pub(super) fn differences(select: &Select, table: &Table) -> Vec<String> {
    let mut found = Vec::new();
    let missing = |name: &str| format!("dbo.{}.{name}: there is no such column", table.name);
    let derived = |name: &str| Derived::of(&select.record, name).is_some();
    for condition in &select.scope {
        if table.column(&condition.field).is_none() && !derived(&condition.field) {
            found.push(missing(&condition.field));
        }
    }
    for field in &select.fields {
        let Some(column) = table.column(&field.name) else {
            if derived(&field.name) {
                continue;
            }
            found.push(missing(&field.name));
            continue;
        };
        let fits = match (&field.ty, &column.family) {
            (Type::Int | Type::Bool | Type::Date | Type::Time, Family::Int { .. }) => true,
            (Type::Decimal(..), Family::Decimal { .. } | Family::Int { .. }) => true,
            (Type::Text(Some(size)), Family::Text { most: Some(most), .. }) => {
                usize::try_from(*size).is_ok_and(|size| size <= *most)
            }
            (Type::Text(_) | Type::Guid | Type::Enum(_), Family::Text { .. }) => true,
            _ => false,
        };
        if !fits || field.of.is_some() {
            found.push(format!(
                "dbo.{}.{}: is {}, where {} is expected",
                table.name, column.name, column.declared, field.ty
            ));
        }
    }
    found
}
