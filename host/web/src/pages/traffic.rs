//! Events as parts of pages: by time, the most frequent, and a list of them.

use maud::{Markup, html};
use net_scout_model::Timestamp;
use net_scout_report::browse::{FoundEvent, FoundEvents, TopList};
use net_scout_report::plot::{Chart, chart};
use net_scout_report::words::number;

use super::text::{LINE, address, share, shown, time};
use super::url::Url;

/// The classes of the verdicts.
const VERDICTS: [(&str, &str); 3] = [("refused", "refused"), ("let through", "accepted"), ("not known", "other")];

/// Events by time.
pub(super) fn by_time(found: &FoundEvents) -> Markup {
    let series = VERDICTS
        .iter()
        .enumerate()
        .map(|(place, (name, class))| (*name, *class, found.by_time.iter().map(|counts| counts[place]).collect::<Vec<u64>>()));
    let series = series.filter(|(.., counts)| counts.iter().any(|count| *count > 0)).collect();
    chart(&Chart::Time { title: "Events by time, UTC", bins: found.bins, series })
}

/// The most frequent of something, each with a bar. What a name leads to, says `link`.
pub(super) fn ranking(title: &str, list: &TopList, all: u64, link: impl Fn(&str) -> Markup) -> Markup {
    html! {
        @if list.top.is_empty() { p class="soft small" { (title) ": none is known." } }
        @else {
            table class="ranking" {
                caption {
                    (title)
                    @if list.distinct > list.top.len() as u64 { ", " (list.top.len()) " of " (number(list.distinct)) }
                }
                tbody {
                    @for (name, count) in &list.top {
                        tr { th scope="row" class="any" { (link(name)) } td class="meter" { (share(*count, all)) } td class="number" { (number(*count)) } }
                    }
                }
            }
        }
    }
}

/// A port with the name that it is known by.
pub(super) fn port(name: &str) -> Markup {
    let known = name.parse().ok().and_then(service);
    html! { span class="mono" { (shown(name, 20)) } @if let Some(known) = known { " " span class="soft small" { (known) } } }
}

/// The names of ports that everybody knows.
fn service(port: u16) -> Option<&'static str> {
    const KNOWN: [(u16, &str); 26] = [
        (21, "ftp"),
        (22, "ssh"),
        (23, "telnet"),
        (25, "smtp"),
        (53, "dns"),
        (80, "http"),
        (110, "pop3"),
        (123, "ntp"),
        (135, "msrpc"),
        (139, "netbios"),
        (143, "imap"),
        (161, "snmp"),
        (389, "ldap"),
        (443, "https"),
        (445, "smb"),
        (993, "imaps"),
        (1433, "mssql"),
        (1900, "ssdp"),
        (3306, "mysql"),
        (3389, "rdp"),
        (5060, "sip"),
        (5432, "postgresql"),
        (5900, "vnc"),
        (6379, "redis"),
        (8080, "http"),
        (27017, "mongodb"),
    ];
    KNOWN.binary_search_by_key(&port, |(number, _)| *number).ok().map(|place| KNOWN[place].1)
}

/// A list of events.
pub(super) fn events(url: &Url, found: &[FoundEvent], now: Timestamp) -> Markup {
    html! {
        div class="scroll" tabindex="0" role="region" aria-label="Events" {
            table {
                caption class="hidden" { "Events" }
                thead { tr { th { "Last seen" } th { "From" } th { "To" } th { "Protocol" } th { "Port" } th { "Verdict" } th { "Direction" } th class="number" { "Hits" } } }
                tbody { @for event in found { (row(url, event, now)) } }
            }
        }
    }
}

fn row(url: &Url, event: &FoundEvent, now: Timestamp) -> Markup {
    let text = |text: &Option<String>| shown(text.as_deref().unwrap_or("-"), LINE);
    let verdict = match event.verdict.as_deref() {
        Some("DROP") => ("pill high", "refused"),
        Some("ACCEPT") => ("pill low", "let through"),
        _ => ("pill", "not known"),
    };
    html! {
        tr {
            td { (time(event.time, now)) }
            td { (address(url, &event.src_ip)) @if let Some(country) = &event.country { " " span class="soft small" { (shown(country, 8)) } } }
            td { (address(url, &event.dst_ip)) }
            td { (text(&event.proto)) }
            td { @match event.dst_port { Some(number) => (port(&number.to_string())), None => "-" } }
            td { span class=(verdict.0) { (verdict.1) } }
            td { (shown(&event.direction.as_deref().unwrap_or("-").to_lowercase(), 20)) }
            td class="number" { (number(event.hits)) }
        }
    }
}

#[cfg(test)]
mod tests {
    use net_scout_model::Timestamp;

    use super::*;

    #[test]
    fn events_of_others_are_text() {
        let event = FoundEvent {
            id: 1,
            time: Timestamp(1_773_261_311_000_000),
            src_ip: "<script>".into(),
            src_port: None,
            dst_ip: "10.0.0.5".into(),
            dst_port: Some(443),
            proto: Some("T\u{202e}CP".into()),
            verdict: Some("<b>".into()),
            direction: Some("<I>".into()),
            hits: 1,
            service: None,
            country: Some("\"><img>".into()),
        };
        let page = events(&Url::default(), &[event], Timestamp(1_773_261_311_000_000)).into_string();
        assert!(
            !page.contains("<script") && !page.contains("<img") && !page.contains("<i>") && !page.contains('\u{202e}'),
            "{page}"
        );
        assert!(page.contains("href=\"/address/10.0.0.5\"") && page.contains("https"));
        assert_eq!((service(22), service(27017), service(1)), (Some("ssh"), Some("mongodb"), None));
        let list = TopList { distinct: 12, top: vec![("22".into(), 3)] };
        assert!(ranking("Ports", &list, 3, port).into_string().contains("Ports, 1 of 12"));
    }
}
