//! The lists in the directory: which networks they name, and what they say of each.

use net_scout_algorithms::{Cidr, Entry, Feed, Listed};
use net_scout_sdk::files::{self, File, FilesError};
use net_scout_sdk::{Error, Level, log};

/// The name of the directory in the configuration.
pub(crate) const DIRECTORY: &str = "threat_lists";
/// The largest list, in bytes.
const LARGEST: u64 = 64 << 20;
/// The most entries of all lists.
const MOST: usize = 2_000_000;
/// How much is read at once, in bytes: the most that the host gives.
const CHUNK: u32 = 1 << 20;
/// The longest line, in bytes. What is longer is no entry.
const LONGEST_LINE: usize = 4 << 10;

/// All lists.
#[derive(Default)]
pub(crate) struct Lists {
    names: Vec<String>,
    /// Each with its list, and whether its line names just one address.
    entries: Vec<(Cidr, u16, bool)>,
    /// The comments of the entries that have one, by their places, ascending.
    comments: Vec<(u32, String)>,
    listed: Listed,
}

/// What a list says of a network.
pub(crate) struct Found<'a> {
    /// The name of the file.
    pub(crate) list: &'a str,
    /// The network.
    pub(crate) network: Cidr,
    /// What else the line says.
    pub(crate) comment: Option<&'a str>,
}

impl Lists {
    /// Reads all files of the directory.
    ///
    /// # Errors
    /// When one cannot be read, or is too large.
    pub(crate) fn read() -> Result<Self, Error> {
        let mut lists = Self::default();
        for name in files::list(DIRECTORY).map_err(failed)? {
            lists.add(name)?;
        }
        lists.listed = Listed::new(lists.entries.iter().map(|(network, ..)| *network));
        Ok(lists)
    }

    fn add(&mut self, name: String) -> Result<(), Error> {
        let file = files::open(DIRECTORY, &name).map_err(failed)?;
        let size = file.size();
        if size > LARGEST {
            return Err(Error::Failed(format!("the list {name} has {size} bytes, more than {} MiB", LARGEST >> 20)));
        }
        let list = self.names.len() as u16;
        let mut feed = Feed::default();
        each_line(&file, size, |line| {
            if let Some(Entry { networks, comment }) = feed.line(line) {
                let is_one = networks.len() == 1 && is_one(networks[0]);
                for network in networks {
                    if !comment.is_empty() {
                        self.comments.push((self.entries.len() as u32, comment.clone()));
                    }
                    self.entries.push((network, list, is_one));
                }
            }
            self.entries.len() <= MOST
        })
        .map_err(failed)?;
        if self.entries.len() > MOST {
            return Err(Error::Failed(format!("the lists up to {name} have more than {MOST} entries")));
        }
        if let Some((wrong, first)) = feed.wrong() {
            let lines = if wrong == 1 { "1 line is" } else { &format!("{wrong} lines are") };
            log(Level::Warn, &format!("{name}: {lines} no address and no network, the first is line {first}"));
        }
        self.names.push(name);
        Ok(())
    }

    /// Whether there is no entry.
    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// What the lists say of an address, the smallest network first. An address of the operator's own, or one that is nobody's in the
    /// Internet, is found only where a list names exactly it: lists of what must not be routed have all private ranges.
    pub(crate) fn of(&self, text: &str, is_local: bool) -> Vec<Found<'_>> {
        let Ok(address) = text.split_once('%').map_or(text, |(address, _)| address).parse::<std::net::IpAddr>() else {
            return Vec::new();
        };
        let exactly = is_local || !is_public(address.to_canonical());
        let found = self.listed.of(address).into_iter().map(|place| (place, self.entries[place as usize]));
        let found = found.filter(|(_, (.., is_one))| !exactly || *is_one);
        let found = found.map(|(place, (network, list, _))| Found {
            list: &self.names[usize::from(list)],
            network,
            comment: self.comment(place),
        });
        found.collect()
    }

    fn comment(&self, place: u32) -> Option<&str> {
        let found = self.comments.binary_search_by_key(&place, |(place, _)| *place).ok()?;
        Some(&self.comments[found].1)
    }
}

/// Whether it is one address.
fn is_one(network: Cidr) -> bool {
    network.length() == if network.address().is_ipv4() { 32 } else { 128 }
}

/// Whether an address may be a host's in the Internet.
fn is_public(address: std::net::IpAddr) -> bool {
    let many = address.is_multicast() || address.is_unspecified();
    let shared = match address {
        std::net::IpAddr::V4(address) => address.is_broadcast() || (address.to_bits() & 0xffc0_0000) == 0x6440_0000,
        std::net::IpAddr::V6(_) => false,
    };
    !many && !shared && !net_scout_algorithms::is_private(&address.to_string())
}

/// Goes through the lines, until there is no need for more. One that is too long is passed over.
fn each_line(file: &File, size: u64, mut each: impl FnMut(&str) -> bool) -> Result<(), FilesError> {
    let (mut rest, mut offset, mut is_too_long): (Vec<u8>, u64, bool) = (Vec::new(), 0, false);
    while offset < size {
        let chunk = file.read_at(offset, CHUNK)?;
        if chunk.is_empty() {
            break;
        }
        offset += chunk.len() as u64;
        let mut lines = chunk.split(|byte| *byte == b'\n').peekable();
        while let Some(line) = lines.next() {
            if rest.len() + line.len() > LONGEST_LINE {
                (is_too_long, rest) = (true, Vec::new());
            } else if !is_too_long {
                rest.extend_from_slice(line);
            }
            // The last piece goes on in the next chunk.
            if lines.peek().is_some() && !told(&mut rest, &mut is_too_long, &mut each) {
                return Ok(());
            }
        }
    }
    if is_too_long || !rest.is_empty() {
        told(&mut rest, &mut is_too_long, &mut each);
    }
    Ok(())
}

/// Tells of the line that was gathered, and begins another.
fn told(line: &mut Vec<u8>, is_too_long: &mut bool, each: &mut impl FnMut(&str) -> bool) -> bool {
    let text = if *is_too_long { "a line that is too long".into() } else { String::from_utf8_lossy(line).into_owned() };
    line.clear();
    *is_too_long = false;
    each(&text)
}

fn failed(error: FilesError) -> Error {
    let (FilesError::AccessDenied(text)
    | FilesError::NotFound(text)
    | FilesError::Invalid(text)
    | FilesError::TooLarge(text)
    | FilesError::Unavailable(text)) = error;
    Error::Failed(text)
}
