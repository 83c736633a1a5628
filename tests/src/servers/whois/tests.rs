//! The WHOIS server, asked over a plain socket and by the `whois` program.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::process::Command;
use std::time::{Duration, Instant};

use super::{WhoisAnswers, WhoisServer, samples};

const SECOND: Duration = Duration::from_secs(1);

fn send(server: &WhoisServer, line: &str) -> TcpStream {
    let mut stream = TcpStream::connect(server.address()).expect("connects");
    stream.write_all(line.as_bytes()).expect("sends");
    stream
}

fn ask(server: &WhoisServer, line: &str) -> String {
    let mut answer = String::new();
    send(server, line).read_to_string(&mut answer).expect("is answered");
    answer
}

/// What the program prints, and whether it ends well.
fn whois(server: &WhoisServer, subject: &str) -> (String, bool) {
    let port = server.address().port().to_string();
    let output = Command::new("whois")
        .args(["-h", "127.0.0.1", "-p", &port, "--", subject])
        .output()
        .expect("runs whois; install it, for example with `apt-get install whois`");
    (String::from_utf8_lossy(&output.stdout).into_owned(), output.status.success())
}

#[test]
fn a_subject_is_found_by_its_line_or_its_last_word() {
    let answers = WhoisAnswers::new()
        .answer("192.0.2.1", "first\nsecond\r\n")
        .answer("-T dn,ace example.com", "with flags")
        .answer("example.com", "bare\n\n")
        .default_answer("nothing");
    let server = WhoisServer::start(answers).expect("starts");
    for (line, answer) in [
        ("192.0.2.1\r\n", "first\r\nsecond\r\n"),
        ("192.0.2.1\n", "first\r\nsecond\r\n"),
        ("n + 192.0.2.1\r\n", "first\r\nsecond\r\n"),
        ("-T dn,ace Example.COM\r\n", "with flags\r\n"),
        ("EXAMPLE.com\r\n", "bare\r\n\r\n"),
        ("192.0.2.2\r\n", "nothing\r\n"),
        ("\r\n", "nothing\r\n"),
    ] {
        assert_eq!(ask(&server, line), answer, "{line:?}");
    }
    let asked = ["192.0.2.1", "192.0.2.1", "n + 192.0.2.1", "-T dn,ace Example.COM", "EXAMPLE.com", "192.0.2.2", ""];
    assert_eq!(server.queries(), asked);
    assert_eq!((server.count("192.0.2.1"), server.count("192.0.2.3")), (2, 0));
}

#[test]
fn a_line_too_long_or_without_end_is_refused() {
    let server = WhoisServer::start(WhoisAnswers::new()).expect("starts");
    let refused = "%ERROR:108: bad input: the line is too long or has no end\r\n";
    // More than the sockets hold: the server must not reset the connection under its own answer.
    assert_eq!(ask(&server, &"x".repeat(3_000_000)), refused);
    let mut cut = send(&server, "192.0.2.1");
    cut.shutdown(Shutdown::Write).expect("ends");
    let mut answer = String::new();
    cut.read_to_string(&mut answer).expect("is answered");
    assert_eq!(answer, refused);
    assert_eq!(server.queries(), ["x".repeat(1_024), "192.0.2.1".to_owned()]);
    send(&server, "").shutdown(Shutdown::Write).expect("ends");
    assert_eq!(server.queries().len(), 2);
}

#[test]
fn slow_hanging_closing_and_huge_subjects_behave_so() {
    let delay = Duration::from_millis(200);
    let answers = WhoisAnswers::new()
        .answer("slow", "at last")
        .slow("slow", delay)
        .hangs("hangs")
        .closes("closes")
        .huge("huge", 1_000_001)
        .answer("latin", b"descr: M\xfcnchen");
    let server = WhoisServer::start(answers).expect("starts");
    let start = Instant::now();
    assert_eq!(ask(&server, "slow\r\n"), "at last\r\n");
    assert!(start.elapsed() >= delay);
    assert_eq!(ask(&server, "closes\r\n"), "");
    assert_eq!(ask(&server, "huge\r\n").len(), 1_000_001);
    let mut latin = Vec::new();
    send(&server, "latin\r\n").read_to_end(&mut latin).expect("is answered");
    assert_eq!(latin, b"descr: M\xfcnchen\r\n");

    let mut hanging = send(&server, "hangs\r\n");
    hanging.set_read_timeout(Some(delay)).expect("is set");
    let silence = hanging.read(&mut [0]).expect_err("is not answered");
    assert!(matches!(silence.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut));
    assert_eq!(server.count("hangs"), 1);
}

#[test]
fn a_dropped_server_is_gone_at_once_whatever_it_is_doing() {
    let server = WhoisServer::start(WhoisAnswers::new().hangs("hangs").slow("slow", 60 * SECOND).huge("huge", u64::MAX));
    let server = server.expect("starts");
    let address = server.address();
    let open: Vec<TcpStream> = ["hangs\r\n", "slow\r\n", "huge\r\n", "unfinished"].map(|line| send(&server, line)).into();
    while server.queries().len() < 3 {
        std::thread::sleep(Duration::from_millis(1));
    }
    let start = Instant::now();
    drop(server);
    assert!(start.elapsed() < SECOND);
    assert!(TcpStream::connect(address).is_err());
    drop(open);
}

#[test]
fn the_whois_program_prints_every_sample_as_it_is() {
    let samples = [
        ("192.0.2.1", samples::ARIN),
        ("198.51.100.70", samples::ARIN_REASSIGNED),
        ("203.0.113.1", samples::RIPE),
        ("2001:db8::1", samples::RIPE_V6),
        ("example.com", samples::DOMAIN),
        ("192.0.2.77", samples::NO_MATCH),
        ("192.0.2.78", samples::RIPE_NO_ENTRIES),
        ("nosuch.example", samples::DOMAIN_NO_MATCH),
        ("192.0.2.79", samples::RIPE_DENIED),
    ];
    let answers = samples.iter().fold(WhoisAnswers::new(), |answers, (subject, text)| answers.answer(subject, text));
    let server = WhoisServer::start(answers).expect("starts");
    for (subject, text) in samples {
        let (printed, _) = whois(&server, subject);
        assert_eq!(printed.trim_end(), text.trim_end(), "{subject}");
        assert_eq!(server.count(subject), 1, "{subject}: {:?}", server.queries());
        assert!(!text.contains("ReferralServer:") && !text.contains("% referto:"), "{subject}");
    }
    assert_eq!(server.queries().len(), samples.len());
}
