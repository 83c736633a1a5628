//! What changes while `net-scout serve` runs: plugins, its configuration, the database itself.

use std::fs;
use std::time::Duration;

use net_scout_tests::harness::{DATABASE, Scene, guest};
use net_scout_tests::sample::Layout;
use net_scout_tests::service::{Service, alerts, attack, status, until};

fn scene() -> Scene {
    Scene::with_events(Layout::V2, |_| ())
}

#[test]
fn plugins_and_configuration_change_while_it_runs() {
    let scene = scene();
    scene.configure("[schedule]\nscan = \"1 second\"\n");
    let service = Service::start(&scene, &[], &[]);
    until("a good status", || status(&scene).1 == 0);
    // A rule that is dropped in runs; one that is refused is said, and the others go on.
    scene.add_plugin("raiser.wasm", &guest("raiser"));
    until("an alert of the new rule", || {
        let sql = "SELECT COUNT(*) FROM scout_alerts WHERE rule = 'raiser'";
        scene.connect().query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap_or(0) > 0
    });
    let hint = "new       raiser since ";
    until("a word about the past", || {
        let mut command = scene.command(&["status"]);
        let output = command.env_remove("NET_SCOUT_NOW").output().expect("run");
        String::from_utf8_lossy(&output.stdout).contains(hint)
    });
    scene.add_plugin("broken.wasm", b"text");
    until("the refusal in the status", || {
        status(&scene).0["problems"].to_string().contains("plugin broken.wasm is no WebAssembly")
    });
    attack(&scene, "192.0.2.7");
    until("an alert", || alerts(&scene, "192.0.2.7") == 1);
    // A configuration that is wrong keeps the old one and is said.
    scene.configure("[schedule]\nscan = \"now and then\"\n");
    service.signal("HUP");
    until("the wrong configuration in the status", || status_with(&scene, "schedule.scan"));
    attack(&scene, "192.0.2.8");
    until("an alert with the old one", || alerts(&scene, "192.0.2.8") == 1);
    service.end();
}

/// Whether a problem names this. The command reads the same configuration, so the database is asked.
fn status_with(scene: &Scene, text: &str) -> bool {
    let sql = "SELECT state_json FROM scout_service WHERE job = 'service'";
    scene.connect().query_row(sql, [], |row| row.get::<_, String>(0)).is_ok_and(|state| state.contains(text))
}

#[test]
fn a_database_that_is_replaced_or_gone_is_said_and_waited_for() {
    let scene = scene();
    let service = Service::start(&scene, &[], &[]);
    until("a good status", || status(&scene).1 == 0);
    let (path, aside) = (scene.path(DATABASE), scene.path("aside.db"));
    // A sound copy, as a restored backup.
    scene.connect().execute("VACUUM INTO ?1", [aside.display().to_string()]).expect("a copy");
    for suffix in ["", "-wal", "-shm"] {
        let _gone = fs::remove_file(format!("{}{suffix}", path.display()));
    }
    std::thread::sleep(Duration::from_secs(2));
    fs::rename(&aside, &path).expect("put back");
    attack(&scene, "192.0.2.9");
    until("an alert in the new file", || alerts(&scene, "192.0.2.9") == 1);
    until("a good status", || status(&scene).1 == 0);
    let (_, said) = service.end();
    assert!(said.contains("warning: scan failed, and is tried again: "), "{said}");
}
