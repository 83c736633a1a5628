//! `exec`: programs of the system with granted arguments. There is no shell anywhere, so no argument can mean more than itself.

use std::net::IpAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::{Child, Command};

use serde_json::json;

use crate::enricher_bindings::net_scout::plugin::exec as wit;
use crate::{Boundary, Passed, failure};
use net_scout_model::{Observable, ObservableKind, Request, plain};

/// How much of its output is read, in bytes.
const LARGEST_OUTPUT: u64 = 256 << 10;
/// How much of its errors is read, in bytes.
const LARGEST_ERRORS: u64 = 16 << 10;
/// How much sooner than the call itself a program must end, so that its output still reaches the plugin.
const MARGIN: Duration = Duration::from_millis(500);
/// How much of an argument stands in an error, in characters.
const QUOTED: usize = 100;
/// Where programs are looked for first, whatever the host's own PATH says: these folders are root's.
const FOLDERS: [&str; 6] = ["/usr/local/bin", "/usr/bin", "/bin", "/usr/local/sbin", "/usr/sbin", "/sbin"];

/// What a plugin may run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExecGrant {
    plugin: String,
    lines: Vec<(String, Vec<String>)>,
}

impl ExecGrant {
    /// The lines for programs among what was granted.
    #[must_use]
    pub fn new(plugin: &str, granted: &[Request]) -> Self {
        let lines = granted.iter().filter_map(|request| match request {
            Request::Exec { program, arguments } => Some((program.clone(), arguments.clone())),
            _ => None,
        });
        Self { plugin: plugin.to_owned(), lines: lines.collect() }
    }

    /// The gate.
    fn check(&self, program: &str, arguments: &[String]) -> Result<(), wit::ExecError> {
        let granted = |(granted, template): &(String, Vec<String>)| {
            granted == program
                && template.len() == arguments.len()
                && template.iter().zip(arguments).all(|(word, argument)| fits(word, argument))
        };
        if self.lines.iter().any(granted) {
            return Ok(());
        }
        let arguments = arguments.iter().map(|argument| plain(argument, QUOTED)).collect();
        let request = Request::Exec { program: plain(program, QUOTED), arguments };
        let line = Request::configuration(&self.plugin, &[&request]);
        Err(wit::ExecError::AccessDenied(format!("to run `{request}` is not granted; to grant it, add {line}")))
    }
}

/// Whether an argument is what a word of a template stands for.
fn fits(word: &str, argument: &str) -> bool {
    let domain =
        || Observable::parse(argument).is_some_and(|found| found.kind == ObservableKind::Domain && found.value == argument);
    match word.strip_prefix('{').and_then(|word| word.strip_suffix('}')) {
        // A program would take it for an option.
        Some(_) if argument.starts_with('-') => false,
        Some("ip") => argument.parse::<IpAddr>().is_ok(),
        Some("domain") => domain(),
        Some(other) => match other.strip_prefix("int:").and_then(|bounds| bounds.split_once("..")) {
            Some((low, high)) => match (low.parse::<u32>(), high.parse::<u32>(), argument.parse::<u32>()) {
                (Ok(low), Ok(high), Ok(value)) => {
                    (low..=high).contains(&value) && argument.bytes().all(|byte| byte.is_ascii_digit())
                }
                _ => false,
            },
            None => false,
        },
        None => word == argument,
    }
}

/// The programs that one call runs.
pub struct ExecContext {
    grant: ExecGrant,
    longest: Duration,
    boundary: Boundary,
}

failure!(wit::ExecError);

impl Passed for wit::Output {
    fn bytes(&self) -> usize {
        self.stdout.len() + self.stderr.len()
    }
}

impl ExecContext {
    /// For a plugin with this grant whose call takes at most `wall`.
    #[must_use]
    pub fn new(grant: ExecGrant, wall: Duration, boundary: Boundary) -> Self {
        Self { grant, longest: wall.saturating_sub(MARGIN), boundary }
    }

