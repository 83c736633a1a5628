//! The program: the command line, its commands, the configuration and the output. What the commands do is in the library crates beside it.

pub mod cli;
pub mod commands;
pub mod config;
pub mod exit;
pub mod output;
pub mod templates;
