//! How many hosts this network is known to have: those that sent something or let something in. Where hardly any shows, all that packets
//! from outside went to are taken, for then nothing else is known.

use std::collections::BTreeSet;

use net_scout_algorithms::is_group;
use net_scout_sdk::{Error, query};

/// With fewer hosts that show, a firewall hides the rest.
const LEAST: usize = 5;

pub(crate) fn hosts(local: impl Fn(&str) -> bool) -> Result<i64, Error> {
    let mut shown = BTreeSet::new();
    for sql in [
        "SELECT src_ip FROM events WHERE direction = 'OUTBOUND' GROUP BY src_ip HAVING src_ip IS NOT NULL",
        "SELECT dst_ip FROM events WHERE direction = 'INBOUND' AND verdict = 'ACCEPT' GROUP BY dst_ip HAVING dst_ip IS NOT NULL",
    ] {
        inside(sql, &local, &mut shown)?;
    }
    if shown.len() < LEAST {
        inside(
            "SELECT dst_ip FROM events WHERE direction = 'INBOUND' GROUP BY dst_ip HAVING dst_ip IS NOT NULL",
            &local,
            &mut shown,
        )?;
    }
    Ok(shown.len() as i64)
}

fn inside(sql: &str, local: &impl Fn(&str) -> bool, into: &mut BTreeSet<String>) -> Result<(), Error> {
    for row in query::<(String,)>(sql, &[])? {
        let (host,) = row?;
        if local(&host) && !is_group(&host) {
            into.insert(host);
        }
    }
    Ok(())
}
