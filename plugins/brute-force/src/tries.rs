//! What one source did with one service.

use std::collections::BTreeSet;

use net_scout_algorithms::densest;
use net_scout_algorithms::ports::{self, Service};
use net_scout_sdk::{Alert, Value, format_timestamp};

use crate::{CONNECTIONS, PACKED, crowd};

const MINUTE: i64 = 60_000_000;
const DAY: i64 = 24 * 60 * MINUTE;
/// A connection that is not answered is sent again, six times or so; so many more packets of one row are another try.
const SENT_AGAIN: i64 = 6;
/// Who tries each host less often than this looks for hosts, and guesses nothing.
const A_HOST: usize = 3;
/// A client that tries again waits this long, or longer.
const A_WHILE: i64 = MINUTE / 3;
/// So many hosts and ports are named in the evidence.
const NAMED: usize = 20;

/// The thresholds.
pub(crate) struct Limits {
    pub(crate) quick: i64,
    pub(crate) fast: i64,
    pub(crate) day: i64,
    pub(crate) private: i64,
}

/// What a rule reads of a row in one number: its port, whether it was let in, and how many tries it stands for.
#[derive(Clone, Copy)]
pub(crate) struct Packed {
    port: i64,
    accepted: bool,
    weight: i64,
}

impl Packed {
    pub(crate) fn of(packed: i64) -> Self {
        let (both, accepted) = (packed.div_euclid(2), packed.rem_euclid(2) == 1);
        let (hits, port) = (both.div_euclid(PACKED), both.rem_euclid(PACKED));
        Self { port, accepted, weight: 1 + (hits - 1).max(0) / SENT_AGAIN }
    }
}

impl Limits {
    /// Whether what a source did with a service can be enough for an alert, of its own or of a crowd: most sources do little with any.
    pub(crate) fn may_alert(&self, service: &Service, tries: &[Packed]) -> bool {
        let of_service = || tries.iter().filter(|one| service.ports.contains(&one.port));
        let (rows, weight) = (of_service().count() as i64, of_service().map(|one| one.weight).sum::<i64>());
        let least = self.quick.min(self.fast).min(self.private).min(crowd::LEAST as i64);
        rows > 0 && (rows >= least || weight >= self.day)
    }
}

/// A row: connections with one port of the source.
pub(crate) struct Try {
    pub(crate) time: i64,
    pub(crate) host: String,
    port: i64,
    accepted: bool,
    /// How many tries it stands for.
    weight: i64,
}

/// What a source did with a service, in the order of time.
pub(crate) struct Tries {
    pub(crate) all: Vec<Try>,
    /// Whether the clients of the service connect often by themselves.
    has_busy_clients: bool,
}

/// Why there is an alert: how many tries, the threshold, and within what time.
pub(crate) struct Judged {
    tries: i64,
    threshold: i64,
    span: &'static str,
}

impl Tries {
    pub(crate) fn of(service: &Service, times: &[i64], hosts: &[&str], packed: &[Packed]) -> Self {
        let tries = times.iter().zip(hosts).zip(packed).filter_map(|((&time, &host), packed)| {
            let Packed { port, accepted, weight } = *packed;
            service.ports.contains(&port).then(|| Try { time, host: host.to_owned(), port, accepted, weight })
        });
        Self { all: tries.collect(), has_busy_clients: service.has_busy_clients }
    }

    fn accepted(&self) -> usize {
        self.all.iter().filter(|one| one.accepted).count()
    }

    /// The most tries within a span; none where there are few for each host.
    fn most(&self, span: i64) -> i64 {
        let numbered: Vec<(i64, usize)> = self.all.iter().map(|one| one.time).zip(0..).collect();
        let best = densest(&numbered, span);
        let within = || self.all.iter().filter(|one| (best.first..=best.last).contains(&one.time));
        let hosts: BTreeSet<&str> = within().map(|one| one.host.as_str()).collect();
        if best.distinct < hosts.len() * A_HOST { 0 } else { best.distinct as i64 }
    }

