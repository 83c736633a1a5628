//! The places of addresses, from MaxMind DB files.

use std::fs;

use super::scene;
use net_scout_tests::harness::{Run, Scene};
use net_scout_tests::mmdb::{MARKER, MmdbWriter};
use serde_json::{Value, json};

/// What `geoip` finds.
fn geoip(scene: &Scene, address: &str) -> Value {
    let run = scene.run(&["lookup", address, "--only", "geoip", "--refresh"]);
    run.looked_up(address, "");
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
