//! What detection knows: walks, scores, classes of ports, shapes of scans, and what answers look like. Each rule asks the host for rows, and
//! this crate what they mean; so does the host, where it looks at what the sources of alerts are for. A number or a list of ports that
//! says what is suspicious stands here, and nowhere else.
//!
//! Nothing here may know the host or the SDK, so that all of it is tested without WebAssembly, and both can use it.

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
pub use shape::{FEW, Shape, shape};
pub use walk::{Contact, Judgement, Walk, walk};
pub use window::{Densest, densest};

/// From so many connections a day on, one a second all day, a pair of hosts is a strobe, as RITA has it; and so many answers are a flood.
pub const STROBE: i64 = 86_400;
