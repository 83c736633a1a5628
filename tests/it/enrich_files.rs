//! Files and state: the enricher `geoip` on small databases, and guests that ask for more than they were granted.

use std::fs;

use net_scout_tests::harness::{Run, SMALL_SINCE, Scene};
use net_scout_tests::mmdb::{MARKER, MmdbWriter};
use net_scout_tests::places;
use serde_json::{Value, json};

/// A folder with `geoip`, approved as the build does it, these databases in `geo`, and a database with our tables.
fn scene(databases: &[(&str, Vec<u8>)]) -> Scene {
    let scene = Scene::small();
    for file in ["geoip.wasm", "plugins.lock"] {
        fs::copy(places::plugins().join(file), scene.path("plugins").join(file)).expect("the enricher");
    }
    fs::create_dir(scene.path("geo")).expect("a folder");
    for (name, bytes) in databases {
        fs::write(scene.path("geo").join(name), bytes).expect("a database");
    }
    scene.configure("enrichment_sleep = 0\n[directories]\ngeoip = 'geo'");
    assert_eq!(scene.run(&["migrate"]).code, 0);
    scene
}

/// What `geoip` finds.
fn geoip(scene: &Scene, address: &str) -> Value {
    let run = scene.run(&["lookup", address, "--only", "geoip", "--refresh"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{address}");
    serde_json::from_str::<Value>(&run.stdout).expect("json")["geoip"].clone()
}

fn city() -> Value {
    json!({
        "continent": {"code": "EU", "names": {"en": "Europe"}},
        "country": {"iso_code": "SE", "geoname_id": 2_661_886, "names": {"de": "Schweden", "en": "Sweden"}},
        "city": {"names": {"en": "Linköping"}},
        "subdivisions": [{"iso_code": "E", "names": {"en": "Östergötland County"}}],
        "location": {"accuracy_radius": 76, "latitude": 58.4167, "longitude": -15.6167, "time_zone": "Europe/Stockholm"},
        "padding": ["x".repeat(300), "y".repeat(3_000)],
        "traits": {"is_anycast": true, "large": 1_u64 << 40, "below": -5}
    })
}

#[test]
fn every_record_size_and_ip_version() {
    for record_size in [24, 28, 32] {
        for ip_version in [4, 6] {
            let mut cities =
                MmdbWriter::new(record_size, ip_version).with("89.160.20.112/28", &city()).with("1.0.0.0/8", &city());
            // Names that occur again are pointers.
            let mut numbers = MmdbWriter::new(record_size, ip_version).with(
                "89.160.0.0/17",
                &json!({"autonomous_system_number": 29_518, "autonomous_system_organization": "Bredband2 AB"}),
            );
            if ip_version == 6 {
                cities = cities.with("2a02:cf40::/29", &city());
                numbers = numbers.with("2a02:cf40::/31", &json!({"autonomous_system_number": 1}));
            }
            let scene = scene(&[("GeoLite2-City.mmdb", cities.bytes()), ("GeoLite2-ASN.mmdb", numbers.bytes())]);
            let mut expected = json!({
                "country": {"iso_code": "SE", "name": "Sweden"},
                "city": "Linköping",
                "subdivisions": [{"iso_code": "E", "name": "Östergötland County"}],
                "location": {
                    "latitude": 58.4167, "longitude": -15.6167, "accuracy_radius": 76, "time_zone": "Europe/Stockholm"
                },
                "asn": 29_518,
                "organisation": "Bredband2 AB",
                "network": "89.160.20.112/28",
                "databases": ["GeoLite2-City.mmdb", "GeoLite2-ASN.mmdb"]
            });
            assert_eq!(geoip(&scene, "89.160.20.113"), expected, "{record_size} {ip_version}");
            assert_eq!(geoip(&scene, "1.255.255.255")["network"], "1.0.0.0/8");
            for nothing in ["89.161.0.1", "10.0.0.1"] {
                assert_eq!(
                    geoip(&scene, nothing)["error"]["message"],
                    format!("not found: GeoLite2-City.mmdb, GeoLite2-ASN.mmdb does not have {nothing}")
                );
            }
            let v6 = geoip(&scene, "2a02:cf41::1");
            if ip_version == 6 {
                expected["asn"] = json!(1);
                expected["network"] = json!("2a02:cf40::/31");
                expected.as_object_mut().expect("an object").remove("organisation");
                assert_eq!(v6, expected);
            } else {
                assert_eq!(v6["error"]["kind"], "not-found");
            }
        }
    }
}

#[test]
fn geoip_is_off_without_its_directory_and_says_what_is_missing() {
    let scene = scene(&[]);
    assert_eq!(
        geoip(&scene, "8.8.8.8")["error"]["message"],
        "unavailable: none of GeoLite2-City.mmdb,GeoLite2-Country.mmdb,GeoLite2-ASN.mmdb is there: there is no file \
         `GeoLite2-ASN.mmdb` in the directory geoip"
    );
    scene.configure("[directories]\ngeoip = 'nowhere'");
    let message = geoip(&scene, "8.8.8.8")["error"]["message"].to_string();
    assert!(message.contains("is there: the directory geoip (nowhere) cannot be opened: No such file or directory"), "{message}");
    scene.configure("");
    scene.run(&["lookup", "8.8.8.8", "--only", "geoip"]).ended(
        2,
        "error: enricher geoip is off: the directory geoip is not configured; to configure it, add [directories] geoip = \"PATH\"",
    );
    scene.run(&["lookup", "8.8.8.8"]).ended(1, "error: no enricher in plugins may run");
    let database = MmdbWriter::new(24, 4).with("8.8.8.0/24", &json!({"country": {"iso_code": "US"}})).bytes();
    fs::write(scene.path("geo/mine.mmdb"), database).expect("a database");
    let mut command = scene.command(&["lookup", "8.8.8.8", "--refresh", "--set", "geoip.databases=mine.mmdb"]);
    let run = Run::of(command.env("NET_SCOUT_GEOIP_DIR", "geo"));
    run.ended(0, "");
    let found: Value = serde_json::from_str(&run.stdout).expect("json");
    assert_eq!(found["geoip"], json!({"country": {"iso_code": "US"}, "network": "8.8.8.0/24", "databases": ["mine.mmdb"]}));
}

#[test]
fn a_damaged_file_is_an_error_and_no_hang() {
    let good = MmdbWriter::new(24, 4).with("8.8.8.0/24", &city()).bytes();
    let raw = |bytes: &[u8]| MmdbWriter::new(24, 4).with_raw("8.8.8.0/24", bytes).bytes();
    let marker = good.windows(MARKER.len()).rposition(|bytes| bytes == MARKER).expect("a marker");
    // Without most of its data, but with its metadata.
    let shortened = [&good[..400], &good[marker..]].concat();
    let bomb: Vec<u8> = (0..30).flat_map(|level: u8| [0x02, 0x04, 0x20, (level + 1) * 6, 0x20, (level + 1) * 6]).collect();
    let cases: [(&str, Vec<u8>, &str); 9] = [
        ("empty", Vec::new(), "it has no metadata"),
        ("truncated", good[..good.len() / 2].to_vec(), "it has no metadata"),
        ("metadata cut", good[..good.len() - 3].to_vec(), "a value leads out of its section"),
        ("shortened", shortened, "a value leads out of its section"),
        ("a pointer to itself", raw(&[0x20, 0]), "a record is nested too deeply, or has too many values"),
        ("a pointer out", raw(&[0x38, 0xff, 0xff, 0xff, 0xff]), "a value leads out of its section"),
        ("lists of lists", raw(&bomb), "a record is nested too deeply, or has too many values"),
        ("a huge text", raw(&[0x5f, 0xff, 0xff, 0xff]), "a record is too large"),
        ("a huge map", raw(&[0xff, 0xff, 0xff, 0xff]), "a value leads out of its section"),
    ];
    for (name, bytes, expected) in cases {
        let scene = scene(&[("GeoLite2-City.mmdb", bytes)]);
        let found = geoip(&scene, "8.8.8.8");
        assert_eq!(found["error"]["message"], format!("invalid: GeoLite2-City.mmdb: it is damaged: {expected}"), "{name}");
    }
    // It takes nothing from another file.
    let numbers = MmdbWriter::new(24, 4).with("8.8.8.0/24", &json!({"autonomous_system_number": 15_169})).bytes();
    let scene = scene(&[("GeoLite2-City.mmdb", raw(&[0x20, 0])), ("GeoLite2-ASN.mmdb", numbers)]);
    let found = geoip(&scene, "8.8.8.8");
    assert_eq!((&found["asn"], &found["failed"][0]["database"]), (&json!(15_169), &json!("GeoLite2-City.mmdb")));
}

/// A scene with the hostile enricher, granted the directory `data` and 64 bytes.
fn hostile() -> Scene {
    let scene = Scene::small().with_guest("files_prober");
    assert_eq!(scene.run(&["migrate"]).code, 0);
    scene.add_directories();
    scene.configure(
        "enrichment_sleep = 0\n[directories]\ndata = 'data'\nother = 'other'\n[grants.files_prober]\nfiles = ['data']\nstate = ['64']",
    );
    scene
}

fn probe(scene: &Scene, address: &str) -> Value {
    probe_that_says(scene, address, "")
}

fn probe_that_says(scene: &Scene, address: &str, said: &str) -> Value {
    let run = scene.run(&["lookup", address, "--only", "files_prober", "--refresh"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, said), "{address}");
    serde_json::from_str::<Value>(&run.stdout).expect("json")["files_prober"].clone()
}

#[test]
fn what_leads_out_of_a_directory_is_denied() {
    let scene = hostile();
    for (address, message) in [
        ("8.8.8.1", "access denied: `../secret` leads out of the directory data, and only what is in it can be granted"),
        ("8.8.8.2", "access denied: `/etc/passwd` leads out of the directory data, and only what is in it can be granted"),
        ("8.8.8.3", "access denied: `out` leads out of the directory data, and only what is in it can be granted"),
        (
            "8.8.8.4",
            "access denied: the directory other is not granted; to grant it, add [grants.files_prober] files = [\"other\"]",
        ),
        ("8.8.8.5", "invalid: `pipe` in the directory data is no regular file"),
        ("8.8.8.6", "invalid: at most 1048576 bytes may be read at once, not 1048577"),
    ] {
        assert_eq!(probe(&scene, address)["error"]["message"], message, "{address}");
    }
    assert_eq!(probe(&scene, "8.8.8.7"), "in data");
}

#[test]
fn state_is_a_plugins_own_within_its_quota_and_kept_when_a_call_succeeded() {
    let scene = hostile();
    let kept = || -> Vec<(String, String, Vec<u8>)> {
        let database = scene.connect();
        let mut rows = database.prepare("SELECT plugin, key, value FROM scout_plugin_state ORDER BY 1, 2").expect("state");
        let rows = rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).expect("state");
        rows.map(|row| row.expect("a row")).collect()
    };
    scene
        .connect()
        .execute("INSERT INTO scout_plugin_state (plugin, key, value) VALUES ('another', 'theirs', x'31')", [])
        .expect("state");
    let theirs = ("another".to_owned(), "theirs".to_owned(), b"1".to_vec());
    let ours = ("files_prober".to_owned(), "kept".to_owned(), b"1".to_vec());
    assert_eq!(probe(&scene, "8.8.8.12"), Value::Null);
    assert_eq!(probe(&scene, "8.8.8.11"), "1");
    assert_eq!(kept(), [theirs.clone(), ours.clone()]);
    assert_eq!(probe(&scene, "8.8.8.12"), "1");
    assert_eq!(
        probe(&scene, "8.8.8.13")["error"]["message"],
        "invalid: the store would have 65 bytes, more than the 64 that are granted; to grant more, add [grants.files_prober] \
         state = [\"65\"]"
    );
    assert_eq!(probe(&scene, "8.8.8.14")["error"]["message"], "not found: after a change");
    let panic = "ERROR files_prober: panicked at tests/guests/examples/files_prober.rs:43:13:\\nafter a change\n";
    assert_eq!(probe_that_says(&scene, "8.8.8.15", panic)["error"]["kind"], "failed");
    assert_eq!(probe(&scene, "8.8.8.16"), Value::Null);
    assert_eq!(kept(), [theirs.clone(), ours]);
    assert_eq!(probe(&scene, "8.8.8.17"), Value::Null);
    assert_eq!(kept(), [theirs]);
}

#[test]
fn a_rule_keeps_state_between_scans_and_a_dry_run_keeps_nothing() {
    let scene = Scene::small().without_rules().with_guest("counter");
    let counts = |words: &[&str]| -> Vec<i64> {
        let run = scene.run(&[&["scan", "--since", SMALL_SINCE, "--format", "ndjson"][..], words].concat());
        run.lines().iter().map(|line| line["evidence"]["scans"].as_i64().expect("a count")).collect()
    };
    // Before there is a table for it.
    let before = scene.bytes();
    assert_eq!(counts(&["--dry-run"]), [1]);
    assert_eq!(scene.bytes(), before);
    assert_eq!(counts(&[]), [1]);
    assert_eq!(counts(&[]), [2]);
    assert_eq!(counts(&["--dry-run"]), [3]);
    assert_eq!(counts(&["--set", "counter.fails=true"]), [0; 0]);
    assert_eq!(counts(&[]), [3]);
}

#[test]
fn a_rule_that_asks_for_a_large_store_is_refused() {
    let scene = Scene::small().without_rules().with_guest("hoarder").with_guest("counter");
    let run = scene.run(&["scan", "--since", SMALL_SINCE, "--dry-run", "--format", "ndjson"]);
    assert!(
        run.stderr.contains(
            "plugin hoarder.wasm describes itself wrongly: it requests a store of 262145 bytes, a rule may have 262144"
        ),
        "{}",
        run.stderr
    );
    assert_eq!(run.lines().len(), 1);
}
