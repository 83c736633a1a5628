use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use jiff::tz::TimeZone;

use super::*;
use crate::{Delivery, Receivers, Route, Routes};
use net_scout_model::{Alert, Counting, Messages, News, Severity};

const NOW: i64 = 1_773_261_311_000_000;
const MINUTE: i64 = 60_000_000;

/// The clock of a test.
#[derive(Default)]
struct Moved(AtomicI64);

impl Clock for Moved {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

/// Keeps what it is told, while it can be reached.
#[derive(Default)]
struct Kept {
    is_down: AtomicBool,
    got: Mutex<Vec<Message>>,
}

impl Receiver for Kept {
    fn deliver<'a>(&'a self, message: &'a Message) -> Delivery<'a> {
        Box::pin(async move {
            if self.is_down.load(Ordering::SeqCst) {
                return Err(Failure::unreachable("connection refused"));
            }
            self.got.lock().expect("kept").push(message.clone());
            Ok(Delivered)
        })
    }
}

struct World {
    database: Database,
    clock: Arc<Moved>,
    kept: Arc<Kept>,
    notify: Notify,
}

impl World {
    fn new(change: impl FnOnce(&mut Route)) -> Self {
        let clock = Arc::new(Moved(AtomicI64::new(NOW)));
        let kept = Arc::new(Kept::default());
        let receiver: Arc<dyn Receiver> = kept.clone();
        let on = vec![News::New, News::Worse, News::Reopened];
        let mut route = Route { receivers: vec!["chat".to_owned()], on, wait: 30_000_000, ..Route::gone("all") };
        change(&mut route);
        let routes = Routes(vec![route]);
        let receivers: Receivers = [("chat".to_owned(), Ok(receiver))].into();
        let mut database = Database::in_memory("scout_alerts").expect("a database");
        database.migrate(Timestamp(NOW)).expect("migrated");
        database.set_outbound(Some(Arc::new(routes.clone())));
        Self {
            database,
            clock,
            kept,
            notify: Notify { routes, receivers, plugins: BTreeMap::new(), zone: TimeZone::UTC, entries: Vec::new() },
        }
    }

    fn scan(&mut self, sources: std::ops::Range<u32>) {
        let alerts: Vec<Alert> = sources.map(alert).collect();
        self.database.keep_scan(&alerts, &[], &[], self.clock.now(), None).expect("kept");
    }

    async fn deliver(&mut self) -> Report {
        let (_stopping, stop) = watch::channel(false);
        let (sink, clock) = (Messages::default(), self.clock.clone());
        let turn = Turn { what: "test", patience: Duration::ZERO };
        let how = Deliver { turn, waits: true, budget: Duration::from_secs(60), clock: clock.as_ref(), sink: &sink, stop };
        deliver(&mut self.database, &self.notify, how).await.expect("delivered")
    }

    fn pass(&self, micros: i64) {
        self.clock.0.fetch_add(micros, Ordering::SeqCst);
    }

    fn got(&self) -> Vec<Message> {
        self.kept.got.lock().expect("kept").clone()
    }

