//! The authorizer of `http`: which methods a plugin may use on which servers, and what no plugin may ever send.

use reqwest::Url;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, header};

use super::{QUOTED, wit};
use net_scout_model::{Request, plain};

/// The longest URL, in bytes.
const LONGEST_URL: usize = 4 << 10;
/// The most header fields of a request, and the most bytes of their names and values.
const FIELDS: usize = 64;
const FIELD_BYTES: usize = 16 << 10;
/// Fields that belong to the host, because they say who asks, whom, or how the connection is used.
const HOST_FIELDS: [&str; 11] = [
    "host",
    "authorization",
    "cookie",
    "connection",
    "keep-alive",
    "content-length",
    "transfer-encoding",
    "te",
    "trailer",
    "upgrade",
    "expect",
];
/// Fields that some servers take for another method, which the grant does not know of.
const METHOD_FIELDS: [&str; 3] = ["x-http-method-override", "x-http-method", "x-method-override"];
/// The beginning of fields for proxies.
const PROXY_FIELDS: &str = "proxy-";

/// What a plugin may send where.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HttpGrant {
    plugin: String,
    lines: Vec<Line>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Line {
    methods: Vec<String>,
    /// Scheme, host and port as RFC 6454 writes them.
    origin: String,
    secret: Option<String>,
}

/// A request that is granted.
#[derive(Debug)]
pub(super) struct Allowed {
    pub(super) url: Url,
    pub(super) origin: String,
    /// The name of the secret to add.
    pub(super) secret: Option<String>,
}

impl HttpGrant {
    /// The lines for HTTP among what was granted. A line whose server is no URL grants nothing.
    #[must_use]
    pub fn new(plugin: &str, granted: &[Request]) -> Self {
        let lines = granted.iter().filter_map(|request| match request {
            Request::Http { methods, server, secret } => {
                let origin = origin(&Url::parse(server).ok()?)?;
                Some(Line { methods: methods.clone(), origin, secret: secret.clone() })
            }
            _ => None,
        });
        Self { plugin: plugin.to_owned(), lines: lines.collect() }
    }

    /// Checks a call against the grant.
    pub(super) fn check(&self, method: &Method, url: &str) -> Result<Allowed, wit::HttpError> {
        if url.len() > LONGEST_URL {
            let text = format!("the URL has {} bytes, more than {LONGEST_URL}", url.len());
            return Err(wit::HttpError::Invalid(text));
        }
        let parsed = Url::parse(url)
            .map_err(|error| wit::HttpError::Invalid(format!("`{}` is no URL: {error}", plain(without_query(url), QUOTED))))?;
        // It may hold a password: the URL is not shown.
        if !parsed.username().is_empty() || parsed.password().is_some() {
            return Err(wit::HttpError::Invalid("a URL with a user name or a password is not sent".to_owned()));
        }
        let Some(origin) = origin(&parsed) else {
            let scheme = plain(parsed.scheme(), QUOTED);
            return Err(wit::HttpError::AccessDenied(format!("the scheme `{scheme}` is neither https nor http")));
        };
        if parsed.scheme() == "http" && !is_loopback(&parsed) {
            let text = format!("HTTP {method} {}: without TLS only loopback addresses can be granted", plain(&origin, QUOTED));
            return Err(wit::HttpError::AccessDenied(text));
        }
        let granted = |line: &&Line| line.origin == origin && line.methods.iter().any(|granted| granted == method.as_str());
        let mut lines = self.lines.iter().filter(granted).peekable();
        if lines.peek().is_some() {
            let secret = lines.find_map(|line| line.secret.clone());
            return Ok(Allowed { url: parsed, origin, secret });
        }
        let request = Request::Http { methods: vec![method.to_string()], server: plain(&origin, QUOTED), secret: None };
        let line = Request::configuration(&self.plugin, &[&request]);
        Err(wit::HttpError::AccessDenied(format!("HTTP {request} is not granted; to grant it, add {line}")))
    }
}

/// The header fields of a plugin, without any that is the host's.
pub(super) fn fields(headers: &[wit::Header]) -> Result<HeaderMap, wit::HttpError> {
    let bytes: usize = headers.iter().map(|field| field.name.len() + field.value.len()).sum();
    if headers.len() > FIELDS || bytes > FIELD_BYTES {
        let text = format!("more than {FIELDS} header fields, or more than {FIELD_BYTES} bytes of them");
        return Err(wit::HttpError::Invalid(text));
    }
    let mut fields = HeaderMap::new();
    for field in headers {
        let shown = plain(&field.name, QUOTED);
        let name = HeaderName::from_bytes(field.name.as_bytes())
            .map_err(|_| wit::HttpError::Invalid(format!("`{shown}` is not the name of a header field")))?;
        let reserved = HOST_FIELDS.contains(&name.as_str()) || METHOD_FIELDS.contains(&name.as_str());
        if reserved || name.as_str().starts_with(PROXY_FIELDS) {
            return Err(wit::HttpError::Invalid(format!("the header field `{name}` cannot be set by a plugin")));
        }
        let value = HeaderValue::from_str(&field.value)
            .map_err(|_| wit::HttpError::Invalid(format!("the value of the header field `{shown}` cannot be sent")))?;
        fields.append(name, value);
    }
    fields.entry(header::ACCEPT).or_insert(HeaderValue::from_static("*/*"));
    Ok(fields)
}

/// Scheme, host and port, of HTTP only.
pub(super) fn origin(url: &Url) -> Option<String> {
    matches!(url.scheme(), "https" | "http").then(|| url.origin().ascii_serialization())
}

