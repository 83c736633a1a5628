//! `net-scout config`, and where values come from.

use net_scout_tests::harness::{DATABASE, NOW, Run, Scene};
use rusqlite::Connection;
use serde_json::{Value, json};

#[test]
fn config_shows_values_and_where_they_came_from() {
    let scene = Scene::new();
    scene.configure("since = '2 hours'\nmax_alerts_per_run = 7\nbusy_timeout = 3\n[rules.vertical_scan]\nports_threshold = 30\n");
    let mut command = scene.command(&["config", "--format", "csv", "--busy-timeout", "4"]);
    command
        .env("NET_SCOUT_MAX_ALERTS_PER_RUN", "8")
        .env("NET_SCOUT_HORIZONTAL_CONN_THRESHOLD", "9")
        .env("NET_SCOUT_CACHE_DIR", "");
    let run = Run::of(&mut command);
    run.ended(0, "");
    assert_eq!(
        run.stdout,
        format!(
            "setting,value,from\n\
             db_path,./{DATABASE},default\n\
             table,ip_events,default\n\
             alert_table,scout_alerts,default\n\
             plugins,plugins,default\n\
             local_networks,,default\n\
             correct_directions,true,default\n\
             since,2 hours,net-scout.toml:1\n\
             group,false,NET_SCOUT_GROUP\n\
             builtin_roles,true,default\n\
             max_alerts_per_run,8,NET_SCOUT_MAX_ALERTS_PER_RUN\n\
             quiet_hours,24,default\n\
             busy_timeout,4,'--busy-timeout\n\
             cache_dir,,NET_SCOUT_CACHE_DIR\n\
             log_level,warn,default\n\
             log_file,,default\n\
             log_format,text,default\n\
             now,{NOW},NET_SCOUT_NOW\n\
             max_enrich_per_run,50,default\n\
             enrichment_sleep,0.2,default\n\
             enrichment_burst,5,default\n\
             enrichment_parallel,64,default\n\
             enrichment_timeout,20,default\n\
             dns_servers,,default\n\
             schedule.scan,1 minute,default\n\
             schedule.enrich,off,default\n\
             schedule.expire,daily 03:10,default\n\
             schedule.maintain,daily 03:20,default\n\
             schedule.deliver,30 seconds,default\n\
             schedule.report,off,default\n\
             report.to,,default\n\
             report.since,,default\n\
             report.format,html,default\n\
             serve.settle,30,default\n\
             serve.listen,,default\n\
             serve.listen_beyond_loopback,false,default\n\
             serve.web,true,default\n\
             serve.state_dir,,default\n\
             serve.prefix,,default\n\
             serve.hosts,,default\n\
             serve.tls_certificate,,default\n\
             serve.tls_key,,default\n\
             serve.https,false,default\n\
             serve.textfile,,default\n\
             retention.closed_alerts,365 days,default\n\
             retention.answers,90 days,default\n\
             retention.failed_lookups,30 days,default\n\
             retention.ledger,90 days,default\n\
             retention.coverage,400 days,default\n\
             retention.imports,730 days,default\n\
             retention.plugin_state,180 days,default\n\
             retention.outbox,90 days,default\n\
             retention.table_mib,256,default\n\
             limits.cpu_seconds,30,default\n\
             limits.wall_seconds,300,default\n\
             limits.query_seconds,120,default\n\
             limits.memory_mib,256,default\n\
             limits.lookup_memory_mib,24,default\n\
             limits.table_elements,100000,default\n\
             limits.instances,64,default\n\
             limits.host_calls,1000000,default\n\
             limits.argument_mib,64,default\n\
             limits.passed_mib,16384,default\n\
             limits.rows,100000000,default\n\
             limits.result_mib,4096,default\n\
             limits.alerts,100000,default\n\
             limits.evidence_kib,64,default\n\
             limits.rule_evidence_mib,8,default\n\
             limits.evidence_seconds,30,default\n\
             limits.describe_seconds,2,default\n\
             limits.compile_seconds,120,default\n\
             limits.compile_mib,1024,default\n\
             limits.component_mib,64,default\n\
             limits.stack_kib,512,default\n\
             limits.scan_seconds,600,default\n\
             limits.window_mib,1024,default\n\
             rules.horizontal_scan.conn_threshold,9,NET_SCOUT_HORIZONTAL_CONN_THRESHOLD\n\
             rules.vertical_scan.ports_threshold,30,net-scout.toml:5\n"
        )
    );
    let table = scene.run(&["config"]).stdout;
    assert!(table.contains("\nbusy_timeout                         3 "), "{table}");
    let json: Value = serde_json::from_str(&scene.run(&["config", "--format", "json"]).stdout).expect("JSON");
    assert_eq!(json["since"], json!({"value": "2 hours", "from": "net-scout.toml:1"}));
    let first = &scene.run(&["config", "--format", "ndjson"]).lines()[0];
    assert_eq!(*first, json!({"setting": "db_path", "value": format!("./{DATABASE}"), "from": "default"}));
}

/// The variables of the Python program mean what they meant.
#[test]
fn the_variables_of_the_python_program() {
    let scene = Scene::small();
    std::fs::rename(scene.path(DATABASE), scene.path("elsewhere.db")).expect("renamed");
    let mut command = scene.command(&["scan", "--format", "ndjson"]);
    for (name, value) in [
        ("NET_SCOUT_DB_PATH", "elsewhere.db"),
        ("NET_SCOUT_ALERT_TABLE", "other_alerts"),
        ("NET_SCOUT_HORIZONTAL_DST_IP_THRESHOLD", "60"),
        ("NET_SCOUT_HORIZONTAL_CONN_THRESHOLD", "209"),
        ("NET_SCOUT_VERTICAL_PORTS_THRESHOLD", "59"),
        ("NET_SCOUT_REPEATED_CONN_THRESHOLD", "210"),
        ("NET_SCOUT_DEFAULT_SINCE", "11 minutes"),
        ("NET_SCOUT_MAX_ALERTS_PER_RUN", "1"),
        ("NET_SCOUT_LOG_LEVEL", "INFO"),
        ("NET_SCOUT_LOG_FILE", "scout.log"),
    ] {
        command.env(name, value);
    }
    let run = Run::of(&mut command);
    run.ended(
        0,
        "1 alert in the events since 2026-03-11T20:24:11Z: 1 new, 0 repeated\n\
         warning: 1 weaker alert was left out: a scan keeps 1 (--max-alerts)",
    );
    assert_eq!((&run.lines()[0]["alert_type"], &run.lines()[0]["score"]), (&json!("vertical_scan"), &json!(60)));
    let log = std::fs::read_to_string(scene.path("scout.log")).expect("a log");
    assert!(log.contains(" INFO rule vertical_scan "), "{log}");
    let kept: i64 = Connection::open(scene.path("elsewhere.db"))
        .expect("a database")
        .query_row("SELECT COUNT(*) FROM other_alerts", [], |row| row.get(0))
        .expect("a count");
    assert_eq!(kept, 1);
}
