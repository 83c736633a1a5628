//! Which path is answered how.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use super::message::Request;

/// What to answer to which path, whatever the method. Every other path is answered with 404 and `{}`.
///
/// A path may have a query: it then stands for that query alone, before the same path without one. What several calls say about one path
/// adds up; of several answers the last counts. Answers have the type `application/json` unless [`header`](Self::header) gives another.
#[derive(Debug, Default)]
pub struct HttpRoutes {
    routes: HashMap<String, Route>,
}

/// What happens on one path: the delay, then the token, then the failures, then the reply.
#[derive(Debug)]
struct Route {
    delay: Duration,
    token: Option<String>,
    failures: AtomicU32,
    failure: Answer,
    headers: Vec<(String, String)>,
    reply: Reply,
}

/// A status, headers beside the usual ones, and a body.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) code: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

/// What is sent.
#[derive(Clone, Debug)]
pub(super) enum Reply {
    /// An answer.
    Answer(Answer),
    /// This many bytes, with their number in the head or in chunks.
    Huge { bytes: u64, announced: bool },
    /// Less than the head promises.
    BreaksOff(Vec<u8>),
    /// Something that is not HTTP.
    Garbage,
    /// Nothing.
    Hangs,
}

impl Default for Route {
    fn default() -> Self {
        Self {
            delay: Duration::ZERO,
            token: None,
            failures: AtomicU32::new(0),
            failure: Answer::new(500, &b"{}"[..]),
            headers: Vec::new(),
            reply: Reply::Answer(Answer::new(404, &b"{}"[..])),
        }
    }
}

impl Answer {
    /// An answer without headers of its own.
    pub(super) fn new(code: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { code, headers: Vec::new(), body: body.into() }
    }

    /// Whether an answer with this status ends with its head: RFC 9112, 6.3.
    pub(super) fn is_bodiless(&self) -> bool {
        matches!(self.code, 204 | 304)
    }

    /// With one more header.
    fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.headers.push((name.to_owned(), value.to_string()));
        self
    }
}

impl HttpRoutes {
    /// Answers 404 to everything.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Answers 200 with this body.
    #[must_use]
    pub fn json(self, path: &str, body: impl Into<Vec<u8>>) -> Self {
        self.status(path, 200, body)
    }

    /// Answers this status with this body.
    #[must_use]
    pub fn status(self, path: &str, code: u16, body: impl Into<Vec<u8>>) -> Self {
        let answer = Answer::new(code, body);
        self.with(path, |route| route.reply = Reply::Answer(answer))
    }

    /// Adds a header to the answers on this path, failures included; `Retry-After`, `Set-Cookie` or another `Content-Type`, say. Replies
    /// that are huge, broken off or no HTTP go without it.
    #[must_use]
    pub fn header(self, path: &str, name: &str, value: &str) -> Self {
        self.with(path, |route| route.headers.push((name.to_owned(), value.to_owned())))
    }

    /// Answers 200 with this body after `delay`.
    #[must_use]
    pub fn slow(self, path: &str, delay: Duration, body: impl Into<Vec<u8>>) -> Self {
        self.json(path, body).with(path, |route| route.delay = delay)
    }

    /// Answers 200 with a JSON string of exactly this many bytes (at least 2), the number of which stands in `Content-Length`.
    #[must_use]
    pub fn huge(self, path: &str, bytes: u64) -> Self {
        self.with(path, |route| route.reply = Reply::Huge { bytes, announced: true })
    }

    /// As [`huge`](Self::huge), but in chunks: the client learns the size only by reading.
    #[must_use]
    pub fn huge_in_chunks(self, path: &str, bytes: u64) -> Self {
        self.with(path, |route| route.reply = Reply::Huge { bytes, announced: false })
    }

    /// Answers 302 with this `Location`.
    #[must_use]
    pub fn redirect(self, path: &str, location: &str) -> Self {
        let answer = Answer::new(302, Vec::new()).with("Location", location);
        self.with(path, |route| route.reply = Reply::Answer(answer))
    }

    /// Answers the first `times` requests with 429 and a `Retry-After` of so many seconds, the others with 200 and this body.
    #[must_use]
    pub fn too_many(self, path: &str, retry_after_seconds: u64, times: u32, body: impl Into<Vec<u8>>) -> Self {
        let failure = Answer::new(429, r#"{"error": "too many requests"}"#).with("Retry-After", retry_after_seconds);
        self.json(path, body).fails(path, failure, times)
    }

    /// Answers 200 with this body to `Authorization: Bearer TOKEN`, and 401 to anything else.
    #[must_use]
    pub fn unauthorized_without(self, path: &str, bearer_token: &str, body: impl Into<Vec<u8>>) -> Self {
        self.json(path, body).with(path, |route| route.token = Some(bearer_token.to_owned()))
    }

    /// Answers the first `times` requests with this status, the others with 200 and this body.
    #[must_use]
    pub fn fails_times(self, path: &str, code: u16, times: u32, body: impl Into<Vec<u8>>) -> Self {
        self.json(path, body).fails(path, Answer::new(code, r#"{"error": "not now"}"#), times)
    }

    /// Reads the request and then leaves the connection as it is, until the server stops.
    #[must_use]
    pub fn hangs(self, path: &str) -> Self {
        self.with(path, |route| route.reply = Reply::Hangs)
    }

    /// Answers with bytes that are not HTTP, and closes.
    #[must_use]
    pub fn garbage(self, path: &str) -> Self {
        self.with(path, |route| route.reply = Reply::Garbage)
    }

    /// Answers 200 with this body and a `Content-Length` that promises more, and closes.
    #[must_use]
    pub fn breaks_off(self, path: &str, body: impl Into<Vec<u8>>) -> Self {
        let body = body.into();
        self.with(path, |route| route.reply = Reply::BreaksOff(body))
    }

    /// How long to wait before the reply.
    pub(super) fn delay(&self, request: &Request) -> Duration {
        self.route(request).map_or(Duration::ZERO, |route| route.delay)
    }

    /// The reply to a request. A failure that is not meant to last is used up by that.
    pub(super) fn reply(&self, request: &Request) -> Reply {
        let Some(route) = self.route(request) else { return Route::default().reply };
        let given = request.header("Authorization");
        let wanted = route.token.as_ref().map(|token| format!("Bearer {token}"));
        let fails = || route.failures.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok();
        let mut reply = if wanted.is_some() && wanted.as_deref() != given {
            Reply::Answer(Answer::new(401, r#"{"error": "unauthorized"}"#).with("WWW-Authenticate", "Bearer"))
        } else if fails() {
            Reply::Answer(route.failure.clone())
        } else {
            route.reply.clone()
        };
        if let Reply::Answer(answer) = &mut reply {
            answer.headers.extend(route.headers.iter().cloned());
        }
        reply
    }

    fn route(&self, request: &Request) -> Option<&Route> {
        self.routes.get(&request.path).or_else(|| self.routes.get(request.path_alone()))
    }

    fn fails(self, path: &str, failure: Answer, times: u32) -> Self {
        self.with(path, |route| {
            route.failure = failure;
            route.failures = AtomicU32::new(times);
        })
    }

    fn with(mut self, path: &str, change: impl FnOnce(&mut Route)) -> Self {
        change(self.routes.entry(path.to_owned()).or_default());
        self
    }
}
