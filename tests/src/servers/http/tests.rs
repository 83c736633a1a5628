//! The HTTP server over a plain socket, so that every byte of it is seen.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use super::{HttpRoutes, HttpServer};

const SECOND: Duration = Duration::from_secs(1);

/// An answer: status line, headers in lower case, body.
#[derive(Debug)]
struct Answer {
    status: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

fn connect(server: &HttpServer) -> BufReader<TcpStream> {
    let stream = TcpStream::connect(server.address()).expect("connects");
    stream.set_read_timeout(Some(5 * SECOND)).expect("is set");
    BufReader::new(stream)
}

fn line(stream: &mut BufReader<TcpStream>) -> String {
    let mut line = String::new();
    stream.read_line(&mut line).expect("is answered");
    line.strip_suffix("\r\n").expect("is a line").to_owned()
}

fn read(stream: &mut BufReader<TcpStream>, headless: bool) -> Answer {
    let status = line(stream);
    let mut headers = Vec::new();
    loop {
        let line = line(stream);
        let Some((name, value)) = line.split_once(": ") else { break };
        headers.push((name.to_ascii_lowercase(), value.to_owned()));
    }
    let mut answer = Answer { status, headers, body: Vec::new() };
    if headless {
        return answer;
    }
    if answer.header("transfer-encoding") == Some("chunked") {
        loop {
            let length = usize::from_str_radix(&line(stream), 16).expect("is a length");
            let mut chunk = vec![0; length];
            stream.read_exact(&mut chunk).expect("is whole");
            assert_eq!(line(stream), "");
            if length == 0 {
                break;
            }
            answer.body.extend(chunk);
        }
    } else if let Some(length) = answer.header("content-length") {
        answer.body = vec![0; length.parse().expect("is a length")];
        stream.read_exact(&mut answer.body).expect("is whole");
    }
    answer
}

fn send(stream: &mut BufReader<TcpStream>, request: &str) {
    stream.get_mut().write_all(request.as_bytes()).expect("sends");
}

fn ask(server: &HttpServer, request: &str) -> Answer {
    let mut stream = connect(server);
    send(&mut stream, request);
    let answer = read(&mut stream, request.starts_with("HEAD"));
    let mut rest = Vec::new();
    if answer.header("connection") == Some("close") {
        stream.read_to_end(&mut rest).expect("is closed");
    }
    assert!(rest.is_empty());
    answer
}

fn get(server: &HttpServer, path: &str) -> Answer {
    ask(server, &format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
}

/// Status and body.
fn short(answer: &Answer) -> (&str, &str) {
    (&answer.status, std::str::from_utf8(&answer.body).expect("is text"))
}

#[test]
fn a_path_is_answered_with_and_without_its_query() {
    let routes = HttpRoutes::new()
        .json("/ip/2001:db8::1", r#"{"count": 3}"#)
        .json("/search", "[]")
        .json("/search?page=2", "[2]")
        .status("/broken", 500, "oh")
        .status("/empty", 204, "")
        .header("/broken", "Content-Type", "text/plain");
    let server = HttpServer::start(routes).expect("starts");
    let good = get(&server, "/ip/2001:db8::1");
    assert_eq!(short(&good), ("HTTP/1.1 200 OK", r#"{"count": 3}"#));
    assert_eq!((good.header("content-type"), good.header("connection")), (Some("application/json"), Some("close")));
    assert_eq!(short(&get(&server, "/search?page=1")), ("HTTP/1.1 200 OK", "[]"));
    assert_eq!(short(&get(&server, "/search?page=2")), ("HTTP/1.1 200 OK", "[2]"));
    assert_eq!(short(&get(&server, "/nowhere")), ("HTTP/1.1 404 Not Found", "{}"));
    let broken = get(&server, "/broken");
    assert_eq!(
        (short(&broken), broken.header("content-type")),
        (("HTTP/1.1 500 Internal Server Error", "oh"), Some("text/plain"))
    );
    assert_eq!(get(&server, "/empty").header("content-length"), None);
    assert_eq!((server.count("/search"), server.count("/search?page=2"), server.requests().len()), (2, 1, 6));
}

#[test]
fn requests_are_recorded_as_they_came() {
    let server = HttpServer::start(HttpRoutes::new().json("/", "{}")).expect("starts");
    assert_eq!(server.url(), format!("http://127.0.0.1:{}", server.address().port()));
    ask(&server, "POST / HTTP/1.1\r\nHost: localhost\r\nAuthorization:Bearer  k \r\nContent-Length: 5\r\n\r\nhello");
    let [request] = server.requests().try_into().expect("one request");
    assert_eq!((request.method.as_str(), request.path.as_str(), request.body.as_slice()), ("POST", "/", &b"hello"[..]));
    assert_eq!(request.header("authorization"), Some("Bearer  k"));
    assert_eq!(request.headers[0], ("Host".to_owned(), "localhost".to_owned()));
}

#[test]
fn a_connection_serves_request_after_request_until_it_is_told_not_to() {
    let server = HttpServer::start(HttpRoutes::new().json("/a", "1").huge_in_chunks("/b", 70_000)).expect("starts");
    let mut stream = connect(&server);
    send(&mut stream, "GET /a HTTP/1.1\r\n\r\nHEAD /a HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\n\r\n");
    assert_eq!(read(&mut stream, false).body, b"1");
    let headless = read(&mut stream, true);
    assert_eq!((headless.header("content-length"), headless.header("connection")), (Some("1"), Some("keep-alive")));
    assert_eq!(read(&mut stream, false).body.len(), 70_000);
    send(&mut stream, "GET /a HTTP/1.0\r\n\r\n");
    assert_eq!(read(&mut stream, false).header("connection"), Some("close"));
    assert_eq!(stream.read(&mut [0]).expect("is closed"), 0);
    assert_eq!(server.requests().len(), 4);
}

#[test]
fn failures_give_way_to_the_answer() {
    let routes = HttpRoutes::new().too_many("/busy", 2, 1, "1").fails_times("/shaky", 503, 2, "2").header(
        "/shaky",
        "Retry-After",
        "Wed, 11 Mar 2026 20:35:11 GMT",
    );
    let server = HttpServer::start(routes).expect("starts");
    let busy = get(&server, "/busy");
    assert_eq!((busy.status.as_str(), busy.header("retry-after")), ("HTTP/1.1 429 Too Many Requests", Some("2")));
    assert_eq!(short(&get(&server, "/busy")), ("HTTP/1.1 200 OK", "1"));
    for _ in 0..2 {
        let shaky = get(&server, "/shaky");
        assert_eq!(shaky.status, "HTTP/1.1 503 Service Unavailable");
        assert_eq!(shaky.header("retry-after"), Some("Wed, 11 Mar 2026 20:35:11 GMT"));
    }
    assert_eq!(short(&get(&server, "/shaky")), ("HTTP/1.1 200 OK", "2"));
}

#[test]
fn a_token_and_a_redirect() {
    let routes = HttpRoutes::new()
        .unauthorized_without("/secret", "key-1", "{}")
        .redirect("/away", "http://other.example/secret")
        .redirect("/near", "/secret");
    let server = HttpServer::start(routes).expect("starts");
    let with = |header: &str| ask(&server, &format!("GET /secret HTTP/1.1\r\n{header}Connection: close\r\n\r\n"));
    for header in ["", "Authorization: Bearer key-2\r\n", "Authorization: key-1\r\n", "Authorization: Bearer\r\n"] {
        let denied = with(header);
        assert_eq!((denied.status.as_str(), denied.header("www-authenticate")), ("HTTP/1.1 401 Unauthorized", Some("Bearer")));
    }
    assert_eq!(with("authorization: Bearer key-1\r\n").status, "HTTP/1.1 200 OK");
    let away = get(&server, "/away");
    assert_eq!((away.status.as_str(), away.header("location")), ("HTTP/1.1 302 Found", Some("http://other.example/secret")));
    assert_eq!(get(&server, "/near").header("location"), Some("/secret"));
}

#[test]
fn huge_answers_are_json_strings_of_exactly_that_size() {
    const SIZE: u64 = 3_000_000;
    let server = HttpServer::start(HttpRoutes::new().huge("/said", SIZE).huge_in_chunks("/unsaid", SIZE).huge("/two", 2));
    let server = server.expect("starts");
    for (path, length) in [("/said", Some("3000000")), ("/unsaid", None)] {
        let answer = get(&server, path);
        assert_eq!((answer.header("content-length"), answer.body.len() as u64), (length, SIZE));
        assert!(answer.body.starts_with(b"\"x") && answer.body.ends_with(b"x\""));
        assert_eq!(answer.body.iter().filter(|byte| **byte == b'"').count(), 2);
    }
    assert_eq!(get(&server, "/two").body, b"\"\"");
}

#[test]
fn answers_that_come_late_never_or_in_pieces() {
    let delay = Duration::from_millis(200);
    let routes = HttpRoutes::new().slow("/slow", delay, "1").hangs("/hangs").garbage("/garbage").breaks_off("/cut", r#"{"a": "#);
    let server = HttpServer::start(routes).expect("starts");
    let start = Instant::now();
    assert_eq!(get(&server, "/slow").body, b"1");
    assert!(start.elapsed() >= delay);

    let mut hanging = connect(&server);
    hanging.get_ref().set_read_timeout(Some(delay)).expect("is set");
    send(&mut hanging, "GET /hangs HTTP/1.1\r\n\r\n");
    let silence = hanging.read(&mut [0]).expect_err("is not answered");
    assert!(matches!(silence.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut));

    for (path, start, end) in [("/garbage", &b"\x16\x03"[..], &b"{\"net\": \""[..]), ("/cut", b"HTTP/1.1 200 OK", b"{\"a\": ")] {
        let mut stream = connect(&server);
        send(&mut stream, &format!("GET {path} HTTP/1.1\r\n\r\n"));
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("is closed");
        assert!(answer.starts_with(start) && answer.ends_with(end), "{path}");
    }
    assert_eq!(server.requests().len(), 4);
}

#[test]
fn bad_requests_are_refused_and_not_recorded() {
    let server = HttpServer::start(HttpRoutes::new().json("/", "{}")).expect("starts");
    let long = format!("GET / HTTP/1.1\r\nX: {}\r\n\r\n", "x".repeat(70_000));
    for (request, code) in [
        ("GET /\r\n\r\n", "400"),
        ("GET / x HTTP/1.1\r\n\r\n", "400"),
        ("GET / HTTP/2.0\r\n\r\n", "400"),
        ("GET / HTTP/1.1\r\nno colon\r\n\r\n", "400"),
        ("GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", "400"),
        ("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "411"),
        ("POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n", "413"),
        (&long, "431"),
    ] {
        let answer = ask(&server, request);
        assert_eq!(answer.status.split(' ').nth(1), Some(code), "{:.40}", request);
        assert_eq!(answer.header("connection"), Some("close"));
    }
    assert!(server.requests().is_empty());
}

#[test]
fn a_dropped_server_is_gone_at_once_whatever_it_is_doing() {
    let routes = HttpRoutes::new().hangs("/hangs").slow("/slow", 60 * SECOND, "").huge("/huge", u64::MAX).json("/idle", "");
    let server = HttpServer::start(routes).expect("starts");
    let address = server.address();
    let mut open: Vec<_> = ["/hangs", "/slow", "/huge", "/idle"].map(|_| connect(&server)).into();
    for (stream, path) in open.iter_mut().zip(["/hangs", "/slow", "/huge", "/idle"]) {
        send(stream, &format!("GET {path} HTTP/1.1\r\n\r\n"));
    }
    while server.requests().len() < 4 {
        std::thread::sleep(Duration::from_millis(1));
    }
    let start = Instant::now();
    drop(server);
    assert!(start.elapsed() < SECOND);
    assert!(TcpStream::connect(address).is_err());
}

#[test]
fn an_address_can_be_given() {
    let six: SocketAddr = "[::1]:0".parse().expect("is an address");
    let server = HttpServer::start_on(six, HttpRoutes::new().json("/", "6")).expect("starts");
    assert_eq!(server.url(), format!("http://[::1]:{}", server.address().port()));
    assert_eq!(get(&server, "/").body, b"6");
    let error = HttpServer::start_on(server.address(), HttpRoutes::new()).expect_err("is taken").to_string();
    assert_eq!(error, format!("failed to bind {} for HTTP", server.address()));
}
