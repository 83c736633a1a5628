//! The web page and the HTTP API of the service: who a caller is, what it may do, the pages, and `/api/v1`.
//!
//! Nothing here decides what an alert is, or computes what a use case of another crate does: a handler reads a request, calls the use
//! case that the command line calls, and shows what it came to. Nothing is loaded from another origin, and everything but the login needs
//! one.

pub mod accounts;
mod api;
mod app;
mod assets;
pub mod auth;
mod compress;
mod extract;
mod jobs;
mod live;
mod pages;
mod problem;
mod router;
mod security;

pub use app::{App, SettingRow, Site, WebOptions};
pub use problem::Problem;
pub use router::router;
