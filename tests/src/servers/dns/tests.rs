//! The name server over plain sockets: what it answers, when, and what it remembers.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::time::{Duration, Instant};

use hickory_proto::op::{Edns, Message, MessageType, OpCode, Query, ResponseCode};
use hickory_proto::rr::{RData, RecordType};

use super::{DnsServer, DnsZone, absolute};

const SECOND: Duration = Duration::from_secs(1);

fn question(id: u16, name: &str, kind: RecordType, payload: Option<u16>) -> Vec<u8> {
    let mut message = Message::new(id, MessageType::Query, OpCode::Query);
    message.metadata.recursion_desired = true;
    message.add_query(Query::query(absolute(name).expect("is a name"), kind));
    if let Some(payload) = payload {
        let mut edns = Edns::new();
        edns.set_max_payload(payload);
        message.set_edns(edns);
    }
    message.to_vec().expect("encodes")
}

fn client(server: &DnsServer, patience: Duration) -> UdpSocket {
    let socket = UdpSocket::bind((server.address().ip(), 0)).expect("binds");
    socket.connect(server.address()).expect("connects");
    socket.set_read_timeout(Some(patience)).expect("is set");
    socket
}

fn receive(socket: &UdpSocket) -> Option<Message> {
    let mut buffer = [0; 65_535];
    let length = socket.recv(&mut buffer).ok()?;
    Some(Message::from_vec(&buffer[..length]).expect("decodes"))
}

fn ask_with(server: &DnsServer, name: &str, kind: RecordType, payload: Option<u16>) -> Message {
    let socket = client(server, 5 * SECOND);
    socket.send(&question(7, name, kind, payload)).expect("sends");
    let answer = receive(&socket).expect("is answered");
    assert_eq!((answer.metadata.id, answer.metadata.message_type), (7, MessageType::Response));
    assert_eq!(answer.edns.is_some(), payload.is_some());
    assert_eq!(answer.queries, [Query::query(absolute(name).expect("is a name"), kind)]);
    answer
}

fn ask(server: &DnsServer, name: &str, kind: RecordType) -> Message {
    ask_with(server, name, kind, Some(1_232))
}

/// The records that answer, as text.
fn records(message: &Message) -> Vec<String> {
    message.answers.iter().map(|record| record.data.to_string()).collect()
}

fn send_tcp(stream: &mut TcpStream, question: &[u8]) {
    let length = u16::try_from(question.len()).expect("is short");
    stream.write_all(&[&length.to_be_bytes()[..], question].concat()).expect("sends");
}

fn receive_tcp(stream: &mut TcpStream) -> Message {
    let mut length = [0; 2];
    stream.read_exact(&mut length).expect("is answered");
    let mut bytes = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut bytes).expect("is answered in full");
    Message::from_vec(&bytes).expect("decodes")
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(name, kind)| ((*name).to_owned(), (*kind).to_owned())).collect()
}

#[test]
fn every_type_of_record_is_answered() {
    let zone = DnsZone::new()
        .ptr("192.0.2.1", "host.example")
        .ptr("2001:db8::1", "six.example")
        .a("host.example", Ipv4Addr::new(192, 0, 2, 1))
        .a("host.example", Ipv4Addr::new(192, 0, 2, 2))
        .aaaa("host.example.", Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1))
        .txt("2.0.192.origin.asn.cymru.com", "64500 | 192.0.2.0/24 | US | arin | 2009-06-29")
        .mx("example", 10, "mail.example")
        .ns("example", "ns1.example")
        .soa("example", "ns1.example", "hostmaster.example", 2_026_031_101);
    let server = DnsServer::start(zone).expect("starts");
    for (name, kind, expected) in [
        ("192.0.2.1", RecordType::PTR, &["host.example."][..]),
        ("2001:db8::1", RecordType::PTR, &["six.example."]),
        ("host.example", RecordType::A, &["192.0.2.1", "192.0.2.2"]),
        ("host.example", RecordType::AAAA, &["2001:db8::1"]),
        ("2.0.192.origin.asn.cymru.com", RecordType::TXT, &["64500 | 192.0.2.0/24 | US | arin | 2009-06-29"]),
        ("example", RecordType::MX, &["10 mail.example."]),
        ("example", RecordType::NS, &["ns1.example."]),
        ("example", RecordType::SOA, &["ns1.example. hostmaster.example. 2026031101 7200 3600 1209600 300"]),
    ] {
        let answer = ask(&server, name, kind);
        assert_eq!(answer.metadata.response_code, ResponseCode::NoError);
        assert!(answer.metadata.authoritative && answer.metadata.recursion_available && !answer.metadata.truncation);
        assert_eq!(records(&answer), expected, "{name}");
        assert!(answer.answers.iter().all(|record| record.ttl == 300) && answer.authorities.is_empty());
    }
}

