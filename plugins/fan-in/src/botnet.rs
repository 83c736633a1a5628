//! Sources that have no network in common, each of which does little: together they try many ports of one host, or one port of many
//! hosts, within an hour, and far more than is usual there. The Internet never leaves a host in peace, so a number alone says nothing:
//! the other hours of the day say what is usual.

use std::collections::{BTreeSet, HashMap};
use std::fmt;

use net_scout_algorithms::{Cidr, is_group, is_private, probes, source_network};
use net_scout_sdk::{Alert, Arguments, Error, Level, Value, Window, format_timestamp, log, places, query};

/// The length of an hour in microseconds.
const HOUR: i64 = 3_600_000_000;
/// A source that tries more ports of the host, or more hosts at the port, than this is a scanner of its own, and other rules have it.
const FEW: i64 = 10;
/// And so is one of which more packets than this were dropped in all.
const MOST_PACKETS: i64 = 30;
/// At most so many sources are asked about at once: a longer query does not run in memory.
const CHUNK: usize = 200;
/// With fewer hours before there is nothing to compare with.
const LEAST_HOURS: usize = 2;
/// The most hosts or ports with a crowd that are looked at closely: the busiest.
const MOST: usize = 20;
/// The most sources that are looked at for one of them, the busiest first.
const SOURCES: i64 = 20_000;
/// So many sources, ports and hosts are named in the evidence.
const NAMED: usize = 20;
/// So many sources are named: they are who did it.
const NAMED_SOURCES: usize = 500;

/// What a crowd has in common, and what each of it does another part of.
struct Kind {
    /// The column in common.
    same: &'static str,
    /// The column of which each source takes some.
    varies: &'static str,
    class: &'static str,
}

const PORTS_OF_A_HOST: Kind = Kind { same: "dst_ip", varies: "dst_port", class: "botnet port scan" };
const HOSTS_AT_A_PORT: Kind = Kind { same: "dst_port", varies: "dst_ip", class: "botnet address scan" };

/// Counted hours: the first is the last before the end.
struct Hours {
    end: i64,
    /// How many hours there are events of.
    known: usize,
}

/// The alerts of both kinds.
pub(crate) fn alerts(window: &Window, arguments: &Arguments) -> Result<Vec<Alert>, Error> {
    let end = window.until.unwrap_or(window.now);
    let first = query::<(Option<i64>,)>(&format!("SELECT MIN(time) FROM events WHERE {}", probes::DROPPED), &[])?;
    let Some(first) = first.last().transpose()?.and_then(|(first,)| first) else { return Ok(Vec::new()) };
    let hours = Hours { end, known: usize::try_from((end - first) / HOUR + 1).unwrap_or(1) };
    if hours.known <= LEAST_HOURS {
        return Ok(Vec::new());
    }
    let networks = window.local_networks();
    let mut known = 0_i64;
    for row in query::<(String,)>(
        "SELECT dst_ip FROM events WHERE direction = 'INBOUND' GROUP BY dst_ip HAVING dst_ip IS NOT NULL",
        &[],
    )? {
        let (host,) = row?;
        // What packets from inside went to is not one of the own hosts, however the log calls the direction.
        known += i64::from((networks.is_empty() || networks.contains(&host) || is_private(&host)) && !is_group(&host));
    }
    let factor = arguments.integer("crowd_factor")?;
    let sources = arguments.integer("botnet_sources_threshold")?;
    let ports = arguments.integer("botnet_ports_threshold")?;
    let network_sources = arguments.integer("sources_threshold")?;
    // As port_sweep has it: a fixed number never fires on a small network.
    let targets = arguments.integer("targets_threshold")?.min((known / 5).max(5));
    let crowds = |kind: &Kind, least: i64| standing_out(kind, &hours, crowded(kind, window, &hours, sources, least)?, factor);
    let (at_hosts, at_ports) = (crowds(&PORTS_OF_A_HOST, ports)?, crowds(&HOSTS_AT_A_PORT, targets)?);
    let names = |crowds: &[Crowd]| crowds.iter().map(|(common, _)| common.to_string()).collect::<BTreeSet<String>>();
    let (hosts, busy_ports) = (names(&at_hosts), names(&at_ports));
    let mut alerts = Vec::new();
    for (kind, crowds, least, others) in
        [(PORTS_OF_A_HOST, at_hosts, ports, busy_ports), (HOSTS_AT_A_PORT, at_ports, targets, hosts)]
    {
        for (common, hour) in crowds {
            alerts.extend(judge(&kind, &hours, common, hour, &others, [sources, least, factor, network_sources])?);
        }
    }
    Ok(alerts)
}

