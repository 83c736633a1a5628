//! Wrong flags, a wrong environment, a wrong configuration file.

use super::{DRY, SCAN, contents, fails};
use net_scout_tests::harness::{Run, SMALL_ALERTS, SMALL_SINCE, Scene};

const FORMS: &str = "write a duration back from now (1 hour, 30 minutes, 24h, 90m, 7 days, 2w), a date (2026-03-11), or a date and time, UTC \
                     unless it says otherwise (2026-03-11T20:35:00Z)";
const HELP: &str = "\n\nFor more information, try '--help'.";

#[test]
fn wrong_flags() {
    let scene = Scene::small();
    for (words, error) in [
        (&["scan", "--since", "nonsense"][..], format!("since (from --since): `nonsense` is not a time; {FORMS}")),
        (&["scan", "--since", ""], format!("since (from --since): `` is not a time; {FORMS}")),
        (&["scan", "--since", "60"], format!("since (from --since): `60` is not a time; {FORMS}")),
        (
            &["scan", "--since", "1 month"],
            format!(
                "since (from --since): `1 month` is not a time (months and years differ in length: use days or weeks); {FORMS}"
            ),
        ),
        (&["scan", "--since", "0h"], format!("since (from --since): `0h` is not a time (a duration must be positive); {FORMS}")),
        (&["scan", "--until", "2026-02-30"], format!("--until: `2026-02-30` is not a time; {FORMS}")),
        (&["alerts", "--since", "soon"], format!("--since: `soon` is not a time; {FORMS}")),
        (
            &["scan", "--since", "2026-03-11", "--until", "2026-03-11"],
            "the window is empty: it begins at 2026-03-11T00:00:00Z and ends at 2026-03-11T00:00:00Z".to_owned(),
        ),
        (
            &["scan", "--format", "xml"],
            format!("invalid value 'xml' for '--format <FORMAT>'\n  [possible values: table, json, ndjson, csv]{HELP}"),
        ),
        (
            &["scan", "--max-alerts", "-1"],
            "max_alerts_per_run (from --max-alerts): `-1` is not a whole number from 0 to 1000000".to_owned(),
        ),
        (
            &["scan", "--max-alerts", "many"],
            "max_alerts_per_run (from --max-alerts): `many` is not a whole number from 0 to 1000000".to_owned(),
        ),
        (
            &["scan", "--busy-timeout", "-1"],
            "busy_timeout (from --busy-timeout): `-1` is not a number of seconds from 0 to 3600, or a duration such as 90s or 5 minutes"
                .to_owned(),
        ),
        (
            &["scan", "--table", "ip_events; DROP TABLE ip_events"],
            "table (from --table): `ip_events; DROP TABLE ip_events` is not a table name of letters, digits and underscores"
                .to_owned(),
        ),
        (
            &["alerts", "--alert-table", "\u{1b}[2J"],
            "alert_table (from --alert-table): `\\u{1b}[2J` is not a table name of letters, digits and underscores".to_owned(),
        ),
        (
            &["scan", "--log-level", "loud"],
            "log_level (from --log-level): `loud` is not one of off, error, warn, info, debug, trace".to_owned(),
        ),
        (
            &["scan", "--log-file", "/no/such/folder/a.log"],
            "log_file: /no/such/folder/a.log cannot be opened: No such file or directory (os error 2)".to_owned(),
        ),
        (
            &["scan", "--set", "typo"],
            format!(
                "invalid value 'typo' for '--set <RULE.PARAMETER=VALUE>': write RULE.PARAMETER=VALUE, such as \
                 vertical_scan.ports_threshold=20{HELP}"
            ),
        ),
        (
            &["scan", "--set", "vertical_scan.port_threshold=20"],
            "rule vertical_scan has no parameter `port_threshold` (from --set); it has counts_everything, ports_threshold".to_owned(),
        ),
        (
            &["scan", "--set", "vertical_scan.ports_threshold=many"],
            "vertical_scan.ports_threshold (from --set): `many` is not a whole number from 0 to 65536".to_owned(),
        ),
        (
            &["scan", "--set", "vertical_scan.ports_threshold=65537"],
            "vertical_scan.ports_threshold (from --set): `65537` is not a whole number from 0 to 65536".to_owned(),
        ),
        (
            &["scan", "--set", "horizontal_scan.count=packets"],
            "horizontal_scan.count (from --set): `packets` is not one of rows, hits".to_owned(),
        ),
        (
            &["alerts", "--min-score", "101"],
            format!("invalid value '101' for '--min-score <0-100>': `101` is not a whole number from 0 to 100{HELP}"),
        ),
        (&["alerts", "--limit", "-1"], format!("invalid value '-1' for '--limit <N>': `-1` is not a whole number from 0 to 4294967295{HELP}")),
        (
            &["import", "--default-verdict", "maybe", "a.log"],
            format!("invalid value 'maybe' for '--default-verdict <VERDICT>'\n  [possible values: drop, accept, none]{HELP}"),
        ),
        (
            &["import", "--utc-offset", "2h", "a.log"],
            format!(
                "invalid value '2h' for '--utc-offset <ZONE>': `2h` is not a known zone: write an offset such as +02:00, a name such as \
                 Europe/Berlin, or local{HELP}"
            ),
        ),
        (&["scan", "extra"], format!("unexpected argument 'extra' found\n\nUsage: net-scout scan [OPTIONS]{HELP}")),
        (&["frobnicate"], format!("unrecognized subcommand 'frobnicate'\n\nUsage: net-scout [OPTIONS] <COMMAND>{HELP}")),
        (
            &["scan", "--config", "missing.toml"],
            "the configuration file missing.toml cannot be read: No such file or directory (os error 2)".to_owned(),
        ),
        (
            &["scan", "--config", "plugins"],
            "the configuration file plugins cannot be read: Is a directory (os error 21)".to_owned(),
        ),
    ] {
        fails(&scene, &[words], 2, &error);
    }
}

