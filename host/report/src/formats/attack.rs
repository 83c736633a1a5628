//! The techniques of MITRE ATT&CK (Enterprise) that rules name, with their tactics: <https://attack.mitre.org/techniques/enterprise/>.

/// A tactic: its number and its name.
pub type Tactic = (&'static str, &'static str);

const ACCESS: Tactic = ("TA0001", "Initial Access");
const CONTROL: Tactic = ("TA0011", "Command and Control");
const CREDENTIALS: Tactic = ("TA0006", "Credential Access");
const DISCOVERY: Tactic = ("TA0007", "Discovery");
const EXFILTRATION: Tactic = ("TA0010", "Exfiltration");
const IMPACT: Tactic = ("TA0040", "Impact");
const LATERAL: Tactic = ("TA0008", "Lateral Movement");
const RECONNAISSANCE: Tactic = ("TA0043", "Reconnaissance");

/// Those that are known, in ascending order. A technique that serves several tactics stands with the one that a firewall sees.
const KNOWN: [(&str, &str, Tactic); 28] = [
    ("T1018", "Remote System Discovery", DISCOVERY),
    ("T1021", "Remote Services", LATERAL),
    ("T1021.001", "Remote Desktop Protocol", LATERAL),
    ("T1021.002", "SMB/Windows Admin Shares", LATERAL),
    ("T1021.004", "SSH", LATERAL),
    ("T1041", "Exfiltration Over C2 Channel", EXFILTRATION),
    ("T1046", "Network Service Discovery", DISCOVERY),
    ("T1048", "Exfiltration Over Alternative Protocol", EXFILTRATION),
    ("T1071", "Application Layer Protocol", CONTROL),
    ("T1071.001", "Web Protocols", CONTROL),
    ("T1071.004", "DNS", CONTROL),
    ("T1090", "Proxy", CONTROL),
    ("T1110", "Brute Force", CREDENTIALS),
    ("T1110.001", "Password Guessing", CREDENTIALS),
    ("T1110.003", "Password Spraying", CREDENTIALS),
    ("T1110.004", "Credential Stuffing", CREDENTIALS),
    ("T1133", "External Remote Services", ACCESS),
    ("T1190", "Exploit Public-Facing Application", ACCESS),
    ("T1210", "Exploitation of Remote Services", LATERAL),
    ("T1498", "Network Denial of Service", IMPACT),
    ("T1499", "Endpoint Denial of Service", IMPACT),
    ("T1568", "Dynamic Resolution", CONTROL),
    ("T1571", "Non-Standard Port", CONTROL),
    ("T1572", "Protocol Tunneling", CONTROL),
    ("T1595", "Active Scanning", RECONNAISSANCE),
    ("T1595.001", "Scanning IP Blocks", RECONNAISSANCE),
    ("T1595.002", "Vulnerability Scanning", RECONNAISSANCE),
    ("T1595.003", "Wordlist Scanning", RECONNAISSANCE),
];

/// A technique that a rule names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Technique<'a> {
    /// Its number, `T1595`, or with that of a sub-technique `T1595.001`.
    pub id: &'a str,
    /// Its name and its tactic; none where only its number is known here.
    pub known: Option<(&'static str, Tactic)>,
}

/// Reads the number of a technique; none where it has not the form of one.
#[must_use]
pub fn technique(id: &str) -> Option<Technique<'_>> {
    let digits = |text: &str, count: usize| text.len() == count && text.bytes().all(|digit| digit.is_ascii_digit());
    let (technique, sub) = id.split_once('.').map_or((id, None), |(technique, sub)| (technique, Some(sub)));
    let is_one = technique.strip_prefix('T').is_some_and(|number| digits(number, 4)) && sub.is_none_or(|sub| digits(sub, 3));
    is_one.then(|| Technique { id, known: find(id).map(|(_, name, tactic)| (name, tactic)) })
}

fn find(id: &str) -> Option<(&'static str, &'static str, Tactic)> {
    KNOWN.binary_search_by_key(&id, |(known, ..)| known).ok().map(|place| KNOWN[place])
}

impl<'a> Technique<'a> {
    /// The technique that a sub-technique belongs to; of a technique, itself.
    pub(super) fn parent(self) -> Technique<'a> {
        let id = self.id.split_once('.').map_or(self.id, |(technique, _)| technique);
        Technique { id, known: find(id).map(|(_, name, tactic)| (name, tactic)) }
    }

    pub(super) fn is_sub(self) -> bool {
        self.id.contains('.')
    }

    /// Its name, where it is known here.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        self.known.map(|(name, _)| name)
    }

    /// Its tactic; that of the technique where only that is known.
    #[must_use]
    pub fn tactic(self) -> Option<Tactic> {
        self.known.or_else(|| self.parent().known).map(|(_, tactic)| tactic)
    }

    /// Where it is described.
    pub(super) fn url(self) -> String {
        format!("https://attack.mitre.org/techniques/{}/", self.id.replace('.', "/"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn techniques_are_sorted_and_have_the_form_of_one() {
        assert!(KNOWN.is_sorted_by_key(|(id, ..)| *id));
        assert!(KNOWN.iter().all(|(id, ..)| technique(id).is_some_and(|known| known.name().is_some())));
    }

    #[test]
    fn what_is_no_technique_is_none() {
        for text in ["", "T", "T12", "T10460", "t1046", "T1046.1", "T1046.0012", "T1046.", "T1046.001.2", "T10a6", "TA0007"] {
            assert_eq!(technique(text), None, "{text}");
        }
        let scan = technique("T1595.001").expect("a technique");
        assert_eq!((scan.name(), scan.parent().name()), (Some("Scanning IP Blocks"), Some("Active Scanning")));
        assert_eq!(scan.url(), "https://attack.mitre.org/techniques/T1595/001/");
        let unknown = technique("T1595.099").expect("a technique");
        assert_eq!((unknown.name(), unknown.tactic()), (None, Some(RECONNAISSANCE)));
    }
}
