//! A document as one page of HTML that loads nothing, asks for nothing and runs nothing: no script, and a policy that forbids what a mistake
//! could let in. Every text goes through the escaping of the template.

use maud::{DOCTYPE, Markup, PreEscaped, html};
use net_scout_model::plain;

use crate::document::{Document, Part, Section, Table};
use crate::plot;

/// The most characters of a cell.
const CELL: usize = 300;
/// What the page may do: show itself in its own style.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";
const STYLE: &str = include_str!("page/style.css");

/// The page.
pub(crate) fn html(document: &Document) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="referrer" content="no-referrer";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "net-scout: " (plain(&document.title, CELL)) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header { h1 { (plain(&document.title, CELL)) } p { (plain(&document.lead, usize::MAX)) } }
                (sections(&document.sections))
                footer { "Made by net-scout " (env!("CARGO_PKG_VERSION")) ". Times are UTC." }
            }
        }
    };
    page.into_string() + "\n"
}

/// The sections alone, for a page of others.
pub(crate) fn sections(sections: &[Section]) -> Markup {
    html! { @for part in sections { (section(part)) } }
}

fn section(section: &Section) -> Markup {
    html! {
        section {
            h2 { (section.title) }
            @for part in &section.parts {
                @match part {
                    Part::Words(words) => p { (plain(words, usize::MAX)) },
                    Part::Facts(facts) => dl {
                        @for (name, value) in facts { div { dt { (name) } dd { (plain(value, CELL)) } } }
                    },
                    Part::Table(table) => (self::table(table)),
                    Part::Chart(chart) => (plot::chart(chart)),
                }
            }
        }
    }
}

fn table(table: &Table) -> Markup {
    let class = |place: usize| table.numbers.contains(&place).then_some("number");
    html! {
        div class="table" tabindex="0" {
            table {
                @if let Some(title) = &table.title { caption { (plain(title, CELL)) } }
                thead { tr { @for (place, name) in table.header.iter().enumerate() { th class=[class(place)] { (name) } } } }
                tbody {
                    @if table.rows.is_empty() { tr { td colspan=(table.header.len()) { "none" } } }
                    @for row in &table.rows {
                        tr { @for (place, cell) in row.iter().enumerate() { td class=[class(place)] { (plain(cell, CELL)) } } }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
