//! One connection, from its first byte to its last.

use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tokio::sync::watch;

use super::patience::Patient;
use super::tls::Tls;

/// How long a caller may take to say what it wants.
const HEADERS: Duration = Duration::from_secs(20);
/// How long the first bytes of TLS may take.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// How long a caller may take no byte of an answer that waits for it.
const UNREAD: Duration = Duration::from_secs(30);
/// The most bytes of the headers of a request.
const BUFFER: usize = 64 << 10;

pub(super) enum Stream {
    Tcp(TcpStream),
    Unix(UnixStream),
}

/// Answers its requests, until it is closed; after `ended` the one that is being answered.
pub(super) async fn serve_connection(stream: Stream, tls: Option<Arc<Tls>>, router: Router, ended: watch::Receiver<bool>) {
    match (stream, tls) {
        (Stream::Tcp(stream), None) => answer(stream, router, ended).await,
        (Stream::Unix(stream), None) => answer(stream, router, ended).await,
        (Stream::Tcp(stream), Some(tls)) => secure(stream, &tls, router, ended).await,
        (Stream::Unix(stream), Some(tls)) => secure(stream, &tls, router, ended).await,
    }
}

async fn secure<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    stream: S,
    tls: &Tls,
    router: Router,
    ended: watch::Receiver<bool>,
) {
    match tokio::time::timeout(HANDSHAKE, tls.acceptor().accept(stream)).await {
        Ok(Ok(stream)) => answer(stream, router, ended).await,
        Ok(Err(error)) => tracing::debug!("a connection did not come to TLS: {error}"),
        Err(_) => tracing::debug!("a connection did not come to TLS in time"),
    }
}

async fn answer<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(stream: S, router: Router, mut ended: watch::Receiver<bool>) {
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEADERS).max_buf_size(BUFFER);
    let io = TokioIo::new(Patient::new(stream, UNREAD));
    let mut connection = std::pin::pin!(builder.serve_connection(io, TowerToHyperService::new(router)));
    let answered = tokio::select! {
        answered = connection.as_mut() => answered,
        () = async { drop(ended.wait_for(|ended| *ended).await) } => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = answered {
        tracing::debug!("a connection ended: {error}");
    }
}
