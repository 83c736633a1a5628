//! Habits that explain why a source does much: a client of services outside, a visitor of the own servers, packets that try nothing, and
//! whoever always does as much. One query looks at many sources at once, before [`super::source_profile`] looks at the others one by one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{RESOLVER, Role};
use crate::scan::rows::{each_row, places};
use net_scout_algorithms::probes::Sent;
use net_scout_model::{ColumnType, QueryError, QueryLimits, Value};
use net_scout_plugin_host::Case;
use net_scout_plugin_host::capability::query::QuerySource;
use net_scout_store::ReadGrant;

/// The columns that are read.
pub const COLUMNS: [&str; 10] =
    ["time", "src_ip", "src_port", "dst_ip", "dst_port", "proto", "verdict", "direction", "tcp_flags", "hit_count"];
/// At most so many sources are asked about at once: a longer query does not run in memory.
const CHUNK: usize = 100;

/// Announcements to neighbours, and questions to all of them: DHCP, NetBIOS, SSDP, mDNS, LLMNR, WSD, Dropbox; IGMP and ICMPv6 have no ports.
/// By port, because to look at each address takes long; and so only of local hosts.
const GROUPS: &str = "coalesce(dst_port, 0) IN (0, 67, 68, 137, 138, 546, 547, 1900, 3702, 5353, 5355, 17500)";
/// What a client of services sends: names and time, web, mail, VPN, calls and conferences, chat, remote files of the cloud; and UDP to high
/// ports, as games and calls use it. Nothing of it is refused. Only servers send mail to others.
const CLIENT: &str = "(coalesce(verdict, 'ACCEPT') = 'ACCEPT' \
    AND (coalesce(dst_port, 0) IN (0, 53, 80, 110, 123, 143, 443, 465, 500, 554, 587, 853, 989, 990, 993, 995, 1194, 1935, 3478, 3479, \
        3480, 3481, 4500, 5222, 5223, 5228, 5349, 8080, 8443, 51820) \
        OR (coalesce(proto, '') IN ('UDP', 'udp') AND coalesce(dst_port, 0) >= 1024)))";
/// UDP of traceroute.
const TRACE: &str = "(proto IN ('UDP', 'udp') AND coalesce(dst_port, 0) BETWEEN 33434 AND 33534)";
/// A stream, such as the voice of a call that has ended: many packets between two high ports.
const STREAM: &str =
    "(proto IN ('UDP', 'udp') AND hit_count > 10 AND coalesce(dst_port, 0) >= 1024 AND coalesce(src_port, 0) >= 1024)";

/// What a client may do besides: less than the original rules ask for by default.
const REST: [i64; 3] = [200, 50, 50];
/// The most destinations of a client that goes to each only once.
const MOST_SITES: i64 = 1_000;
/// The most ports of a client, of which calls and games have many.
const MOST_PORTS: i64 = 100;
/// A visitor has business with few hosts and services.
const FEW: i64 = 5;
/// Who does so many times what it did before does something new.
const MORE: i64 = 3;
/// However much a source did before, this many connections are worth a look: ten times what the original rules ask for.
const CAP: i64 = 2_000;
/// So many windows before this one say what is usual.
const WINDOWS_BEFORE: i64 = 6;

/// What a source did, and how much of it is of which habit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Habits {
    pub(super) local: bool,
    pub(super) rows: i64,
    pub(super) targets: i64,
    pub(super) ports: i64,
    pub(super) refused: i64,
    /// Rows, hosts and ports of what is neither a client's nor an announcement.
    pub(super) rest: [i64; 3],
    /// Questions for names, announcements, and so on.
    pub(super) names: i64,
    pub(super) announcements: i64,
    pub(super) traces: i64,
    pub(super) streams: i64,
    pub(super) beginnings: i64,
    pub(super) source_ports: i64,
    pub(super) highest_source_port: i64,
    pub(super) lowest_port: i64,
    /// Connections before the window, and since when, in microseconds before it.
    pub(super) before: i64,
    pub(super) since: i64,
    /// How long the window is, in microseconds.
    pub(super) length: i64,
}

