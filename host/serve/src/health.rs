//! What the outside may ask the service over HTTP: is it alive, does it keep up, and its figures. The same figures as a file, for the node
//! exporter, where nobody listens.

pub mod metrics;
mod server;
mod textfile;

pub use metrics::Metrics;
pub use server::Health;
pub use textfile::{TextfileError, write_textfile};

#[cfg(test)]
mod tests;
