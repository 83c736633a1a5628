//! Imports that stop before the end of a file, and go on.

use std::fs;
use std::process::Stdio;

use super::{DROPPED, packed, scene, total, total_or_none};

/// Lines to many ports, of which none is the same.
fn many(count: u32) -> String {
    (0..count)
        .map(|number| {
            DROPPED
                .replace("DPT=22", &format!("DPT={}", number % 60_000))
                .replace("192.0.2.1", &format!("192.0.2.{}", number / 60_000 + 1))
        })
        .collect()
}

/// What was read of a file that is cut off stays, and the whole file goes on behind it.
#[test]
fn a_file_that_is_cut_off_is_not_counted_twice() {
    let text = many(5_000);
    let whole = packed(&text);
    let scene = scene(&[("cut.log.gz", &whole[..whole.len() / 2])]);
    let run = scene.run(&["import", "cut.log.gz"]);
    assert!(
        run.code == 1 && run.stderr.contains("error: importing cut.log.gz stopped: reading stopped after line "),
        "{}",
        run.stderr
    );
    let (rows, hits) = total(&scene);
    assert!(rows == hits && (1..5_000).contains(&rows), "{rows}");
    fs::write(scene.path("whole.log.gz"), &whole).expect("a log");
    let run = scene.run(&["import", "whole.log.gz"]);
    assert!(
        run.code == 0 && run.stderr.contains(&format!("continued behind line {rows}, where an earlier import stopped")),
        "{}",
        run.stderr
    );
    assert_eq!(total(&scene), (5_000, 5_000));
    // It was read to its end, so that it counts again, or only what is new, or from the beginning.
    fs::write(scene.path("whole.log"), text.clone() + DROPPED).expect("a log");
    assert_eq!(scene.run(&["import", "--new", "whole.log"]).code, 0);
    assert_eq!(total(&scene), (5_000, 5_001));
    assert_eq!(scene.run(&["import", "--new", "whole.log"]).code, 0);
    assert_eq!(total(&scene), (5_000, 5_001));
    let again = scene.run(&["import", "whole.log"]);
    again.exited(0);
    let hint = "warning: whole.log: an earlier import read it to its end, and now its lines count once more; --new imports only what was added";
    assert!(again.stderr.contains(hint), "{}", again.stderr);
    assert_eq!(total(&scene), (5_000, 10_002));
}

/// A kill at any time neither loses nor doubles a line.
#[test]
fn a_killed_import_goes_on() {
    let scene = scene(&[("a.log", many(120_000).as_bytes())]);
    let mut kills = 0;
    for wait in [300, 500, 700, 900, 1_100, 1_300] {
        let mut child = scene.command(&["import", "a.log"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("started");
        std::thread::sleep(std::time::Duration::from_millis(wait));
        kills += u32::from(child.try_wait().expect("a state").is_none());
        child.kill().expect("killed");
        if child.wait().expect("an end").success() {
            break;
        }
    }
    assert!(kills > 0, "it was never killed");
    if total_or_none(&scene) != Some((120_000, 120_000)) {
        let run = scene.run(&["import", "a.log"]);
        assert_eq!(run.code, 0, "{}", run.stderr);
    }
    assert_eq!(total(&scene), (120_000, 120_000));
}
