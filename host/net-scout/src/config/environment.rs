//! Variables of the environment that look like settings: one that sets nothing would silently change nothing.

use super::{Layers, keys};
use crate::exit::UsageError;
use net_scout_model::nearest;
use net_scout_model::{Secrets, plain};

/// What every variable of the program begins with.
const PREFIX: &str = "NET_SCOUT_";
/// Those that are read elsewhere, by the command line and by completion, and the one that programs are given which are receivers.
const OTHERS: [&str; 3] = ["NET_SCOUT_CONFIG", "NET_SCOUT_COMPLETE", "NET_SCOUT_KEY"];
/// What Kubernetes and Docker set in every container beside a service that is called net-scout.
const LINKS: [&str; 3] = ["SERVICE_HOST", "SERVICE_PORT", "PORT"];

/// A variable that sets nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unset {
    /// Its name.
    pub name: String,
    /// The setting whose name is like it.
    pub nearest: Option<String>,
}

impl Layers {
    /// The variables that look like settings and are none.
    #[must_use]
    pub fn unset_variables(&self) -> Vec<Unset> {
        let known: Vec<String> = known().map(str::to_lowercase).collect();
        let is_known = |name: &str| known.iter().any(|known| known.eq_ignore_ascii_case(name) && name == name.to_uppercase());
        let mut unset = Vec::new();
        for name in self.environment.keys() {
            let Some(rest) = name.strip_prefix(PREFIX) else { continue };
            if is_known(name) || Secrets::may_be(name) || is_link(rest) {
                continue;
            }
            // Without the prefix, which all names share, a name is like another one only where it is meant.
            let names = known.iter().filter_map(|known| known.get(PREFIX.len()..));
            let nearest = nearest(rest, names).map(|rest| format!("{PREFIX}{}", rest.to_uppercase()));
            unset.push(Unset { name: plain(name, 100), nearest });
        }
        unset
    }

    /// Fails where a variable is a setting that is misspelt. One that is like none may be of another program, such as the Python program: of
    /// that it is enough to warn.
    ///
    /// # Errors
    /// Which one, and what is meant.
    pub fn check_variables(&self) -> Result<(), UsageError> {
        let misspelt = self.unset_variables().into_iter().find_map(|unset| Some((unset.name, unset.nearest?)));
        match misspelt {
            Some((name, nearest)) => Err(UsageError(format!(
                "the variable {name} is not a setting (did you mean {nearest}?); unset it, or correct its name"
            ))),
            None => Ok(()),
        }
    }
}

/// The names of all variables.
fn known() -> impl Iterator<Item = &'static str> {
    let of_keys = keys::all().filter_map(|key| key.variable);
    let of_parameters = keys::PARAMETER_VARIABLES.into_iter().map(|(name, ..)| name);
    let of_directories = keys::DIRECTORY_VARIABLES.into_iter().map(|(name, _)| name);
    of_keys.chain(of_parameters).chain(of_directories).chain(OTHERS).filter(|name| name.starts_with(PREFIX))
}

fn is_link(rest: &str) -> bool {
    LINKS.iter().any(|link| rest.strip_prefix(link).is_some_and(|rest| rest.is_empty() || rest.starts_with('_')))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Flags;

    fn layers(names: &[&str]) -> Layers {
        let environment = names.iter().map(|name| ((*name).to_owned(), "1".to_owned())).collect();
        Layers { flags: Flags::default(), environment, file: None }
    }

    #[test]
    fn misspelt_variables_are_errors_and_strange_ones_are_not() {
        let error = layers(&["NET_SCOUT_TABEL"]).check_variables().expect_err("misspelt").0;
        assert_eq!(
            error,
            "the variable NET_SCOUT_TABEL is not a setting (did you mean NET_SCOUT_TABLE?); unset it, or correct its name"
        );
        let lower = layers(&["NET_SCOUT_db_path"]).unset_variables();
        assert_eq!(lower[0].nearest.as_deref(), Some("NET_SCOUT_DB_PATH"));
        let strange = layers(&["NET_SCOUT_UI_THEME"]);
        assert_eq!(strange.check_variables(), Ok(()));
        assert_eq!(strange.unset_variables(), [Unset { name: "NET_SCOUT_UI_THEME".to_owned(), nearest: None }]);
        for known in
            ["NET_SCOUT_DB_PATH", "NET_SCOUT_CONFIG", "NET_SCOUT_SECRET_X", "NET_SCOUT_GEOIP_DIR", "NET_SCOUT_ENABLE_WHOIS"]
        {
            assert_eq!(layers(&[known]).unset_variables(), [], "{known}");
        }
        for link in ["NET_SCOUT_SERVICE_HOST", "NET_SCOUT_PORT", "NET_SCOUT_PORT_9377_TCP_ADDR", "PDNS_ANYTHING"] {
            assert_eq!(layers(&[link]).unset_variables(), [], "{link}");
        }
    }
}
