//! What went wrong with a request, as `application/problem+json` (RFC 9457): what it is, and in `fix` what to do about it.

use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use net_scout_detect::DetectError;
use net_scout_detect::scan::ScanError;
use net_scout_model::UsageError;
use net_scout_report::ReportError;
use net_scout_store::DatabaseError;
use serde::Serialize;
use serde::ser::Serializer;

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Problem {
    /// The status of the answer.
    #[serde(serialize_with = "number")]
    #[schema(value_type = u16, example = 400)]
    pub status: StatusCode,
    /// What kind of problem it is.
    #[schema(example = "Bad Request")]
    pub title: String,
    /// What is wrong, with the value and the place.
    pub detail: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
    /// After how many seconds it is worth to try again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
}

fn number<S: Serializer>(status: &StatusCode, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u16(status.as_u16())
}

impl Problem {
    /// A problem.
    #[must_use]
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        let title = status.canonical_reason().unwrap_or("Error").to_owned();
        Self { status, title, detail: detail.into(), fix: None, retry_after: None }
    }

    /// With what to do about it.
    #[must_use]
    pub fn fix(self, fix: impl Into<String>) -> Self {
        Self { fix: Some(fix.into()), ..self }
    }

    /// The request makes no sense.
    #[must_use]
    pub fn bad(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail)
    }

    /// There is no such thing.
    #[must_use]
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, detail)
    }

    /// Too much is under way.
    #[must_use]
    pub(crate) fn busy() -> Self {
        let detail = "too many requests are under way";
        Self { retry_after: Some(5), ..Self::new(StatusCode::SERVICE_UNAVAILABLE, detail) }.fix("try again in a few seconds")
    }

    /// Something of ours failed.
    #[must_use]
    pub(crate) fn internal(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, detail).fix("the log of the service may say more")
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = serde_json::to_string(&self).unwrap_or_default() + "\n";
        let mut response = (self.status, [(CONTENT_TYPE, "application/problem+json")], body).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        // The pages show it as a page.
        response.extensions_mut().insert(self);
        response
    }
}

impl From<UsageError> for Problem {
    fn from(error: UsageError) -> Self {
        Self::bad(error.0)
    }
}

impl From<DatabaseError> for Problem {
    fn from(error: DatabaseError) -> Self {
        match &error {
            DatabaseError::Locked { .. } | DatabaseError::Held { .. } => {
                let problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, error.to_string());
                Self { retry_after: Some(2), ..problem }.fix("another program is at work on the database; try again in a moment")
            }
            DatabaseError::NotFound { .. } => Self::new(StatusCode::SERVICE_UNAVAILABLE, error.to_string()),
            _ => Self::internal(error.to_string()),
        }
    }
}

impl From<DetectError> for Problem {
    fn from(error: DetectError) -> Self {
        match error {
            DetectError::Database(error) | DetectError::Scan(ScanError::Database(error)) => error.into(),
            DetectError::NoAlert(_) | DetectError::NoEntry(_) => Self::not_found(error.to_string()),
            error if error.is_usage() => Self::bad(error.to_string()),
            DetectError::NothingLooksUp(_) => {
                Self::new(StatusCode::CONFLICT, error.to_string()).fix("grant an enricher with `net-scout plugin approve`")
            }
            DetectError::Stopped => Self::new(StatusCode::CONFLICT, error.to_string()),
            DetectError::NotMigrated(_) => Self::new(StatusCode::CONFLICT, error.to_string()),
            error => Self::internal(error.to_string()),
        }
    }
}

impl From<ReportError> for Problem {
    fn from(error: ReportError) -> Self {
        if error.is_usage() { Self::bad(error.to_string()) } else { Self::internal(error.to_string()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_json_with_what_to_do() {
        let problem = Problem::bad("`x` is not a number").fix("write a number");
        let expected = r#"{"status":400,"title":"Bad Request","detail":"`x` is not a number","fix":"write a number"}"#;
        assert_eq!(serde_json::to_string(&problem).expect("written"), expected);
        let response = Problem::busy().into_response();
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(response.headers()["retry-after"], "5");
        assert_eq!(response.headers()["content-type"], "application/problem+json");
    }
}
