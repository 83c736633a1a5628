//! What went wrong, one by one: who was accused wrongly, and who was missed.

use std::collections::BTreeMap;

use serde::Serialize;

use super::matching::{Accused, DataSet, Verdict};
use super::truth::Attack;

/// The longest evidence that is shown, in characters.
const LONGEST_EVIDENCE: usize = 400;

/// Something that should have been said otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mistake {
    /// The data set.
    pub data: String,
    /// `wrong`, `missed`, or `late`: found after more than 24 hours.
    pub mistake: &'static str,
    /// For a wrong alert the rule that raised it.
    pub rule: Option<String>,
    /// What the source does: the kind of attack, or what a source does that must not alert.
    pub kind: String,
    /// Who.
    pub source: String,
    /// To whom.
    pub destination: Option<String>,
    /// When: the first scan that said so, or the first packet of the attack.
    pub time: String,
    /// How many alerts say so, repeats included.
    pub alerts: usize,
    /// The evidence of the first.
    pub evidence: String,
}

/// All mistakes: what rules raised wrongly, and which attackers no rule alerted of in time.
#[must_use]
pub fn mistakes(sets: &[DataSet]) -> Vec<Mistake> {
    sets.iter().flat_map(|set| wrong(set).into_iter().chain(missed(set))).collect()
}

fn wrong(set: &DataSet) -> Vec<Mistake> {
    let mut wrong: BTreeMap<(String, Accused), Mistake> = BTreeMap::new();
    for accusation in set.raised.iter().filter(|accusation| set.verdict(accusation) == Verdict::Wrong) {
        let accused = accusation.accused();
        let entry = wrong.entry((accusation.rule.clone(), accused.clone())).or_insert_with(|| Mistake {
            data: set.name.clone(),
            mistake: "wrong",
            rule: Some(accusation.rule.clone()),
            kind: kinds(set, &accused),
            source: name(&accused),
            destination: accusation.destination.map(|address| address.to_string()),
            time: accusation.at.to_string(),
            alerts: 0,
            evidence: net_scout_model::plain(&accusation.evidence, LONGEST_EVIDENCE),
        });
        entry.alerts += 1;
    }
    wrong.into_values().collect()
}

fn missed(set: &DataSet) -> Vec<Mistake> {
    let verdicts: Vec<_> = set.kept.iter().map(|accusation| (accusation, set.verdict(accusation))).collect();
    let mut missed = Vec::new();
    for (index, attack) in set.truth.attacks.iter().enumerate() {
        let since = attack.since.unwrap_or(set.first);
        let about = verdicts.iter().filter(|(_, verdict)| matches!(verdict, Verdict::Right(attacks) if attacks.contains(&index)));
        let first = about.clone().map(|(accusation, _)| accusation.at).min();
        let mistake = match first {
            None => "missed",
            Some(at) if at > since.plus(86_400_000_000) => "late",
            Some(_) => continue,
        };
        missed.push(Mistake {
            data: set.name.clone(),
            mistake,
            rule: None,
            kind: attack.kind.clone(),
            source: name(&Accused::Sources(attack.sources.clone())),
            destination: attack.targets.first().map(ToString::to_string),
            time: since.to_string(),
            alerts: about.count(),
            evidence: attack.until.map(|until| format!("until {until}")).unwrap_or_default(),
        });
    }
    missed
}

/// What the accused do, as far as the truth says.
fn kinds(set: &DataSet, accused: &Accused) -> String {
    let addresses: Vec<std::net::IpAddr> = match accused {
        Accused::Sources(networks) => networks.iter().map(net_scout_model::Network::first).collect(),
        Accused::At(address) => address.iter().copied().collect(),
    };
    let mut kinds: Vec<&str> = addresses.iter().flat_map(|address| set.truth.benign_kinds(*address)).collect();
    let attacks = set.truth.attacks.iter();
    let also = |attack: &&Attack| {
        let theirs = if matches!(accused, Accused::Sources(_)) { &attack.sources } else { &attack.targets };
        theirs.iter().any(|network| addresses.iter().any(|address| network.contains(*address)))
    };
    kinds.extend(attacks.filter(also).map(|attack| attack.kind.as_str()));
    kinds.sort_unstable();
    kinds.dedup();
    if kinds.is_empty() { "other".to_owned() } else { kinds.join(",") }
}

fn name(accused: &Accused) -> String {
    match accused {
        Accused::Sources(networks) => match networks.as_slice() {
            [one] => one.to_string(),
            [first, rest @ ..] => format!("{first} and {} more", rest.len()),
            [] => "nobody".to_owned(),
        },
        Accused::At(Some(address)) => format!("anybody at {address}"),
        Accused::At(None) => "anybody".to_owned(),
    }
}
