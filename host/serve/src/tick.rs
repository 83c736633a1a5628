//! What a tick scans: the time since the last scan that ended well, what failed, and what rows came late for; in steps.
//!
//! Nothing here reads a clock or a database: the plan follows from the coverage, the time and the options.

mod fill;

use serde::Serialize;

use net_scout_model::time::Moment;
use net_scout_model::{Coverage, CoverageState, Span, Timestamp, Window};

pub use fill::{fill, fillable, steps_of};

/// A minute, the shortest step, in microseconds.
pub const MINUTE: i64 = 60_000_000;

/// After so many failures in a row what failed does not hold up what comes after it any more.
const HOLDS_UP: u32 = 3;

/// How a tick is planned. All lengths are in microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TickOptions {
    /// How long after an event its row is waited for.
    pub settle: i64,
    /// The longest step.
    pub step: i64,
    /// How far back the very first tick looks.
    pub first: i64,
    /// How far back time that was not scanned is made up for. What is older is left out.
    pub catch_up: i64,
    /// How far back a scan looks beyond its step: rows that came late change the answers of all steps within.
    pub reach: i64,
    /// How long what failed is left alone where later time was scanned well.
    pub retry: i64,
}

impl Default for TickOptions {
    /// Thirty seconds; an hour; an hour; a week; an hour; a quarter of an hour.
    fn default() -> Self {
        let hour = 60 * MINUTE;
        Self { settle: MINUTE / 2, step: hour, first: hour, catch_up: 7 * 24 * hour, reach: hour, retry: hour / 4 }
    }
}

/// Why a step is scanned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Why {
    /// It never was.
    New,
    /// Rows came late.
    Late,
    /// It failed before.
    Failed,
    /// It was left out.
    Gap,
}

/// One scan of a tick.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// What it covers.
    pub span: Span,
    /// Why.
    pub why: Why,
}

/// What a tick does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// The scans, in the order in which they are made. None overlap.
    pub steps: Vec<Step>,
    /// What is too old to be made up for, to be recorded as a gap.
    pub left_out: Option<Span>,
    /// From where on coverage is claimed for time that has not come, to be forgotten: the clock was ahead.
    pub ahead: Option<Timestamp>,
    /// How far the scans are behind: from the end of the last that ended well to where this tick looks, in microseconds.
    pub lag: i64,
}

impl Plan {
    /// How much time is still to be scanned, in microseconds.
    #[must_use]
    pub fn remaining(&self) -> i64 {
        self.steps.iter().map(|step| step.span.length()).sum()
    }

    /// Whether more than one step is needed to catch up.
    #[must_use]
    pub fn is_catching_up(&self) -> bool {
        self.steps.iter().filter(|step| step.why == Why::New).count() > 1
    }
}

/// Plans a tick. After failures in a row the steps become shorter, down to a minute: what is too much for one scan is not for each of
/// several.
#[must_use]
pub fn plan(coverage: &Coverage, now: Timestamp, failures: u32, options: &TickOptions) -> Plan {
    let target = now.plus(-options.settle.max(0));
    let Some(good) = coverage.good_until().or_else(|| coverage.stretches().first().map(|first| first.span.begins)) else {
        let steps = Span::new(target.plus(-options.first), target).map(|span| in_steps(span, Why::New, options.step));
        return Plan { steps: steps.unwrap_or_default(), lag: options.first.max(0), ..Plan::default() };
    };
    let ahead = coverage.stretches().last().map(|last| last.span.ends).filter(|last| *last > now).map(|_| target);
    let begins = coverage.stretches().first().map_or(target, |first| first.span.begins);
    let oldest = target.plus(-options.catch_up);
    let length = (options.step >> failures.min(30)).max(MINUTE.min(options.step));
    let mut plan = Plan { ahead, lag: target.0.saturating_sub(good.0).max(0), ..Plan::default() };
    let (mut held_up, mut late) = (Vec::new(), Vec::new());
    let within = Span::new(begins.max(oldest), target);
    for (span, stretch) in within.map(|within| coverage.parts(within)).unwrap_or_default() {
        match stretch.map(|stretch| stretch.state) {
            None => plan.steps.extend(in_steps(span, Why::New, length)),
            Some(CoverageState::Failed) => {
                let at = stretch.map_or(now, |stretch| stretch.at);
                let steps = in_steps(span, Why::Failed, length);
                if span.begins >= good && failures < HOLDS_UP {
                    plan.steps.extend(steps);
                } else if !(at..at.plus(options.retry)).contains(&now) {
                    held_up.extend(steps);
                }
            }
            Some(CoverageState::Late) => span.append(&mut late),
            Some(CoverageState::Scanned | CoverageState::Gap) => {}
        }
    }
    plan.steps.extend(reached(&late, coverage, target, options));
    plan.steps.extend(held_up);
    plan.left_out = Span::new(begins, oldest.min(target)).and_then(|old| left_out(coverage, old));
    plan
}

/// What a scan of a step looks at: rules count over their whole window, however short the step is.
#[must_use]
pub fn window_of(step: Span, since: Moment, now: Timestamp) -> Window {
    Window { since: since.until(step.ends).min(step.begins), until: Some(step.ends), now }
}

/// The steps of a span, each no longer than so much.
fn in_steps(span: Span, why: Why, length: i64) -> Vec<Step> {
    let length = length.max(1);
    let (mut steps, mut begins) = (Vec::new(), span.begins);
    while begins < span.ends {
        let ends = Timestamp(begins.0.saturating_add(length)).min(span.ends);
        steps.push(Step { span: Span { begins, ends }, why });
        begins = ends;
    }
    steps
}

/// What is to be scanned again for late rows: their stretches, and all that was scanned with them in reach.
fn reached(late: &[Span], coverage: &Coverage, target: Timestamp, options: &TickOptions) -> Vec<Step> {
    let mut spans: Vec<Span> = Vec::new();
    for span in late {
        let ends = span.ends.plus(options.reach.max(0)).min(target);
        Span { begins: span.begins, ends: ends.max(span.ends) }.append(&mut spans);
    }
    let parts = spans.iter().flat_map(|span| coverage.parts(*span));
    let good = parts.filter(|(_, stretch)| stretch.is_some_and(|stretch| stretch.state.is_good()));
    let mut again = Vec::new();
    good.for_each(|(span, _)| span.append(&mut again));
    again.into_iter().flat_map(|span| in_steps(span, Why::Late, options.step)).collect()
}

/// From the first to the last of what was never scanned, nor left out before.
fn left_out(coverage: &Coverage, old: Span) -> Option<Span> {
    let parts = coverage.parts(old);
    let mut open = parts.iter().filter(|(_, stretch)| stretch.is_none_or(|stretch| stretch.state == CoverageState::Failed));
    let first = open.next()?.0;
    Some(Span { begins: first.begins, ends: open.next_back().map_or(first.ends, |(last, _)| last.ends) })
}

#[cfg(test)]
mod tests;
