//! Every guest in `tests/guests` has a test: one that nobody loads would be a hole that nobody looks at. What a guest can be told to do is
//! checked in the file that tells it.

use std::fs;
use std::path::Path;

use net_scout_tests::places;

/// The names of the files in a folder that end like this, without the ending.
fn stems(folder: &Path, ending: &str) -> Vec<String> {
    let names = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").file_name());
    let mut stems: Vec<String> = names.filter_map(|name| Some(name.to_str()?.strip_suffix(ending)?.to_owned())).collect();
    stems.sort();
    stems
}

#[test]
fn every_guest_is_loaded_by_a_test() {
    let tests = places::root().join("tests/it");
    let sources: Vec<String> =
        stems(&tests, ".rs").iter().map(|stem| fs::read_to_string(tests.join(format!("{stem}.rs"))).expect("a test")).collect();
    let guests = places::root().join("tests/guests");
    let names = [stems(&guests.join("examples"), ".rs"), stems(&guests.join("wat"), ".wat")].concat();
    assert!(names.len() > 10, "{names:?}");
    for name in names {
        let quoted = format!("\"{name}\"");
        assert!(sources.iter().any(|source| source.contains(&quoted)), "no test loads the guest {name}");
    }
}

/// A guest that cargo does not build as a component would never reach a test.
#[test]
fn every_guest_is_built() {
    let guests = places::root().join("tests/guests");
    let manifest = fs::read_to_string(guests.join("Cargo.toml")).expect("a manifest");
    let sections = manifest.split("[[example]]").skip(1);
    let mut built: Vec<&str> = sections
        .filter(|section| section.contains("crate-type = [\"cdylib\"]"))
        .filter_map(|section| section.split('"').nth(1))
        .collect();
    built.sort_unstable();
    assert_eq!(built, stems(&guests.join("examples"), ".rs"));
}
