//! For those who make rules and enrichers, and those who want to know how good they are: labelled data, simulated scans, scenarios and
//! the conformance of a plugin. It must never read the command line or show anything.
//!
//! Its use cases are [`evaluate::evaluate`], [`replay::replay`], [`plugin_test::try_scenario`] and [`plugin_test::conform`].

pub mod evaluate;
pub mod plugin_test;
pub mod replay;