#[test]
fn what_is_not_there_is_denied_with_the_soa_of_the_zone_around_it() {
    let zone = DnsZone::new()
        .soa("example", "ns1.example", "hostmaster.example", 5)
        .a("host.example", Ipv4Addr::LOCALHOST)
        .ptr("192.0.2.1", "host.example")
        .ttl(0);
    let server = DnsServer::start(zone).expect("starts");
    for (name, kind, code, soa) in [
        ("other.example", RecordType::A, ResponseCode::NXDomain, "example."),
        ("host.example", RecordType::TXT, ResponseCode::NoError, "example."),
        ("192.0.2.2", RecordType::PTR, ResponseCode::NXDomain, "."),
        ("192.0.2.1", RecordType::A, ResponseCode::NoError, "."),
    ] {
        let answer = ask(&server, name, kind);
        assert_eq!(answer.metadata.response_code, code, "{name}");
        assert!(answer.answers.is_empty());
        let [authority] = answer.authorities.as_slice() else { panic!("one SOA record for {name}") };
        let RData::SOA(data) = &authority.data else { panic!("an SOA record for {name}") };
        assert_eq!((authority.name.to_ascii().as_str(), authority.ttl, data.minimum), (soa, 0, 0));
    }
}

#[test]
fn an_alias_is_followed_to_its_end() {
    let zone = DnsZone::new()
        .cname("1.2.0.192.in-addr.arpa", "1.0-25.2.0.192.in-addr.arpa")
        .ptr("1.0-25.2.0.192.in-addr.arpa", "customer.example")
        .cname("dangling.example", "nowhere.example")
        .cname("loop.example", "loop.example");
    let server = DnsServer::start(zone).expect("starts");
    assert_eq!(records(&ask(&server, "192.0.2.1", RecordType::PTR)), ["1.0-25.2.0.192.in-addr.arpa.", "customer.example."]);
    let dangling = ask(&server, "dangling.example", RecordType::A);
    assert_eq!((dangling.metadata.response_code, dangling.answers.len()), (ResponseCode::NXDomain, 1));
    assert_eq!(ask(&server, "loop.example", RecordType::A).metadata.response_code, ResponseCode::NoError);
}

#[test]
fn failures_last_as_long_as_they_are_meant_to() {
    let zone = DnsZone::new()
        .a("broken.example", Ipv4Addr::LOCALHOST)
        .servfail("broken.example")
        .refused("closed.example")
        .a("shaky.example", Ipv4Addr::LOCALHOST)
        .fails_times("shaky.example", 2);
    let server = DnsServer::start(zone).expect("starts");
    let code = |name| ask(&server, name, RecordType::A).metadata.response_code;
    assert_eq!([code("broken.example"), code("broken.example"), code("closed.example")], {
        [ResponseCode::ServFail, ResponseCode::ServFail, ResponseCode::Refused]
    });
    assert_eq!([code("shaky.example"), code("shaky.example"), code("shaky.example")], {
        [ResponseCode::ServFail, ResponseCode::ServFail, ResponseCode::NoError]
    });
    assert_eq!((server.count("broken.example"), server.count("shaky.example"), server.count("host.example")), (2, 3, 0));
}

#[test]
fn a_silent_name_is_asked_for_in_vain_and_a_slow_one_holds_nobody_up() {
    let slow = Duration::from_millis(300);
    let zone = DnsZone::new()
        .ptr("192.0.2.1", "silent.example")
        .silent("192.0.2.1")
        .ptr("192.0.2.2", "slow.example")
        .slow("192.0.2.2", slow)
        .ptr("192.0.2.3", "fast.example");
    let server = DnsServer::start(zone).expect("starts");
    let socket = client(&server, SECOND);
    let start = Instant::now();
    for (id, name) in [(1, "192.0.2.1"), (2, "192.0.2.2"), (3, "192.0.2.3")] {
        socket.send(&question(id, name, RecordType::PTR, None)).expect("sends");
    }
    assert_eq!(receive(&socket).expect("is answered").metadata.id, 3);
    assert!(start.elapsed() < slow);
    assert_eq!(receive(&socket).expect("is answered").metadata.id, 2);
    assert!(start.elapsed() >= slow);
    assert!(receive(&socket).is_none());
    let asked = [("1.2.0.192.in-addr.arpa", "PTR"), ("2.2.0.192.in-addr.arpa", "PTR"), ("3.2.0.192.in-addr.arpa", "PTR")];
    assert_eq!(server.questions(), pairs(&asked));
    assert_eq!(server.count("192.0.2.1"), 1);
}

