//! Source profiles: what the sources of alerts did in the window, and which role that is.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::scan::rows::{each_row, places};
use net_scout_algorithms::ports::TAKEOVER;
use net_scout_algorithms::probes::{FIRST_EPHEMERAL, Sent};
use net_scout_algorithms::{FEW, STROBE};
use net_scout_model::{ColumnType, Networks, QueryError, QueryLimits, Value};
use net_scout_plugin_host::Case;
use net_scout_plugin_host::capability::query::QuerySource;
use net_scout_store::ReadGrant;

/// The columns that are read.
const COLUMNS: [&str; 8] = ["time", "src_ip", "src_port", "dst_ip", "dst_port", "verdict", "direction", "tcp_flags"];
/// At most so many sources are asked about at once: a longer query does not run in memory.
const CHUNK: usize = 50;

/// Questions for names: DNS, over TLS too.
const NAMES: &str = "coalesce(direction, '') = 'OUTBOUND' AND coalesce(dst_port, 0) IN (53, 853)";
/// Answers and late packets: with ACK or RST (RFC 9293), or from a well-known port to one that clients use. Only SYN is never one.
const ANSWERS: &str = "coalesce(tcp_flags, '') LIKE '%ACK%' OR coalesce(tcp_flags, '') LIKE '%RST%' \
    OR (coalesce(src_port, 65535) < 1024 AND coalesce(dst_port, 0) >= 1024 AND coalesce(tcp_flags, '') <> 'SYN')";
/// Between ports that no service of a system has: peers choose theirs.
const PEERS: &str = "coalesce(src_port, 0) >= 1024 AND coalesce(dst_port, 0) >= 1024";
/// The most that a source may do besides its role: less than the original rules ask for by default, so that it would be no alert, and
/// not as much as what is of the role.
const REST: Counts = Counts { rows: 200, targets: 50, ports: 50 };
/// The fewest peers, and how many packets each has at most on average.
const LEAST_PEERS: i64 = 20;
const PACKETS_A_PEER: i64 = 5;
/// Of ten peers that a host talks to, one at least comes in by itself; and never fewer than this.
const LEAST_VISITORS: i64 = 5;
/// A client that tries again waits so many microseconds, on average: more often is a flood.
const LEAST_PAUSE: i64 = 5_000_000;
/// Somebody who looks for hosts finds more than these new ones in a minute (Maltrail's number is 32 in any time).
const NEW_A_MINUTE: usize = 30;
/// Who comes back so often to most doors knows them.
const AGAIN: i64 = 3;
const MINUTE: i64 = 60_000_000;

/// How much there is of something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) rows: i64,
    pub(super) targets: i64,
    pub(super) ports: i64,
}

/// A port of one of the operator's own hosts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Door {
    pub(super) host: String,
    pub(super) port: i64,
    pub(super) rows: i64,
    pub(super) refused: i64,
    pub(super) first: i64,
}

/// What a source did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct SourceProfile {
    /// Whether it is one of the operator's own.
    pub(super) local: bool,
    pub(super) all: Counts,
    pub(super) refused: i64,
    pub(super) first: i64,
    pub(super) last: i64,
    /// What it did besides asking for names, answering, and talking to peers.
    pub(super) no_names: Counts,
    pub(super) no_answers: Counts,
    pub(super) no_peers: Counts,
    /// How many ports it sends from, and the lowest; the lowest port that it sends to, how many packets go to ports that systems give to
    /// clients, and how many begin a connection.
    pub(super) source_ports: i64,
    pub(super) lowest_source_port: i64,
    pub(super) lowest_port: i64,
    pub(super) ephemeral: i64,
    pub(super) beginnings: i64,
    /// Its peers and their ports.
    pub(super) peers: Counts,
    /// How many sources come in to its high ports, and how many packets to peers it sends from its busiest port.
    pub(super) visitors: i64,
    pub(super) busiest_port: i64,
    /// The doors of the own hosts; and what it did elsewhere.
    pub(super) doors: Vec<Door>,
    pub(super) elsewhere: Counts,
}

impl SourceProfile {
    /// Whether it is mostly of a role, and what it did besides would be no alert.
    fn is_all_but(&self, rest: Counts) -> bool {
        self.all.rows > 0
            && rest.rows * 2 < self.all.rows
            && rest.rows <= REST.rows
            && rest.targets <= REST.targets
            && rest.ports <= REST.ports
    }

