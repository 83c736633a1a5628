//! `threat_list`: traffic with addresses and networks that somebody warns of, from lists in a directory of the operator's.
//!
//! Off until the directory `threat_lists` is configured. Nothing leaves the machine.

mod lists;

use std::collections::{BTreeMap, BTreeSet};

use net_scout_sdk::{
    Alert, Arguments, Description, Error, Level, Networks, Parameter, Window, format_timestamp, log, places, query, rule,
};

use lists::{DIRECTORY, Found, Lists};

rule!(describe, evaluate);

/// How many addresses one query asks for.
const TOGETHER: usize = 500;
/// So many ports and hosts are named in the evidence.
const NAMED: usize = 20;
/// Of more alerts than these the strongest are raised: nobody reads so many, and a scan keeps fewer.
const MOST: usize = 2_000;

fn describe() -> Description {
    Description::rule("threat_list", env!("CARGO_PKG_VERSION"), "Traffic with addresses that are on lists of yours")
        .alert_type("threat_list")
        .parameter(Parameter::boolean("dropped", false, "Alert also when a listed address tried to get in and was dropped"))
        .reads("events", &["id", "time", "src_ip", "dst_ip", "dst_port", "verdict", "direction"])
        .reads_files(DIRECTORY)
}

/// Which way the packets went.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    /// From a local host to a listed address.
    Out,
    /// From a listed address.
    In,
}

/// Packets between a listed address and local hosts.
#[derive(Default)]
struct Traffic {
    accepted: i64,
    dropped: i64,
    hosts: BTreeSet<String>,
    ports: BTreeSet<i64>,
    span: Option<(i64, i64)>,
}

/// Which way, the listed address, and the local host that began it, where it is known.
type Key = (Way, String, Option<String>);
type Stories = BTreeMap<Key, Traffic>;

fn evaluate(window: Window, arguments: &Arguments) -> Result<Vec<Alert>, Error> {
    let lists = Lists::read()?;
    if lists.is_empty() {
        return Ok(Vec::new());
    }
    let dropped = arguments.boolean("dropped")?;
    let local = window.local_networks();
    let mut stories = Stories::new();
    for way in [Way::Out, Way::In] {
        let listed = way.listed(&lists, &local, dropped)?;
        for part in listed.chunks(TOGETHER) {
            way.gather(part, dropped, &mut stories)?;
        }
    }
    let mut stories: Vec<(i64, _)> = stories.into_iter().map(|story| (story.1.score(story.0.0), story)).collect();
    stories.sort_by(|(a, (one, _)), (b, (other, _))| b.cmp(a).then_with(|| one.cmp(other)));
    if let Some(more) = stories.len().checked_sub(MOST).filter(|more| *more > 0) {
        log(Level::Warn, &format!("{more} weaker alerts were left out: {MOST} are raised at most"));
        stories.truncate(MOST);
    }
    let alert = |(score, ((way, address, host), traffic)): (i64, (Key, Traffic))| {
        let found = lists.of(&address, local.contains(&address));
        alert(way, score, address, host, traffic, &found, dropped)
    };
    Ok(stories.into_iter().filter_map(alert).collect())
}

impl Way {
    fn direction(self) -> &'static str {
        match self {
            Self::Out => "OUTBOUND",
            Self::In => "INBOUND",
        }
    }

    /// The column with the address on the far side.
    fn far(self) -> &'static str {
        match self {
            Self::Out => "dst_ip",
            Self::In => "src_ip",
        }
    }

    /// Which packets count. What goes out shows that a local host wants to go there, whether or not it was let; what comes in is everyday
    /// noise, unless it was let through.
    fn condition(self, dropped: bool) -> String {
        let verdict = if self == Self::In && !dropped { " AND verdict = 'ACCEPT'" } else { "" };
        format!("direction = '{}'{verdict}", self.direction())
    }

    /// The listed addresses on the far side.
    fn listed(self, lists: &Lists, local: &Networks, dropped: bool) -> Result<Vec<String>, Error> {
        let (far, condition) = (self.far(), self.condition(dropped));
        let sql = format!("SELECT {far} FROM events WHERE {condition} AND {far} IS NOT NULL GROUP BY {far}");
        let mut listed = Vec::new();
        for row in query::<(String,)>(&sql, &[])? {
            let (address,) = row?;
            if !lists.of(&address, local.contains(&address)).is_empty() {
                listed.push(address);
            }
        }
        listed.sort();
        Ok(listed)
    }

    /// Adds the traffic with listed addresses.
    fn gather(self, listed: &[String], dropped: bool, stories: &mut Stories) -> Result<(), Error> {
        let parameters: Vec<_> = listed.iter().map(|address| address.as_str().into()).collect();
        let sql = format!(
            "SELECT src_ip, dst_ip, dst_port, verdict, COUNT(*), MIN(time), MAX(time) FROM events
             WHERE {} AND {} IN ({}) GROUP BY src_ip, dst_ip, dst_port, verdict",
            self.condition(dropped),
            self.far(),
            places(1, listed.len())
        );
        type Row = (Option<String>, Option<String>, Option<i64>, Option<String>, i64, i64, i64);
        for row in query::<Row>(&sql, &parameters)? {
            let (source, target, port, verdict, count, first, last) = row?;
            let (far, near) = if self == Self::Out { (target, source) } else { (source, target) };
            let Some(far) = far else { continue };
            // A local host that goes to a listed address has a story of its own; who comes in has one, wherever to.
            let host = near.clone().filter(|_| self == Self::Out);
            let traffic = stories.entry((self, far, host)).or_default();
            *(if verdict.as_deref() == Some("ACCEPT") { &mut traffic.accepted } else { &mut traffic.dropped }) += count;
            traffic.hosts.extend(near);
            traffic.ports.extend(port);
            let (begin, end) = traffic.span.unwrap_or((first, last));
            traffic.span = Some((begin.min(first), end.max(last)));
        }
        Ok(())
    }
}

