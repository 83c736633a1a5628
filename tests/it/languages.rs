//! Rules in other languages than Rust: each does what the rule in Rust does, to the byte, and says what is wrong when it fails.

use std::fs;
use std::process::Command;

use net_scout_tests::harness::{DATABASE, Run, SMALL_ALERTS, Scene, skipped};
use net_scout_tests::places;
use net_scout_tests::sample::{Layout, SampleOptions, Scale, TimestampForm, make};
use sha2::{Digest as _, Sha256};

const LANGUAGES: [&str; 7] = ["c", "cpp", "go", "javascript", "typescript", "python", "zig"];
const SCAN: [&str; 6] = ["scan", "--dry-run", "--format", "ndjson", "--max-alerts", "1000000"];

/// The component of a rule in another language.
fn guest(language: &str, name: &str) -> Vec<u8> {
    let path = places::language_guest(language, name);
    fs::read(&path).unwrap_or_else(|error| panic!("{} cannot be read ({error}): run `cargo xtask test`", path.display()))
}

/// Puts the horizontal scan of a language in the place of that in Rust.
fn replace(scene: &Scene, language: &str) {
    scene.add_plugin("horizontal-scan.wasm", &guest(language, "horizontal_scan"));
}

#[test]
fn the_same_alerts_as_the_rule_in_rust() {
    for language in LANGUAGES {
        let scene = Scene::small();
        replace(&scene, language);
        let run = scene.run(&SCAN);
        run.ended(0, "4 alerts in the events since 2026-03-11T19:35:11Z: nothing written (dry run)");
        assert_eq!(run.stdout, SMALL_ALERTS, "{language}");
    }
}

/// Ten thousand events. In the first layout, packets that went out have no source.
fn large(layout: Layout) -> Scene {
    let scene = Scene::new();
    let end = 1_773_261_311_000_000;
    let options =
        SampleOptions { seed: 11, events: 10_000, end, days: 7, layout, timestamps: TimestampForm::Mixed, scale: Scale::Home };
    make(&scene.path(DATABASE), &options).expect("a sample database");
    scene
}

#[test]
fn the_same_for_every_setting_on_many_events() {
    let settings: [&[&str]; 4] = [
        &[],
        &["--set", "horizontal_scan.count=hits"],
        &["--set", "horizontal_scan.dst_ip_threshold=0", "--set", "horizontal_scan.conn_threshold=1"],
        &["--set", "horizontal_scan.conn_threshold=2", "--set", "horizontal_scan.count=hits"],
    ];
    for layout in [Layout::V1, Layout::V2] {
        let scene = large(layout);
        let scan = |more: &[&str]| {
            let run: Run = scene.run(&[&SCAN, ["--since", "7 days"].as_slice(), more].concat());
            assert_eq!(run.code, 0, "{}", run.stderr);
            run.stdout
        };
        let expected = settings.map(scan);
        let alerts = expected[2].lines().count();
        assert!(alerts > 40, "{layout:?}: {alerts}");
        assert!(expected[2].contains("\"2001:db8:") && expected[1].contains("\"counted\":\"hit_count\""), "{layout:?}");
        for language in LANGUAGES {
            replace(&scene, language);
            for (setting, expected) in settings.into_iter().zip(&expected) {
                assert!(scan(setting) == *expected, "{language} {layout:?} {setting:?}");
            }
        }
    }
}

/// What a rule's failure looks like to the operator.
fn failure(scene: &Scene, way: &str) -> String {
    let run = scene.run(&[&SCAN, ["--set", &format!("failing.way={way}")].as_slice()].concat());
    assert_eq!((run.code, run.stdout.as_str()), (3, ""), "{way}: {}", run.stderr);
    let line = run.stderr.lines().next().unwrap_or_default();
    line.strip_prefix("warning: rule failing ").unwrap_or_else(|| panic!("{way}: {}", run.stderr)).to_owned()
}

#[track_caller]
fn failures(language: &str, expected: &[(&str, &str)]) {
    let scene = Scene::small().without_rules();
    scene.add_plugin("failing.wasm", &guest(language, "failing"));
    for (way, text) in expected {
        let said = failure(&scene, way);
        assert!(said.contains(text), "{language}, {way}: {said}");
        assert!(!said.contains("trap"), "{language}, {way}: {said}");
    }
}

const NO_SUCH_PARAMETER: &str = "parameter `no_such` is not described";
/// What the host says of a column that the rule did not request.
const DENIED: &str = "src_ip";

#[test]
fn an_error_in_c_is_readable() {
    failures(
        "c",
        &[
            ("failure", "nothing works"),
            ("query", DENIED),
            ("parameter", NO_SUCH_PARAMETER),
            ("column", "a column of the result is not there, or not of the type asked for"),
        ],
    );
}

