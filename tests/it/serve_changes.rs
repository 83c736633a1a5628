//! What changes while `net-scout serve` runs: plugins, its configuration, the database itself.

use std::fs;
use std::time::Duration;

use net_scout_tests::harness::{DATABASE, Scene, guest};
use net_scout_tests::sample::Layout;
use net_scout_tests::service::{Service, alerts, attack, status, stored_status, until};

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
        status(&scene).0["problems"].to_string().contains("plugin broken.wasm is not a WebAssembly")
    });
    attack(&scene, "192.0.2.7");
    until("an alert", || alerts(&scene, "192.0.2.7") == 1);
    // A configuration that is wrong keeps the old one and is said.
    scene.configure("[schedule]\nscan = \"now and then\"\n");
    service.signal("HUP");
    until("the wrong configuration in the status", || stored_status(&scene).contains("schedule.scan"));
    attack(&scene, "192.0.2.8");
    until("an alert with the old one", || alerts(&scene, "192.0.2.8") == 1);
    // So does one that is gone.
    fs::remove_file(scene.path("net-scout.toml")).expect("removed");
    service.signal("HUP");
    until("the missing configuration in the status", || {
        stored_status(&scene).contains("the configuration file net-scout.toml is not there any more")
    });
    scene.configure("");
    service.signal("HUP");
    until("no problem with the configuration", || !stored_status(&scene).contains("net-scout.toml"));
    // A rule that is removed does not run any more, and all of them are kept.
    fs::remove_file(scene.path("plugins/raiser.wasm")).expect("removed");
    until("the removed rule in the status", || {
        status(&scene).0["service"]["notes"].to_string().contains("plugin raiser has not run since ")
    });
    let rules = status(&scene).0["service"]["rules"].clone();
    for file in fs::read_dir(scene.path("plugins")).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        fs::remove_file(file).expect("removed");
    }
    until("the empty folder in the status", || {
        status(&scene).0["problems"]
            .to_string()
            .contains("could not be loaded again, so the ones loaded before stay in use: there is no plugin")
    });
    assert_eq!(status(&scene).0["service"]["rules"], rules);
    service.end();
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

/// The next tick finds what is at the path: the file that was put there while the service slept counts as the database.
#[test]
fn a_database_that_is_replaced_at_once_costs_no_tick() {
    let scene = scene();
    let service = Service::start(&scene, &[], &[]);
    until("a good status", || status(&scene).1 == 0);
    let (path, aside) = (scene.path(DATABASE), scene.path("aside.db"));
    scene.connect().execute("VACUUM INTO ?1", [aside.display().to_string()]).expect("a copy");
    fs::rename(&aside, &path).expect("replaced");
    for suffix in ["-wal", "-shm"] {
        let _gone = fs::remove_file(format!("{}{suffix}", path.display()));
    }
    attack(&scene, "192.0.2.9");
    until("an alert in the new file", || alerts(&scene, "192.0.2.9") == 1);
    until("a good status", || status(&scene).1 == 0);
    let (_, said) = service.end();
    assert!(said.contains("was moved or replaced by another program; what is there now is opened"), "{said}");
    assert!(!said.contains("scan failed"), "{said}");
}