    /// Whether it is worth to look at it more closely, of what [`Asked::outline`] gives: of many sources that do much none has a role.
    fn is_promising(&self) -> bool {
        let rests = [self.no_names, self.no_answers, self.no_peers];
        rests.iter().any(|rest| self.is_all_but(Counts { rows: rest.rows, ..Counts::default() }))
            || self.source_ports == 1
            || (self.all.targets == 1 && self.all.ports == 1)
    }

    /// A source that goes to more ports is not a management host, and may have very many doors.
    fn may_be_management_host(&self) -> bool {
        let few_ports = REST.ports + FEW as i64;
        self.local && !self.is_resolver() && self.refused * 10 <= self.all.rows && self.all.ports <= few_ports
    }

    pub(super) fn is_resolver(&self) -> bool {
        self.local && self.is_all_but(self.no_names)
    }

    pub(super) fn answers(&self) -> bool {
        (self.is_all_but(self.no_answers) || self.answers_the_forged()) && self.all.rows <= STROBE
    }

    /// Whether it is a flooded server at a port above 1024, where the log has no flags.
    fn answers_the_forged(&self) -> bool {
        // It is only asked of one source port, which is the lowest and the highest.
        let source_port = (self.source_ports == 1).then_some(self.lowest_source_port);
        let sent = Sent {
            packets: self.all.rows,
            source_ports: self.source_ports,
            lowest_source_port: source_port,
            highest_source_port: source_port,
            ports: self.all.ports,
            lowest_port: self.lowest_port,
            ephemeral: self.ephemeral,
            beginnings: self.beginnings,
        };
        sent.answer_forged()
    }

    pub(super) fn is_peer(&self) -> bool {
        // Who scans one port of many, or many ports of few, has no such peers; and to who scans at random nobody comes.
        self.local
            && self.is_all_but(self.no_peers)
            && self.peers.targets >= LEAST_PEERS
            && self.peers.ports * 2 >= self.peers.targets
            && self.peers.rows <= self.peers.targets * PACKETS_A_PEER
            && (self.visitors >= (self.peers.targets / 10).max(LEAST_VISITORS) || self.has_one_port())
    }

    /// Whether it talks to all its peers from one port, as a torrent client does whose port nobody forwards: those who come in are refused
    /// at the firewall's own address.
    fn has_one_port(&self) -> bool {
        self.source_ports * 10 <= self.all.rows && self.busiest_port * 2 > self.peers.rows
    }

    pub(super) fn tries_again(&self) -> bool {
        let pauses = self.last - self.first;
        self.all.targets == 1 && self.all.ports == 1 && self.refused == self.all.rows && pauses >= self.all.rows * LEAST_PAUSE
    }

    pub(super) fn is_management_host(&self) -> bool {
        let ports: BTreeSet<i64> = self.doors.iter().map(|door| door.port).collect();
        let refused: i64 = self.doors.iter().map(|door| door.refused).sum();
        let rows: i64 = self.doors.iter().map(|door| door.rows).sum();
        self.local
            && !self.doors.is_empty()
            && self.is_all_but(self.elsewhere)
            && ports.len() <= FEW
            && !ports.iter().any(|port| TAKEOVER.contains(port))
            && refused * 20 <= rows
            && (self.knows_its_doors() || self.is_in_no_hurry())
    }

    /// Whether it comes back to most doors.
    fn knows_its_doors(&self) -> bool {
        self.doors.iter().filter(|door| door.rows >= AGAIN).count() * 2 > self.doors.len()
    }

    /// Whether it never finds many hosts within a minute.
    fn is_in_no_hurry(&self) -> bool {
        let mut first: BTreeMap<&str, i64> = BTreeMap::new();
        for door in &self.doors {
            let known = first.entry(&door.host).or_insert(door.first);
            *known = door.first.min(*known);
        }
        let mut times: Vec<i64> = first.into_values().collect();
        times.sort_unstable();
        times.windows(NEW_A_MINUTE + 1).all(|span| span[NEW_A_MINUTE] - span[0] >= MINUTE)
    }
}

