//! A report as a document: what stands where, in words.

use net_scout_model::Span;

use super::Report;
use crate::document::{Document, Part, Section, Table};
use crate::figures::{AlertLine, Changed, Ranked, Ranking};
use crate::plot::Chart;
use crate::words::{change, duration, number, seconds};

/// The classes of the verdicts in plots by time.
const VERDICTS: [(&str, &str); 3] = [("refused", "refused"), ("let through", "accepted"), ("not known", "other")];
/// The classes of the severities.
const SEVERITIES: [(&str, &str); 5] =
    [("critical", "critical"), ("high", "high"), ("medium", "medium"), ("low", "low"), ("informational", "informational")];

impl Report {
    /// The whole report.
    pub(super) fn document(&self) -> Document {
        Document {
            title: "Network report".to_owned(),
            lead: self.lead(),
            sections: vec![
                self.overview(),
                self.alerts(),
                self.traffic(),
                self.sources(),
                self.novelties(),
                self.coverage(),
                self.left_out(),
                self.plugins(),
            ],
        }
    }

    fn lead(&self) -> String {
        let mut lead = format!("{}, made {}.", span(self.period), seconds(self.made));
        if let Some(before) = self.before {
            lead.push_str(&format!(" Compared with {}.", span(before)));
        }
        lead
    }

    fn overview(&self) -> Section {
        let (events, alerts) = (&self.events, &self.alerts);
        let beside = |now: u64, before: Option<u64>| {
            before.map_or_else(|| number(now), |before| format!("{} ({})", number(now), change(now, before)))
        };
        let mut facts = vec![
            ("alerts raised", beside(alerts.raised, alerts.raised_before)),
            ("raised again", number(alerts.again)),
            ("still open", number(alerts.open)),
            ("events", beside(events.all.events, events.before.map(|before| before.events))),
            ("refused", beside(events.all.refused, events.before.map(|before| before.refused))),
            ("packets", beside(events.all.packets, events.before.map(|before| before.packets))),
            ("scanned", self.scanned()),
        ];
        if alerts.about_older > 0 {
            facts.insert(1, ("about older events", number(alerts.about_older)));
        }
        if events.unreadable > 0 {
            facts.push(("not readable", number(events.unreadable)));
        }
        Section { title: "Overview", parts: vec![Part::Facts(facts)] }
    }

    /// Which part of the period was scanned.
    pub(super) fn scanned(&self) -> String {
        let coverage = &self.coverage;
        if !coverage.is_recorded || coverage.seconds <= 0 {
            return "not recorded (scans by hand only)".to_owned();
        }
        let done = coverage.scanned + coverage.late;
        format!("{:.1} % of the time", done as f64 * 100.0 / coverage.seconds as f64)
    }

    fn alerts(&self) -> Section {
        let alerts = &self.alerts;
        if alerts.raised + alerts.again == 0 {
            return Section { title: "Alerts", parts: vec![Part::Words("No alert was raised in this period.".to_owned())] };
        }
        let series = series(&SEVERITIES, &alerts.by_time);
        let mut parts = vec![
            Part::Chart(Chart::Time { title: "Alerts, by the time of their last event", bins: self.events.bins, series }),
            Part::Table(Table {
                title: Some("The most severe".to_owned()),
                header: vec!["id", "severity", "score", "type", "source", "target", "last event", "status"],
                rows: alerts.strongest.iter().map(line).collect(),
                numbers: &[0, 2],
            }),
            changes("By severity", "severity", &alerts.severities),
            changes("By rule", "rule", &alerts.rules),
            changes("What became of them", "status", &alerts.statuses),
        ];
        if !alerts.verdicts.is_empty() {
            parts.push(changes("Verdicts", "verdict", &alerts.verdicts));
        }
        Section { title: "Alerts", parts }
    }

