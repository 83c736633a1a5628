//! `net-scout doctor`: broken installations, each of which is named by a line of its own; `doctor --inject`, `setup` and `support`.

use std::fs;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use net_scout_tests::harness::{DATABASE, Run, Scene, add_event, changed};
use net_scout_tests::places;
use serde_json::Value;

/// What breaks an installation.
type Break = fn(&Scene, &mut Command);

/// Broken installations: the check that names each, a part of what it says, and a part of what mends it.
const BROKEN: [(&str, Break, &str, &str); 38] = [
    (
        "configuration",
        |scene, _| scene.configure("\ndb_pth = 'x'"),
        "net-scout.toml:2: `db_pth` is not a key",
        "edit net-scout.toml",
    ),
    (
        "environment",
        |_, command| set(command, "NET_SCOUT_TABEL", "x"),
        "NET_SCOUT_TABEL is not a setting; NET_SCOUT_TABLE is",
        "unset",
    ),
    ("parameters", |scene, _| scene.configure("[rules.vertical_scna]\na = 1"), "`vertical_scna`", "correct the name"),
    ("parameters", |scene, _| scene.configure("[rules.vertical_scan]\nport_threshold = 1"), "port_threshold", "plugin inspect"),
    (
        "parameters",
        |scene, _| scene.configure("[grants.whios]\nexec = ['whois {ip}']"),
        "grants are written for `whios`",
        "correct the name",
    ),
    ("directories", |scene, _| scene.configure("[directories]\ngeoip = 'missing'"), "cannot be read", "directories.geoip"),
    ("directories", empty_directory, "is empty", "put the files"),
    (
        "cache",
        |scene, command| set(command, "NET_SCOUT_CACHE_DIR", &scene.path("net-scout.toml/code").display().to_string()),
        "is not a folder",
        "mkdir -p",
    ),
    ("database", |scene, _| fs::remove_file(scene.path(DATABASE)).expect("removed"), "no database at", "net-scout setup"),
    ("database", |scene, _| fs::write(scene.path(DATABASE), "text").expect("written"), "is not a SQLite database", "--db-path"),
    ("database", |scene, _| cut(scene), "truncated", ".recover"),
    ("integrity", |scene, _| damage(scene), "it is damaged", ".recover"),
    ("permissions", |scene, command| mode(scene, command, DATABASE, 0o666), "everybody on this machine may write", "chmod o-w"),
    ("permissions", |scene, command| mode(scene, command, ".", 0o777), "everybody on this machine may write", "chmod o-w"),
    ("journal", |scene, _| sql(scene, "PRAGMA journal_mode = DELETE"), "wait for each other", "journal_mode=WAL"),
    (
        "version",
        |scene, _| {
            migrated(
                scene,
                "INSERT INTO scout_migrations SELECT alert_table, 9999, name, checksum, applied_at FROM scout_migrations LIMIT 1",
            )
        },
        "later net-scout",
        "install the later one",
    ),
    (
        "version",
        |scene, _| migrated(scene, "DELETE FROM scout_migrations WHERE version = (SELECT max(version) FROM scout_migrations)"),
        "1 migration did not run",
        "net-scout migrate",
    ),
    ("alert_table", |scene, _| scene.configure("alert_table = 'ip_events'"), "is not an alert table", "alert_table"),
    ("layout", |scene, _| scene.configure("table = 'ip_events_30'"), "no table `ip_events_30`", "--table"),
    ("layout", |scene, _| sql(scene, "ALTER TABLE ip_events RENAME COLUMN verdict TO v"), "it has no column verdict", ".schema"),
    ("index", |scene, _| drop_index(scene), "no index on timestamp", "CREATE INDEX"),
    ("newest_event", |_, command| set(command, "NET_SCOUT_NOW", "2026-03-20T00:00:00Z"), "8 days ago", "--since '9 days'"),
    ("newest_event", |scene, _| sql(scene, "DELETE FROM ip_events"), "there is no event yet", "net-scout import"),
    (
        "clock",
        |scene, _| add_event(&scene.connect(), "2026-03-11T23:35:11Z", "192.0.2.9", 1, "198.51.100.1", 80),
        "3 hours ahead",
        "timedatectl",
    ),
    ("time_zone", local_time, "is what clocks show in America/New_York", "TZ=UTC"),
    (
        "timestamps",
        |scene, _| sql(scene, "UPDATE ip_events SET timestamp = '11.03.2026' WHERE id = 5"),
        "such as `11.03.2026`",
        "WHERE rowid = 5",
    ),
    (
        "networks",
        |scene, _| scene.configure("local_networks = ['10.9.0.0/16']"),
        "no address of the last 330 events lies in",
        "198.51.100.0/24",
    ),
    ("plugins", |scene, _| scene.add_plugin("bad.wasm", b"text"), "bad.wasm is not a WebAssembly file", "rm plugins/bad.wasm"),
    (
        "plugins",
        |scene, _| {
            fs::remove_dir_all(scene.path("plugins")).and_then(|()| fs::create_dir(scene.path("plugins"))).expect("emptied")
        },
        "there is no plugin",
        "plugin extract",
    ),
    ("approvals", another_file, "vertical-scan.wasm", "plugin approve vertical-scan.wasm"),
    ("rules", ungranted_rule, "rule threat_list does not run", "plugin approve threat_list"),
    (
        "rules",
        |scene, _| migrated(scene, "INSERT INTO scout_rule_failures VALUES ('vertical_scan', 'x', 3, 'it trapped', 1)"),
        "benched",
        "plugin enable vertical_scan",
    ),
    ("columns", |scene, _| sql(scene, "ALTER TABLE ip_events DROP COLUMN hit_count"), "hit_count", "update net-sentinel"),
    ("enrichers", |scene, _| copy(scene, "rdns.wasm"), "enricher rdns (rdns.wasm) does not run", "plugin approve rdns"),
    ("dns", deaf_resolver, "127.0.0.1:1 do not answer", "dns_servers"),
    (
        "allowlist",
        |scene, _| scene.configure("[[allow]]\nnetwork = '0.0.0.0/0'\nreason = 'x'"),
        "hides alerts from 0.0.0.0/0",
        "[[allow]]",
    ),
    (
        "receivers",
        |scene, _| scene.configure("[[receiver]]\nname = 'chat'\nkind = 'slack'\nurl_env = 'NET_SCOUT_SECRET_CHAT'"),
        "NET_SCOUT_SECRET_CHAT is not set",
        "systemctl edit",
    ),
    (
        "routes",
        |scene, _| scene.configure("[[receiver]]\nname = 'file'\nkind = 'file'\npath = 'alerts.json'"),
        "no [[route]] names receiver file",
        "[[route]]",
    ),
];

