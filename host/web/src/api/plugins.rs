//! The plugins: what they are, what they requested and were granted, their parameters, and what they used.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::runtime::Handle;
use utoipa::{IntoParams, ToSchema};

use crate::app::{App, WebOptions};
use crate::extract::{Json, Query};
use crate::problem::Problem;
use net_scout_model::time::parse_moment;
use net_scout_model::{Description, Kind, LedgerEntry, Messages};
use net_scout_plugin_host::capability::words;
use net_scout_plugin_host::{Artifact, Lock, Plugins, PluginsError, Standing, load_all};

/// A parameter of a plugin.
#[derive(Serialize, ToSchema)]
pub(super) struct ParameterJson {
    name: String,
    meaning: String,
    /// Which values it takes.
    expected: String,
    default: String,
    /// What is set; null where the default holds.
    set: Option<String>,
    /// Where that stands.
    origin: Option<String>,
}

/// A plugin.
#[derive(Serialize, ToSchema)]
pub(super) struct PluginJson {
    /// Its name.
    name: String,
    version: String,
    /// rule, enricher or notifier.
    kind: &'static str,
    summary: String,
    file: String,
    sha256: String,
    /// How it stands with the approvals.
    status: &'static str,
    /// The types of alerts of a rule.
    alert_types: Vec<String>,
    /// What it requests, in words.
    requests: Vec<String>,
    /// What it was granted.
    grants: Vec<String>,
    parameters: Vec<ParameterJson>,
}

/// The plugins of the folder.
#[derive(Serialize, ToSchema)]
pub(super) struct PluginList {
    plugins: Vec<PluginJson>,
    /// The files that are refused, with why.
    refused: Vec<[String; 2]>,
}

/// Lists the plugins with their requests, grants and parameters.
#[utoipa::path(get, path = "/plugins", tag = "plugins", responses((status = OK, body = PluginList)))]
pub(super) async fn list(State(app): State<App>) -> Result<Json<PluginList>, Problem> {
    let listed = app.work(|options, _| -> Result<PluginList, PluginsError> {
        let (folder, silent) = (options.plugins(), Messages::default());
        let plugins: Plugins = Handle::current().block_on(load_all(folder, &silent))?;
        let lock = folder.lock()?;
        let refused = plugins.refused.iter().map(|refused| [refused.file.clone(), refused.error.to_string()]).collect();
        let plugins = plugins.each().map(|(artifact, description)| plugin(options, &lock, artifact, description)).collect();
        Ok(PluginList { plugins, refused })
    });
    Ok(Json(listed.await?))
}

fn plugin(options: &WebOptions, lock: &Lock, artifact: &Artifact, description: &Description) -> PluginJson {
    let set = options.plugins().parameters.get(&description.name);
    let parameter = |parameter: &net_scout_model::Parameter| {
        let written = set.and_then(|set| set.get(&parameter.name));
        ParameterJson {
            name: parameter.name.clone(),
            meaning: parameter.meaning.clone(),
            expected: parameter.expected(),
            default: parameter.default().to_string(),
            set: written.map(|written| written.text.clone()),
            origin: written.map(|written| written.from.clone()),
        }
    };
    let alert_types = match &description.kind {
        Kind::Rule { alert_types, .. } => alert_types.clone(),
        Kind::Enricher { .. } | Kind::Notifier => Vec::new(),
    };
    let configured = options.plugins().grants.get(&description.name).into_iter().flatten();
    let granted = configured.chain(lock.granted(&description.name, &artifact.sha256));
    PluginJson {
        name: description.name.clone(),
        version: description.version.clone(),
        kind: description.kind.name(),
        summary: description.summary.clone(),
        file: artifact.file.clone(),
        sha256: artifact.sha256.clone(),
        status: Standing::of(lock, artifact, description).name(),
        alert_types,
        requests: description.requests.iter().map(words).collect(),
        grants: granted.map(words).collect(),
        parameters: description.parameters.iter().map(parameter).collect(),
    }
}

/// Since when, and of which plugin.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct LedgerQuery {
    /// An instant, or a duration back from now; `7 days` where nothing is said.
    since: Option<String>,
    /// Only this plugin.
    plugin: Option<String>,
    /// Whether the runs are added up: one entry a plugin.
    #[serde(default)]
    added_up: bool,
}

/// Says what plugins used: time, memory, host calls, rows, bytes, and what they told whom.
#[utoipa::path(get, path = "/plugins/ledger", tag = "plugins", params(LedgerQuery), responses((status = OK, body = Object)))]
pub(super) async fn ledger(State(app): State<App>, Query(query): Query<LedgerQuery>) -> Result<Json<Value>, Problem> {
    let entries = app.work(move |options, now| -> Result<Vec<LedgerEntry>, Problem> {
        let since = parse_moment(query.since.as_deref().unwrap_or("7 days"), now);
        let since = since.map_err(|error| Problem::bad(format!("since: {error}")))?;
        let mut entries = options.scan().database.open_read_only()?.ledger(since)?;
        entries.retain(|entry| query.plugin.as_ref().is_none_or(|name| entry.plugin == *name));
        if !query.added_up {
            return Ok(entries);
        }
        let mut sums = Vec::new();
        entries.into_iter().for_each(|entry| entry.enter(&mut sums));
        Ok(sums)
    });
    Ok(Json(json!({ "entries": entries.await? })))
}

impl From<PluginsError> for Problem {
    fn from(error: PluginsError) -> Self {
        if error.is_usage() { Self::bad(error.to_string()) } else { Self::internal(error.to_string()) }
    }
}
