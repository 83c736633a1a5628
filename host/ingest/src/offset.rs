//! The zone of a log whose newest line is at the wrong time.

use std::path::Path;

use net_scout_model::Timestamp;

/// A zone that would explain how far the newest line is from now, or from when the file was written last.
pub(super) struct SuggestedOffset {
    /// How far the newest line is from that.
    pub(super) seen: String,
    /// What to try for `--utc-offset`.
    pub(super) zone: String,
}

pub(super) fn suggested_offset(newest: Timestamp, path: &Path, now: Timestamp) -> Option<SuggestedOffset> {
    const MINUTE: i64 = 60_000_000;
    /// Zones are a multiple of so many minutes from UTC.
    const STEP: i64 = 15;
    let ahead = newest.0.saturating_sub(now.0) / MINUTE;
    let (minutes, seen) = if ahead >= STEP {
        (ahead, format!("{} ahead of the clock", hours(ahead)))
    } else {
        let written = path.metadata().ok()?.modified().ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
        let difference = (newest.0 - i64::try_from(written.as_micros()).ok()?) / MINUTE;
        let off = (difference + STEP / 2).rem_euclid(STEP) - STEP / 2;
        // Further than zones are apart, or at no multiple of theirs, is a file that was copied.
        if !(-14 * 60..=-STEP).contains(&difference) || off.abs() > 2 {
            return None;
        }
        (difference, format!("{} before the file was written last", hours(-difference)))
    };
    let rounded = (minutes + STEP / 2).div_euclid(STEP) * STEP;
    let sign = if rounded < 0 { '-' } else { '+' };
    (rounded.abs() <= 15 * 60)
        .then(|| SuggestedOffset { seen, zone: format!("{sign}{:02}:{:02}", rounded.abs() / 60, rounded.abs() % 60) })
}

fn hours(minutes: i64) -> String {
    format!("{} h {} min", minutes / 60, minutes % 60)
}
