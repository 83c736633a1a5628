//! The beacon score against the values that RITA's own tests expect, where the data lies beside the project.

use std::path::Path;

use net_scout_algorithms::beacon_score;
use serde_json::Value;

#[test]
fn the_parts_agree_with_rita() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/rita/beacon_vectors.json");
    let Ok(text) = std::fs::read_to_string(file) else { return };
    let vectors: Vec<Value> = serde_json::from_str(&text).expect("JSON");
    assert!(!vectors.is_empty());
    for vector in &vectors {
        let mut times: Vec<i64> =
            vector["ts"].as_array().expect("times").iter().map(|time| time.as_i64().expect("a time")).collect();
        times.sort_unstable();
        let bound = |name: &str| vector[name].as_i64().expect("a bound");
        let score = beacon_score(&times, bound("min_ts"), bound("max_ts")).expect("a score");
        for (part, ours) in [("ts", score.intervals), ("hist", score.histogram), ("dur", score.duration)] {
            let expected = [&vector["rita_expected"][part], &vector["recomputed"][part]].into_iter().find_map(Value::as_f64);
            let expected = expected.expect("an expected value");
            assert!((ours - expected).abs() <= 0.01, "{}: {part} is {ours}, expected {expected}", vector["name"]);
        }
    }
}
