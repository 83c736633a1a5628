use serde_json::json;

use super::*;
use crate::test_support::{message, told};
use net_scout_model::{Severity, ToldAlert};
use net_scout_tests::readers;

fn read(table: Value) -> Result<Written, String> {
    Written::read(table.as_object().cloned().expect("a table"))
}

#[test]
fn structured_data_is_escaped_and_lines_are_short() {
    let hostile = message(vec![told(7, Severity::High, "a\"] x=\"\\\n<34>1")]);
    let line = line(&hostile, 4, "host name", 1_400);
    assert!(line.starts_with("<35>1 2026-03-11T20:35:11Z hostname net-scout "), "{line}");
    assert!(line.contains("type=\"a\\\"\\] x=\\\"\\\\\\\\n<34>1\" severity="), "{line}");
    assert!(!line.contains('\n'));
    let many = message((0..500).map(|id| told(id, Severity::Low, "äöü")).collect());
    assert!((1..300).all(|most| format::line(&many, 4, "h", 300 + most).len() <= 300 + most));
}

/// What a reader that knows only the standard finds in lines about hostile values: each of them, and nothing else.
#[test]
fn another_program_reads_the_same() {
    let values = readers::hostile_values(readers::count());
    let cases: Vec<Value> = values
        .chunks_exact(4)
        .map(|values| {
            let (source, target) = (Some(values[1].clone()), Some(values[2].clone()));
            let alert = ToldAlert { src_ip: source, dst_ip: target, ..told(7, Severity::High, &values[0]) };
            let told = Message { route: values[3].clone(), ..message(vec![alert]) };
            let expected = json!({ "type": values[0], "src": values[1], "dst": values[2], "route": values[3], "alert": "7" });
            json!({ "text": line(&told, 4, "host", 8_000), "values": expected })
        })
        .collect();
    readers::read_back("syslog", &cases);
}

#[test]
fn addresses_have_a_form() {
    for address in ["/dev/log", "udp:localhost", "tls:a", "unix:log", "tcp:a:b"] {
        let error = read(json!({ "address": address })).err().expect(address);
        assert!(error.contains("is not unix:PATH, udp:HOST:PORT, tcp:HOST:PORT or tls:HOST:PORT"), "{error}");
    }
    assert_eq!(read(json!({})).expect("the default").address, Address::Unix("/dev/log".to_owned()));
    assert!(read(json!({ "facility": "lpr" })).err().expect("unknown").contains("is not one of user, daemon"));
}

#[tokio::test]
async fn it_arrives_over_every_socket() {
    use tokio::io::AsyncReadExt as _;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("log");
    let (unix, udp) = (UnixDatagram::bind(&path).expect("a socket"), UdpSocket::bind("127.0.0.1:0").await.expect("a socket"));
    let tcp = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a socket");
    let send = async |address: String| {
        let receiver = read(json!({ "address": address })).expect("read").build().expect("built");
        receiver.deliver(&message(vec![told(7, Severity::High, "scan")])).await.expect("sent");
    };
    let mut buffer = vec![0; 2_000];
    send(format!("unix:{}", path.display())).await;
    let length = unix.recv(&mut buffer).await.expect("a line");
    let local = String::from_utf8_lossy(&buffer[..length]).into_owned();
    let (head, rest) = local.split_at(local.find("net-scout[").expect("the name of the program"));
    assert!(head.starts_with("<35>Mar 1") && head.len() == "<35>Mar 11 20:35:11 ".len(), "{local}");
    assert!(rest.contains("]: [net-scout@32473 key=\"msg_1\""), "{local}");
    send(format!("udp:{}", udp.local_addr().expect("an address"))).await;
    let length = udp.recv(&mut buffer).await.expect("a line");
    assert!(buffer[..length].starts_with(b"<35>1 "));
    let at = tcp.local_addr().expect("an address");
    let ((), mut text) = tokio::join!(send(format!("tcp:{at}")), async {
        let (mut stream, _) = tcp.accept().await.expect("a connection");
        let mut text = String::new();
        stream.read_to_string(&mut text).await.expect("text");
        text
    });
    let line = text.split_off(text.find(' ').expect("a length") + 1);
    assert_eq!(text.trim().parse::<usize>(), Ok(line.len()));
    drop(tcp);
    let receiver = read(json!({ "address": format!("tcp:{at}") })).expect("read").build().expect("built");
    assert!(receiver.deliver(&message(Vec::new())).await.is_err());
}

#[test]
fn a_report_is_a_line() {
    let line = line(&crate::test_support::report(), 4, "h", 1_400);
    assert!(line.starts_with("<37>1 ") && line.contains(" report [net-scout@32473 key=\"msg_1\" route=\"report\"] "), "{line}");
    assert!(line.ends_with(" | brief <b>& 9") && !line.contains('\n'), "{line}");
}

#[tokio::test]
async fn over_tls_a_server_must_be_vouched_for() {
    use tokio::io::AsyncReadExt as _;

    use crate::FailureKind;
    use crate::test_support::acceptor;
    use net_scout_tests::servers::smtp::authority;
    let (tcp, acceptor) = (tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a socket"), acceptor());
    let at = tcp.local_addr().expect("an address");
    let send = async |table: Value| {
        let receiver = read(table).expect("read").build().expect("built");
        receiver.deliver(&message(vec![told(7, Severity::High, "scan")])).await
    };
    let accept = async || {
        let (stream, _) = tcp.accept().await.expect("a connection");
        let mut text = String::new();
        if let Ok(mut stream) = acceptor.accept(stream).await {
            stream.read_to_string(&mut text).await.expect("text, and its end");
        }
        text
    };
    let address = format!("tls:{at}");
    let (sent, text) = tokio::join!(send(json!({ "address": address, "ca": authority() })), accept());
    assert_eq!(sent, Ok(Delivered));
    let (length, line) = text.split_once(' ').expect("a length");
    assert!(length.parse() == Ok(line.len()) && line.starts_with("<35>1 "), "{text}");
    // One that nobody vouches for gets nothing.
    let (refused, text) = tokio::join!(send(json!({ "address": address })), accept());
    assert_eq!((refused.expect_err("refused").kind, text.as_str()), (FailureKind::Refused, ""));
    let wrong = |table: Value| read(table).err().unwrap_or_default();
    assert_eq!(wrong(json!({ "address": "tcp:a:1", "ca": "/x" })), "`ca` is for tls:HOST:PORT alone");
    let missing = read(json!({ "address": "tls:a:1", "ca": "/nowhere/ca.pem" })).expect("read").build().err().expect("missing");
    assert!(missing.starts_with("ca: /nowhere/ca.pem cannot be read"), "{missing}");
}
