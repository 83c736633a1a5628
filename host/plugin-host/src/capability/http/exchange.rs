//! One request with its response: redirects on the same server are followed, and sizes are limited.

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, LOCATION};
use reqwest::{Method, Response, StatusCode};

use super::client::{HttpClient, failure};
use super::grant::{Allowed, HttpGrant, fields, origin};
use super::secret::Secret;
use super::{QUOTED, wit};
use net_scout_model::{Secrets, plain};

/// The most redirects that are followed.
const REDIRECTS: usize = 5;
/// The largest body of a request and of a response, in bytes.
const REQUEST_BODY: usize = 1 << 20;
const RESPONSE_BODY: usize = 2 << 20;
/// The most header fields of a response that a guest sees.
const RESPONSE_FIELDS: usize = 64;

/// What is sent, but for the URL.
pub(super) struct Outgoing {
    pub(super) method: Method,
    pub(super) fields: HeaderMap,
    body: Option<Vec<u8>>,
}

impl Outgoing {
    pub(super) fn new(method: Method, headers: &[wit::Header], body: Option<Vec<u8>>) -> Result<Self, wit::HttpError> {
        if let Some(body) = body.as_ref().filter(|body| body.len() > REQUEST_BODY) {
            let text = format!("the body has {} bytes, more than {REQUEST_BODY}", body.len());
            return Err(wit::HttpError::TooLarge(text));
        }
        Ok(Self { method, fields: fields(headers)?, body })
    }

    /// What is sent to where a redirect leads (RFC 9110, section 15.4): a POST becomes a GET unless the status forbids that.
    fn redirected(mut self, status: StatusCode) -> Self {
        let again = matches!(status, StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT);
        if !again && self.method == Method::POST {
            self.method = Method::GET;
            self.body = None;
            self.fields.remove(CONTENT_TYPE);
        }
        self
    }
}

/// Sends a request, follows redirects on the same server, and reads the response.
pub(super) async fn exchange(
    grant: &HttpGrant,
    client: &HttpClient,
    first: Allowed,
    mut request: Outgoing,
    secret: Option<&Secret>,
) -> Result<wit::Response, wit::HttpError> {
    let client = client.client(first.url.scheme())?;
    let home = first.origin;
    let mut url = first.url;
    for _ in 0..=REDIRECTS {
        let what = format!("HTTP {} {home}", request.method);
        let mut builder = client.request(request.method.clone(), url.clone()).headers(request.fields.clone());
        if let Some(field) = secret.and_then(|secret| secret.field.as_ref()) {
            builder = builder.header(AUTHORIZATION, field.clone());
        }
        if let Some(body) = &request.body {
            builder = builder.body(body.clone());
        }
        let response = builder.send().await.map_err(|error| failure(error, &what))?;
        let Some(location) = location(&response) else { return read(response, &what).await };
        let target = url
            .join(&location)
            .map_err(|_| wit::HttpError::Invalid(format!("{what}: the redirect leads to something that is no URL")))?;
        if origin(&target).as_deref() != Some(home.as_str()) {
            let target = origin(&target).unwrap_or_else(|| target.scheme().to_owned());
            // Before it is cut: half of a secret would not be found.
            let target = secret.map_or(target.clone(), |secret| Secrets::hide(&secret.value, &target));
            return Err(wit::HttpError::AccessDenied(format!(
                "{what}: the redirect to {} is not followed, because it leads to another server",
                plain(&target, QUOTED)
            )));
        }
        request = request.redirected(response.status());
        url = grant.check(&request.method, target.as_str())?.url;
    }
    Err(wit::HttpError::Invalid(format!("HTTP {} {home}: more than {REDIRECTS} redirects", request.method)))
}

/// Where a response redirects to.
fn location(response: &Response) -> Option<String> {
    let redirects = matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308);
    let location = response.headers().get(LOCATION).filter(|_| redirects)?;
    Some(String::from_utf8_lossy(location.as_bytes()).into_owned())
}

/// Reads a response, as far as the limits allow.
async fn read(mut response: Response, what: &str) -> Result<wit::Response, wit::HttpError> {
    let status = response.status().as_u16();
    let headers = response.headers().iter().take(RESPONSE_FIELDS).map(|(name, value)| wit::Header {
        name: name.as_str().to_owned(),
        value: String::from_utf8_lossy(value.as_bytes()).into_owned(),
    });
    let headers = headers.collect();
    let mut body = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(|error| failure(error, what))? {
        if body.len() + piece.len() > RESPONSE_BODY {
            return Err(wit::HttpError::TooLarge(format!("{what}: the response has more than {RESPONSE_BODY} bytes")));
        }
        body.extend_from_slice(&piece);
    }
    Ok(wit::Response { status, headers, body })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_that_is_too_large_is_not_sent() {
        let outgoing = |bytes| Outgoing::new(Method::POST, &[], Some(vec![0; bytes]));
        assert!(outgoing(REQUEST_BODY).is_ok());
        assert!(matches!(outgoing(REQUEST_BODY + 1), Err(wit::HttpError::TooLarge(_))));
    }

    #[test]
    fn a_post_becomes_a_get_unless_the_status_forbids_it() {
        let post = || Outgoing::new(Method::POST, &[], Some(vec![1])).unwrap_or_else(|_| panic!("a request"));
        let seen = post().redirected(StatusCode::SEE_OTHER);
        assert_eq!((seen.method, seen.body), (Method::GET, None));
        let kept = post().redirected(StatusCode::TEMPORARY_REDIRECT);
        assert_eq!((kept.method, kept.body), (Method::POST, Some(vec![1])));
    }
}
