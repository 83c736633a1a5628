//! A report as it is told: a form for each kind of receiver.

use serde::{Deserialize, Serialize};

/// A report that is sent.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub struct ToldReport {
    /// What it comes to, in a line.
    pub title: String,
    /// What it comes to, in a few lines: for those who show no more.
    pub brief: String,
    /// The whole of it, as text of 80 columns.
    pub text: String,
    /// The same as a page that loads nothing.
    pub page: Option<String>,
    /// Its figures, for programs.
    pub figures: serde_json::Value,
}