    /// Whether it is a client that is refused at one host and tries again like a clock, not often: its password is not the question.
    fn tries_again(&self) -> bool {
        let one_host = self.all.iter().all(|one| one.host == self.all[0].host);
        let mut pauses: Vec<i64> =
            self.all.windows(2).map(|pair| pair[1].time - pair[0].time).filter(|pause| *pause > 0).collect();
        pauses.sort_unstable();
        let (Some(&short), Some(&middle), Some(&long)) = (
            pauses.get(pauses.len() / 10),
            pauses.get(pauses.len() / 2),
            pauses.get(pauses.len().saturating_sub(1 + pauses.len() / 10)),
        ) else {
            return false;
        };
        one_host && self.accepted() == 0 && middle >= A_WHILE && long * 10 <= short * 13
    }

    /// As many tries within a day as rows and their repeated packets stand for.
    fn weighed(&self) -> i64 {
        let more: i64 = self.all.iter().map(|one| one.weight - 1).sum();
        self.most(DAY) + more
    }

    pub(crate) fn judged(&self, limits: &Limits, local: bool) -> Option<Judged> {
        let clients = self.has_busy_clients;
        let patient = local || (clients && self.accepted() * 2 > self.all.len());
        let (fast, day) = (self.most(10 * MINUTE), self.weighed());
        let within = |tries, threshold, span| (tries >= threshold).then_some(Judged { tries, threshold, span });
        if patient {
            return within(fast, limits.private, "10 minutes");
        }
        let again: i64 = self.all.iter().map(|one| one.weight - 1).sum();
        if self.tries_again() {
            return within(again, limits.day, "24 hours");
        }
        let quick = if clients { 0 } else { self.most(5 * MINUTE) };
        within(fast, limits.fast, "10 minutes")
            .or_else(|| within(quick, limits.quick, "5 minutes"))
            .or_else(|| if clients { within(again, limits.day, "24 hours") } else { within(day, limits.day, "24 hours") })
    }

    /// The alert, and what makes it stronger than one of another service.
    pub(crate) fn alert(&self, source: &str, service: &Service, judged: &Judged) -> (i64, Alert) {
        let (total, accepted) = (self.all.len() as i64, self.accepted() as i64);
        let hosts: BTreeSet<&str> = self.all.iter().map(|one| one.host.as_str()).collect();
        let tried: BTreeSet<i64> = self.all.iter().map(|one| one.port).collect();
        let target = hosts.first().filter(|host| hosts.len() == 1 && !host.is_empty()).map(|host| (*host).to_owned());
        let times = || self.all.iter().map(|one| one.time);
        let (first, last) = (times().min().unwrap_or_default(), times().max().unwrap_or_default());
        let score = 40 + (judged.tries * 10 / judged.threshold.max(1)).min(40) + if accepted * 2 > total { 10 } else { 0 };
        let list: Vec<i64> = tried.into_iter().collect();
        let mut alert = Alert::new("brute_force", score)
            .events(
                &format!("src_ip = ?1 AND {CONNECTIONS} AND dst_port IN ({})", ports::sql_list(&list)),
                &[Value::from(source)],
            )
            .from(source.to_owned())
            .to(target)
            .evidence("service", service.name);
        alert = match list.as_slice() {
            [port] => alert.evidence("port", *port),
            _ => alert.evidence("ports", list.iter().copied().take(NAMED).collect::<Vec<_>>()),
        };
        let alert = alert
            .evidence("tries", total)
            .evidence("tries_in_window", judged.tries)
            .evidence("tries_threshold", judged.threshold)
            .evidence("tries_window", judged.span)
            .evidence("targets", hosts.len() as i64)
            .evidence("top_targets", hosts.into_iter().take(NAMED).map(str::to_owned).collect::<Vec<_>>())
            .evidence("accepted", accepted)
            .evidence("dropped", total - accepted)
            .evidence("first", format_timestamp(first))
            .evidence("last", format_timestamp(last))
            .techniques(&["T1110"]);
        (total, alert)
    }
}
