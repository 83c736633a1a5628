//! `first_seen`: a local host does what it never did before: it uses a service that attackers use too, outside or inside. It is judged
//! against its own past, which the rule remembers from scan to scan.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use net_scout_algorithms::{Memory, ports};
use net_scout_sdk::{
    Alert, Arguments, Description, Error, Level, Networks, Parameter, Value, Window, format_timestamp, log, places, query, rule,
    state,
};

rule!(describe, evaluate);

const DAY: i64 = 86_400_000_000;
/// What the rule keeps: about 32,000 hosts, services of theirs, and peers inside.
const QUOTA: u32 = 256 << 10;
/// Where it is kept.
const KEY: &str = "memory";
/// What was not seen for so many days is new again.
const FORGOTTEN: u16 = 90;
/// Ports of services that a person or a machine chooses to use, and that an intruder uses to get on, to fetch and to send: remote access,
/// file transfer and sharing, mail, databases, chat.
const SERVICES: [i64; 28] = [
    21, 22, 23, 25, 69, 111, 135, 139, 389, 445, 512, 513, 514, 873, 1433, 1521, 2049, 2375, 3306, 3389, 5432, 5900, 5985, 5986,
    6379, 6667, 9200, 27017,
];
/// The first port that no service has by itself.
const HIGH: i64 = 1_024;
/// A host that goes to more high ports than these in a window meets some of ours by chance: it is a torrent client or the like.
const HIGH_PORTS: i64 = 20;
/// What more hosts than these, and more than a tenth of all, begin in one window is no news of theirs.
const TOGETHER: usize = 3;
/// At most so many hosts are asked about at once.
const CHUNK: usize = 50;
/// So many addresses and ports are named in the evidence.
const NAMED: usize = 20;

fn describe() -> Description {
    Description::rule("first_seen", env!("CARGO_PKG_VERSION"), "A local host uses a service that it never used before")
        .alert_type("first_seen")
        .parameter(Parameter::integer(
            "learning_days",
            7,
            1..=90,
            "A host is judged when it was seen on this many days before, or more",
        ))
        .parameter(Parameter::integer(
            "peers_threshold",
            5,
            1..=1_000_000,
            "Alert also when a host uses a known service of this many hosts inside, or more, for the first time",
        ))
        .reads("events", &["id", "time", "src_ip", "src_port", "dst_ip", "dst_port", "verdict", "direction"])
        .keeps_state(QUOTA)
}

/// A use of a service in the window: the other sides inside, how often, first, last.
#[derive(Default)]
struct Use {
    peers: BTreeSet<String>,
    count: i64,
    first: i64,
    last: i64,
}

/// What is new of a host, outside or inside.
#[derive(Default)]
struct News {
    services: BTreeSet<i64>,
    known: BTreeSet<i64>,
    peers: BTreeSet<String>,
    count: i64,
    first: i64,
    last: i64,
    days: i64,
}

/// Uses by host, whether it is outside, and port.
type Uses = BTreeMap<(String, bool, i64), Use>;

fn evaluate(window: Window, arguments: &Arguments) -> Result<Vec<Alert>, Error> {
    let local = window.local_networks();
    let kept = state::get(KEY).map_err(|error| Error::Failed(format!("{error:?}")))?.unwrap_or_default();
    // The key counts, too.
    let mut memory = Memory::read(&kept, QUOTA as usize - KEY.len());
    let today = day(window.until.unwrap_or(window.now));
    memory.forget_before(today.saturating_sub(FORGOTTEN));
    let learned = days_before(&local, &mut memory)?;
    let networks = Value::from(window.local_networks.join(",").as_str());
    let uses = uses(&networks)?;
    let mut news = news(begun(&uses, &learned, arguments, &mut memory)?, learned.len());
    add_peers(&mut news, &networks)?;
    if memory.is_full() {
        log(Level::Warn, &format!("the memory is full with {} entries; what there is no room for is not judged", memory.len()));
    }
    let bytes = memory.bytes();
    if bytes != kept {
        state::set(KEY, &bytes).map_err(|error| Error::Failed(format!("{error:?}")))?;
    }
    news.into_iter().map(|((host, outside), news)| alert(host, outside, news, arguments)).collect()
}

/// The day of an instant.
fn day(time: i64) -> u16 {
    u16::try_from(time.div_euclid(DAY)).unwrap_or(if time < 0 { 0 } else { u16::MAX })
}

