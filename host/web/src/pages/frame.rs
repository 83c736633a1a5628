//! What is around every page: its head, the way to the other pages, who is logged in.

use axum::extract::FromRequestParts;
use axum::http::header::COOKIE;
use axum::http::request::Parts;
use maud::{DOCTYPE, Markup, html};
use net_scout_model::{Timestamp, plain};

use super::text::shown;
use super::url::Url;
use crate::app::{App, Site};
use crate::assets;
use crate::auth::caller::{Caller, Scope};
use crate::problem::Problem;

/// The pages, in groups.
const PAGES: [(&str, &[(&str, &str)]); 4] = [
    ("Triage", &[("/", "Inbox"), ("/events", "Events"), ("/map", "Map"), ("/trace", "Trace")]),
    (
        "Detection",
        &[("/scan", "Scan"), ("/coverage", "Coverage and rules"), ("/plugins", "Plugins"), ("/allowlist", "Allowlist")],
    ),
    ("Delivery", &[("/outbox", "Outbox"), ("/reports", "Reports"), ("/cache", "Cache")]),
    ("This program", &[("/settings", "Settings")]),
];

/// What pages have in common.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    /// Makes addresses.
    pub(crate) url: Url,
    /// Where the files are.
    pub(crate) site: Site,
    /// Who is logged in.
    pub(crate) caller: Caller,
    /// `light` or `dark`; none where the system of the reader decides.
    pub(crate) theme: Option<&'static str>,
    /// Whether times are shown in the zone of the reader.
    pub(crate) local: bool,
    /// The path and the parameters of this page.
    pub(crate) here: String,
    /// Now.
    pub(crate) now: Timestamp,
}

impl Frame {
    /// A page.
    pub(crate) fn page(&self, title: &str, content: &Markup) -> Markup {
        html! {
            (DOCTYPE)
            html lang="en" data-theme=[self.theme] data-times=[self.local.then_some("local")] {
                (head(&self.site, title))
                body data-prefix=(self.url.to("")) {
                    a class="skip" href="#main" { "Skip to the page" }
                    header class="side" { (brand(&self.url)) (self.ways()) (self.foot()) }
                    main id="main" tabindex="-1" { (content) }
                    (help())
                }
            }
        }
    }

    fn ways(&self) -> Markup {
        let path = self.here.split('?').next().unwrap_or_default();
        let is_here = |target: &str| match target {
            "/" => path == self.url.to("/") || path.starts_with(&self.url.to("/alerts/")),
            target => path.starts_with(&self.url.to(target)),
        };
        html! {
            nav aria-label="Pages" {
                @for (group, pages) in PAGES {
                    p { (group) }
                    ul {
                        @for (target, name) in pages {
                            li { a href=(self.url.to(target)) aria-current=[is_here(target).then_some("page")] { (name) } }
                        }
                    }
                }
            }
        }
    }

    fn foot(&self) -> Markup {
        let other = |value: &str| self.theme == Some(value);
        html! {
            div class="foot" {
                form method="post" action=(self.url.to("/display")) {
                    (self.token())
                    input type="hidden" name="back" value=(self.here);
                    @if other("dark") { button class="plain" name="theme" value="light" { "Light" } }
                    @else if other("light") { button class="plain" name="theme" value="dark" { "Dark" } }
                    @else { button class="plain" name="theme" value="dark" { "Dark" } button class="plain" name="theme" value="light" { "Light" } }
                    @if self.local { button class="plain" name="times" value="utc" { "UTC" } }
                    @else { button class="plain" name="times" value="local" { "Local time" } }
                }
                form method="post" action=(self.url.to("/logout")) {
                    (self.token())
                    span class="soft" { (shown(&self.caller.name, 40)) }
                    button class="plain" { "Log out" }
                }
            }
        }
    }

    /// Whether who is logged in may do this.
    pub(crate) fn may(&self, scope: Scope) -> bool {
        self.caller.may(scope)
    }

    /// What every form must bring: that it was made here.
    pub(crate) fn token(&self) -> Markup {
        html! { input type="hidden" name="csrf" value=(self.caller.csrf.as_deref().unwrap_or_default()); }
    }
}

impl FromRequestParts<App> for Frame {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let caller = Caller::from_request_parts(parts, app).await?;
        let url = Url::new(&app.site().prefix);
        let here = url.to(parts.uri.path_and_query().map_or("/", |path| path.as_str()));
        let cookies = parts.headers.get(COOKIE).and_then(|cookies| cookies.to_str().ok()).unwrap_or_default();
        let has = |cookie: &str| cookies.split(';').any(|one| one.trim() == cookie);
        let theme = if has("theme=dark") { Some("dark") } else { has("theme=light").then_some("light") };
        Ok(Self { url, site: app.site().clone(), caller, theme, local: has("times=local"), here, now: app.now() })
    }
}

/// The head of a page.
pub(super) fn head(site: &Site, title: &str) -> Markup {
    html! {
        head {
            meta charset="utf-8";
            meta name="viewport" content="width=device-width, initial-scale=1";
            title { (plain(title, 100)) " · net-scout" }
            link rel="stylesheet" href=(assets::href(site, "style.css"));
            link rel="icon" type="image/svg+xml" href=(assets::href(site, "icon.svg"));
            script defer src=(assets::href(site, "app.js")) {}
        }
    }
}

/// The name of the program.
pub(super) fn brand(url: &Url) -> Markup {
    html! {
        a class="brand" href=(url.to("/")) {
            svg viewBox="0 0 24 24" aria-hidden="true" { circle cx="12" cy="12" r="9" {} circle cx="12" cy="12" r="4" {} path d="M12 12 19 5" {} }
            "net-scout"
        }
    }
}

/// The keys, in words. A script opens it.
fn help() -> Markup {
    let keys = [
        ("j", "next alert"),
        ("k", "alert before"),
        ("x", "choose it"),
        ("a", "choose all of this page"),
        ("o", "open it"),
        ("e", "acknowledge"),
        ("s", "snooze"),
        ("c", "close"),
        ("r", "reopen"),
        ("u", "take the last action back"),
        ("/", "search"),
        ("?", "these keys"),
    ];
    html! {
        dialog id="keys" aria-labelledby="keys-title" {
            h2 id="keys-title" { "Keys" }
            dl class="facts" { @for (key, words) in keys { dt { kbd { (key) } } dd { (words) } } }
            form method="dialog" { button { "Close" } }
        }
    }
}
