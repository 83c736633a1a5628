use super::*;

const HOUR: i64 = 3_600_000_000;

fn counts(rows: i64, targets: i64, ports: i64) -> Counts {
    Counts { rows, targets, ports }
}

/// A local host with nothing of any role.
fn host(rows: i64) -> Seen {
    let all = counts(rows, rows, rows);
    Seen { local: true, all, last: HOUR, no_names: all, no_answers: all, no_peers: all, elsewhere: all, ..Seen::default() }
}

#[test]
fn who_asks_for_names() {
    let resolver = |rest| Seen { no_names: rest, ..host(1_000) };
    assert!(resolver(counts(0, 0, 0)).is_resolver() && resolver(counts(200, 50, 4)).is_resolver());
    assert!(!Seen { local: false, ..resolver(counts(0, 0, 0)) }.is_resolver(), "somebody else's");
    // What it does besides would be an alert by itself.
    assert!(!resolver(counts(60, 51, 1)).is_resolver() && !resolver(counts(60, 1, 51)).is_resolver());
    assert!(!Seen { no_names: counts(50, 1, 1), ..host(100) }.is_resolver(), "half of it is something else");
    assert!(!Seen { no_names: counts(201, 9, 9), ..host(10_000) }.is_resolver(), "more connections than are an alert");
    assert!(!Seen::default().is_resolver() && !Seen::default().answers(), "nothing at all");
}

#[test]
fn who_answers() {
    assert!(Seen { local: false, no_answers: counts(3, 3, 3), ..host(100) }.answers());
    assert!(!Seen { no_answers: counts(60, 60, 1), ..host(700) }.answers());
    assert!(!Seen { no_answers: counts(0, 0, 0), ..host(86_401) }.answers(), "a flood");
}

#[test]
fn who_answers_the_forged() {
    let flooded =
        Seen { local: false, source_ports: 1, lowest_source_port: 25_565, lowest_port: 1_024, ephemeral: 150, ..host(300) };
    assert!(flooded.answers());
    assert!(
        !Seen { all: counts(7, 7, 7), ephemeral: 7, ..flooded.clone() }.answers(),
        "of so few one cannot say how they are spread"
    );
    assert!(Seen { all: counts(8, 8, 8), ephemeral: 8, ..flooded.clone() }.answers());
    assert!(!Seen { beginnings: 1, ..flooded.clone() }.answers(), "a connection begins");
    assert!(!Seen { lowest_source_port: 40_000, ..flooded.clone() }.answers(), "a scanner's port");
    assert!(!Seen { lowest_port: 22, ..flooded.clone() }.answers(), "a port of a service");
    assert!(!Seen { ephemeral: 99, ..flooded.clone() }.answers(), "what scanners look for is in the lower half");
    assert!(!Seen { all: counts(300, 300, 200), ..flooded }.answers(), "some ports again and again");
}

#[test]
fn who_talks_to_peers() {
    let peer = Seen { no_peers: counts(5, 2, 2), peers: counts(400, 300, 290), visitors: 100, ..host(405) };
    assert!(peer.is_peer());
    assert!(!Seen { visitors: 29, source_ports: 300, ..peer.clone() }.is_peer(), "nobody comes to who scans at random");
    let closed = Seen { visitors: 0, source_ports: 1, busiest_port: 400, ..peer.clone() };
    assert!(closed.is_peer(), "nobody forwards its port");
    assert!(!Seen { busiest_port: 150, ..closed }.is_peer());
    assert!(!Seen { peers: counts(400, 300, 3), ..peer.clone() }.is_peer(), "one port of many hosts");
    assert!(!Seen { peers: counts(400, 19, 400), ..peer.clone() }.is_peer(), "many ports of few hosts");
    assert!(!Seen { peers: counts(40_000, 300, 290), ..peer.clone() }.is_peer(), "a flood");
    assert!(!Seen { local: false, ..peer }.is_peer());
}

#[test]
fn who_tries_again() {
    let client = Seen { all: counts(400, 1, 1), refused: 400, local: false, last: HOUR, ..Seen::default() };
    assert!(client.tries_again());
    assert!(!Seen { refused: 399, ..client.clone() }.tries_again(), "it was let in");
    assert!(!Seen { all: counts(721, 1, 1), refused: 721, ..client.clone() }.tries_again(), "too often");
    assert!(
        !Seen { all: counts(400, 1, 2), ..client.clone() }.tries_again()
            && !Seen { all: counts(400, 2, 1), ..client }.tries_again()
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
    let caretaker = |doors: Vec<Door>| Seen { elsewhere: counts(0, 0, 0), doors, ..host(1_000) };
    let second = 1_000_000;
    assert!(caretaker(doors(300, &[22], 8 * second)).is_caretaker());
    assert!(!caretaker(doors(300, &[22], second)).is_caretaker(), "a sweep");
    assert!(caretaker(doors(30, &[22], 0)).is_caretaker(), "few at once");
    // Who comes back knows them.
    let again = doors(300, &[22, 80, 161], 0).into_iter().map(|door| Door { rows: 3, ..door }).collect();
    assert!(caretaker(again).is_caretaker());
    assert!(!caretaker(doors(300, &[445], 8 * second)).is_caretaker(), "what a worm does");
    assert!(!caretaker(doors(100, &[1, 2, 3, 4, 5, 6], 8 * second)).is_caretaker(), "many ports");
    let refused = doors(300, &[22], 8 * second).into_iter().map(|door| Door { refused: door.first % 7, ..door }).collect();
    assert!(!caretaker(refused).is_caretaker(), "it is refused");
    assert!(!Seen { elsewhere: counts(60, 60, 1), ..caretaker(doors(300, &[22], 8 * second)) }.is_caretaker());
    assert!(!caretaker(Vec::new()).is_caretaker());
}
