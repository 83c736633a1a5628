//! Compresses answers for callers who take that. Streams are left as they are. What is secret in a page cannot be found out by its length:
//! the cookie of a session goes with no request that a foreign page makes for a part of its own (SameSite).

use std::io::Write as _;

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, VARY};
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::problem::Problem;

/// What is smaller is not worth it, in bytes.
const SMALLEST: usize = 1 << 10;
/// The most bytes of an answer; lists are paged, so none is as large.
const LARGEST: usize = 256 << 20;
/// What gets smaller.
const KINDS: [&str; 7] = [
    "text/html",
    "text/css",
    "text/javascript",
    "image/svg+xml",
    "application/json",
    "application/problem+json",
    "application/x-ndjson",
];

/// Compresses the answer, where that makes sense.
pub(crate) async fn compress(request: Request, next: Next) -> Response {
    let is_taken = takes_gzip(request.headers());
    let response = next.run(request).await;
    if !is_taken || !is_worth(response.headers()) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, LARGEST).await else {
        return Problem::internal("the answer is too large").into_response();
    };
    parts.headers.append(VARY, HeaderValue::from_static("accept-encoding"));
    if bytes.len() < SMALLEST {
        return Response::from_parts(parts, Body::from(bytes));
    }
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 4), Compression::new(5));
    // Into memory nothing fails.
    let compressed = encoder.write_all(&bytes).and_then(|()| encoder.finish());
    let Ok(compressed) = compressed else { return Response::from_parts(parts, Body::from(bytes)) };
    parts.headers.remove(CONTENT_LENGTH);
    parts.headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    Response::from_parts(parts, Body::from(compressed))
}

fn takes_gzip(headers: &HeaderMap) -> bool {
    let accepted = headers.get(ACCEPT_ENCODING).and_then(|accepted| accepted.to_str().ok()).unwrap_or_default();
    accepted.split(',').any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        name.trim().eq_ignore_ascii_case("gzip") && !["q=0", "q=0.0"].contains(&weight.trim())
    })
}

fn is_worth(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    !headers.contains_key(CONTENT_ENCODING) && KINDS.iter().any(|known| kind.split(';').next() == Some(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_takes_it() {
        let takes = |text: &'static str| takes_gzip(&HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static(text))]));
        assert!(takes("gzip, deflate, br") && takes("br;q=1, GZIP;q=0.5"));
        assert!(!takes("gzip;q=0") && !takes("br") && !takes("") && !takes_gzip(&HeaderMap::new()));
        let worth = |text: &'static str| is_worth(&HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(text))]));
        assert!(
            worth("text/html; charset=utf-8") && worth("application/json") && !worth("text/event-stream") && !worth("image/png")
        );
    }
}
