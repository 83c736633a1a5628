//! From SQL text to one plain SELECT, or why it is none. What the parser and SQLite might read differently is refused here.

use sqlparser::ast::{
    Distinct, Expr, GroupByExpr, LimitClause, OrderBy, OrderByExpr, OrderByKind, OrderByOptions, OrderBySort, Query, Select,
    SelectFlavor, SelectItem, SetExpr, Statement, TableFactor, TableWithJoins,
};
use sqlparser::dialect::SQLiteDialect;
use sqlparser::parser::Parser;
use sqlparser::tokenizer::Tokenizer;

use super::tokens::check;

/// The longest SQL that is looked at, in bytes.
const MAXIMUM_LENGTH: usize = 16 << 10;

/// A SELECT from `events`.
pub(super) struct SelectQuery {
    /// What the table is called in it.
    pub(super) table: String,
    pub(super) distinct: bool,
    /// The result columns, and the names that were given to them.
    pub(super) items: Vec<(Expr, Option<String>)>,
    pub(super) filter: Option<Expr>,
    pub(super) group_by: Vec<Expr>,
    pub(super) having: Option<Expr>,
    /// Expressions; true where the order descends.
    pub(super) order_by: Vec<(Expr, bool)>,
    pub(super) limit: Option<Expr>,
    pub(super) offset: Option<Expr>,
}

/// Parses SQL; the error says why SQLite has to run it.
pub(super) fn parse(sql: &str) -> Result<SelectQuery, String> {
    let other = |text: &str| Err(text.to_owned());
    if sql.len() > MAXIMUM_LENGTH {
        return other("it is too long");
    }
    let dialect = SQLiteDialect {};
    let tokens = Tokenizer::new(&dialect, sql).tokenize().map_err(|_| "it does not parse")?;
    check(&tokens)?;
    let mut statements =
        Parser::new(&dialect).with_tokens(tokens).parse_statements().map_err(|_| "it does not parse".to_owned())?;
    let (Some(statement), true) = (statements.pop(), statements.is_empty()) else { return other("it is not one statement") };
    let Statement::Query(query) = statement else { return other("it is not a SELECT") };
    let Query {
        with: None,
        body,
        order_by,
        limit_clause,
        fetch: None,
        locks,
        for_clause: None,
        settings: None,
        format_clause: None,
        pipe_operators,
    } = *query
    else {
        return other("it is more than a plain SELECT");
    };
    let SetExpr::Select(select) = *body else { return other("it is more than one SELECT") };
    if !locks.is_empty() || !pipe_operators.is_empty() {
        return other("it is more than a plain SELECT");
    }
    let order_by = order_by.map_or(Ok(Vec::new()), order)?;
    let (limit, offset) = match limit_clause {
        None => (None, None),
        Some(LimitClause::LimitOffset { limit, offset, limit_by }) if limit_by.is_empty() => {
            (limit, offset.map(|offset| offset.value))
        }
        Some(LimitClause::OffsetCommaLimit { offset, limit }) => (Some(limit), Some(offset)),
        Some(LimitClause::LimitOffset { .. }) => return other("its LIMIT is not plain"),
    };
    if offset.is_some() && limit.is_none() {
        return other("it has an OFFSET without a LIMIT");
    }
    let mut query = select_parts(*select)?;
    (query.order_by, query.limit, query.offset) = (order_by, limit, offset);
    Ok(query)
}

fn order(order_by: OrderBy) -> Result<Vec<(Expr, bool)>, String> {
    let OrderBy { kind: OrderByKind::Expressions(list), interpolate: None } = order_by else {
        return Err("its ORDER BY is not plain".to_owned());
    };
    order_list(list)
}

/// Terms of an ORDER BY; true where the order descends.
pub(super) fn order_list(list: Vec<OrderByExpr>) -> Result<Vec<(Expr, bool)>, String> {
    list.into_iter()
        .map(|term| match term {
            OrderByExpr { expr, options: OrderByOptions { sort, nulls_first: None }, with_fill: None } => match sort {
                None | Some(OrderBySort::Asc) => Ok((expr, false)),
                Some(OrderBySort::Desc) => Ok((expr, true)),
                Some(_) => Err("its ORDER BY is not plain".to_owned()),
            },
            _ => Err("its ORDER BY is not plain".to_owned()),
        })
        .collect()
}

/// All of a SELECT but its ORDER BY and LIMIT.
fn select_parts(select: Select) -> Result<SelectQuery, String> {
    let Select {
        select_token: _,
        optimizer_hints,
        distinct,
        select_modifiers: None,
        top: None,
        top_before_distinct: false,
        projection,
        exclude: None,
        into: None,
        from,
        lateral_views,
        prewhere: None,
        selection,
        connect_by,
        group_by: GroupByExpr::Expressions(group_by, modifiers),
        cluster_by,
        distribute_by,
        sort_by,
        having,
        named_window,
        qualify: None,
        window_before_qualify: _,
        value_table_mode: None,
        flavor: SelectFlavor::Standard,
    } = select
    else {
        return Err("it is more than a plain SELECT".to_owned());
    };
    let empty = optimizer_hints.is_empty() && lateral_views.is_empty() && connect_by.is_empty() && modifiers.is_empty();
    if !empty || !cluster_by.is_empty() || !distribute_by.is_empty() || !sort_by.is_empty() || !named_window.is_empty() {
        return Err("it is more than a plain SELECT".to_owned());
    }
    let distinct = match distinct {
        None | Some(Distinct::All) => false,
        Some(Distinct::Distinct) => true,
        Some(Distinct::On(_)) => return Err("it is more than a plain SELECT".to_owned()),
    };
    let item = |item| match item {
        SelectItem::UnnamedExpr(expression) => Ok((expression, None)),
        SelectItem::ExprWithAlias { expr, alias } => Ok((expr, Some(alias.value))),
        _ => Err("it selects `*`".to_owned()),
    };
    let items = projection.into_iter().map(item).collect::<Result<_, _>>()?;
    Ok(SelectQuery {
        table: table(from)?,
        distinct,
        items,
        filter: selection,
        group_by,
        having,
        order_by: Vec::new(),
        limit: None,
        offset: None,
    })
}

/// The name by which `events` is known.
fn table(from: Vec<TableWithJoins>) -> Result<String, String> {
    let [TableWithJoins { relation, joins }] = from.as_slice() else { return Err("it reads more than one table".to_owned()) };
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
    } = relation
    else {
        return Err("it reads more than a table".to_owned());
    };
    if !joins.is_empty() {
        return Err("it reads more than one table".to_owned());
    }
    if !with_hints.is_empty() || !partitions.is_empty() || !index_hints.is_empty() {
        return Err("its FROM is not plain".to_owned());
    }
    let name = match name.0.as_slice() {
        [part] => part.as_ident().map(|name| name.value.clone()),
        _ => None,
    };
    match (name, alias) {
        (Some(name), _) if !name.eq_ignore_ascii_case("events") => Err(format!("it reads `{name}`")),
        (Some(name), None) => Ok(name),
        (Some(_), Some(alias)) if alias.columns.is_empty() && alias.at.is_none() => Ok(alias.name.value.clone()),
        _ => Err("its FROM is not plain".to_owned()),
    }
}
