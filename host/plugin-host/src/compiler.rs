//! Compiles components in a process of its own: a small component can make a compiler take all memory, run for hours or fail in ways that
//! nobody foresaw. The process is this program once more, with a bound on its memory, and it ends with the time that it is given.

use std::io::{Read as _, Write as _};
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, Signal, setrlimit};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::Command;
use wasmtime::Engine;

use super::engine;
use super::error::LoadError;
use net_scout_model::{Limits, plain};

/// The word by which the program knows that it is the compiler.
pub const COMPILE: &str = "compile-component";
/// This program, whatever became of its file.
pub(super) const THIS_PROGRAM: &str = "/proc/self/exe";
/// The largest machine code that is taken.
const LARGEST: u64 = 1 << 30;
/// How much of an error is read, in bytes, and shown, in characters.
const LONGEST_ERROR: u64 = 16 << 10;
const QUOTED: usize = 300;
/// The exit status of a component that is refused. Any other is a compiler that failed.
const REFUSED: i32 = 3;

/// What the compiler's process does: takes a component from standard input and gives its machine code on standard output. The exit
/// status says how it ended.
#[must_use]
pub fn compile_component(memory: u64, seconds: u64) -> u8 {
    // Only what went wrong, for the line that the operator reads.
    std::panic::set_hook(Box::new(|panic| {
        let words = panic.payload_as_str().unwrap_or("the compiler panicked");
        let _ = std::io::stderr().write_all(words.as_bytes());
    }));
    let bound = |limit| Rlimit { current: Some(limit), maximum: Some(limit) };
    // At the first of the two limits of time the signal tells what ended the process, at the second it is killed.
    let time = Rlimit { current: Some(seconds), maximum: Some(seconds.saturating_add(1)) };
    let bounded = setrlimit(Resource::As, bound(memory))
        .and_then(|()| setrlimit(Resource::Cpu, time))
        .and_then(|()| setrlimit(Resource::Core, bound(0)));
    let compile = || -> Result<Vec<u8>, String> {
        bounded.map_err(|error| format!("the compiler's process cannot be bounded: {error}"))?;
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes).map_err(|error| error.to_string())?;
        let engine = Engine::new(&engine::config(Limits::default().stack)).map_err(|error| format!("{error:#}"))?;
        engine.precompile_component(&bytes).map_err(|error| format!("{error:#}"))
    };
    let (code, status) = match compile() {
        Ok(code) => (std::io::stdout().write_all(&code), 0),
        Err(error) => (std::io::stderr().write_all(error.as_bytes()), REFUSED as u8),
    };
    if code.is_ok() { status } else { 1 }
}

/// The machine code of a component, made by a process of this program.
pub(super) async fn compile(program: &Path, bytes: &[u8], limits: &Limits) -> Result<Vec<u8>, LoadError> {
    match tokio::time::timeout(limits.compile, run(program, bytes, limits)).await {
        Ok(result) => result,
        Err(_) => Err(LoadError::Compile(limits.compile)),
    }
}

async fn run(program: &Path, bytes: &[u8], limits: &Limits) -> Result<Vec<u8>, LoadError> {
    let failed = |error: std::io::Error| LoadError::Compiler(error.to_string());
    // The time of the process's own clock is only there for a parent that was killed.
    let seconds = (limits.compile + Duration::from_secs(2)).as_secs().to_string();
    let mut child = Command::new(program)
        .args([COMPILE, &limits.compile_memory.to_string(), &seconds])
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(failed)?;
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let give = async {
        if let Some(mut stdin) = stdin {
            // A compiler that ended early says why otherwise.
            let _ = stdin.write_all(bytes).await;
        }
    };
    let ((), code, error) = tokio::join!(give, read(stdout, LARGEST), read(stderr, LONGEST_ERROR));
    let (code, error) = (code.map_err(failed)?, error.map_err(failed)?);
    let status = child.wait().await.map_err(failed)?;
    let error = plain(String::from_utf8_lossy(&error).trim(), QUOTED);
    match status.code() {
        Some(0) => Ok(code),
        Some(REFUSED) => Err(LoadError::Malformed(error)),
        Some(_) => Err(LoadError::Compiler(error)),
        None if status.signal() == Some(Signal::XCPU.as_raw()) => Err(LoadError::Compile(limits.compile)),
        None => Err(LoadError::CompileMemory(limits.compile_memory)),
    }
}

async fn read(from: Option<impl AsyncRead + Unpin>, limit: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if let Some(from) = from {
        from.take(limit).read_to_end(&mut bytes).await?;
    }
    Ok(bytes)
}
