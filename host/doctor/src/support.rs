//! An archive for whoever is asked for help: versions, settings, checks, what the plugins used, how the database looks. It holds no secret, no
//! event and no alert, and every address in it has a pseudonym.

mod addresses;
mod parts;
mod redact;
mod tar;

use std::io::Write as _;
use std::path::PathBuf;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::facts::Installation;
use net_scout_model::{Secrets, Timestamp};
use redact::Redaction;

/// What the archive tells beside what an examination sees.
pub struct SupportRequest<'a> {
    /// What is looked over.
    pub installation: &'a Installation,
    /// Every setting: name, value, and where it came from.
    pub settings: Vec<(String, String, String)>,
    /// The names of variables of the environment that are the program's. Their values are not told.
    pub variables: Vec<String>,
    /// What must not be in it.
    pub secrets: Secrets,
    /// The folder of systemd's credentials, whose files must not be in it either.
    pub credentials: Option<PathBuf>,
    /// The log, whose end is told.
    pub log: Option<PathBuf>,
}

/// An archive.
pub struct Archive {
    /// A tar file, compressed with gzip.
    pub bytes: Vec<u8>,
    /// The names of its files, with their lengths.
    pub files: Vec<(String, usize)>,
}

/// Makes the archive. Nothing is written.
///
/// # Errors
/// When the system gives no random numbers, without which pseudonyms could be guessed.
pub async fn support(request: &SupportRequest<'_>, now: Timestamp) -> std::io::Result<Archive> {
    let redaction = Redaction::new(request.secrets.clone(), request.credentials.as_deref())?;
    let parts: Vec<(&str, String)> = parts::collect(request, now).await;
    let parts: Vec<(String, String)> =
        parts.into_iter().map(|(name, text)| (format!("net-scout-support/{name}"), redaction.of(&text))).collect();
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(&tar::tar(&parts, now))?;
    let files = parts.into_iter().map(|(name, text)| (name, text.len())).collect();
    Ok(Archive { bytes: gzip.finish()?, files })
}
