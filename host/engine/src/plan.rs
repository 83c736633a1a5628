//! From SQL to a plan that needs no SQLite, or why there is none.

use sqlparser::ast::{Expr, Value as Literal};

use super::EventWindow;
use super::aggregate::Aggregate;
use super::batch::fits;
use super::expression::{Comparison, Expression, Kind, Node};
use super::lower::{Lowering, Slots, aliased};
use super::parse::{Plain, parse};
use net_scout_model::{ColumnType, EVENT_COLUMNS, Timestamp, Value};

/// Where a query runs.
#[derive(Debug)]
pub enum Plan {
    /// On the window in memory.
    Fast(Box<FastPlan>),
    /// In SQLite, and why.
    Sqlite(String),
}

/// A SELECT over the window that it was planned for.
#[derive(Debug)]
pub struct FastPlan {
    pub(super) filter: Option<Expression>,
    pub(super) grouping: Option<Grouping>,
    /// Of each row, or of each group where there is a grouping.
    pub(super) outputs: Vec<(Expression, ColumnType)>,
    /// True where it descends.
    pub(super) order: Vec<(Expression, bool)>,
    pub(super) limit: Option<u64>,
    pub(super) offset: u64,
}

/// How rows become groups. The slots of a group are its keys, then its aggregates.
#[derive(Debug)]
pub(super) struct Grouping {
    /// None where all rows are one group, even when there are no rows.
    pub(super) keys: Vec<Expression>,
    pub(super) aggregates: Vec<Aggregate>,
    pub(super) having: Option<Expression>,
    /// SELECT DISTINCT: the groups come in the order of their first rows, else in that of their keys.
    pub(super) distinct: bool,
}

impl Plan {
    /// Plans a query. SQLite must have compiled it already: it alone says what is an error and what is denied.
    ///
    /// `granted` says which columns of `events` the rule may read, `since` from when on, where that is later than the window's beginning.
    #[must_use]
    pub fn new(
        window: &EventWindow,
        sql: &str,
        parameters: &[Value],
        columns: &[ColumnType],
        granted: &dyn Fn(&str) -> bool,
        since: Option<Timestamp>,
    ) -> Self {
        match plan(window, sql, parameters, columns, granted, since) {
            Ok(plan) => Self::Fast(Box::new(plan)),
            Err(reason) => Self::Sqlite(reason),
        }
    }
}

impl std::fmt::Display for Plan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Fast(_) => f.write_str("in memory"),
            Self::Sqlite(reason) => write!(f, "SQLite, because {reason}"),
        }
    }
}

fn plan(
    window: &EventWindow,
    sql: &str,
    parameters: &[Value],
    columns: &[ColumnType],
    granted: &dyn Fn(&str) -> bool,
    since: Option<Timestamp>,
) -> Result<FastPlan, String> {
    let plain = parse(sql)?;
    let Plain { table, distinct, items, filter, group_by, having, order_by, limit, offset } = &plain;
    if items.len() != columns.len() {
        return Err("its result columns are not those that were named".to_owned());
    }
    // A name that means the row's number, or nothing of a kind, is read otherwise by SQLite.
    let strange = ["rowid", "_rowid_", "oid", "true", "false"];
    if let Some(name) = items
        .iter()
        .filter_map(|(_, name)| name.as_deref())
        .find(|name| strange.iter().any(|word| word.eq_ignore_ascii_case(name)))
    {
        return Err(format!("it calls a result column `{name}`"));
    }
    let mut lowering = Lowering {
        window,
        granted,
        parameters,
        table,
        items,
        aliases_visible: true,
        groups: None,
        met_aggregate: false,
        tests: 0,
    };
    let filter = filter.as_ref().map(|filter| lowering.truth(filter)).transpose()?;
    if lowering.met_aggregate {
        return Err("it has an aggregate in its WHERE".to_owned());
    }
    let filter = match since {
        Some(since) => Some(span(window, since, filter)?),
        None => filter,
    };
    let mut keys = Vec::new();
    for key in group_by {
        let key = match position(key, items)? {
            Some(item) => lowering.item(item)?,
            None => lowering.lower(key)?,
        };
        keys.push(key);
    }
    let mut grouped = !keys.is_empty();
    if !grouped {
        // One aggregate anywhere makes a single group of all rows.
        let order = order_by.iter().map(|(term, _)| term);
        for expression in items.iter().map(|(item, _)| item).chain(having).chain(order) {
            let _ = lowering.lower(expression);
        }
        grouped = lowering.met_aggregate;
    }
    if *distinct {
        if grouped {
            return Err("it is a DISTINCT of groups".to_owned());
        }
        for (item, _) in items {
            let key = lowering.item(item)?;
            // A column that is the same in every row tells no rows apart.
            if !key.is_constant() && !keys.contains(&key) {
                keys.push(key);
            }
        }
    }
    if keys.iter().any(|key| !is_key(key)) || (*distinct && keys.is_empty()) {
        return Err("it groups by a constant, or by reals that it calculates".to_owned());
    }
    if !grouped && having.is_some() {
        return Err("it has a HAVING without groups".to_owned());
    }
    let single = grouped && keys.is_empty();
    if grouped || *distinct {
        lowering.groups = Some(Slots { keys, aggregates: Vec::new() });
    }
    let mut outputs = Vec::new();
    for (number, ((item, _), &column)) in items.iter().zip(columns).enumerate() {
        let output = lowering.item(item)?;
        if !fits(&output, column) {
            return Err(format!("result column {} is {} where {} is expected", number + 1, output.kind.name(), column.name()));
        }
        outputs.push((output, column));
    }
    let having = having.as_ref().map(|having| lowering.truth(having)).transpose()?;
    let order = order_by.iter().map(|(term, descends)| Ok((order_term(&mut lowering, term, items)?, *descends)));
    let order = order.collect::<Result<Vec<_>, String>>()?;
    if order.iter().any(|(term, _)| matches!(term.kind, Kind::List(_))) || having.as_ref().is_some_and(has_list) {
        return Err("it orders by a list".to_owned());
    }
    if limit.is_some() && order.is_empty() && !single {
        return Err("it has a LIMIT without an ORDER BY".to_owned());
    }
    let limit = limit.as_ref().map(|limit| count(&mut lowering, limit)).transpose()?;
    let offset = offset.as_ref().map(|offset| count(&mut lowering, offset)).transpose()?.flatten();
    let grouping = lowering.groups.map(|Slots { keys, aggregates }| Grouping { keys, aggregates, having, distinct: *distinct });
    Ok(FastPlan { filter, grouping, outputs, order, limit: limit.flatten(), offset: offset.unwrap_or(0) })
}

