//! Which alerts a page is asked for: a view, a query, an order. It stands in the address of the page.

mod view;

use net_scout_model::search::{AlertQuery, AlertTest, KnownNames};
use serde::Deserialize;

use crate::app::WebOptions;
use crate::problem::Problem;
pub(super) use view::View;

/// Which alerts, in which order, from where on.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    /// new, acknowledged, snoozed, closed or all.
    pub(super) view: String,
    /// A query.
    pub(super) q: String,
    /// The order.
    pub(super) sort: String,
    /// Where the page begins.
    pub(super) after: String,
    /// The action that led here.
    pub(super) done: Option<i64>,
}

impl Asked {
    /// The query with that of the view: the one that the query language has for what is shown.
    pub(super) fn read(&self, options: &WebOptions) -> Result<AlertQuery, Problem> {
        let query = options.query(&self.q)?;
        Ok(query.clone().and(self.chosen(&query).query()))
    }

    /// The view; all where the query names statuses itself.
    pub(super) fn chosen(&self, query: &AlertQuery) -> View {
        let names_statuses = query.terms().iter().any(|term| matches!(term.test, AlertTest::Status(_) | AlertTest::Id(_)));
        if names_statuses { View::All } else { View::of(&self.view) }
    }
}

/// A query that this program wrote.
fn own_query(text: &str) -> AlertQuery {
    AlertQuery::parse(text, &KnownNames::default()).unwrap_or_default()
}
