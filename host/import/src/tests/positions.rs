//! How far a log was read, where what was read last is only a part.

use super::*;

type PortAndVerdict = (Option<u16>, Option<&'static str>);

/// The ports and verdicts of the rows, and the offset behind them.
fn read_some(text: &str, leaves_open: bool, is_end: bool) -> (Vec<PortAndVerdict>, u64, bool) {
    let mut reader = LogReader::new(&ReadAs::Detected, &OPTIONS, Resume::default()).leaving_open(leaves_open);
    let (mut rows, mut report) = (Vec::new(), ImportReport::default());
    let mut keep = |batch: Batch| {
        rows.extend(batch.rows.iter().map(|row| (row.dst_port, row.verdict)));
        Ok::<_, Infallible>(())
    };
    reader.read(&mut text.as_bytes(), &mut keep, &mut report).expect("read");
    reader.flush(is_end, &mut keep, &mut report).expect("kept");
    (rows, reader.position().offset, reader.is_open())
}

#[test]
fn a_last_line_without_an_end_is_left_where_that_is_asked_for() {
    let whole = format!("{PACKET}1\n{PACKET}2\n");
    let text = format!("{whole}{PACKET}3");
    let drop = Some("DROP");
    let [one, two, three] = [1, 2, 3].map(|port| (Some(port), drop));
    assert_eq!(read_some(&text, false, true), (vec![one, two, three], text.len() as u64, false));
    assert_eq!(read_some(&text, true, true), (vec![one, two], whole.len() as u64, true));
    assert_eq!(read_some(&whole, true, true), (vec![one, two], whole.len() as u64, false));
    // An entry of the journal whose end is not written yet is read anew from its beginning.
    let entry = "__CURSOR=s=1\n__REALTIME_TIMESTAMP=1773259200000000\n_TRANSPORT=kernel\nMESSAGE=DROP IN=eth0 OUT= SRC=192.0.2.1 DST=198.51.100.1 PROTO=TCP SPT=1 DPT=4";
    assert_eq!(read_some(&format!("{whole}{entry}"), true, true), (vec![one, two], whole.len() as u64, true));
    // An array has an end of its own.
    let array = r#"[{"timestamp":"2026-03-11T20:00:00.5+0000","event_type":"drop","src_ip":"192.0.2.1","dest_ip":"192.0.2.2","dest_port":5,"proto":"UDP"}]"#;
    assert_eq!(read_some(array, true, true).0, [(Some(5), drop)]);
}

/// Suricata writes the two directions of a flow one behind the other; whoever is stopped between them reads both again.
#[test]
fn half_a_flow_is_not_read() {
    let half = |from: &str, to: &str| {
        format!(
            "{{\"timestamp\":\"2026-03-11T20:00:00.5+0000\",\"flow_id\":7,\"event_type\":\"netflow\",{from},{to},\"proto\":\"TCP\",\
             \"netflow\":{{\"start\":\"2026-03-11T20:00:00Z\"}},\"tcp\":{{\"tcp_flags\":\"1b\"}}}}\n"
        )
    };
    let packet = format!("{PACKET}1\n");
    let client = half(r#""src_ip":"192.168.1.5","src_port":40000"#, r#""dest_ip":"203.0.113.5","dest_port":443"#);
    let server = half(r#""src_ip":"203.0.113.5","src_port":443"#, r#""dest_ip":"192.168.1.5","dest_port":40000"#);
    let both = format!("{packet}{client}{server}");
    let (drop, accept) = ((Some(1), Some("DROP")), (Some(443), Some("ACCEPT")));
    assert_eq!(read_some(&format!("{packet}{client}"), false, false), (vec![drop], packet.len() as u64, false));
    assert_eq!(read_some(&both, false, false), (vec![drop, accept], both.len() as u64, false));
    // At the end of the log it is one that nobody answered.
    let (rows, offset, _) = read_some(&format!("{packet}{client}"), false, true);
    assert_eq!((rows.len(), offset), (2, (packet.len() + client.len()) as u64));
}
