//! Runs the program as a user would: in a folder of its own, with no environment but what the test says, and never for longer than
//! three minutes.
//!
//! Nothing here may call the host's code. What a test knows of the program is what a user sees of it.

mod run;
mod small;

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use rusqlite::Connection;
use tempfile::TempDir;

pub use run::Run;
pub use small::{SMALL_ALERTS, SMALL_DONE, SMALL_SINCE, add_event};

use crate::places;
use crate::sample::{Layout, create_indexes, create_table};

/// The time that counts as now, unless a test says otherwise.
pub const NOW: &str = "2026-03-11T20:35:11Z";
/// The components of the three original rules.
pub const RULES: [&str; 3] = ["high-connection-volume.wasm", "horizontal-scan.wasm", "vertical-scan.wasm"];
/// What `migrate` says of a database that has none of the program's tables.
pub const MIGRATED: &str = "ran migration 0001_original_tables\nran migration 0002_alert_details\nran migration 0003_alert_lookup\n\
    ran migration 0004_rate_limits\nran migration 0005_plugin_state\nran migration 0006_ledger\nran migration 0007_ledger_host_time\n\
    ran migration 0008_alert_story\nran migration 0009_allowlist\n\
    ran migration 0010_lookup_failures\nran migration 0011_imports\nran migration 0012_import_digests\n\
    ran migration 0013_service\nran migration 0014_rule_failures\nran migration 0015_alert_life\n\
    ran migration 0016_outbox\nran migration 0017_ledger_egress\nran migration 0018_left_out\n\
    ran migration 0019_reports\nran migration 0020_history_guard";
/// The database, where the program looks for it by itself.
pub const DATABASE: &str = "net_sentinel.db";

/// A folder to run the program in. It has a configuration file and the three original rules; a database is for the test to make.
pub struct Scene(TempDir);

impl Scene {
    /// A folder without a database.
    #[must_use]
    pub fn new() -> Self {
        let scene = Self(tempfile::tempdir().expect("a temporary folder"));
        // An empty file, so that the machine's own configuration is not looked for.
        scene.configure("");
        fs::create_dir(scene.path("plugins")).expect("a plugin folder");
        for rule in RULES {
            let built = places::plugins().join(rule);
            fs::copy(&built, scene.path("plugins").join(rule)).unwrap_or_else(|error| missing(&built, &error));
        }
        scene
    }

    /// A folder with a database of 330 events in which the three rules find [`SMALL_ALERTS`].
    #[must_use]
    pub fn small() -> Self {
        let scene = Self::new();
        fs::write(scene.path(DATABASE), small::database()).expect("a database");
        scene
    }

    /// A folder with a database in a layout that the test fills.
    #[must_use]
    pub fn with_events(layout: Layout, fill: impl FnOnce(&Connection)) -> Self {
        let scene = Self::new();
        make_database(&scene.path(DATABASE), layout, fill);
        scene
    }

    /// A path in the folder.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Replaces the configuration file.
    pub fn configure(&self, toml: &str) {
        fs::write(self.path("net-scout.toml"), toml).expect("a configuration");
    }

    /// Makes the directories `data` and `other` with a file each, and in `data` what is no file of it: a link out of it, and a pipe.
    pub fn add_directories(&self) {
        for folder in ["data", "other"] {
            fs::create_dir(self.path(folder)).expect("a folder");
            fs::write(self.path(folder).join("file"), format!("in {folder}")).expect("a file");
        }
        fs::write(self.path("secret"), "secret").expect("a file");
        std::os::unix::fs::symlink("../secret", self.path("data/out")).expect("a link");
        assert!(Command::new("mkfifo").arg(self.path("data/pipe")).status().expect("mkfifo").success());
    }

    /// Puts a file into the plugin folder.
    pub fn add_plugin(&self, file: &str, bytes: &[u8]) {
        fs::write(self.path("plugins").join(file), bytes).expect("a plugin");
    }

    /// Puts a test guest into the plugin folder.
    #[must_use]
    pub fn with_guest(self, name: &str) -> Self {
        self.add_plugin(&format!("{name}.wasm"), &guest(name));
        self
    }

    /// Empties the plugin folder.
    #[must_use]
    pub fn without_rules(self) -> Self {
        fs::remove_dir_all(self.path("plugins")).expect("a plugin folder");
        fs::create_dir(self.path("plugins")).expect("a plugin folder");
        self
    }

    /// Another connection to the database, as the producer has one.
    #[must_use]
    pub fn connect(&self) -> Connection {
        Connection::open(self.path(DATABASE)).expect("a database")
    }

    /// The bytes of the database file.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        fs::read(self.path(DATABASE)).expect("a database")
    }

    /// The names of what is in the folder, sorted.
    #[must_use]
    pub fn files(&self) -> Vec<String> {
        let names = fs::read_dir(self.0.path()).expect("a folder").map(|entry| entry.expect("an entry").file_name());
        let mut names: Vec<String> = names.map(|name| name.to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    /// The program with these words, in this folder, with a clean environment in which alerts are not grouped: tests look at what each rule
    /// says. Compiled plugins are kept for all tests together.
    #[must_use]
    pub fn command(&self, words: &[&str]) -> Command {
        let binary = places::binary();
        assert!(binary.is_file(), "{} is not built: run `cargo xtask test`", binary.display());
        let mut command = Command::new(binary);
        command.args(words).current_dir(self.0.path()).env_clear().env("NET_SCOUT_NOW", NOW);
        command.env("NET_SCOUT_GROUP", "false");
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("NET_SCOUT_CACHE_DIR", places::target().join("test-code"));
        command
    }

    /// Runs the program to its end.
    #[must_use]
    pub fn run(&self, words: &[&str]) -> Run {
        Run::of(&mut self.command(words))
    }
}

impl Default for Scene {
    fn default() -> Self {
        Self::new()
    }
}

/// The component of a test guest, an example of `tests/guests`.
#[must_use]
pub fn guest(name: &str) -> Vec<u8> {
    let built = places::test_guests().join(format!("{name}.wasm"));
    fs::read(&built).unwrap_or_else(|error| missing(&built, &error))
}

/// A component that does the same and is another file: with a custom section at its end.
#[must_use]
pub fn changed(mut component: Vec<u8>) -> Vec<u8> {
    component.extend([0, 3, 1, b'x', b'y']);
    component
}

/// Says that a test, or a part of one, cannot be done on this machine. The words reach the terminal even where the test succeeds.
pub fn skipped(why: &str) {
    // A closed standard error is no reason to fail.
    let _ = writeln!(std::io::stderr(), "SKIPPED: {why}");
}

fn missing<T>(built: &Path, error: &std::io::Error) -> T {
    panic!("{} cannot be read ({error}): run `cargo xtask test`, which builds it", built.display())
}

/// Makes a database with the table `ip_events` and its indexes, fills it, and closes it in write-ahead mode with nothing beside it.
pub fn make_database(path: &Path, layout: Layout, fill: impl FnOnce(&Connection)) {
    let connection = Connection::open(path).expect("a database");
    connection.execute_batch("PRAGMA synchronous = OFF; BEGIN").expect("a transaction");
    create_table(&connection, "ip_events", layout).expect("a table");
    fill(&connection);
    create_indexes(&connection, "ip_events", layout).expect("indexes");
    connection.execute_batch("COMMIT; PRAGMA journal_mode = WAL").expect("a commit");
    connection.close().expect("a clean end");
}
