//! Mail: over SMTP with TLS, from the beginning or by STARTTLS. Messages about an incident are one thread, also when they are sent again.

mod letter;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use lettre::message::Mailbox;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, CertificateStore, Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::rest;
use super::tls::{authorities, is_here};
use crate::message::{Delivered, Delivery, Failure, Message, Receiver};
use crate::secret::{SecretName, Vault};
use letter::letter;
use net_scout_model::not;

/// How long a step of the conversation may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Replies that are about the message itself: too large, or its content is not wanted.
const UNFIT: [u16; 2] = [552, 554];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rest {
    server: String,
    port: Option<u16>,
    tls: Option<String>,
    from: String,
    to: Vec<String>,
    user: Option<String>,
    ca: Option<PathBuf>,
}

/// As it is written.
pub(crate) struct Written {
    server: String,
    port: u16,
    tls: Security,
    from: Mailbox,
    to: Vec<Mailbox>,
    user: Option<String>,
    password: Option<SecretName>,
    ca: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Security {
    StartTls,
    Tls,
    /// For a relay on this machine alone.
    None,
}

struct Mail {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    to: Vec<Mailbox>,
}

impl Written {
    pub(super) fn read(mut table: Map<String, Value>) -> Result<Self, String> {
        let password = SecretName::take(&mut table, "password")?;
        let Rest { server, port, tls, from, to, user, ca } = rest(table, &["password"])?;
        let tls = match tls.as_deref() {
            None | Some("starttls") => Security::StartTls,
            Some("tls") => Security::Tls,
            Some("none") if is_here(&server) => Security::None,
            Some("none") => {
                return Err(format!(
                    "tls: none sends mail in the clear, and {server} is not this machine; write starttls or tls"
                ));
            }
            Some(other) => return Err(format!("tls: {}", not(other, "one of starttls, tls and none"))),
        };
        if ca.is_some() && tls == Security::None {
            return Err("`ca` belongs to TLS, and tls is none".to_owned());
        }
        if user.is_some() != password.is_some() {
            return Err("`user` and `password_env` or `password_credential` belong together".to_owned());
        }
        if to.is_empty() {
            return Err("`to` is empty: name at least one address".to_owned());
        }
        let mailbox = |key: &str, text: &String| text.parse().map_err(|_| format!("{key}: {}", not(text, "an address of mail")));
        let port = port.unwrap_or(match tls {
            Security::StartTls => 587,
            Security::Tls => 465,
            Security::None => 25,
        });
        let to = to.iter().map(|text| mailbox("to", text)).collect::<Result<_, _>>()?;
        Ok(Self { from: mailbox("from", &from)?, to, server, port, tls, user, password, ca })
    }

    pub(super) fn build(&self, vault: &Vault, secrets: &mut Vec<String>) -> Result<Result<Arc<dyn Receiver>, String>, String> {
        let password = match self.password.as_ref().map(|name| vault.find(name)).transpose() {
            Ok(password) => password,
            Err(missing) => return Ok(Err(missing)),
        };
        // It is an error only that another was installed before, which then does as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let unusable = |error: lettre::transport::smtp::Error| format!("TLS cannot be used: {error}");
        let parameters = || {
            let mut builder = TlsParameters::builder(self.server.clone());
            if let Some(ca) = &self.ca {
                builder = builder.certificate_store(CertificateStore::None);
                for one in authorities(ca)? {
                    builder = builder.add_root_certificate(Certificate::from_der(one.to_vec()).map_err(unusable)?);
                }
            }
            builder.build().map_err(unusable)
        };
        let tls = match self.tls {
            Security::StartTls => parameters().map(Tls::Required),
            Security::Tls => parameters().map(Tls::Wrapper),
            Security::None => Ok(Tls::None),
        };
        let tls = match tls {
            Ok(tls) => tls,
            Err(wrong) => return Ok(Err(wrong)),
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(self.server.as_str());
        builder = builder.port(self.port).tls(tls).timeout(Some(PATIENCE));
        if let (Some(user), Some(password)) = (&self.user, password) {
            secrets.push(password.clone());
            builder = builder.credentials(Credentials::new(user.clone(), password));
        }
        Ok(Ok(Arc::new(Mail { transport: builder.build(), from: self.from.clone(), to: self.to.clone() })))
    }
}

impl Receiver for Mail {
    fn deliver<'a>(&'a self, message: &'a Message) -> Delivery<'a> {
        Box::pin(async move {
            let letter = letter(message, &self.from, &self.to).map_err(Failure::unfit)?;
            self.transport.send(letter).await.map(|_| Delivered).map_err(|error| failure(&error))
        })
    }
}

fn failure(error: &lettre::transport::smtp::Error) -> Failure {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        if !text.contains(&cause.to_string()) {
            text = format!("{text}: {cause}");
        }
        source = cause.source();
    }
    let code = error.status().map(u16::from);
    if error.is_permanent() && code.is_some_and(|code| UNFIT.contains(&code)) {
        Failure::unfit(text)
    } else if error.is_permanent() || error.is_tls() || error.is_client() {
        Failure::refused(text)
    } else if error.is_timeout() {
        Failure::unsure(text)
    } else {
        Failure::unreachable(text)
    }
}

#[cfg(test)]
mod tests;
