//! Receivers and routes as they are written in net-scout.toml: `[[receiver]]` and `[[route]]`.

mod entries;
mod entry;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use jiff::tz::TimeZone;
use serde_json::{Map, Value};

pub use entries::ShownEntry;
use entries::What;

use super::receiver::{Receivers, Surroundings, Written, WrittenPlugin, build};
use super::route::{Route, Routes};
use super::secret::Vault;
use net_scout_model::plain;
use net_scout_store::Outbound;

/// A table as it was written, and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct WrittenEntry {
    /// Its keys and values.
    pub table: Map<String, Value>,
    /// Where it stands, in words: `net-scout.toml:7`.
    pub from: String,
}

/// What is wrong with a receiver or a route.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{from}: {what}")]
pub struct NotifyError {
    from: String,
    what: String,
}

/// Who is told of what.
#[derive(Clone)]
pub struct Notify {
    /// Which alerts go where.
    pub routes: Routes,
    /// Those that they go to, by name. Where the secret of one is missing, why.
    pub receivers: Receivers,
    /// Those that are plugins, by name: whoever runs plugins puts a receiver in their place.
    pub plugins: BTreeMap<String, WrittenPlugin>,
    /// The zone of quiet hours.
    pub zone: TimeZone,
    /// All of them as they are shown.
    pub entries: Vec<ShownEntry>,
}

impl fmt::Debug for Notify {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let receivers: Vec<&String> = self.receivers.keys().collect();
        f.debug_struct("Notify").field("routes", &self.routes).field("receivers", &receivers).finish_non_exhaustive()
    }
}

impl Notify {
    /// Whether nobody is told of anything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.receivers.is_empty() && self.routes.0.is_empty()
    }

    /// Who is told of alerts that are recorded; none where nobody is.
    #[must_use]
    pub fn outbound(&self) -> Option<Arc<dyn Outbound>> {
        (!self.routes.0.is_empty()).then(|| Arc::new(self.routes.clone()) as Arc<dyn Outbound>)
    }

    /// The names of the receivers, in words.
    #[must_use]
    pub fn names(&self) -> String {
        names(&self.receivers)
    }

    /// The filters of the routes, each with where it stands.
    pub fn filters(&self) -> impl Iterator<Item = (String, String)> {
        self.routes.0.iter().map(|route| (format!("{}: [[route]]: filter", route.from), route.filter.to_string()))
    }

    /// Why receivers cannot be used, one sentence each.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let wrong = |(name, receiver): (&String, &Result<_, String>)| {
            let reason = receiver.as_ref().err()?;
            Some(format!("receiver {} cannot be used: {reason}", plain(name, 100)))
        };
        self.receivers.iter().filter_map(wrong).collect()
    }
}

/// Reads receivers and routes.
///
/// # Errors
/// When one is wrong; not where a secret is missing, which only its own receiver needs.
pub fn read(
    receivers: &[WrittenEntry],
    routes: &[WrittenEntry],
    vault: &Vault,
    around: &Surroundings,
) -> Result<Notify, NotifyError> {
    let (mut built, mut plugins, mut entries) = (Receivers::new(), BTreeMap::new(), Vec::new());
    for entry in receivers {
        let wrong = |what: String| NotifyError { from: entry.from.clone(), what: format!("[[receiver]]: {what}") };
        let (name, receiver) = entry::receiver(entry.table.clone()).map_err(wrong)?;
        if built.contains_key(&name) {
            return Err(wrong(format!("there is another receiver `{}`", plain(&name, 100))));
        }
        if let Written::Plugin(plugin) = &receiver {
            plugins.insert(name.clone(), plugin.clone());
        }
        entries.push(ShownEntry::of(What::Receiver, &name, entry));
        built.insert(name, build(&receiver, vault, around).map_err(wrong)?);
    }
    let mut all = Vec::new();
    for (number, entry) in routes.iter().enumerate() {
        let wrong = |what: String| NotifyError { from: entry.from.clone(), what: format!("[[route]]: {what}") };
        let route = entry::route(entry.table.clone(), number + 1, &entry.from).map_err(wrong)?;
        if let Some(unknown) = route.receivers.iter().find(|name| !built.contains_key(*name)) {
            let there = names(&built);
            return Err(wrong(format!("receivers: there is no receiver `{}`; there are {there}", plain(unknown, 100))));
        }
        if all.iter().any(|other: &Route| other.name == route.name) {
            return Err(wrong(format!("there is another route `{}`", plain(&route.name, 100))));
        }
        entries.push(ShownEntry::of(What::Route, &route.name, entry));
        all.push(route);
    }
    Ok(Notify { routes: Routes(all), receivers: built, plugins, zone: TimeZone::system(), entries })
}

fn names(receivers: &Receivers) -> String {
    let names: Vec<String> = receivers.keys().map(|name| plain(name, 100)).collect();
    if names.is_empty() { "none; write [[receiver]]".to_owned() } else { names.join(", ") }
}

#[cfg(test)]
mod tests;
