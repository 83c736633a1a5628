//! A report as it is sent: a line and a few lines for those who show no more, and the whole of it for the others.

use net_scout_model::{Span, ToldReport, counted, plain};

use super::{Report, ReportFormat};
use crate::figures::AlertLine;
use crate::words::{change, duration, number, seconds};

/// How many alerts and plugins are named in a few lines.
const NAMED: usize = 3;

impl Report {
    /// The report for receivers of messages, with a page or without.
    #[must_use]
    pub fn told(&self, with_page: bool) -> ToldReport {
        ToldReport {
            title: self.headline(),
            brief: self.brief(),
            text: self.write(ReportFormat::Text),
            page: with_page.then(|| self.write(ReportFormat::Html)),
            figures: serde_json::to_value(self).unwrap_or_default(),
        }
    }

    /// What it comes to, in a line.
    fn headline(&self) -> String {
        let alerts = &self.alerts;
        let named = alerts.severities.iter().filter(|one| one.count > 0);
        let severities: Vec<String> = named.map(|one| format!("{} {}", number(one.count), one.name)).collect();
        let what = match alerts.raised {
            0 => "no new alert".to_owned(),
            raised => format!("{} ({})", counted(number(raised), "new alert"), severities.join(", ")),
        };
        format!("net-scout: report for {}: {what}", duration(self.period.length() / 1_000_000))
    }

    /// What it comes to, in a few lines. The last says where the rest is.
    fn brief(&self) -> String {
        let (alerts, events) = (&self.alerts, &self.events);
        let beside = |before: Option<u64>, now| before.map_or_else(String::new, |before| format!(" ({})", change(now, before)));
        let mut lines = vec![format!("{}.", span(self.period))];
        let raised = beside(alerts.raised_before, alerts.raised);
        let (again, open) = (number(alerts.again), number(alerts.open));
        lines.push(format!("Alerts: {} raised{raised}, {again} raised again, {open} still open.", number(alerts.raised)));
        lines.extend(alerts.strongest.iter().take(NAMED).map(line));
        let named = alerts.strongest.len().min(NAMED) as u64;
        let more = (alerts.raised + alerts.again).saturating_sub(named);
        if more > 0 {
            lines.push(format!("- and {} more", number(more)));
        }
        let before = beside(events.before.map(|before| before.events), events.all.events);
        let (all, refused) = (number(events.all.events), number(events.all.refused));
        lines.push(format!("Events: {all}{before}, {refused} of them refused."));
        lines.push(format!("Scanned: {}.", self.scanned()));
        let plugins: Vec<String> = self.plugins.iter().take(NAMED).map(|one| plain(&one.plugin, 60)).collect();
        if !plugins.is_empty() {
            let more = if self.plugins.len() > NAMED { " and others" } else { "" };
            lines.push(format!("Plugins with problems: {}{more}.", plugins.join(", ")));
        }
        let Span { begins, ends } = self.period;
        lines.push(format!("All of it: net-scout report --since {} --until {}", begins.seconds(), ends.seconds()));
        lines.join("\n")
    }
}

fn span(span: Span) -> String {
    format!("{} to {}", seconds(span.begins), seconds(span.ends))
}

/// `- high port_scan from 203.0.113.9, alert 12`
fn line(alert: &AlertLine) -> String {
    let side = |word: &str, address: &Option<String>| match address {
        Some(address) => format!(" {word} {}", plain(address, 60)),
        None => String::new(),
    };
    let (from, to) = (side("from", &alert.src_ip), side("to", &alert.dst_ip));
    format!("- {} {}{from}{to}, alert {}", alert.severity, plain(&alert.alert_type, 60), alert.id)
}
