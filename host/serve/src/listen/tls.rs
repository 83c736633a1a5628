//! TLS with a certificate and its key from files. They are read again when they change, so that a renewed certificate needs no restart.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use super::ListenError;

/// How often the files are looked at.
const LOOKED: Duration = Duration::from_secs(60);

/// The files of a certificate, in PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate, and behind it those that lead to its root.
    pub certificate: PathBuf,
    /// Its key.
    pub key: PathBuf,
}

pub(super) struct Tls {
    files: TlsFiles,
    current: Mutex<Current>,
}

struct Current {
    config: Arc<ServerConfig>,
    changed: [Option<SystemTime>; 2],
    looked: Instant,
}

impl Tls {
    pub(super) fn new(files: TlsFiles) -> Result<Self, ListenError> {
        let current = Current { changed: files.changed(), config: files.read()?, looked: Instant::now() };
        Ok(Self { files, current: Mutex::new(current) })
    }

    /// What the next connection is secured with.
    pub(super) fn acceptor(&self) -> TlsAcceptor {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if current.looked.elapsed() > LOOKED {
            current.looked = Instant::now();
            let changed = self.files.changed();
            if changed != current.changed {
                match self.files.read() {
                    Ok(config) => (current.config, current.changed) = (config, changed),
                    // A certificate and its key change one after another.
                    Err(error) => tracing::warn!("the certificate of before is used: {error}"),
                }
            }
        }
        TlsAcceptor::from(Arc::clone(&current.config))
    }
}

impl TlsFiles {
    fn changed(&self) -> [Option<SystemTime>; 2] {
        let of = |path: &Path| std::fs::metadata(path).and_then(|metadata| metadata.modified()).ok();
        [of(&self.certificate), of(&self.key)]
    }

    fn read(&self) -> Result<Arc<ServerConfig>, ListenError> {
        let wrong = |key: &'static str, path: &Path| {
            let path = path.to_owned();
            move |reason: String| ListenError::Tls { key, path, reason }
        };
        let chain: Result<Vec<_>, _> = CertificateDer::pem_file_iter(&self.certificate).and_then(Iterator::collect);
        let chain = chain
            .map_err(|error| error.to_string())
            .and_then(|chain: Vec<_>| if chain.is_empty() { Err("there is no certificate in it".to_owned()) } else { Ok(chain) });
        let chain = chain.map_err(wrong("tls_certificate", &self.certificate))?;
        let key = PrivateKeyDer::from_pem_file(&self.key);
        let key = key.map_err(|error| wrong("tls_key", &self.key)(error.to_string()))?;
        let unfit = |error: rustls::Error| wrong("tls_key", &self.key)(error.to_string());
        let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let builder = builder.with_safe_default_protocol_versions().map_err(unfit)?.with_no_client_auth();
        let mut config = builder.with_single_cert(chain, key).map_err(unfit)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }
}
