//! `net-scout status`: what the service of a database does, and what is wrong.

use crate::config::Config;
use crate::exit;
use crate::output::{self, Format};
use net_scout_model::Timestamp;
use net_scout_serve::service::longest_lag;
use net_scout_serve::status::Status;

/// Shows it. The exit status says whether all is well. `wrong` is what is wrong with the configuration, of which this is what can be read.
///
/// # Errors
/// When the database cannot be read.
pub fn run(config: &Config, wrong: Option<&anyhow::Error>, format: Format, now: Timestamp) -> anyhow::Result<u8> {
    let options = config.service_options();
    let database = options.scan.database.open_read_only()?;
    let status = Status::read(&database, now)?.current(&database, &options.scan.table, &options.tick, now)?;
    drop(database);
    let mut status = status.noticing_silence(&options.scan.database, now);
    status.service.problems.extend(wrong.map(|error| format!("the configuration is wrong: {error:#}")));
    let problems = status.problems(longest_lag(&options));
    output::write_status(&mut output::stdout(), &status, &problems, format)?;
    Ok(if problems.is_empty() { exit::SUCCESS } else { exit::UNHEALTHY })
}
