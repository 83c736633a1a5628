//! The guests that make builds: those in C, C++, Go, Python and Zig. What comes from PyPI goes into one environment for all of them.

use std::process::Command;

use net_scout_tests::{places, projects};

use crate::command;
use crate::languages::{FAILING, REACHING, WASI, folder, require};

/// Each language as its folders are called, with what its sources end in, whether its tools come from PyPI, and whether there is a guest that
/// calls every capability.
const LANGUAGES: [(&str, &str, bool, bool); 5] = [
    ("c", "c", false, true),
    ("cpp", "cpp", false, false),
    ("go", "go", true, true),
    ("python", "py", true, false),
    ("zig", "zig", true, false),
];

pub(super) fn build() -> anyhow::Result<()> {
    require(&[("clang", "clang"), ("make", "make")])?;
    if command::answer("python3", &["-c", "import ensurepip, venv"])?.is_none() {
        command::install(&["python3-venv"])?;
    }
    for (language, extension, fetched, reaches) in LANGUAGES {
        let tools = if fetched { projects::tools() } else { Vec::new() };
        make(language, &tools)?;
        for (guest, kind) in [(FAILING, "rule"), (REACHING, "enricher")] {
            if guest != REACHING || reaches {
                let source = places::language_sources().join(guest).with_extension(extension);
                let words = [format!("NAME={guest}"), format!("KIND={kind}"), format!("SOURCE={}", source.display())];
                make(language, &[words.as_slice(), &tools].concat())?;
            }
        }
    }
    // As somebody else would build it, with the adapter that the linker carries.
    let wasi = [format!("NAME={WASI}"), "ADAPTER=--wasi-adapter reactor --realloc-via-memory-grow".to_owned()];
    make("go", &[wasi.as_slice(), &projects::tools()].concat())
}

/// Builds in the example's folder, where another plugin is built by naming it.
fn make(language: &str, words: &[String]) -> anyhow::Result<()> {
    let mut make = Command::new("make");
    make.arg("--silent").arg("--directory").arg(places::examples().join(language)).args(words);
    make.arg(format!("OUT={}", folder(language)?));
    command::run(&mut make, "see the errors above")
}
