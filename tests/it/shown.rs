//! Nothing that somebody else wrote speaks to a terminal, hides from a reader, or is a formula: every command, in every format, over a
//! database that is full of such texts.

use net_scout_tests::harness::{Run, Scene, add_event};
use net_scout_tests::sample::Layout;

/// Texts that do something where they are shown.
const TEXTS: [&str; 9] = [
    "\u{1b}]0;title\u{7}\u{1b}[2J\u{1b}[31mred",
    "\u{9b}31m\u{85}\u{90}",
    "\u{202e}gnp.exe\u{2066}\u{61c}",
    "a\u{ad}b\u{200b}c\u{e0041}\u{e0000}\u{fe0f}\u{3164}",
    "=HYPERLINK(\"http://evil.example\";\"open\")",
    "@SUM(1+9)*cmd|' /C calc'!A0",
    "+1+1|x",
    "-2+3",
    "line\r\nforged: line\t\u{2028}end",
];

/// What must stand in no output. Tables have spaces, JSON has ends of lines.
fn is_hidden(character: char) -> bool {
    (character.is_control() && character != '\n')
        || matches!(character, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
        || matches!(character, '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}')
}

fn scene() -> Scene {
    let scene = Scene::with_events(Layout::V2, |connection| {
        for port in 1..=60 {
            add_event(connection, "2026-03-11T20:25:11Z", "192.0.2.1", 40_000, "198.51.100.1", port);
        }
    });
    assert_eq!(scene.run(&["migrate"]).code, 0);
    let connection = scene.connect();
    for text in TEXTS {
        let columns = "src_rdns, dst_rdns, src_service, city, country, state, country_code, trace_path, in_if, proto";
        let texts = ["?1"; 10].join(", ");
        let sql = format!(
            "INSERT INTO ip_events (src_ip, dst_ip, verdict, direction, timestamp, {columns})
             VALUES (?1, ?1, 'DROP', 'INBOUND', '2026-03-11T20:25:11Z', {texts})"
        );
        connection.execute(&sql, [text]).expect("an event");
        let evidence = serde_json::json!({
            text: text, "network": text, "ports": [text], "related": [{"rule": text, "alert_type": text, "src_ip": text, "evidence": {text: text}}],
            "events": {"condition": text, "first": text, "last": text, "count": 1, "ports": {text: 1}, "error": text, "sources": {text: 2}},
            "plugin": {"name": text, "version": text, "sha256": text}, "window": {"since": text, "until": text}, "techniques": [text],
        });
        for (json, kind) in [(evidence.to_string(), "a"), (text.to_owned(), "b")] {
            connection
                .execute(
                    "INSERT INTO scout_alerts (alert_type, src_ip, dst_ip, score, evidence_json, enrichment_json, status, created_at, severity,
                                               rule, updated_at, story)
                     VALUES (?1 || ?3, ?1, ?1, 50, ?2, ?2, ?1, ?1, ?1, ?1, ?1, ?1)",
                    [text, &json, kind],
                )
                .expect("an alert");
        }
        connection
            .execute("INSERT INTO scout_enrichment_cache (subject, kind, result_json, updated_at) VALUES (?1, ?1, ?2, '2026-03-11T20:25:11Z')", [
                text,
                &serde_json::json!({ text: text }).to_string(),
            ])
            .expect("an answer");
    }
    scene
}

#[track_caller]
fn check(words: &[&str], run: &Run) {
    for (stream, text) in [("output", &run.stdout), ("errors", &run.stderr)] {
        if let Some(place) = text.find(is_hidden) {
            let around: String = text[..place].chars().rev().take(60).collect::<Vec<_>>().into_iter().rev().collect();
            panic!("{words:?}: {:?} in the {stream} behind {around:?}", text[place..].chars().next());
        }
    }
    if words.contains(&"csv") {
        for line in run.stdout.lines() {
            for cell in cells(line) {
                let first = cell.chars().next().unwrap_or(' ');
                assert!(!"=+-@".contains(first) || cell.parse::<f64>().is_ok(), "{words:?}: {cell:?} is a formula");
            }
        }
    }
}

/// The cells of a line of CSV (RFC 4180).
fn cells(line: &str) -> Vec<String> {
    let (mut cells, mut quoted) = (vec![String::new()], false);
    for letter in line.chars() {
        match letter {
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(String::new()),
            letter => cells.last_mut().expect("a cell").push(letter),
        }
    }
    cells
}

#[test]
fn every_command_over_hostile_texts() {
    let scene = scene();
    let ids: Vec<i64> = (1..=2 * TEXTS.len() as i64).collect();
    for format in ["table", "json", "ndjson", "csv"] {
        for words in [
            vec!["alerts"],
            vec!["alerts", "--min-score", "1"],
            vec!["cache", "list"],
            vec!["allow", "list"],
            vec!["config"],
            vec!["plugin", "list"],
            vec!["plugin", "stats"],
            vec!["explain", "192.0.2.1"],
            vec!["scan", "--dry-run"],
        ] {
            let words = [words, vec!["--format", format]].concat();
            check(&words, &scene.run(&words));
        }
        for id in &ids {
            let id = id.to_string();
            let words = ["alerts", "show", &id, "--format", format];
            let run = scene.run(&words);
            assert_eq!(run.code, 0, "{words:?}: {}", run.stderr);
            check(&words, &run);
        }
    }
}

/// What is typed, and what files are called, comes back in messages.
#[test]
fn words_and_names_of_files() {
    let scene = scene();
    for text in TEXTS {
        let file = text.replace('/', "_");
        std::fs::write(scene.path(&file), text).expect("a file");
        scene.add_plugin(&format!("{file}.wasm"), b"no plugin");
        for words in [
            vec!["scan", "--since", text],
            vec!["scan", "--dry-run", "--record", &file],
            vec!["scan", "--replay", &file],
            vec!["scan", "--config", &file],
            vec!["scan", "--db-path", &file],
            vec!["scan", "--plugins", &file],
            vec!["scan", "--dry-run", "-v"],
            vec!["scan", "--set", text],
            vec!["explain", text],
            vec!["lookup", text],
            vec!["import", &file],
            vec!["plugin", "inspect", text],
            vec!["plugin", "approve", text, "--yes"],
            vec!["plugin", "revoke", text],
            vec!["plugin", "list"],
            vec!["alerts", "--type", text],
            vec!["alerts", "--since", text],
            vec!["allow", "add", "192.0.2.7", "--reason", text, "--dry-run"],
        ] {
            let words: Vec<&str> = words.into_iter().collect();
            // What the parser of the command line says of a word that begins with a dash is its own.
            if words.iter().any(|word| *word == text && word.starts_with('-')) {
                continue;
            }
            check(&words, &scene.run(&words));
        }
    }
}