/// On how many days each local host was seen before a day of the window. What is in the window is remembered.
fn days_before(local: &Networks, memory: &mut Memory) -> Result<HashMap<String, BTreeMap<u16, u16>>, Error> {
    let sql = format!(
        "SELECT src_ip, time / {DAY} FROM events WHERE direction = 'OUTBOUND' AND src_ip IS NOT NULL GROUP BY src_ip, time / {DAY}"
    );
    let mut days: BTreeMap<String, BTreeSet<u16>> = BTreeMap::new();
    for row in query::<(String, i64)>(&sql, &[])? {
        let (host, day) = row?;
        if local.contains(&host) {
            days.entry(host).or_default().insert(u16::try_from(day).unwrap_or_default());
        }
    }
    let mut learned = HashMap::new();
    for (host, days) in days {
        let (mut count, mut last) = memory.get(&["host", &host]).unwrap_or_default();
        let mut before = BTreeMap::new();
        for day in days {
            // The day that was counted last is not over.
            before.insert(day, if day > last { count } else { count.saturating_sub(1) });
            if day > last {
                (count, last) = (count.saturating_add(1), day);
            }
        }
        memory.set(&["host", &host], count, last);
        learned.insert(host, before);
    }
    Ok(learned)
}

/// Which events are uses of services by local hosts, whose networks are the first parameter. What was refused is nobody's habit, and answers
/// come from low ports to high ones.
fn used() -> String {
    format!(
        "direction = 'OUTBOUND' AND verdict = 'ACCEPT' AND dst_port IN ({})
             AND (src_port IS NULL OR src_port >= {HIGH} OR dst_port < {HIGH}) AND src_ip IS NOT NULL AND dst_ip IS NOT NULL
             AND in_networks(src_ip, ?1) AND src_ip <> dst_ip",
        ports::sql_list(&SERVICES)
    )
}

/// What local hosts used in the window. Who is outside is only counted: there may be very many.
fn uses(networks: &Value) -> Result<Uses, Error> {
    let sql = format!(
        "SELECT src_ip FROM events WHERE direction = 'OUTBOUND' AND dst_port >= {HIGH} AND src_ip IS NOT NULL
         GROUP BY src_ip HAVING COUNT(DISTINCT dst_port) > {HIGH_PORTS}"
    );
    let busy: BTreeSet<String> = query::<(String,)>(&sql, &[])?.map(|row| row.map(|(host,)| host)).collect::<Result<_, _>>()?;
    let sql = format!(
        "SELECT src_ip, in_networks(dst_ip, ?1), dst_port, COUNT(*), MIN(time), MAX(time) FROM events
         WHERE {} GROUP BY src_ip, in_networks(dst_ip, ?1), dst_port",
        used()
    );
    let mut uses = Uses::new();
    for row in query::<(String, i64, i64, i64, i64, i64)>(&sql, std::slice::from_ref(networks))? {
        let (host, inside, port, count, first, last) = row?;
        let outside = inside == 0;
        if !(outside && port >= HIGH && busy.contains(&host)) {
            uses.insert((host, outside, port), Use { peers: BTreeSet::new(), count, first, last });
        }
    }
    let sql = format!(
        "SELECT src_ip, dst_ip, dst_port FROM events WHERE {} AND in_networks(dst_ip, ?1) GROUP BY src_ip, dst_ip, dst_port",
        used()
    );
    for row in query::<(String, String, i64)>(&sql, std::slice::from_ref(networks))? {
        let (host, peer, port) = row?;
        if let Some(one) = uses.get_mut(&(host, false, port)) {
            one.peers.insert(peer);
        }
    }
    Ok(uses)
}

/// Adds whom these hosts used their new services of, where that is outside.
fn add_peers(news: &mut BTreeMap<(String, bool), News>, networks: &Value) -> Result<(), Error> {
    let hosts: Vec<String> = news.keys().filter(|(_, outside)| *outside).map(|(host, _)| host.clone()).collect();
    for chunk in hosts.chunks(CHUNK) {
        let sql = format!(
            "SELECT src_ip, dst_ip, dst_port FROM events WHERE {} AND NOT in_networks(dst_ip, ?1) AND src_ip IN ({})
             GROUP BY src_ip, dst_ip, dst_port",
            used(),
            places(2, chunk.len())
        );
        let values: Vec<Value> =
            [networks.clone()].into_iter().chain(chunk.iter().map(|host| Value::from(host.as_str()))).collect();
        for row in query::<(String, String, i64)>(&sql, &values)? {
            let (host, peer, port) = row?;
            if let Some(news) = news.get_mut(&(host, true)).filter(|news| news.services.contains(&port)) {
                news.peers.insert(peer);
            }
        }
    }
    Ok(())
}

