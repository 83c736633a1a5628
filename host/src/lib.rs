//! The net-scout host: it owns the database, its migrations, the configuration and the output, and it runs every detection rule as a
//! sandboxed WebAssembly component that can do only what it was granted.
//!
//! The program's story is [`commands`]: a [`config`] says what to do, [`database`] opens one snapshot of the [`events`], [`plugin`] loads
//! the components, [`scan`] runs them over the window, [`database`] keeps the alerts, and [`output`] shows them.

pub mod capability;
pub mod cli;
pub mod clock;
pub mod commands;
pub mod config;
pub mod database;
pub mod enrich;
pub mod evaluate;
pub mod events;
pub mod exit;
pub mod import;
pub mod model;
pub mod output;
pub mod ownership;
pub mod plugin;
pub mod recording;
pub mod scan;
pub mod schedule;
pub mod templates;
pub mod trial;
