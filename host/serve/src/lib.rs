//! net-scout as a service: what runs when, which time is scanned next, and what the outside is told.
//!
//! Nothing here decides what an alert is, and nothing but the service's main loop waits or reads a clock.

pub mod health;
pub mod listen;
pub mod notifier;
pub mod notify;
pub mod pace;
pub mod past;
pub mod schedule;
pub mod service;
pub mod status;
pub mod tick;
