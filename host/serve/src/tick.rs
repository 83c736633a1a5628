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
    /// How far back a scan looks: rows that came late change the answers of all scans within.
    pub reach: i64,
    /// How long what failed is left alone where later time was scanned well.
    pub retry: i64,
    /// From one scan to the next, where all goes well.
    pub every: i64,
    /// Scans end at whole multiples of it, before the settling time: a scan that is made later, because another one failed or the service was
    /// killed, then looks at the very windows that it would have looked at in time.
    pub grid: i64,
}

impl Default for TickOptions {
    /// Thirty seconds; an hour; an hour; a week; an hour; a quarter of an hour; a minute; a minute.
    fn default() -> Self {
        let hour = 60 * MINUTE;
        Self {
            settle: MINUTE / 2,
            step: hour,
            first: hour,
            catch_up: 7 * 24 * hour,
            reach: hour,
            retry: hour / 4,
            every: MINUTE,
            grid: MINUTE,
        }
    }
}

impl TickOptions {
    /// The same with so much time from one scan to the next.
    #[must_use]
    pub fn with_interval(self, every: i64) -> Self {
        let (mut grid, mut rest) = (MINUTE, every.max(1));
        while rest != 0 {
            (grid, rest) = (rest, grid % rest);
        }
        Self { every: every.max(1), grid, ..self }
    }

    /// Up to where a tick looks.
    fn target(&self, now: Timestamp) -> Timestamp {
        let grid = self.grid.max(1);
        Timestamp(now.0.div_euclid(grid).saturating_mul(grid)).plus(-self.settle.max(0))
    }

    /// The length of the steps in which so much time is caught up with. A scan sees what its window holds at its end, and what lies across two
    /// windows may be in neither. So up to an hour is scanned in the steps that were missed, and in longer times the windows still have three
    /// quarters in common.
    fn length(&self, lag: i64) -> i64 {
        let longest = self.step.min((self.reach / 4).max(MINUTE)).max(1);
        if lag <= 60 * MINUTE { self.every.clamp(1, longest) } else { longest }
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
        self.new_steps() > 1
    }

    /// How many of its scans are of time that was never scanned.
    #[must_use]
    pub fn new_steps(&self) -> usize {
        self.steps.iter().filter(|step| step.why == Why::New).count()
    }
}

/// Plans a tick. After failures in a row the steps become shorter, down to a minute: what is too much for one scan is not for each of
/// several.
#[must_use]
pub fn plan(coverage: &Coverage, now: Timestamp, failures: u32, options: &TickOptions) -> Plan {
    let target = options.target(now);
    let Some(good) = coverage.good_until().or_else(|| coverage.stretches().first().map(|first| first.span.begins)) else {
        let steps = Span::new(target.plus(-options.first), target).map(|span| in_steps(span, Why::New, options.step));
        return Plan { steps: steps.unwrap_or_default(), lag: options.first.max(0), ..Plan::default() };
    };
    let ahead = coverage.stretches().last().map(|last| last.span.ends).filter(|last| *last > now).map(|_| target);
    let begins = coverage.stretches().first().map_or(target, |first| first.span.begins);
    let oldest = target.plus(-options.catch_up);
    let lag = target.0.saturating_sub(good.0).max(0);
    let whole = options.length(lag);
    let length = (whole >> failures.min(30)).max(MINUTE.min(whole));
    let mut plan = Plan { ahead, lag, ..Plan::default() };
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
            Some(CoverageState::Late) => late.extend(in_steps(span, Why::Late, options.length(0))),
            Some(CoverageState::Scanned | CoverageState::Gap) => {}
        }
    }
    plan.steps.extend(late);
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

/// What is to be scanned again for late rows: all stretches, from where one began to where one ended, whose windows hold their time.
#[must_use]
pub fn reached(late: &[Span], options: &TickOptions) -> Vec<Span> {
    let (every, settle) = (options.length(0), options.settle.max(0));
    let before = |time: i64| Timestamp(time.saturating_add(settle).div_euclid(every).saturating_mul(every)).plus(-settle);
    let mut spans = Vec::new();
    for span in late {
        let ends = span.ends.plus(options.reach.max(0)).0.saturating_add(every - 1);
        Span { begins: before(span.begins.0), ends: before(ends) }.append(&mut spans);
    }
    spans
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
