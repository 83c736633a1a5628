//! What tests of several parts tell.

use crate::message::Message;
use net_scout_model::{News, Severity, Timestamp, ToldAlert, ToldReport};

/// An alert with hostile names.
pub(crate) fn told(id: i64, severity: Severity, alert_type: &str) -> ToldAlert {
    ToldAlert {
        id,
        news: News::New,
        severity,
        score: 80,
        alert_type: alert_type.to_owned(),
        rule: Some("port_scan".to_owned()),
        src_ip: Some("203.0.113.9".to_owned()),
        dst_ip: None,
        created_at: "2026-03-11T20:35:11Z".to_owned(),
        updated_at: None,
        evidence: serde_json::Value::Null,
    }
}

/// A message with these alerts.
pub(crate) fn message(alerts: Vec<ToldAlert>) -> Message {
    Message {
        key: "msg_1".to_owned(),
        route: "all".to_owned(),
        receiver: "chat".to_owned(),
        formed: Timestamp(1_773_261_311_000_000),
        attempt: 1,
        may_be_repeat: false,
        is_test: false,
        report: None,
        alerts,
    }
}

/// A message that is a report of many lines, with a page.
pub(crate) fn report() -> Message {
    let lines = |word: &str, count: usize| (0..count).map(|line| format!("{word} {line}")).collect::<Vec<_>>().join("\n");
    let report = ToldReport {
        title: "net-scout: report for 1 d: 2 new alerts (2 high)".to_owned(),
        brief: lines("brief <b>&", 10),
        text: lines("text", 200),
        page: Some("<!DOCTYPE html><p>page</p>".to_owned()),
        figures: serde_json::json!({ "alerts": { "raised": 2 } }),
    };
    Message { route: "report".to_owned(), report: Some(report), ..message(Vec::new()) }
}

/// Takes connections with the certificate of the tests.
pub(crate) fn acceptor() -> tokio_rustls::TlsAcceptor {
    use rustls::pki_types::pem::PemObject as _;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer};
    let file = |name: &str| net_scout_tests::places::root().join("tests/smtp").join(name);
    let certificate = CertificateDer::from_pem_file(file("server.pem")).expect("a certificate");
    let key = PrivateKeyDer::from_pem_file(file("server.key")).expect("a key");
    let builder = rustls::ServerConfig::builder_with_provider(std::sync::Arc::new(rustls::crypto::ring::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().expect("versions").with_no_client_auth();
    std::sync::Arc::new(builder.with_single_cert(vec![certificate], key).expect("a configuration")).into()
}
