//! The figures of a report: what is counted over a period, and how it compares with the one before.

mod alerts;
mod bins;
mod coverage;
mod events;
mod plugins;
mod ranking;

pub use alerts::{AlertFigures, AlertLine, Changed};
pub(crate) use alerts::{raised, strongest};
pub use bins::Bins;
pub use coverage::{CoverageFigures, Uncovered};
pub use events::EventFigures;
pub(crate) use events::Tally;
pub use plugins::PluginTrouble;
pub(crate) use plugins::trouble;
pub use ranking::{Count, Ranked, Ranking};
