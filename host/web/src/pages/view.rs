//! What a page is drawn with: who looks at it, and the ways to other pages.

use axum::extract::{FromRequestParts, OriginalUri};
use axum::http::request::Parts;
use maud::{Markup, html};
use net_scout_model::Timestamp;

use super::layout;
use crate::app::{App, WebOptions};
use crate::auth::caller::Caller;
use crate::problem::Problem;

/// The first argument of a handler of a page.
pub(crate) struct View {
    /// Who looks at it.
    pub(crate) caller: Caller,
    /// What all handlers share.
    pub(crate) app: App,
    /// Now.
    pub(crate) now: Timestamp,
    /// The path and the query of this page, without the prefix: for links to it and filters.
    pub(crate) here: String,
}

impl FromRequestParts<App> for View {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let caller = Caller::from_request_parts(parts, app).await?;
        let uri = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |uri| &uri.0);
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        let here = path.strip_prefix(app.site().prefix.as_str()).filter(|path| path.starts_with('/')).unwrap_or(path);
        Ok(Self { caller, app: app.clone(), now: app.now(), here: here.to_owned() })
    }
}

impl View {
    /// The way to a path of ours.
    pub(crate) fn href(&self, path: &str) -> String {
        format!("{}{path}", self.app.site().prefix)
    }

    /// The field that every form which changes something has to have.
    pub(crate) fn csrf(&self) -> Markup {
        html! { input type="hidden" name="csrf" value=[self.caller.csrf.as_deref()]; }
    }

    /// The whole page around its content.
    pub(crate) fn page(&self, title: &str, content: &Markup) -> Markup {
        layout::page(self.app.site(), Some(self), title, content)
    }

    /// Calls a use case, apart from the threads that answer.
    pub(crate) async fn work<T, E>(
        &self,
        work: impl FnOnce(&WebOptions, Timestamp) -> Result<T, E> + Send + 'static,
    ) -> Result<T, Problem>
    where
        T: Send + 'static,
        E: Into<Problem> + Send + 'static,
    {
        self.app.work(work).await
    }
}
