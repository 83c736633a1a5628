//! Builds the program that is published: smaller than that of the tests, for the whole program is optimised at once, and without the paths of
//! this machine, so that another machine's is the same.

use std::path::PathBuf;
use std::process::Command;

use net_scout_tests::places;

use crate::{command, guests};

/// What is not as in every release build. Little of it matters to the tests, and all of it takes several times as long.
const PROFILE: [&str; 3] = ["profile.release.codegen-units=1", "profile.release.lto=\"thin\"", "profile.release.debug=false"];

/// Builds it in a target folder of its own: what stands for paths is one of the compiler's flags, and others would build everything anew.
///
/// A target of musl makes a program that needs no C library of the system.
pub(super) fn program(triple: Option<&str>) -> anyhow::Result<PathBuf> {
    guests::build()?;
    if let Some(triple) = triple {
        let mut rustup = Command::new("rustup");
        command::run(
            rustup.args(["target", "add", triple]).current_dir(places::root()),
            "rustup and the network bring the standard library",
        )?;
    }
    let target = places::target().join("published");
    let cargo_home = std::env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(std::env::home_dir()?.join(".cargo")));
    // The last one that fits is taken: what is made lies below the checkout, or elsewhere.
    let folders = [(Some(places::root().to_owned()), "/net-scout"), (cargo_home, "/cargo"), (Some(target.clone()), "/build")];
    let named = |(folder, name): (Option<PathBuf>, _)| Some(format!("--remap-path-prefix={}={name}", folder?.display()));
    let flags: Vec<String> = folders.into_iter().filter_map(named).collect();
    let mut cargo = command::cargo(&["build", "--release", "--locked", "--package", "net-scout"]);
    cargo.args(triple.iter().flat_map(|triple| ["--target", triple]));
    for setting in PROFILE {
        cargo.args(["--config", setting]);
    }
    // The separator of flags that may hold spaces, and what the C compilers take for the same.
    cargo.env("CARGO_TARGET_DIR", &target).env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
    cargo.env(
        "CFLAGS",
        flags.iter().map(|flag| flag.replace("--remap-path-prefix", "-ffile-prefix-map")).collect::<Vec<_>>().join(" "),
    );
    command::run(&mut cargo, "see the errors of the compiler above")?;
    Ok(target.join(triple.unwrap_or_default()).join("release/net-scout"))
}
