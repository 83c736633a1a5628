//! `net-scout alerts`: what is stored.

use super::terminal_width;
use crate::config::Config;
use crate::exit::UsageError;
use crate::output::{Format, Shown, Story};
use crate::{exit, output};
use net_scout_model::Timestamp;
use net_scout_model::time::parse_moment;
use net_scout_store::{AlertFilter, Database};

/// What to list, and how.
#[derive(Clone, Debug)]
pub struct AlertsRequest {
    /// Only of this type.
    pub alert_type: Option<String>,
    /// Only from this address.
    pub src_ip: Option<String>,
    /// Only to this address.
    pub dst_ip: Option<String>,
    /// Only with at least this score.
    pub minimum_score: Option<i64>,
    /// Only in this status.
    pub status: Option<String>,
    /// Only those raised since then, as written.
    pub since: Option<String>,
    /// At most so many.
    pub limit: Option<u32>,
    /// How.
    pub format: Format,
}

/// Lists stored alerts.
///
/// # Errors
/// When `since` is no time, the database cannot be read, or standard output cannot be written.
pub fn run(config: &Config, request: AlertsRequest, now: Timestamp) -> anyhow::Result<u8> {
    let since = request
        .since
        .map(|text| parse_moment(&text, now))
        .transpose()
        .map_err(|error| UsageError(format!("--since: {error}")))?;
    let database = Database::open_read_only(&config.db_path, &config.alert_table, config.busy_timeout)?;
    let alerts = database.alerts(&AlertFilter {
        id: None,
        alert_type: request.alert_type,
        src_ip: request.src_ip,
        dst_ip: request.dst_ip,
        minimum_score: request.minimum_score,
        status: request.status,
        since,
        limit: request.limit,
    })?;
    let shown: Vec<Shown> = alerts.into_iter().map(Shown::from).collect();
    if request.format != Format::Table || !shown.is_empty() {
        output::write_alerts(&mut output::stdout(), &shown, request.format, terminal_width(request.format))?;
    }
    if shown.is_empty() {
        output::note(&"no alerts");
    }
    Ok(exit::SUCCESS)
}

/// Tells one stored alert.
///
/// # Errors
/// When there is no such alert, the database cannot be read, or standard output cannot be written.
pub fn show(config: &Config, id: i64, format: Format) -> anyhow::Result<u8> {
    let database = Database::open_read_only(&config.db_path, &config.alert_table, config.busy_timeout)?;
    let found = database.alerts(&AlertFilter { id: Some(id), ..AlertFilter::default() })?.pop();
    let Some(alert) = found else { anyhow::bail!("there is no alert {id}") };
    let query = database.query_again(&config.table, &alert.evidence["events"])?;
    let story = Story { enrichment: database.enrichment_of(id)?, query, alert };
    let mut out = output::stdout();
    match format {
        Format::Table => story.write(&mut out)?,
        Format::Json => output::write_json(&mut out, &story.json())?,
        Format::Ndjson => output::write_json_line(&mut out, &story.json())?,
        Format::Csv => output::write_alerts(&mut out, &[Shown::from(story.alert)], format, None)?,
    }
    Ok(exit::SUCCESS)
}
