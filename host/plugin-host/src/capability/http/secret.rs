//! A secret that is sent, and taken out of whatever comes back.
//!
//! It goes into the field `Authorization`, or where the plugin wrote [`PLACE`]: into the path of the URL, as webhooks have it, or into
//! header fields.

use reqwest::Url;
use reqwest::header::{HeaderMap, HeaderValue};

use super::{QUOTED, wit};
use net_scout_model::{Secrets, plain};

/// What stands for the secret in a URL or in a header field.
pub(super) const PLACE: &str = "{secret}";
/// What a secret in the path of a URL may have beside letters and digits.
const IN_PATH: &str = "-._~:/+=@";

/// A secret that is sent.
pub(super) struct Secret {
    name: String,
    pub(super) value: String,
    /// The bearer token; none where the plugin says itself where the secret goes.
    pub(super) field: Option<HeaderValue>,
}

impl Secret {
    /// The secret of this name, for a request to this URL with these fields.
    pub(super) fn find(secrets: &Secrets, name: &str, url: &str, fields: &[wit::Header]) -> Result<Self, wit::HttpError> {
        let unavailable = |reason: &str| wit::HttpError::Unavailable(format!("secret {} {reason}", plain(name, QUOTED)));
        if !Secrets::may_be(name) {
            return Err(unavailable("cannot be used: the names of secrets begin with PDNS_ or NET_SCOUT_SECRET_"));
        }
        let value = secrets.get(name).ok_or_else(|| unavailable("is not set in the environment"))?;
        let mut secret = Self { name: plain(name, QUOTED), value: value.to_owned(), field: None };
        // Of the URL of a webhook only what is secret of it.
        if let Some(rest) = url.split_once(PLACE).and_then(|(before, _)| value.strip_prefix(before)) {
            rest.clone_into(&mut secret.value);
        }
        if !url.contains(PLACE) && !fields.iter().any(|field| field.value.contains(PLACE)) {
            secret.field = Some(secret.sent(&format!("Bearer {value}"))?);
        }
        Ok(secret)
    }

    fn sent(&self, text: &str) -> Result<HeaderValue, wit::HttpError> {
        let wrong = |_| self.unavailable("has characters that cannot be sent");
        let mut field = HeaderValue::from_str(text).map_err(wrong)?;
        field.set_sensitive(true);
        Ok(field)
    }

    fn unavailable(&self, reason: &str) -> wit::HttpError {
        wit::HttpError::Unavailable(format!("secret {} {reason}", self.name))
    }

    /// The URL with the secret in its place. It stays on its server, and below what the plugin wrote before the place.
    pub(super) fn fill_url(&self, url: &str) -> Result<Option<Url>, wit::HttpError> {
        let Some((before, behind)) = url.split_once(PLACE) else { return Ok(None) };
        let path = before.split_once("://").and_then(|(_, rest)| rest.split_once('/'));
        if path.is_none() || before.contains(['?', '#']) || behind.contains(PLACE) {
            return Err(wit::HttpError::Invalid(format!("{PLACE} must stand once in the path of the URL")));
        }
        if self.value.contains("://") {
            return Err(self.unavailable(&format!("is not a URL that begins with {}", plain(before, QUOTED))));
        }
        let fits = |letter: char| letter.is_ascii_alphanumeric() || IN_PATH.contains(letter);
        if self.value.is_empty() || !self.value.chars().all(fits) || self.value.split('/').any(|part| matches!(part, "." | ".."))
        {
            return Err(self.unavailable("has characters that cannot stand in the path of a URL"));
        }
        let parsed = Url::parse(&url.replacen(PLACE, &self.value, 1));
        parsed.map(Some).map_err(|_| self.unavailable("cannot stand in this URL"))
    }

    /// Puts the secret where it is named in header fields.
    pub(super) fn fill_fields(&self, fields: &mut HeaderMap) -> Result<(), wit::HttpError> {
        for value in fields.values_mut() {
            if let Some(text) = value.to_str().ok().filter(|text| text.contains(PLACE)) {
                *value = self.sent(&text.replace(PLACE, &self.value))?;
            }
        }
        Ok(())
    }

