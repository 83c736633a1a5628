//! Thousands of actions of three people, the scans, the allowlist and the enrichment: what the alerts are is what their history says.

use std::collections::BTreeMap;

use super::*;
use crate::WhichAlerts;

const STEPS: u64 = 10_000;
const SOURCES: u64 = 12;
/// Fewer, where each waits for the lock of others.
const STEPS_TOGETHER: u64 = 2_000;

/// Numbers without order, the same in every run (Knuth's linear congruential generator).
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn one<T: Clone>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.below(of.len() as u64)).unwrap_or_default()].clone()
    }
}

type Lives = BTreeMap<i64, Map<String, Value>>;

fn lives(database: &Database) -> Lives {
    let writer = Writer::of(&database.connection, &database.alert_table, 0, NOW);
    let ids: Vec<i64> = database
        .connection
        .prepare("SELECT id FROM scout_alerts")
        .and_then(|mut statement| statement.query_map([], |row| row.get(0))?.collect())
        .expect("numbers");
    ids.into_iter().map(|id| (id, writer.life(id).expect("read").expect("an alert"))).collect()
}

/// What the rows of the history come to, each of which begins where the one before ended.
fn folded(database: &Database, id: i64) -> Map<String, Value> {
    let mut life = Map::new();
    for row in database.history(id).expect("history") {
        for (column, value) in &row.before {
            assert_eq!(life.get(column).unwrap_or(&Value::Null), value, "{column} before row {} of alert {id}", row.id);
        }
        life.extend(row.after);
    }
    life.into_iter().filter(|(_, value)| !value.is_null()).collect()
}

fn action(dice: &mut Dice, now: Timestamp) -> AlertAction {
    let minutes = dice.below(60) as i64;
    match dice.below(9) {
        0 | 1 => AlertAction::Acknowledge,
        2 => AlertAction::Snooze(Some(now.plus(minutes * HOUR / 60))),
        3 => AlertAction::Snooze(None),
        4 => AlertAction::Close(dice.one(&Verdict::ALL), dice.one(&["known", "a test"]).to_owned()),
        5 => AlertAction::Reopen,
        6 => AlertAction::Assign(dice.one(&[None, Some("anna".to_owned()), Some("ben".to_owned())])),
        7 => AlertAction::Note(format!("note {minutes}")),
        _ => {
            let (add, remove) = (dice.one(&["a", "b", "c"]), dice.one(&["a", "b", "c"]));
            AlertAction::Label { add: vec![add.to_owned()], remove: vec![remove.to_owned()] }
        }
    }
}

fn scan(database: &mut Database, dice: &mut Dice, now: Timestamp) {
    let source = format!("192.0.2.{}", dice.below(SOURCES));
    let severity = dice.one(&Severity::ALL);
    let story = (dice.below(4) > 0).then(|| format!("from {source}"));
    let rule = dice.one(&["scan", "beacon"]).to_owned();
    let alert = Alert { story, alert_type: rule.clone(), rule, ..alert(Some(&source), dice.below(100) as u8, severity, 1) };
    database.record(&[alert], now).expect("recorded");
}

#[test]
fn the_state_is_the_fold_of_the_history_and_undo_restores_every_column() {
    let mut database = Database::in_memory("scout_alerts").expect("open");
    database.migrate(NOW).expect("migrate");
    let (mut dice, mut now) = (Dice(7), NOW);
    let people = ["anna", "ben", "cleo"].map(|name| Actor::Person(name.to_owned()));
    let (mut undone, mut left) = (0, 0);
    for step in 0..STEPS {
        now = now.plus(dice.below(60) as i64 * 1_000_000);
        let ids: Vec<i64> = lives(&database).into_keys().collect();
        let chosen: Vec<i64> = ids.iter().rev().take(30).copied().filter(|_| dice.below(4) == 0).collect();
        let person = dice.one(&people);
        match dice.below(12) {
            0..=1 => scan(&mut database, &mut dice, now),
            2 => drop(database.wake(now).expect("woken")),
            3 => {
                let (alerts, _) = database.alerts_to_enrich(WhichAlerts::NewestAgain(3)).expect("alerts");
                database.keep_enrichment(&alerts, now).expect("enriched");
            }
            4 => {
                let open =
                    |id: &i64| database.alerts(&AlertFilter::new(net_scout_model::search::AlertQuery::of_id(*id), now)).is_ok();
                let alerts: Vec<_> = chosen.iter().take(1).filter(|id| open(id)).map(|id| (*id, "entry 1".to_owned())).collect();
                database.close_allowed(&alerts, now).expect("closed");
            }
            5 => {
                // What is taken back at once leaves nothing.
                let before = lives(&database);
                let acted = database.act(&chosen, &action(&mut dice, now), Some("why"), &person, now).expect("acted");
                if !acted.changed.is_empty() {
                    let last = database.last_action(&person).expect("read").expect("an action");
                    assert_eq!(database.undo(&last, &person, now).expect("undone").restored, acted.changed);
                }
                assert_eq!(lives(&database), before, "step {step}");
            }
            6..=7 => {
                if let Some(last) = database.last_action(&person).expect("read") {
                    let came_to = database.undo(&last, &person, now).expect("undone");
                    (undone, left) = (undone + came_to.restored.len(), left + came_to.left.len());
                }
            }
            _ => drop(database.act(&chosen, &action(&mut dice, now), None, &person, now).expect("acted")),
        }
        if step % 500 == 0 || step + 1 == STEPS {
            for (id, life) in lives(&database) {
                assert_eq!(folded(&database, id), life, "alert {id} after step {step}");
            }
        }
    }
    assert!(undone > 100 && left > 100, "{undone} restored, {left} left");
}

