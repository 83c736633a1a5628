//! `exec`: programs of the system with granted arguments. There is no shell anywhere, so no argument can mean more than itself.

mod grant;
mod program;

use std::time::Duration;

use serde_json::json;
use wasmtime::component::{HasSelf, Linker};

use super::interface::{Call, Capability, World, wit_request};
use crate::bindings::enricher::net_scout::plugin::exec as wit;
use crate::host_calls::{HostCalls, Passed, failure};
use net_scout_model::Request;

pub use grant::ExecGrant;
use program::run;
pub use program::{advice, find};

/// How much sooner than the call itself a program must end, so that its output still reaches the plugin.
const MARGIN: Duration = Duration::from_millis(500);
/// How much of an argument stands in an error, in characters.
const QUOTED: usize = 100;

/// The programs that one call runs.
pub struct ExecContext {
    grant: ExecGrant,
    longest: Duration,
    host_calls: HostCalls,
}

failure!(wit::ExecError);

impl Passed for wit::Output {
    fn bytes(&self) -> usize {
        self.stdout.len() + self.stderr.len()
    }
}

impl Capability for ExecContext {
    const NAME: &'static str = "exec";
    const WORLDS: &'static [World] = &[World::Enricher];

    type Grant = ExecGrant;
    type Shared = ();

    fn requested(asked: &wit_request::Request, _world: World) -> Option<Result<Request, String>> {
        let wit_request::Request::Exec(wit_request::ExecRequest { program, arguments }) = asked else { return None };
        Some(Ok(Request::Exec { program: program.clone(), arguments: arguments.clone() }))
    }

    fn words(request: &Request) -> Option<String> {
        matches!(request, Request::Exec { .. }).then(|| format!("it requests a program: {request}"))
    }

    fn grant(plugin: &str, granted: &[Request]) -> ExecGrant {
        ExecGrant::new(plugin, granted)
    }

    fn context(grant: &ExecGrant, _shared: Option<&()>, call: &Call<'_>) -> Self {
        Self { grant: grant.clone(), longest: call.wall.saturating_sub(MARGIN), host_calls: call.host_calls.clone() }
    }

    fn link<T: Send + 'static>(linker: &mut Linker<T>, context: fn(&mut T) -> &mut Self) -> wasmtime::Result<()> {
        wit::add_to_linker::<T, HasSelf<Self>>(linker, context)
    }
}

impl ExecContext {
    async fn start(&self, program: &str, arguments: &[String], seconds: Option<u32>) -> Result<wit::Output, wit::ExecError> {
        self.grant.check(program, arguments)?;
        let longest = seconds.map_or(self.longest, |seconds| Duration::from_secs(seconds.into()).min(self.longest));
        let path = find(program)
            .ok_or_else(|| wit::ExecError::Unavailable(format!("`{program}` is not installed; {}", advice(program))))?;
        let output = run(&path, arguments, longest)
            .await
            .map_err(|error| wit::ExecError::Unavailable(format!("`{program}` cannot be run: {error}")))?;
        let sent = arguments.iter().map(String::len).sum();
        self.host_calls.reached(format!("program {program}"), sent, output.bytes());
        Ok(output)
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
        self.host_calls.make("exec.run", bytes, passed, self.start(&program, &arguments, seconds)).await
    }
}

#[cfg(test)]
mod tests {
    use super::program::LARGEST_OUTPUT;
    use super::wit::Host as _;
    use super::*;
    use crate::recording::Session;
    use net_scout_model::Limits;

    fn words(text: &str) -> Vec<String> {
        text.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect()
    }

    async fn run(line: &str, program: &str, arguments: &str, wall: u64) -> Result<wit::Output, wit::ExecError> {
        let grant = ExecGrant::new("whois", &[Request::parse("exec", line).expect(line)]);
        let host_calls = HostCalls::new(Limits::default(), Session::Live);
        let call = Call { plugin: "whois", wall: Duration::from_millis(wall), host_calls: &host_calls };
        let mut context = ExecContext::context(&grant, None, &call);
        context.run(program.to_owned(), words(arguments), None).await.expect("no trap")
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