    /// The answer of a server that may have sent the secret back.
    pub(super) fn hide(&self, answer: Result<wit::Response, wit::HttpError>) -> Result<wit::Response, wit::HttpError> {
        let text = |text: String| Secrets::hide(&self.value, &text);
        match answer {
            Ok(wit::Response { status, headers, body }) => {
                let headers = headers.into_iter().map(|field| wit::Header { name: text(field.name), value: text(field.value) });
                Ok(wit::Response { status, headers: headers.collect(), body: Secrets::hide_in(&self.value, body) })
            }
            Err(error) => Err(match error {
                wit::HttpError::AccessDenied(error) => wit::HttpError::AccessDenied(text(error)),
                wit::HttpError::TimedOut(error) => wit::HttpError::TimedOut(text(error)),
                wit::HttpError::Invalid(error) => wit::HttpError::Invalid(text(error)),
                wit::HttpError::TooLarge(error) => wit::HttpError::TooLarge(text(error)),
                wit::HttpError::Unavailable(error) => wit::HttpError::Unavailable(text(error)),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(values: &[(&str, &str)]) -> Secrets {
        Secrets::from_environment(&values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn a_secret_must_be_set_and_meant_for_it() {
        let secrets = secrets(&[("PDNS_API_KEY", "k3y"), ("PDNS_BROKEN", "a\nb")]);
        let found = |name| match Secret::find(&secrets, name, "https://a.example/", &[]) {
            Ok(secret) => secret.field.expect("a token").to_str().expect("a field").to_owned(),
            Err(wit::HttpError::Unavailable(text)) => text,
            Err(other) => panic!("{other:?}"),
        };
        assert_eq!(found("PDNS_API_KEY"), "Bearer k3y");
        assert_eq!(found("PDNS_OTHER"), "secret PDNS_OTHER is not set in the environment");
        assert_eq!(found("PDNS_BROKEN"), "secret PDNS_BROKEN has characters that cannot be sent");
        assert_eq!(found("HOME"), "secret HOME cannot be used: the names of secrets begin with PDNS_ or NET_SCOUT_SECRET_");
    }

    #[test]
    fn a_secret_that_comes_back_is_hidden() {
        let secrets = secrets(&[("PDNS_API_KEY", "k3y/1")]);
        let secret = Secret::find(&secrets, "PDNS_API_KEY", "https://a.example/", &[]).unwrap_or_else(|_| panic!("a secret"));
        let field = |name: &str, value: &str| wit::Header { name: name.to_owned(), value: value.to_owned() };
        let response = wit::Response {
            status: 200,
            headers: vec![field("x-echo", "Bearer k3y/1")],
            body: br#"{"got": "Bearer k3y\/1"}"#.to_vec(),
        };
        let hidden = secret.hide(Ok(response)).expect("a response");
        assert_eq!(hidden.headers[0].value, "Bearer [secret]");
        assert_eq!(hidden.body, br#"{"got": "Bearer [secret]"}"#);
        let error = secret.hide(Err(wit::HttpError::AccessDenied("to https://K3Y/1".to_owned())));
        assert!(matches!(error, Err(wit::HttpError::AccessDenied(text)) if text == "to https://[secret]"));
    }

    #[test]
    fn a_secret_goes_where_the_plugin_names_it() {
        let placed = |value: &str, url: &str| {
            let secrets = secrets(&[("NET_SCOUT_SECRET_A", value)]);
            let secret = Secret::find(&secrets, "NET_SCOUT_SECRET_A", url, &[]).unwrap_or_else(|_| panic!("a secret"));
            assert!(secret.field.is_none(), "no bearer token beside it");
            match secret.fill_url(url) {
                Ok(url) => url.expect("a place").to_string(),
                Err(wit::HttpError::Invalid(text) | wit::HttpError::Unavailable(text)) => text,
                Err(other) => panic!("{other:?}"),
            }
        };
        let hook = "https://hooks.example/services/{secret}";
        assert_eq!(placed("T1/B2/x", hook), "https://hooks.example/services/T1/B2/x");
        assert_eq!(placed("https://hooks.example/services/T1/B2/x", hook), "https://hooks.example/services/T1/B2/x");
        assert_eq!(placed("12:ab", "https://api.example/bot{secret}/send?a=1"), "https://api.example/bot12:ab/send?a=1");
        let other = "secret NET_SCOUT_SECRET_A is not a URL that begins with https://hooks.example/services/";
        assert_eq!(placed("https://evil.example/x", hook), other);
        let letters = "secret NET_SCOUT_SECRET_A has characters that cannot stand in the path of a URL";
        for value in ["../x", "a/../../b", "a?b", "a#b", "a b", "a%2e%2e", "a\\b", "\u{e9}", "https://hooks.example/services/"] {
            assert_eq!(placed(value, hook), letters, "{value}");
        }
        let once = "{secret} must stand once in the path of the URL";
        for url in [
            "https://{secret}.example/",
            "https://{secret}",
            "https://a.example/?k={secret}",
            "https://a.example/{secret}/{secret}",
        ] {
            assert_eq!(placed("x", url), once, "{url}");
        }
    }

    #[test]
    fn a_secret_in_header_fields() {
        let secrets = secrets(&[("NET_SCOUT_SECRET_A", "k3y")]);
        let field = wit::Header { name: "x-token".to_owned(), value: "Key {secret}".to_owned() };
        let secret = Secret::find(&secrets, "NET_SCOUT_SECRET_A", "https://a.example/", std::slice::from_ref(&field));
        let secret = secret.unwrap_or_else(|_| panic!("a secret"));
        let mut fields = HeaderMap::new();
        fields.insert("x-token", HeaderValue::from_static("Key {secret}"));
        fields.insert("x-other", HeaderValue::from_static("secret"));
        assert!(secret.fill_fields(&mut fields).is_ok() && secret.field.is_none());
        assert_eq!(
            (&fields["x-token"], &fields["x-other"]),
            (&HeaderValue::from_static("Key k3y"), &HeaderValue::from_static("secret"))
        );
        assert!(fields["x-token"].is_sensitive());
    }
}
