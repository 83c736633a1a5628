//! What the rules calculate: walks, scores, classes of ports and shapes of scans. Each rule asks the host for rows, and this crate what
//! they mean.
//!
//! Nothing here may know the host or the SDK, so that all of it is tested without WebAssembly.

mod beacon;
mod feed;
mod flags;
mod memory;
mod network;
pub mod ports;
pub mod probes;
mod shape;
mod walk;
mod window;

pub use beacon::{BeaconScore, beacon_score};
pub use feed::{Entry, Feed, Listed};
pub use flags::{ScanType, scan_type};
pub use memory::Memory;
pub use network::{Cidr, is_group, is_private, source_network};
pub use shape::{Shape, shape};
pub use walk::{Contact, Judgement, Walk, walk};
pub use window::{Densest, densest};
