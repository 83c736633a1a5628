//! What kind of scan a packet's TCP flags are of, as nmap names them.

/// The kind of a scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScanType {
    /// Only SYN: a SYN scan, or a connection that is tried.
    Syn,
    /// Only FIN.
    Fin,
    /// No flag at all.
    Null,
    /// FIN, PSH and URG.
    Xmas,
    /// Only ACK.
    Ack,
    /// FIN and ACK.
    Maimon,
    /// SYN and ACK, or RST: an answer to what somebody else sent. No scan.
    Answer,
    /// Any other flags.
    Odd,
    /// No TCP: UDP.
    Udp,
}

impl ScanType {
    /// The name for evidence.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Syn => "syn",
            Self::Fin => "fin",
            Self::Null => "null",
            Self::Xmas => "xmas",
            Self::Ack => "ack",
            Self::Maimon => "maimon",
            Self::Answer => "answer",
            Self::Odd => "odd",
            Self::Udp => "udp",
        }
    }

    /// Whether no ordinary program sends such packets.
    #[must_use]
    pub fn is_stealthy(self) -> bool {
        matches!(self, Self::Fin | Self::Null | Self::Xmas | Self::Ack | Self::Maimon | Self::Odd)
    }
}

/// The kind of scan that the flags are of, which are comma-separated in the order `FIN,SYN,RST,PSH,ACK,URG`. None where the log has no
/// flags and the protocol does not say it either.
#[must_use]
pub fn scan_type(proto: &str, flags: Option<&str>) -> Option<ScanType> {
    if proto.eq_ignore_ascii_case("udp") {
        return Some(ScanType::Udp);
    }
    Some(match flags? {
        "SYN" => ScanType::Syn,
        "FIN" => ScanType::Fin,
        "" => ScanType::Null,
        "FIN,PSH,URG" => ScanType::Xmas,
        "ACK" => ScanType::Ack,
        "FIN,ACK" => ScanType::Maimon,
        flags if flags.contains("RST") || flags == "SYN,ACK" => ScanType::Answer,
        _ => ScanType::Odd,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nmap_sends() {
        let of = |flags| scan_type("TCP", Some(flags)).map(ScanType::name);
        let expected =
            [("SYN", "syn"), ("FIN", "fin"), ("", "null"), ("FIN,PSH,URG", "xmas"), ("ACK", "ack"), ("FIN,ACK", "maimon")];
        for (flags, name) in expected {
            assert_eq!(of(flags), Some(name));
        }
        assert_eq!((of("SYN,ACK"), of("RST"), of("RST,ACK")), (Some("answer"), Some("answer"), Some("answer")));
        assert_eq!((of("FIN,SYN"), scan_type("udp", None), scan_type("TCP", None)), (Some("odd"), Some(ScanType::Udp), None));
    }
}
