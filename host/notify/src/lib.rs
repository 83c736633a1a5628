//! Tells people of alerts, and sends them reports: which alerts make messages, for whom, when, and how they get there.
//!
//! [`Routes`] decide while a scan records its alerts, in whose transaction the store writes the outbox. [`deliver`] forms messages of what
//! waits there and sends them to [`Receiver`]s, at least once. Nothing here decides what an alert is, and no secret leaves it but to whom it
//! is for.

mod config;
mod deliver;
mod message;
mod plan;
mod preview;
mod receiver;
mod report;
mod resend;
mod route;
mod secret;
#[cfg(test)]
mod test_support;
mod text;

pub use config::{Notify, NotifyError, ShownEntry, WrittenEntry, read};
pub use deliver::{Deliver, Report, deliver, send_made_up, send_test};
pub use message::{Delivered, Delivery, Failure, FailureKind, Message, Receiver};
pub use preview::{Preview, PreviewDay, preview};
pub use receiver::{Receivers, Surroundings, WrittenPlugin};
pub use report::queue_report;
pub use resend::resend;
pub use route::{Quiet, Route, Routes};
pub use secret::Vault;
