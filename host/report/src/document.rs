//! A document: sections of facts, tables and plots, which each format writes in its way.

mod markdown;
mod text;

pub(crate) use markdown::markdown;
pub(crate) use text::text;

use crate::plot::Chart;

/// A document.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    pub(crate) title: String,
    /// What it is about, in a sentence or two.
    pub(crate) lead: String,
    pub(crate) sections: Vec<Section>,
}

/// A section.
#[derive(Clone, Debug)]
pub(crate) struct Section {
    pub(crate) title: &'static str,
    pub(crate) parts: Vec<Part>,
}

/// A part of a section.
#[derive(Clone, Debug)]
pub(crate) enum Part {
    /// Sentences.
    Words(String),
    /// Names with values.
    Facts(Vec<(&'static str, String)>),
    Table(Table),
    Chart(Chart),
}

/// A table.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    pub(crate) title: Option<String>,
    pub(crate) header: Vec<&'static str>,
    pub(crate) rows: Vec<Vec<String>>,
    /// The columns with numbers.
    pub(crate) numbers: &'static [usize],
}