/// The same for what only a service leaves behind.
const LEFT_BEHIND: [(&str, Break, &str, &str); 5] = [
    (
        "outbox",
        |scene, _| {
            migrated(
                scene,
                "INSERT INTO scout_messages (alert_table, key, route, receiver, state, next, error, formed) VALUES ('scout_alerts', 'k', 'r', 'chat', 'failed', 0, 'refused: 403', 0)",
            )
        },
        "1 message given up, the last for chat: refused: 403",
        "outbox retry 1",
    ),
    (
        "outbox",
        |scene, _| {
            migrated(
                scene,
                "INSERT INTO scout_messages (alert_table, key, route, receiver, state, attempts, next, error, formed) VALUES ('scout_alerts', 'k', 'r', 'chat', 'due', 3, 0, 'no route to host', 0)",
            )
        },
        "did not arrive yet",
        "notify test chat",
    ),
    (
        "service",
        |scene, _| migrated(scene, "INSERT INTO scout_service VALUES ('service', '{}', 1773200000000000)"),
        "no service is running on this database; the last one was active",
        "systemctl start net-scout",
    ),
    (
        "coverage",
        |scene, _| {
            migrated(
                scene,
                "INSERT INTO scout_coverage (event_table, alert_table, begins, ends, state, digest, at) VALUES ('ip_events', 'scout_alerts', 1773256000000000, 1773257000000000, 'scanned', 'x', 1), ('ip_events', 'scout_alerts', 1773258000000000, 1773261000000000, 'scanned', 'x', 1)",
            )
        },
        "were not scanned",
        "scan --fill",
    ),
    (
        "allowlist",
        |scene, _| {
            migrated(
                scene,
                "INSERT INTO scout_allowlist (network, side, rules, ports, reason, created_at) VALUES ('nonsense', 'source', '', '', 'x', '2026-03-11T00:00:00Z')",
            )
        },
        "cannot be read and suppresses nothing",
        "allow list",
    ),
];

