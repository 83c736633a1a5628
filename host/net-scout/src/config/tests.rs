use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use super::*;
use net_scout_model::time::Moment;

fn layers(flags: Flags, environment: &[(&str, &str)], file: &str) -> Layers {
    Layers {
        flags,
        environment: environment.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect(),
        file: Some(ConfigFile::parse(Path::new("net-scout.toml"), file).expect("file")),
    }
}

fn resolve(environment: &[(&str, &str)], file: &str) -> Result<Config, String> {
    Config::resolve(&layers(Flags::default(), environment, file)).map_err(|error| error.0)
}

#[test]
fn flags_win_over_environment_over_file_over_default() {
    let file = "max_alerts_per_run = 3\nsince = '3 hours'\nbusy_timeout = 3\n\n[limits]\nmemory_mib = 3";
    let environment = [("NET_SCOUT_MAX_ALERTS_PER_RUN", "2"), ("NET_SCOUT_DEFAULT_SINCE", "2 hours")];
    let flags = Flags { max_alerts: Some(Setting::flag("--max-alerts", "1")), ..Flags::default() };
    let config = Config::resolve(&layers(flags, &environment, file)).expect("config");
    assert_eq!((config.max_alerts, config.since), (1, Moment::Before(7_200_000_000)));
    assert_eq!((config.busy_timeout, config.limits.common.memory), (Duration::from_secs(3), 3 << 20));
    assert_eq!(config.table, "ip_events");
    let set = config.settings.iter().filter(|(_, setting)| setting.source != Source::Default);
    let set: Vec<(&str, &str, String)> =
        set.map(|(key, setting)| (key.name, setting.text.as_str(), setting.source.to_string())).collect();
    assert_eq!(
        set,
        [
            ("since", "2 hours", "NET_SCOUT_DEFAULT_SINCE".to_owned()),
            ("max_alerts_per_run", "1", "--max-alerts".to_owned()),
            ("busy_timeout", "3", "net-scout.toml:3".to_owned()),
            ("limits.memory_mib", "3", "net-scout.toml:6".to_owned()),
        ]
    );
}

#[test]
fn one_grammar_for_durations_sizes_and_switches() {
    let file = "quiet_hours = '2 days'\nbusy_timeout = '1 minute'\nenrichment_sleep = 0\ngroup = 'off'\nbuiltin_roles = 0\n\
                dns_servers = ['192.0.2.53', '127.0.0.1:5353']\nsince = 2026-03-11\n[limits]\nmemory_mib = '1 GiB'\ncpu_seconds = '2m'";
    let config = resolve(&[], file).expect("config");
    assert_eq!((config.quiet, config.busy_timeout), (172_800_000_000, Duration::from_secs(60)));
    assert_eq!((config.enrichment_rate.interval, config.group, config.builtin_roles), (Duration::ZERO, false, false));
    assert_eq!(config.dns_servers.iter().map(SocketAddr::to_string).collect::<Vec<_>>(), ["192.0.2.53:53", "127.0.0.1:5353"]);
    assert!(matches!(config.since, Moment::At(_)));
    assert_eq!((config.limits.common.memory, config.limits.common.cpu), (1 << 30, Duration::from_secs(120)));
}

#[test]
fn parameters_are_layered_too() {
    let mut layers = layers(
        Flags::default(),
        &[("NET_SCOUT_VERTICAL_PORTS_THRESHOLD", "20"), ("NET_SCOUT_HORIZONTAL_CONN_THRESHOLD", "20")],
        "[rules.vertical_scan]\nports_threshold = 30\n[rules.mine]\nfactor = 1.5\nstrict = true",
    );
    layers.flags.parameters.push(("horizontal_scan".into(), "conn_threshold".into(), "10".into()));
    let parameters = Config::resolve(&layers).expect("config").parameters;
    let text = |rule: &str, parameter: &str| parameters[rule][parameter].text.clone();
    assert_eq!(text("vertical_scan", "ports_threshold"), "20");
    assert_eq!(text("horizontal_scan", "conn_threshold"), "10");
    assert_eq!((text("mine", "factor"), text("mine", "strict")), ("1.5".to_owned(), "true".to_owned()));
    assert_eq!(parameters["mine"]["strict"].source.to_string(), "net-scout.toml:5");
}

#[test]
fn the_environment_wins_over_the_file_for_directories_too() {
    let directories = resolve(&[("NET_SCOUT_GEOIP_DIR", "/env")], "[directories]\ngeoip = '/file'\nother = '/other'");
    let directories = directories.expect("config").directories;
    assert_eq!((&directories["geoip"], &directories["other"]), (&PathBuf::from("/env"), &PathBuf::from("/other")));
}

#[test]
fn local_networks_are_a_list_or_a_text() {
    let networks = |environment: &[(&str, &str)], file: &str| {
        resolve(environment, file).expect("config").local_networks.as_ref().map(ToString::to_string)
    };
    let file = "local_networks = ['192.0.2.0/24', '2001:db8::/64']";
    assert_eq!(networks(&[], file).as_deref(), Some("192.0.2.0/24, 2001:db8::/64"));
    let variable = "NET_SCOUT_LOCAL_NETWORKS";
    assert_eq!(networks(&[(variable, "10.0.0.0/8,10.1.0.0/16")], file).as_deref(), Some("10.0.0.0/8"));
    assert_eq!(networks(&[], ""), None);
}

#[test]
fn errors_name_value_and_place_whatever_wins() {
    let flags = Flags { table: Some(Setting::flag("--table", "ip events")), ..Flags::default() };
    assert_eq!(
        Config::resolve(&layers(flags, &[], "")).expect_err("a table").0,
        "table (from --table): `ip events` is not a table name of letters, digits and underscores"
    );
    for (environment, file, error) in [
        (
            &[("NET_SCOUT_MAX_ALERTS_PER_RUN", "many")][..],
            "",
            "max_alerts_per_run (from NET_SCOUT_MAX_ALERTS_PER_RUN): `many` is not a whole number from 0 to 1000000",
        ),
        // What stands below a value that wins is wrong all the same.
        (
            &[("NET_SCOUT_QUIET_HOURS", "2")],
            "\nquiet_hours = 'long'",
            "quiet_hours (from net-scout.toml:2): `long` is not a number of hours from 1 to 8760, or a duration such as 90s or 5 minutes",
        ),
        (
            &[],
            "[limits]\ncpu_seconds = 0",
            "limits.cpu_seconds (from net-scout.toml:2): `0` is not a number of seconds from 0.01 to 3600, or a duration such as 90s or 5 minutes",
        ),
        (
            &[("NET_SCOUT_LOCAL_NETWORKS", "192.168.1.0/16")],
            "",
            "local_networks (from NET_SCOUT_LOCAL_NETWORKS): `192.168.1.0/16` is not a network: it begins at 192.168.0.0/16",
        ),
        (&[], "since = 60", "net-scout.toml:1: `since` must be a date, or a text in quotes"),
        (&[], "db_path = 3", "net-scout.toml:1: `db_path` must be a text in quotes"),
    ] {
        assert_eq!(resolve(environment, file).expect_err(error), error);
    }
}
