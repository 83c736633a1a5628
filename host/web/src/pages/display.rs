//! How the pages are shown: light or dark, in UTC or in the time of the reader. It is kept in cookies, which say nothing else.

use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::response::{AppendHeaders, IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::frame::Frame;
use crate::app::App;
use crate::extract::Form;

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
pub(super) struct Fields {
    theme: String,
    times: String,
    back: String,
}

/// Keeps it, and goes back.
pub(super) async fn keep(State(app): State<App>, frame: Frame, Form(fields): Form<Fields>) -> Response {
    let path = if app.site().prefix.is_empty() { "/" } else { &app.site().prefix };
    let chosen = [("theme", &fields.theme, ["light", "dark"]), ("times", &fields.times, ["utc", "local"])];
    let known = chosen.into_iter().filter(|(_, value, values)| values.contains(&value.as_str()));
    let cookies: Vec<_> = known
        .map(|(name, value, _)| (SET_COOKIE, format!("{name}={value}; Path={path}; Max-Age=31536000; SameSite=Lax")))
        .collect();
    (AppendHeaders(cookies), Redirect::to(&frame.url.back(&fields.back))).into_response()
}