    async fn start(&self, program: &str, arguments: &[String], seconds: Option<u32>) -> Result<wit::Output, wit::ExecError> {
        self.grant.check(program, arguments)?;
        let longest = seconds.map_or(self.longest, |seconds| Duration::from_secs(seconds.into()).min(self.longest));
        let path = find(program)
            .ok_or_else(|| wit::ExecError::Unavailable(format!("`{program}` is not installed; {}", advice(program))))?;
        run(&path, arguments, longest)
            .await
            .map_err(|error| wit::ExecError::Unavailable(format!("`{program}` cannot be run: {error}")))
    }
}

impl wit::Host for ExecContext {
    async fn run(
        &mut self,
        program: String,
        arguments: Vec<String>,
        seconds: Option<u32>,
    ) -> wasmtime::Result<Result<wit::Output, wit::ExecError>> {
        let bytes = program.len() + arguments.iter().map(String::len).sum::<usize>();
        let passed = || json!({ "program": program, "arguments": arguments, "seconds": seconds });
        self.boundary.cross("exec.run", bytes, passed, self.start(&program, &arguments, seconds)).await
    }
}

/// The package that has a program.
fn advice(program: &str) -> String {
    match program {
        "whois" | "traceroute" => format!("install it, on Debian with `apt-get install {program}`"),
        _ => "install the package that has it".to_owned(),
    }
}

/// The absolute path of a program; only folders with absolute names count.
fn find(program: &str) -> Option<PathBuf> {
    if program.is_empty() || program.contains('/') {
        return None;
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let own = std::env::split_paths(&path).filter(|folder| folder.is_absolute());
    let folders = FOLDERS.iter().map(PathBuf::from).chain(own);
    let runs =
        |path: &PathBuf| std::fs::metadata(path).is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0);
    folders.map(|folder| folder.join(program)).find(runs)
}

/// The process group of a program. All of it is killed when this is dropped, at its end or when nobody waits for it any more.
struct Group(Option<Pid>);

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            // There may be nobody left in it.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

async fn run(path: &Path, arguments: &[String], longest: Duration) -> std::io::Result<wit::Output> {
    let mut command = Command::new(path);
    command.args(arguments).env_clear().env("PATH", FOLDERS.join(":")).env("LC_ALL", "C").current_dir("/");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0).kill_on_drop(true);
    let mut child: Child = command.spawn()?;
    let group = Group(child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?)));
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let reading = async { tokio::try_join!(read(out, LARGEST_OUTPUT, &mut stdout), read(err, LARGEST_ERRORS, &mut stderr)) };
    let (timed_out, truncated) = match tokio::time::timeout(longest, reading).await {
        Ok(Ok(_)) => (false, false),
        Ok(Err(End::TooMuch)) => (false, true),
        Ok(Err(End::Failed(error))) => return Err(error),
        Err(_) => (true, false),
    };
    let status = if timed_out || truncated {
        None
    } else {
        // It closed its output, so it is about to end; if it is not, it is killed.
        tokio::time::timeout(MARGIN, child.wait()).await.ok().transpose()?
    };
    drop(group);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let status = status.and_then(|status| status.code());
    Ok(wit::Output { status, stdout: text(&stdout), stderr: text(&stderr), truncated, timed_out })
}

/// Why reading stopped before the end.
enum End {
    TooMuch,
    Failed(std::io::Error),
}

/// Reads to the end, or to the limit.
async fn read(from: Option<impl AsyncRead + Unpin>, limit: u64, to: &mut Vec<u8>) -> Result<(), End> {
    let Some(from) = from else { return Ok(()) };
    from.take(limit + 1).read_to_end(to).await.map_err(End::Failed)?;
    if to.len() as u64 <= limit {
        return Ok(());
    }
    to.truncate(limit as usize);
    Err(End::TooMuch)
}

#[cfg(test)]
mod tests {
    use super::wit::Host as _;
    use super::*;
    use crate::recording::Session;
    use net_scout_model::Limits;

    fn grant(lines: &[&str]) -> ExecGrant {
        let lines: Vec<Request> = lines.iter().map(|line| Request::parse("exec", line).expect(line)).collect();
        ExecGrant::new("whois", &lines)
    }

