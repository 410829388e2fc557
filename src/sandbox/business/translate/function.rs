//! The functions the sandbox has.

use sqlparser::ast::{DuplicateTreatment, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Value};

use super::super::coerce::within;
use super::super::errors::{self, SqlError};
use super::super::value::{SqlType, SqlValue};
use super::{Node, Scope, Translator, Typed, collation};

/// What `SELECT @@VERSION` answers: the form of SQL Server 2019 and the plain statement that it is none.
pub(super) const VERSION_TEXT: &str =
    "Microsoft SQL Server 2019 (RTM) - 15.0.2000.5 (X64) \n\tsamband sandbox: not SQL Server, a stand-in over SQLite";

impl Translator<'_> {
    pub(super) fn function(&mut self, function: &Function, scope: &Scope<'_>) -> Result<Typed, SqlError> {
        let refused = || errors::not_carried(&function.to_string());
        let Function {
            name,
            uses_odbc_syntax: false,
            parameters: FunctionArguments::None,
            args: FunctionArguments::List(list),
            within_group,
            filter: None,
            null_treatment: None,
            over: None,
        } = function
        else {
            return Err(refused());
        };
        if !within_group.is_empty() || !list.clauses.is_empty() {
            return Err(refused());
        }
        let name = name.to_string().to_uppercase();
        let distinct = matches!(list.duplicate_treatment, Some(DuplicateTreatment::Distinct));
        if matches!(name.as_str(), "COUNT" | "COUNT_BIG")
            && matches!(list.args.as_slice(), [FunctionArg::Unnamed(FunctionArgExpr::Wildcard)])
        {
            return Ok(Typed::sql(
                "COUNT(*)".into(),
                if name == "COUNT" { SqlType::Int } else { SqlType::BigInt },
                false,
            ));
        }
        let args: Vec<&Expr> = list
            .args
            .iter()
            .map(|arg| match arg {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Ok(expr),
                _ => Err(refused()),
            })
            .collect::<Result<_, _>>()?;
        match (name.as_str(), args.as_slice()) {
            ("COUNT" | "COUNT_BIG" | "MAX" | "MIN" | "SUM", [arg]) => {
                self.aggregate(&name, distinct, arg, scope).and_then(|t| t.ok_or_else(refused))
            }
            _ if distinct => Err(refused()),
            ("ISNULL", [first, second]) => {
                let (first, second) = (self.scalar(first, scope)?, self.scalar(second, scope)?);
                let ty = if first.ty == SqlType::Null { second.ty } else { first.ty };
                let second = self.cast_unless_same(second, ty)?;
                self.first_of(vec![first, second], ty)
            }
            ("COALESCE", [_, _, ..]) => {
                let values = args.iter().map(|a| self.scalar(a, scope)).collect::<Result<Vec<_>, _>>()?;
                let ty = values.iter().fold(SqlType::Null, |ty, v| ty.common(v.ty));
                let values = values.into_iter().map(|v| self.unify(v, ty)).collect::<Result<Vec<_>, _>>()?;
                self.first_of(values, ty)
            }
            ("NULLIF", [first, second]) => {
                let (first, second) = (self.scalar(first, scope)?, self.scalar(second, scope)?);
                let ty = first.ty;
                let test = self.compare(first.clone(), "=", second)?;
                let first = self.render(&first);
                Ok(Typed::sql(format!("CASE WHEN {test} THEN NULL ELSE {first} END"), ty, true))
            }
            ("LEN", [arg]) => self.of_text("vb_len(", arg, ")", Some(SqlType::Int), scope),
            ("UPPER", [arg]) => self.of_text("vb_case(", arg, ", 1)", None, scope),
            ("LOWER", [arg]) => self.of_text("vb_case(", arg, ", 0)", None, scope),
            ("LTRIM", [arg]) => self.of_text("ltrim(", arg, ", ' ')", None, scope),
            ("RTRIM", [arg]) => self.of_text("rtrim(", arg, ", ' ')", None, scope),
            ("TRIM", [arg]) => self.of_text("trim(", arg, ", ' ')", None, scope),
            ("GETDATE" | "CURRENT_TIMESTAMP", []) => {
                Ok(Typed::constant(SqlValue::DateTime(self.around.now), SqlType::DateTime))
            }
            ("SYSDATETIME", []) => Ok(Typed::constant(SqlValue::DateTime(self.around.now), SqlType::DateTime2(7))),
            ("DB_NAME", []) => Ok(name_of(self.around.database)),
            ("SUSER_SNAME" | "SUSER_NAME" | "ORIGINAL_LOGIN" | "USER_NAME", []) => Ok(name_of(self.around.user)),
            ("SERVERPROPERTY", [Expr::Value(value)]) => match &value.value {
                Value::SingleQuotedString(property) | Value::NationalStringLiteral(property) => {
                    Ok(server_property(property))
                }
                _ => Err(refused()),
            },
            ("DATABASEPROPERTYEX", [database, property]) => {
                let (database, property) =
                    (constant_text(self.scalar(database, scope)?), constant_text(self.scalar(property, scope)?));
                match (database, property) {
                    (Some(database), Some(property)) if property.eq_ignore_ascii_case("Collation") => {
                        Ok(if database.eq_ignore_ascii_case(self.around.database) {
                            name_of(super::super::catalog::COLLATION)
                        } else {
                            Typed::constant(SqlValue::Null, SqlType::NVarchar(Some(128)))
                        })
                    }
                    _ => Err(refused()),
                }
            }
            ("HAS_PERMS_BY_NAME", [object, class, right]) => {
                let mut text = |e: &Expr| Ok::<_, SqlError>(constant_text(self.scalar(e, scope)?));
                let (Some(object), Some(class), Some(right)) = (text(object)?, text(class)?, text(right)?) else {
                    return Err(refused());
                };
                if !class.eq_ignore_ascii_case("OBJECT") {
                    return Err(refused());
                }
                let table = object.rsplit('.').next().unwrap_or(&object).trim_matches(['[', ']']).to_string();
                let may = self.around.catalog.table(None, &table).map(|t| (self.around.may)(t, &right.to_uppercase()));
                Ok(Typed::constant(may.map_or(SqlValue::Null, |may| SqlValue::Int(may.into())), SqlType::Int))
            }
            _ => Err(refused()),
        }
    }

    /// `None` for an aggregate of a type the function does not take.
    fn aggregate(
        &mut self,
        name: &str,
        distinct: bool,
        arg: &Expr,
        scope: &Scope<'_>,
    ) -> Result<Option<Typed>, SqlError> {
        self.in_aggregate += 1;
        let inner = self.scalar(arg, scope);
        self.in_aggregate -= 1;
        let inner = inner?;
        let ty = inner.ty;
        let sql = self.render(&inner);
        let distinct = if distinct { "DISTINCT " } else { "" };
        let collate = collation(ty);
        Ok(match name {
            "COUNT" => Some(Typed::sql(format!("COUNT({distinct}{sql}{collate})"), SqlType::Int, false)),
            "COUNT_BIG" => Some(Typed::sql(format!("COUNT({distinct}{sql}{collate})"), SqlType::BigInt, false)),
            "MAX" | "MIN" => Some(Typed::sql(format!("{name}({sql}{collate})"), ty, true)),
            _ => match ty {
                SqlType::Decimal(_, scale) => {
                    Some(Typed::sql(format!("vb_sum({distinct}{sql})"), SqlType::Decimal(38, scale), true))
                }
                SqlType::BigInt => Some(Typed::sql(format!("SUM({distinct}{sql})"), SqlType::BigInt, true)),
                ty if ty.is_whole() && ty != SqlType::Bit => {
                    Some(Typed::sql(format!("SUM({distinct}{sql})"), SqlType::Int, true))
                }
                _ => None,
            },
        })
    }

    fn first_of(&mut self, values: Vec<Typed>, ty: SqlType) -> Result<Typed, SqlError> {
        let nullable = values.iter().all(|v| v.nullable);
        let sql: Vec<String> = values.iter().map(|v| self.render(v)).collect();
        Ok(Typed::sql(format!("COALESCE({})", sql.join(", ")), ty, nullable))
    }

    fn cast_unless_same(&mut self, typed: Typed, ty: SqlType) -> Result<Typed, SqlError> {
        if typed.ty == ty || typed.ty == SqlType::Null { Ok(typed) } else { self.cast(typed, ty, false) }
    }

    fn of_text(
        &mut self,
        before: &str,
        arg: &Expr,
        after: &str,
        ty: Option<SqlType>,
        scope: &Scope<'_>,
    ) -> Result<Typed, SqlError> {
        let mut arg = self.scalar(arg, scope)?;
        if !arg.ty.is_text() {
            arg = self.cast(arg, SqlType::Varchar(Some(8000)), false)?;
        }
        let sql = self.render(&arg);
        Ok(Typed::sql(format!("{before}{sql}{after}"), ty.unwrap_or(arg.ty), arg.nullable))
    }
}

fn constant_text(typed: Typed) -> Option<String> {
    match typed.node {
        Node::Constant(SqlValue::Text(text)) => Some(text),
        _ => None,
    }
}

fn name_of(name: &str) -> Typed {
    Typed::constant(SqlValue::Text(name.into()), SqlType::NVarchar(Some(128)))
}

/// SERVERPROPERTY gives nvarchar here; SQL Server's sql_variant is the same to a client that casts or reads text.
fn server_property(property: &str) -> Typed {
    let text = |t: &str| Typed::constant(SqlValue::Text(t.into()), SqlType::NVarchar(within(128, 4000)));
    match property.to_uppercase().as_str() {
        "PRODUCTVERSION" => text("15.0.2000.5"),
        "PRODUCTLEVEL" => text("RTM"),
        "EDITION" => text("samband sandbox (64-bit)"),
        "COLLATION" => text(super::super::catalog::COLLATION),
        "SERVERNAME" | "MACHINENAME" => text("SAMBAND-SANDBOX"),
        "PRODUCTMAJORVERSION" => text("15"),
        "ENGINEEDITION" => Typed::constant(SqlValue::Int(3), SqlType::Int),
        _ => Typed::constant(SqlValue::Null, SqlType::NVarchar(Some(128))),
    }
}