/// A use of a service with something new in it.
struct Begun<'a> {
    host: &'a String,
    outside: bool,
    port: i64,
    used: &'a Use,
    /// Whether the service is new, and not only peers of it.
    is_new: bool,
    /// The peers inside that are new.
    peers: BTreeSet<String>,
    /// On how many days the host was seen before.
    days: i64,
}

/// What is new of hosts that are known well enough. All that was used is known from now on.
fn begun<'a>(
    uses: &'a Uses,
    learned: &HashMap<String, BTreeMap<u16, u16>>,
    arguments: &Arguments,
    memory: &mut Memory,
) -> Result<Vec<Begun<'a>>, Error> {
    let (learning, least_peers) = (arguments.integer("learning_days")?, arguments.integer("peers_threshold")?);
    let mut found = Vec::new();
    for ((host, outside, port), used) in uses {
        let (side, number, last) = (if *outside { "outside" } else { "inside" }, port.to_string(), day(used.last));
        let service = [side, host.as_str(), number.as_str()];
        let is_new = memory.get(&service).is_none();
        // What cannot be remembered would be new in every scan.
        let mut is_remembered = memory.set(&service, 0, last);
        let mut peers = BTreeSet::new();
        for peer in used.peers.iter().filter(|_| !outside) {
            let pair = ["pair", host.as_str(), peer.as_str(), number.as_str()];
            if memory.get(&pair).is_none() {
                peers.insert(peer.clone());
            }
            is_remembered &= memory.set(&pair, 0, last);
        }
        let days = learned.get(host).and_then(|days| days.get(&day(used.first))).copied().unwrap_or(0).into();
        if is_remembered && days >= learning && (is_new || peers.len() as i64 >= least_peers) {
            found.push(Begun { host, outside: *outside, port: *port, used, is_new, peers, days });
        }
    }
    Ok(found)
}

/// What is new, by host and side. What many hosts begin at once was given to them, and is nobody's own doing.
fn news(begun: Vec<Begun<'_>>, hosts: usize) -> BTreeMap<(String, bool), News> {
    let mut together: HashMap<(bool, i64), usize> = HashMap::new();
    begun.iter().for_each(|one| *together.entry((one.outside, one.port)).or_default() += 1);
    let mut news: BTreeMap<(String, bool), News> = BTreeMap::new();
    for Begun { host, outside, port, used, is_new, peers, days } in begun {
        if together[&(outside, port)] > (hosts / 10).max(TOGETHER) {
            continue;
        }
        let nothing = News { first: used.first, last: used.last, days, ..News::default() };
        let of_host = news.entry((host.clone(), outside)).or_insert(nothing);
        if is_new { &mut of_host.services } else { &mut of_host.known }.insert(port);
        of_host.peers.extend(if is_new { used.peers.clone() } else { peers });
        of_host.count += used.count;
        (of_host.first, of_host.last) = (of_host.first.min(used.first), of_host.last.max(used.last));
    }
    news
}

fn alert(host: String, outside: bool, news: News, arguments: &Arguments) -> Result<Alert, Error> {
    let ports: Vec<i64> = news.services.union(&news.known).copied().collect();
    let peers = news.peers.len() as i64;
    let target = (peers == 1).then(|| news.peers.first().cloned()).flatten();
    let class = match (outside, news.services.is_empty()) {
        (true, _) => "a service outside that it never used",
        (false, false) => "a service inside that it never used",
        (false, true) => "hosts inside that it never used this service of",
    };
    let techniques = if outside { ["T1071"] } else { ["T1021"] };
    let score = 22 + (4 * ports.len() as i64).min(12) + peers.min(5);
    Ok(Alert::new("first_seen", score)
        .events(
            &format!("src_ip = ?1 AND direction = ?2 AND verdict = ?3 AND dst_port IN ({})", ports::sql_list(&ports)),
            &[host.as_str().into(), "OUTBOUND".into(), "ACCEPT".into()],
        )
        .from(host)
        .to(target)
        .evidence("class", class)
        .evidence("ports", ports)
        .evidence("peers", peers)
        .evidence("peers_threshold", arguments.integer("peers_threshold")?)
        .evidence("top_peers", news.peers.into_iter().take(NAMED).collect::<Vec<_>>())
        .evidence("connections", news.count)
        .evidence("known_days", news.days)
        .evidence("learning_days", arguments.integer("learning_days")?)
        .evidence("first", format_timestamp(news.first))
        .evidence("last", format_timestamp(news.last))
        .techniques(&techniques))
}