/// A value of the column in common: an address, or a port.
#[derive(Clone, PartialEq)]
enum Common {
    Host(String),
    Port(i64),
}

impl fmt::Display for Common {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host(host) => f.write_str(host),
            Self::Port(port) => write!(f, "{port}"),
        }
    }
}

impl From<&Common> for Value {
    fn from(common: &Common) -> Self {
        match common {
            Common::Host(host) => host.as_str().into(),
            Common::Port(port) => (*port).into(),
        }
    }
}

/// What a crowd has in common, and the hour.
type Crowd = (Common, usize);

/// The hours in which there is a crowd, one for each host or port: the one with the most sources.
fn crowded(kind: &Kind, window: &Window, hours: &Hours, sources: i64, least: i64) -> Result<Vec<Crowd>, Error> {
    let Kind { same, varies, .. } = kind;
    let sql = format!(
        "SELECT {same}, (?1 - time) / {HOUR}, COUNT(DISTINCT src_ip) FROM events WHERE {} GROUP BY {same}, (?1 - time) / {HOUR}
         HAVING COUNT(DISTINCT src_ip) >= ?2 AND COUNT(DISTINCT {varies}) >= ?3 AND MAX(time) >= ?4 AND {same} IS NOT NULL",
        probes::DROPPED
    );
    let values = [hours.end.into(), sources.into(), least.into(), window.since.into()];
    let mut found = kind.hours(&sql, &values)?;
    found.sort_by_key(|(_, hour, sources)| (-sources, *hour));
    let mut crowds: Vec<Crowd> = Vec::new();
    for (common, hour, _) in found {
        if !crowds.iter().any(|(known, _)| *known == common) {
            crowds.push((common, hour));
        }
    }
    if crowds.len() > MOST {
        log(Level::Warn, &format!("of {} crowds the largest {MOST} are looked at", crowds.len()));
        crowds.truncate(MOST);
    }
    Ok(crowds)
}

/// What the sources did that do little: for each hour who, and what they tried.
#[derive(Clone, Default)]
struct Hour {
    sources: BTreeSet<String>,
    tried: BTreeSet<String>,
    packets: i64,
    first: i64,
    last: i64,
}

/// What one source did: the times, and what it tried.
type Small = (String, Vec<i64>, Vec<String>);

