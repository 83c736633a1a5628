//! The truth file: who attacks, how, when and whom, and who must not alert. TOML, or JSON with the same members.

use std::fmt::Write as _;
use std::net::IpAddr;
use std::path::Path;

use serde::Deserialize;

use net_scout_model::time::parse_timestamp;
use net_scout_model::{Network, NetworkError, Timestamp, plain};

/// The longest value that an error shows, in characters.
const LONGEST_VALUE: usize = 80;

/// An attack. Its sources are one attacker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attack {
    /// What it is, such as `vertical_slow`.
    pub kind: String,
    /// Who does it.
    pub sources: Vec<Network>,
    /// To whom; empty for anybody.
    pub targets: Vec<Network>,
    /// Its first packet; none where that is not known.
    pub since: Option<Timestamp>,
    /// Its last packet; none where that is not known.
    pub until: Option<Timestamp>,
}

/// Sources that must not alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Benign {
    /// What they do, such as `web_client`.
    pub kind: String,
    /// Who they are.
    pub sources: Vec<Network>,
}

/// What is known of sources that the truth does not name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Others {
    /// They must not alert.
    #[default]
    Benign,
    /// Nothing: their alerts are neither right nor wrong.
    Unknown,
}

/// What is true of a data set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Truth {
    /// The attacks.
    pub attacks: Vec<Attack>,
    /// Who must not alert.
    pub benign: Vec<Benign>,
    /// All others.
    pub others: Others,
}

/// A truth file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TruthError {
    /// It cannot be read.
    #[error("the truth file cannot be read")]
    Unreadable(#[from] std::io::Error),
    /// It is no TOML or JSON, or has other members than a truth file.
    #[error("the truth file is not as it must be: {0}")]
    Form(String),
    /// A value makes no sense.
    #[error("{place}: `{value}` is {wrong}")]
    Value {
        /// Where it stands.
        place: String,
        /// The value.
        value: String,
        /// What is wrong, and what to write.
        wrong: &'static str,
    },
    /// A source or target is none.
    #[error("{place}: {reason}")]
    Network {
        /// Where it stands.
        place: String,
        /// What is wrong, and what to write.
        reason: NetworkError,
    },
    /// There is nothing to be held against.
    #[error("the truth file names no attack and no benign source; write [[attacks]] and [[benign]] tables with kind and sources")]
    Empty,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    others: Others,
    #[serde(default)]
    attacks: Vec<Entry>,
    #[serde(default)]
    benign: Vec<BenignEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    kind: String,
    sources: Vec<String>,
    #[serde(default)]
    targets: Vec<String>,
    since: Option<String>,
    until: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BenignEntry {
    kind: String,
    sources: Vec<String>,
}

impl Truth {
    /// Reads a file: JSON where its name ends in `.json`, else TOML.
    ///
    /// # Errors
    /// When it cannot be read or makes no sense. The error names place and value.
    pub fn read(path: &Path) -> Result<Self, TruthError> {
        let text = std::fs::read_to_string(path)?;
        let json = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
        if json { Self::from_json(&text) } else { Self::from_toml(&text) }
    }

    /// Reads TOML.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn from_toml(text: &str) -> Result<Self, TruthError> {
        checked(toml::from_str(text).map_err(|error| TruthError::Form(error.to_string().trim_end().to_owned()))?)
    }

    /// Reads JSON.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn from_json(text: &str) -> Result<Self, TruthError> {
        checked(serde_json::from_str(text).map_err(|error| TruthError::Form(error.to_string()))?)
    }

    /// As TOML, so that [`Self::from_toml`] gives the same truth.
    #[must_use]
    pub fn to_toml(&self) -> String {
        let others = if self.others == Others::Benign { "benign" } else { "unknown" };
        let mut text = format!("# Who attacks, and who must not alert. All others: {others}.\nothers = \"{others}\"\n");
        let list = |networks: &[Network]| {
            let quoted: Vec<String> = networks.iter().map(|network| format!("\"{network}\"")).collect();
            format!("[{}]", quoted.join(", "))
        };
        for attack in &self.attacks {
            let _ = write!(text, "\n[[attacks]]\nkind = {:?}\nsources = {}\n", attack.kind, list(&attack.sources));
            if !attack.targets.is_empty() {
                let _ = writeln!(text, "targets = {}", list(&attack.targets));
            }
            for (name, time) in [("since", attack.since), ("until", attack.until)] {
                if let Some(time) = time {
                    let _ = writeln!(text, "{name} = \"{time}\"");
                }
            }
        }
        for benign in &self.benign {
            let _ = write!(text, "\n[[benign]]\nkind = {:?}\nsources = {}\n", benign.kind, list(&benign.sources));
        }
        text
    }

    /// The kinds of attacks, sorted.
    #[must_use]
    pub fn kinds(&self) -> Vec<&str> {
        let mut kinds: Vec<&str> = self.attacks.iter().map(|attack| attack.kind.as_str()).collect();
        kinds.sort_unstable();
        kinds.dedup();
        kinds
    }

    /// What an address does that must not alert.
    #[must_use]
    pub fn benign_kinds(&self, address: IpAddr) -> Vec<&str> {
        let does = |benign: &&Benign| benign.sources.iter().any(|network| network.contains(address));
        self.benign.iter().filter(does).map(|benign| benign.kind.as_str()).collect()
    }
}

