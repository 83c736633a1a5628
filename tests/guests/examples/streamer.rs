//! Reads millions of rows of a query that groups nothing, one after another.

use net_scout_sdk::{Alert, Arguments, Description, Error, Window, query, rule};

rule!(describe, evaluate);

fn describe() -> Description {
    Description::rule("streamer", env!("CARGO_PKG_VERSION"), "Counts rows in constant memory")
        .alert_type("streamed")
        .reads("events", &["id", "src_ip", "dst_ip", "dst_port"])
}

fn evaluate(_window: Window, _arguments: &Arguments) -> Result<Vec<Alert>, Error> {
    let sql = "SELECT one.id, one.src_ip, two.dst_ip, two.dst_port FROM events AS one, (SELECT dst_ip, dst_port FROM events LIMIT 10) AS two";
    let (mut rows, mut ids, mut text) = (0, 0, 0);
    for row in query::<(i64, String, String, Option<i64>)>(sql, &[])? {
        let (id, source, destination, _port) = row?;
        rows += 1;
        ids += id;
        text += source.len() + destination.len();
    }
    Ok(vec![Alert::new("streamed", 50).evidence("rows", rows).evidence("ids", ids).evidence("text", text as i64)])
}
