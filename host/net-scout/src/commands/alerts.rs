//! `net-scout alerts`: what is stored.

use super::runtime;
use crate::config::Config;
use crate::output::{AlertOutput, Format, Shown, Story, Terminal};
use crate::{exit, output};
use net_scout_detect::alerts;
use net_scout_detect::known::WrittenQuery;
use net_scout_model::Timestamp;
use net_scout_store::AlertFilter;

/// What to list, and how.
#[derive(Clone, Debug)]
pub struct AlertsRequest {
    /// Which alerts.
    pub query: WrittenQuery,
    /// At most so many.
    pub limit: Option<u32>,
    /// How.
    pub format: AlertOutput,
}

/// Lists stored alerts.
///
/// # Errors
/// When the query is not understood, the database cannot be read, or standard output cannot be written.
pub fn run(config: &Config, request: &AlertsRequest, now: Timestamp) -> anyhow::Result<u8> {
    let database = config.database_options();
    let query = runtime()?.block_on(request.query.read(&database, &config.plugin_options(), &Terminal))?;
    let listed = alerts::list(&database, &AlertFilter { limit: request.limit, ..AlertFilter::new(query, now) })?;
    output::unreadable_alerts(&listed.unreadable, &config.alert_table);
    let is_empty = listed.alerts.is_empty();
    match request.format {
        AlertOutput::Own(format) => {
            output::show_alerts(&listed.alerts.into_iter().map(Shown::from).collect::<Vec<_>>(), format)?;
        }
        AlertOutput::Foreign(format) => output::write_foreign(&mut output::stdout(), &listed.alerts, format)?,
    }
    output::broken_evidence(&listed.broken_evidence);
    if is_empty {
        output::note(&"no alerts");
    }
    Ok(exit::SUCCESS)
}

/// Tells one stored alert.
///
/// # Errors
/// When there is no such alert, the database cannot be read, or standard output cannot be written.
pub fn show(config: &Config, id: i64, format: Format, now: Timestamp) -> anyhow::Result<u8> {
    let alerts::WholeAlert { alert, enrichment, query, is_broken } =
        alerts::show(&config.database_options(), &config.table, id, now)?;
    if is_broken {
        output::broken_evidence(&[id]);
    }
    let story = Story { alert, enrichment, query };
    let mut out = output::stdout();
    match format {
        Format::Table => story.write(&mut out)?,
        Format::Json => output::write_json(&mut out, &story.json())?,
        Format::Ndjson => output::write_json_line(&mut out, &story.json())?,
        Format::Csv => output::write_alerts(&mut out, &[Shown::from(story.alert)], format, None)?,
    }
    Ok(exit::SUCCESS)
}
