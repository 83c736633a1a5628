//! `traceroute`: the way to an address, by the system's `traceroute` program.

use net_scout_sdk::{Arguments, Description, EnrichError, Observable, ObservableKind, Parameter, enricher, exec};
use serde_json::{Value, json};

enricher!(describe, enrich);

fn describe() -> Description {
    let summary = "The way to an address, by the system's traceroute program";
    Description::enricher("traceroute", env!("CARGO_PKG_VERSION"), summary, &[ObservableKind::Ip])
        .kept(86_400, 3_600)
        .parameter(Parameter::integer("max_hops", 20, 1..=64, "How many routers away it looks"))
        .parameter(Parameter::integer("timeout", 10, 1..=120, "How many seconds it may take; what was found until then is kept"))
        .runs("traceroute", &["-n", "-m", "{int:1..64}", "{ip}"])
}

fn enrich(observable: Observable, arguments: &Arguments) -> Result<String, EnrichError> {
    let (hops, seconds) = (arguments.integer("max_hops")?, arguments.integer("timeout")?);
    let words = ["-n".to_owned(), "-m".to_owned(), hops.to_string(), observable.value.clone()];
    let output = exec::run("traceroute", &words, u32::try_from(seconds).ok())?;
    let hops: Vec<Value> = output.stdout.lines().filter_map(hop).collect();
    if hops.is_empty() {
        return Err(if output.timed_out {
            EnrichError::TimedOut(format!("traceroute found no router in {seconds} s"))
        } else {
            let reason = output.stderr.lines().next().unwrap_or("it said nothing");
            EnrichError::Unavailable(format!("traceroute: {reason}"))
        });
    }
    let reached = hops.last().is_some_and(|hop| hop["address"] == observable.value.as_str());
    let answer = json!({ "hops": hops, "reached": reached, "complete": !output.timed_out, "raw": output.stdout });
    Ok(answer.to_string())
}

/// A line such as `3  192.0.2.1  1.234 ms  192.0.2.9  1.3 ms !H  *`: the number of the hop, then for each of three packets a time behind
/// the address that answered, where it is another than before, or a star.
fn hop(line: &str) -> Option<Value> {
    let mut words = line.split_whitespace();
    let number: u32 = words.next()?.parse().ok()?;
    let (mut address, mut times, mut others, mut lost) = (None, Vec::new(), Vec::new(), 0);
    let mut last = "";
    for word in words {
        match word {
            "*" => lost += 1,
            "ms" => times.extend(last.parse::<f64>().ok()),
            _ if word.parse::<std::net::IpAddr>().is_ok() => match &address {
                None => address = Some(word),
                Some(first) if *first != word => others.push(word),
                Some(_) => {}
            },
            _ => {}
        }
        last = word;
    }
    (address.is_some() || lost > 0)
        .then(|| json!({ "hop": number, "address": address, "others": others, "milliseconds": times, "lost": lost }))
}
