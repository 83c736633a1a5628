//! Who a caller is, and what it may do.

pub mod caller;
pub(crate) mod gate;
pub(crate) mod limiter;
pub(crate) mod login;
pub mod password;
pub mod secret;
