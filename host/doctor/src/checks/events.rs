//! Whether events come in, and whether their times and addresses are what they seem.

use std::collections::BTreeMap;
use std::net::IpAddr;

use crate::answer::{Answer, Outcome, Unknown};
use crate::facts::Facts;
use crate::words::{length, list, word};
use net_scout_model::time::Moment;
use net_scout_model::{Network, Timestamp, counted, parse_address};
use net_scout_store::layout::Layout;
use net_scout_store::{DatabaseError, SampledEvent};

const MINUTE: i64 = 60_000_000;
const HOUR: i64 = 60 * MINUTE;
/// Clocks may differ by so much.
const AHEAD: i64 = 5 * MINUTE;
/// Events come at least so often where net-sentinel runs.
const FRESH: i64 = 15 * MINUTE;

fn table<'a>(facts: &'a Facts<'_>) -> &'a str {
    &facts.of.options.scan.table
}

fn sqlite(facts: &Facts<'_>, sql: &str) -> String {
    format!("sqlite3 {} {}", word(&facts.of.options.scan.database.path.display().to_string()), word(sql))
}

/// The table is there, in a layout that is known.
pub(super) fn layout(facts: &Facts<'_>) -> Outcome {
    Ok(match facts.opened()?.database.event_source(table(facts)) {
        Ok(source) if source.layout == Layout::V2 => Answer::good(format!("{}: source and destination", table(facts))),
        Ok(_) => Answer::note(
            format!("{}: the old layout, one address a row: rules that need both sides find less", table(facts)),
            Some("a later net-sentinel writes source and destination".to_owned()),
        ),
        Err(error @ DatabaseError::NoTable { .. }) => {
            Answer::wrong(error.to_string(), "name the table with --table or `table`, or start net-sentinel on this database")
        }
        Err(error) => Answer::wrong(error.to_string(), sqlite(facts, &format!(".schema {}", table(facts)))),
    })
}

/// An index leads to a span of time.
pub(super) fn index(facts: &Facts<'_>) -> Outcome {
    let database = &facts.opened()?.database;
    database.check_events(table(facts))?;
    Ok(match database.time_index(table(facts))? {
        Some(index) => Answer::good(format!("{index} leads to a span of time")),
        None => {
            let name = table(facts);
            let sql = format!("CREATE INDEX {name}_timestamp ON {name} (timestamp)");
            Answer::wrong("there is no index on timestamp: every scan reads the whole table", sqlite(facts, &sql))
        }
    })
}

/// The newest event is young enough for a scan to see it.
pub(super) fn newest(facts: &Facts<'_>) -> Outcome {
    let opened = facts.opened()?;
    opened.database.check_events(table(facts))?;
    let Some(newest) = opened.database.newest(table(facts))? else {
        return Ok(Answer::wrong(
            "there is no event yet",
            "systemctl status net-sentinel; or: net-scout import /var/log/kern.log",
        ));
    };
    let age = facts.now.0.saturating_sub(newest.0);
    let look_back = match facts.of.options.since {
        Moment::Before(length) => length.max(HOUR),
        Moment::At(_) => HOUR,
    };
    let evidence = format!("{}, {} {}", newest.seconds(), length(age), if age < 0 { "ahead" } else { "ago" });
    Ok(if age > look_back {
        let days = age / (24 * HOUR) + 1;
        Answer::wrong(
            evidence,
            format!("systemctl status net-sentinel; what is there: net-scout scan --since '{}'", counted(days, "day")),
        )
    } else {
        Answer::good(evidence)
    })
}

/// No event is of the future.
pub(super) fn clock(facts: &Facts<'_>) -> Outcome {
    let newest = facts.sample()?.iter().filter_map(|event| event.time).max();
    let newest = newest.ok_or_else(|| Unknown("no time can be read".to_owned()))?;
    let ahead = newest.0.saturating_sub(facts.now.0);
    let now = facts.now.seconds();
    Ok(if ahead > AHEAD {
        Answer::wrong(
            format!("the newest event is of {}, {} ahead of this machine's clock, {now}", newest.seconds(), length(ahead)),
            "timedatectl; see also time_zone",
        )
    } else {
        Answer::good(format!("it is {now}, and no event is ahead of that"))
    })
}

