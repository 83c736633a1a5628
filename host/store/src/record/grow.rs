//! What an alert becomes when more is said of the same story.

use super::reopen::keep_reopenings;
use net_scout_model::{Alert, REOPENED, Rank, Related, StoredAlert, add_related, take_related};

/// The alert of both: the one that says most leads, the others stand in its evidence.
pub(super) fn grown(known: &StoredAlert, alert: &Alert) -> Alert {
    let mut old_evidence = known.evidence.as_object().cloned().unwrap_or_default();
    let old_related = take_related(&mut old_evidence);
    old_evidence.remove(REOPENED);
    let old = Related {
        rule: known.rule.clone().unwrap_or_default(),
        alert_type: known.alert_type.clone(),
        src_ip: known.src_ip.clone(),
        dst_ip: known.dst_ip.clone(),
        score: known.score,
        severity: known.severity(),
        evidence: old_evidence,
    };
    let mut new_evidence = alert.evidence.clone();
    let new_related = take_related(&mut new_evidence);
    let new = Related { evidence: new_evidence, ..Related::from(alert.clone()) };

    // What is said again is said as it is now. Where the rule that leads says nothing this time, because it is refused or failed perhaps, it
    // leads on until something graver is said, or that it was part of something larger.
    let is_silent = !new_related.iter().any(|one| one.is(&old));
    let is_larger = rank(&new).is_of_network && !rank(&old).is_of_network && new.severity >= old.severity;
    let leads = match is_silent {
        _ if is_larger => true,
        true => new.severity > old.severity && rank(&new) >= rank(&old),
        false => rank(&new) >= rank(&old),
    };
    let (lead, other) = if new.is(&old) || leads { (new, old) } else { (old, new) };
    let mut related: Vec<Related> = Vec::new();
    for one in new_related.into_iter().chain([other]).chain(old_related) {
        if !one.is(&lead) && !related.iter().any(|there| there.is(&one)) {
            related.push(one);
        }
    }
    related.sort_by_key(|one| std::cmp::Reverse(rank(one)));
    let score = related.iter().map(|one| one.score).chain([lead.score, known.score]).max().unwrap_or_default();
    let severity = related.iter().map(|one| one.severity).chain([lead.severity, known.severity()]).max();
    let Related { rule, alert_type, src_ip, dst_ip, mut evidence, .. } = lead;
    add_related(&mut evidence, related);
    Alert {
        alert_type,
        src_ip,
        dst_ip,
        score: u8::try_from(score.clamp(0, 100)).unwrap_or(100),
        severity: severity.unwrap_or(alert.severity),
        rule,
        evidence: keep_reopenings(evidence, known),
        events: None,
        story: alert.story.clone(),
        counting: alert.counting,
    }
}

fn rank(alert: &Related) -> Rank {
    Rank {
        is_of_network: alert.evidence.get("network").is_some_and(serde_json::Value::is_string),
        names_its_events: alert.evidence.contains_key("events"),
        names_both_sides: alert.src_ip.is_some() && alert.dst_ip.is_some(),
        severity: alert.severity,
        score: alert.score,
    }
}