#[test]
fn wrong_environment() {
    let scene = Scene::small();
    for (name, value, error) in [
        ("NET_SCOUT_DEFAULT_SINCE", "never", format!("since (from NET_SCOUT_DEFAULT_SINCE): `never` is not a time; {FORMS}")),
        (
            "NET_SCOUT_MAX_ALERTS_PER_RUN",
            "1e3",
            "max_alerts_per_run (from NET_SCOUT_MAX_ALERTS_PER_RUN): `1e3` is not a whole number from 0 to 1000000".to_owned(),
        ),
        (
            "NET_SCOUT_VERTICAL_PORTS_THRESHOLD",
            "-5",
            "vertical_scan.ports_threshold (from NET_SCOUT_VERTICAL_PORTS_THRESHOLD): `-5` is not a whole number from 0 to 65536"
                .to_owned(),
        ),
        (
            "NET_SCOUT_NOW",
            "1 hour",
            "now (from NET_SCOUT_NOW): `1 hour` is not an instant such as 2026-03-11T20:35:00Z".to_owned(),
        ),
    ] {
        let before = contents(&scene);
        Run::of(scene.command(SCAN).env(name, value)).ended(2, &format!("error: {error}"));
        assert!(contents(&scene) == before, "{name} changed a file");
    }
}

#[test]
fn wrong_configuration_file() {
    let outside = "db_path, table, alert_table, plugins, local_networks, correct_directions, since, group, builtin_roles, max_alerts_per_run, \
                   quiet_hours, busy_timeout, cache_dir, log_level, log_file, log_format, now, max_enrich_per_run, enrichment_sleep, enrichment_burst, \
                   enrichment_parallel, enrichment_timeout, dns_servers, [rules.RULE], [enrichers.ENRICHER], [notifiers.NOTIFIER], [limits], [limits.PLUGIN], \
                   [grants.PLUGIN], [directories], [schedule], [report], [serve], [retention], [[allow]], [[receiver]] and [[route]]";
    let limits = "cpu_seconds, wall_seconds, query_seconds, memory_mib, lookup_memory_mib, table_elements, instances, host_calls, \
                  argument_mib, passed_mib, rows, result_mib, alerts, evidence_kib, rule_evidence_mib, evidence_seconds, \
                  describe_seconds, compile_seconds, compile_mib, component_mib, stack_kib, scan_seconds, window_mib";
    let scene = Scene::small();
    for (toml, error) in [
        ("db_pth = 'a.db'", format!("net-scout.toml:1: `db_pth` is not a key (did you mean `db_path`?); there are {outside}")),
        ("[limits]\ncpu = 3", format!("net-scout.toml:2: `limits.cpu` is not a key (did you mean `limits.cpu_seconds`?); there are {limits}")),
        ("[limit]\ncpu_seconds = 3", format!("net-scout.toml:2: `limit.cpu_seconds` is not a key (did you mean `limits.cpu_seconds`?); there are {outside}")),
        ("table = ['ip_events']", "net-scout.toml:1: `table` must be a text in quotes".to_owned()),
        ("\nsince = 5", "net-scout.toml:2: `since` must be a date, or a text in quotes".to_owned()),
        ("db_path = true", "net-scout.toml:1: `db_path` must be a text in quotes".to_owned()),
        (
            "[rules.vertical_scan]\nports_threshold = []",
            "net-scout.toml:2: `rules.vertical_scan.ports_threshold` must be a text, a number, or true or false".to_owned(),
        ),
        (
            "[limits]\nmemory_mib = 0",
            "limits.memory_mib (from net-scout.toml:2): `0` is not a whole number of MiB from 1 to 4096, or a size such as 64 MiB or 1 GiB"
                .to_owned(),
        ),
        (
            "[limits]\ncpu_seconds = 'long'",
            "limits.cpu_seconds (from net-scout.toml:2): `long` is not a number of seconds from 0.01 to 3600, or a duration such as 90s or 5 \
             minutes"
                .to_owned(),
        ),
        (
            "[rules.vertical_scan]\nports = 3",
            "rule vertical_scan has no parameter `ports` (from net-scout.toml:2); it has counts_everything, ports_threshold".to_owned(),
        ),
        (
            "since = ",
            "net-scout.toml:1: this is not TOML, at byte 9 of the line: string values must be quoted, expected literal string".to_owned(),
        ),
    ] {
        scene.configure(toml);
        fails(&scene, &[SCAN], 2, &error);
    }
}

/// A rule that is not installed may well stand in the configuration; it is only pointed out. On the command line it is a slip.
#[test]
fn parameters_of_a_rule_that_is_not_there() {
    let scene = Scene::small();
    scene.configure("[rules.horizontal_scam]\ncount = 'hits'\n");
    let run = scene.run(DRY);
    run.ended(
        0,
        &format!(
            "warning: parameters are set for rule horizontal_scam, which is not loaded\n\
             4 alerts in the events since {SMALL_SINCE}: nothing written (dry run)"
        ),
    );
    assert_eq!(run.stdout, SMALL_ALERTS);
    let run = scene.run(&[DRY, &["--set", "vertical_scam.ports_threshold=3"]].concat());
    assert_eq!(run.code, 2, "{}", run.stderr);
    let names = run
        .stderr
        .trim()
        .strip_prefix("error: --set: there is no plugin `vertical_scam` (did you mean `vertical_scan`?); there are ")
        .expect("the plugins");
    assert!(names.split(", ").any(|name| name == "vertical_scan"), "{names}");
}
