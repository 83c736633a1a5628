//! `net-scout plugin send`: one message through a notifier, to see whether it arrives and what it says.

use super::runtime;
use crate::config::Config;
use crate::output::Terminal;
use crate::{exit, output};
use net_scout_detect::send::{SendRequest, send};
use net_scout_model::{Timestamp, counted};

/// Sends stored alerts, or a test, through a notifier.
///
/// # Errors
/// When the notifier may not run, an alert is not there, or the database cannot be written. A message that does not arrive is no error: the
/// exit code says so.
pub fn run(config: &Config, request: &SendRequest, now: Timestamp) -> anyhow::Result<u8> {
    let (options, plugins) = (config.enrich_options(), config.plugin_options());
    let local_networks = config.local_networks.clone().unwrap_or_default();
    let sent = runtime()?.block_on(send(&options, &plugins, &local_networks, request, now, &Terminal))?;
    output::write_json(&mut output::stdout(), &sent.told)?;
    if let Some(path) = &request.record {
        output::note(&format_args!("recorded in {}", path.display()));
    }
    let name = &request.notifier;
    match sent.result {
        Ok(receipt) => {
            let id = receipt.id.map(|id| format!(" as {id}")).unwrap_or_default();
            output::note(&format_args!("{name} delivered it{id}: {}", counted(sent.told.alerts.len(), "alert")));
            Ok(exit::SUCCESS)
        }
        Err(error) => {
            let again = if error.may_pass() { "another attempt may succeed" } else { "another attempt fails alike" };
            output::warning(&format_args!("{name} did not deliver it: {error}; {again}"));
            Ok(exit::PLUGIN_FAILED)
        }
    }
}
