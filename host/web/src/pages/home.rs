//! The first page, and the one to log in.

use axum::extract::State;
use maud::{Markup, html};
use serde::Deserialize;

use super::layout;
use super::view::View;
use crate::app::App;
use crate::auth::login::is_local_path;
use crate::extract::Query;
use crate::problem::Problem;

pub(super) async fn home(view: View) -> Result<Markup, Problem> {
    let content = html! { p { "Logged in as " (view.caller.name) ", " (view.caller.role.name()) "." } };
    Ok(view.page("Overview", &content))
}

#[derive(Deserialize)]
pub(super) struct LoginQuery {
    #[serde(default)]
    next: String,
    failed: Option<String>,
}

pub(super) async fn login(State(app): State<App>, Query(query): Query<LoginQuery>) -> Markup {
    let next = if is_local_path(&query.next) { query.next.as_str() } else { "/" };
    let content = html! {
        @if query.failed.is_some() { p role="alert" { "The name or the password is wrong." } }
        form method="post" action=(format!("{}/login", app.site().prefix)) {
            input type="hidden" name="next" value=(next);
            label { "Name " input name="name" autocomplete="username" required; }
            label { "Password " input name="password" type="password" autocomplete="current-password" required; }
            button { "Log in" }
        }
    };
    layout::page(app.site(), None, "Log in", &content)
}