#[test]
fn hundreds_of_delayed_answers_come_together() {
    let delay = Duration::from_millis(100);
    let zone = DnsZone::new().ptr_for_all(|ip| Some(format!("host-{}.example", ip.to_string().replace('.', "-")))).delay(delay);
    let server = DnsServer::start(zone).expect("starts");
    let clients: Vec<UdpSocket> = (0..250).map(|_| client(&server, 5 * SECOND)).collect();
    let start = Instant::now();
    for (number, socket) in (0..).zip(&clients) {
        socket.send(&question(number, &format!("198.51.100.{number}"), RecordType::PTR, None)).expect("sends");
    }
    for (number, socket) in (0_u16..).zip(&clients) {
        let answer = receive(socket).expect("is answered");
        assert_eq!((answer.metadata.id, records(&answer)), (number, vec![format!("host-198-51-100-{number}.example.")]));
    }
    let elapsed = start.elapsed();
    assert!(elapsed >= delay && elapsed < 20 * delay, "{elapsed:?}");
    assert_eq!(server.questions().len(), clients.len());
}

#[test]
fn generated_names_give_way_to_given_ones_and_are_for_whole_addresses() {
    let zone = DnsZone::new()
        .ptr("192.0.2.1", "given.example")
        .servfail("192.0.2.9")
        .ptr_for_all(|ip| ip.is_ipv4().then(|| "generated.example".to_owned()));
    let server = DnsServer::start(zone).expect("starts");
    assert_eq!(records(&ask(&server, "192.0.2.1", RecordType::PTR)), ["given.example."]);
    assert_eq!(records(&ask(&server, "192.0.2.2", RecordType::PTR)), ["generated.example."]);
    assert_eq!(ask(&server, "192.0.2.2", RecordType::A).metadata.response_code, ResponseCode::NoError);
    assert_eq!(ask(&server, "192.0.2.9", RecordType::PTR).metadata.response_code, ResponseCode::ServFail);
    for name in ["2.0.192.in-addr.arpa", "2001:db8::1", "host.example"] {
        assert_eq!(ask(&server, name, RecordType::PTR).metadata.response_code, ResponseCode::NXDomain, "{name}");
    }
}

#[test]
fn a_truncated_answer_is_whole_over_tcp() {
    let long = "x".repeat(700);
    let zone = DnsZone::new().ptr("192.0.2.1", "host.example").truncated("192.0.2.1").txt("long.example", &long);
    let server = DnsServer::start(zone).expect("starts");
    let cut = ask(&server, "192.0.2.1", RecordType::PTR);
    assert!(cut.metadata.truncation && cut.answers.is_empty());
    // What is too long for a datagram is truncated by itself.
    assert!(ask_with(&server, "long.example", RecordType::TXT, None).metadata.truncation);
    assert_eq!(records(&ask(&server, "long.example", RecordType::TXT)), [long.as_str()]);

    let mut stream = TcpStream::connect(server.address()).expect("connects");
    for (name, kind, expected) in
        [("192.0.2.1", RecordType::PTR, "host.example."), ("long.example", RecordType::TXT, long.as_str())]
    {
        send_tcp(&mut stream, &question(1, name, kind, None));
        let answer = receive_tcp(&mut stream);
        assert!(!answer.metadata.truncation);
        assert_eq!(records(&answer), [expected]);
    }
    assert_eq!(server.tcp_questions(), pairs(&[("1.2.0.192.in-addr.arpa", "PTR"), ("long.example", "TXT")]));
    assert_eq!((server.count("192.0.2.1"), server.questions().len()), (2, 5));
}

#[test]
fn questions_of_one_connection_do_not_wait_for_each_other() {
    let zone = DnsZone::new().ptr("192.0.2.1", "slow.example").slow("192.0.2.1", SECOND / 5).ptr("192.0.2.2", "fast.example");
    let server = DnsServer::start(zone).expect("starts");
    let mut stream = TcpStream::connect(server.address()).expect("connects");
    send_tcp(&mut stream, &question(1, "192.0.2.1", RecordType::PTR, None));
    send_tcp(&mut stream, &question(2, "192.0.2.2", RecordType::PTR, None));
    stream.shutdown(std::net::Shutdown::Write).expect("ends");
    assert_eq!(receive_tcp(&mut stream).metadata.id, 2);
    assert_eq!(receive_tcp(&mut stream).metadata.id, 1);
    assert_eq!(stream.read(&mut [0]).expect("ends"), 0);
}

