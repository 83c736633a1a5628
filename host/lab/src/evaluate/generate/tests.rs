use std::collections::HashSet;

use super::*;

fn options(addresses: u32, days: u32, seed: u64) -> Options {
    Options { addresses, days, seed, attacks: 3, speed: Speed::All, traffic: 100 }
}

fn source(event: &EventRow) -> IpAddr {
    event.src_ip.parse().expect("an address")
}

#[test]
fn the_same_seed_gives_the_same_events() {
    let (first, second) = (generate(&options(24, 2, 5)), generate(&options(24, 2, 5)));
    assert_eq!(first.events, second.events);
    assert_eq!(first.truth, second.truth);
    let other = generate(&options(24, 2, 6));
    assert_ne!(first.events, other.events);
}

/// Every source is exactly one of the two, every attacker has rows within its time, and rows are in order and once.
#[test]
fn labels_are_true() {
    let inside = |kind: &str| kind.starts_with("beacon") || kind == "outgoing_scan";
    for options in [options(24, 3, 1), options(300, 2, 2), Options { traffic: 0, speed: Speed::Fast, ..options(16, 1, 3) }] {
        let Generated { events, truth } = generate(&options);
        let benign: HashSet<IpAddr> = truth.benign.iter().flat_map(|benign| &benign.sources).map(Network::first).collect();
        for attack in &truth.attacks {
            let (since, until) = (attack.since.expect("a beginning"), attack.until.expect("an end"));
            let of = |event: &&EventRow| attack.sources.iter().any(|network| network.contains(source(event)));
            let mine: Vec<&EventRow> = events.iter().filter(of).collect();
            assert!(mine.len() >= 6, "{} has {} rows", attack.kind, mine.len());
            assert!(mine.iter().all(|event| (since..=until).contains(&event.last)) || inside(&attack.kind), "{attack:?}");
            assert!(mine.iter().all(|event| !benign.contains(&source(event))) || inside(&attack.kind), "{attack:?}");
        }
        for event in &events {
            let address = source(event);
            let attacks = truth.attacks.iter().any(|attack| attack.sources.iter().any(|network| network.contains(address)));
            assert!(attacks || benign.contains(&address), "{address} is neither");
        }
        assert!(events.is_sorted_by_key(|event| event.last));
        let end = Timestamp(BEGIN + i64::from(options.days) * DAY);
        assert!(events.iter().all(|event| (Timestamp(BEGIN)..end).contains(&event.last)));
        let keys: HashSet<_> = events
            .iter()
            .map(|row| (&row.src_ip, &row.dst_ip, row.src_port, row.dst_port, &row.proto, row.verdict, row.direction))
            .collect();
        assert_eq!(keys.len(), events.len());
    }
}

#[test]
fn slow_is_slower_than_one_probe_a_minute() {
    let Generated { events, truth } = generate(&Options { speed: Speed::Slow, ..options(24, 4, 9) });
    for attack in &truth.attacks {
        let of = |event: &&EventRow| {
            attack.sources.iter().any(|network| network.contains(source(event)))
                && (attack.targets.is_empty() || event.dst_port != Some(123))
        };
        let times: Vec<i64> = events.iter().filter(of).map(|event| event.last.0).collect();
        assert!(times.is_sorted() && times.len() > 10, "{attack:?}");
        let fastest = times.windows(2).map(|pair| pair[1] - pair[0]).min().expect("two probes");
        assert!(fastest > MINUTE, "{} has two probes within {fastest} microseconds", attack.kind);
        assert!(attack.kind.ends_with("_slow"));
    }
    assert_eq!(truth.kinds(), ["beacon_slow", "brute_force_slow", "horizontal_slow", "random_slow", "udp_slow", "vertical_slow"]);
}

#[test]
fn the_volume_is_that_of_a_network_of_that_size() {
    let quiet = |addresses| Options { attacks: 0, ..options(addresses, 1, 1) };
    let day = |addresses| generate(&quiet(addresses)).events.len();
    let (small, large) = (day(24), day(2_000));
    assert!((10_000..30_000).contains(&small), "{small}");
    assert!((100_000..400_000).contains(&large), "{large}");
    let scaled = generate(&Options { traffic: 300, ..quiet(24) }).events.len();
    assert!(scaled > small * 3 / 2, "{scaled}");
}