#[test]
fn an_error_in_cpp_is_readable() {
    failures("cpp", &[("failure", "nothing works"), ("query", DENIED), ("parameter", NO_SUCH_PARAMETER)]);
}

#[test]
fn a_panic_in_go_is_readable() {
    failures(
        "go",
        &[
            ("panic", "runtime error: index out of range [0] with length 0 (failing.go, line "),
            ("failure", "nothing works"),
            ("query", DENIED),
            ("parameter", NO_SUCH_PARAMETER),
            (
                "alert",
                "a value must be nil, a bool, an int, an int64, a float64 or a string, not []interface {} (failing.go, line ",
            ),
            ("column", "field ID of struct { ID int32 } cannot be a column: int32"),
        ],
    );
}

const REACHING: &str = r#"
observable = "192.0.2.1"

[kept]
key = "before"

[[answers]]
call = "dns.resolve"
arguments = { name = "example.net", type = "TXT" }
answer = [{ text = "hello" }]

[[answers]]
call = "exec.run"
arguments = { program = "whois", arguments = ["192.0.2.1"], seconds = 5 }
answer = { status = 0, stdout = "NetName: X", stderr = "", truncated = false, timed-out = false }

[[answers]]
call = "http.send"
arguments = { method = "POST", url = "https://example.net/", body = "sent" }
answer = { status = 201, headers = [], body = "b\u00e4r" }

[expect]
answer = { kept = "before", text = "hello", wrote = "NetName: X", status = 201, body = "b\u00e4r" }
"#;

/// An enricher can be given more than DNS: the store, programs and servers.
#[test]
fn every_capability() {
    for language in ["c", "go", "javascript"] {
        let scene = Scene::new();
        fs::write(scene.path("reaching.wasm"), guest(language, "reaching")).expect("a component");
        fs::write(scene.path("reaching.toml"), REACHING).expect("a scenario");
        let run = scene.run(&["plugin", "test", "reaching.wasm", "reaching.toml"]);
        assert_eq!(run.code, 0, "{language}: {}{}", run.stdout, run.stderr);
    }
}

/// What stands between the runtime of Go and a component without WASI is made of its text.
#[test]
fn the_adapter_for_go_is_made_of_its_text() {
    let folder = places::plugins().join("sdk").join("go");
    let text = fs::read_to_string(folder.join("adapter.wat")).expect("a text");
    let made = wat::parse_str(&text).expect("a module");
    assert!(
        fs::read(folder.join("adapter.wasm")).expect("a module") == made,
        "adapter.wasm is out of date: `wat2wasm adapter.wat` makes it"
    );
}

#[test]
fn an_exception_in_javascript_is_readable() {
    for language in ["javascript", "typescript"] {
        failures(
            language,
            &[
                ("exception", "TypeError: cannot read property 'length' of undefined"),
                ("failure", "nothing works"),
                ("query", DENIED),
                ("parameter", NO_SUCH_PARAMETER),
                ("alert", "TypeError: a list in evidence must hold integers only, or texts only"),
            ],
        );
    }
}

/// QuickJS has neither `TextEncoder` nor `TextDecoder`. Those of the SDK are as those of Node.js.
#[test]
fn the_texts_of_javascript() {
    let output = Command::new("node").arg(places::language_sources().join("text_check.mjs")).output().expect("node runs");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "the same\n", "{}", String::from_utf8_lossy(&output.stderr));
}

