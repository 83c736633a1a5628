//! What may lie in the plugin folder beside rules: links, devices, many files, large files, and components that are broken anywhere. The
//! other rules' alerts are what they are without it.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::os::unix::net::UnixListener;

use crate::raw::World;
use net_scout_tests::harness::{Run, SMALL_ALERTS, SMALL_DONE, Scene, guest, skipped};
use wasm_encoder::{Component, ComponentSection as _, CustomSection};

const RULE: World = World::new("rule");

/// Scans with many variants of the sound rule at once: each is refused, fails, or is still a rule, and does no harm. Returns how many
/// were refused.
#[track_caller]
fn refused_variants(variants: impl Iterator<Item = Vec<u8>>) -> usize {
    let scene = Scene::small();
    for (index, variant) in variants.enumerate() {
        scene.add_plugin(&format!("variant{index:04}.wasm"), &variant);
    }
    let run = scene.scan(&[]);
    assert_eq!(run.code, 3, "{}", run.stderr);
    let others = run.stdout.split_inclusive('\n').filter(|line| SMALL_ALERTS.contains(line));
    assert_eq!(others.collect::<String>(), SMALL_ALERTS, "{}", run.stderr);
    // Damage may leave a rule that is sound and says other things.
    let known = ["warning: plugin variant", "warning: rule "];
    let known = |line: &&str| known.iter().any(|known| line.starts_with(known)) || line.contains(" alerts in the events since ");
    assert_eq!(run.stderr.lines().find(|line| !known(line)), None);
    run.stderr.lines().filter(|line| line.starts_with("warning: plugin variant")).count()
}

#[test]
fn cut_off_anywhere() {
    let rule = RULE.component("");
    let cuts = (8..rule.len()).step_by(21);
    assert_eq!(refused_variants(cuts.clone().map(|end| rule[..end].to_vec())), cuts.count());
}

#[test]
fn a_flipped_bit_anywhere() {
    let rule = RULE.component("");
    for bit in [0, 3, 7] {
        let flipped = |at: usize| {
            let mut bytes = rule.clone();
            bytes[at] ^= 1 << bit;
            bytes
        };
        let places = (8..rule.len()).step_by(17);
        // At most one of them has the name of the sound rule.
        assert!(refused_variants(places.clone().map(flipped)) + 60 > places.count());
    }
}

#[test]
fn files_that_are_no_files() {
    let scene = Scene::small();
    let bad = scene.path("plugins/bad.wasm");
    for device in ["/dev/zero", "/dev/null", "/dev/random", "."] {
        symlink(device, &bad).expect("a link");
        scene.scan(&[]).warned("warning: plugin bad.wasm is not a regular file");
        fs::remove_file(&bad).expect("removed");
    }
    let socket = UnixListener::bind(&bad).expect("a socket");
    scene.scan(&[]).warned("warning: plugin bad.wasm is not a regular file");
    drop(socket);
    fs::remove_file(&bad).expect("removed");

    fs::write(&bad, guest("described")).expect("a file");
    fs::set_permissions(&bad, fs::Permissions::from_mode(0o000)).expect("unreadable");
    match fs::read(&bad) {
        Ok(_) => skipped("this user reads every file"),
        Err(_) => scene.scan(&[]).warned("warning: plugin bad.wasm cannot be read: Permission denied (os error 13)"),
    }
}

/// A plugin may be a link to where it was built.
#[test]
fn a_link_to_a_good_component() {
    let scene = Scene::small();
    fs::write(scene.path("elsewhere"), guest("described")).expect("a file");
    symlink("../elsewhere", scene.path("plugins/linked.wasm")).expect("a link");
    let run = scene.scan(&[]);
    run.ended(0, &SMALL_DONE.replace("4 alerts", "5 alerts"));
    assert_eq!(run.lines().len(), 5);
}

/// Two thousand files, none of which is a plugin.
#[test]
fn many_files() {
    let scene = Scene::small();
    let mut warnings = String::new();
    for index in 0..2_000 {
        let file = format!("bad{index:04}.wasm");
        scene.add_plugin(&file, b"no plugin");
        warnings += &format!("warning: plugin {file} is not a WebAssembly file: its first bytes are not those of one\n");
    }
    scene.scan(&[]).warned(warnings.trim_end());
}

/// They do not disturb each other, and the code of each is kept.
#[test]
fn many_are_compiled_at_once() {
    let rule = RULE.component("");
    let scene = Scene::small();
    let mut warnings = String::new();
    // Some that differ, and some that do not.
    for index in 0..200_u8 {
        let mut variant = rule.clone();
        CustomSection { name: "variant".into(), data: vec![index / 2].into() }.append_to_component(&mut variant);
        scene.add_plugin(&format!("variant{index:03}.wasm"), &variant);
        if index > 0 {
            warnings += &format!("warning: plugin variant{index:03}.wasm has the same name as variant000.wasm: `raw`\n");
        }
    }
    let run = Run::of(scene.command(&["scan", "--dry-run"]).env("NET_SCOUT_CACHE_DIR", scene.path("code")));
    run.ended(3, &(warnings + &SMALL_DONE.replace("4 alerts", "5 alerts")));
    // The three rules, and each variant once.
    assert_eq!(fs::read_dir(scene.path("code")).expect("a cache").count(), 3 + 100);
}

/// Few of twelve files of 64 MiB are read at the same time.
#[test]
fn many_large_files() {
    let scene = Scene::small();
    let reason =
        "is not a component that this host accepts: failed to parse WebAssembly module: unexpected end-of-file (at offset 0xd)";
    let mut warnings = Vec::new();
    for index in 0..12 {
        let file = format!("bad{index:02}.wasm");
        scene.add_plugin(&file, &[Component::HEADER.as_slice(), &[0, 0xf4, 0xff, 0xff, 0x1f, 0]].concat());
        fs::File::options()
            .write(true)
            .open(scene.path("plugins").join(&file))
            .and_then(|file| file.set_len(64 << 20))
            .expect("large");
        warnings.push(format!("warning: plugin {file} {reason}"));
    }
    let run = scene.scan(&[]);
    run.warned(&warnings.join("\n"));
    let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get() as u64);
    assert!(run.peak_memory < (100 + cores * 150) << 20, "{} MiB", run.peak_memory >> 20);
}
