//! Listening: at an address or at a Unix socket, with TLS or without. It bounds what callers may hold: how many connections there are, and
//! how long one may take to say what it wants or to take its answer.

mod connection;
mod patience;
mod tls;

use std::fmt;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::{Semaphore, watch};

use connection::{Stream, serve_connection};
use tls::Tls;
pub use tls::TlsFiles;

/// How long requests that are being answered may take to end when the service does.
const GRACE: Duration = Duration::from_secs(2);
/// The most connections at the same time; others wait.
const CONNECTIONS: usize = 512;
/// How long to wait where no connection can be taken, because there are no descriptors left.
const EXHAUSTED: Duration = Duration::from_millis(200);

/// Where to listen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListenAddress {
    /// At an address.
    Tcp(SocketAddr),
    /// At a socket in the file system, which the user and the group of the service may use.
    Unix(PathBuf),
}

impl fmt::Display for ListenAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => address.fmt(f),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

/// An address where the service cannot or must not listen.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// Others could reach it.
    #[error(
        "[serve] listen = \"{0}\" is reached from other machines, and /metrics and /healthz need no login; listen at 127.0.0.1 or [::1], or \
         set `listen_beyond_loopback = true` if that is what you mean"
    )]
    Beyond(SocketAddr),
    /// It is taken, or not one of this machine.
    #[error("net-scout cannot listen at {address} ([serve] listen): {reason}")]
    Failed {
        /// The address.
        address: ListenAddress,
        /// Why not.
        reason: io::Error,
    },
    /// A certificate or its key cannot be used.
    #[error("[serve] {key} = \"{path}\" cannot be used: {reason}", path = path.display())]
    Tls {
        /// The name of the setting.
        key: &'static str,
        /// The file.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
}

impl ListenError {
    /// Whether the operator wrote what is not meant to be, and nothing was done.
    #[must_use]
    pub fn is_usage(&self) -> bool {
        matches!(self, Self::Beyond(_) | Self::Tls { .. })
    }
}

/// Where to listen, and how.
#[derive(Clone, Debug)]
pub struct Listen {
    /// The address.
    pub address: ListenAddress,
    /// Whether others than this machine may reach it.
    pub beyond: bool,
    /// The certificate, where it speaks TLS.
    pub tls: Option<TlsFiles>,
}

impl Listen {
    /// Makes sure that nobody reaches it who must not.
    ///
    /// # Errors
    /// When others could.
    pub fn check(&self) -> Result<(), ListenError> {
        match self.address {
            ListenAddress::Tcp(address) if !address.ip().to_canonical().is_loopback() && !self.beyond => {
                Err(ListenError::Beyond(address))
            }
            _ => Ok(()),
        }
    }

    /// Listens.
    ///
    /// # Errors
    /// When others could reach it, it is taken or not one of this machine, or the certificate cannot be used.
    pub async fn bind(&self) -> Result<Server, ListenError> {
        self.check()?;
        let tls = self.tls.clone().map(Tls::new).transpose()?;
        let failed = |reason| ListenError::Failed { address: self.address.clone(), reason };
        let (listener, address) = match &self.address {
            ListenAddress::Tcp(address) => {
                let listener = TcpListener::bind(address).await.map_err(failed)?;
                let address = listener.local_addr().map_err(failed)?;
                (Listener::Tcp(listener), ListenAddress::Tcp(address))
            }
            ListenAddress::Unix(path) => (Listener::Unix(unix(path).map_err(failed)?, path.clone()), self.address.clone()),
        };
        Ok(Server { listener, tls: tls.map(Arc::new), address })
    }
}

/// A socket in the file system. One that a process left that has ended is taken away.
fn unix(path: &Path) -> io::Result<UnixListener> {
    let is_socket = std::fs::symlink_metadata(path).is_ok_and(|metadata| metadata.file_type().is_socket());
    if is_socket
        && std::os::unix::net::UnixStream::connect(path).is_err_and(|error| error.kind() == io::ErrorKind::ConnectionRefused)
    {
        std::fs::remove_file(path)?;
    }
    let listener = UnixListener::bind(path)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o660))?;
    Ok(listener)
}

enum Listener {
    Tcp(TcpListener),
    Unix(UnixListener, PathBuf),
}

impl Listener {
    async fn accept(&self) -> io::Result<Stream> {
        match self {
            Self::Tcp(listener) => {
                let (stream, _) = listener.accept().await?;
                stream.set_nodelay(true)?;
                Ok(Stream::Tcp(stream))
            }
            Self::Unix(listener, _) => Ok(Stream::Unix(listener.accept().await?.0)),
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        if let Self::Unix(_, path) = self {
            // What is left is taken away by the next one.
            drop(std::fs::remove_file(path));
        }
    }
}

/// What listens.
pub struct Server {
    listener: Listener,
    tls: Option<Arc<Tls>>,
    address: ListenAddress,
}

impl Server {
    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> &ListenAddress {
        &self.address
    }

    /// The same as browsers write it, where they can.
    #[must_use]
    pub fn url(&self) -> String {
        match (&self.address, &self.tls) {
            (ListenAddress::Unix(_), _) => self.address.to_string(),
            (address, None) => format!("http://{address}"),
            (address, Some(_)) => format!("https://{address}"),
        }
    }

    /// Answers requests until `end`, and what is being answered then for two seconds more.
    pub async fn run(self, router: Router, end: impl Future<Output = ()> + Send) {
        let (ending, ended) = watch::channel(false);
        let places = Arc::new(Semaphore::new(CONNECTIONS));
        let accepting = async {
            loop {
                let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
                match self.listener.accept().await {
                    Ok(stream) => {
                        let (router, tls, ended) = (router.clone(), self.tls.clone(), ended.clone());
                        tokio::spawn(async move {
                            serve_connection(stream, tls, router, ended).await;
                            drop(place);
                        });
                    }
                    Err(error) => {
                        tracing::warn!("a connection could not be taken: {error}");
                        tokio::time::sleep(EXHAUSTED).await;
                    }
                }
            }
        };
        tokio::select! {
            () = accepting => {}
            () = end => {}
        }
        drop(self.listener);
        ending.send_replace(true);
        let all = u32::try_from(CONNECTIONS).unwrap_or(u32::MAX);
        // Those that do not end in time end with the program.
        drop(tokio::time::timeout(GRACE, places.acquire_many(all)).await);
    }
}

#[cfg(test)]
mod tests;
