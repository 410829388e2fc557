//! SELECT.

use sqlparser::ast::{
    Distinct, Expr, Fetch, GroupByExpr, Join, JoinConstraint, JoinOperator, LimitClause, OrderBy, OrderByKind, Query,
    Select, SelectFlavor, SelectItem, SelectItemQualifiedWildcardKind, SetExpr, Top, TopQuantity, Value,
};

use super::super::errors::{self, SqlError};
use super::super::value::SqlType;
use super::{OutColumn, Scope, Translator, collation};

impl Translator<'_> {
    /// A query's SQL and its columns.
    pub(super) fn query(
        &mut self,
        query: &Query,
        parent: Option<&Scope<'_>>,
    ) -> Result<(String, Vec<OutColumn>), SqlError> {
        let refused = || errors::not_carried(&query.to_string());
        let Query {
            with: None,
            body,
            order_by,
            limit_clause,
            fetch,
            locks,
            for_clause: None,
            settings: None,
            format_clause: None,
            pipe_operators,
        } = query
        else {
            return Err(refused());
        };
        let SetExpr::Select(select) = body.as_ref() else {
            return Err(refused());
        };
        if !locks.is_empty() || !pipe_operators.is_empty() {
            return Err(refused());
        }
        let Select {
            select_token: _,
            optimizer_hints,
            distinct,
            select_modifiers: None,
            top,
            top_before_distinct: _,
            projection,
            exclude: None,
            into: None,
            from,
            lateral_views,
            prewhere: None,
            selection,
            connect_by,
            group_by,
            cluster_by,
            distribute_by,
            sort_by,
            having,
            named_window,
            qualify: None,
            window_before_qualify: _,
            value_table_mode: None,
            flavor: SelectFlavor::Standard,
        } = select.as_ref()
        else {
            return Err(refused());
        };
        let extras =
            !lateral_views.is_empty() || !connect_by.is_empty() || !cluster_by.is_empty() || !distribute_by.is_empty();
        if extras || !sort_by.is_empty() || !named_window.is_empty() || !optimizer_hints.is_empty() {
            return Err(refused());
        }
        let distinct = match distinct {
            None | Some(Distinct::All) => "",
            Some(Distinct::Distinct) => "DISTINCT ",
            Some(Distinct::On(_)) => return Err(refused()),
        };
        let GroupByExpr::Expressions(group_by, modifiers) = group_by else {
            return Err(refused());
        };
        if !modifiers.is_empty() {
            return Err(refused());
        }

        let mut scope = Scope { sources: Vec::new(), parent, grouped: None };
        let from = self.from(from, &mut scope)?;
        let filter = self.filter(selection.as_ref(), &scope)?;
        let mut groups = Vec::new();
        for expr in group_by {
            let typed = self.scalar(expr, &scope)?;
            let sql = self.render(&typed);
            groups.push((sql, collation(typed.ty)));
        }
        if !groups.is_empty() || projection.iter().any(has_aggregate) {
            scope.grouped = Some(groups.iter().map(|(sql, _)| sql.clone()).collect());
        }
        let (mut sql, columns) = self.projection(projection, &scope)?;
        sql = format!("SELECT {distinct}{sql}{from}{filter}");
        if !groups.is_empty() {
            let groups: Vec<String> = groups.iter().map(|(sql, collate)| format!("{sql}{collate}")).collect();
            sql.push_str(&format!(" GROUP BY {}", groups.join(", ")));
        }
        if let Some(having) = having {
            sql.push_str(&format!(" HAVING {}", self.predicate(having, &scope)?));
        }
        if let Some(order_by) = order_by {
            sql.push_str(&self.order(order_by, projection, &columns, &scope)?);
        }
        let limit = self
            .limit(top.as_ref(), limit_clause.as_ref(), fetch.as_ref(), order_by.is_some(), &scope)
            .and_then(|l| l.ok_or_else(refused))?;
        Ok((sql + &limit, columns))
    }

    fn from(&mut self, from: &[sqlparser::ast::TableWithJoins], scope: &mut Scope<'_>) -> Result<String, SqlError> {
        let mut sql = String::new();
        for (at, table) in from.iter().enumerate() {
            let source = self.source(&table.relation)?;
            sql.push_str(if at == 0 { " FROM " } else { " CROSS JOIN " });
            sql.push_str(&format!("{} AS {}", source.table.sqlite_name(), source.sql_alias));
            add(scope, source)?;
            for join in &table.joins {
                sql.push_str(&self.join(join, scope)?);
            }
        }
        Ok(sql)
    }

    fn join(&mut self, join: &Join, scope: &mut Scope<'_>) -> Result<String, SqlError> {
        let refused = || errors::not_carried(&join.to_string());
        let (keyword, on) = match &join.join_operator {
            JoinOperator::Join(JoinConstraint::On(on)) | JoinOperator::Inner(JoinConstraint::On(on)) => {
                ("JOIN", Some(on))
            }
            JoinOperator::Left(JoinConstraint::On(on)) | JoinOperator::LeftOuter(JoinConstraint::On(on)) => {
                ("LEFT JOIN", Some(on))
            }
            JoinOperator::CrossJoin(JoinConstraint::None) => ("CROSS JOIN", None),
            _ => return Err(refused()),
        };
        if join.global {
            return Err(refused());
        }
        let mut source = self.source(&join.relation)?;
        source.optional = keyword == "LEFT JOIN";
        let mut sql = format!(" {keyword} {} AS {}", source.table.sqlite_name(), source.sql_alias);
        add(scope, source)?;
        if let Some(on) = on {
            sql.push_str(&format!(" ON {}", self.predicate(on, scope)?));
        }
        Ok(sql)
    }

    fn projection(&mut self, items: &[SelectItem], scope: &Scope<'_>) -> Result<(String, Vec<OutColumn>), SqlError> {
        let mut sql = Vec::new();
        let mut columns = Vec::new();
        for item in items {
            match item {
                SelectItem::UnnamedExpr(expr) => {
                    let name = match expr {
                        Expr::Identifier(ident) if !ident.value.starts_with('@') => ident.value.clone(),
                        Expr::CompoundIdentifier(parts) => parts.last().map(|p| p.value.clone()).unwrap_or_default(),
                        _ => String::new(),
                    };
                    self.item(expr, self.as_declared(expr, scope).unwrap_or(name), scope, &mut sql, &mut columns)?;
                }
                SelectItem::ExprWithAlias { expr, alias } if !alias.value.starts_with('@') => {
                    self.item(expr, alias.value.clone(), scope, &mut sql, &mut columns)?;
                }
                SelectItem::Wildcard(options) if options.to_string().is_empty() => {
                    self.all_of(None, scope, &mut sql, &mut columns)?
                }
                SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::ObjectName(name), options)
                    if options.to_string().is_empty() =>
                {
                    self.all_of(Some(&super::super::catalog::last_part(name)), scope, &mut sql, &mut columns)?;
                }
                other => return Err(errors::not_carried(&format!("SELECT {other}"))),
            }
        }
        Ok((sql.join(", "), columns))
    }

    /// A column is named in the answer as the table declares it, however the query wrote it.
    fn as_declared(&self, expr: &Expr, scope: &Scope<'_>) -> Option<String> {
        let name = match expr {
            Expr::Identifier(ident) => &ident.value,
            Expr::CompoundIdentifier(parts) => &parts.last()?.value,
            _ => return None,
        };
        scope
            .sources
            .iter()
            .find_map(|s| s.table.column(name).and_then(|at| s.table.columns.get(at)))
            .map(|c| c.name.clone())
    }

    fn item(
        &mut self,
        expr: &Expr,
        name: String,
        scope: &Scope<'_>,
        sql: &mut Vec<String>,
        columns: &mut Vec<OutColumn>,
    ) -> Result<(), SqlError> {
        let typed = self.scalar(expr, scope)?;
        sql.push(self.render(&typed));
        // A bare NULL is an int in an answer.
        let ty = if typed.ty == SqlType::Null { SqlType::Int } else { typed.ty };
        columns.push(OutColumn { name, ty, nullable: typed.nullable });
        Ok(())
    }

    fn all_of(
        &mut self,
        of: Option<&str>,
        scope: &Scope<'_>,
        sql: &mut Vec<String>,
        columns: &mut Vec<OutColumn>,
    ) -> Result<(), SqlError> {
        let mut found = false;
        for source in scope.sources.iter().filter(|s| of.is_none_or(|name| s.alias.eq_ignore_ascii_case(name))) {
            found = true;
            for column in &source.table.columns {
                let ident = Expr::CompoundIdentifier(vec![source.alias.as_str().into(), column.name.as_str().into()]);
                self.item(&ident, column.name.clone(), scope, sql, columns)?;
            }
        }
        match (found, of) {
            (true, _) => Ok(()),
            (false, Some(name)) => Err(errors::unbound(&format!("{name}.*"))),
            (false, None) => Err(SqlError::new(263, 16, 1, "Must specify table to select from.")),
        }
    }

    fn order(
        &mut self,
        order_by: &OrderBy,
        items: &[SelectItem],
        columns: &[OutColumn],
        scope: &Scope<'_>,
    ) -> Result<String, SqlError> {
        let refused = || errors::not_carried(&order_by.to_string());
        let OrderBy { kind: OrderByKind::Expressions(expressions), interpolate: None } = order_by else {
            return Err(refused());
        };
        let mut terms = Vec::new();
        for term in expressions {
            if term.with_fill.is_some() || term.options.nulls_first.is_some() {
                return Err(refused());
            }
            let direction = match &term.options.sort {
                None | Some(sqlparser::ast::OrderBySort::Asc) => "",
                Some(sqlparser::ast::OrderBySort::Desc) => " DESC",
                Some(_) => return Err(refused()),
            };
            let by_alias = items.iter().position(|item| {
                matches!((item, &term.expr), (SelectItem::ExprWithAlias { alias, .. }, Expr::Identifier(ident)) if alias.value.eq_ignore_ascii_case(&ident.value))
            });
            let by_place = match &term.expr {
                Expr::Value(value) => match &value.value {
                    Value::Number(n, _) => Some(
                        n.parse::<usize>()
                            .ok()
                            .and_then(|n| n.checked_sub(1))
                            .filter(|n| *n < columns.len())
                            .ok_or_else(refused)?,
                    ),
                    _ => return Err(refused()),
                },
                _ => None,
            };
            terms.push(match by_alias.or(by_place) {
                Some(at) => {
                    let ty = columns.get(at).map_or(SqlType::Int, |c| c.ty);
                    format!("{}{}{direction}", at + 1, collation(ty))
                }
                None => {
                    let typed = self.scalar(&term.expr, scope)?;
                    let sql = self.render(&typed);
                    format!("{sql}{}{direction}", collation(typed.ty))
                }
            });
        }
        Ok(format!(" ORDER BY {}", terms.join(", ")))
    }

    /// TOP, or OFFSET and FETCH, as SQLite's LIMIT; `None` for a form that is not carried.
    fn limit(
        &mut self,
        top: Option<&Top>,
        limit: Option<&LimitClause>,
        fetch: Option<&Fetch>,
        ordered: bool,
        scope: &Scope<'_>,
    ) -> Result<Option<String>, SqlError> {
        let (count, offset) = match (top, limit, fetch) {
            (None, None, None) => return Ok(Some(String::new())),
            (Some(Top { with_ties: false, percent: false, quantity: Some(quantity) }), None, None) => match quantity {
                TopQuantity::Constant(n) => return Ok(Some(format!(" LIMIT {n}"))),
                TopQuantity::Expr(expr) => (Some(expr), None),
            },
            (None, Some(LimitClause::LimitOffset { limit: None, offset: Some(offset), limit_by }), None)
                if limit_by.is_empty() && ordered =>
            {
                (None, Some(&offset.value))
            }
            (
                None,
                Some(LimitClause::LimitOffset { limit: None, offset: Some(offset), limit_by }),
                Some(Fetch { with_ties: false, percent: false, quantity: Some(quantity) }),
            ) if limit_by.is_empty() && ordered => (Some(quantity), Some(&offset.value)),
            _ => return Ok(None),
        };
        let mut number = |expr: Option<&Expr>, otherwise: &str| match expr {
            Some(expr) => {
                let typed = self.scalar(expr, scope)?;
                let typed = self.cast(typed, SqlType::BigInt, false)?;
                Ok::<_, SqlError>(self.render(&typed))
            }
            None => Ok(otherwise.into()),
        };
        Ok(Some(format!(" LIMIT {} OFFSET {}", number(count, "-1")?, number(offset, "0")?)))
    }
}

