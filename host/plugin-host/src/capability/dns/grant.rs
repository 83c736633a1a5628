//! Which questions a plugin may ask.

use hickory_resolver::proto::rr::Name;

use super::{QUOTED, wit};
use net_scout_model::{Request, plain};

/// What a plugin may ask.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DnsGrant {
    plugin: String,
    lines: Vec<(Vec<String>, String)>,
}

impl DnsGrant {
    /// The lines for DNS among what was granted.
    #[must_use]
    pub fn new(plugin: &str, granted: &[Request]) -> Self {
        let lines = granted.iter().filter_map(|request| match request {
            Request::Dns { types, names } => Some((types.clone(), names.clone())),
            _ => None,
        });
        Self { plugin: plugin.to_owned(), lines: lines.collect() }
    }

    /// Checks a call against the grant, and gives the names that it is granted by. `name` has no dot at its end.
    pub(super) fn check(&self, record_type: &str, name: &str) -> Result<&str, wit::DnsError> {
        let granted =
            |(types, names): &&(Vec<String>, String)| types.iter().any(|granted| granted == record_type) && matches(names, name);
        if let Some((_, names)) = self.lines.iter().find(granted) {
            return Ok(names);
        }
        let request = Request::Dns { types: vec![record_type.to_owned()], names: plain(name, QUOTED) };
        let line = Request::configuration(&self.plugin, &[&request]);
        Err(wit::DnsError::AccessDenied(format!("DNS {request} is not granted; to grant it, add {line}")))
    }
}

/// Whether a name is the pattern, or below it where the pattern begins with `*.`. Labels are compared, not texts: a dot inside of a label
/// (`x.evil\\.example.com`) ends none.
fn matches(pattern: &str, name: &str) -> bool {
    if pattern == "*" {
        return true;
    }
    let (below, pattern) = pattern.strip_prefix("*.").map_or((false, pattern), |rest| (true, rest));
    let (Ok(pattern), Ok(name)) = (Name::from_ascii(pattern), Name::from_ascii(name)) else { return false };
    let (wanted, labels): (Vec<&[u8]>, Vec<&[u8]>) = (pattern.iter().collect(), name.iter().collect());
    let Some(more) = labels.len().checked_sub(wanted.len()) else { return false };
    (more > 0) == below && labels[more..].iter().zip(wanted).all(|(label, wanted)| label.eq_ignore_ascii_case(wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant(lines: &[&str]) -> DnsGrant {
        let lines: Vec<Request> = lines.iter().map(|line| Request::parse("dns", line).expect(line)).collect();
        DnsGrant::new("rdns", &lines)
    }

    #[test]
    fn allowed_denied_and_almost_allowed() {
        let grant = grant(&["PTR *.in-addr.arpa", "TXT,A origin.example"]);
        for (record_type, name) in
            [("PTR", "1.2.0.192.in-addr.arpa"), ("PTR", "1.IN-ADDR.ARPA"), ("A", "origin.example"), ("TXT", "Origin.Example")]
        {
            assert!(grant.check(record_type, name).is_ok(), "{record_type} {name}");
        }
        for (record_type, name) in [
            ("TXT", "1.2.0.192.in-addr.arpa"),
            ("PTR", "in-addr.arpa"),
            ("PTR", "1.evil-in-addr.arpa"),
            ("PTR", "1.in-addr.arpa.evil.example"),
            ("PTR", "1.evil\\.in-addr.arpa"),
            ("PTR", "evil\\046in-addr.arpa"),
            ("A", "sub.origin.example"),
            ("MX", "origin.example"),
        ] {
            assert!(grant.check(record_type, name).is_err(), "{record_type} {name}");
        }
    }

    #[test]
    fn a_denial_shows_the_line_that_would_grant_it() {
        let Err(wit::DnsError::AccessDenied(text)) = grant(&[]).check("TXT", "evil.example") else { panic!("allowed") };
        assert_eq!(text, "DNS TXT evil.example is not granted; to grant it, add [grants.rdns] dns = [\"TXT evil.example\"]");
    }

    #[test]
    fn a_star_is_every_name() {
        assert!(grant(&["A *"]).check("A", "anything.example").is_ok());
    }
}
