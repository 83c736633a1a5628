//! One run of the program, and what a user sees of it.

use std::fs::File;
use std::io::{Read as _, Seek as _};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// The longest that a run may take before it counts as hanging. A component with Python in it compiles for 12 seconds on a core of its own,
/// and a busy machine has none to spare.
const LONGEST: Duration = Duration::from_secs(180);
/// The most memory that a run may have before it counts as running away, in bytes.
const LARGEST: u64 = 2 << 30;

/// A run that ended.
#[derive(Debug)]
pub struct Run {
    /// The exit status; -1 where a signal ended it.
    pub code: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
    /// How long it took.
    pub took: Duration,
    /// The processor time of the process, to a hundredth of a second, as of a few milliseconds before its end.
    pub cpu: Duration,
    /// The most memory that the process had, in bytes, as of a few milliseconds before its end.
    pub peak_memory: u64,
}

impl Run {
    /// Runs a command to its end.
    ///
    /// # Panics
    /// When it cannot be started, does not end or takes too much memory.
    #[must_use]
    pub fn of(command: &mut Command) -> Self {
        let (mut stdout, mut stderr) = (file(), file());
        let started = Instant::now();
        command.stdout(stdout.try_clone().expect("a handle")).stderr(stderr.try_clone().expect("a handle"));
        let mut child = command.stdin(Stdio::null()).spawn().expect("the program starts");
        let (mut peak_memory, mut cpu) = (0, Duration::ZERO);
        let status = loop {
            peak_memory = peak(&child).unwrap_or(0).max(peak_memory);
            cpu = processor_time(&child).unwrap_or_default().max(cpu);
            if let Some(status) = child.try_wait().expect("a status") {
                break status;
            }
            if started.elapsed() > LONGEST || peak_memory > LARGEST {
                child.kill().expect("killed");
                child.wait().expect("a status");
                let (seconds, mebibytes) = (started.elapsed().as_secs(), peak_memory >> 20);
                panic!("{command:?} hangs: {seconds} s, {mebibytes} MiB; it said {:?}", text(&mut stderr));
            }
            std::thread::sleep(Duration::from_millis(2));
        };
        let (stdout, stderr) = (text(&mut stdout), text(&mut stderr));
        Self { code: status.code().unwrap_or(-1), stdout, stderr, took: started.elapsed(), cpu, peak_memory }
    }

    /// Checks how it ended, whatever it said.
    #[track_caller]
    pub fn exited(&self, code: i32) {
        assert_eq!(self.code, code, "{}", self.stderr);
    }

    /// Checks the exit status and the whole of standard error.
    #[track_caller]
    pub fn ended(&self, code: i32, stderr: &str) {
        assert_eq!(self.stderr.trim_end(), stderr.trim_end(), "standard output was {:?}", self.stdout);
        assert_eq!(self.code, code);
    }

    /// Checks the exit status and a part of standard error.
    #[track_caller]
    pub fn said(&self, code: i32, part: &str) {
        assert!(self.code == code && self.stderr.contains(part), "{part}: {} {}", self.code, self.stderr);
    }

    /// Checks how a lookup of a subject ended, which said this: with status 1 where all of it failed.
    ///
    /// # Panics
    /// When it ended otherwise.
    #[track_caller]
    pub fn looked_up(&self, subject: &str, said: &str) {
        let answers: Value = serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {}", self.stderr));
        let is_failure = |answer: &Value| answer["error"]["kind"].as_str().is_some_and(|kind| kind != "not-found");
        let failed = answers.as_object().is_some_and(|answers| answers.values().all(is_failure));
        let error = if failed { format!("error: every lookup of {subject} failed\n") } else { String::new() };
        // That an answer is from the cache is not what such a test is about.
        let lines = self.stderr.split_inclusive('\n').filter(|line| !line.ends_with("; --refresh asks again\n"));
        assert_eq!((self.code, lines.collect::<String>()), (i32::from(failed), format!("{said}{error}")), "{subject}");
    }

    /// Standard output as JSON, a value a line.
    ///
    /// # Panics
    /// When a line is none.
    #[must_use]
    pub fn lines(&self) -> Vec<Value> {
        self.stdout.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
    }
}

fn file() -> File {
    tempfile::tempfile().expect("a temporary file")
}

fn text(file: &mut File) -> String {
    let mut bytes = Vec::new();
    file.rewind().expect("a file");
    file.read_to_end(&mut bytes).expect("output");
    String::from_utf8(bytes).expect("output is UTF-8")
}

/// The time that all threads of the process computed, in the system and outside (proc(5), the ticks are hundredths); none once it ended.
fn processor_time(child: &Child) -> Option<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", child.id())).ok()?;
    // The name of the program, in brackets, may hold blanks.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks: u64 = fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?;
    Some(Duration::from_millis(ticks * 10))
}

/// The high-water mark of the process's memory; none once it ended.
fn peak(child: &Child) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<u64>().ok()? << 10)
}
