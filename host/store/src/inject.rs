//! Made-up events in a copy of a database, in the layout that it has: to see whether a scan raises an alert about them.

use super::error::DatabaseError;
use super::open::Database;
use super::schema::quote;
use crate::layout::Layout;
use net_scout_model::Timestamp;

/// A dropped TCP packet that came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probe {
    /// From this address.
    pub source: String,
    /// To this one, which the old layout does not keep.
    pub target: String,
    /// To this port.
    pub port: u16,
    /// When.
    pub at: Timestamp,
}

impl Database {
    /// Adds probes to the event table. To be used on a copy alone: what is added is not true.
    ///
    /// # Errors
    /// When there is no event table, or it cannot be written.
    pub fn inject(&mut self, table: &str, probes: &[Probe]) -> Result<(), DatabaseError> {
        let layout = self.event_source(table)?.layout;
        let table = quote(table);
        let sql = match layout {
            Layout::V1 => format!(
                "INSERT OR REPLACE INTO {table} (ip, port, direction, verdict, timestamp) SELECT ?1, ?3, 'RX', 'DROP', ?4 WHERE ?2 <> ''"
            ),
            Layout::V2 => format!(
                "INSERT OR REPLACE INTO {table} (src_ip, dst_ip, dst_port, src_port, proto, verdict, direction, timestamp)
                 VALUES (?1, ?2, ?3, 40000, 'TCP', 'DROP', 'INBOUND', ?4)"
            ),
        };
        self.write("add made-up events to", |connection| {
            let mut insert = connection.prepare(&sql)?;
            probes
                .iter()
                .try_for_each(|probe| insert.execute((&probe.source, &probe.target, probe.port, probe.at.seconds())).map(drop))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_both_layouts() {
        let tables = [
            "CREATE TABLE ip_events (id INTEGER PRIMARY KEY, src_ip, src_port, dst_ip, dst_port, proto, verdict, direction, timestamp)",
            "CREATE TABLE ip_events (id INTEGER PRIMARY KEY, ip, port, direction, verdict, timestamp)",
        ];
        for made in tables {
            let mut database = Database::in_memory("scout_alerts").expect("open");
            database.connection.execute_batch(made).expect("made");
            let probe = |port| Probe { source: "192.0.2.66".into(), target: "198.51.100.7".into(), port, at: Timestamp(0) };
            database.inject("ip_events", &[probe(1), probe(2)]).expect("added");
            let last = database.last_events("ip_events", 10).expect("read");
            assert_eq!(last.len(), 2, "{made}");
            assert_eq!(last[0].addresses[0], "192.0.2.66");
        }
    }
}
