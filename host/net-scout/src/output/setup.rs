//! What a first look around found.

use std::io::{self, Write};

use super::wrap::wrapped;
use net_scout_doctor::setup::Found;
use net_scout_model::Timestamp;

/// How wide what names a line is, and a line.
const HEAD: usize = 12;
const WIDTH: usize = 80;

/// Writes it, a line for each kind.
///
/// # Errors
/// When it cannot be written.
pub fn write_found(out: &mut dyn Write, found: &Found, now: Timestamp) -> io::Result<()> {
    let paths = |paths: &[std::path::PathBuf]| paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ");
    let mut lines = Vec::new();
    match &found.database {
        Some(database) => {
            let days = |at: Timestamp| now.0.saturating_sub(at.0) / 86_400_000_000;
            let newest = database.newest.map_or("no event yet".to_owned(), |at| match days(at) {
                ..1 => format!("newest event {}", at.seconds()),
                days => format!("newest event {}, {days} days ago", at.seconds()),
            });
            lines.push(("database", format!("{}: {}; {newest}", database.path.display(), database.layout)));
        }
        None => lines.push(("database", "none of net-sentinel was found; name it with --db-path".to_owned())),
    }
    if !found.others.is_empty() {
        lines.push(("others", paths(&found.others)));
    }
    let or_none = |text: String| if text.is_empty() { "none".to_owned() } else { text };
    lines.push(("logs", or_none(paths(&found.logs))));
    let occur = if found.networks_occur || found.networks.is_empty() { "" } else { " (the events show none of them)" };
    lines.push(("networks", or_none(format!("{}{occur}", found.networks.join(", ")))));
    let resolvers: Vec<String> = found.resolvers.iter().map(ToString::to_string).collect();
    lines.push(("resolvers", or_none(resolvers.join(", "))));
    let directories: Vec<String> = found.directories.iter().map(|(name, path)| format!("{name} in {}", path.display())).collect();
    lines.push(("files", or_none(directories.join(", "))));
    lines.push(("mail", if found.has_mail { "this machine takes it" } else { "no mail server on this machine" }.to_owned()));
    for (head, text) in lines {
        for (place, line) in wrapped(&text, WIDTH - HEAD).into_iter().enumerate() {
            writeln!(out, "{:HEAD$}{line}", if place == 0 { head } else { "" })?;
        }
    }
    writeln!(out)
}