    fn traffic(&self) -> Section {
        let events = &self.events;
        let mut parts =
            vec![Part::Chart(Chart::Time { title: "Events", bins: events.bins, series: series(&VERDICTS, &events.by_time) })];
        if !events.ports_by_time.is_empty() {
            let rows = events.ports_by_time.clone();
            parts.push(Part::Chart(Chart::Heat { title: "Events that came in, by port", bins: events.bins, rows }));
            parts.push(ranking("Ports", "port", &events.ports, &events.ports.top));
        }
        if !events.countries.top.is_empty() {
            let rows = events.countries.top.iter().map(|one| (one.name.clone(), one.count.events)).collect();
            parts.push(Part::Chart(Chart::Bars { title: "Events that came in, by country", rows }));
        }
        Section { title: "Traffic", parts }
    }

    fn sources(&self) -> Section {
        let events = &self.events;
        let parts = vec![
            ranking("Sources", "source", &events.sources, &events.sources.top),
            ranking("Networks", "network", &events.networks, &events.networks.top),
            ranking("Targets", "target", &events.targets, &events.targets.top),
        ];
        Section { title: "Who, and to whom", parts }
    }

    fn novelties(&self) -> Section {
        let title = "What is new";
        if self.before.is_none() {
            let words = "Nothing is compared: `--compare previous` compares with the period before.";
            return Section { title, parts: vec![Part::Words(words.to_owned())] };
        }
        let (events, alerts) = (&self.events, &self.alerts);
        if events.before.is_some_and(|before| before.events == 0) {
            let words = "There are no events of the period before: all of this one would be new.";
            return Section { title, parts: vec![Part::Words(words.to_owned())] };
        }
        let of = |new: usize, all: usize| format!("{} of {}", number(new as u64), number(all as u64));
        let types = if alerts.new_types.is_empty() { "none".to_owned() } else { alerts.new_types.join(", ") };
        let facts = vec![
            ("types of alerts", types),
            ("sources of alerts", of(alerts.new_sources, alerts.sources)),
            ("sources", of(events.sources.new, events.sources.distinct)),
            ("networks", of(events.networks.new, events.networks.distinct)),
            ("targets", of(events.targets.new, events.targets.distinct)),
            ("ports", of(events.ports.new, events.ports.distinct)),
            ("countries", of(events.countries.new, events.countries.distinct)),
        ];
        let mut parts = vec![Part::Facts(facts)];
        for (title, what, found) in [
            ("New sources", "source", &events.sources),
            ("New networks", "network", &events.networks),
            ("New targets", "target", &events.targets),
            ("New ports", "port", &events.ports),
            ("New countries", "country", &events.countries),
        ] {
            if !found.top_new.is_empty() {
                parts.push(ranking(title, what, found, &found.top_new));
            }
        }
        Section { title, parts }
    }

    fn coverage(&self) -> Section {
        let title = "Coverage";
        let coverage = &self.coverage;
        if !coverage.is_recorded {
            let words =
                "No service recorded which time was scanned. What this report says of alerts is what scans by hand found.";
            return Section { title, parts: vec![Part::Words(words.to_owned())] };
        }
        let facts = vec![
            ("scanned", duration(coverage.scanned)),
            ("rows came late", duration(coverage.late)),
            ("failed", duration(coverage.failed)),
            ("left out", duration(coverage.gap)),
            ("not recorded", duration(coverage.unknown)),
        ];
        let mut parts = vec![Part::Facts(facts)];
        if !coverage.uncovered.is_empty() {
            let row = |one: &crate::figures::Uncovered| {
                let length = duration((one.ends.0 - one.begins.0) / 1_000_000);
                vec![
                    seconds(one.begins),
                    seconds(one.ends),
                    length,
                    one.state.to_owned(),
                    one.message.clone().unwrap_or_default(),
                ]
            };
            parts.push(Part::Table(Table {
                title: Some("Not scanned to the last row".to_owned()),
                header: vec!["from", "to", "length", "state", "why"],
                rows: coverage.uncovered.iter().map(row).collect(),
                numbers: &[2],
            }));
        }
        Section { title, parts }
    }

