//! What a service does with the use cases: plugins loaded once, one database that stays open, one scan after the other, and something of its
//! own in the transaction that records the alerts.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use net_scout::config::{Config, Flags, Layers};
use net_scout_detect::DetectError;
use net_scout_detect::explain::explain;
use net_scout_detect::scan::{Cover, Keep, RuleFailure, RuleSource, ScanAlerts, ScanOptions, ScanReport, ScanRequest, run_scan};
use net_scout_model::{EventRow, Message, Messages, Timestamp, Window};
use net_scout_plugin_host::{PluginOptions, RuleSet, load_plugins_with};
use net_scout_store::{AlertFilter, Database, DatabaseError, DatabaseOptions, ScanTransaction, StateEntry};
use net_scout_tests::places;
use tempfile::TempDir;

/// 2026-03-11T20:35:11Z.
const NOW: Timestamp = Timestamp(1_773_261_311_000_000);
const MINUTE: i64 = 60_000_000;
const SCANNER: &str = "203.0.113.9";

/// One source that tries many ports of one host, so long before now.
fn port_scan(minutes: i64) -> Vec<EventRow> {
    let event = |port: u16| EventRow {
        src_ip: SCANNER.to_owned(),
        src_port: Some(40_000),
        src_service: None,
        dst_ip: "192.0.2.1".to_owned(),
        dst_port: Some(port),
        dst_service: None,
        proto: "TCP".to_owned(),
        in_if: None,
        out_if: None,
        verdict: Some("DROP"),
        direction: Some("INBOUND"),
        tcp_flags: None,
        last: NOW.plus(-minutes * MINUTE),
        hits: 1,
        place: None,
    };
    (1..=200).map(event).collect()
}

struct Service {
    _folder: TempDir,
    options: ScanOptions,
    rules: RuleSet,
    database: Database,
}

impl Service {
    async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("net_sentinel.db");
        Database::make(&path, &port_scan(10)).expect("a database");
        let database = DatabaseOptions { path, alert_table: "scout_alerts".to_owned(), busy_timeout: Duration::from_secs(1) };
        let layers = Layers { flags: Flags::default(), environment: BTreeMap::new(), file: None };
        let defaults = Config::resolve(&layers).expect("defaults").scan_options();
        let options = ScanOptions { database, ..defaults };
        let plugins = PluginOptions { folder: places::plugins(), is_named: true, ..PluginOptions::default() };
        let sink = Messages::default();
        let engine = plugins.engine(&sink).expect("an engine").with_compiler(PathBuf::from(env!("CARGO_BIN_EXE_net-scout")));
        let mut loaded = load_plugins_with(&engine, &plugins, &sink).await.expect("`cargo xtask test` builds the plugins");
        let rules = loaded.rules(&plugins, &sink).expect("rules");
        let database = options.database.open().expect("open");
        Self { _folder: folder, options, rules, database }
    }

    /// A scan of the last hour, with this written alongside.
    async fn tick(&mut self, sink: &Messages, alongside: Cover<'_>) -> Result<ScanReport, DetectError> {
        let request = ScanRequest {
            options: &self.options,
            window: Window { since: NOW.plus(-60 * MINUTE), until: Some(NOW), now: NOW },
            rules: RuleSource::Loaded(&self.rules),
            keep: Keep::With(&mut self.database, Some(alongside)),
            kept: None,
            explain: false,
            record: None,
        };
        run_scan(request, sink).await
    }

    fn stored(&self) -> usize {
        self.database.alerts(&AlertFilter::default()).expect("listed").alerts.len()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_scans_again_and_again_with_what_it_has_open() {
    let mut service = Service::start().await;
    let (sink, mut seen) = (Messages::default(), Vec::new());
    let entry = StateEntry { plugin: "a_service".into(), key: "until".into(), value: Some(b"now".to_vec()) };
    for new in [true, false] {
        let mut cover = |transaction: &ScanTransaction<'_>, _: &[RuleFailure]| {
            seen.push(transaction.recorded.len());
            transaction.keep_state(std::slice::from_ref(&entry), NOW)
        };
        let report = service.tick(&sink, &mut cover).await.expect("scanned");
        let ScanAlerts::Recorded(alerts) = &report.alerts else { panic!("nothing was recorded") };
        assert!(alerts.iter().any(|one| one.alert.src_ip.as_deref() == Some(SCANNER) && one.new == new));
        assert_eq!(seen.last(), Some(&alerts.len()));
        assert!(report.end_recording().expect("none").is_none());
    }
    assert!(service.database.plugin_state().expect("read").contains(&entry));
    let warnings: Vec<Message> = sink.take().into_iter().filter(|one| matches!(one, Message::Warning(_))).collect();
    assert_eq!(warnings, []);

    // The same rules explain an address.
    let window = Window { since: NOW.plus(-60 * MINUTE), until: Some(NOW), now: NOW };
    let (address, rules) = (SCANNER.parse().expect("an address"), RuleSource::Loaded(&service.rules));
    let explained = explain(&service.options, window, address, rules, &["port_scan".to_owned()], &sink).await.expect("explained");
    assert_eq!((explained.report.rules.len(), explained.alerts.len()), (1, service.stored()));
    let unknown = ["unknown".to_owned()];
    let rules = RuleSource::Loaded(&service.rules);
    let error = explain(&service.options, window, address, rules, &unknown, &sink).await.err().expect("no such rule");
    assert!(error.is_usage(), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_alongside_takes_the_alerts_with_it() {
    let mut service = Service::start().await;
    let sink = Messages::default();
    let mut fail = |_: &ScanTransaction<'_>, _: &[RuleFailure]| Err(DatabaseError::NotFound { path: PathBuf::from("elsewhere") });
    let error = service.tick(&sink, &mut fail).await.err().expect("refused");
    assert!(matches!(error, DetectError::Database(DatabaseError::NotFound { .. })), "{error}");
    assert_eq!(service.stored(), 0);
    // A dry run needs nothing that is open.
    let request = ScanRequest {
        options: &service.options,
        window: Window { since: NOW.plus(-60 * MINUTE), until: None, now: NOW },
        rules: RuleSource::Loaded(&service.rules),
        keep: Keep::Nothing,
        kept: None,
        explain: true,
        record: None,
    };
    let report = run_scan(request, &sink).await.expect("scanned");
    assert!(matches!(&report.alerts, ScanAlerts::Raised(alerts) if !alerts.is_empty()));
    assert!(sink.take().iter().any(|one| matches!(one, Message::Note(text) if text.starts_with("port_scan: SELECT "))));
    assert_eq!(service.stored(), 0);
}

/// A service scans on the threads of its runtime.
#[tokio::test(flavor = "multi_thread")]
async fn a_scan_may_move_between_threads() {
    fn moves<T: Send>(future: T) -> T {
        future
    }
    let mut service = Service::start().await;
    let sink = Messages::default();
    let mut nothing = |_: &ScanTransaction<'_>, _: &[RuleFailure]| Ok(());
    moves(service.tick(&sink, &mut nothing)).await.expect("scanned");
}
