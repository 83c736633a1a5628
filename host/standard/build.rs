//! Lists the components of `plugins/` that are built. `cargo xtask` builds them before the program.

use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let plugins = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins").canonicalize()?;
    let mut names: Vec<String> = fs::read_dir(&plugins)?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| is_plugin(&plugins.join(name)))
        .collect();
    names.sort_unstable();
    let mut list = String::from("&[\n");
    let mut digest = DefaultHasher::new();
    for name in names {
        let file = plugins.join(format!("{name}.wasm"));
        // Also where it is not there yet: once it is, it belongs into the program.
        println!("cargo::rerun-if-changed={}", file.display());
        if let Ok(bytes) = fs::read(&file) {
            (&name, bytes).hash(&mut digest);
            let _ = writeln!(list, "    ({:?}, include_bytes!({:?})),", format!("{name}.wasm"), file.display().to_string());
        }
    }
    if list.lines().count() == 1 {
        println!(
            "cargo::warning=no component in plugins/ is built: the program will have no standard plugins; `cargo xtask guests` builds them"
        );
    }
    list.push(']');
    println!("cargo::rustc-env=NET_SCOUT_STANDARD=standard-{:016x}", digest.finish());
    let folder = env::var_os("OUT_DIR").map(PathBuf::from).ok_or_else(|| io::Error::other("cargo sets OUT_DIR"))?;
    fs::write(folder.join("plugins.rs"), list)
}

/// Whether a folder is the source of a component.
fn is_plugin(folder: &Path) -> bool {
    fs::read_to_string(folder.join("Cargo.toml")).is_ok_and(|manifest| manifest.contains("\"cdylib\""))
}