impl Traffic {
    /// What got out to a listed address is worst; what was only refused is not much.
    fn score(&self, way: Way) -> i64 {
        let base = match (way, self.accepted > 0) {
            (Way::Out, true) => 72,
            (Way::Out, false) => 50,
            (Way::In, true) => 45,
            (Way::In, false) => 20,
        };
        // Many weigh more than few, but never as much as another way.
        let many = (self.accepted + self.dropped).checked_ilog2().map_or(0, i64::from).min(10);
        base + many + self.hosts.len().min(5) as i64
    }
}

fn alert(
    way: Way,
    score: i64,
    address: String,
    host: Option<String>,
    traffic: Traffic,
    found: &[Found<'_>],
    dropped: bool,
) -> Option<Alert> {
    let (best, (first, last)) = (found.first()?, traffic.span?);
    let direction = way.direction();
    let (condition, parameters) = match (way, &host) {
        (Way::Out, Some(host)) => (
            "src_ip = ?1 AND dst_ip = ?2 AND direction = ?3",
            vec![host.as_str().into(), address.as_str().into(), direction.into()],
        ),
        (Way::Out, None) => {
            ("src_ip IS NULL AND dst_ip = ?1 AND direction = ?2", vec![address.as_str().into(), direction.into()])
        }
        (Way::In, _) if dropped => ("src_ip = ?1 AND direction = ?2", vec![address.as_str().into(), direction.into()]),
        (Way::In, _) => {
            ("src_ip = ?1 AND direction = ?2 AND verdict = ?3", vec![address.as_str().into(), direction.into(), "ACCEPT".into()])
        }
    };
    let mut hosts: Vec<String> = traffic.hosts.into_iter().collect();
    let targets = hosts.len() as i64;
    let only = (hosts.len() == 1).then(|| hosts[0].clone());
    let (source, target) = match way {
        Way::Out => (host, Some(address)),
        Way::In => (Some(address), only),
    };
    let techniques = match (way, traffic.accepted > 0) {
        (Way::Out, _) => ["T1071"],
        (Way::In, true) => ["T1190"],
        (Way::In, false) => ["T1595"],
    };
    // The allowlist takes `ports` for all of them.
    let ports = if traffic.ports.len() > NAMED { "top_ports" } else { "ports" };
    let mut alert = Alert::new("threat_list", score)
        .events(condition, &parameters)
        .from(source)
        .to(target)
        .evidence("list", best.list)
        .evidence("entry", best.network.to_string());
    if let Some(comment) = best.comment {
        alert = alert.evidence("comment", comment);
    }
    let others: BTreeSet<&str> = found.iter().map(|found| found.list).filter(|list| *list != best.list).collect();
    if !others.is_empty() {
        alert = alert.evidence("other_lists", others.into_iter().take(NAMED).map(str::to_owned).collect::<Vec<_>>());
    }
    if way == Way::In {
        hosts.truncate(NAMED);
        alert = alert.evidence("targets", targets).evidence("top_targets", hosts);
    }
    Some(
        alert
            .evidence("direction", if way == Way::Out { "outbound" } else { "inbound" })
            .evidence("accepted", traffic.accepted)
            .evidence("dropped", traffic.dropped)
            .evidence("distinct_ports", traffic.ports.len() as i64)
            .evidence(ports, traffic.ports.into_iter().take(NAMED).collect::<Vec<i64>>())
            .evidence("first", format_timestamp(first))
            .evidence("last", format_timestamp(last))
            .techniques(&techniques),
    )
}
