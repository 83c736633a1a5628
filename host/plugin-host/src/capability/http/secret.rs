//! A secret that is sent, and taken out of whatever comes back.

use reqwest::header::HeaderValue;

use super::{QUOTED, wit};
use net_scout_model::{Secrets, plain};

/// A secret that is sent.
pub(super) struct Secret {
    pub(super) value: String,
    pub(super) field: HeaderValue,
}

impl Secret {
    pub(super) fn find(secrets: &Secrets, name: &str) -> Result<Self, wit::HttpError> {
        let unavailable = |reason: &str| wit::HttpError::Unavailable(format!("secret {} {reason}", plain(name, QUOTED)));
        if !Secrets::may_be(name) {
            return Err(unavailable("cannot be used: the names of secrets begin with PDNS_ or NET_SCOUT_SECRET_"));
        }
        let value = secrets.get(name).ok_or_else(|| unavailable("is not set in the environment"))?;
        let mut field =
            HeaderValue::from_str(&format!("Bearer {value}")).map_err(|_| unavailable("has characters that cannot be sent"))?;
        field.set_sensitive(true);
        Ok(Self { value: value.to_owned(), field })
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
        let found = |name| match Secret::find(&secrets, name) {
            Ok(secret) => secret.field.to_str().expect("a field").to_owned(),
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
        let secret = Secret::find(&secrets(&[("PDNS_API_KEY", "k3y/1")]), "PDNS_API_KEY").unwrap_or_else(|_| panic!("a secret"));
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
}
