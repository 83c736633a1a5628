use super::*;

const HOUR: i64 = 3_600_000_000;

fn counts(rows: i64, targets: i64, ports: i64) -> Counts {
    Counts { rows, targets, ports }
}

/// A local host with nothing of any role.
fn host(rows: i64) -> SourceProfile {
    let all = counts(rows, rows, rows);
    SourceProfile {
        local: true,
        all,
        last: HOUR,
        no_names: all,
        no_answers: all,
        no_peers: all,
        elsewhere: all,
        ..SourceProfile::default()
    }
}

#[test]
fn who_asks_for_names() {
    let resolver = |rest| SourceProfile { no_names: rest, ..host(1_000) };
    assert!(resolver(counts(0, 0, 0)).is_resolver() && resolver(counts(200, 50, 4)).is_resolver());
    assert!(!SourceProfile { local: false, ..resolver(counts(0, 0, 0)) }.is_resolver(), "somebody else's");
    // What it does besides would be an alert by itself.
    assert!(!resolver(counts(60, 51, 1)).is_resolver() && !resolver(counts(60, 1, 51)).is_resolver());
    assert!(!SourceProfile { no_names: counts(50, 1, 1), ..host(100) }.is_resolver(), "half of it is something else");
    assert!(!SourceProfile { no_names: counts(201, 9, 9), ..host(10_000) }.is_resolver(), "more connections than are an alert");
    assert!(!SourceProfile::default().is_resolver() && !SourceProfile::default().answers(), "nothing at all");
}

#[test]
fn who_answers() {
    assert!(SourceProfile { local: false, no_answers: counts(3, 3, 3), ..host(100) }.answers());
    assert!(!SourceProfile { no_answers: counts(60, 60, 1), ..host(700) }.answers());
    assert!(!SourceProfile { no_answers: counts(0, 0, 0), ..host(86_401) }.answers(), "a flood");
}

#[test]
fn who_answers_the_forged() {
    let flooded = SourceProfile {
        local: false,
        source_ports: 1,
        lowest_source_port: 25_565,
        lowest_port: 1_024,
        ephemeral: 150,
        ..host(300)
    };
    assert!(flooded.answers());
    assert!(
        !SourceProfile { all: counts(7, 7, 7), ephemeral: 7, ..flooded.clone() }.answers(),
        "of so few one cannot say how they are spread"
    );
    assert!(SourceProfile { all: counts(8, 8, 8), ephemeral: 8, ..flooded.clone() }.answers());
    assert!(!SourceProfile { beginnings: 1, ..flooded.clone() }.answers(), "a connection begins");
    assert!(!SourceProfile { lowest_source_port: 40_000, ..flooded.clone() }.answers(), "a scanner's port");
    assert!(!SourceProfile { lowest_port: 22, ..flooded.clone() }.answers(), "a port of a service");
    assert!(!SourceProfile { ephemeral: 99, ..flooded.clone() }.answers(), "what scanners look for is in the lower half");
    assert!(!SourceProfile { all: counts(300, 300, 200), ..flooded }.answers(), "some ports again and again");
}

#[test]
fn who_talks_to_peers() {
    let peer = SourceProfile { no_peers: counts(5, 2, 2), peers: counts(400, 300, 290), visitors: 100, ..host(405) };
    assert!(peer.is_peer());
    assert!(!SourceProfile { visitors: 29, source_ports: 300, ..peer.clone() }.is_peer(), "nobody comes to who scans at random");
    let closed = SourceProfile { visitors: 0, source_ports: 1, busiest_port: 400, ..peer.clone() };
    assert!(closed.is_peer(), "nobody forwards its port");
    assert!(!SourceProfile { busiest_port: 150, ..closed }.is_peer());
    assert!(!SourceProfile { peers: counts(400, 300, 3), ..peer.clone() }.is_peer(), "one port of many hosts");
    assert!(!SourceProfile { peers: counts(400, 19, 400), ..peer.clone() }.is_peer(), "many ports of few hosts");
    assert!(!SourceProfile { peers: counts(40_000, 300, 290), ..peer.clone() }.is_peer(), "a flood");
    assert!(!SourceProfile { local: false, ..peer }.is_peer());
}

#[test]
fn who_tries_again() {
    let client = SourceProfile { all: counts(400, 1, 1), refused: 400, local: false, last: HOUR, ..SourceProfile::default() };
    assert!(client.tries_again());
    assert!(!SourceProfile { refused: 399, ..client.clone() }.tries_again(), "it was let in");
    assert!(!SourceProfile { all: counts(721, 1, 1), refused: 721, ..client.clone() }.tries_again(), "too often");
    assert!(
        !SourceProfile { all: counts(400, 1, 2), ..client.clone() }.tries_again()
            && !SourceProfile { all: counts(400, 2, 1), ..client }.tries_again()
    );
}

fn doors(hosts: i64, ports: &[i64], pause: i64) -> Vec<Door> {
    let door = |host: i64, port: i64| Door {
        host: format!("10.0.{}.{}", host / 250, host % 250),
        port,
        rows: 1,
        refused: 0,
        first: host * pause,
    };
    (0..hosts).flat_map(|host| ports.iter().map(move |port| door(host, *port))).collect()
}

#[test]
fn who_looks_after_the_own_hosts() {
    let managing = |doors: Vec<Door>| SourceProfile { elsewhere: counts(0, 0, 0), doors, ..host(1_000) };
    let second = 1_000_000;
    assert!(managing(doors(300, &[22], 8 * second)).is_management_host());
    assert!(!managing(doors(300, &[22], second)).is_management_host(), "a sweep");
    assert!(managing(doors(30, &[22], 0)).is_management_host(), "few at once");
    // Who comes back knows them.
    let again = doors(300, &[22, 80, 161], 0).into_iter().map(|door| Door { rows: 3, ..door }).collect();
    assert!(managing(again).is_management_host());
    assert!(!managing(doors(300, &[445], 8 * second)).is_management_host(), "what a worm does");
    assert!(!managing(doors(100, &[1, 2, 3, 4, 5, 6], 8 * second)).is_management_host(), "many ports");
    let refused = doors(300, &[22], 8 * second).into_iter().map(|door| Door { refused: door.first % 7, ..door }).collect();
    assert!(!managing(refused).is_management_host(), "it is refused");
    assert!(!SourceProfile { elsewhere: counts(60, 60, 1), ..managing(doors(300, &[22], 8 * second)) }.is_management_host());
    assert!(!managing(Vec::new()).is_management_host());
}
