//! Lists of addresses as they are published: an address, a network or a range a line, with or without a comment (FireHOL `.ipset` and
//! `.netset`, Spamhaus DROP, DShield), behind a name (PeerGuardian), or as one of the fields of CSV (abuse.ch) or of JSON (Spamhaus).

use std::net::IpAddr;

use crate::Cidr;

/// The longest comment that is kept, in characters.
const LONGEST_COMMENT: usize = 100;
/// What a line begins with that says nothing, and what stands before a comment.
const COMMENTS: [&str; 3] = ["#", ";", "//"];
/// What the object has that says when the list was made, and by whom.
const METADATA: &str = "\"type\":\"metadata\"";

/// Reads the lines of a list, and counts those that are none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Feed {
    lines: u64,
    entries: u64,
    wrong: u64,
    first_wrong: Option<u64>,
}

/// A line that names addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Their networks, of which only a range has several; an address is one with all its bits.
    pub networks: Vec<Cidr>,
    /// What else the line says; empty for nothing.
    pub comment: String,
}

impl Feed {
    /// The next line.
    pub fn line(&mut self, line: &str) -> Option<Entry> {
        self.lines += 1;
        let line = line.trim_start_matches('\u{feff}').trim();
        if line.is_empty() || COMMENTS.iter().any(|comment| line.starts_with(comment)) {
            return None;
        }
        let object = line.strip_prefix('{').and_then(|line| line.strip_suffix('}'));
        if object.is_some_and(|object| object.contains(METADATA)) {
            return None;
        }
        let is_csv = object.is_none() && line.contains(',');
        let entry = match object {
            Some(object) => {
                of_fields(object.split(',').map(|member| member.split_once("\":").map_or(member, |(_, value)| value)))
            }
            None if is_csv => of_fields(line.split(',')).or_else(|| of_name(line)),
            None => of_words(line),
        };
        match &entry {
            Some(_) => self.entries += 1,
            // The names of columns.
            None if is_csv && self.entries == 0 && self.wrong == 0 => {}
            None => {
                self.wrong += 1;
                self.first_wrong.get_or_insert(self.lines);
            }
        }
        entry
    }

    /// How many lines are neither an entry nor a comment, and the number of the first of them.
    #[must_use]
    pub fn wrong(&self) -> Option<(u64, u64)> {
        Some((self.wrong, self.first_wrong?))
    }
}

/// `192.0.2.0/24 ; SBL1`, `192.0.2.0 192.0.2.255 24` or `192.0.2.0-192.0.2.255`
fn of_words(line: &str) -> Option<Entry> {
    let end = COMMENTS.iter().filter_map(|comment| line.find(comment)).min().unwrap_or(line.len());
    let (before, comment) = line.split_at(end);
    let mut words = before.split_whitespace();
    let first = words.next()?;
    let comment = comment.trim_start_matches(['#', ';', '/']).trim();
    // Two addresses are the first and the last, or a network and its mask.
    let networks = match words.next().filter(|word| word.parse::<IpAddr>().is_ok()) {
        Some(last) => masked(first, last).map(|network| vec![network]).or_else(|| range(first, last)),
        None => span(before).or_else(|| network(first).map(|network| vec![network])),
    };
    networks.map(|networks| Entry { networks, comment: shortened(comment) }).or_else(|| of_name(line))
}

/// `a name: of many, words:192.0.2.0-192.0.2.255`
fn of_name(line: &str) -> Option<Entry> {
    let (name, addresses) = line.rsplit_once(':')?;
    Some(Entry { networks: span(addresses.trim())?, comment: shortened(name.trim()) })
}

/// `"2026-03-11 20:35:11","192.0.2.1","443","online"`
fn of_fields<'a>(fields: impl Iterator<Item = &'a str>) -> Option<Entry> {
    let fields: Vec<&str> = fields.map(|field| field.trim().trim_matches('"').trim()).collect();
    let (place, found) = fields.iter().enumerate().find_map(|(place, field)| Some((place, network(field)?)))?;
    let others = fields.iter().enumerate().filter(|(other, field)| *other != place && !field.is_empty());
    let comment = others.map(|(_, field)| *field).collect::<Vec<_>>().join(", ");
    Some(Entry { networks: vec![found], comment: shortened(&comment) })
}

/// `192.0.2.0 255.255.255.0`
fn masked(first: &str, mask: &str) -> Option<Cidr> {
    let bits = mask.parse::<std::net::Ipv4Addr>().ok()?.to_bits();
    let length = bits.leading_ones();
    let is_mask = length >= 8 && length + bits.trailing_zeros().min(32 - length) == 32;
    is_mask.then(|| network(&format!("{first}/{length}"))).flatten()
}

/// `192.0.2.0-192.0.2.255`
fn span(text: &str) -> Option<Vec<Cidr>> {
    text.split_once('-').and_then(|(first, last)| range(first.trim(), last.trim()))
}

/// The networks from one address to another that comes behind it, which are not everything.
fn range(first: &str, last: &str) -> Option<Vec<Cidr>> {
    let address = |text: &str| text.parse::<IpAddr>().ok().map(|address| address.to_canonical());
    let networks = Cidr::range(address(first)?, address(last)?);
    (!networks.is_empty() && networks.iter().all(|network| network.length() > 0)).then_some(networks)
}

