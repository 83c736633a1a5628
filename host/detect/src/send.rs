//! One message through one notifier: stored alerts, or a test. What the notifier used and what went where is kept in the ledger.

use std::path::PathBuf;
use std::sync::Arc;

use crate::DetectError;
use crate::alerts::show;
use crate::enrich::EnrichOptions;
use net_scout_model::{Networks, Notification, NotifiedAlert, Pseudonyms, Sink, Timestamp, Window};
use net_scout_plugin_host::capability::Shared;
use net_scout_plugin_host::capability::http::HttpClient;
use net_scout_plugin_host::capability::state::StateStore;
use net_scout_plugin_host::recording::{Header, PluginSeen, Recorder, Tape};
use net_scout_plugin_host::schedule::RateLimiter;
use net_scout_plugin_host::{
    Delivery, Notifier, NotifierSettings, NotifyError, PluginOptions, Receipt, Told, add_call, ledger_entry, load_plugins,
};
use net_scout_store::{Database, not_the_database};

/// What is sent, and through whom.
#[derive(Clone, Debug)]
pub struct SendRequest {
    /// The notifier.
    pub notifier: String,
    /// The numbers of stored alerts; none to say that messages arrive.
    pub alerts: Vec<i64>,
    /// The file in which it is recorded.
    pub record: Option<PathBuf>,
}

/// What came of it.
#[derive(Debug)]
pub struct Sent {
    /// What the notifier was told.
    pub told: Told,
    /// What it answered.
    pub result: Result<Receipt, NotifyError>,
}

/// Sends one message, once. A notifier that fails is no error: the result says so.
///
/// # Errors
/// When the notifier may not run, an alert is not there, or the database cannot be written.
pub async fn send(
    options: &EnrichOptions,
    plugins: &PluginOptions,
    local_networks: &Networks,
    request: &SendRequest,
    now: Timestamp,
    sink: &dyn Sink,
) -> Result<Sent, DetectError> {
    let loaded = load_plugins(plugins, sink).await?;
    let notifier = loaded.notifier(plugins, &request.notifier, &NotifierSettings::default())?;
    let message = message(options, request, now)?;
    let tape = tape(options, plugins, &notifier, request, now)?;
    let sent = deliver(options, local_networks, &notifier, &message, &tape, now).await?;
    if let (Tape::Record(recorder), Some(path)) = (&tape, &request.record) {
        recorder.finish().map_err(|source| DetectError::Recording { path: path.clone(), source })?;
    }
    Ok(sent)
}

/// Lets a notifier that is loaded deliver one message, once. The database is not kept open meanwhile; without one it works all the same.
///
/// # Errors
/// When the database cannot be read or written.
pub async fn deliver(
    options: &EnrichOptions,
    local_networks: &Networks,
    notifier: &Notifier,
    message: &Notification,
    tape: &Tape,
    now: Timestamp,
) -> Result<Sent, DetectError> {
    let is_kept = options.database.path.exists();
    let (own, rates, state) = {
        let mut database = if is_kept { options.database.open()? } else { Database::in_memory(&options.database.alert_table)? };
        database.migrate(now)?;
        let own = Pseudonyms::new(local_networks, database.pseudonym_key(now)?);
        let rates = RateLimiter::new(options.rate, database.rate_limits()?, options.clock.now());
        (own, Arc::new(rates), StateStore::new(database.plugin_state()?))
    };
    let told = Told::new(message, &notifier.fields, &own);
    let shared = Shared {
        http: Some(HttpClient::new(options.secrets.clone(), Arc::clone(&rates), Arc::clone(&options.clock))),
        state: Some(state.clone()),
        ..Shared::default()
    };
    let delivery = Delivery { message: &told, shared: &shared, now, left: options.timeout, tape };
    let (result, usage) = notifier.notify(&delivery).await;
    let mut used = ledger_entry(&notifier.artifact, &notifier.description, now);
    add_call(&mut used, &usage, result.as_ref().err().map(NotifyError::to_string), &told.addresses());
    if !is_kept {
        return Ok(Sent { told, result });
    }
    let mut database = options.database.open()?;
    database.keep_ledger(&[used], now)?;
    database.keep_plugin_state(&state.changes(), now)?;
    database.keep_rate_limits(&rates.state())?;
    Ok(Sent { told, result })
}

/// The message, with all that is known of its alerts.
fn message(options: &EnrichOptions, request: &SendRequest, now: Timestamp) -> Result<Notification, DetectError> {
    // Its time tells it from every other that is sent by hand.
    let key = format!("send-{}", now.0);
    if request.alerts.is_empty() {
        return Ok(Notification::test(key));
    }
    let known = |id: &i64| {
        let whole = show(&options.database, "", *id, now)?;
        Ok(NotifiedAlert { alert: whole.alert, enrichment: whole.enrichment })
    };
    let mut alerts = request.alerts.iter().map(known).collect::<Result<Vec<_>, DetectError>>()?;
    alerts.sort_by_key(|known| std::cmp::Reverse(known.alert.score));
    Ok(Notification { key, alerts, attempt: 1, ..Notification::default() })
}

fn tape(
    options: &EnrichOptions,
    plugins: &PluginOptions,
    notifier: &Notifier,
    request: &SendRequest,
    now: Timestamp,
) -> Result<Tape, DetectError> {
    let Some(path) = &request.record else { return Ok(Tape::Off) };
    not_the_database(&options.database.path, "--record", path)?;
    let (name, window) = (&notifier.description.name, Window { since: now, until: Some(now), now });
    let is_its_own = |parameter: &str| notifier.description.parameters.iter().any(|known| known.name == parameter);
    let parameters = plugins.texts(name).into_iter().filter(|(parameter, _)| is_its_own(parameter)).collect();
    let header = Header {
        parameters: [(name.clone(), parameters)].into(),
        plugins: vec![PluginSeen {
            name: name.clone(),
            version: notifier.description.version.clone(),
            sha256: notifier.artifact.sha256.clone(),
        }],
        ..Header::new(window, 0, false)
    };
    let recorder = Recorder::create(path, &header, options.secrets.clone());
    recorder.map(Tape::Record).map_err(|source| DetectError::Recording { path: path.clone(), source })
}
