//! Plots as SVG inside the page: rectangles and texts, with colours from the style sheet. Each number can be read where the pointer rests.

use maud::{Markup, html};
use net_scout_model::plain;

use crate::document::{Chart, number};
use crate::figures::Bins;

/// The size of a plot, and what is left of it for the numbers at the left and the times below.
const WIDTH: f64 = 960.0;
const HEIGHT: f64 = 220.0;
const LEFT: f64 = 60.0;
const BELOW: f64 = 22.0;
/// The height of a row.
const ROW: f64 = 20.0;
/// The space for the names of rows.
const NAME: f64 = 90.0;
/// A day, in microseconds.
const DAY: i64 = 86_400_000_000;
/// The space that a time below a plot needs.
const TICK: f64 = 70.0;
/// About how many times stand below a plot.
const TICKS: usize = 8;

/// A plot with its title.
pub(super) fn chart(chart: &Chart) -> Markup {
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

/// A coordinate, to a tenth.
fn at(value: f64) -> String {
    format!("{value:.1}")
}

fn time(title: &str, bins: Bins, series: &[(&str, &str, Vec<u64>)]) -> Markup {
    let sum = |place: usize| series.iter().map(|(.., counts)| counts[place]).sum::<u64>();
    let top = rounded((0..bins.count).map(sum).max().unwrap_or(0));
    let (width, height) = ((WIDTH - LEFT) / bins.count as f64, HEIGHT - BELOW);
    let y = |count: u64| height - (height - 10.0) * count as f64 / top as f64;
    let label = |place: usize| {
        let parts: Vec<String> = series.iter().map(|(name, _, counts)| format!("{name} {}", number(counts[place]))).collect();
        format!("{}: {}", bins.at(place).seconds(), parts.join(", "))
    };
    html! {
        svg viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) role="img" font-size="11" aria-label=(title) {
            @for step in 0..=4_u64 {
                @let count = top * step / 4;
                line class="grid" stroke="#d9dee4" x1=(LEFT) x2=(WIDTH) y1=(at(y(count))) y2=(at(y(count))) {}
                @if top >= 4 || step % 4 == 0 {
                    text x=(LEFT - 6.0) y=(at(y(count) + 4.0)) text-anchor="end" { (number(count)) }
                }
            }
            @for place in (0..bins.count).filter(|place| sum(*place) > 0) {
                g {
                    title { (label(place)) }
                    @for (row, (_, class, counts)) in series.iter().enumerate().filter(|(_, (.., counts))| counts[place] > 0) {
                        @let below: u64 = series[..row].iter().map(|(.., counts)| counts[place]).sum();
                        @let (high, low) = (y(below + counts[place]), y(below));
                        rect class=(class) fill=(colour(class)) x=(at(LEFT + place as f64 * width)) y=(at(high)) width=(at((width - 1.0).max(0.5))) height=(at(low - high)) {}
                    }
                }
            }
            (ticks(bins, LEFT, HEIGHT))
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

/// Times below a plot: days, or where it shows few of them, hours too.
fn ticks(bins: Bins, left: f64, height: f64) -> Markup {
    let width = (WIDTH - left) / bins.count as f64;
    let midnights: Vec<usize> = (0..bins.count).filter(|place| bins.at(*place).0 % DAY == 0).collect();
    let (places, length) = if midnights.len() > 2 { (midnights, 10) } else { ((0..bins.count).collect(), 16) };
    let label = |place: usize| bins.at(place).seconds()[..length].replacen('T', " ", 1);
    let shown = places.iter().copied().step_by(places.len().div_ceil(TICKS).max(1));
    html! {
        @for (place, x) in shown.map(|place| (place, left + place as f64 * width)).filter(|(_, x)| *x < WIDTH - TICK) {
            text x=(at(x)) y=(at(height - 6.0)) { (label(place)) }
        }
    }
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
