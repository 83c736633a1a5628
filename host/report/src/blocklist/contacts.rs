//! What own hosts did with the candidates, and which networks are own ones, from the events.

use std::collections::{BTreeMap, BTreeSet};

use net_scout_detect::scan::{LEARNED_FROM, ScanOptions, learned};
use net_scout_model::{ColumnType, Network, Networks, Row, Span, Timestamp, parse_address};

use super::network;
use crate::ReportError;
use crate::events::{Events, slices};

/// The columns that are read.
const COLUMNS: [&str; 7] = ["time", "src_ip", "src_port", "dst_ip", "dst_port", "verdict", "direction"];
/// The first event of each outside address: where an own host sent to it and was not refused, where it did so as a client (to a well-known
/// port, from one that is not), and where it sent to us.
const SENT: &str = "SELECT dst_ip, MIN(time) FROM events WHERE direction = 'OUTBOUND' AND dst_ip IS NOT NULL
     AND (verdict IS NULL OR verdict <> 'DROP') GROUP BY dst_ip";
const ASKED: &str = "SELECT dst_ip, MIN(time) FROM events WHERE direction = 'OUTBOUND' AND dst_ip IS NOT NULL
     AND (verdict IS NULL OR verdict <> 'DROP') AND dst_port < 1024 AND src_port >= 1024 GROUP BY dst_ip";
const CAME: &str = "SELECT src_ip, MIN(time) FROM events WHERE direction = 'INBOUND' AND src_ip IS NOT NULL GROUP BY src_ip";

/// What the events say of the candidates.
#[derive(Debug, Default)]
pub(super) struct Contacts {
    /// When own hosts first sent to it.
    sent: BTreeMap<Network, i64>,
    /// When it first came.
    came: BTreeMap<Network, i64>,
    /// Whom own hosts asked as clients.
    asked: BTreeSet<Network>,
    /// The networks whose hosts are the near side of events.
    learned: Vec<Network>,
}

impl Contacts {
    /// Reads them. Own networks are learned where they are not configured.
    pub(super) async fn read(
        scan: &ScanOptions,
        span: Span,
        now: Timestamp,
        candidates: impl Iterator<Item = &Network>,
    ) -> Result<Self, ReportError> {
        let candidates: BTreeSet<Network> = candidates.copied().collect();
        let mut contacts = Self::default();
        debug_assert!(LEARNED_FROM.iter().all(|column| COLUMNS.contains(column)));
        for slice in slices(span) {
            let events = Events::read(scan, slice, now, &COLUMNS)?;
            let types = [ColumnType::Text, ColumnType::Integer];
            let found = |row: Row<'_>| {
                let network = network(row.text(0).and_then(parse_address)?);
                candidates.contains(&network).then_some((network, row.integer(1)?))
            };
            let first = |(network, time): (Network, i64), known: &mut BTreeMap<Network, i64>| {
                let before = known.entry(network).or_insert(time);
                *before = time.min(*before);
            };
            events.rows(SENT, &types, |row| found(row).into_iter().for_each(|found| first(found, &mut contacts.sent))).await?;
            events.rows(CAME, &types, |row| found(row).into_iter().for_each(|found| first(found, &mut contacts.came))).await?;
            events.rows(ASKED, &types, |row| contacts.asked.extend(found(row).map(|(network, _)| network))).await?;
            if scan.local_networks.is_none() {
                contacts.learned.extend(learned(&events.snapshot, scan.limits.query).await?.iter());
            }
        }
        Ok(contacts)
    }

    /// The own networks: those that are configured, or that the events show.
    pub(super) fn own_networks(&self, configured: Option<&Networks>) -> Networks {
        configured.cloned().unwrap_or_else(|| self.learned.iter().copied().collect())
    }

    /// Whether an own host connected to it, before it came or as a client.
    pub(super) fn were_sought(&self, network: Network) -> bool {
        let first = match (self.sent.get(&network), self.came.get(&network)) {
            (Some(sent), Some(came)) => sent <= came,
            (Some(_), None) => true,
            (None, _) => false,
        };
        first || self.asked.contains(&network)
    }
}
