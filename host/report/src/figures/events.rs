//! What is counted of events.

use std::cmp::Reverse;
use std::collections::HashMap;

use net_scout_detect::scan::ScanOptions;
use net_scout_model::{ColumnType, Network, Row, Span, Timestamp, parse_address};
use serde::Serialize;

use super::bins::Bins;
use super::ranking::{Count, Ranking};
use crate::ReportError;
use crate::events::{Events, slices};

/// The columns that are read.
const COLUMNS: [&str; 9] = ["time", "src_ip", "dst_ip", "dst_port", "proto", "verdict", "direction", "country_code", "hit_count"];
/// How many bits the addresses of a network share, of IPv4 and of IPv6.
const NETWORK: (u8, u8) = (24, 48);
/// How many ports the plot has.
const PLOTTED: usize = 10;
/// The longest code of a country that is taken for one.
const CODE: usize = 3;

/// What was counted over a period.
#[derive(Debug)]
pub(crate) struct Tally {
    bins: Bins,
    all: Count,
    accepted: u64,
    /// Refused, accepted, and where nothing says.
    by_time: Vec<[u64; 3]>,
    sources: HashMap<String, Count>,
    targets: HashMap<String, Count>,
    ports: HashMap<String, Count>,
    /// Of each port the pieces of time in which it has events.
    port_times: HashMap<String, HashMap<usize, u64>>,
    countries: HashMap<String, Count>,
    unreadable: u64,
}

/// The figures of events.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EventFigures {
    /// All of them.
    #[serde(flatten)]
    pub all: Count,
    /// How many were let through.
    pub accepted: u64,
    /// How many were left out because something in them cannot be read.
    pub unreadable: u64,
    /// The pieces of time of what follows.
    pub bins: Bins,
    /// Events by time: refused, accepted, and where nothing says.
    pub by_time: Vec<[u64; 3]>,
    /// The ports with the most events that came in, with their events by time.
    pub ports_by_time: Vec<(String, Vec<u64>)>,
    /// The sources of events that came in.
    pub sources: Ranking,
    /// Their networks: /24 of IPv4, /48 of IPv6.
    pub networks: Ranking,
    /// To whom events came in.
    pub targets: Ranking,
    /// To which ports.
    pub ports: Ranking,
    /// From which countries, where that is known.
    pub countries: Ranking,
    /// How many events there were in the period before.
    pub before: Option<Count>,
}

impl Tally {
    /// Counts the events of a period.
    ///
    /// # Errors
    /// When they cannot be read.
    pub(crate) async fn of(scan: &ScanOptions, span: Span, now: Timestamp) -> Result<Self, ReportError> {
        let bins = Bins::over(span);
        let mut tally = Self {
            bins,
            all: Count::default(),
            accepted: 0,
            by_time: vec![[0; 3]; bins.count],
            sources: HashMap::new(),
            targets: HashMap::new(),
            ports: HashMap::new(),
            port_times: HashMap::new(),
            countries: HashMap::new(),
            unreadable: 0,
        };
        for slice in slices(span) {
            tally.add(&Events::read(scan, slice, now, &COLUMNS)?).await?;
        }
        Ok(tally)
    }

