//! Plots as SVG inside a page: rectangles and texts, with colours from the style sheet. Each number can be read where the pointer rests.

use maud::{Markup, html};
use net_scout_model::plain;

use crate::figures::Bins;
use crate::words::number;

/// A plot.
#[derive(Clone, Debug)]
pub enum Chart {
    /// Numbers by time, on top of each other: what they are called, their class, and one for each piece of time.
    Time {
        /// What it shows.
        title: &'static str,
        /// The pieces of time.
        bins: Bins,
        /// What the numbers are called, their class in the style sheet, and one number for each piece.
        series: Vec<(&'static str, &'static str, Vec<u64>)>,
    },
    /// Numbers by name and time.
    Heat {
        /// What it shows.
        title: &'static str,
        /// The pieces of time.
        bins: Bins,
        /// The rows with their names.
        rows: Vec<(String, Vec<u64>)>,
    },
    /// Numbers by name.
    Bars {
        /// What it shows.
        title: &'static str,
        /// The rows with their names.
        rows: Vec<(String, u64)>,
    },
}

/// The size of a plot, and what is left of it for the numbers above and the times below.
const WIDTH: f64 = 960.0;
const HEIGHT: f64 = 200.0;
const ABOVE: f64 = 16.0;
const BELOW: f64 = 22.0;
/// The height of a row.
const ROW: f64 = 20.0;
/// The space for the names of rows.
const NAME: f64 = 90.0;
/// A minute and a day, in microseconds.
const MINUTE: i64 = 60_000_000;
const DAY: i64 = 86_400_000_000;
/// The space that a time below a plot needs.
const TICK: f64 = 70.0;
/// About how many times stand below a plot.
const TICKS: usize = 8;

/// A plot with its title.
#[must_use]
pub fn chart(chart: &Chart) -> Markup {
    match chart {
        Chart::Time { title, bins, series } => html! {
            figure {
                figcaption {
                    (title) " "
                    @for (name, class, _) in series {
                        span class="key" { svg viewBox="0 0 8 8" { rect class=(class) fill=(colour(class)) width="8" height="8" {} } (name) }
                    }
                }
                (time(title, *bins, series))
            }
        },
        Chart::Heat { title, bins, rows } => html! { figure { figcaption { (title) } (heat(title, *bins, rows)) } },
        Chart::Bars { title, rows } => html! { figure { figcaption { (title) } (bars(title, rows)) } },
    }
}

/// The colour of a class, for readers that leave the style sheet of the page aside; others take that of the sheet.
fn colour(class: &str) -> &'static str {
    match class {
        "critical" => "#7b1e3a",
        "refused" | "high" => "#c0392b",
        "medium" => "#e08e0b",
        "accepted" | "low" => "#2c7fb8",
        _ => "#9aa5b1",
    }
}

/// A share of the width.
fn share(percent: f64) -> String {
    format!("{percent:.2}%")
}

/// A coordinate, to a tenth.
fn at(value: f64) -> String {
    format!("{value:.1}")
}

/// Its widths are in percent, so that its texts are as large on a telephone as on a wall.
fn time(title: &str, bins: Bins, series: &[(&str, &str, Vec<u64>)]) -> Markup {
    let sum = |place: usize| series.iter().map(|(.., counts)| counts[place]).sum::<u64>();
    let top = rounded((0..bins.count).map(sum).max().unwrap_or(0));
    let (width, height) = (100.0 / bins.count as f64, HEIGHT - BELOW);
    let y = |count: u64| height - (height - ABOVE) * count as f64 / top as f64;
    let label = |place: usize| {
        let parts: Vec<String> = series.iter().map(|(name, _, counts)| format!("{name} {}", number(counts[place]))).collect();
        format!("{}: {}", bins.at(place).seconds(), parts.join(", "))
    };
    let steps: &[_] = if top >= 4 { &[0, top / 2, top] } else { &[0, top] };
    html! {
        svg class="time" width="100%" height=(HEIGHT) role="img" font-size="11" aria-label=(title) {
            @for count in steps {
                line class="grid" stroke="#d9dee4" x1="0" x2="100%" y1=(at(y(*count))) y2=(at(y(*count))) {}
            }
            @for place in (0..bins.count).filter(|place| sum(*place) > 0) {
                g {
                    title { (label(place)) }
                    @for (row, (_, class, counts)) in series.iter().enumerate().filter(|(_, (.., counts))| counts[place] > 0) {
                        @let below: u64 = series[..row].iter().map(|(.., counts)| counts[place]).sum();
                        @let (high, low) = (y(below + counts[place]), y(below));
                        rect class=(class) fill=(colour(class)) x=(share(place as f64 * width)) y=(at(high)) width=(share(width * 0.85))
                            height=(at(low - high)) {}
                    }
                }
            }
            @for count in steps.iter().filter(|count| **count > 0) { text class="scale" x="2" y=(at(y(*count) - 3.0)) { (number(*count)) } }
            (times(bins))
        }
    }
}

