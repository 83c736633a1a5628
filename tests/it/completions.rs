//! What a shell is told when Tab is pressed, the manual pages, and the configuration file to begin with.

use std::fs;

use net_scout_tests::harness::{Run, Scene};
use net_scout_tests::places;

/// What bash proposes for the last of these words, by the function that it was given.
const BASH: &str = r#"source <(net-scout completions bash)
COMP_WORDS=(net-scout "$@"); COMP_CWORD=$#; COMP_TYPE=9; COMP_LINE="net-scout $*"; COMP_POINT=${#COMP_LINE}
_clap_complete_net_scout net-scout "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
printf '%s\n' "${COMPREPLY[@]}""#;

#[track_caller]
fn proposed(scene: &Scene, words: &[&str]) -> Vec<String> {
    let binary = places::binary();
    let path = format!("{}:/usr/bin:/bin", binary.parent().expect("a folder").display());
    let mut shell = scene.command(&[]);
    let environment: Vec<_> = shell.get_envs().map(|(name, value)| (name.to_owned(), value.map(ToOwned::to_owned))).collect();
    shell = std::process::Command::new("bash");
    shell.args(["--norc", "-c", BASH, "bash"]).args(words).current_dir(scene.path("")).env_clear();
    shell.envs(environment.into_iter().filter_map(|(name, value)| Some((name, value?)))).env("PATH", path);
    let run = Run::of(&mut shell);
    run.ended(0, "");
    run.stdout.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

#[test]
fn commands_plugins_parameters_and_alerts_are_proposed() {
    let scene = Scene::small();
    scene.run(&["plugin", "approve", "--yes"]).exited(0);
    scene.run(&["scan", "--since", "2 hours"]).exited(0);
    assert_eq!(proposed(&scene, &["plu"]), ["plugin"]);
    assert_eq!(proposed(&scene, &["plugin", "inspect", "vert"]), ["vertical_scan"]);
    assert_eq!(proposed(&scene, &["scan", "--only", "h"]), ["high_connection_volume", "horizontal_scan"]);
    let set = proposed(&scene, &["scan", "--set", "vertical_scan.ports"]);
    assert!(set.iter().any(|text| text.starts_with("vertical_scan.ports_threshold=")), "{set:?}");
    let ids = proposed(&scene, &["alerts", "show", ""]);
    assert!(ids.iter().any(|text| text.starts_with('1')), "{ids:?}");
}

#[test]
fn what_is_typed_is_not_disturbed_where_there_is_nothing_to_read() {
    let scene = Scene::new();
    scene.configure("nothing = 'of ours'\n");
    assert_eq!(proposed(&scene, &["plugin", "inspect", "x"]), Vec::<String>::new());
    assert!(!scene.path("net_sentinel.db").exists());
}

#[test]
fn every_shell_has_a_script() {
    let scene = Scene::new();
    // It works beside a configuration that is wrong.
    scene.configure("nothing = 'of ours'\n");
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let run = scene.run(&["completions", shell]);
        run.ended(0, "");
        assert!(run.stdout.contains("NET_SCOUT_COMPLETE"), "{shell}: {}", run.stdout);
    }
}

#[test]
fn every_command_has_a_manual_page() {
    let scene = Scene::new();
    scene.run(&["man", "pages"]).ended(0, "");
    let page = |name: &str| fs::read_to_string(scene.path("pages").join(name)).expect(name);
    assert!(page("net-scout.1").starts_with(".ie") || page("net-scout.1").contains(".TH net-scout 1"), "{}", page("net-scout.1"));
    assert!(page("net-scout-scan.1").contains("Evaluate the rules over a window of events"));
    assert!(page("net-scout-plugin-inspect.1").contains("PLUGIN"));
    assert!(!scene.path("pages/net-scout-compile-component.1").exists());
    scene
        .run(&["man", "net-scout.toml"])
        .ended(1, "error: the manual pages cannot be written to net-scout.toml: File exists (os error 17)");
}

#[test]
fn the_configuration_to_begin_with_changes_nothing() {
    let scene = Scene::new();
    let before = scene.run(&["config", "--format", "csv"]);
    let template = scene.run(&["config", "--template"]);
    template.ended(0, "");
    scene.configure(&template.stdout);
    let after = scene.run(&["config", "--format", "csv"]);
    after.ended(0, "");
    assert_eq!(before.stdout, after.stdout);
    assert!(template.stdout.contains("\n[schedule]\n") && template.stdout.contains("\n# quiet_hours = 24\n"));
}
