//! Which events are in the window.

use net_scout_tests::harness::{Scene, add_event};
use net_scout_tests::sample::Layout;

/// How many events a window holds.
#[track_caller]
fn events_between(scene: &Scene, since: &str, until: Option<&str>) -> i64 {
    let mut words =
        vec!["scan", "--dry-run", "--format", "ndjson", "--set", "high_connection_volume.conn_threshold=0", "--since", since];
    words.extend(until.iter().flat_map(|until| ["--until", until]));
    let run = scene.run(&words);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let alerts = run.lines();
    let own = alerts.iter().filter(|alert| alert["rule"] == "high_connection_volume");
    own.map(|alert| alert["evidence"]["total_conns"].as_i64().expect("a number")).sum()
}

/// The first instant is inside, the last is not, to the microsecond and in every form in which an instant is written. Once the window is
/// most of the table, which is then read from end to end, once a small part, which is reached through the index.
#[test]
fn the_bounds_of_the_window() {
    let forms = [
        // Before, first, last inside, behind: at 12:00:00 and 13:00:00.
        ["2026-03-11T11:59:59Z", "2026-03-11T12:00:00Z", "2026-03-11T12:59:59Z", "2026-03-11T13:00:00Z"],
        ["2026-03-11T11:59:59+00:00", "2026-03-11T12:00:00+00:00", "2026-03-11T12:59:59+00:00", "2026-03-11T13:00:00+00:00"],
        ["2026-03-11T11:59:59", "2026-03-11T12:00:00", "2026-03-11T12:59:59", "2026-03-11T13:00:00"],
        ["2026-03-11 11:59:59", "2026-03-11 12:00:00", "2026-03-11 12:59:59", "2026-03-11 13:00:00"],
        [
            "2026-03-11T11:59:59.999999Z",
            "2026-03-11T12:00:00.000000Z",
            "2026-03-11T12:59:59.999999Z",
            "2026-03-11T13:00:00.000000Z",
        ],
        [
            "2026-03-11 11:59:59.9+00:00",
            "2026-03-11 12:00:00.0+00:00",
            "2026-03-11 12:59:59.9+00:00",
            "2026-03-11 13:00:00.0+00:00",
        ],
        ["2026-03-11T11:59Z", "2026-03-11T12:00Z", "2026-03-11T12:59Z", "2026-03-11T13:00Z"],
    ];
    for others in [0, 2_000] {
        let scene = Scene::with_events(Layout::V2, |connection| {
            for (form, instants) in forms.iter().enumerate() {
                for (index, instant) in instants.iter().enumerate() {
                    add_event(connection, instant, "192.0.2.1", 1, &format!("198.51.100.{form}"), index as u16);
                }
            }
            for port in 0..others {
                add_event(connection, "2026-03-01T00:00:00Z", "192.0.2.1", 2, "198.51.100.1", port);
            }
        });
        let between = |since: &str, until| events_between(&scene, since, until);
        assert_eq!(between("2026-03-11T12:00:00Z", Some("2026-03-11T13:00:00Z")), 14, "{others} others");
        assert_eq!(between("1 hour", Some("2026-03-11T13:00:00Z")), 14);
        assert_eq!(between("2026-03-11T13:00:00+01:00", Some("2026-03-11 13:00")), 14);
        assert_eq!(between("2026-03-11T12:00:00Z", None), 21);
        assert_eq!(between("2026-03-11T12:00:00.000001Z", Some("2026-03-11T13:00:00Z")), 7);
        assert_eq!(between("2026-03-11T12:00:00Z", Some("2026-03-11T12:59:59.999999Z")), 13);
        assert_eq!(between("2026-03-11T12:00:00Z", Some("2026-03-11T13:00:00.000001Z")), 21);
        assert_eq!(between("2026-03-11T11:59:59.999999Z", Some("2026-03-11T12:00:00Z")), 1);
        assert_eq!(between("2026-03-11T13:00:00.000001Z", None), 0);
        assert_eq!(between("2026-03-11", Some("2026-03-12")), 28);
        assert_eq!(between("2026-03-11T12:00:00Z", Some("2026-03-11T23:59:59.5Z")), 21);
        assert_eq!(between("2026-03-10T23:59:59.5Z", Some("2026-03-11T13:00:00.5Z")), 28);
    }
}

/// Offsets other than zero mean what they say, where they are found.
#[test]
fn instants_with_an_offset() {
    let scene = Scene::with_events(Layout::V2, |connection| {
        for (port, instant) in [
            "2026-03-11T14:00:00+02:00",
            "2026-03-11T06:30:00.000-05:30",
            "2026-03-12T02:59:59+14:00",
            "2026-03-11T12:30:00+02:00",
        ]
        .into_iter()
        .enumerate()
        {
            add_event(connection, instant, "192.0.2.1", 1, "198.51.100.1", port as u16);
        }
    });
    assert_eq!(events_between(&scene, "2026-03-11T12:00:00Z", Some("2026-03-11T13:00:00Z")), 3);
}

/// A row whose timestamp is none is in no window, and the operator hears of it.
#[test]
fn timestamps_that_are_none() {
    let scene = Scene::with_events(Layout::V2, |connection| {
        for (port, instant) in ["2026-03-11T20:00:00Z", "yesterday", "", "2026-13-01T00:00:00Z"].into_iter().enumerate() {
            add_event(connection, instant, "192.0.2.1", 1, "198.51.100.1", port as u16);
        }
    });
    let run = scene.run(&["scan", "--dry-run", "--since", "2000-01-01"]);
    run.ended(
        0,
        "warning: 3 events were left out because their timestamp cannot be read\n\
         0 alerts in the events since 2000-01-01T00:00:00Z: nothing written (dry run)",
    );
    assert_eq!(events_between(&scene, "2000-01-01", None), 1);
}

#[test]
fn every_form_of_since() {
    let scene = Scene::small();
    for (since, expected) in [
        ("1 hour", "2026-03-11T19:35:11Z"),
        ("30 minutes", "2026-03-11T20:05:11Z"),
        ("24h", "2026-03-10T20:35:11Z"),
        ("90m", "2026-03-11T19:05:11Z"),
        ("7 days", "2026-03-04T20:35:11Z"),
        ("2w", "2026-02-25T20:35:11Z"),
        ("1 hour ago", "2026-03-11T19:35:11Z"),
        ("  1 hour ", "2026-03-11T19:35:11Z"),
        ("2026-03-11", "2026-03-11T00:00:00Z"),
        ("2026-03-11T19:00:00Z", "2026-03-11T19:00:00Z"),
        ("2026-03-11T19:00:00.25Z", "2026-03-11T19:00:00.25Z"),
        ("2026-03-11T20:00:00+01:00", "2026-03-11T19:00:00Z"),
        ("2026-03-11 19:00", "2026-03-11T19:00:00Z"),
        ("0001-01-01", "0001-01-01T00:00:00Z"),
    ] {
        let note = format!("4 alerts in the events since {expected}: nothing written (dry run)");
        scene.run(&["scan", "--dry-run", "--since", since]).ended(0, &note);
    }
    let note = "4 alerts in the events 2026-03-11T19:55:11.5Z to 2026-03-11T20:25:11.5Z: nothing written (dry run)";
    scene.run(&["scan", "--dry-run", "--since", "30m", "--until", "2026-03-11T20:25:11.5Z"]).ended(0, note);
    let note = "4 alerts in the events 2026-03-11T20:00:11Z to 2026-03-11T20:30:11Z: nothing written (dry run)";
    scene.run(&["scan", "--dry-run", "--since", "30m", "--until", "5 minutes"]).ended(0, note);
}