/// What these sources did.
pub(super) async fn profiles(
    sources: &BTreeSet<String>,
    case: &Case,
    limits: QueryLimits,
) -> Result<BTreeMap<String, SourceProfile>, QueryError> {
    let Some(snapshot) = &case.snapshot else { return Ok(BTreeMap::new()) };
    let mut grant = ReadGrant::default();
    grant.allow("events", COLUMNS);
    let grant = Arc::new(grant.since(case.window.since));
    let asked = Asked {
        source: QuerySource { snapshot: Arc::clone(snapshot), grant, limits, explain: None },
        networks: case.local_networks.or_private(),
    };
    let sources: Vec<&String> = sources.iter().collect();
    let mut profiles = BTreeMap::new();
    for chunk in sources.chunks(CHUNK) {
        let mut found = asked.outline(chunk).await?;
        let some = |found: &BTreeMap<String, SourceProfile>, of: fn(&SourceProfile) -> bool| -> Vec<String> {
            found.iter().filter(|(_, profile)| of(profile)).map(|(source, _)| source.clone()).collect()
        };
        asked.counts(&some(&found, SourceProfile::is_promising), &mut found).await?;
        let peers =
            some(&found, |profile| profile.local && profile.peers.targets >= LEAST_PEERS && profile.is_all_but(profile.no_peers));
        asked.visitors(&peers, &mut found).await?;
        asked.doors(&some(&found, SourceProfile::may_be_management_host), &mut found).await?;
        profiles.extend(found);
    }
    Ok(profiles)
}

/// How it is asked.
struct Asked<'a> {
    source: QuerySource,
    networks: &'a Networks,
}

/// A row: a text, perhaps another, and numbers.
type Row = (String, Vec<i64>);