    async fn add(&mut self, events: &Events) -> Result<(), ReportError> {
        use ColumnType::{Integer, Text};
        let piece = format!("time / {}", self.bins.width);
        let select = |keys: &str, condition: &str| {
            format!("SELECT {keys}, verdict, COUNT(*), SUM(hit_count) FROM events{condition} GROUP BY {keys}, verdict")
        };
        let inbound = |column: &str| format!(" WHERE direction = 'INBOUND' AND {column} IS NOT NULL");

        let sql = select(&piece, "");
        events
            .rows(&sql, &[Integer, Text, Integer, Integer], |row| {
                let (verdict, count) = counted(row, 1);
                self.all.add(count);
                self.accepted += if verdict == 1 { count.events } else { 0 };
                if let Some(place) = row.integer(0).and_then(|piece| self.bins.number(piece)) {
                    self.by_time[place][verdict] += count.events;
                }
            })
            .await?;

        let maps = [("src_ip", &mut self.sources), ("dst_ip", &mut self.targets), ("country_code", &mut self.countries)];
        for (column, map) in maps {
            let sql = select(column, &inbound(column));
            let is_code = column == "country_code";
            events
                .rows(&sql, &[Text, Text, Integer, Integer], |row| {
                    let name = row.text(0).filter(|name| !is_code || (!name.is_empty() && name.len() <= CODE));
                    if let Some(name) = name {
                        map.entry(name.to_owned()).or_default().add(counted(row, 1).1);
                    }
                })
                .await?;
        }

        let sql = select(&format!("dst_port, proto, {piece}"), &inbound("dst_port"));
        events
            .rows(&sql, &[Integer, Text, Integer, Text, Integer, Integer], |row| {
                let Some(port) = row.integer(0) else { return };
                let name = row.text(1).map_or_else(|| port.to_string(), |proto| format!("{port}/{proto}"));
                let (_, count) = counted(row, 3);
                if let Some(place) = row.integer(2).and_then(|piece| self.bins.number(piece)) {
                    *self.port_times.entry(name.clone()).or_default().entry(place).or_default() += count.events;
                }
                self.ports.entry(name).or_default().add(count);
            })
            .await?;
        self.unreadable += events.unreadable();
        Ok(())
    }

    /// The networks of the sources.
    fn networks(&self) -> HashMap<String, Count> {
        let mut networks: HashMap<String, Count> = HashMap::new();
        for (source, count) in &self.sources {
            if let Some(address) = parse_address(source).map(|address| address.to_canonical()) {
                let network = Network::around(address, if address.is_ipv4() { NETWORK.0 } else { NETWORK.1 });
                networks.entry(network.to_string()).or_default().add(*count);
            }
        }
        networks
    }

    /// The figures, with this many of each ranking.
    pub(crate) fn figures(&self, before: Option<&Self>, most: usize) -> EventFigures {
        let networks_before = before.map(Self::networks);
        let ports = Ranking::of(&self.ports, before.map(|before| &before.ports), most);
        EventFigures {
            all: self.all,
            accepted: self.accepted,
            unreadable: self.unreadable,
            bins: self.bins,
            by_time: self.by_time.clone(),
            ports_by_time: self.plotted(),
            sources: Ranking::of(&self.sources, before.map(|before| &before.sources), most),
            networks: Ranking::of(&self.networks(), networks_before.as_ref(), most),
            targets: Ranking::of(&self.targets, before.map(|before| &before.targets), most),
            ports,
            countries: Ranking::of(&self.countries, before.map(|before| &before.countries), most),
            before: before.map(|before| before.all),
        }
    }

    fn plotted(&self) -> Vec<(String, Vec<u64>)> {
        let mut ports: Vec<(&String, &Count)> = self.ports.iter().collect();
        ports.sort_unstable_by_key(|(name, count)| (Reverse(count.events), *name));
        let times = |name: &String| {
            let found = self.port_times.get(name);
            (0..self.bins.count).map(|place| found.and_then(|times| times.get(&place)).copied().unwrap_or(0)).collect()
        };
        ports.into_iter().take(PLOTTED).map(|(name, _)| (name.clone(), times(name))).collect()
    }
}

/// What a row counts, from the column of the verdict on: 0 refused, 1 accepted, 2 where nothing says.
fn counted(row: Row<'_>, first: usize) -> (usize, Count) {
    let verdict = match row.text(first) {
        Some("DROP") => 0,
        Some("ACCEPT") => 1,
        _ => 2,
    };
    let events = row.count(first + 1);
    (verdict, Count { events, packets: row.count(first + 2), refused: if verdict == 0 { events } else { 0 } })
}