#[test]
fn case_is_kept_in_the_answer_and_forgotten_in_the_journal() {
    let server = DnsServer::start(DnsZone::new().a("Host.example", Ipv4Addr::LOCALHOST)).expect("starts");
    let answer = ask(&server, "hOsT.eXaMpLe", RecordType::A);
    assert_eq!(answer.queries[0].name.to_ascii(), "hOsT.eXaMpLe.");
    assert_eq!(answer.answers[0].name.to_ascii(), "hOsT.eXaMpLe.");
    ask(&server, ".", RecordType::NS);
    assert_eq!(server.questions(), pairs(&[("host.example", "A"), (".", "NS")]));
    assert_eq!(server.count("HOST.example."), 1);
}

#[test]
fn what_is_no_question_is_an_error_or_nothing() {
    let server = DnsServer::start(DnsZone::new()).expect("starts");
    let socket = client(&server, SECOND / 10);
    let mut reply = Message::new(1, MessageType::Response, OpCode::Query);
    reply.add_query(Query::query(absolute("host.example").expect("is a name"), RecordType::A));
    for ignored in [&[][..], b"short", &reply.to_vec().expect("encodes")] {
        socket.send(ignored).expect("sends");
        assert!(receive(&socket).is_none());
    }
    let empty = Message::new(9, MessageType::Query, OpCode::Query).to_vec().expect("encodes");
    for malformed in [&empty[..], b"\x00\x09\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x3f"] {
        socket.send(malformed).expect("sends");
        let answer = receive(&socket).expect("is answered");
        assert_eq!((answer.metadata.id, answer.metadata.response_code), (9, ResponseCode::FormErr));
    }
    let mut other = Message::new(3, MessageType::Query, OpCode::Status);
    other.add_query(Query::query(absolute("host.example").expect("is a name"), RecordType::A));
    socket.send(&other.to_vec().expect("encodes")).expect("sends");
    assert_eq!(receive(&socket).expect("is answered").metadata.response_code, ResponseCode::NotImp);
}

#[test]
fn a_name_that_cannot_be_is_reported_at_the_start() {
    for zone in [
        DnsZone::new().a("a..example", Ipv4Addr::LOCALHOST),
        DnsZone::new().ptr("192.0.2.1", &"x".repeat(64)),
        DnsZone::new().silent("").servfail(&"a.".repeat(200)),
    ] {
        let error = DnsServer::start(zone).expect_err("is refused").to_string();
        assert!(error.ends_with("is not a name that DNS can carry"), "{error}");
    }
}

#[test]
fn a_dropped_server_is_gone_at_once_with_its_connections() {
    let zone = DnsZone::new().a("slow.example", Ipv4Addr::LOCALHOST).slow("slow.example", 60 * SECOND).silent("silent.example");
    let server = DnsServer::start(zone).expect("starts");
    let address = server.address();
    let mut stream = TcpStream::connect(address).expect("connects");
    send_tcp(&mut stream, &question(1, "slow.example", RecordType::A, None));
    send_tcp(&mut stream, &question(2, "silent.example", RecordType::A, None));
    while server.questions().len() < 2 {
        std::thread::sleep(Duration::from_millis(1));
    }
    let start = Instant::now();
    drop(server);
    assert!(start.elapsed() < SECOND);
    assert_eq!(stream.read(&mut [0]).expect("ends"), 0);
    drop(UdpSocket::bind(address).expect("is free again"));
    assert!(TcpStream::connect(address).is_err());
}

#[test]
fn an_address_can_be_given() {
    let six: SocketAddr = "[::1]:0".parse().expect("is an address");
    let server = DnsServer::start_on(six, DnsZone::new().ptr("2001:db8::1", "six.example")).expect("starts");
    assert_eq!(records(&ask(&server, "2001:db8::1", RecordType::PTR)), ["six.example."]);
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("binds");
    let address = taken.local_addr().expect("is bound");
    let error = DnsServer::start_on(address, DnsZone::new()).expect_err("is taken").to_string();
    assert_eq!(error, format!("failed to bind {address} for DNS over TCP"));
    let all: SocketAddr = "0.0.0.0:0".parse().expect("is an address");
    drop(DnsServer::start_on(all, DnsZone::new()).expect("starts"));
}
