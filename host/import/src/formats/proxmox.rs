//! Proxmox VE's own log, `/var/log/pve-firewall.log`: guest, level, chain and date before what netfilter writes.
//!
//! `102 6 tap102i0-IN 22/Feb/2025:12:43:32 -0600 policy DROP: IN=fwbr102i0 OUT=fwbr102i0 PHYSIN=... SRC=... DST=... PROTO=TCP ...`
//!
//! <https://pve.proxmox.com/pve-docs/chapter-pve-firewall.html#_logging_of_firewall_rules>

use super::netfilter;
use crate::carrier::date;
use crate::event::Line;
use crate::options::ImportOptions;
use crate::reason::Reason;

/// Reads a line; none where it is of anything else.
pub(crate) fn read<'a>(line: &'a str, options: &ImportOptions) -> Option<Result<Line<'a>, Reason>> {
    let is_number = |word: &str| (1..=9).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_digit());
    let (guest, rest) = date::word(line);
    let (level, rest) = date::word(rest);
    if !is_number(guest) || level.len() != 1 || !is_number(level) {
        return None;
    }
    let (chain, dated) = date::word(rest);
    let (day, _) = date::word(dated);
    if day.matches('/').count() != 2 {
        return None;
    }
    let (time, message) = match date::split(dated, options) {
        Ok(split) => split,
        Err(reason) => return Some(Err(reason)),
    };
    if chain == "-" || !message.contains("SRC=") {
        return Some(Ok(Line::Other("message of the firewall's logger".into())));
    }
    // The chain, which says the way, stands before the date.
    Some(netfilter::packet_of_chain(time, chain, message, options).map(Line::Event))
}
