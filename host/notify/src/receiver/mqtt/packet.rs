//! Control packets of MQTT 3.1.1 (OASIS, 29 October 2014).

/// Adds a text or some bytes with their length, of which there are at most 65,535.
fn field(packet: &mut Vec<u8>, bytes: &[u8]) {
    let bytes = &bytes[..bytes.len().min(usize::from(u16::MAX))];
    packet.extend_from_slice(&u16::try_from(bytes.len()).unwrap_or(u16::MAX).to_be_bytes());
    packet.extend_from_slice(bytes);
}

/// A packet: its first byte, the length of the rest, and the rest.
fn packet(first: u8, rest: &[u8]) -> Vec<u8> {
    let mut packet = vec![first];
    let mut length = rest.len();
    loop {
        let digit = u8::try_from(length % 128).unwrap_or(0);
        length /= 128;
        packet.push(if length > 0 { digit | 0x80 } else { digit });
        if length == 0 {
            break;
        }
    }
    packet.extend_from_slice(rest);
    packet
}

/// Greets the broker: a session of its own, kept for no longer than the connection.
pub(super) fn connect(client: &str, user: Option<&str>, password: Option<&str>) -> Vec<u8> {
    const CLEAN: u8 = 0x02;
    let flags = CLEAN | if user.is_some() { 0x80 } else { 0 } | if password.is_some() { 0x40 } else { 0 };
    let mut rest = Vec::new();
    field(&mut rest, b"MQTT");
    rest.extend_from_slice(&[4, flags, 0, 60]);
    // Brokers take 23 letters and digits at least.
    let client: String = client.chars().filter(char::is_ascii_alphanumeric).take(23).collect();
    field(&mut rest, client.as_bytes());
    user.iter().chain(password.iter()).for_each(|text| field(&mut rest, text.as_bytes()));
    packet(0x10, &rest)
}

/// Publishes with quality of service 1, as packet 1.
pub(super) fn publish(topic: &str, payload: &[u8], may_be_repeat: bool) -> Vec<u8> {
    let mut rest = Vec::new();
    field(&mut rest, topic.as_bytes());
    rest.extend_from_slice(&[0, 1]);
    rest.extend_from_slice(payload);
    packet(if may_be_repeat { 0x3a } else { 0x32 }, &rest)
}

/// Takes leave.
pub(super) fn disconnect() -> Vec<u8> {
    packet(0xe0, &[])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_take_as_many_bytes_as_they_need() {
        assert_eq!(packet(1, &[0; 127])[..2], [1, 127]);
        assert_eq!(packet(1, &[0; 128])[..3], [1, 0x80, 1]);
        assert_eq!(packet(1, &[0; 16_384])[..4], [1, 0x80, 0x80, 1]);
    }
}