/// Whether what the small sources of the hour did is far more than they do in the other hours. The others are what the crowds of the
/// other kind have in common: ports for a host, hosts for a port.
fn judge(
    kind: &Kind,
    hours: &Hours,
    common: Common,
    hour: usize,
    others: &BTreeSet<String>,
    [sources, least, factor, network_sources]: [i64; 4],
) -> Result<Option<Alert>, Error> {
    let Kind { same, class, .. } = kind;
    let mut all = small(kind, &common)?;
    // Those of one network are a story of their own.
    let mut of_network: HashMap<Option<Cidr>, i64> = HashMap::new();
    for (source, ..) in &all {
        *of_network.entry(source_network(source)).or_default() += 1;
    }
    all.retain(|(source, ..)| of_network.get(&source_network(source)).is_some_and(|count| *count < network_sources));
    let excess = |all: &[Small]| {
        let (busy, usual) = compared(kind, hours, hour, all)?;
        let many = busy.sources.len() as i64 >= sources && busy.tried.len() as i64 >= least;
        (many && kind.figure(&busy) as i64 >= usual.max(1).saturating_mul(factor)).then_some((busy, usual))
    };
    let Some((busy, _)) = excess(&all) else { return Ok(None) };
    let dropped = dropped(&busy.sources)?;
    let packets = |source: &String| dropped.get(source).copied().unwrap_or_default();
    all.retain(|(source, ..)| packets(source) <= MOST_PACKETS);
    // Those that do as much elsewhere are part of another story, and one that tried nothing here but what another crowd tries too may be of
    // that one: they are left out where the rest is a crowd without them.
    let here: Vec<Small> = all.iter().filter(|(source, times, _)| packets(source) < 2 * times.len() as i64).cloned().collect();
    let only_here: Vec<Small> =
        here.iter().filter(|(.., tried)| tried.iter().any(|one| !others.contains(one))).cloned().collect();
    let found = [only_here, here, all].iter().find_map(|sources| excess(sources));
    let Some((busy, usual)) = found else { return Ok(None) };
    let (taking_part, tried) = (busy.sources.len() as i64, busy.tried.len() as i64);
    let named: Vec<String> = busy.sources.iter().take(NAMED_SOURCES).cloned().collect();
    let selected = format!("({}) AND {same} = ?1 AND time BETWEEN ?2 AND ?3", probes::DROPPED);
    let mut alert = Alert::new("fan_in", 50 + (tried / 4).min(25) + (taking_part / 10).min(15))
        .events(&selected, &[(&common).into(), busy.first.into(), busy.last.into()])
        .evidence("class", *class)
        .evidence("taking_part", taking_part)
        .evidence("botnet_sources_threshold", sources)
        .evidence("usual_in_an_hour", usual)
        .evidence("crowd_factor", factor)
        .evidence("packets", busy.packets)
        .evidence("first", format_timestamp(busy.first))
        .evidence("last", format_timestamp(busy.last))
        .evidence("sources", named)
        .techniques(&["T1046", "T1595.001"]);
    let top: Vec<String> = busy.tried.into_iter().take(NAMED).collect();
    alert = match common {
        Common::Host(host) => {
            let mut top: Vec<i64> = top.iter().filter_map(|port| port.parse().ok()).collect();
            top.sort_unstable();
            alert.to(host).evidence("ports", tried).evidence("botnet_ports_threshold", least).evidence("top_ports", top)
        }
        Common::Port(port) => alert
            .evidence("port", port)
            .evidence("targets", tried)
            .evidence("targets_threshold", least)
            .evidence("top_targets", top),
    };
    Ok(Some(alert))
}

/// Those crowds that are half of the excess at least, with all sources. Most are what is usual, and this costs little to see: mostly the
/// hours of hosts or ports are known from the search for crowds.
fn standing_out(kind: &Kind, hours: &Hours, crowds: Vec<Crowd>, factor: i64) -> Result<Vec<Crowd>, Error> {
    if crowds.is_empty() {
        return Ok(crowds);
    }
    let Kind { same, varies, .. } = kind;
    let sql = format!(
        "SELECT {same}, (?1 - time) / {HOUR}, COUNT(DISTINCT {}) FROM events WHERE {} GROUP BY {same}, (?1 - time) / {HOUR}
         HAVING {same} IN ({})",
        if *varies == "dst_port" { varies } else { "src_ip" },
        probes::DROPPED,
        places(2, crowds.len())
    );
    let values: Vec<Value> = [hours.end.into()].into_iter().chain(crowds.iter().map(|(common, _)| common.into())).collect();
    let mut found = vec![vec![0; hours.known]; crowds.len()];
    for (common, hour, count) in kind.hours(&sql, &values)? {
        let of_hour = crowds.iter().position(|(known, _)| *known == common).and_then(|place| found.get_mut(place));
        if let Some(known) = of_hour.and_then(|of_hour| of_hour.get_mut(hour)) {
            *known = count.max(*known);
        }
    }
    let stands_out = |((_, hour), of_hour): &(Crowd, Vec<i64>)| {
        let busy = of_hour.get(*hour).copied().unwrap_or(0);
        busy * 2 >= usual(of_hour.clone(), *hour).unwrap_or(0).saturating_mul(factor)
    };
    Ok(crowds.into_iter().zip(found).filter(stands_out).map(|(crowd, _)| crowd).collect())
}