fn checked(file: File) -> Result<Truth, TruthError> {
    let attacks = file.attacks.into_iter().enumerate().map(|(index, entry)| attack(&format!("attacks[{index}]"), entry));
    let benign = file.benign.into_iter().enumerate().map(|(index, entry)| {
        let place = format!("benign[{index}]");
        kind(&place, &entry.kind)?;
        Ok(Benign { sources: sources(&place, &entry.sources)?, kind: entry.kind })
    });
    let truth = Truth {
        attacks: attacks.collect::<Result<_, TruthError>>()?,
        benign: benign.collect::<Result<_, TruthError>>()?,
        others: file.others,
    };
    if truth.attacks.is_empty() && truth.benign.is_empty() { Err(TruthError::Empty) } else { Ok(truth) }
}

fn attack(place: &str, entry: Entry) -> Result<Attack, TruthError> {
    kind(place, &entry.kind)?;
    let time = |name: &str, text: &Option<String>| {
        let wrong = "not an instant; write one such as 2026-03-02T10:00:00Z";
        let read = |text: &String| parse_timestamp(text).ok_or_else(|| value(format!("{place}.{name}"), text, wrong));
        text.as_ref().map(read).transpose()
    };
    let (since, until) = (time("since", &entry.since)?, time("until", &entry.until)?);
    if let (Some(since), Some(end), Some(text)) = (since, until, &entry.until)
        && end < since
    {
        return Err(value(format!("{place}.until"), text, "before since; write the time of its last packet"));
    }
    let (sources, targets) = (sources(place, &entry.sources)?, networks(place, "targets", &entry.targets)?);
    Ok(Attack { kind: entry.kind, sources, targets, since, until })
}

fn kind(place: &str, text: &str) -> Result<(), TruthError> {
    let fits = |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | '-');
    if !text.is_empty() && text.len() <= 64 && text.chars().all(fits) {
        return Ok(());
    }
    Err(value(format!("{place}.kind"), text, "no kind; write a word of letters, digits, _ and - such as vertical_slow"))
}

fn sources(place: &str, texts: &[String]) -> Result<Vec<Network>, TruthError> {
    if texts.is_empty() {
        return Err(value(format!("{place}.sources"), "[]", "no source; write at least one address or network"));
    }
    networks(place, "sources", texts)
}

fn networks(place: &str, name: &str, texts: &[String]) -> Result<Vec<Network>, TruthError> {
    let read = |(index, text): (usize, &String)| {
        text.parse().map_err(|reason| TruthError::Network { place: format!("{place}.{name}[{index}]"), reason })
    };
    texts.iter().enumerate().map(read).collect()
}

fn value(place: String, text: &str, wrong: &'static str) -> TruthError {
    TruthError::Value { place, value: plain(text, LONGEST_VALUE), wrong }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_say_the_same() {
        let toml = "others = 'unknown'\n[[attacks]]\nkind = 'vertical'\nsources = ['192.0.2.7', '198.51.100.0/24']\ntargets = ['203.0.113.1']\n\
                    since = '2026-03-02T10:00:00Z'\n[[benign]]\nkind = 'ntp'\nsources = ['2001:db8::1']\n";
        let json = r#"{"others": "unknown", "attacks": [{"kind": "vertical", "sources": ["192.0.2.7", "198.51.100.0/24"],
            "targets": ["203.0.113.1"], "since": "2026-03-02 10:00"}], "benign": [{"kind": "ntp", "sources": ["2001:db8::1"]}]}"#;
        let truth = Truth::from_toml(toml).expect("TOML");
        assert_eq!(truth, Truth::from_json(json).expect("JSON"));
        assert_eq!(truth, Truth::from_toml(&truth.to_toml()).expect("its own TOML"));
        assert_eq!(truth.benign_kinds("2001:db8::1".parse().expect("an address")), ["ntp"]);
    }

    #[test]
    fn errors_name_place_value_and_way_out() {
        let attack = |rest: &str| format!("[[attacks]]\nkind = 'scan'\nsources = ['192.0.2.7']\n{rest}");
        for (text, error) in [
            (String::new(), "the truth file names no attack and no benign source; write [[attacks]] and [[benign]] tables"),
            (attack("since = 'monday'"), "attacks[0].since: `monday` is not an instant; write one such as 2026-03-02T10:00:00Z"),
            (attack("since = '2026-03-02'\nuntil = '2026-03-01'"), "attacks[0].until: `2026-03-01` is before since"),
            (attack("targets = ['fw']"), "attacks[0].targets[0]: `fw` is not a network: write an address such as 192.0.2.7"),
            ("[[benign]]\nkind = 'ntp'\nsources = []".into(), "benign[0].sources: `[]` is no source; write at least one"),
            ("[[benign]]\nkind = 'a b'\nsources = ['::1']".into(), "benign[0].kind: `a b` is no kind; write a word"),
            (attack("sauces = 1"), "the truth file is not as it must be: TOML parse error at line 4"),
            (attack("since = 2026-03-02T10:00:00Z"), "the truth file is not as it must be: TOML parse error at line 4"),
            ("others = 'maybe'".into(), "the truth file is not as it must be: TOML parse error at line 1"),
        ] {
            let found = Truth::from_toml(&text).expect_err(&text).to_string();
            assert!(found.starts_with(error), "{found}");
        }
        assert!(Truth::from_json("{").expect_err("cut").to_string().contains("line 1 column 1"));
    }
}
