use axum::routing::get;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;
use tokio::sync::oneshot;

use super::*;

#[tokio::test]
async fn a_unix_socket_is_for_the_user_and_the_group_and_is_taken_away() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("web.sock");
    let listen = Listen { address: ListenAddress::Unix(path.clone()), beyond: false, tls: None };
    // What a process that was killed left behind.
    drop(std::os::unix::net::UnixListener::bind(&path).expect("bound"));
    let server = listen.bind().await.expect("it listens");
    assert_eq!(server.url(), format!("unix:{}", path.display()));
    assert_eq!(std::fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o660);
    assert!(matches!(listen.bind().await, Err(ListenError::Failed { .. })), "one that is in use is not taken away");
    let (end, ended) = oneshot::channel::<()>();
    let router = Router::new().route("/", get(async || "here"));
    let running = tokio::spawn(server.run(router, async { ended.await.unwrap_or_default() }));
    let mut stream = UnixStream::connect(&path).await.expect("connected");
    stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await.expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.ends_with("here"), "{answer}");
    end.send(()).expect("it runs");
    running.await.expect("it ended");
    assert!(!path.exists());
}

#[tokio::test]
async fn a_certificate_that_cannot_be_used_is_named() {
    let folder = tempfile::tempdir().expect("folder");
    let (certificate, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    std::fs::write(&certificate, "no certificate").expect("written");
    let address = ListenAddress::Tcp(SocketAddr::from(([127, 0, 0, 1], 0)));
    let listen = Listen { address, beyond: false, tls: Some(TlsFiles { certificate, key }) };
    let error = listen.bind().await.err().expect("it is none");
    assert!(error.is_usage() && error.to_string().starts_with("[serve] tls_certificate = "), "{error}");
}