/// Whether a source has a role.
type Holds = fn(&Habits) -> bool;

/// The roles that habits give. The first that holds is taken.
pub(super) const ROLES: [(Role, Holds); 8] = [
    (Role { reason: RESOLVER }, Habits::is_resolver),
    (
        Role { reason: "announcements: it announces itself to its neighbours, with SSDP, mDNS, DHCP and the like" },
        Habits::announces,
    ),
    (Role { reason: "client: it uses services outside, such as the web, mail, calls and games" }, Habits::is_client),
    (Role { reason: "traceroute: it traces routes, with UDP from port 33434 on" }, Habits::traces),
    (
        Role { reason: "relay: it sends from some ports of servers to ports of clients, as the end of calls does" },
        Habits::is_relay,
    ),
    (Role { reason: "stream: it sends many packets between two ports, as calls that have ended do" }, Habits::streams),
    (Role { reason: "visitor: it is let in at few ports of few hosts" }, Habits::is_visitor),
    (Role { reason: "steady: it does no more than three times what it did before" }, Habits::is_steady),
];

impl Habits {
    fn most(&self, of: i64) -> bool {
        self.rows > 0 && (self.rows - of) * 2 < self.rows && self.rows - of <= REST[0]
    }

    fn announces(&self) -> bool {
        self.local && self.most(self.announcements)
    }

    /// One that asks few servers; [`super::source_profile`] has those that ask all the world.
    fn is_resolver(&self) -> bool {
        self.names * 2 > self.rows && self.is_client()
    }

    fn is_client(&self) -> bool {
        self.local
            && self.rest[0] * 2 < self.rows
            && self.rest.iter().zip(REST).all(|(rest, most)| *rest <= most)
            && self.refused * 5 <= self.rows
            // Who takes another port of each peer has peers, and is looked at as such.
            && (self.ports <= MOST_PORTS || self.ports * 2 <= self.targets)
            && (self.targets <= MOST_SITES || self.rows >= self.targets * 3)
    }

    fn traces(&self) -> bool {
        self.most(self.traces)
    }

    fn is_relay(&self) -> bool {
        let sent = Sent {
            packets: self.rows,
            source_ports: self.source_ports,
            highest_source_port: (self.source_ports > 0).then_some(self.highest_source_port),
            ports: self.ports,
            lowest_port: self.lowest_port,
            beginnings: self.beginnings,
            ..Sent::default()
        };
        !self.local && self.source_ports * 2 <= self.ports && sent.go_to_clients()
    }

    fn streams(&self) -> bool {
        !self.local && self.streams > 0 && self.streams * 3 >= self.rows && self.beginnings == 0
    }

    fn is_visitor(&self) -> bool {
        !self.local && self.refused * 20 <= self.rows && self.ports <= FEW && self.targets <= FEW
    }

    /// Whether it did about as much in each of the windows before. What is refused is never a habit that excuses.
    fn is_steady(&self) -> bool {
        let windows = if self.length > 0 { self.since / self.length } else { 0 };
        windows >= WINDOWS_BEFORE
            && self.rows <= CAP
            && self.refused * 10 <= self.rows
            && self.rows.saturating_mul(windows) <= self.before.saturating_mul(MORE)
    }
}