/// What is usual where an hour is not: the median of the others.
fn usual(mut of_hour: Vec<i64>, hour: usize) -> Option<i64> {
    if hour < of_hour.len() {
        of_hour.remove(hour);
    }
    of_hour.sort_unstable();
    of_hour.get(of_hour.len() / 2).copied()
}

/// The sources that do little with a host or at a port.
fn small(kind: &Kind, common: &Common) -> Result<Vec<Small>, Error> {
    let Kind { same, varies, .. } = kind;
    let sql = format!(
        "SELECT src_ip, json_group_array(time ORDER BY time), json_group_array(coalesce({varies}, {none}) ORDER BY time) FROM events
         WHERE ({}) AND {same} = ?1 GROUP BY src_ip HAVING COUNT(DISTINCT {varies}) <= {FEW} AND src_ip IS NOT NULL
         ORDER BY COUNT(*) DESC, src_ip LIMIT {SOURCES}",
        probes::DROPPED,
        none = if *varies == "dst_ip" { "''" } else { "0" },
    );
    if *varies == "dst_ip" {
        return query::<Small>(&sql, &[common.into()])?.collect();
    }
    let rows = query::<(String, Vec<i64>, Vec<i64>)>(&sql, &[common.into()])?;
    rows.map(|row| row.map(|(source, times, ports)| (source, times, ports.iter().map(ToString::to_string).collect()))).collect()
}

/// What the sources did in the hour, and how much is usual: the median of the other hours.
fn compared(kind: &Kind, hours: &Hours, hour: usize, all: &[Small]) -> Option<(Hour, i64)> {
    let mut of_hour = vec![Hour::default(); hours.known];
    for (source, times, tried) in all {
        for (&time, tried) in times.iter().zip(tried) {
            let place = usize::try_from((hours.end - time) / HOUR).unwrap_or(0);
            let Some(hour) = of_hour.get_mut(place) else { continue };
            hour.first = if hour.packets == 0 { time } else { hour.first.min(time) };
            hour.last = hour.last.max(time);
            hour.packets += 1;
            hour.sources.insert(source.clone());
            hour.tried.insert(tried.clone());
        }
    }
    let busy = of_hour.get(hour)?.clone();
    let figures = of_hour.iter().map(|hour| kind.figure(hour) as i64).collect();
    Some((busy, usual(figures, hour)?))
}

/// How many packets of each of the sources were dropped, wherever.
fn dropped(sources: &BTreeSet<String>) -> Result<HashMap<String, i64>, Error> {
    let sources: Vec<&String> = sources.iter().collect();
    let mut dropped = HashMap::new();
    for chunk in sources.chunks(CHUNK) {
        let sql = format!(
            "SELECT src_ip, COUNT(*) FROM events WHERE ({}) AND src_ip IN ({}) GROUP BY src_ip",
            probes::DROPPED,
            places(1, chunk.len())
        );
        let values: Vec<Value> = chunk.iter().map(|source| source.as_str().into()).collect();
        for row in query::<(String, i64)>(&sql, &values)? {
            let (source, packets) = row?;
            dropped.insert(source, packets);
        }
    }
    Ok(dropped)
}

impl Kind {
    /// What a query says of hours: what is in common, which hour, and a number.
    fn hours(&self, sql: &str, values: &[Value]) -> Result<Vec<(Common, usize, i64)>, Error> {
        let place = |hour: i64| usize::try_from(hour).unwrap_or(0);
        if self.same == "dst_ip" {
            let rows = query::<(String, i64, i64)>(sql, values)?;
            return rows.map(|row| row.map(|(host, hour, number)| (Common::Host(host), place(hour), number))).collect();
        }
        let rows = query::<(i64, i64, i64)>(sql, values)?;
        rows.map(|row| row.map(|(port, hour, number)| (Common::Port(port), place(hour), number))).collect()
    }

    /// A port scan shows in the ports: many sources at one port are a crowd of clients. A sweep shows in the sources.
    fn figure(&self, hour: &Hour) -> usize {
        if self.varies == "dst_port" { hour.tried.len() } else { hour.sources.len() }
    }
}
