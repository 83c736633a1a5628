//! Detection: one scan of the rules over a window, what is known of its sources, and the enrichment of its alerts. It must never read the
//! command line or the configuration, ask the clock, or show anything.

pub mod enrich;
pub mod scan;
