//! What enrichers share: the errors of capabilities as errors of an enricher, so that `?` does the right thing, and the names that DNS
//! services give to addresses.

use std::net::IpAddr;

use crate::alert::Error;
use crate::bindings::net_scout::plugin::files::FilesError;
use crate::bindings::net_scout::plugin::state::StateError;
use crate::enricher_bindings::net_scout::plugin::dns::DnsError;
use crate::enricher_bindings::net_scout::plugin::enrichment::EnrichError;
use crate::enricher_bindings::net_scout::plugin::exec::ExecError;
use crate::enricher_bindings::net_scout::plugin::http::{HttpError, Response};

impl From<DnsError> for EnrichError {
    fn from(error: DnsError) -> Self {
        match error {
            DnsError::AccessDenied(text) => Self::AccessDenied(text),
            DnsError::NotFound(text) => Self::NotFound(text),
            DnsError::TimedOut(text) => Self::TimedOut(text),
            DnsError::Invalid(text) => Self::Invalid(text),
            DnsError::Unavailable(text) => Self::Unavailable(text),
        }
    }
}

impl From<ExecError> for EnrichError {
    fn from(error: ExecError) -> Self {
        match error {
            ExecError::AccessDenied(text) => Self::AccessDenied(text),
            ExecError::Unavailable(text) => Self::Unavailable(text),
        }
    }
}

impl From<HttpError> for EnrichError {
    fn from(error: HttpError) -> Self {
        match error {
            HttpError::AccessDenied(text) => Self::AccessDenied(text),
            HttpError::TimedOut(text) => Self::TimedOut(text),
            HttpError::Invalid(text) | HttpError::TooLarge(text) => Self::Invalid(text),
            HttpError::Unavailable(text) => Self::Unavailable(text),
        }
    }
}

impl From<FilesError> for EnrichError {
    fn from(error: FilesError) -> Self {
        match error {
            FilesError::AccessDenied(text) => Self::AccessDenied(text),
            FilesError::NotFound(text) | FilesError::Unavailable(text) => Self::Unavailable(text),
            FilesError::Invalid(text) | FilesError::TooLarge(text) => Self::Invalid(text),
        }
    }
}

impl From<StateError> for EnrichError {
    fn from(error: StateError) -> Self {
        match error {
            StateError::AccessDenied(text) => Self::AccessDenied(text),
            StateError::TooLarge(text) => Self::Invalid(text),
            StateError::Unavailable(text) => Self::Unavailable(text),
        }
    }
}

/// What [`crate::Arguments`] says of a parameter that was not described.
impl From<Error> for EnrichError {
    fn from(error: Error) -> Self {
        match error {
            Error::InvalidParameter(text) | Error::Failed(text) => Self::Invalid(text),
            Error::Query(error) => Self::Invalid(format!("{error:?}")),
        }
    }
}

/// The octets of an IPv4 address, or the hexadecimal digits of an IPv6 address, last first and with dots between: how services that
/// answer by DNS name an address (RFC 5782, section 2).
#[must_use]
pub fn reversed(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => {
            let [a, b, c, d] = address.octets();
            format!("{d}.{c}.{b}.{a}")
        }
        IpAddr::V6(address) => {
            let digits = address.octets().into_iter().flat_map(|byte| [byte >> 4, byte & 15]);
            let digits: Vec<String> = digits.rev().map(|digit| format!("{digit:x}")).collect();
            digits.join(".")
        }
    }
}

/// The body of a response whose status is 200, and else what the status means to an enricher (RFC 9110, section 15; RFC 6585).
///
/// # Errors
/// For every other status.
pub fn answered(response: Response) -> Result<Vec<u8>, EnrichError> {
    let status = response.status;
    let seconds = || {
        let field = response.headers.iter().find(|field| field.name == "retry-after");
        field.and_then(|field| field.value.trim().parse().ok())
    };
    match status {
        200 => Ok(response.body),
        401 | 403 => Err(EnrichError::AccessDenied(format!("the server answered {status}"))),
        404 => Err(EnrichError::NotFound("the server answered 404".to_owned())),
        429 => Err(EnrichError::RateLimited(seconds())),
        500..=599 => Err(EnrichError::Unavailable(format!("the server answered {status}"))),
        _ => Err(EnrichError::Invalid(format!("the server answered {status}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::{EnrichError, Response, answered, reversed};
    use crate::enricher_bindings::net_scout::plugin::http::Header;

    #[test]
    fn what_a_status_means() {
        let with = |status, retry_after: Option<&str>| {
            let field = |value: &str| Header { name: "retry-after".to_owned(), value: value.to_owned() };
            answered(Response { status, headers: retry_after.map(field).into_iter().collect(), body: b"{}".to_vec() })
        };
        assert!(with(200, None).is_ok());
        assert!(matches!(with(401, None), Err(EnrichError::AccessDenied(_))));
        assert!(matches!(with(404, None), Err(EnrichError::NotFound(_))));
        assert!(matches!(with(429, Some("7")), Err(EnrichError::RateLimited(Some(7)))));
        assert!(matches!(with(429, Some("Wed, 21 Oct 2026 07:28:00 GMT")), Err(EnrichError::RateLimited(None))));
        assert!(matches!(with(503, None), Err(EnrichError::Unavailable(_))));
        assert!(matches!(with(204, None), Err(EnrichError::Invalid(_))));
    }

    #[test]
    fn addresses_last_first() {
        assert_eq!(reversed([192, 0, 2, 1].into()), "1.2.0.192");
        let v6 = reversed(std::net::Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0xab).into());
        assert_eq!(v6, "b.a.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2");
    }
}