fn add(scope: &mut Scope<'_>, source: super::Source) -> Result<(), SqlError> {
    if scope.sources.iter().any(|s| s.alias.eq_ignore_ascii_case(&source.alias)) {
        let name = &source.alias;
        return Err(SqlError::new(
            1013,
            16,
            1,
            format!(
                "The objects \"{name}\" and \"{name}\" in the FROM clause have the same exposed names. Use correlation names to distinguish them."
            ),
        ));
    }
    scope.sources.push(source);
    Ok(())
}

fn has_aggregate(item: &SelectItem) -> bool {
    match item {
        SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => aggregates(expr),
        _ => false,
    }
}

fn aggregates(expr: &Expr) -> bool {
    use sqlparser::ast::{FunctionArg, FunctionArgExpr, FunctionArguments};
    match expr {
        Expr::Function(function) => {
            let aggregate = matches!(
                function.name.to_string().to_uppercase().as_str(),
                "COUNT" | "COUNT_BIG" | "MAX" | "MIN" | "SUM"
            );
            let inside = match &function.args {
                FunctionArguments::List(list) => list
                    .args
                    .iter()
                    .any(|arg| matches!(arg, FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) if aggregates(expr))),
                _ => false,
            };
            aggregate || inside
        }
        Expr::Nested(inner)
        | Expr::Cast { expr: inner, .. }
        | Expr::Convert { expr: inner, .. }
        | Expr::UnaryOp { expr: inner, .. } => aggregates(inner),
        Expr::BinaryOp { left, right, .. } => aggregates(left) || aggregates(right),
        Expr::Case { conditions, else_result, .. } => {
            conditions.iter().any(|c| aggregates(&c.result) || aggregates(&c.condition))
                || else_result.as_deref().is_some_and(aggregates)
        }
        _ => false,
    }
}

/// Whether a query gives one row at most by its form: an aggregate without groups, or TOP 1.
pub(super) fn gives_one_row(query: &Query) -> bool {
    let SetExpr::Select(select) = query.body.as_ref() else {
        return false;
    };
    let top_one = matches!(&select.top, Some(Top { quantity: Some(TopQuantity::Constant(1)), percent: false, .. }));
    let grouped = matches!(&select.group_by, GroupByExpr::Expressions(by, _) if !by.is_empty());
    top_one || (!grouped && select.projection.iter().any(has_aggregate)) || select.from.is_empty()
}
