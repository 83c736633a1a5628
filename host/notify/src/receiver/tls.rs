//! TLS to a server that is not one of HTTP or mail. Its certificate is checked against those of the system, or against those of a file alone.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt as _;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::message::Failure;

/// The way to a server.
pub(super) struct Tls {
    server: ServerName<'static>,
    /// The certificates of authorities that are trusted instead of those of the system.
    own: Option<Vec<CertificateDer<'static>>>,
    config: OnceLock<Result<Arc<ClientConfig>, String>>,
}

/// The host of `HOST:PORT`; none where it is something else.
pub(super) fn host(place: &str) -> Option<&str> {
    let (host, port) = place.rsplit_once(':')?;
    (port.parse::<u16>().is_ok() && !host.is_empty()).then(|| host.trim_matches(['[', ']']))
}

/// Whether a host is this machine.
pub(super) fn is_here(host: &str) -> bool {
    host == "localhost" || host.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback())
}

/// The text of a file with certificates.
///
/// # Errors
/// When it cannot be read, or holds none.
pub(super) fn authorities(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let wrong = |what: String| format!("ca: {} {what}", path.display());
    let text = std::fs::read(path).map_err(|error| wrong(format!("cannot be read: {error}")))?;
    let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    match all {
        Ok(all) if all.is_empty() => Err(wrong("holds no certificate in PEM".to_owned())),
        Ok(all) => Ok(all),
        Err(error) => Err(wrong(format!("holds no certificate in PEM: {error}"))),
    }
}

impl Tls {
    /// To a host; with the file of an own authority.
    ///
    /// # Errors
    /// When the file cannot be used, or the host has no name that a certificate can have.
    pub(super) fn new(host: &str, ca: Option<&Path>) -> Result<Self, String> {
        let server = ServerName::try_from(host.to_owned()).map_err(|_| format!("{host} is not the name of a server"))?;
        Ok(Self { server, own: ca.map(authorities).transpose()?, config: OnceLock::new() })
    }

    /// TLS over a connection.
    ///
    /// # Errors
    /// When the server cannot be trusted, which somebody has to mend, or the connection breaks.
    pub(super) async fn over(&self, stream: TcpStream) -> Result<TlsStream<TcpStream>, Failure> {
        let config = self.config.get_or_init(|| self.config().map(Arc::new)).clone();
        let config = config.map_err(|reason| Failure::refused(format!("TLS cannot be used: {reason}")))?;
        TlsConnector::from(config).connect(self.server.clone(), stream).await.map_err(failure)
    }

    fn config(&self) -> Result<ClientConfig, String> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let builder = builder.map_err(|error| error.to_string())?;
        let Some(own) = &self.own else {
            let builder = builder.with_platform_verifier().map_err(|error| error.to_string())?;
            return Ok(builder.with_no_client_auth());
        };
        let mut roots = RootCertStore::empty();
        own.iter().try_for_each(|one| roots.add(one.clone())).map_err(|error| error.to_string())?;
        Ok(builder.with_root_certificates(roots).with_no_client_auth())
    }
}

/// What an error of a connection means: one of TLS itself stays until somebody mends it.
pub(super) fn failure(error: std::io::Error) -> Failure {
    let is_tls = error.get_ref().is_some_and(|inner| inner.is::<rustls::Error>());
    if is_tls { Failure::refused(error.to_string()) } else { Failure::unreachable(error.to_string()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_and_files() {
        assert_eq!(
            [host("a:1"), host("[::1]:514"), host("a"), host(":1"), host("a:b")],
            [Some("a"), Some("::1"), None, None, None]
        );
        assert!(is_here("::1") && is_here("localhost") && !is_here("10.0.0.1"));
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("ca.pem");
        assert!(authorities(&path).expect_err("missing").contains("ca.pem cannot be read: "));
        std::fs::write(&path, "no certificate").expect("written");
        assert!(authorities(&path).expect_err("empty").ends_with("ca.pem holds no certificate in PEM"));
        assert_eq!(authorities(&net_scout_tests::servers::smtp::authority()).expect("read").len(), 1);
    }
}
