//! The names that can be completed: plugins, their parameters and stored alerts, as far as they can be read at once. Whoever types waits.

use std::time::Duration;

use tokio::time::timeout;

use crate::config::Config;
use net_scout_detect::alerts;
use net_scout_model::{Messages, Parameter, ParameterType};
use net_scout_plugin_host::{Plugins, load_all};
use net_scout_store::AlertFilter;

/// How long plugins are waited for that were not compiled before.
const PATIENCE: Duration = Duration::from_secs(2);
/// The most alerts.
const ALERTS: u32 = 30;

/// The plugins that are approved; none where their lock cannot be read.
#[must_use]
pub fn plugins(config: &Config) -> Vec<String> {
    let lock = config.plugin_options().lock().unwrap_or_default();
    lock.approvals().map(|approval| approval.name.clone()).collect()
}

/// The rules.
#[must_use]
pub fn rules(config: &Config) -> Vec<String> {
    let rules = loaded(config).map(|plugins| plugins.rules).unwrap_or_default();
    rules.iter().map(|rule| rule.description.name.clone()).collect()
}

/// The parameters of all plugins with their defaults, as `--set` takes them, and what each means.
#[must_use]
pub fn parameters(config: &Config) -> Vec<(String, String)> {
    let Some(plugins) = loaded(config) else { return Vec::new() };
    let each = plugins.each().flat_map(|(_, description)| {
        let name = &description.name;
        description.parameters.iter().map(move |parameter| (format!("{name}.{}", written(parameter)), parameter.meaning.clone()))
    });
    each.collect()
}

/// The numbers of the newest alerts, and what each is about.
#[must_use]
pub fn alerts(config: &Config) -> Vec<(String, String)> {
    let filter = AlertFilter { limit: Some(ALERTS), ..AlertFilter::default() };
    let listed = alerts::list(&config.database_options(), &filter).map(|listed| listed.alerts).unwrap_or_default();
    let about = |alert: net_scout_model::StoredAlert| {
        let source = alert.src_ip.unwrap_or_else(|| "?".to_owned());
        (alert.id.to_string(), format!("{} from {source}, score {}", alert.alert_type, alert.score))
    };
    listed.into_iter().map(about).collect()
}

/// The plugins of the folder.
fn loaded(config: &Config) -> Option<Plugins> {
    let options = config.plugin_options();
    // Nothing is said: a message would end up in the line that is being typed.
    let silent = Messages::default();
    super::runtime().ok()?.block_on(async { timeout(PATIENCE, load_all(&options, &silent)).await.ok()?.ok() })
}

fn written(parameter: &Parameter) -> String {
    let default = match &parameter.kind {
        ParameterType::Boolean(default) => default.to_string(),
        ParameterType::Integer { default, .. } => default.to_string(),
        ParameterType::Real { default, .. } => default.to_string(),
        ParameterType::Choice { default, .. } | ParameterType::Line { default, .. } => default.clone(),
    };
    format!("{}={default}", parameter.name)
}
