//! The inbox: the alerts that somebody has to look at, an incident a line. What is shown is all in the address of the page.

mod facets;
mod list;

use axum::extract::State;
use maud::Markup;
use net_scout_detect::alerts;
use net_scout_detect::names::known_addresses;
use net_scout_store::{AlertCursor, AlertFacet, AlertFilter, AlertOrder, CountBy, LastAction, ListedAlerts};

use super::act::last_action;
use super::asked::{Asked, View};
use super::frame::Frame;
use super::text::Known;
use crate::app::{App, WebOptions};
use crate::extract::Query;
use crate::problem::Problem;
pub(super) use facets::term;
pub(super) use list::title;

/// How many alerts a page has.
const PAGE: u32 = 50;
/// How many of each kind of filter are listed.
const LISTED: u32 = 8;

/// Values with how many alerts have them.
type Counts = Vec<(String, u64)>;

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
    let query = match options.query(&inbox.asked.q) {
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
    let of_networks = AlertFilter { limit: Some(LISTED), ..AlertFilter::new(whole, now) };
    // Each reads all alerts that fit, so they do it at the same time.
    let (listed, facets, networks) = std::thread::scope(|scope| {
        let facets = scope.spawn(|| database.open_read_only()?.alert_facets(&query, now));
        let networks = scope.spawn(|| alerts::count(database, &of_networks, CountBy::Network));
        (alerts::list(database, &filter), facets.join(), networks.join())
    });
    let ended = |_| Problem::internal("the alerts could not be counted");
    inbox.listed = listed?;
    inbox.facets = facets.map_err(ended)??;
    let networks = networks.map_err(ended)??;
    inbox.networks = networks.into_iter().filter_map(|count| Some((count.value?, count.alerts))).collect();
    let addresses =
        inbox.listed.alerts.iter().flat_map(|alert| [&alert.src_ip, &alert.dst_ip]).filter_map(|address| address.as_deref());
    inbox.known = known_addresses(database, addresses)?;
    Ok(inbox)
}
