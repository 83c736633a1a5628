//! Protocol scans: one source tries many IP protocols of one host, to see which it speaks (nmap -sO). Ordinary hosts use a handful.

use net_scout_algorithms::probes;
use net_scout_sdk::{Alert, Error, Window, format_timestamp, query};

use super::{Accused, NAMED};

/// A source, a host, how many protocols and packets, the protocols, the first and the last time.
type Found = (String, String, i64, i64, Vec<String>, i64, i64);

pub(super) fn alerts(window: &Window, threshold: i64) -> Result<Vec<Accused>, Error> {
    let sql = format!(
        "SELECT src_ip, dst_ip, COUNT(DISTINCT proto), COUNT(*), json_group_array(DISTINCT proto), MIN(time), MAX(time) FROM events
         WHERE {} GROUP BY src_ip, dst_ip
         HAVING COUNT(DISTINCT proto) >= ?1 AND MAX(time) >= ?2 AND src_ip IS NOT NULL AND dst_ip IS NOT NULL",
        probes::WITHOUT_PORTS
    );
    let mut accused = Vec::new();
    for row in query::<Found>(&sql, &[threshold.into(), window.since.into()])? {
        let (source, host, protocols, packets, mut names, first, last) = row?;
        names.sort();
        names.truncate(NAMED);
        let alert = Alert::new("port_scan", 45 + (protocols / 10).min(25))
            .events(
                &format!("src_ip = ?1 AND dst_ip = ?2 AND {}", probes::WITHOUT_PORTS),
                &[source.as_str().into(), host.as_str().into()],
            )
            .from(source.clone())
            .to(host.clone())
            .evidence("class", "protocol scan")
            .evidence("protocols", protocols)
            .evidence("protocols_threshold", threshold)
            .evidence("packets", packets)
            .evidence("first", format_timestamp(first))
            .evidence("last", format_timestamp(last))
            .evidence("top_protocols", names)
            .techniques(&["T1046", "T1595.001"]);
        accused.push((source, Some(host), alert));
    }
    Ok(accused)
}