fn set(command: &mut Command, name: &str, value: &str) {
    command.env(name, value);
}

fn sql(scene: &Scene, sql: &str) {
    scene.connect().execute_batch(sql).unwrap_or_else(|error| panic!("{error}: {sql}"));
}

fn migrated(scene: &Scene, text: &str) {
    scene.run(&["migrate"]).exited(0);
    sql(scene, text);
}

/// A database that everybody may write has to be named.
fn mode(scene: &Scene, command: &mut Command, name: &str, mode: u32) {
    fs::set_permissions(scene.path(name), fs::Permissions::from_mode(mode)).expect("permissions");
    command.env("NET_SCOUT_DB_PATH", DATABASE);
}

fn copy(scene: &Scene, plugin: &str) {
    fs::copy(places::plugins().join(plugin), scene.path("plugins").join(plugin)).expect("a plugin");
}

fn empty_directory(scene: &Scene, _: &mut Command) {
    fs::create_dir(scene.path("empty")).expect("a folder");
    scene.configure("[directories]\ngeoip = 'empty'");
}

fn cut(scene: &Scene) {
    let bytes = scene.bytes();
    fs::write(scene.path(DATABASE), &bytes[..bytes.len() - 100]).expect("cut");
}

/// Rows whose entries an index does not have.
fn damage(scene: &Scene) {
    let index: String = scene
        .connect()
        .query_row("SELECT name FROM sqlite_schema WHERE type = 'index' AND sql LIKE '%(src_ip)%'", [], |row| row.get(0))
        .expect("an index");
    sql(
        scene,
        &format!(
            "PRAGMA writable_schema = 1; UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'ip_events') WHERE name = '{index}'"
        ),
    );
}

fn drop_index(scene: &Scene) {
    let connection = scene.connect();
    let names: Vec<String> = connection
        .prepare("SELECT list.name FROM pragma_index_list('ip_events') AS list WHERE (SELECT name FROM pragma_index_info(list.name) WHERE seqno = 0) = 'timestamp'")
        .and_then(|mut names| names.query_map([], |row| row.get(0))?.collect())
        .expect("indexes");
    names.iter().for_each(|name| connection.execute_batch(&format!("DROP INDEX \"{name}\"")).expect("dropped"));
}

fn local_time(scene: &Scene, command: &mut Command) {
    sql(scene, "UPDATE ip_events SET timestamp = '2026-03-11 16:34:00'");
    command.env("TZ", "America/New_York");
}

fn another_file(scene: &Scene, _: &mut Command) {
    scene.run(&["plugin", "approve", "vertical_scan", "--yes"]).exited(0);
    let file = scene.path("plugins/vertical-scan.wasm");
    fs::write(&file, changed(fs::read(&file).expect("a plugin"))).expect("another one");
}

fn ungranted_rule(scene: &Scene, _: &mut Command) {
    copy(scene, "threat-list.wasm");
    scene.add_directories();
    scene.configure("[directories]\nthreat_lists = 'data'");
}

fn deaf_resolver(scene: &Scene, _: &mut Command) {
    copy(scene, "rdns.wasm");
    scene.run(&["plugin", "approve", "rdns", "--yes"]).exited(0);
    scene.configure("dns_servers = ['127.0.0.1:1']");
}

