//! The form of an entry.

use net_scout_model::time::{parse_duration, parse_timestamp};
use net_scout_model::{
    Allow, AllowError, Network, Side, Timestamp, check_comment, parse_direction, parse_ports, parse_side, plain,
};
use serde::Deserialize;

use crate::problem::Problem;

/// An entry as it is written.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::pages) struct Fields {
    pub(super) network: String,
    pub(super) side: String,
    pub(super) rule: String,
    pub(super) port: String,
    pub(super) direction: String,
    pub(super) until: String,
    pub(super) reason: String,
    /// It is only looked at what it would do.
    pub(super) preview: String,
    /// It closes the alerts that it fits.
    pub(super) close: String,
}

impl Fields {
    /// The entry. A preview needs no reason.
    pub(super) fn entry(&self, now: Timestamp) -> Result<Allow, Problem> {
        let wrong = |field: &str, error: String| Problem::bad(format!("{field}: {error}"));
        let network: Network =
            self.network.trim().parse().map_err(|error: net_scout_model::NetworkError| wrong("address", error.to_string()))?;
        let side = if self.side.is_empty() {
            Side::Source
        } else {
            parse_side(&self.side).map_err(|error| wrong("side", error.to_string()))?
        };
        let direction = match self.direction.as_str() {
            "" => None,
            text => Some(parse_direction(text).map_err(|error| wrong("direction", error.to_string()))?),
        };
        let rules: Vec<String> =
            self.rule.split(',').map(str::trim).filter(|rule| !rule.is_empty()).map(|rule| plain(rule, 100)).collect();
        let reason = match self.reason.trim() {
            "" if !self.preview.is_empty() => String::new(),
            "" => return Err(wrong("why", AllowError::Reason.to_string())),
            text => check_comment(text).map_err(|error| wrong("why", error))?,
        };
        let ports = parse_ports(&self.port).map_err(|error| wrong("ports", error.to_string()))?;
        Ok(Allow { network, side, rules, ports, direction, reason, until: self.end(now)? })
    }

    fn end(&self, now: Timestamp) -> Result<Option<Timestamp>, Problem> {
        let text = self.until.trim();
        if text.is_empty() {
            return Ok(None);
        }
        let until = parse_timestamp(text).or_else(|| Some(now.plus(parse_duration(text).ok()?)));
        let wrong =
            || Problem::bad(format!("until: `{}` is neither a time to come nor a duration such as 30 days", plain(text, 60)));
        until.filter(|until| *until > now).map(Some).ok_or_else(wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_read_and_errors_name_the_field() {
        let now = Timestamp(1_773_261_311_000_000);
        let fields = Fields {
            network: " 192.0.2.0/24 ".into(),
            rule: "a, b".into(),
            port: "22".into(),
            until: "2 hours".into(),
            reason: "ours".into(),
            ..Fields::default()
        };
        let entry = fields.entry(now).expect("an entry");
        assert_eq!(
            (entry.rules, entry.ports, entry.until),
            (vec!["a".into(), "b".into()], vec![(22, 22)], Some(now.plus(7_200_000_000)))
        );
        let error = |change: &dyn Fn(&mut Fields)| {
            let mut fields = fields.clone();
            change(&mut fields);
            fields.entry(now).expect_err("wrong").detail
        };
        assert!(error(&|fields| fields.network = "<b>".into()).starts_with("address: "));
        assert!(error(&|fields| fields.reason = " ".into()).starts_with("why: "));
        assert!(error(&|fields| fields.until = "2001-01-01".into()).starts_with("until: "));
        assert!(error(&|fields| fields.port = "x".into()).starts_with("ports: "));
        let preview = Fields { reason: String::new(), preview: "1".into(), ..fields.clone() };
        assert!(preview.entry(now).is_ok(), "a preview needs no reason");
    }
}
