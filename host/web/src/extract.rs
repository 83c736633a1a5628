//! The parts of a request, whose errors are problems that say what is wrong.

use axum::extract::rejection::{FormRejection, JsonRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, OptionalFromRequest, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::problem::Problem;

/// The body, as JSON; and an answer in JSON.
#[derive(Clone, Copy, Debug, FromRequest)]
#[from_request(via(axum::Json), rejection(Problem))]
pub(crate) struct Json<T>(pub(crate) T);

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

impl<T: DeserializeOwned, S: Send + Sync> OptionalFromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Option<Self>, Problem> {
        let found = <axum::Json<T> as OptionalFromRequest<S>>::from_request(request, state).await?;
        Ok(found.map(|axum::Json(value)| Self(value)))
    }
}

/// The fields of a form.
#[derive(Clone, Copy, Debug, FromRequest)]
#[from_request(via(axum::Form), rejection(Problem))]
pub(crate) struct Form<T>(pub(crate) T);

/// What stands behind the question mark.
#[derive(Clone, Copy, Debug, FromRequestParts)]
#[from_request(via(axum::extract::Query), rejection(Problem))]
pub(crate) struct Query<T>(pub(crate) T);

/// What the path names.
#[derive(Clone, Copy, Debug, FromRequestParts)]
#[from_request(via(axum::extract::Path), rejection(Problem))]
pub(crate) struct Path<T>(pub(crate) T);

impl From<JsonRejection> for Problem {
    fn from(error: JsonRejection) -> Self {
        let problem = Self::new(error.status(), error.body_text());
        match error.status() {
            StatusCode::UNSUPPORTED_MEDIA_TYPE => problem.fix("send the body as application/json"),
            StatusCode::PAYLOAD_TOO_LARGE => problem.fix("send less at once"),
            _ => problem.fix("openapi.json says which members the body has"),
        }
    }
}

impl From<FormRejection> for Problem {
    fn from(error: FormRejection) -> Self {
        Self::new(error.status(), error.body_text())
    }
}

impl From<QueryRejection> for Problem {
    fn from(error: QueryRejection) -> Self {
        Self::new(error.status(), error.body_text()).fix("openapi.json says which parameters there are")
    }
}

impl From<PathRejection> for Problem {
    fn from(error: PathRejection) -> Self {
        match error.status() {
            status if status.is_server_error() => Self::new(status, error.body_text()),
            _ => Self::not_found(error.body_text()),
        }
    }
}
