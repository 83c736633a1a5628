//! A call of a function, taken apart.

use sqlparser::ast::{
    DuplicateTreatment, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgumentClause, FunctionArgumentList,
    FunctionArguments,
};

use super::parse::order_list;
use net_scout_model::sql_function::MEDIAN;

/// The arguments of a call.
pub(super) struct Call {
    pub(super) name: String,
    /// `COUNT(*)` has a star for its arguments.
    pub(super) star: bool,
    pub(super) arguments: Vec<Expr>,
    pub(super) distinct: bool,
    pub(super) order: Vec<(Expr, bool)>,
    pub(super) filter: Option<Expr>,
}

/// What the functions are called that say something of all rows of a group.
const AGGREGATES: [&str; 7] = ["count", "sum", "total", "avg", MEDIAN, "json_group_array", "group_concat"];

impl Call {
    /// Takes a call apart; the error says why it is not known here.
    pub(super) fn of(function: &Function) -> Result<Self, String> {
        let Function {
            name,
            uses_odbc_syntax: false,
            parameters: FunctionArguments::None,
            args: FunctionArguments::List(FunctionArgumentList { duplicate_treatment, args, clauses }),
            within_group,
            filter,
            null_treatment: None,
            over: None,
        } = function
        else {
            return Err("it calls a function in a way that is not known here".to_owned());
        };
        let unknown = || format!("it calls `{name}` in a way that is not known here");
        let [part] = name.0.as_slice() else { return Err(unknown()) };
        let part = part.as_ident().filter(|name| name.quote_style.is_none()).ok_or_else(unknown)?;
        let (mut star, mut arguments) = (false, Vec::new());
        for argument in args {
            match argument {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(argument)) => arguments.push(argument.clone()),
                FunctionArg::Unnamed(FunctionArgExpr::Wildcard) => star = true,
                _ => return Err(unknown()),
            }
        }
        let order = match clauses.as_slice() {
            [] => Vec::new(),
            [FunctionArgumentClause::OrderBy(order)] => order_list(order.clone())?,
            _ => return Err(unknown()),
        };
        if !within_group.is_empty() || (star && !arguments.is_empty()) {
            return Err(unknown());
        }
        let distinct = *duplicate_treatment == Some(DuplicateTreatment::Distinct);
        let filter = filter.as_deref().cloned();
        Ok(Self { name: part.value.to_ascii_lowercase(), star, arguments, distinct, order, filter })
    }

    /// Whether it says something of all rows of a group.
    pub(super) fn is_aggregate(&self) -> bool {
        AGGREGATES.contains(&self.name.as_str()) || (matches!(self.name.as_str(), "min" | "max") && self.arguments.len() == 1)
    }
}