/// Whether the host is a loopback address, or the name that stands for one (RFC 6761, section 6.3).
fn is_loopback(url: &Url) -> bool {
    let Some(host) = url.host_str() else { return false };
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    address.map_or(host == "localhost", |address| address.is_loopback())
}

fn without_query(url: &str) -> &str {
    url.split(['?', '#']).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant(lines: &[&str]) -> HttpGrant {
        let lines: Vec<Request> = lines.iter().map(|line| Request::parse("http", line).expect(line)).collect();
        HttpGrant::new("pdns", &lines)
    }

    fn standard() -> HttpGrant {
        grant(&[
            "GET https://good.example",
            "GET,POST https://other.example:8443/api",
            "GET http://127.0.0.1:8080",
            "GET http://[::1]:8080",
            "GET http://localhost:8080 secret PDNS_API_KEY",
            "GET http://plain.example",
            "GET not-a-url",
        ])
    }

    #[test]
    fn allowed() {
        for (method, url) in [
            (Method::GET, "https://good.example/"),
            (Method::GET, "https://good.example:443/a?b#c"),
            (Method::GET, "https://GOOD.Example/a"),
            (Method::GET, "HTTPS://good.example"),
            (Method::GET, "https://good.example/@evil.example"),
            // A backslash is a slash in a URL of HTTP: the host is the one before it.
            (Method::GET, "https://good.example\\@evil.example/"),
            (Method::POST, "https://other.example:8443/elsewhere"),
            (Method::GET, "http://127.0.0.1:8080/x"),
            (Method::GET, "http://127.1:8080/x"),
            (Method::GET, "http://[::1]:8080/x"),
            (Method::GET, "http://localhost:8080/x"),
        ] {
            assert!(standard().check(&method, url).is_ok(), "{method} {url}");
        }
    }

    #[test]
    fn denied_and_almost_allowed() {
        for (method, url) in [
            (Method::POST, "https://good.example/"),
            (Method::HEAD, "https://good.example/"),
            (Method::GET, "https://good.example:8443/"),
            (Method::GET, "https://other.example/"),
            (Method::GET, "http://good.example/"),
            (Method::GET, "https://sub.good.example/"),
            (Method::GET, "https://good.example.evil.example/"),
            (Method::GET, "https://evil-good.example/"),
            (Method::GET, "https://good.example./"),
            (Method::GET, "https://g\u{f6}od.example/"),
            (Method::GET, "https://127.0.0.1:8080/"),
            (Method::GET, "http://127.0.0.2:8080/"),
            (Method::GET, "http://127.0.0.1/"),
            (Method::GET, "http://plain.example/"),
            (Method::GET, "http://localhost.evil.example:8080/"),
            (Method::GET, "ftp://good.example/"),
            (Method::GET, "file:///etc/passwd"),
            (Method::GET, "data:text/plain,x"),
        ] {
            let checked = standard().check(&method, url);
            assert!(matches!(checked, Err(wit::HttpError::AccessDenied(_))), "{method} {url}: {checked:?}");
        }
    }

    #[test]
    fn malformed() {
        let long = format!("https://good.example/{}", "a".repeat(LONGEST_URL));
        for url in [
            "https://good.example@evil.example/",
            "https://user:password@good.example/",
            "https://user@good.example/",
            "https://",
            "good.example",
            "/etc/passwd",
            "",
            &long,
        ] {
            let checked = standard().check(&Method::GET, url);
            let Err(wit::HttpError::Invalid(text)) = checked else { panic!("{url}: {checked:?}") };
            assert!(!text.contains("password@"), "{text}");
        }
    }

    #[test]
    fn a_denial_shows_the_line_that_would_grant_it_without_path_and_query() {
        let denied = grant(&[]).check(&Method::POST, "https://evil.example:8443/path?token=1");
        let text = "HTTP POST https://evil.example:8443 is not granted; to grant it, add \
                    [grants.pdns] http = [\"POST https://evil.example:8443\"]";
        assert!(matches!(&denied, Err(wit::HttpError::AccessDenied(shown)) if shown == text), "{denied:?}");
    }

    #[test]
    fn a_secret_goes_only_where_it_was_granted() {
        let grant = standard();
        let secret = |url| grant.check(&Method::GET, url).expect(url).secret;
        assert_eq!(secret("http://localhost:8080/x").as_deref(), Some("PDNS_API_KEY"));
        assert_eq!(secret("http://127.0.0.1:8080/x"), None);
        assert_eq!(secret("https://good.example/x"), None);
    }

    #[test]
    fn fields_of_the_host_cannot_be_set() {
        let field = |name: &str, value: &str| fields(&[wit::Header { name: name.to_owned(), value: value.to_owned() }]);
        assert!(field("Accept", "application/json").is_ok() && field("X-Client", "a").is_ok());
        for name in [
            "Host",
            "AUTHORIZATION",
            "Cookie",
            "Proxy-Authorization",
            "proxy-anything",
            "Connection",
            "Content-Length",
            "Transfer-Encoding",
            "TE",
            "Trailer",
            "Upgrade",
            "X-HTTP-Method-Override",
        ] {
            let expected = format!("the header field `{}` cannot be set by a plugin", name.to_ascii_lowercase());
            assert!(matches!(field(name, "x"), Err(wit::HttpError::Invalid(text)) if text == expected), "{name}");
        }
        for (name, value) in [("a b", "x"), ("", "x"), ("a", "x\r\nHost: evil"), ("Host ", "x"), ("a", &"x".repeat(FIELD_BYTES))]
        {
            assert!(matches!(field(name, value), Err(wit::HttpError::Invalid(_))), "{name}");
        }
    }
}