/// The service beside people who act: each with a connection of its own, none waiting for another.
#[test]
fn three_people_and_the_service_at_once_leave_a_history_that_is_the_state() {
    let (folder, mut database) = database();
    let path = folder.path().join("a.db");
    // There is something to do for whoever comes first.
    let mut dice = Dice(0);
    (0..20).for_each(|_| serve(&mut database, &mut dice, NOW));
    let open = || Database::open_or_create(&path, "scout_alerts", std::time::Duration::from_secs(60)).expect("open");
    let people = [None, Some("anna"), Some("ben"), Some("cleo")];
    std::thread::scope(|scope| {
        for (seed, name) in (1..).zip(people) {
            scope.spawn(move || {
                let (mut database, mut dice, mut now) = (open(), Dice(seed), NOW);
                for _ in 0..STEPS_TOGETHER / people.len() as u64 {
                    now = now.plus(dice.below(60) as i64 * 1_000_000);
                    match name.map(|name| Actor::Person(name.to_owned())) {
                        None => serve(&mut database, &mut dice, now),
                        Some(person) => take_part(&mut database, &mut dice, &person, now),
                    }
                }
            });
        }
    });
    let all = lives(&database);
    assert!(all.len() > 10, "{} alerts", all.len());
    let mut actors = std::collections::BTreeSet::new();
    for (id, life) in &all {
        assert_eq!(&folded(&database, *id), life, "alert {id}");
        actors.extend(database.history(*id).expect("history").into_iter().map(|row| row.actor));
    }
    for name in people.into_iter().flatten() {
        assert!(actors.contains(&format!("person:{name}")), "{actors:?}");
    }
}

/// What the service does by itself.
fn serve(database: &mut Database, dice: &mut Dice, now: Timestamp) {
    match dice.below(4) {
        0 => drop(database.wake(now).expect("woken")),
        1 => {
            let (alerts, _) = database.alerts_to_enrich(WhichAlerts::NewestAgain(3)).expect("alerts");
            database.keep_enrichment(&alerts, now).expect("enriched");
        }
        _ => scan(database, dice, now),
    }
}

/// What a person does: something to some alerts, or takes the last of it back.
fn take_part(database: &mut Database, dice: &mut Dice, person: &Actor, now: Timestamp) {
    if dice.below(4) == 0 {
        if let Some(last) = database.last_action(person).expect("read") {
            database.undo(&last, person, now).expect("undone");
        }
        return;
    }
    let ids: Vec<i64> = (1..=3 * SOURCES as i64).filter(|_| dice.below(8) == 0).collect();
    let note = (dice.below(3) == 0).then_some("why");
    database.act(&ids, &action(dice, now), note, person, now).expect("acted");
}

/// Every scan asks: it must not read all alerts for that.
#[test]
fn snoozes_that_are_over_are_found_by_an_index() {
    let (_folder, database) = database();
    let plan = "EXPLAIN QUERY PLAN SELECT id FROM scout_alerts WHERE snoozed_until IS NOT NULL AND status = 'snoozed'";
    let text: String = database.connection.query_row(plan, [], |row| row.get(3)).expect("a plan");
    assert!(text.contains("scout_alerts_snoozed"), "{text}");
}
