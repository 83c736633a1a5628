//! The events as a rule sees them, whatever layout the source has: which columns there are, what they mean in each layout, and how
//! instants are written; and the window in memory. Pure: opens nothing, reads nothing.

pub mod direction;
pub mod layout;
pub mod time;
pub mod window;
