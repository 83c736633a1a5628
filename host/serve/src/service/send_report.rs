//! The job that makes reports and puts them into the outbox, also of a time in which nothing happened.

use super::{REPORT, Service, ServiceError};
use crate::schedule::Schedule;
use net_scout_model::{Span, Timestamp, counted};
use net_scout_notify::queue_report;
use net_scout_report::ReportError;
use net_scout_report::report::{ReportOptions, TOP, make_report};

/// Who gets reports, and of what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReportPlan {
    /// The names of receivers.
    pub to: Vec<String>,
    /// How long the period is, in microseconds; none for the time since the report before.
    pub length: Option<i64>,
    /// Whether a page goes with the text, where a receiver can show one.
    pub with_page: bool,
}

impl Service<'_> {
    /// Makes the report of this run and queues it. A run that was interrupted after that queues it no second time.
    pub(super) async fn send_report(&mut self) -> Result<String, ServiceError> {
        let (now, zone) = (self.now(), self.agenda.zone.clone());
        let Some(job) = self.agenda.job(REPORT) else { return Ok(String::new()) };
        let (due, schedule) = (job.state().due.unwrap_or(now), job.schedule.clone());
        let period = period(&schedule, due, self.options.report.length, now, &zone);
        let options = ReportOptions { since: period.begins, until: period.ends, compares: true, top: TOP };
        let report = make_report(&self.options.scan, &options, now, self.around.sink).await.map_err(report_error)?;
        let plan = self.options.report.clone();
        let told = report.told(plan.with_page);
        let open = self.database()?;
        let queued = queue_report(&mut open.database, &plan.to, &due.stored(), &told, now)?;
        let queued = queued.ok_or_else(|| ServiceError::Once("the system gives no random numbers".to_owned()))?;
        Ok(format!("{} to {}", counted(queued, "report"), plan.to.join(", ")))
    }
}

/// What a report is about: until the last time that the schedule names, however late it is, and since the report before. What was missed
/// meanwhile is part of it.
fn period(schedule: &Schedule, due: Timestamp, length: Option<i64>, now: Timestamp, zone: &jiff::tz::TimeZone) -> Span {
    let ends = schedule.last(due, now, zone);
    let begins = length.map_or_else(|| schedule.before(due, zone), |length| ends.plus(-length));
    Span { begins, ends }
}

fn report_error(error: ReportError) -> ServiceError {
    match error {
        ReportError::Database(error) => ServiceError::Database(error),
        error => ServiceError::Once(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use net_scout_model::time::parse_timestamp;

    #[test]
    fn a_report_is_about_the_time_since_the_one_before() {
        let at = |text: &str| parse_timestamp(text).expect("an instant");
        let of = |schedule: &str, due: &str, length, now: &str| {
            let span = period(&schedule.parse().expect("a schedule"), at(due), length, at(now), &TimeZone::UTC);
            (span.begins.seconds(), span.ends.seconds())
        };
        let span = |begins: &str, ends: &str| (begins.to_owned(), ends.to_owned());
        let (due, late) = ("2026-03-11T07:00:00Z", "2026-03-11T07:00:09Z");
        assert_eq!(of("daily 07:00", due, None, late), span("2026-03-10T07:00:00Z", due));
        assert_eq!(of("daily 07:00", due, Some(7 * 86_400_000_000), late), span("2026-03-04T07:00:00Z", due));
        assert_eq!(of("weekly wed 07:00", due, None, late), span("2026-03-04T07:00:00Z", due));
        assert_eq!(of("weekly thu,wed 07:00", due, None, late), span("2026-03-05T07:00:00Z", due));
        assert_eq!(of("24 hours", "2026-03-11T06:30:00Z", None, late), span("2026-03-10T06:30:00Z", "2026-03-11T06:30:00Z"));
        // The machine was off for two days.
        let again = "2026-03-13T09:00:00Z";
        assert_eq!(of("daily 07:00", due, None, again), span("2026-03-10T07:00:00Z", "2026-03-13T07:00:00Z"));
    }
}