    fn words(text: &str) -> Vec<String> {
        text.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect()
    }

    async fn run(line: &str, program: &str, arguments: &str, wall: u64) -> Result<wit::Output, wit::ExecError> {
        let mut context =
            ExecContext::new(grant(&[line]), Duration::from_millis(wall), Boundary::new(Limits::default(), Session::Live));
        context.run(program.to_owned(), words(arguments), None).await.expect("no trap")
    }

    #[test]
    fn allowed_denied_and_almost_allowed() {
        let grant = grant(&["whois {ip}", "whois -h 127.0.0.1 -p 4343 {domain}", "traceroute -n -m {int:1..64} {ip}"]);
        for (program, arguments) in [
            ("whois", "192.0.2.1"),
            ("whois", "2001:db8::1"),
            ("whois", "-h 127.0.0.1 -p 4343 example.com"),
            ("traceroute", "-n -m 64 192.0.2.1"),
        ] {
            assert!(grant.check(program, &words(arguments)).is_ok(), "{program} {arguments}");
        }
        for (program, arguments) in [
            ("whois", ""),
            ("whois", "--help"),
            ("whois", "example.com"),
            ("whois", "-h evil.example -p 4343 example.com"),
            ("whois", "-h 127.0.0.1 -p 4343 -x.example"),
            ("whois", "192.0.2.1 192.0.2.2"),
            ("/usr/bin/whois", "192.0.2.1"),
            ("traceroute", "-n -m 65 192.0.2.1"),
            ("traceroute", "-n -m +5 192.0.2.1"),
            ("traceroute", "-n -m 0 192.0.2.1"),
            ("sh", "-c id"),
        ] {
            assert!(grant.check(program, &words(arguments)).is_err(), "{program} {arguments}");
        }
        // One argument with a space in it is one argument.
        assert!(grant.check("whois", &["1.2.3.4; id".to_owned()]).is_err());
        assert!(grant.check("whois", &["1.2.3.4 ".to_owned()]).is_err());
    }

    #[test]
    fn a_denial_shows_the_line_that_would_grant_it() {
        let Err(wit::ExecError::AccessDenied(text)) = grant(&["whois {ip}"]).check("whois", &words("-h evil 1.2.3.4")) else {
            panic!("allowed")
        };
        let expected =
            "to run `whois -h evil 1.2.3.4` is not granted; to grant it, add [grants.whois] exec = [\"whois -h evil 1.2.3.4\"]";
        assert_eq!(text, expected);
    }

    #[tokio::test]
    async fn output_status_and_an_empty_environment() {
        let output = run("env", "env", "", 5_000).await.expect("env runs");
        assert_eq!(output.status, Some(0));
        let mut names: Vec<&str> = output.stdout.lines().filter_map(|line| line.split_once('=')).map(|(name, _)| name).collect();
        names.sort_unstable();
        assert_eq!(names, ["LC_ALL", "PATH"]);
        assert_eq!(run("false", "false", "", 5_000).await.expect("false runs").status, Some(1));
    }

    #[tokio::test]
    async fn too_long_and_too_much() {
        let slow = run("sleep {int:1..99}", "sleep", "30", 700).await.expect("sleep runs");
        assert!(slow.timed_out && slow.status.is_none());
        let endless = run("yes", "yes", "", 5_000).await.expect("yes runs");
        assert!(endless.truncated && !endless.timed_out);
        assert_eq!(endless.stdout.len() as u64, LARGEST_OUTPUT);
    }

    #[tokio::test]
    async fn a_missing_program_names_its_package() {
        let error = run("no-such-program", "no-such-program", "", 1_000).await.expect_err("missing");
        let wit::ExecError::Unavailable(text) = error else { panic!("{error:?}") };
        assert_eq!(text, "`no-such-program` is not installed; install the package that has it");
        assert_eq!(advice("whois"), "install it, on Debian with `apt-get install whois`");
    }
}
