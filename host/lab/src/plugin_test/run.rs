//! Tries the plugin of a file on scenarios, or holds it against what every plugin has to do: what `net-scout plugin test` and `conform` do.

use std::path::{Path, PathBuf};

use super::CaseError;
use super::conformance::{self, Check};
use super::scenario::Scenario;
use net_scout_model::Sink;
use net_scout_plugin_host::{PluginOptions, Plugins, PluginsError, load_one};

/// A plugin that could not be tried.
#[derive(Debug, thiserror::Error)]
pub enum PluginTestError {
    /// The plugin cannot be loaded.
    #[error(transparent)]
    Plugin(#[from] PluginsError),
    /// It could not be tried.
    #[error(transparent)]
    Case(#[from] CaseError),
    /// A scenario cannot be read.
    #[error("the scenario {path} cannot be read", path = path.display())]
    Unreadable {
        /// Its file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The plugin could not be tried on this scenario.
    #[error("the scenario {path}", path = path.display())]
    Scenario {
        /// Its file.
        path: PathBuf,
        /// Why.
        source: Box<Self>,
    },
}

/// Reads scenarios. All are read before the first is tried.
///
/// # Errors
/// When one cannot be read, or makes no sense.
pub fn read_scenarios(paths: &[PathBuf]) -> Result<Vec<(PathBuf, Scenario)>, PluginTestError> {
    let read = |path: &PathBuf| {
        let unreadable = |source| PluginTestError::Unreadable { path: path.clone(), source };
        let text = std::fs::read_to_string(path).map_err(unreadable)?;
        let wrong = |error: CaseError| PluginTestError::Scenario { path: path.clone(), source: Box::new(error.into()) };
        Ok((path.clone(), Scenario::parse(&text).map_err(wrong)?))
    };
    paths.iter().map(read).collect()
}

/// Tries the plugin of a file on a scenario. What was otherwise than it should be.
///
/// # Errors
/// When the plugin cannot be loaded or tried.
pub async fn try_scenario(
    options: &PluginOptions,
    plugin: &Path,
    (path, scenario): &(PathBuf, Scenario),
    sink: &dyn Sink,
) -> Result<Vec<String>, PluginTestError> {
    let tried = async {
        let Plugins { mut rules, mut enrichers, mut notifiers, .. } = load_one(options, plugin, sink).await?;
        Ok::<_, PluginTestError>(match (rules.pop(), enrichers.pop(), notifiers.pop()) {
            (Some(rule), ..) => scenario.rule(&rule.grant_requests()).await?,
            (_, Some(enricher), _) => scenario.enricher(enricher).await?,
            (.., Some(notifier)) => scenario.notifier(notifier).await?,
            (None, None, None) => Vec::new(),
        })
    };
    tried.await.map_err(|error| PluginTestError::Scenario { path: path.clone(), source: Box::new(error) })
}

/// Holds the plugin of a file against what every plugin has to do, a rule also with so many events.
///
/// # Errors
/// When the plugin cannot be loaded or tried.
pub async fn conform(
    options: &PluginOptions,
    plugin: &Path,
    events: u64,
    sink: &dyn Sink,
) -> Result<Vec<Check>, PluginTestError> {
    let Plugins { mut rules, mut enrichers, mut notifiers, .. } = load_one(options, plugin, sink).await?;
    let again = load_one(options, plugin, sink).await?;
    let second = again.each().next().map(|(_, description)| description.clone());
    let Some(second) = second else { return Ok(Vec::new()) };
    Ok(match (rules.pop(), enrichers.pop(), notifiers.pop()) {
        (Some(rule), ..) => {
            let mut rule = rule.grant_requests();
            let mut checks = vec![conformance::same_description(&rule.description, &second)];
            checks.extend(conformance::rule(&mut rule, events).await?);
            checks
        }
        (_, Some(enricher), _) => {
            let mut checks = vec![conformance::same_description(&enricher.description, &second)];
            checks.extend(conformance::enricher(enricher).await?);
            checks
        }
        (.., Some(notifier)) => {
            let mut checks = vec![conformance::same_description(&notifier.description, &second)];
            checks.extend(conformance::notifier(notifier).await?);
            checks
        }
        (None, None, None) => Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use net_scout_model::Messages;

    use super::*;

    #[tokio::test]
    async fn what_cannot_be_tried_names_the_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let (missing, wrong, good) = (folder.path().join("a.toml"), folder.path().join("b.toml"), folder.path().join("c.toml"));
        std::fs::write(&wrong, "novel = 1").expect("a file");
        std::fs::write(&good, "now = '2026-03-11T20:35:00Z'").expect("a file");
        let error = read_scenarios(&[good.clone(), missing.clone()]).expect_err("not there");
        assert_eq!(error.to_string(), format!("the scenario {} cannot be read", missing.display()));
        let error = read_scenarios(std::slice::from_ref(&wrong)).expect_err("no such key");
        assert_eq!(error.to_string(), format!("the scenario {}", wrong.display()));
        assert!(error.source().expect("why").to_string().contains("novel"));

        let plugin = folder.path().join("a.wasm");
        std::fs::write(&plugin, "text").expect("a file");
        let (options, sink) = (PluginOptions::default(), Messages::default());
        let scenario = read_scenarios(std::slice::from_ref(&good)).expect("read").remove(0);
        let error = try_scenario(&options, &plugin, &scenario, &sink).await.expect_err("no plugin");
        assert_eq!(error.to_string(), format!("the scenario {}", good.display()));
        let refused = format!("{} is not a WebAssembly file: its first bytes are not those of one", plugin.display());
        assert_eq!(error.source().expect("why").to_string(), refused);
        assert_eq!(conform(&options, &plugin, 1, &sink).await.expect_err("no plugin").to_string(), refused);
    }
}