impl Asked<'_> {
    /// What each source did, without what takes long to count.
    async fn outline(&self, sources: &[&String]) -> Result<BTreeMap<String, SourceProfile>, QueryError> {
        let but = |role: &str| format!("COUNT(*) FILTER (WHERE NOT ({role}))");
        let sql = format!(
            "SELECT src_ip, COUNT(*), COUNT(DISTINCT dst_ip), COUNT(DISTINCT dst_port), COUNT(*) FILTER (WHERE verdict = 'DROP'),
                 {}, {}, {}, COUNT(DISTINCT src_port) FROM events WHERE src_ip IN ({}) GROUP BY src_ip",
            but(NAMES),
            but(ANSWERS),
            but(PEERS),
            places(1, sources.len()),
        );
        let sources: Vec<String> = sources.iter().map(|source| (*source).clone()).collect();
        let profiles = self.query(sql, &sources, 8).await?.into_iter().map(|(source, numbers)| {
            // Until they are counted, all of its hosts and ports are.
            let all = Counts { rows: numbers[0], targets: numbers[1], ports: numbers[2] };
            let rest = |rows: i64| Counts { rows, ..all };
            let profile = SourceProfile {
                local: self.networks.contains_text(&source),
                all,
                refused: numbers[3],
                no_names: rest(numbers[4]),
                no_answers: rest(numbers[5]),
                no_peers: rest(numbers[6]),
                source_ports: numbers[7],
                // As if a connection began.
                beginnings: 1,
                ..SourceProfile::default()
            };
            (source, profile)
        });
        Ok(profiles.collect())
    }

    /// What each source did, counted.
    async fn counts(&self, sources: &[String], profiles: &mut BTreeMap<String, SourceProfile>) -> Result<(), QueryError> {
        let three = |filter: &str| format!("COUNT(*){filter}, COUNT(DISTINCT dst_ip){filter}, COUNT(DISTINCT dst_port){filter}");
        let but = |role: &str| three(&format!(" FILTER (WHERE NOT ({role}))"));
        let sql = format!(
            "SELECT src_ip, MIN(time), MAX(time), {}, {}, {}, {}, coalesce(MIN(src_port), 0), coalesce(MIN(dst_port), 0),
                 COUNT(*) FILTER (WHERE dst_port >= {FIRST_EPHEMERAL}), COUNT(*) FILTER (WHERE tcp_flags = 'SYN') FROM events
             WHERE src_ip IN ({}) GROUP BY src_ip",
            but(NAMES),
            but(ANSWERS),
            but(PEERS),
            three(&format!(" FILTER (WHERE {PEERS})")),
            places(1, sources.len()),
        );
        let counts = |numbers: &[i64]| Counts { rows: numbers[0], targets: numbers[1], ports: numbers[2] };
        for (source, numbers) in self.query(sql, sources, 18).await? {
            let Some(profile) = profiles.get_mut(&source) else { continue };
            (profile.first, profile.last) = (numbers[0], numbers[1]);
            profile.no_names = counts(&numbers[2..5]);
            profile.no_answers = counts(&numbers[5..8]);
            profile.no_peers = counts(&numbers[8..11]);
            profile.peers = counts(&numbers[11..14]);
            (profile.lowest_source_port, profile.lowest_port) = (numbers[14], numbers[15]);
            (profile.ephemeral, profile.beginnings) = (numbers[16], numbers[17]);
        }
        Ok(())
    }

    /// How many come in to the high ports of each host.
    async fn visitors(&self, hosts: &[String], profiles: &mut BTreeMap<String, SourceProfile>) -> Result<(), QueryError> {
        let sql = format!(
            "SELECT dst_ip, COUNT(DISTINCT src_ip) FROM events
             WHERE direction = 'INBOUND' AND {PEERS} AND dst_ip IN ({}) GROUP BY dst_ip",
            places(1, hosts.len())
        );
        for (host, numbers) in self.query(sql, hosts, 1).await? {
            if let Some(profile) = profiles.get_mut(&host) {
                profile.visitors = numbers[0];
            }
        }
        let sql = format!(
            "SELECT src_ip, src_port, COUNT(*) FROM events
             WHERE direction = 'OUTBOUND' AND {PEERS} AND src_ip IN ({}) GROUP BY src_ip, src_port HAVING COUNT(*) >= {LEAST_PEERS}",
            places(1, hosts.len())
        );
        for (host, numbers) in self.query(sql, hosts, 2).await? {
            if let Some(profile) = profiles.get_mut(&host) {
                profile.busiest_port = profile.busiest_port.max(numbers[1]);
            }
        }
        Ok(())
    }

    /// Where each source went: the doors of the own hosts one by one, the rest counted.
    async fn doors(&self, sources: &[String], profiles: &mut BTreeMap<String, SourceProfile>) -> Result<(), QueryError> {
        for source in sources {
            let sql =
                "SELECT dst_ip, coalesce(dst_port, 0), COUNT(*), COUNT(*) FILTER (WHERE verdict = 'DROP'), MIN(time) FROM events
                       WHERE src_ip IN (?1) AND dst_ip IS NOT NULL GROUP BY dst_ip, dst_port";
            let Some(profile) = profiles.get_mut(source.as_str()) else { continue };
            if self.mostly_elsewhere(source, profile).await? {
                continue;
            }
            let (mut targets, mut ports) = (BTreeSet::new(), BTreeSet::new());
            for (host, numbers) in self.query(sql.to_owned(), std::slice::from_ref(source), 4).await? {
                let door = Door { host, port: numbers[0], rows: numbers[1], refused: numbers[2], first: numbers[3] };
                if self.networks.contains_text(&door.host) {
                    profile.doors.push(door);
                } else {
                    profile.elsewhere.rows += door.rows;
                    ports.insert(door.port);
                    targets.insert(door.host);
                }
            }
            (profile.elsewhere.targets, profile.elsewhere.ports) = (targets.len() as i64, ports.len() as i64);
        }
        Ok(())
    }

    /// Whether already the first things that a busy source did were too much elsewhere for a management host. Then it is spared to list the rest.
    async fn mostly_elsewhere(&self, source: &String, profile: &SourceProfile) -> Result<bool, QueryError> {
        let most = REST.rows * 2;
        if profile.all.rows <= most {
            return Ok(false);
        }
        let sql = format!("SELECT dst_ip FROM events WHERE src_ip IN (?1) AND dst_ip IS NOT NULL ORDER BY time LIMIT {most}");
        let first = self.query(sql, std::slice::from_ref(source), 0).await?;
        let elsewhere = first.iter().filter(|(host, _)| !self.networks.contains_text(host)).count();
        Ok(elsewhere as i64 > REST.rows)
    }

    /// Runs a query that gives a text and so many numbers, with addresses as its parameters.
    async fn query(&self, sql: String, addresses: &[String], numbers: usize) -> Result<Vec<Row>, QueryError> {
        if addresses.is_empty() {
            return Ok(Vec::new());
        }
        let mut types = vec![ColumnType::Text];
        types.resize(1 + numbers, ColumnType::Integer);
        let values = addresses.iter().map(|address| Value::Text(address.clone())).collect();
        let mut rows = Vec::new();
        each_row(&self.source, sql, values, &types, |row| {
            let counts: Option<Vec<i64>> = (1..=numbers).map(|place| row.integer(place)).collect();
            rows.extend(row.text(0).map(str::to_owned).zip(counts));
        })
        .await?;
        Ok(rows)
    }
}

#[cfg(test)]
mod tests;
