//! Builds the projects that `net-scout plugin new` makes, as their README says, with the tools that `cargo xtask test` fetched.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::places;

/// Builds the project of a language, as `--lang` calls it. Returns its component.
///
/// # Panics
/// When the build fails; what it said is the message.
#[must_use]
pub fn build(folder: &Path, language: &str) -> PathBuf {
    let name = folder.file_name().and_then(|name| name.to_str()).expect("a name");
    let component = format!("{name}.wasm");
    match language {
        "rust" => {
            // The crates that the workspace was built with are there already.
            fs::copy(places::root().join("Cargo.lock"), folder.join("Cargo.lock")).expect("a copy of Cargo.lock");
            let mut cargo = command("cargo", folder);
            cargo.args(["build", "--release", "--offline"]).env("CARGO_TARGET_DIR", places::guest_target());
            let environment = fs::read_to_string(places::rust_environment()).expect("made by `cargo xtask test`");
            cargo.envs(environment.lines().filter_map(|line| line.split_once('=')));
            succeed(&mut cargo);
            return places::guest_target().join("wasm32-unknown-unknown").join("release").join(component);
        }
        "c" | "cpp" => succeed(&mut command("make", folder)),
        "js" | "ts" => {
            symlink(places::node_tools().join("node_modules"), folder.join("node_modules")).expect("a link");
            succeed(command("npm", folder).args(["run", "build"]));
        }
        "go" | "python" | "zig" => succeed(command("make", folder).args(tools())),
        other => panic!("{other} is no language"),
    }
    folder.join(component)
}

/// What tells make where the tools from PyPI are, and where they put what they want to find again.
#[must_use]
pub fn tools() -> Vec<String> {
    let cache = places::languages().join("go-cache");
    vec![format!("VENV={}", places::python_tools().display()), format!("GOCACHE={}", cache.display())]
}

/// A program that knows nothing of the cargo that runs the tests.
fn command(program: &str, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder).env_clear();
    for name in ["PATH", "HOME", "CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN"] {
        command.envs(std::env::var_os(name).map(|value| (name, value)));
    }
    command
}

fn succeed(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{command:?}\n{}{}", text(&output.stdout), text(&output.stderr));
}
