//! `net-scout user` and `net-scout token`: who may use the web page and the HTTP API.

use crate::config::Config;
use crate::exit::UsageError;
use net_scout_store::Accounts;

/// The accounts of this configuration.
///
/// # Errors
/// When nobody says where they are, or they cannot be used.
pub fn accounts(config: &Config) -> anyhow::Result<Accounts> {
    let Some(folder) = &config.state_dir else {
        let words = "there is no folder for the users of the web page: set `state_dir` in the section [serve], or `web = false`";
        return Err(UsageError(words.to_owned()).into());
    };
    Ok(Accounts::open(folder)?)
}