    fn left_out(&self) -> Section {
        let left_out = &self.left_out;
        let all: u64 = left_out.scans.iter().map(|(.., alerts)| alerts).sum();
        let mut parts =
            vec![Part::Facts(vec![("left out by scans", number(all)), ("closed by the allowlist", number(left_out.closed))])];
        if !left_out.scans.is_empty() {
            let row = |(origin, why, alerts): &(String, String, u64)| vec![number(*alerts), origin.clone(), why.clone()];
            parts.push(Part::Table(Table {
                title: Some("Left out by scans".to_owned()),
                header: vec!["alerts", "entry", "why"],
                rows: left_out.scans.iter().map(row).collect(),
                numbers: &[0],
            }));
        }
        if !left_out.entries.is_empty() {
            parts.push(Part::Table(Table {
                title: Some("Entries of the allowlist".to_owned()),
                header: vec!["what", "why"],
                rows: left_out.entries.iter().map(|(what, why)| vec![what.clone(), why.clone()]).collect(),
                numbers: &[],
            }));
        }
        Section { title: "What was left out", parts }
    }

    fn plugins(&self) -> Section {
        let title = "Plugins";
        if self.plugins.is_empty() {
            return Section { title, parts: vec![Part::Words("No plugin failed.".to_owned())] };
        }
        let row = |one: &crate::figures::PluginTrouble| {
            let numbers = [one.troubled, one.runs, one.failed, one.refused, one.denials].map(number);
            let mut row = vec![one.plugin.clone()];
            row.extend(numbers);
            row.extend([one.last.clone(), one.error.clone().unwrap_or_default()]);
            row
        };
        let table = Table {
            title: None,
            header: vec!["plugin", "troubled", "runs", "failed calls", "refused alerts", "denials", "last", "error"],
            rows: self.plugins.iter().map(row).collect(),
            numbers: &[1, 2, 3, 4, 5],
        };
        Section { title, parts: vec![Part::Table(table)] }
    }
}

fn span(span: Span) -> String {
    format!("{} to {}", seconds(span.begins), seconds(span.ends))
}

fn series<const N: usize>(
    classes: &[(&'static str, &'static str); N],
    by_time: &[[u64; N]],
) -> Vec<(&'static str, &'static str, Vec<u64>)> {
    let of = |place: usize| by_time.iter().map(|counts| counts[place]).collect::<Vec<u64>>();
    let all = classes.iter().enumerate().map(|(place, (name, class))| (*name, *class, of(place)));
    all.filter(|(.., counts)| counts.iter().any(|count| *count > 0)).collect()
}

pub(super) fn line(alert: &AlertLine) -> Vec<String> {
    let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    vec![
        alert.id.to_string(),
        alert.severity.to_owned(),
        alert.score.to_string(),
        alert.alert_type.clone(),
        text(&alert.src_ip),
        text(&alert.dst_ip),
        alert.last_event.map_or_else(|| format!("< {}", seconds(alert.raised)), seconds),
        alert.status.clone(),
    ]
}

fn changes(title: &str, what: &'static str, list: &[Changed]) -> Part {
    let compares = list.iter().any(|one| one.before.is_some());
    let mut header = vec![what, "alerts"];
    header.extend(compares.then_some("before"));
    let row = |one: &Changed| {
        let mut row = vec![one.name.clone(), number(one.count)];
        row.extend(one.before.map(number));
        row
    };
    Part::Table(Table { title: Some(title.to_owned()), header, rows: list.iter().map(row).collect(), numbers: &[1, 2] })
}

fn ranking(title: &str, what: &'static str, all: &Ranking, shown: &[Ranked]) -> Part {
    let compares = shown.iter().any(|one| one.before.is_some_and(|before| before > 0));
    let mut header = vec![what, "events", "refused", "packets"];
    header.extend(compares.then_some("before"));
    let row = |one: &Ranked| {
        let mut row = vec![one.name.clone(), number(one.count.events), number(one.count.refused), number(one.count.packets)];
        row.extend(one.before.filter(|_| compares).map(number));
        row
    };
    let of = if shown == all.top.as_slice() { all.distinct } else { all.new };
    let title = if of > shown.len() { format!("{title}: {} of {}", shown.len(), number(of as u64)) } else { title.to_owned() };
    Part::Table(Table { title: Some(title), header, rows: shown.iter().map(row).collect(), numbers: &[1, 2, 3, 4] })
}
