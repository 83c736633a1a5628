//! What became of a connection that a sensor saw, and who began it. A sensor gives no verdict of a firewall: `ACCEPT` is a connection that
//! was answered, `DROP` one that was not, or was refused.
//!
//! An answer that nobody asked for, such as the backscatter of a flood with forged sources, must not look as if the address that it came to
//! had probed the one that it came from, nor the other way round: it is told as the packet that it was, with the flags of an answer and
//! without a verdict.

use std::net::IpAddr;

use super::direction::is_many;
use super::event::ParsedEvent;
use super::verdict::{ACCEPT, DROP};

/// How a connection went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The other side took part.
    Answered,
    /// The other side was silent, or refused.
    Failed,
    /// It cannot be told.
    Unknown,
}

impl Outcome {
    /// Of anything but TCP, where only the packets of both sides tell. ICMP messages and what goes to many at once need no answer.
    pub(super) fn of_packets(is_answered: bool, protocol: &str, destination: IpAddr) -> Self {
        match protocol {
            _ if is_answered => Self::Answered,
            "UDP" if !is_many(destination) => Self::Failed,
            _ => Self::Unknown,
        }
    }

    /// As the column `verdict` has it.
    pub(super) fn verdict(self) -> Option<&'static str> {
        match self {
            Self::Answered => Some(ACCEPT),
            Self::Failed => Some(DROP),
            Self::Unknown => None,
        }
    }
}

/// The event of an answer that nobody asked for: from the side that sent it. What is passed has it the other way round.
pub(super) fn reversed<'a>(event: ParsedEvent<'a>, direction: &'static str) -> ParsedEvent<'a> {
    ParsedEvent {
        source: event.destination,
        destination: event.source,
        source_port: event.destination_port,
        destination_port: event.source_port,
        verdict: None,
        direction,
        ..event
    }
}
