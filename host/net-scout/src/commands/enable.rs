//! `net-scout plugin enable`: rules that the service benched run again.

use crate::config::Config;
use crate::exit::UsageError;
use crate::{exit, output};
use net_scout_detect::prepare;
use net_scout_model::Timestamp;

/// Enables rules, by name.
///
/// # Errors
/// When one of them did not fail, or the database cannot be written.
pub fn run(config: &Config, names: &[String], now: Timestamp) -> anyhow::Result<u8> {
    let mut database = config.database_options().open()?;
    prepare(&mut database, &config.table, now, &output::Terminal)?;
    let failing: Vec<String> = database.failing_rules()?.into_iter().map(|failing| failing.rule).collect();
    if let Some(name) = names.iter().find(|name| !failing.contains(name)) {
        let there =
            if failing.is_empty() { "no rule failed".to_owned() } else { format!("those that did are {}", failing.join(", ")) };
        return Err(UsageError(format!(
            "rule {} did not fail in the last ticks of the service; {there}",
            net_scout_model::plain(name, 100)
        ))
        .into());
    }
    database.keep_failing_rules(&[], names)?;
    for name in names {
        output::note(&format_args!("rule {name} runs again with the next tick of the service"));
    }
    Ok(exit::SUCCESS)
}
