//! The standard plugins, as bytes: what the program runs where nobody names a folder. Nothing here knows what they are.
//!
//! They are those of the checkout that were built before this crate; a program that was built without them has none, and says so.

/// A name that other components would not have. What they are is proved by their lock, not by it.
pub static NAME: &str = env!("NET_SCOUT_STANDARD");
/// The components, file and bytes, in the order of their names.
pub static PLUGINS: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/plugins.rs"));
