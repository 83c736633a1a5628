//! What became of a connection that a sensor saw, and who began it. A sensor gives no verdict of a firewall: `ACCEPT` is a connection that
//! was answered, `DROP` one that was not, or was refused.
//!
//! An answer that nobody asked for, such as the backscatter of a flood with forged sources, must not look as if the address that it came to
//! had probed the one that it came from, nor the other way round: it is told as the packet that it was, with the flags of an answer and
//! without a verdict.

use std::net::IpAddr;

use super::direction::{Way, is_many};
use super::event::ParsedEvent;
use super::verdict::Judged;

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

    /// As an event has it.
    pub(super) fn judged(self) -> Judged {
        match self {
            Self::Answered => Judged::ACCEPT,
            Self::Failed => Judged::DROP,
            Self::Unknown => Judged::UNKNOWN,
        }
    }
}

/// The event of an answer that nobody asked for: from the side that sent it. What is passed has it the other way round.
pub(super) fn reversed<'a>(event: ParsedEvent<'a>, way: Way) -> ParsedEvent<'a> {
    ParsedEvent {
        source: event.destination,
        destination: event.source,
        source_port: event.destination_port,
        destination_port: event.source_port,
        verdict: Judged::UNKNOWN,
        way,
        ..event
    }
}
