//! Values that attackers could write, and `tests/readers.py`, which reads what the program makes of them as a program of others would: it
//! knows the formats' standards and nothing of the writer.

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::places;
use crate::sample::Random;

/// So many values for each case of `PROPTEST_CASES`: 100,000 where `cargo xtask fuzz` tries 20,000 cases.
const PER_CASE: usize = 5;
/// Cases of a test run, as for other properties.
const USUAL: usize = 256;
/// The longest value in pieces.
const LONGEST: u64 = 12;

/// Pieces that end a field, a line, a quote or a header somewhere, speak to a terminal, or are a formula.
const PIECES: &[&str] = &[
    "\"",
    "\"\"",
    "'",
    ",",
    ";",
    "\n",
    "\r\n",
    "\r",
    "\t",
    "\\",
    "\\\\",
    "\\n",
    "|",
    "=",
    " =",
    "]",
    "\\]",
    "[x@1 a=\"b\"]",
    "<34>1 ",
    " src=192.0.2.1",
    " cs1=x msg=y",
    "CEF:0|a|b|",
    "=1+1",
    "+1",
    "-1",
    "@SUM(1)",
    "=cmd|' /C calc'!A0",
    "\u{ff1d}1",
    "-2.5",
    "1e9",
    "Bcc: x@example.org",
    "\r\nBcc: x@example.org\r\n\r\n",
    "\n.\r\n",
    "=?utf-8?q?=0D=0ABcc:_x?=",
    "=?utf-8?b?Zm9v?=",
    "=?",
    "?=",
    "<!--",
    "<script>alert(1)</script>",
    "&amp;",
    "\u{1b}[31m",
    "\u{1b}]0;x\u{7}",
    "\u{9b}2J",
    "\u{0}",
    "\u{7f}",
    "\u{85}",
    "\u{a0}",
    "\u{ad}",
    "\u{200b}",
    "\u{2028}",
    "\u{202e}",
    "\u{feff}",
    "\u{e0041}",
    "\u{fe0f}",
    "e\u{301}",
    "ä",
    "漢字",
    "😀",
    " ",
    "  ",
    "a",
    "port_scan",
    "203.0.113.9",
    "\u{fffd}",
    "%0a",
    "${jndi:ldap://x}",
    "../../etc/passwd",
    "{}",
    "null",
];

/// How many values a test tries.
#[must_use]
pub fn count() -> usize {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    cases.unwrap_or(USUAL) * PER_CASE
}

/// So many values that attackers could write; none is empty.
#[must_use]
pub fn hostile_values(count: usize) -> Vec<String> {
    let mut random = Random::new(count as u64);
    let mut value = || {
        let length = 1 + random.below(LONGEST);
        let mut value = String::new();
        for _ in 0..length {
            match random.below(10) {
                0..7 => value.push_str(random.one_of(PIECES)),
                7 => value.extend(char::from_u32(random.below(0x11_0000) as u32)),
                8 => value.push(char::from(random.below(0x80) as u8)),
                _ => value.push_str(&"x".repeat(random.below(60) as usize)),
            }
        }
        if value.is_empty() { "x".to_owned() } else { value }
    };
    (0..count).map(|_| value()).collect()
}

/// Has these cases read by `tests/readers.py`, by its reader of this name.
///
/// # Panics
/// When a value came out changed, when there is something that nobody wrote, or when there is no Python.
pub fn read_back(reader: &str, cases: &[Value]) {
    let mut command = Command::new("python3");
    command.arg(places::root().join("tests/readers.py")).arg(reader).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.stderr(Stdio::piped()).spawn().expect("python3, which `cargo xtask test` installs");
    let mut lines = String::new();
    for case in cases {
        lines.push_str(&case.to_string());
        lines.push('\n');
    }
    // One that has seen enough says why when it ends.
    let _ = child.stdin.take().expect("a pipe").write_all(lines.as_bytes());
    let output = child.wait_with_output().expect("an end");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "readers.py {reader}: {errors}");
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), cases.len().to_string());
}
