//! The page to log in. Whether a name and a password are right, others decide.

use axum::extract::State;
use maud::{DOCTYPE, Markup, html};
use serde::Deserialize;

use super::frame::{brand, head};
use super::url::Url;
use crate::app::{App, Site};
use crate::auth::login::is_local_path;
use crate::extract::Query;
use crate::problem::Problem;

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    next: String,
    failed: Option<String>,
}

pub(super) async fn show(State(app): State<App>, Query(asked): Query<Asked>) -> Markup {
    let next = if is_local_path(&asked.next) { asked.next.as_str() } else { "/" };
    let url = Url::new(&app.site().prefix);
    let form = html! {
        h1 { "Log in" }
        @if asked.failed.is_some() { div class="notice wrong" role="alert" { p { "The name or the password is wrong." } } }
        form method="post" action=(url.to("/login")) {
            input type="hidden" name="next" value=(next);
            label { "Name" input name="name" autocomplete="username" autocapitalize="none" spellcheck="false" required autofocus; }
            label { "Password" input name="password" type="password" autocomplete="current-password" required; }
            button class="main" { "Log in" }
        }
        p class="soft small" { "No account yet? " code { "net-scout user add" } " on the machine of the service makes one." }
    };
    alone(app.site(), "Log in", &form)
}

/// A page for somebody who is not logged in.
fn alone(site: &Site, title: &str, content: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            (head(site, title))
            body class="alone" { main class="login" id="main" { div class="card stack" { (brand(&Url::new(&site.prefix))) (content) } } }
        }
    }
}

/// A problem, as a page.
pub(super) fn problem(site: &Site, problem: &Problem) -> Markup {
    let content = html! {
        h1 { (problem.title) }
        p class="any" { (super::text::shown(&problem.detail, 2_000)) }
        @if let Some(fix) = &problem.fix { p class="soft any" { (super::text::shown(fix, 1_000)) } }
        p { a href=(Url::new(&site.prefix).to("/")) { "To the inbox" } }
    };
    alone(site, &problem.title, &content)
}