fn doctor(scene: &Scene, change: impl FnOnce(&mut Command)) -> (Run, Vec<Value>) {
    let mut command = scene.command(&["doctor", "--format", "ndjson"]);
    change(&mut command);
    let run = Run::of(&mut command);
    let lines = run.lines();
    (run, lines)
}

#[test]
fn a_sound_installation() {
    let scene = Scene::small();
    let before = (scene.bytes(), scene.files());
    let (run, checks) = doctor(&scene, |_| ());
    let wrong: Vec<&Value> = checks.iter().filter(|check| check["state"] == "wrong").collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    run.exited(0);
    assert!(checks.len() >= 25, "{}", checks.len());
    assert_eq!((scene.bytes(), scene.files()), before, "it writes nothing");
    let shown = scene.run(&["doctor"]);
    assert!(shown.stdout.lines().all(|line| line.chars().count() <= 100 || line.contains("> ")), "{}", shown.stdout);
    assert!(shown.stdout.contains("newest_event"), "{}", shown.stdout);
}

#[test]
fn broken_installations_are_named() {
    for (check, broken, evidence, fix) in BROKEN.into_iter().chain(LEFT_BEHIND) {
        let scene = Scene::small();
        let (run, checks) = doctor(&scene, |command| broken(&scene, command));
        let found = checks.iter().find(|found| found["check"] == check).unwrap_or_else(|| panic!("{check}: {}", run.stderr));
        assert_eq!(found["state"], "wrong", "{check}: {evidence}: {found}");
        let text = |member: &str| found[member].as_str().unwrap_or_default().to_owned();
        assert!(text("evidence").contains(evidence), "{check}: {evidence}: {found}");
        assert!(text("fix").contains(fix), "{check}: {fix}: {found}");
        run.exited(3);
    }
}

#[test]
fn a_made_up_scan_raises_an_alert_and_reaches_a_receiver() {
    let scene = Scene::small();
    scene.configure(
        "[[receiver]]\nname = 'file'\nkind = 'file'\npath = 'told.json'\n[[route]]\nname = 'all'\nreceivers = ['file']\n\
         [rules.vertical_scan]\nports_threshold = 20",
    );
    let before = scene.bytes();
    let alone = scene.run(&["doctor", "--inject"]);
    alone.exited(0);
    for part in ["192.0.2.66 probes ", "vertical_scan", "file (route all)"] {
        assert!(alone.stdout.contains(part), "{part}: {}", alone.stdout);
    }
    assert!(!scene.path("told.json").exists(), "a message is sent only where that is asked for");
    let told = scene.run(&["doctor", "--inject", "--to", "file", "--format", "json"]);
    told.exited(0);
    let object: Value = serde_json::from_str(&told.stdout).expect("JSON");
    assert_eq!(object["sent"], "file");
    let message = fs::read_to_string(scene.path("told.json")).expect("a message");
    assert!(message.contains("net-scout.test") && message.contains("192.0.2.66"), "{message}");
    assert_eq!(scene.bytes(), before, "the database is only read");
    assert_eq!(scene.run(&["alerts", "--format", "ndjson"]).stdout, "");

    scene.run(&["doctor", "--inject", "--to", "fiel"]).ended(2, "error: --to: there is no receiver `fiel`; there are file");
    scene.configure("[[allow]]\nnetwork = '192.0.2.0/24'\nreason = 'a test'");
    let hidden = scene.run(&["doctor", "--inject"]);
    hidden.exited(3);
    assert!(hidden.stdout.contains("none: entry configuration 1 of the allowlist (a test) left out"), "{}", hidden.stdout);
}

