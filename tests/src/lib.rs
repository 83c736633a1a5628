//! What the tests and `cargo xtask` share: databases to scan, an independent computation of what a scan must find, and where things are.
//!
//! The crate must never depend on the host or on a plugin: it would then repeat their mistakes instead of finding them.

pub mod beside;
pub mod debian;
pub mod harness;
pub mod mmdb;
pub mod oracle;
pub mod outbox_kills;
pub mod places;
pub mod projects;
pub mod readers;
pub mod sample;
pub mod servers;
pub mod service;
pub mod web;