/// Times below a plot in percent. Where there is no room for all, a style sheet leaves out the odd ones, then every other one of the rest.
fn times(bins: Bins) -> Markup {
    let (places, length) = labelled(bins);
    let step = places.len().div_ceil(TICKS).max(1);
    let shown = places.into_iter().step_by(step).map(|place| (place, 100.0 * place as f64 / bins.count as f64));
    let class = |row: usize| ["tick", "tick odd", "tick half", "tick odd"][row % 4];
    html! {
        @for (row, (place, x)) in shown.filter(|(_, x)| *x < 92.0).enumerate() {
            text class=(class(row)) x=(share(x)) y=(at(HEIGHT - 6.0)) { (label(bins, place, length)) }
        }
    }
}

fn heat(title: &str, bins: Bins, rows: &[(String, Vec<u64>)]) -> Markup {
    let most = rows.iter().flat_map(|(_, counts)| counts).copied().max().unwrap_or(0).max(1);
    let (width, height) = ((WIDTH - NAME) / bins.count as f64, ROW * rows.len() as f64 + BELOW);
    // By the logarithm: a scan must not hide what goes on beside it.
    let strength = |count: u64| 0.12 + 0.88 * (1.0 + count as f64).ln() / (1.0 + most as f64).ln();
    html! {
        svg viewBox=(format!("0 0 {WIDTH} {height}")) role="img" font-size="11" aria-label=(title) {
            @for (row, (name, counts)) in rows.iter().enumerate() {
                @let y = ROW * row as f64;
                text x=(NAME - 6.0) y=(at(y + 14.0)) text-anchor="end" { (plain(name, 14)) }
                @for (place, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
                    rect class="refused" fill=(colour("refused")) x=(at(NAME + place as f64 * width)) y=(at(y + 1.0)) width=(at(width)) height=(at(ROW - 2.0))
                        fill-opacity=(format!("{:.2}", strength(*count))) {
                        title { (plain(name, 40)) ", " (bins.at(place).seconds()) ": " (number(*count)) }
                    }
                }
            }
            (ticks(bins, NAME, height))
        }
    }
}

fn bars(title: &str, rows: &[(String, u64)]) -> Markup {
    let most = rows.iter().map(|(_, count)| *count).max().unwrap_or(0).max(1);
    let height = ROW * rows.len() as f64;
    html! {
        svg viewBox=(format!("0 0 {WIDTH} {height}")) role="img" font-size="11" aria-label=(title) {
            @for (row, (name, count)) in rows.iter().enumerate() {
                @let (y, length) = (ROW * row as f64, (WIDTH - NAME - 90.0) * *count as f64 / most as f64);
                text x=(NAME - 6.0) y=(at(y + 14.0)) text-anchor="end" { (plain(name, 14)) }
                rect class="accepted" fill=(colour("accepted")) x=(NAME) y=(at(y + 2.0)) width=(at(length.max(1.0))) height=(at(ROW - 4.0)) {}
                text x=(at(NAME + length + 6.0)) y=(at(y + 14.0)) { (number(*count)) }
            }
        }
    }
}

/// Times below a plot of fixed width.
fn ticks(bins: Bins, left: f64, height: f64) -> Markup {
    let width = (WIDTH - left) / bins.count as f64;
    let (places, length) = labelled(bins);
    let step = places.len().div_ceil(TICKS).max(1);
    let shown = places.into_iter().step_by(step);
    html! {
        @for (place, x) in shown.map(|place| (place, left + place as f64 * width)).filter(|(_, x)| *x < WIDTH - TICK) {
            text x=(at(x)) y=(at(height - 6.0)) { (label(bins, place, length)) }
        }
    }
}

/// Where times may stand: at days, or where a plot shows few of them, anywhere; and how much of them is shown.
fn labelled(bins: Bins) -> (Vec<usize>, usize) {
    let midnights: Vec<usize> = (0..bins.count).filter(|place| bins.at(*place).0 % DAY == 0).collect();
    let length = if bins.width < MINUTE { 19 } else { 16 };
    if midnights.len() > 2 { (midnights, 10) } else { ((0..bins.count).collect(), length) }
}

fn label(bins: Bins, place: usize, length: usize) -> String {
    bins.at(place).seconds()[..length].replacen('T', " ", 1)
}

/// The next number that is 1, 2, 3, 4, 6 or 8 with noughts, for the top of a plot: not much of it stays empty.
fn rounded(value: u64) -> u64 {
    let mut step = 1_u64;
    loop {
        for digit in [1, 2, 3, 4, 6, 8] {
            let candidate = step.saturating_mul(digit);
            if candidate >= value {
                return candidate;
            }
        }
        step = step.saturating_mul(10);
    }
}
