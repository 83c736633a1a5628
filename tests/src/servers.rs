//! Servers on loopback for the tests: DNS, HTTP, WHOIS and SMTP, which answer well, badly, slowly or never, and keep a record of what they
//! were asked. A server stops when its handle is dropped: its port is then closed and its threads have ended.
//!
//! Nothing here may know the host, reach out to the network or wait longer than the handle lives.

pub mod dns;
pub mod http;
mod journal;
mod listener;
pub mod smtp;
mod stop;
pub mod whois;

use std::net::{Ipv4Addr, SocketAddr};

/// Any free port of 127.0.0.1.
pub const ANY_PORT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
