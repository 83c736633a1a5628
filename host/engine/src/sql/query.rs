//! Binds a SELECT: its clauses, one after another, become a plan.

use sqlparser::ast::{Expr, Value as Literal};

use super::binder::{Binder, Slots, aliased, slot};
use super::output::fits;
use super::parse::{SelectQuery, parse};
use crate::plan::{Comparison, Expression, FastPlan, Grouping, Kind, Node};
use crate::storage::EventTable;
use net_scout_model::{ColumnType, EVENT_COLUMNS, Timestamp, Value};

/// The plan of a query; the error says why SQLite has to run it. `granted` says which columns of `events` the rule may read, `since` from
/// when on, where that is later than the window's beginning.
pub(crate) fn bind(
    events: &EventTable,
    sql: &str,
    parameters: &[Value],
    columns: &[ColumnType],
    granted: &dyn Fn(&str) -> bool,
    since: Option<Timestamp>,
) -> Result<FastPlan, String> {
    let query = parse(sql)?;
    let SelectQuery { table, distinct, items, filter, group_by, having, order_by, limit, offset } = &query;
    if items.len() != columns.len() {
        return Err("its result columns are not those that were named".to_owned());
    }
    // SQLite reads these names otherwise: as the number of the row, or as a truth.
    let strange = ["rowid", "_rowid_", "oid", "true", "false"];
    if let Some(name) = items
        .iter()
        .filter_map(|(_, name)| name.as_deref())
        .find(|name| strange.iter().any(|word| word.eq_ignore_ascii_case(name)))
    {
        return Err(format!("it calls a result column `{name}`"));
    }
    let mut binder =
        Binder { events, granted, parameters, table, items, aliases_visible: true, groups: None, met_aggregate: false, tests: 0 };
    let filter = filter.as_ref().map(|filter| binder.truth(filter)).transpose()?;
    if binder.met_aggregate {
        return Err("it has an aggregate in its WHERE".to_owned());
    }
    let filter = match since {
        Some(since) => Some(span(events, since, filter)?),
        None => filter,
    };
    let mut keys = Vec::new();
    for key in group_by {
        let key = match position(key, items)? {
            Some(item) => binder.item(item)?,
            None => binder.bind(key)?,
        };
        keys.push(key);
    }
    let mut grouped = !keys.is_empty();
    if !grouped {
        // One aggregate anywhere makes a single group of all rows.
        let order = order_by.iter().map(|(term, _)| term);
        for expression in items.iter().map(|(item, _)| item).chain(having).chain(order) {
            let _ = binder.bind(expression);
        }
        grouped = binder.met_aggregate;
    }
    if *distinct {
        if grouped {
            return Err("it is a DISTINCT of groups".to_owned());
        }
        for (item, _) in items {
            let key = binder.item(item)?;
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
        binder.groups = Some(Slots { keys, aggregates: Vec::new() });
    }
    let mut outputs = Vec::new();
    for (number, ((item, _), &column)) in items.iter().zip(columns).enumerate() {
        let output = binder.item(item)?;
        if !fits(&output, column) {
            return Err(format!("result column {} is {} where {} is expected", number + 1, output.kind.name(), column.name()));
        }
        outputs.push((output, column));
    }
    let having = having.as_ref().map(|having| binder.truth(having)).transpose()?;
    let order = order_by.iter().map(|(term, descends)| Ok((order_term(&mut binder, term, items)?, *descends)));
    let order = order.collect::<Result<Vec<_>, String>>()?;
    if order.iter().any(|(term, _)| matches!(term.kind, Kind::List(_))) || having.as_ref().is_some_and(has_list) {
        return Err("it orders by a list".to_owned());
    }
    if limit.is_some() && order.is_empty() && !single {
        return Err("it has a LIMIT without an ORDER BY".to_owned());
    }
    let limit = limit.as_ref().map(|limit| count(&mut binder, limit)).transpose()?;
    let offset = offset.as_ref().map(|offset| count(&mut binder, offset)).transpose()?.flatten();
    let grouping = binder.groups.map(|Slots { keys, aggregates }| Grouping { keys, aggregates, having, distinct: *distinct });
    Ok(FastPlan { filter, grouping, outputs, order, limit: limit.flatten(), offset: offset.unwrap_or(0) })
}

/// A filter that also keeps what is older from the rule. It need not have asked for `time`.
fn span(events: &EventTable, since: Timestamp, filter: Option<Expression>) -> Result<Expression, String> {
    let time = slot(events, "time", &|_| true).map_err(|_| "the instants of events are not in memory".to_owned())?;
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
fn order_term(binder: &mut Binder<'_>, term: &Expr, items: &[(Expr, Option<String>)]) -> Result<Expression, String> {
    if let Some(item) = position(term, items)? {
        return binder.item(item);
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
        return binder.item(item);
    }
    match binder.bind(term)? {
        constant if constant.is_constant() => Err("it orders or groups by a constant".to_owned()),
        term => Ok(term),
    }
}

/// A number of rows; none where it is negative, which means no limit.
fn count(binder: &mut Binder<'_>, expression: &Expr) -> Result<Option<u64>, String> {
    match binder.bind(expression)?.node {
        Node::Integer(value) => Ok(u64::try_from(value).ok()),
        _ => Err("its LIMIT is not an integer".to_owned()),
    }
}
