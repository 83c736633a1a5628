//! Gives notifiers that were loaded what they were granted, with what the operator set for them.

use std::collections::BTreeSet;

use crate::installed::{ENABLED, FIELDS, LoadedPlugins, PluginOptions, PluginsError, SECRET};
use crate::notifier::{Notifier, NotifierSettings, UngrantedNotifier};
use net_scout_model::{AlertField, SWITCH, Secrets, UsageError, Written, parse_switch, plain};

impl LoadedPlugins {
    /// The notifier of this name, with what the configuration sets for it, and over that what one of several receivers has of its own.
    ///
    /// # Errors
    /// When it is not there, is off, was not granted all that it requests, or a setting is wrong.
    pub fn notifier(&self, options: &PluginOptions, name: &str, own: &NotifierSettings) -> Result<Notifier, PluginsError> {
        let found = self.ungranted(name)?;
        let Some(mut settings) = settings(options, found)? else {
            return Err(UsageError(format!("notifier {name} is switched off in [notifiers.{name}]")).into());
        };
        let known = &found.description.parameters;
        if let Some(unknown) = own.parameters.keys().find(|set| !known.iter().any(|known| known.name == **set)) {
            return Err(UsageError(format!("notifier {name} has no parameter `{}`", plain(unknown, 100))).into());
        }
        settings.parameters.extend(own.parameters.clone());
        settings.secret = own.secret.clone().or(settings.secret);
        settings.fields = own.fields.clone().or(settings.fields);
        let wrong = |error| PluginsError::Setting { plugin: name.to_owned(), error };
        if let Some(reason) = found.off(&settings, &options.secrets).map_err(wrong)? {
            return Err(UsageError(format!("notifier {name} is off: {reason}")).into());
        }
        let granted = options.granted(&self.lock, &found.artifact, name);
        found.clone().grant(&settings, &granted).map_err(wrong)
    }

    fn ungranted(&self, name: &str) -> Result<&UngrantedNotifier, PluginsError> {
        let notifiers = &self.plugins.notifiers;
        notifiers.iter().find(|notifier| notifier.description.name == name).ok_or_else(|| {
            let names: Vec<&str> = notifiers.iter().map(|notifier| notifier.description.name.as_str()).collect();
            let names = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
            UsageError(format!("there is no notifier `{}`; there are {names}", plain(name, 100))).into()
        })
    }
}

/// What the operator set for a notifier; none where it is switched off.
fn settings(options: &PluginOptions, notifier: &UngrantedNotifier) -> Result<Option<NotifierSettings>, UsageError> {
    let (name, known) = (&notifier.description.name, &notifier.description.parameters);
    let (mut settings, mut enabled) = (NotifierSettings::default(), true);
    for (parameter, written) in options.parameters.get(name).into_iter().flatten() {
        let Written { text, from } = written;
        let wrong = |what: String| UsageError(format!("{name}.{parameter} (from {from}): {what}"));
        let shown = plain(text, 100);
        match parameter.as_str() {
            ENABLED => enabled = parse_switch(text).ok_or_else(|| wrong(format!("`{shown}` is not {SWITCH}")))?,
            SECRET if Secrets::may_be(text) => settings.secret = Some(text.clone()),
            SECRET => {
                return Err(wrong(format!(
                    "`{shown}` is not the name of a secret: such names begin with NET_SCOUT_SECRET_ or PDNS_"
                )));
            }
            FIELDS => settings.fields = Some(fields(text).map_err(wrong)?),
            _ => {
                let Some(described) = known.iter().find(|described| described.name == *parameter) else {
                    let own = known.iter().map(|known| known.name.as_str());
                    let names: Vec<&str> = [ENABLED, SECRET, FIELDS].into_iter().chain(own).collect();
                    let names = names.join(", ");
                    return Err(UsageError(format!(
                        "notifier {name} has no parameter `{parameter}` (from {from}); it has {names}"
                    )));
                };
                described.parse(text).map_err(|error| wrong(error.to_string()))?;
                settings.parameters.insert(parameter.clone(), text.clone());
            }
        }
    }
    Ok(enabled.then_some(settings))
}

/// Reads fields that are separated by commas.
fn fields(text: &str) -> Result<BTreeSet<AlertField>, String> {
    let names = text.split(',').map(str::trim).filter(|name| !name.is_empty());
    let field = |name: &str| {
        AlertField::parse(name)
            .ok_or_else(|| format!("`{}` is not a field of an alert; there are {}", plain(name, 100), AlertField::names()))
    };
    names.map(field).collect()
}