/// A filter that also keeps what is older from the rule. It need not have asked for `time`.
fn span(window: &EventWindow, since: Timestamp, filter: Option<Expression>) -> Result<Expression, String> {
    let time = window.slot("time", &|_| true).map_err(|_| "the instants of events are not in memory".to_owned())?;
    let inside = Node::Compare(Comparison::GreaterOrEqual, Box::new(time), Box::new(Expression::integer(since.0)));
    let inside = Expression::truth(inside, false);
    Ok(match filter {
        Some(filter) => inside.and(filter),
        None => inside,
    })
}

/// Whether rows can be grouped by it.
fn is_key(key: &Expression) -> bool {
    match key.kind {
        Kind::Integer | Kind::Text(_) => !key.is_constant(),
        Kind::Real => matches!(key.node, Node::Slot(_)),
        Kind::Null | Kind::List(_) => false,
    }
}

fn has_list(expression: &Expression) -> bool {
    matches!(expression.kind, Kind::List(_))
}

/// The result column that a plain number names.
fn position<'a>(term: &Expr, items: &'a [(Expr, Option<String>)]) -> Result<Option<&'a Expr>, String> {
    let Expr::Value(value) = term else { return Ok(None) };
    match &value.value {
        Literal::Number(text, _) => {
            let place = text.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
            let item = place.and_then(|place| items.get(place)).ok_or("it names a result column that is not there")?;
            Ok(Some(&item.0))
        }
        _ => Err("it orders or groups by a constant".to_owned()),
    }
}

/// A term of the ORDER BY: a result column by its number or by its name, before any column of `events`; else an expression.
fn order_term(lowering: &mut Lowering<'_>, term: &Expr, items: &[(Expr, Option<String>)]) -> Result<Expression, String> {
    if let Some(item) = position(term, items)? {
        return lowering.item(item);
    }
    let mut bare = term;
    while let Expr::Nested(inner) = bare {
        bare = inner;
    }
    if let Expr::Identifier(name) = bare
        && let Some(item) = aliased(items, &name.value)
    {
        let is_column = EVENT_COLUMNS.iter().any(|column| column.eq_ignore_ascii_case(&name.value));
        if is_column && !std::ptr::eq(bare, term) {
            return Err("it orders by a name in brackets".to_owned());
        }
        return lowering.item(item);
    }
    match lowering.lower(term)? {
        constant if constant.is_constant() => Err("it orders or groups by a constant".to_owned()),
        term => Ok(term),
    }
}

/// A number of rows; none where it is negative, which means no limit.
fn count(lowering: &mut Lowering<'_>, expression: &Expr) -> Result<Option<u64>, String> {
    match lowering.lower(expression)?.node {
        Node::Integer(value) => Ok(u64::try_from(value).ok()),
        _ => Err("its LIMIT is no integer".to_owned()),
    }
}
