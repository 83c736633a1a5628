use serde_json::json;

use super::*;
use crate::test_support::message;

/// What a broker does: the first packet that it was sent, or the second where it took the first.
async fn converse<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S, code: u8, confirms: bool) -> Vec<u8> {
    let mut got = vec![0; 4_096];
    let length = stream.read(&mut got).await.expect("CONNECT");
    got.truncate(length);
    stream.write_all(&[0x20, 2, 0, code]).await.expect("CONNACK");
    if code == 0 {
        let mut packet = vec![0; 4_096];
        let length = stream.read(&mut packet).await.expect("PUBLISH");
        got = packet[..length].to_vec();
        if confirms {
            stream.write_all(&[0x40, 2, 0, 1]).await.expect("PUBACK");
            stream.flush().await.expect("sent");
        }
    }
    got
}

async fn deliver(code: u8, confirms: bool) -> (Result<Delivered, Failure>, Vec<u8>) {
    let broker = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a socket");
    let table = json!({ "broker": broker.local_addr().expect("an address").to_string(), "topic": "a/b", "user": "me" });
    let written = Written::read(table.as_object().cloned().expect("a table")).expect("read");
    let receiver = written.build(&Vault::default(), &mut Vec::new()).expect("built").expect("no secret");
    let message = message(Vec::new());
    tokio::join!(receiver.deliver(&message), async {
        let (stream, _) = broker.accept().await.expect("a connection");
        converse(stream, code, confirms).await
    })
}

#[tokio::test]
async fn a_message_is_delivered_when_the_broker_confirms_it() {
    let (delivered, packet) = deliver(0, true).await;
    assert_eq!(delivered, Ok(Delivered));
    assert_eq!(packet[0], 0x32);
    let topic = packet.windows(5).position(|bytes| bytes == b"\0\x03a/b").expect("the topic");
    assert_eq!(packet[topic + 5..topic + 7], [0, 1]);
    let body: Value = serde_json::from_slice(&packet[topic + 7..]).expect("JSON");
    assert_eq!(body["data"]["key"], "msg_1");
    assert!(deliver(0, false).await.0.expect_err("not confirmed").is_unsure);
    let (refused, hello) = deliver(5, true).await;
    assert!(refused.expect_err("refused").reason.contains("does not know this user"));
    assert!(hello.starts_with(&[0x10]) && hello.windows(4).any(|bytes| bytes == b"MQTT"));
}

#[tokio::test]
async fn over_tls_a_broker_must_be_vouched_for() {
    use crate::FailureKind;
    use net_scout_tests::servers::smtp::authority;
    let (broker, acceptor) =
        (tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a socket"), crate::test_support::acceptor());
    let at = broker.local_addr().expect("an address").to_string();
    let accept = async || {
        let (stream, _) = broker.accept().await.expect("a connection");
        match acceptor.accept(stream).await {
            Ok(stream) => converse(stream, 0, true).await,
            Err(_) => Vec::new(),
        }
    };
    let send = async |table: Value| {
        let written = Written::read(table.as_object().cloned().expect("a table")).expect("read");
        let receiver = written.build(&Vault::default(), &mut Vec::new()).expect("built").expect("usable");
        receiver.deliver(&message(Vec::new())).await
    };
    let (sent, packet) = tokio::join!(send(json!({ "broker": at, "topic": "a", "tls": true, "ca": authority() })), accept());
    assert_eq!((sent, packet.first()), (Ok(Delivered), Some(&0x32)));
    let (refused, packet) = tokio::join!(send(json!({ "broker": at, "topic": "a", "tls": true })), accept());
    assert_eq!((refused.expect_err("refused").kind, packet.len()), (FailureKind::Refused, 0));
}

#[test]
fn what_is_wrong_is_named() {
    let wrong = |table: Value| Written::read(table.as_object().cloned().expect("a table")).err().unwrap_or_default();
    assert!(wrong(json!({ "broker": "a", "topic": "x" })).contains("`a` is not HOST:PORT"));
    assert!(wrong(json!({ "broker": "10.0.0.1:1883", "topic": "x" })).contains("plain_mqtt = true"));
    assert!(wrong(json!({ "broker": "a:1", "topic": "x", "tls": true })).is_empty());
    assert!(wrong(json!({ "broker": "localhost:1", "topic": "x", "ca": "/x" })).contains("`ca` belongs to tls = true"));
    let password = wrong(json!({ "broker": "me:s3cret@a:1", "topic": "x" }));
    assert!(password.contains("stand beside it") && !password.contains("s3cret"), "{password}");
    assert!(wrong(json!({ "broker": "localhost:1883", "topic": "a/#" })).contains("is not the name of a topic"));
}
