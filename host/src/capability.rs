//! What a plugin may be given, one file each: the grant is checked there and nowhere else. No capability knows another.

pub mod log;
pub mod query;
