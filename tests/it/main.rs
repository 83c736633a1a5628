//! The tests that drive the program, in one binary: each file is a module. `cargo test --test it alerts::` runs one of them.

mod alerts;
mod allow;
mod bad_input;
mod beside_writer;
mod blocklist;
mod completions;
mod config;
mod docs;
mod doctor;
mod enrich;
mod enrich_exec;
mod enrich_files;
mod enrich_http;
mod evaluate;
mod explain;
mod first_seen;
mod group;
mod guests;
mod history;
mod hostile_abi;
mod hostile_claims;
mod hostile_components;
mod hostile_enrichers;
mod hostile_rules;
mod hostile_together;
mod import;
mod import_again;
mod import_docs;
mod import_formats;
mod import_input;
mod kill;
mod languages;
mod log_format;
mod maintain;
mod migrate;
mod new;
mod notifiers;
mod notify;
mod notify_config;
mod notify_debian;
mod notify_kills;
mod notify_receivers;
mod notify_report;
mod odd_rows;
mod original;
mod ownership;
mod pages;
mod past;
mod plugin_folder;
mod plugins;
mod raw;
mod readme;
mod recording;
mod report;
mod roles;
mod rule_files;
mod rule_scenarios;
mod rules;
mod scan_view;
mod serve;
mod serve_bench;
mod serve_changes;
mod serve_start;
mod serve_trouble;
mod shown;
mod snapshots;
mod sql_gate;
mod standard;
mod threat_list;
mod trials;
mod trust;
mod turns;
mod validators;
mod web;
mod web_load;
mod web_login;
mod window;

/// A file that no module names would never run.
#[test]
fn every_file_is_a_module() {
    let folder = net_scout_tests::places::root().join("tests/it");
    let main = std::fs::read_to_string(folder.join("main.rs")).expect("this file");
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let name = entry.expect("an entry").file_name().into_string().expect("a name");
        let stem = name.strip_suffix(".rs").unwrap_or(&name);
        assert!(stem == "main" || main.contains(&format!("mod {stem};\n")), "tests/it/main.rs does not name {stem}");
    }
}
