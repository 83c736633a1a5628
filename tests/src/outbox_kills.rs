//! A service that is killed again and again while it tells of alerts, with receivers that are down for a while: nothing is lost, what honours
//! the key has everything once, and what comes twice says so.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use rusqlite::Connection;
use serde_json::Value;

use crate::harness::Scene;
use crate::sample::Layout;
use crate::servers::ANY_PORT;
use crate::servers::http::{HttpRoutes, HttpServer};
use crate::service::{Service, attack};

/// How long the webhook takes for an answer: long enough to be killed in between.
const SLOW: Duration = Duration::from_millis(150);
/// How long everything may take to arrive at the end.
const PATIENCE: Duration = Duration::from_secs(120);

/// What came of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OutboxKills {
    /// How often a message was on its way when the service was killed.
    pub sending: usize,
    /// Alerts that were raised.
    pub alerts: usize,
    /// Messages that the webhook and the file got, without repeats.
    pub messages: usize,
    /// Messages that came once more, and said so.
    pub repeats: usize,
}

/// What a receiver got: the copies of each message, by its key.
type Got = BTreeMap<String, Vec<Value>>;

/// Kills a service so many times. From a quarter of them on the webhook is down, until three quarters; the file can be written only then.
///
/// # Errors
/// When an alert is not told, told under two keys, or comes twice without saying so.
pub fn run(kills: usize) -> anyhow::Result<OutboxKills> {
    let scene = Scene::with_events(Layout::V2, |_| ());
    let routes = || HttpRoutes::new().slow("/hook", SLOW, "{}");
    let mut server = Some(HttpServer::start_on(ANY_PORT, routes())?);
    let address = server.as_ref().context("a server")?.address();
    let folder = scene.path("told");
    let file = folder.join("alerts.ndjson");
    scene.configure(&format!(
        "[schedule]\ndeliver = '1 second'\n[[receiver]]\nname = 'hook'\nkind = 'webhook'\nurl = 'http://{address}/hook'\n\
         [[receiver]]\nname = 'file'\nkind = 'file'\npath = '{}'\n\
         [[route]]\nreceivers = ['hook', 'file']\nwait = 0\nper_hour = 0\n",
        file.display()
    ));
    let (mut outcome, mut hook, mut random) = (OutboxKills::default(), Got::new(), 1_u64);
    for kill in 0..kills {
        if kill == kills / 4
            && let Some(server) = server.take()
        {
            take(&mut hook, &server);
        }
        if kill == kills * 3 / 4 {
            server = Some(HttpServer::start_on(address, routes())?);
            fs::create_dir_all(&folder)?;
        }
        let service = Service::start(&scene, &[], &[]);
        attack(&scene, &format!("192.0.{}.{}", 2 + kill / 200, 1 + kill % 200));
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        // Every other time at any moment, else while a message is on its way.
        let longest = Duration::from_millis(300 + (random >> 33) % 2_200);
        let (connection, begun) = (scene.connect(), Instant::now());
        if kill % 2 == 0 {
            std::thread::sleep(longest);
        } else {
            while begun.elapsed() < 2 * longest && !is_sending(&connection) {
                std::thread::sleep(Duration::from_millis(10));
            }
        }
        service.kill();
        outcome.sending += usize::from(is_sending(&connection));
    }
    let service = Service::start(&scene, &[], &[]);
    wait_for_all(&scene)?;
    service.end();
    if let Some(server) = &server {
        take(&mut hook, server);
    }
    let mut told = Got::new();
    for line in fs::read_to_string(&file)?.lines() {
        keep(&mut told, serde_json::from_str(line)?);
    }
    let alerts: BTreeSet<i64> = {
        let connection = scene.connect();
        let mut statement = connection.prepare("SELECT id FROM scout_alerts")?;
        statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?
    };
    ensure!(alerts.len() >= kills, "only {} alerts of {kills} attacks", alerts.len());
    outcome.alerts = alerts.len();
    for (receiver, got) in [("the webhook", &hook), ("the file", &told)] {
        check(receiver, got, &alerts)?;
        outcome.messages += got.len();
        outcome.repeats += got.values().map(|copies| copies.len() - 1).sum::<usize>();
    }
    ensure!(told.values().all(|copies| copies.len() <= 2), "the file has a message more than twice");
    Ok(outcome)
}

fn is_sending(connection: &Connection) -> bool {
    let sql = "SELECT EXISTS (SELECT 1 FROM scout_messages WHERE state = 'sending')";
    connection.query_row(sql, [], |row| row.get(0)).unwrap_or(false)
}

/// Waits until nothing waits any more. Who does not want to wait for the next attempt says so.
fn wait_for_all(scene: &Scene) -> anyhow::Result<()> {
    let begun = Instant::now();
    loop {
        let retry = scene.run(&["outbox", "retry"]);
        ensure!(retry.code == 0, "{}", retry.stderr);
        std::thread::sleep(Duration::from_secs(2));
        let open = "SELECT (SELECT COUNT(*) FROM scout_outbox WHERE message IS NULL)
                         + (SELECT COUNT(*) FROM scout_messages WHERE state NOT IN ('sent', 'dropped'))";
        let open: i64 = scene.connect().query_row(open, [], |row| row.get(0))?;
        if open == 0 {
            return Ok(());
        }
        ensure!(begun.elapsed() < PATIENCE, "{open} alerts and messages still wait");
    }
}

fn take(got: &mut Got, server: &HttpServer) {
    server.requests().iter().filter_map(|request| serde_json::from_slice(&request.body).ok()).for_each(|body| keep(got, body));
}

fn keep(got: &mut Got, message: Value) {
    let key = message["data"]["key"].as_str().unwrap_or_default().to_owned();
    got.entry(key).or_default().push(message);
}

/// Every alert under one key, and of the copies of a message at most one that does not say that it may be a repeat.
fn check(receiver: &str, got: &Got, alerts: &BTreeSet<i64>) -> anyhow::Result<()> {
    let mut keys: BTreeMap<i64, BTreeSet<&str>> = BTreeMap::new();
    for (key, copies) in got {
        let unmarked = copies.iter().filter(|copy| copy["data"]["may_be_repeat"] != true).count();
        ensure!(unmarked <= 1, "{receiver}: message {key} came {unmarked} times without saying so");
        for alert in copies.iter().flat_map(|copy| copy["data"]["alerts"].as_array().into_iter().flatten()) {
            keys.entry(alert["id"].as_i64().unwrap_or_default()).or_default().insert(key);
        }
    }
    let missing: Vec<i64> = alerts.iter().filter(|id| !keys.contains_key(id)).copied().collect();
    ensure!(missing.is_empty(), "{receiver} was not told of alerts {missing:?}");
    let twice: Vec<i64> = keys.iter().filter(|(_, keys)| keys.len() > 1).map(|(id, _)| *id).collect();
    ensure!(twice.is_empty(), "{receiver} was told of alerts {twice:?} under several keys");
    Ok(())
}