/// An address, perhaps with a port behind it, or a network that is not everything.
fn network(text: &str) -> Option<Cidr> {
    // Only what begins like one is looked at: most fields of CSV do not.
    if !text.starts_with(|first: char| first.is_ascii_hexdigit() || first == ':' || first == '[') {
        return None;
    }
    let with_port = || text.parse::<std::net::SocketAddr>().ok().and_then(|socket| Cidr::parse(&socket.ip().to_string()));
    Cidr::parse(text).or_else(with_port).map(Cidr::to_canonical).filter(|network| network.length() > 0)
}

fn shortened(text: &str) -> String {
    text.chars().take(LONGEST_COMMENT).collect()
}

/// The networks of several lists, to find those that an address lies in.
#[derive(Clone, Debug, Default)]
pub struct Listed {
    /// The first address of each, its length, and its number, in ascending order.
    entries: Vec<(u128, u8, u32)>,
    /// The spans that they cover, none touching another, in ascending order.
    spans: Vec<(u128, u128)>,
    /// The lengths that occur, longest first.
    lengths: Vec<u8>,
}

impl Listed {
    /// With these networks; each is known by its place.
    #[must_use]
    pub fn new(networks: impl IntoIterator<Item = Cidr>) -> Self {
        let entry = |(number, network): (usize, Cidr)| {
            let (first, length) = bits(network);
            (first, length, u32::try_from(number).unwrap_or(u32::MAX))
        };
        let mut entries: Vec<_> = networks.into_iter().enumerate().map(entry).collect();
        entries.sort_unstable();
        let mut lengths: Vec<u8> = entries.iter().map(|(_, length, _)| *length).collect();
        lengths.sort_unstable_by(|a, b| b.cmp(a));
        lengths.dedup();
        let mut spans: Vec<(u128, u128)> = Vec::new();
        for (first, length, _) in &entries {
            let last = first | u128::MAX.checked_shr(u32::from(*length)).unwrap_or(0);
            match spans.last_mut() {
                Some((_, end)) if *first <= end.saturating_add(1) => *end = last.max(*end),
                _ => spans.push((*first, last)),
            }
        }
        Self { entries, spans, lengths }
    }

    /// The numbers of the networks that an address lies in, the smallest network first.
    #[must_use]
    pub fn of(&self, address: IpAddr) -> Vec<u32> {
        let address = mapped(address.to_canonical());
        let behind = self.spans.partition_point(|(first, _)| *first <= address);
        if behind == 0 || self.spans[behind - 1].1 < address {
            return Vec::new();
        }
        let of_length = |length: &u8| {
            let first = address & u128::MAX.checked_shl(128 - u32::from(*length)).unwrap_or(0);
            let begin = self.entries.partition_point(|(other, bits, _)| (*other, *bits) < (first, *length));
            let same = self.entries[begin..].iter().take_while(move |(other, bits, _)| (*other, *bits) == (first, *length));
            same.map(|(.., number)| *number).collect::<Vec<_>>()
        };
        self.lengths.iter().flat_map(of_length).collect()
    }
}

/// A network's first address and its length as those of IPv6, IPv4 mapped into it (RFC 4291, section 2.5.5.2).
fn bits(network: Cidr) -> (u128, u8) {
    let length = if network.address().is_ipv4() { network.length() + 96 } else { network.length() };
    (mapped(network.address()), length)
}

