//! `net-scout alerts`: what is stored.

use super::{runtime, terminal_width};
use crate::config::Config;
use crate::exit::UsageError;
use crate::output::{AlertOutput, Format, Shown, Story, Terminal};
use crate::{exit, output};
use net_scout_detect::alerts;
use net_scout_detect::known::WrittenQuery;
use net_scout_model::{StoredAlert, Timestamp};
use net_scout_store::{AlertCursor, AlertFilter, AlertOrder, CountBy};

/// What to list, and how.
#[derive(Clone, Debug)]
pub struct AlertsRequest {
    /// Which alerts.
    pub query: WrittenQuery,
    /// In which order.
    pub order: AlertOrder,
    /// Only what is behind this place, as a list gave it.
    pub after: Option<String>,
    /// At most so many.
    pub limit: Option<u32>,
    /// Counted instead, by this.
    pub by: Option<CountBy>,
    /// Only these columns; empty for the usual ones.
    pub columns: Vec<&'static str>,
    /// How.
    pub format: AlertOutput,
}

/// Lists stored alerts, or counts them.
///
/// # Errors
/// When the query is not understood, the database cannot be read, or standard output cannot be written.
pub fn run(config: &Config, request: &AlertsRequest, now: Timestamp) -> anyhow::Result<u8> {
    let AlertsRequest { order, limit, format, .. } = *request;
    let database = config.database_options();
    let query = runtime()?.block_on(request.query.read(&database, &config.plugin_options(), &Terminal))?;
    let after = request.after.as_deref().map(|text| AlertCursor::parse(text, order)).transpose();
    let after = after.map_err(|error| UsageError(format!("--after: {error}")))?;
    let filter = AlertFilter { order, after, limit, ..AlertFilter::new(query, now) };
    let is_empty = match request.by {
        Some(by) => {
            let (counts, format) = (alerts::count(&database, &filter, by)?, own(format, "--by")?);
            output::write_counts(&mut output::stdout(), &counts, by.name(), format, terminal_width(format))?;
            counts.is_empty()
        }
        None => {
            let listed = alerts::list(&database, &filter)?;
            output::unreadable_alerts(&listed.unreadable, &config.alert_table);
            write(config, &listed.alerts, &request.columns, format, now)?;
            output::broken_evidence(&listed.broken_evidence);
            if let Some(next) = listed.next {
                output::note(&format_args!("there are more: add --after {next}"));
            }
            listed.alerts.is_empty()
        }
    };
    if is_empty {
        output::note(&"no alerts");
    }
    Ok(exit::SUCCESS)
}

fn write(
    config: &Config,
    alerts: &[StoredAlert],
    columns: &[&'static str],
    format: AlertOutput,
    now: Timestamp,
) -> anyhow::Result<()> {
    let shown = || alerts.iter().cloned().map(Shown::from).collect::<Vec<_>>();
    match format {
        _ if !columns.is_empty() => {
            let format = own(format, "--columns")?;
            output::write_alert_columns(&mut output::stdout(), alerts, columns, format, terminal_width(format))?;
        }
        AlertOutput::Own(Format::Table) => output::list_alerts(&shown(), &config.database_options(), now)?,
        AlertOutput::Own(format) => output::show_alerts(&shown(), format)?,
        AlertOutput::Foreign(format) => output::write_foreign(&mut output::stdout(), alerts, format)?,
    }
    Ok(())
}

/// A format that has columns.
fn own(format: AlertOutput, flag: &str) -> Result<Format, UsageError> {
    match format {
        AlertOutput::Own(format) => Ok(format),
        AlertOutput::Foreign(_) => Err(UsageError(format!("{flag} goes with the formats table, json, ndjson and csv"))),
    }
}

/// Tells one stored alert.
///
/// # Errors
/// When there is no such alert, the database cannot be read, or standard output cannot be written.
pub fn show(config: &Config, id: i64, format: Format, now: Timestamp) -> anyhow::Result<u8> {
    let alerts::WholeAlert { alert, enrichment, query, seen, is_broken } =
        alerts::show(&config.database_options(), &config.table, id, now)?;
    if is_broken {
        output::broken_evidence(&[id]);
    }
    let story = Story { alert, enrichment, query, seen };
    let mut out = output::stdout();
    match format {
        Format::Table => story.write(&mut out, terminal_width(format))?,
        Format::Json => output::write_json(&mut out, &story.json())?,
        Format::Ndjson => output::write_json_line(&mut out, &story.json())?,
        Format::Csv => output::write_alerts(&mut out, &[Shown::from(story.alert)], format, None)?,
    }
    Ok(exit::SUCCESS)
}
