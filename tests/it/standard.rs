//! The plugins that are in the program, where there is no folder.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use net_scout_tests::harness::{SMALL_SINCE, Scene};
use net_scout_tests::places;
use serde_json::Value;

/// A scene without a plugin folder, with a place for compiled code of its own.
fn scene() -> Scene {
    let scene = Scene::small();
    fs::remove_dir_all(scene.path("plugins")).expect("removed");
    scene.configure("cache_dir = 'cache/code'\n");
    // What the other tests compiled before.
    fs::create_dir_all(scene.path("cache/code")).expect("a folder");
    fs::set_permissions(scene.path("cache/code"), fs::Permissions::from_mode(0o700)).expect("private");
    for compiled in
        fs::read_dir(places::target().join("test-code")).expect("compiled code").flatten().filter(|file| file.path().is_file())
    {
        drop(fs::hard_link(compiled.path(), scene.path("cache/code").join(compiled.file_name())));
    }
    scene
}

#[test]
fn a_scan_needs_no_folder_and_a_folder_wins() {
    let scene = scene();
    let run = |words: &[&str]| {
        let mut command = scene.command(words);
        net_scout_tests::harness::Run::of(command.env_remove("NET_SCOUT_CACHE_DIR"))
    };
    let scanned = run(&["scan", "--since", SMALL_SINCE, "--format", "ndjson"]);
    scanned.exited(0);
    assert!(!scanned.lines().is_empty(), "{}", scanned.stderr);
    let standard = run(&["plugin", "list", "--format", "ndjson"]);
    standard.ended(0, "");
    let names: Vec<Value> = standard.lines();
    assert_eq!(
        names.len(),
        fs::read_dir(places::plugins())
            .expect("plugins")
            .filter(|file| {
                file.as_ref().is_ok_and(|file| file.path().extension().is_some_and(|extension| extension == "wasm"))
            })
            .count()
    );
    assert!(names.iter().all(|plugin| plugin["status"] == "approved"), "{names:?}");

    // Something cleaned up: they are written again.
    let folder =
        fs::read_dir(scene.path("cache/code")).expect("a folder").flatten().find(|entry| entry.path().is_dir()).expect("plugins");
    fs::remove_file(folder.path().join("beacon.wasm")).expect("removed");
    assert_eq!(run(&["plugin", "list", "--format", "ndjson"]).lines().len(), names.len());

    run(&["plugin", "extract", "plugins"]).exited(0);
    fs::remove_file(scene.path("plugins/beacon.wasm")).expect("removed");
    let own = run(&["plugin", "list", "--format", "ndjson"]);
    assert_eq!(own.lines().len(), names.len() - 1);
    run(&["plugin", "extract", "plugins"]).ended(2, "error: plugins is there already; name a folder that is not");
}

#[test]
fn where_they_cannot_be_kept_a_folder_has_to_be_named() {
    let scene = scene();
    scene.configure("cache_dir = ''\n");
    let mut command = scene.command(&["scan"]);
    net_scout_tests::harness::Run::of(command.env("NET_SCOUT_CACHE_DIR", "")).ended(
        2,
        "error: there is no plugin folder plugins, and without cache_dir there is no place for the standard ones; name a folder with --plugins DIR",
    );
    assert!(!scene.path("plugins").exists());
}