/// Times without a zone are UTC.
pub(super) fn time_zone(facts: &Facts<'_>) -> Outcome {
    let sample = facts.sample()?;
    let without: Vec<Timestamp> =
        sample.iter().filter(|event| !has_zone(&event.written)).filter_map(|event| event.time).collect();
    let zone = &facts.of.options.zone;
    let name = zone.iana_name().unwrap_or("UTC").to_owned();
    let instant = jiff::Timestamp::from_microsecond(facts.now.0)?;
    let offset = i64::from(zone.to_offset(instant).seconds()) * 1_000_000;
    let Some(newest) = without.iter().max() else {
        return Ok(Answer::good(format!("the times of events name their zone; this machine's is {name}")));
    };
    let since_local = facts.now.0.saturating_sub(newest.0).saturating_add(offset);
    Ok(if offset != 0 && (-MINUTE..FRESH).contains(&since_local) {
        let hours = offset as f64 / HOUR as f64;
        Answer::wrong(
            format!(
                "times without a zone count as UTC, and the newest, {}, is what clocks show in {name} (UTC{hours:+})",
                newest.seconds()
            ),
            "let net-sentinel write UTC: systemctl edit net-sentinel, [Service] Environment=TZ=UTC",
        )
    } else {
        Answer::good(format!("times without a zone count as UTC, and look like it; this machine's zone is {name}"))
    })
}

/// Whether a timestamp says where it is meant: `Z`, or an offset behind the time of the day.
fn has_zone(written: &str) -> bool {
    written.get(10..).is_some_and(|clock| clock.contains(['Z', 'z', '+', '-']))
}

/// Times and addresses can be read.
pub(super) fn timestamps(facts: &Facts<'_>) -> Outcome {
    let sample = facts.sample()?;
    let unreadable: Vec<&SampledEvent> = sample.iter().filter(|event| event.time.is_none()).collect();
    let all = counted(sample.len(), "event");
    Ok(match unreadable.first() {
        None => Answer::good(format!("the times of the last {all} can be read")),
        Some(first) => Answer::wrong(
            format!("{} of the last {all} have a time that cannot be read, such as `{}`", unreadable.len(), first.written),
            sqlite(facts, &format!("SELECT * FROM {} WHERE rowid = {}", table(facts), first.row)),
        ),
    })
}

/// The own networks occur in the events.
pub(super) fn networks(facts: &Facts<'_>) -> Outcome {
    let sample = facts.sample()?;
    let Some(own) = &facts.of.options.scan.local_networks else {
        return Ok(Answer::good("they are learned from the events (local_networks sets them)"));
    };
    if facts.opened()?.database.event_source(table(facts))?.layout == Layout::V1 {
        return Ok(Answer::good("the old layout does not name own addresses"));
    }
    let mut addresses = sample.iter().flat_map(|event| &event.addresses).filter_map(|text| parse_address(text));
    if addresses.any(|address| own.contains(address)) {
        return Ok(Answer::good(format!("{} occur in the events", list(&own.texts()))));
    }
    Ok(Answer::wrong(
        format!("no address of the last {} lies in local_networks, {}", counted(sample.len(), "event"), list(&own.texts())),
        format!("correct local_networks (NET_SCOUT_LOCAL_NETWORKS); most frequent is {}", most_frequent(sample)),
    ))
}

/// The network of most addresses.
fn most_frequent(sample: &[SampledEvent]) -> String {
    let mut counts: BTreeMap<Network, usize> = BTreeMap::new();
    let around = |address: IpAddr| Network::around(address, if address.is_ipv4() { 24 } else { 64 });
    for address in sample.iter().flat_map(|event| &event.addresses).filter_map(|text| parse_address(text)) {
        *counts.entry(around(address)).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(_, count)| *count).map_or_else(|| "none".to_owned(), |(network, _)| network.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_of_timestamps() {
        for with in ["2026-03-11T20:35:11Z", "2026-03-11 20:35:11.5+01:00", "2026-03-11T20:35-04:00"] {
            assert!(has_zone(with), "{with}");
        }
        for without in ["2026-03-11T20:35:11", "2026-03-11", "2026-03-11 20:35:11.123456", ""] {
            assert!(!has_zone(without), "{without}");
        }
    }
}
