//! `probe`: a source that tries few ports, but such as nobody tries by accident: remote access, file sharing, databases, and what
//! botnets and worms spread through.

use std::collections::HashSet;

use net_scout_algorithms::{densest, ports, probes};
use net_scout_sdk::{Alert, Arguments, Description, Error, Level, Parameter, Window, format_timestamp, log, query, rule};

rule!(describe, evaluate);

const DAY: i64 = 86_400_000_000;
/// So many ports and hosts are named in the evidence.
const NAMED: usize = 20;
/// Of more sources than these the strongest are raised: nobody reads so many alerts, and a scan keeps fewer.
const MOST: usize = 2_000;

fn describe() -> Description {
    let threshold = |name, default, meaning| Parameter::integer(name, default, 1..=65_536, meaning);
    Description::rule("probe", env!("CARGO_PKG_VERSION"), "One source tries ports that are sensitive or known to be abused")
        .alert_type("probe")
        .history(86_400)
        .parameter(threshold(
            "ports_threshold",
            3,
            "Alert when a source tries this many distinct sensitive ports, or more, within a day",
        ))
        .parameter(threshold(
            "targets_threshold",
            6,
            "Alert when a source tries sensitive ports of this many hosts, or more, within a day",
        ))
        .parameter(Parameter::line("ports", "", 500, "More ports that are sensitive, separated by commas"))
        .reads(
            "events",
            &[
                "id",
                "time",
                "src_ip",
                "src_port",
                "dst_ip",
                "dst_port",
                "verdict",
                "direction",
                "tcp_flags",
                "proto",
                "hit_count",
            ],
        )
}

/// A source, and the times, ports, hosts and packets in the order of time.
type Found = (String, Vec<i64>, Vec<i64>, Vec<String>, Vec<i64>);

/// The day of a source with the most ports and hosts.
struct Tries {
    source: String,
    ports: HashSet<i64>,
    hosts: HashSet<String>,
    /// With those that were repeated from the same port.
    packets: i64,
    first: i64,
    last: i64,
}

fn evaluate(window: Window, arguments: &Arguments) -> Result<Vec<Alert>, Error> {
    let mut list = [ports::SENSITIVE.as_slice(), &ports::ABUSED].concat();
    list.extend(ports::parse(arguments.text("ports")?).map_err(Error::InvalidParameter)?);
    list.sort_unstable();
    list.dedup();
    let (least_ports, least_targets) = (arguments.integer("ports_threshold")?, arguments.integer("targets_threshold")?);
    let sql = format!(
        "SELECT src_ip, json_group_array(time ORDER BY time), json_group_array(dst_port ORDER BY time),
             json_group_array(coalesce(dst_ip, '') ORDER BY time), json_group_array(coalesce(hit_count, 1) ORDER BY time)
         FROM events WHERE ({}) AND dst_port IN ({}) GROUP BY src_ip
         HAVING COUNT(*) >= ?1 AND {} AND MAX(time) >= ?2 AND src_ip IS NOT NULL
             AND (COUNT(DISTINCT dst_port) >= ?3 OR COUNT(DISTINCT dst_ip) >= ?4)",
        probes::DROPPED,
        ports::sql_list(&list),
        probes::CLOSE
    );
    let least = least_ports.min(least_targets);
    let mut found = Vec::new();
    for row in query::<Found>(&sql, &[least.into(), window.since.into(), least_ports.into(), least_targets.into()])? {
        let (source, times, ports, hosts, hits) = row?;
        let by_port = densest(&times.iter().copied().zip(ports.iter().copied()).collect::<Vec<_>>(), DAY);
        let by_host = densest(&times.iter().copied().zip(hosts.iter().map(String::as_str)).collect::<Vec<_>>(), DAY);
        let best = match (by_port.distinct as i64 >= least_ports, by_host.distinct as i64 >= least_targets) {
            (true, _) => by_port,
            (_, true) => by_host,
            _ => continue,
        };
        let (from, to) = (times.partition_point(|time| *time < best.first), times.partition_point(|time| *time <= best.last));
        let tries = Tries {
            source,
            ports: ports[from..to].iter().copied().collect(),
            hosts: hosts[from..to].iter().cloned().collect(),
            packets: hits[from..to].iter().sum(),
            first: best.first,
            last: best.last,
        };
        if tries.last >= window.since {
            found.push(tries);
        }
    }
    found.sort_by(|a, b| b.score().cmp(&a.score()).then_with(|| a.source.cmp(&b.source)));
    if let Some(more) = found.len().checked_sub(MOST).filter(|more| *more > 0) {
        log(Level::Warn, &format!("{more} weaker probes were left out: {MOST} are raised at most"));
        found.truncate(MOST);
    }
    Ok(found.into_iter().map(|tries| alert(tries, &list, least_ports, least_targets)).collect())
}

impl Tries {
    fn score(&self) -> i64 {
        let abused = self.ports.iter().filter(|port| ports::ABUSED.contains(port)).count() as i64;
        // What is more than a try that is sent again some times.
        let insistence = self.packets / (8 * (self.ports.len() * self.hosts.len()).max(1) as i64);
        25 + insistence.min(10) + (3 * self.ports.len() as i64).min(20) + (self.hosts.len() as i64).min(15) + (5 * abused).min(15)
    }
}

fn alert(tries: Tries, list: &[i64], least_ports: i64, least_targets: i64) -> Alert {
    let score = tries.score();
    let Tries { source, ports, hosts, packets, first, last } = tries;
    let mut tried: Vec<i64> = ports.into_iter().collect();
    tried.sort_unstable();
    let mut hosts: Vec<String> = hosts.into_iter().collect();
    hosts.sort();
    let (ports, targets) = (tried.len() as i64, hosts.len() as i64);
    let abused = tried.iter().filter(|port| ports::ABUSED.contains(port)).count() as i64;
    tried.truncate(NAMED);
    let target = (hosts.len() == 1).then(|| hosts[0].clone()).filter(|host| !host.is_empty());
    hosts.truncate(NAMED);
    Alert::new("probe", score)
        .events(
            &format!(
                "src_ip = ?1 AND ({}) AND dst_port IN ({}) AND time BETWEEN ?2 AND ?3",
                probes::DROPPED,
                ports::sql_list(list)
            ),
            &[source.as_str().into(), first.into(), last.into()],
        )
        .from(source)
        .to(target)
        .evidence("sensitive_ports", tried)
        .evidence("ports", ports)
        .evidence("ports_threshold", least_ports)
        .evidence("targets", targets)
        .evidence("targets_threshold", least_targets)
        .evidence("abused_ports", abused)
        .evidence("packets", packets)
        .evidence("first", format_timestamp(first))
        .evidence("last", format_timestamp(last))
        .evidence("top_targets", hosts)
        .techniques(&["T1046", "T1595.002"])
}