fn mapped(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => address.to_bits(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Networks with their comments.
    type Entries = Vec<(String, String)>;

    fn entries(text: &str) -> (Entries, Option<(u64, u64)>) {
        let mut feed = Feed::default();
        let entries = text.lines().filter_map(|line| feed.line(line));
        let told = |entry: Entry| (entry.networks.iter().map(Cidr::to_string).collect::<Vec<_>>().join(" "), entry.comment);
        (entries.map(told).collect(), feed.wrong())
    }

    fn pairs(expected: &[(&str, &str)]) -> Entries {
        expected.iter().map(|(network, comment)| ((*network).to_owned(), (*comment).to_owned())).collect()
    }

    #[test]
    fn lists_as_they_are_published() {
        let text = "\u{feff}# a list\n; of\n// some\n\n192.0.2.1\n 192.0.2.7/24\t\r\n2001:DB8::/32 ; SBL1\n198.51.100.0/24 ; SBL2\n\
                    203.0.113.9 # seen // twice\n::ffff:203.0.113.10\n203.0.113.11   5   words\n::1/128//x";
        let expected = [
            ("192.0.2.1/32", ""),
            ("192.0.2.0/24", ""),
            ("2001:db8::/32", "SBL1"),
            ("198.51.100.0/24", "SBL2"),
            ("203.0.113.9/32", "seen // twice"),
            ("203.0.113.10/32", ""),
            ("203.0.113.11/32", ""),
            ("::1/128", "x"),
        ];
        assert_eq!(entries(text), (pairs(&expected), None));
    }

    #[test]
    fn fields_of_csv() {
        let text = "# abuse\n\"first_seen_utc\",\"dst_ip\",\"dst_port\",\"malware\"\n\"2026-03-11 20:35:11\",\"192.0.2.1\",\"443\",\"Emotet\"\n\
                    2026-03-11,192.0.2.2:8080,,x\n\"[2001:db8::1]:443\",\"\"\nno,address,here";
        let expected =
            [("192.0.2.1/32", "2026-03-11 20:35:11, 443, Emotet"), ("192.0.2.2/32", "2026-03-11, x"), ("2001:db8::1/128", "")];
        assert_eq!(entries(text), (pairs(&expected), Some((1, 6))));
    }

    #[test]
    fn ranges() {
        let text = "Start\tEnd\tNetmask\n192.0.2.0\t192.0.2.255\t24\t4096\tA NETWORK\n198.51.100.1-198.51.100.6\n\
                    Some: company, that scans:203.0.113.0-203.0.113.127\nSomebody:203.0.113.8-203.0.113.8\n2001:db8::-2001:db8::ffff\n\
                    192.0.2.9 192.0.2.8\n192.0.2.0 - 192.0.2.1\n192.0.2.0 255.255.255.0\n192.0.2.7 255.255.255.255\n0.0.0.0-255.255.255.255\n192.0.2.1-2001:db8::1\nname:192.0.2.1";
        let expected = [
            ("192.0.2.0/24", ""),
            ("198.51.100.1/32 198.51.100.2/31 198.51.100.4/31 198.51.100.6/32", ""),
            ("203.0.113.0/25", "Some: company, that scans"),
            ("203.0.113.8/32", "Somebody"),
            ("2001:db8::/112", ""),
            ("192.0.2.0/31", ""),
            ("192.0.2.0/24", ""),
            ("192.0.2.7/32", ""),
        ];
        let (found, wrong) = entries(text);
        assert_eq!((found, wrong), (pairs(&expected), Some((5, 1))));
    }

    #[test]
    fn objects() {
        let text = "{\"cidr\":\"192.0.2.0/24\",\"sblid\":\"SBL1\",\"rir\":\"apnic\"}\n{ \"cidr\": \"2001:db8::/32\" }\n\
                    {\"type\":\"metadata\",\"timestamp\":1773261311,\"terms\":\"https://example.org/\"}\n{\"domain\":\"example.com\"}\n{}";
        let expected = [("192.0.2.0/24", "SBL1, apnic"), ("2001:db8::/32", "")];
        assert_eq!(entries(text), (pairs(&expected), Some((2, 4))));
    }

    #[test]
    fn wrong_lines_are_counted() {
        let text = "192.0.2.1\nexample.com\n192.0.2.0/33\n0.0.0.0/0\n::/0\n192.0.2\n<html>\n\u{1b}[2J";
        assert_eq!(entries(text), (pairs(&[("192.0.2.1/32", "")]), Some((7, 2))));
        let long = format!("192.0.2.1 # {}", "ä".repeat(500));
        assert_eq!(entries(&long).0[0].1.chars().count(), LONGEST_COMMENT);
    }

    #[test]
    fn the_smallest_network_comes_first() {
        let texts = ["192.0.2.0/24", "192.0.2.7", "0.0.0.0/1", "2001:db8::/32", "2001:db8::7", "192.0.2.7/32", "198.51.100.255"];
        let listed = Listed::new(texts.iter().filter_map(|text| Cidr::parse(text)));
        let of = |address: &str| listed.of(address.parse().expect(address));
        assert_eq!(of("192.0.2.7"), [1, 5, 0]);
        assert_eq!(of("192.0.2.8"), [0]);
        assert_eq!(of("::ffff:192.0.2.8"), [0]);
        assert_eq!(of("127.255.255.255"), [2]);
        assert_eq!(of("2001:db8::7"), [4, 3]);
        assert_eq!(of("2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"), [3]);
        for nothing in ["192.0.3.0", "192.0.1.255", "2001:db9::", "::", "128.0.0.0", "198.51.100.254", "255.255.255.255"] {
            assert_eq!(of(nothing), [0; 0], "{nothing}");
        }
        assert_eq!(Listed::default().of([192, 0, 2, 1].into()), [0; 0]);
    }

    /// Compared with looking at every network.
    #[test]
    fn many_networks() {
        let mut seed = 7_u64;
        let mut random = || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            seed >> 33
        };
        let mut address = || IpAddr::from((random() as u32 & 0x0f0f_ffff | 0xc000_0000).to_be_bytes());
        let networks: Vec<Cidr> =
            (0..2_000_u32).filter_map(|number| Cidr::parse(&format!("{}/{}", address(), 12 + number % 21))).collect();
        let listed = Listed::new(networks.iter().copied());
        for _ in 0..2_000 {
            let address = address();
            let mut found = listed.of(address);
            found.sort_unstable();
            let expected: Vec<u32> =
                (0..).zip(&networks).filter(|(_, network)| network.contains(address)).map(|(n, _)| n).collect();
            assert_eq!(found, expected, "{address}");
        }
    }
}