/// The roles of those of the sources that have such habits.
pub(super) async fn roles(
    sources: &BTreeSet<String>,
    case: &Case,
    limits: QueryLimits,
) -> Result<BTreeMap<String, Role>, QueryError> {
    let Some(snapshot) = &case.snapshot else { return Ok(BTreeMap::new()) };
    let mut grant = ReadGrant::default();
    grant.allow("events", COLUMNS);
    let source = |grant: ReadGrant| QuerySource { snapshot: Arc::clone(snapshot), grant: Arc::new(grant), limits, explain: None };
    let (window, history) = (source(grant.since(case.window.since)), source(grant));
    let sources: Vec<&String> = sources.iter().collect();
    let mut found = BTreeMap::new();
    for chunk in sources.chunks(CHUNK) {
        for (address, habits) in habits(chunk, case, &window, &history).await? {
            let role = ROLES.iter().find(|(_, holds)| holds(&habits));
            found.extend(role.map(|(role, _)| (address, *role)));
        }
    }
    Ok(found)
}

async fn habits(
    sources: &[&String],
    case: &Case,
    window: &QuerySource,
    history: &QuerySource,
) -> Result<BTreeMap<String, Habits>, QueryError> {
    let networks = case.local_networks.or_private();
    let sql = format!(
        "SELECT src_ip, COUNT(*), COUNT(DISTINCT dst_ip), COUNT(DISTINCT dst_port), COUNT(*) FILTER (WHERE verdict = 'DROP'),
             COUNT(*) FILTER (WHERE coalesce(dst_port, 0) IN (53, 853)), COUNT(*) FILTER (WHERE {GROUPS}), COUNT(*) FILTER (WHERE {TRACE}), COUNT(*) FILTER (WHERE {STREAM}),
             COUNT(*) FILTER (WHERE tcp_flags = 'SYN'), COUNT(DISTINCT src_port), coalesce(MAX(src_port), 0),
             coalesce(MIN(dst_port), 0)
         FROM events WHERE src_ip IN ({}) GROUP BY src_ip",
        places(1, sources.len())
    );
    let end = case.window.until.unwrap_or(case.window.now);
    let length = end.0.saturating_sub(case.window.since.0);
    let values: Vec<Value> = sources.iter().map(|source| Value::Text((*source).clone())).collect();
    let types = [vec![ColumnType::Text], vec![ColumnType::Integer; 12]].concat();
    let mut found: BTreeMap<String, Habits> = BTreeMap::new();
    each_row(window, sql, values.clone(), &types, |row| {
        let Some(address) = row.text(0) else { return };
        let number = |place| row.integer(place).unwrap_or_default();
        let habits = Habits {
            local: networks.contains_text(address),
            rows: number(1),
            targets: number(2),
            ports: number(3),
            refused: number(4),
            names: number(5),
            announcements: number(6),
            traces: number(7),
            streams: number(8),
            beginnings: number(9),
            source_ports: number(10),
            highest_source_port: number(11),
            lowest_port: number(12),
            length,
            ..Habits::default()
        };
        found.insert(address.to_owned(), habits);
    })
    .await?;
    let sql = format!(
        "SELECT src_ip, COUNT(*), COUNT(DISTINCT dst_ip), COUNT(DISTINCT dst_port) FROM events
         WHERE src_ip IN ({}) AND NOT ({CLIENT} OR {GROUPS}) GROUP BY src_ip",
        places(1, sources.len())
    );
    each_row(window, sql, values, &types[..4], |row| {
        if let Some(habits) = row.text(0).and_then(|address| found.get_mut(address)) {
            habits.rest = [1, 2, 3].map(|place| row.integer(place).unwrap_or_default());
        }
    })
    .await?;
    // Hardly any are left that need their past.
    let left: Vec<Value> = found
        .iter()
        .filter(|(_, habits)| !ROLES.iter().any(|(_, holds)| holds(habits)))
        .map(|(address, _)| Value::Text(address.clone()))
        .collect();
    if left.is_empty() {
        return Ok(found);
    }
    let sql = format!(
        "SELECT src_ip, COUNT(*), MIN(time) FROM events WHERE src_ip IN ({}) AND time < ?{} GROUP BY src_ip",
        places(1, left.len()),
        left.len() + 1
    );
    let values = [left, vec![Value::Integer(case.window.since.0)]].concat();
    let types = [ColumnType::Text, ColumnType::Integer, ColumnType::Integer];
    each_row(history, sql, values, &types, |row| {
        if let (Some(habits), Some(count), Some(first)) =
            (row.text(0).and_then(|address| found.get_mut(address)), row.integer(1), row.integer(2))
        {
            (habits.before, habits.since) = (count, case.window.since.0.saturating_sub(first));
        }
    })
    .await?;
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000_000;

    fn role(habits: &Habits) -> &'static str {
        let found = ROLES.iter().find(|(_, holds)| holds(habits));
        found.map_or("none", |(role, _)| role.reason.split(':').next().unwrap_or_default())
    }

    /// A browsing PC in an hour.
    fn client() -> Habits {
        Habits {
            local: true,
            rows: 400,
            targets: 129,
            ports: 4,
            rest: [3, 2, 2],
            beginnings: 300,
            source_ports: 390,
            highest_source_port: 60_999,
            lowest_port: 53,
            length: HOUR,
            ..Habits::default()
        }
    }

    #[test]
    fn clients() {
        assert_eq!(role(&client()), "client");
        assert_eq!(role(&Habits { names: 300, ..client() }), "resolver");
        assert_eq!(role(&Habits { ports: 129, ..client() }), "none", "peers");
        assert_eq!(role(&Habits { local: false, ..client() }), "none");
        assert_eq!(role(&Habits { rest: [60, 51, 1], ..client() }), "none", "what it does besides would be an alert");
        assert_eq!(role(&Habits { refused: 81, ..client() }), "none", "a client is not refused");
        assert_eq!(role(&Habits { rows: 4_000, targets: 4_000, ..client() }), "none", "a new host each time");
        assert_eq!(role(&Habits { rows: 4_000, targets: 1_200, ..client() }), "client");
    }

    #[test]
    fn packets_that_try_nothing() {
        let source = Habits { rows: 300, targets: 3, ports: 90, refused: 300, rest: [300, 3, 90], ..Habits::default() };
        assert_eq!(role(&Habits { announcements: 290, local: true, ..source }), "announcements");
        assert_eq!(role(&Habits { announcements: 290, ..source }), "none", "pings from outside");
        assert_eq!(role(&Habits { traces: 300, ..source }), "traceroute");
        assert_eq!(role(&Habits { streams: 120, ..source }), "stream");
        assert_eq!(role(&Habits { streams: 99, ..source }), "none");
        let relay = Habits { source_ports: 4, highest_source_port: 3_481, lowest_port: 50_000, ..source };
        assert_eq!(role(&relay), "relay");
        assert_eq!(role(&Habits { beginnings: 1, ..relay }), "none");
        assert_eq!(role(&Habits { lowest_port: 22, ..relay }), "none");
    }

    #[test]
    fn visitors() {
        let visitor = Habits { rows: 1_369, targets: 1, ports: 2, beginnings: 1_369, rest: [1_369, 1, 2], ..Habits::default() };
        assert_eq!(role(&visitor), "visitor");
        assert_eq!(role(&Habits { refused: 100, ..visitor }), "none");
        assert_eq!(role(&Habits { targets: 60, ..visitor }), "none");
    }

    #[test]
    fn what_is_usual_has_a_cap() {
        let host =
            Habits { local: true, rows: 600, targets: 60, ports: 40, rest: [600, 60, 40], length: HOUR, ..Habits::default() };
        let steady = Habits { before: 8_000, since: 24 * HOUR, ..host };
        assert_eq!(role(&steady), "steady");
        assert_eq!(role(&Habits { before: 4_000, ..steady }), "none", "three times what is usual is no more than that");
        assert_eq!(role(&Habits { since: 5 * HOUR, ..steady }), "none", "too little is known");
        assert_eq!(role(&Habits { rows: 2_001, before: 1_000_000, ..steady }), "none", "the cap");
        assert_eq!(role(&Habits { refused: 61, ..steady }), "none", "a scan that has gone on for a day");
    }
}
