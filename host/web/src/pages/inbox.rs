//! The inbox: the alerts that somebody has to look at, an incident a line. What is shown is all in the address of the page.

mod facets;
mod list;
mod view;

use axum::extract::State;
use maud::Markup;
use net_scout_detect::alerts;
use net_scout_detect::known::WrittenQuery;
use net_scout_detect::names::known_addresses;
use net_scout_model::Messages;
use net_scout_model::search::{AlertQuery, AlertTest, KnownNames};
use net_scout_store::{AlertCursor, AlertFacet, AlertFilter, AlertOrder, CountBy, LastAction, ListedAlerts};
use serde::Deserialize;
use tokio::runtime::Handle;

use super::act::last_action;
use super::frame::Frame;
use super::text::Known;
use crate::app::{App, WebOptions};
use crate::extract::Query;
use crate::problem::Problem;
pub(super) use facets::term;
pub(super) use list::title;
pub(super) use view::View;

/// How many alerts a page has.
const PAGE: u32 = 50;
/// How many of each kind of filter are listed.
const LISTED: u32 = 8;

/// Values with how many alerts have them.
type Counts = Vec<(String, u64)>;

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

/// What the page shows.
struct Inbox {
    asked: Asked,
    view: View,
    order: AlertOrder,
    /// What is wrong with the query.
    error: Option<String>,
    listed: ListedAlerts,
    known: Known,
    /// How many there are of each kind, in all views.
    facets: Vec<AlertFacet>,
    /// How many there are of each network, in this view.
    networks: Counts,
    /// The last action, where it led here.
    done: Option<LastAction>,
}

impl Asked {
    /// The query with that of the view: the one that the query language has for what is shown.
    pub(super) fn read(&self, options: &WebOptions) -> Result<AlertQuery, Problem> {
        let (written, sink) = (WrittenQuery::new(&self.q), Messages::default());
        let query = Handle::current().block_on(written.read(&options.scan().database, options.plugins(), &sink))?;
        Ok(query.clone().and(self.chosen(&query).query()))
    }

    /// The view; all where the query names statuses itself.
    fn chosen(&self, query: &AlertQuery) -> View {
        let names_statuses = query.terms().iter().any(|term| matches!(term.test, AlertTest::Status(_) | AlertTest::Id(_)));
        if names_statuses { View::All } else { View::of(&self.view) }
    }
}

/// Shows it.
pub(super) async fn show(State(app): State<App>, frame: Frame, Query(asked): Query<Asked>) -> Result<Markup, Problem> {
    let name = frame.caller.name.clone();
    let inbox = app.work(move |options, now| load(options, asked, &name, now)).await?;
    Ok(frame.page("Inbox", &inbox.page(&frame)))
}

fn load(options: &WebOptions, asked: Asked, person: &str, now: net_scout_model::Timestamp) -> Result<Inbox, Problem> {
    let database = &options.scan().database;
    let order = AlertOrder::ALL.into_iter().find(|order| order.name() == asked.sort).unwrap_or_default();
    let done = match asked.done {
        Some(batch) => last_action(options, person)?.filter(|last| last.batch == batch),
        None => None,
    };
    let mut inbox = Inbox {
        view: View::of(&asked.view),
        order,
        error: None,
        listed: ListedAlerts::default(),
        known: Known::new(),
        facets: Vec::new(),
        networks: Vec::new(),
        done,
        asked,
    };
    let written = WrittenQuery::new(&inbox.asked.q);
    let query = match Handle::current().block_on(written.read(database, options.plugins(), &Messages::default())) {
        Ok(query) => query,
        Err(error) if error.is_usage() => {
            inbox.error = Some(error.to_string());
            return Ok(inbox);
        }
        Err(error) => return Err(error.into()),
    };
    inbox.view = inbox.asked.chosen(&query);
    let after = match inbox.asked.after.as_str() {
        "" => None,
        text => Some(
            AlertCursor::parse(text, order).map_err(|error| Problem::bad(error.to_string()).fix("begin at the first page"))?,
        ),
    };
    let whole = query.clone().and(inbox.view.query());
    let filter = AlertFilter { order, after, limit: Some(PAGE), ..AlertFilter::new(whole.clone(), now) };
    inbox.listed = alerts::list(database, &filter)?;
    inbox.facets = database.open_read_only()?.alert_facets(&query, now)?;
    let networks = AlertFilter { limit: Some(LISTED), ..AlertFilter::new(whole, now) };
    let counted = alerts::count(database, &networks, CountBy::Network)?;
    inbox.networks = counted.into_iter().filter_map(|count| Some((count.value?, count.alerts))).collect();
    let addresses =
        inbox.listed.alerts.iter().flat_map(|alert| [&alert.src_ip, &alert.dst_ip]).filter_map(|address| address.as_deref());
    inbox.known = known_addresses(database, addresses)?;
    Ok(inbox)
}

/// A query that this program wrote.
fn own_query(text: &str) -> AlertQuery {
    AlertQuery::parse(text, &KnownNames::default()).unwrap_or_default()
}