/// A component imports what its sources import, and not all of its world, so that `inspect` says what it can reach.
#[test]
fn a_component_imports_what_it_uses() {
    // What makes a component of Python gives it the whole world.
    for language in LANGUAGES.into_iter().filter(|language| *language != "python") {
        let scene = Scene::small().without_rules();
        scene.add_plugin("horizontal-scan.wasm", &guest(language, "horizontal_scan"));
        let run = scene.run(&["plugin", "inspect", "horizontal_scan"]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        let imports = run.stdout.lines().find(|line| line.starts_with("  it imports: ")).unwrap_or_default();
        assert_eq!(imports, "  it imports: net-scout:plugin/query@0.1.0", "{language}");
    }
}

#[test]
fn an_exception_in_python_is_readable() {
    failures(
        "python",
        &[
            ("exception", "ZeroDivisionError: division by zero (failing.py, line "),
            ("failure", "nothing works"),
            ("query", DENIED),
            ("parameter", NO_SUCH_PARAMETER),
            ("alert", "TypeError: a list in evidence must hold integers only, or texts only"),
            ("exit", "SystemExit: enough (failing.py, line "),
        ],
    );
}

#[test]
fn an_error_in_zig_is_readable() {
    failures(
        "zig",
        &[("error", "NothingWorks"), ("failure", "nothing works"), ("query", DENIED), ("parameter", NO_SUCH_PARAMETER)],
    );
}

/// The declarations for Zig are those of today's headers. To translate them takes minutes, so it is their digest that is compared.
#[test]
fn the_declarations_for_zig_are_those_of_the_headers() {
    let sdk = places::plugins().join("sdk");
    for kind in ["rule", "enricher"] {
        let header = format!("{kind}.h");
        let headers = [&format!("bindings/{kind}/plugin.h"), "net_scout.h", "capabilities.h", header.as_str()];
        let text: Vec<u8> = headers.iter().flat_map(|path| fs::read(sdk.join("c").join(path)).expect("a header")).collect();
        let digest = Sha256::digest(&text).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let made = fs::read_to_string(sdk.join("zig/bindings").join(kind).with_extension("zig")).expect("declarations");
        let of = made.lines().next_back().and_then(|line| line.strip_prefix("// "));
        assert_eq!(of, Some(digest.as_str()), "{kind}.zig is out of date: plugins/sdk/zig/translate.sh makes it");
    }
}

/// The C SDK has the bindings of today's `wit/`.
#[test]
fn the_bindings_for_c_are_those_of_the_interfaces() {
    let version = Command::new("wit-bindgen").arg("--version").output();
    let Some(version) = version.ok().filter(|output| output.status.success()) else {
        skipped("the C bindings were not compared with wit/: there is no wit-bindgen in PATH (see plugins/sdk/c/README.md)");
        return;
    };
    let version = String::from_utf8_lossy(&version.stdout).trim().to_owned();
    for kind in ["rule", "enricher"] {
        let bindings = places::c_bindings().join(kind);
        let header = fs::read_to_string(bindings.join("plugin.h")).expect("a header");
        let made_by =
            header.lines().next().and_then(|line| line.split('`').nth(2)).and_then(|rest| rest.split_whitespace().next());
        let made_by = made_by.unwrap_or_default().trim_end_matches('.');
        if !version.ends_with(made_by) {
            skipped(&format!(
                "the C bindings were not compared with wit/: they are of wit-bindgen {made_by}, and here is {version}"
            ));
            return;
        }
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut command = Command::new("wit-bindgen");
        command.args(["c", "--rename-world", "plugin", "--world", kind, "--out-dir"]).arg(folder.path()).arg(places::wit());
        assert!(command.output().expect("wit-bindgen runs").status.success());
        for file in ["plugin.c", "plugin.h", "plugin_component_type.o"] {
            let (here, there) = (fs::read(bindings.join(file)), fs::read(folder.path().join(file)));
            assert!(here.expect("a file") == there.expect("a file"), "{kind}/{file} is out of date: see plugins/sdk/c/README.md");
        }
    }
}

/// The examples and the projects that `plugin new` makes are built with the same tools.
#[test]
fn one_version_of_the_tools_of_npm() {
    let tools = |folder: std::path::PathBuf| -> serde_json::Value {
        let file: serde_json::Value =
            serde_json::from_slice(&fs::read(folder.join("package.json")).expect("package.json")).expect("json");
        file["devDependencies"].clone()
    };
    for language in ["javascript", "typescript"] {
        assert_eq!(tools(places::examples().join(language)), tools(places::node_project(language)));
    }
    let tool = |language: &str| tools(places::node_project(language))["componentize-qjs"].clone();
    assert_eq!(tool("javascript"), tool("typescript"));
}

/// A component that imports WASI, as its tool makes it unless told otherwise, runs in an empty one, and the ledger says so.
#[test]
fn an_empty_wasi() {
    let scene = Scene::small().without_rules();
    scene.add_plugin("wasi.wasm", &guest("javascript", "wasi"));
    let inspected = scene.run(&["plugin", "inspect", "wasi"]);
    inspected.ended(0, "");
    assert!(inspected.stdout.contains(" interfaces of WASI and gets an empty one"), "{}", inspected.stdout);
    let first = scene.run(&[&SCAN, ["--stats"].as_slice()].concat());
    assert_eq!(first.code, 0, "{}", first.stderr);
    assert!(first.stderr.contains("  empty WASI\n"), "{}", first.stderr);
    // The clock stands where the scan began, and what is random is the same every time.
    let evidence = &first.lines()[0]["evidence"];
    assert_eq!(evidence["milliseconds"], 1_773_261_311_000_i64);
    assert_eq!(scene.run(&SCAN).stdout, first.stdout);
}

/// The runtime of Go asks WASI for more than others do: a clock that stands at zero stops it.
#[test]
fn an_empty_wasi_for_go() {
    let scene = Scene::small();
    scene.add_plugin("horizontal-scan.wasm", &guest("go", "wasi"));
    let inspected = scene.run(&["plugin", "inspect", "horizontal_scan"]);
    assert!(inspected.stdout.contains(" interfaces of WASI and gets an empty one"), "{}", inspected.stdout);
    assert_eq!(scene.run(&SCAN).stdout, SMALL_ALERTS);
}