#[test]
fn setup_shows_and_writes_a_file_that_works() {
    let scene = Scene::small();
    fs::remove_file(scene.path("net-scout.toml")).expect("removed");
    let shown = scene.run(&["setup", "--dry-run"]);
    shown.exited(0);
    assert!(shown.stdout.contains("db_path = ") && shown.stdout.contains(DATABASE), "{}", shown.stdout);
    scene.run(&["setup", "--output", "my.toml"]).said(2, "nobody can be asked; nothing was written");
    assert!(!scene.path("my.toml").exists());
    scene.run(&["setup", "--output", "my.toml", "--yes", "--mail", "ops@example.org"]).said(0, "my.toml is written");
    scene.run(&["--config", "my.toml", "scan", "--quiet"]).exited(0);
    let receivers = scene.run(&["--config", "my.toml", "doctor", "--format", "ndjson"]).lines();
    assert!(receivers.iter().any(|check| check["check"] == "routes" && check["state"] == "good"), "{receivers:?}");

    fs::write(scene.path("my.toml"), "# mine").expect("written");
    scene.run(&["setup", "--output", "my.toml", "--yes"]).said(2, "my.toml is there already; nothing was written");
    assert_eq!(fs::read_to_string(scene.path("my.toml")).expect("read"), "# mine");
    scene.run(&["setup", "--output", "my.toml", "--yes", "--replace"]).said(0, "the old one is kept as my.toml.before");
    assert_eq!(fs::read_to_string(scene.path("my.toml.before")).expect("read"), "# mine");
    scene.run(&["setup", "--output", DATABASE, "--yes", "--replace"]).said(2, "belongs to the database");
    scene.run(&["setup", "--yes", "--output", "x.toml", "--mail", "not mail"]).said(2, "address of mail");
}

#[test]
fn the_archive_for_support_has_no_secret_and_no_address() {
    const SECRET: &str = "xoxb-very-secret";
    let scene = Scene::small();
    scene.run(&["scan"]).exited(0);
    scene.configure(
        "log_level = 'info'\nlocal_networks = ['198.51.100.0/24']\ndns_servers = ['192.0.2.53']\n\
         [[allow]]\nnetwork = '192.0.2.9'\nreason = 'asked by ann@example.org'\n\
         [[receiver]]\nname = 'chat'\nkind = 'slack'\nurl_env = 'NET_SCOUT_SECRET_CHAT'\n\
         [[receiver]]\nname = 'hook'\nkind = 'webhook'\nurl = 'https://192.0.2.80/hidden-path'\nsecret_env = 'NET_SCOUT_SECRET_X'\n",
    );
    fs::write(scene.path("net-scout.log"), format!("asked 192.0.2.3 of 198.51.100.2 and [2001:db8::7] with {SECRET}\n"))
        .expect("a log");
    let mut command = scene.command(&["support", "--output", "help.tar.gz", "--log-file", "net-scout.log"]);
    command.env("NET_SCOUT_SECRET_CHAT", format!("https://hooks.example/{SECRET}")).env("NET_SCOUT_SECRET_X", SECRET);
    let run = Run::of(&mut command);
    run.exited(0);
    let mut text = String::new();
    let packed = fs::File::open(scene.path("help.tar.gz")).expect("an archive");
    assert_eq!(packed.metadata().expect("metadata").permissions().mode() & 0o777, 0o600);
    flate2::read::GzDecoder::new(packed).read_to_string(&mut text).expect("gzip");
    for hidden in [SECRET, "192.0.2.", "198.51.100.", "2001:db8", "ann@", "example.org", "hidden-path", "hooks.example"] {
        assert!(!text.contains(hidden), "{hidden} is in it: {text}");
    }
    for there in ["doctor.json", "net-scout.toml", "plugins.json", "log.txt", "vertical_scan", "public-", "NET_SCOUT_SECRET_CHAT"]
    {
        assert!(text.contains(there), "{there} is not in it");
    }
    scene.run(&["support", "--output", "help.tar.gz"]).said(2, "cannot be made");
    let list = Command::new("tar").arg("tzf").arg(scene.path("help.tar.gz")).output().expect("tar runs");
    assert!(list.status.success() && String::from_utf8_lossy(&list.stdout).contains("net-scout-support/README.txt"));
}
