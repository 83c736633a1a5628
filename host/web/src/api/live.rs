//! A stream that says when alerts have changed, for lists that follow.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::Stream;
use futures_util::stream::unfold;
use tokio::sync::{OwnedSemaphorePermit, watch};

use crate::app::App;
use crate::problem::Problem;
use net_scout_store::DatabaseError;

struct Watched {
    last: watch::Receiver<i64>,
    is_first: bool,
    _place: OwnedSemaphorePermit,
}

/// Watches the alerts: an event `change` with the number of the last change, at first and whenever there is another one.
#[utoipa::path(get, path = "/changes", tag = "alerts", responses((status = OK, content_type = "text/event-stream", body = String)))]
pub(super) async fn changes(State(app): State<App>) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let place = Arc::clone(&app.jobs().streams).try_acquire_owned().map_err(|_| Problem::busy())?;
    let reader = app.clone();
    let last = app.live().watch(move || {
        let app = reader.clone();
        async move {
            app.work(|options, _| -> Result<i64, DatabaseError> { options.scan().database.open_read_only()?.last_change() }).await
        }
    });
    let watched = Watched { last, is_first: true, _place: place };
    let stream = unfold(watched, async |mut watched| {
        if !watched.is_first {
            watched.last.changed().await.ok()?;
        }
        watched.is_first = false;
        let number = *watched.last.borrow_and_update();
        Some((Ok(Event::default().event("change").data(number.to_string())), watched))
    });
    Ok(Sse::new(stream).keep_alive(KeepAlive::new().interval(Duration::from_secs(15))))
}
