//! The flags of a TCP packet, as the column `tcp_flags` of `events` has them.

use std::fmt;

/// Names in the order in which they are written, which is that of their bits (RFC 9293, 3.1).
const NAMES: [&str; 6] = ["FIN", "SYN", "RST", "PSH", "ACK", "URG"];

/// The six classic flags of a TCP header. The congestion bits ECE and CWR are not kept: no scan is told by them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct TcpFlags(u8);

impl TcpFlags {
    /// The sender wants to speak first: the beginning of a connection.
    pub const SYN: Self = Self(0x02);
    /// The sender aborts, or refuses.
    pub const RST: Self = Self(0x04);
    /// The sender acknowledges.
    pub const ACK: Self = Self(0x10);

    /// The flags of the byte in the header; its two highest bits are left out.
    #[must_use]
    pub fn from_bits(bits: u8) -> Self {
        Self(bits & 0x3f)
    }

    /// The flag of that name in upper case; none where it is none of the six.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        NAMES.iter().position(|known| *known == name).map(|bit| Self(1 << bit))
    }

    /// These and those.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether all of those are set.
    #[must_use]
    pub fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether none is set.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl fmt::Display for TcpFlags {
    /// `SYN,ACK`; nothing where none is set.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for (bit, name) in NAMES.iter().enumerate() {
            if self.0 & (1 << bit) != 0 {
                write!(formatter, "{separator}{name}")?;
                separator = ",";
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_written_in_one_order() {
        for (bits, text) in
            [(0x00, ""), (0x02, "SYN"), (0x12, "SYN,ACK"), (0x29, "FIN,PSH,URG"), (0xff, "FIN,SYN,RST,PSH,ACK,URG"), (0xc0, "")]
        {
            assert_eq!(TcpFlags::from_bits(bits).to_string(), text, "{bits:#x}");
        }
        assert_eq!(TcpFlags::named("ACK"), Some(TcpFlags::ACK));
        assert_eq!((TcpFlags::named("ack"), TcpFlags::named("ECE")), (None, None));
        assert!(TcpFlags::SYN.with(TcpFlags::ACK).has(TcpFlags::ACK) && !TcpFlags::SYN.has(TcpFlags::RST));
    }
}
