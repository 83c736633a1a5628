//! `brute_force`: one source connects to a service that asks for a password, again and again: some times within minutes, or for a day; and
//! many sources, each with little, at one such door.
//!
//! A source's connections count over the hosts and ports of a service, whether they were let through or not.

mod crowd;
mod tries;

use net_scout_algorithms::is_private;
use net_scout_algorithms::ports::{self, Service};
use net_scout_sdk::{Alert, Arguments, Description, Error, Parameter, Texts, Window, query, rule};

use tries::{Limits, Packed, Tries, Try};

rule!(describe, evaluate);

fn describe() -> Description {
    let bounds = 2..=1_000_000_000;
    Description::rule(
        "brute_force",
        env!("CARGO_PKG_VERSION"),
        "One source, or many, connects to a service that asks for a password, again and again",
    )
    .alert_type("brute_force")
    .history(86_400)
    .parameter(Parameter::integer(
        "quick_tries_threshold",
        6,
        bounds.clone(),
        "Alert when a source outside connects to a service such as SSH or RDP this often, or more, within five minutes, and three times or more to each host",
    ))
    .parameter(Parameter::integer(
        "fast_tries_threshold",
        20,
        bounds.clone(),
        "Alert when a source connects to a service this often, or more, within ten minutes, and three times or more to each host",
    ))
    .parameter(Parameter::integer(
        "day_tries_threshold",
        20,
        bounds.clone(),
        "Alert when a source outside connects to a service such as SSH or RDP this often, or more, within 24 hours, and three times or more to each host; refused ones of other services count, too",
    ))
    .parameter(Parameter::integer(
        "private_tries_threshold",
        100,
        bounds.clone(),
        "As fast_tries_threshold, for sources in the local networks, among which monitoring and administration are, and for clients of mail, telephones and the like that are let in",
    ))
    .parameter(Parameter::integer(
        "crowd_sources_threshold",
        20,
        bounds,
        "Alert when this many sources outside, or more, each try a service of one host four times or more within 24 hours, without one of them being enough for an alert",
    ))
    .parameter(Parameter::line(
        "ports",
        "",
        500,
        "The ports that ask for a password, separated by commas; without any, those of remote access, file sharing, databases, mail, telephones and VPN",
    ))
    .reads("events", &["id", "time", "src_ip", "src_port", "dst_ip", "dst_port", "verdict", "direction", "tcp_flags", "hit_count"])
}

/// Connections to the ports of services. What comes from a server's port to one that clients use, such as 3306, is an answer; so is what
/// carries ACK or RST.
pub(crate) const CONNECTIONS: &str = "direction = 'INBOUND' AND (tcp_flags = 'SYN' OR coalesce(src_port, 65535) >= 1024 OR src_port = 500) \
    AND coalesce(tcp_flags, '') NOT LIKE '%ACK%' AND coalesce(tcp_flags, '') NOT LIKE '%RST%'";
/// What a number of a port and of packets is multiplied by, so that both and the verdict are one integer.
const PACKED: i64 = 65_536;

/// A source with its tries in the order of time: when, the host, and packets, port and verdict in one number.
type Found = (String, Vec<i64>, Texts, Vec<i64>);

fn evaluate(window: Window, arguments: &Arguments) -> Result<Vec<Alert>, Error> {
    let networks = window.local_networks();
    let local = |address: &str| networks.contains(address) || is_private(address);
    let limits = Limits {
        quick: arguments.integer("quick_tries_threshold")?,
        fast: arguments.integer("fast_tries_threshold")?,
        day: arguments.integer("day_tries_threshold")?,
        private: arguments.integer("private_tries_threshold")?,
    };
    let own = ports::parse(arguments.text("ports")?).map_err(Error::InvalidParameter)?;
    let services = services(&own);
    let list: Vec<i64> = services.iter().flat_map(|service| service.ports.iter().copied()).collect();
    let sql = format!(
        "SELECT src_ip, json_group_array(time ORDER BY time), json_group_array(coalesce(dst_ip, '') ORDER BY time),
             json_group_array((min(coalesce(hit_count, 1), 65535) * {PACKED} + dst_port) * 2
                 + CASE WHEN verdict = 'ACCEPT' THEN 1 ELSE 0 END ORDER BY time)
         FROM events WHERE {CONNECTIONS} AND dst_port IN ({}) GROUP BY src_ip
         HAVING src_ip IS NOT NULL AND MAX(time) >= ?1 AND (COUNT(*) >= {} OR SUM(hit_count) >= ?2)",
        ports::sql_list(&list),
        crowd::LEAST
    );
    let (mut alerts, mut rest) = (Vec::new(), Vec::new());
    for row in query::<Found>(&sql, &[window.since.into(), limits.day.into()])? {
        let (source, times, hosts, packed) = row?;
        let packed: Vec<Packed> = packed.into_iter().map(Packed::of).collect();
        let mut strongest: Option<(i64, Alert)> = None;
        let mut services = services.iter().filter(|service| limits.may_alert(service, &packed)).peekable();
        if services.peek().is_none() {
            continue;
        }
        let (hosts, local): (Vec<&str>, bool) = (hosts.iter().collect(), local(&source));
        for service in services {
            let tries = Tries::of(service, &times, &hosts, &packed);
            if tries.all.last().is_none_or(|last: &Try| last.time < window.since) {
                continue;
            }
            match tries.judged(&limits, local) {
                Some(judged) if !(service.has_busy_clients && is_known(&source, service)?) => {
                    let (rank, alert) = tries.alert(&source, service, &judged);
                    if strongest.as_ref().is_none_or(|(known, _)| rank > *known) {
                        strongest = Some((rank, alert));
                    }
                }
                Some(_) => {}
                None if !local => rest.push((source.clone(), *service, tries)),
                None => {}
            }
        }
        alerts.extend(strongest.map(|(_, alert)| alert));
    }
    alerts.extend(crowd::alerts(&rest, arguments.integer("crowd_sources_threshold")?));
    Ok(alerts)
}

/// The services with their ports; or one of all the ports that the operator names.
fn services(own: &[i64]) -> Vec<Service> {
    if own.is_empty() {
        return ports::SERVICES.to_vec();
    }
    vec![Service { name: "named", ports: own.to_vec().leak(), has_busy_clients: false }]
}

/// Whether a local host connects to the source at the same service: a provider of telephony, the other end of a VPN.
fn is_known(source: &str, service: &Service) -> Result<bool, Error> {
    let sql = format!(
        "SELECT COUNT(*) FROM events WHERE direction = 'OUTBOUND' AND dst_ip = ?1 AND dst_port IN ({})",
        ports::sql_list(service.ports)
    );
    Ok(query::<(i64,)>(&sql, &[source.into()])?.last().transpose()?.is_some_and(|(count,)| count > 0))
}