    /// How often each alert was told.
    fn told(&self) -> std::collections::BTreeMap<i64, usize> {
        let mut told = std::collections::BTreeMap::new();
        for message in self.got() {
            message.alerts.iter().for_each(|alert| *told.entry(alert.id).or_default() += 1);
        }
        told
    }
}

fn alert(source: u32) -> Alert {
    Alert {
        alert_type: "port_scan".to_owned(),
        src_ip: Some(std::net::Ipv4Addr::from(0xcb00_7100 + source).to_string()),
        dst_ip: None,
        score: 80,
        severity: if source.is_multiple_of(100) { Severity::Critical } else { Severity::High },
        rule: "port_scan".to_owned(),
        evidence: serde_json::Map::new(),
        events: None,
        story: None,
        counting: Counting::Nothing,
    }
}

#[tokio::test]
async fn five_hundred_alerts_are_one_message() {
    let mut world = World::new(|_| ());
    world.scan(0..500);
    assert_eq!(world.deliver().await, Report::default(), "they wait for others");
    world.pass(30_000_000);
    let report = world.deliver().await;
    assert_eq!((report.sent, report.alerts), (1, 500));
    let message = &world.got()[0];
    assert_eq!(message.title(), "net-scout: 500 alerts (5 critical, 495 high)");
    assert!(message.body().contains("and 495 more: 495 port_scan"), "{}", message.body());
    world.pass(MINUTE);
    assert_eq!(world.deliver().await, Report::default());
}

#[tokio::test]
async fn what_a_limit_holds_back_comes_together() {
    let mut world = World::new(|route| (route.per_hour, route.wait) = (Some(2), 0));
    for step in 0..60 {
        world.scan(step * 7..step * 7 + 7);
        world.deliver().await;
        world.pass(MINUTE);
    }
    assert_eq!(world.got().len(), 2);
    world.pass(MINUTE);
    world.deliver().await;
    assert_eq!(world.got()[2].alerts.len(), 406);
    assert!(world.told().len() == 420 && world.told().values().all(|times| *times == 1));
}

#[tokio::test]
async fn a_receiver_that_is_down_for_an_hour_misses_nothing_and_gets_nothing_twice() {
    let mut world = World::new(|_| ());
    world.kept.is_down.store(true, Ordering::SeqCst);
    for minute in 0..60 {
        world.scan(minute * 10..minute * 10 + 10);
        world.deliver().await;
        world.pass(MINUTE);
    }
    assert!(world.got().is_empty());
    world.kept.is_down.store(false, Ordering::SeqCst);
    for _ in 0..90 {
        world.pass(MINUTE);
        world.deliver().await;
    }
    let told = world.told();
    assert!(told.len() == 600 && told.values().all(|times| *times == 1), "{} of 600", told.len());
    assert!(world.got().len() <= 3, "{} messages", world.got().len());
    assert!(world.got().iter().all(|message| !message.may_be_repeat));
}

#[tokio::test]
async fn a_process_that_was_killed_while_it_sent_leads_to_one_marked_repeat_with_the_same_key() {
    let mut world = World::new(|route| route.wait = 0);
    world.scan(0..3);
    let waiting = world.database.waiting_entries().expect("entries");
    world.database.form_message("msg_k", &waiting.iter().collect::<Vec<_>>(), world.clock.now()).expect("formed");
    let id = world.database.outbox_messages(Timestamp::MAXIMUM).expect("messages")[0].id;
    // The other process had it, and was killed: nobody holds the lock.
    assert!(world.database.claim_message(id).expect("claimed"));
    assert_eq!(world.deliver().await.sent, 0, "not at once");
    world.pass(30_000_000);
    assert_eq!(world.deliver().await.sent, 1);
    let got = world.got();
    assert!(got.len() == 1 && got[0].may_be_repeat && got[0].key == "msg_k" && got[0].attempt == 2, "{got:?}");
    assert_eq!(world.deliver().await.sent, 0);
}

#[tokio::test]
async fn only_one_delivers_at_a_time() {
    let mut world = World::new(|route| route.wait = 0);
    world.scan(0..1);
    let lease = world.database.try_lock(Lock::Delivery, "another", world.clock.now()).expect("the lock").expect("free");
    let report = world.deliver().await;
    assert!(report.sent == 0 && report.held.as_ref().is_some_and(|holder| holder.contains("another")), "{report:?}");
    world.database.give_back(lease);
    assert_eq!(world.deliver().await.sent, 1);
}

#[test]
fn a_preview_counts_what_would_have_been_sent() {
    let mut world = World::new(|route| route.per_hour = Some(1));
    world.scan(0..20);
    world.pass(10 * MINUTE);
    world.scan(20..30);
    let stored = world.database.alerts(&net_scout_store::AlertFilter::default()).expect("alerts").alerts;
    let preview = crate::preview(&world.notify, &stored, world.clock.now().plus(200 * MINUTE));
    assert_eq!(preview.days.iter().map(|day| (day.messages, day.alerts, day.largest)).collect::<Vec<_>>(), [(2, 30, 20)]);
    world.notify.routes = Routes::default();
    assert_eq!(crate::preview(&world.notify, &stored, world.clock.now()).untold, 30);
}
