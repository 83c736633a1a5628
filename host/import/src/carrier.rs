//! What carries the lines of a log: packed files, UTF-16, records that span lines, and in front of what a firewall says a priority, dates,
//! hosts and the name of a program. Knows nothing of any firewall.

pub(super) mod date;
pub(super) mod entry;
pub(super) mod journal;
mod members;
pub(super) mod month;
pub(super) mod packed;
pub(super) mod records;
pub(super) mod repeated;
pub(super) mod unicode;
mod xz;
pub(super) mod zone;
