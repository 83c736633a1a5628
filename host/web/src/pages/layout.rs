//! What all pages have around their content.

use maud::{DOCTYPE, Markup, html};

use super::view::View;
use crate::app::Site;
use crate::assets;
use crate::problem::Problem;

/// The places that the navigation leads to.
const PLACES: [(&str, &str); 1] = [("/", "Overview")];

/// A page; without a view nobody is logged in.
pub(super) fn page(site: &Site, view: Option<&View>, title: &str, content: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" data-prefix=(site.prefix) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                @if let Some(csrf) = view.and_then(|view| view.caller.csrf.as_deref()) { meta name="csrf" content=(csrf); }
                title { (title) " - net-scout" }
                link rel="stylesheet" href=(assets::href(site, "style.css"));
                script src=(assets::href(site, "app.js")) defer {}
            }
            body {
                header {
                    @if let Some(view) = view {
                        nav { @for (path, name) in PLACES { a href=(view.href(path)) { (name) } } }
                        form method="post" action=(view.href("/logout")) { (view.csrf()) button { "Log out " (view.caller.name) } }
                    }
                }
                main { h1 { (title) } (content) }
            }
        }
    }
}

/// A problem, as a page.
pub(super) fn problem(site: &Site, problem: &Problem) -> Markup {
    let content = html! {
        p { (problem.detail) }
        @if let Some(fix) = &problem.fix { p { (fix) } }
        p { a href=(format!("{}/", site.prefix)) { "Back to the start" } }
    };
    page(site, None, &problem.title, &content)
}
