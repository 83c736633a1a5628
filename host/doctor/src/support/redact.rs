//! Takes out of a text what whoever helps must not see: secrets, addresses, addresses of mail, the names of home folders.

use std::fs;
use std::path::Path;

use super::addresses::AddressNames;
use net_scout_model::Secrets;

/// The longest file that is a secret, in bytes.
const LONGEST: u64 = 16 * 1_024;
/// What stands where something was taken out.
pub(super) const HIDDEN: &str = "[hidden]";

/// What is taken out.
pub(super) struct Redaction {
    secrets: Secrets,
    /// Those of systemd.
    credentials: Vec<String>,
    addresses: AddressNames,
}

impl Redaction {
    /// These secrets and those in this folder.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub(super) fn new(secrets: Secrets, credentials: Option<&Path>) -> std::io::Result<Self> {
        let files = credentials.and_then(|folder| fs::read_dir(folder).ok()).into_iter().flatten().flatten();
        let short = files.filter(|file| file.metadata().is_ok_and(|file| file.is_file() && file.len() <= LONGEST));
        let credentials = short.filter_map(|file| fs::read_to_string(file.path()).ok()).map(|text| text.trim().to_owned());
        let credentials = credentials.filter(|text| !text.is_empty()).collect();
        Ok(Self { secrets, credentials, addresses: AddressNames::new()? })
    }

    /// The text without them.
    pub(super) fn of(&self, text: &str) -> String {
        let text = self.secrets.hide_all(text);
        let text = self.credentials.iter().fold(text, |text, secret| Secrets::hide(secret, &text));
        self.addresses.replace(&without_homes(&without_mail(&without_logins(&text))))
    }
}

/// Without what stands before the `@` of a URL.
fn without_logins(text: &str) -> String {
    let mut parts = text.split("://");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|letter: char| letter.is_whitespace() || "/?#\"'<>".contains(letter)).unwrap_or(part.len());
        let rest = part[..end].rfind('@').map_or(part, |at| &part[at + 1..]);
        out.push_str("://");
        out.push_str(rest);
    }
    out
}

/// Without addresses of mail.
fn without_mail(text: &str) -> String {
    let is_of_name = |letter: char| letter.is_alphanumeric() || "._%+-".contains(letter);
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('@') {
        let (before, behind) = (&rest[..at], &rest[at + 1..]);
        let begin = before
            .rfind(|letter| !is_of_name(letter))
            .map_or(0, |place| place + before[place..].chars().next().map_or(1, char::len_utf8));
        let end = behind.find(|letter: char| !(letter.is_alphanumeric() || ".-".contains(letter))).unwrap_or(behind.len());
        let is_mail = begin < at && end > 0;
        out.push_str(if is_mail { &before[..begin] } else { &rest[..=at] });
        out.push_str(if is_mail { HIDDEN } else { "" });
        rest = if is_mail { &behind[end..] } else { behind };
    }
    out + rest
}

/// With `~` for the folders of people.
fn without_homes(text: &str) -> String {
    let mut parts = text.split("/home/");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|letter: char| !(letter.is_alphanumeric() || "._-".contains(letter))).unwrap_or(part.len());
        out.push_str("/home/user");
        out.push_str(&part[end..]);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_it_is_left() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("chat"), "cr3dential\n").expect("written");
        let environment = [("NET_SCOUT_SECRET_A".to_owned(), "s3cret/x".to_owned())].into();
        let redaction = Redaction::new(Secrets::from_environment(&environment), Some(folder.path())).expect("random numbers");
        let text = "s3cret%2Fx cr3dential <ann.o@example.org> https://user:pw@host.example/x /home/ann/db 203.0.113.7 @ x@ @y";
        let shown = redaction.of(text);
        for gone in ["s3cret", "cr3dential", "ann", "pw@", "203.0.113"] {
            assert!(!shown.contains(gone), "{gone}: {shown}");
        }
        assert!(shown.contains("https://host.example/x /home/user/db public-") && shown.ends_with(" @ x@ @y"), "{shown}");
        assert!(shown.contains(&format!("<{HIDDEN}>")), "{shown}");
    }
}
