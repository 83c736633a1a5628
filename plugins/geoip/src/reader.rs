//! Reads MaxMind DB files, version 2.0 (<https://maxmind.github.io/MaxMind-DB/>), a few blocks at a time.
//!
//! A file may be damaged or hostile: every offset is checked, and depth, number and size of the values of a record are bounded.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use std::ops::Range;

use net_scout_sdk::files::{File, FilesError};
use serde_json::{Map, Value, json};

/// What the metadata begins with, and how far from the end it may stand.
const MARKER: &[u8] = b"\xab\xcd\xefMaxMind.com";
const METADATA: u64 = 128 << 10;
/// The zeros between the tree and the data.
const SEPARATOR: u64 = 16;
/// How much is read at once.
const BLOCK: u64 = 4 << 10;
/// The deepest nesting of a record, pointers included.
const DEPTH: u32 = 32;
/// The most values of a record.
const VALUES: u32 = 4_096;
/// The most bytes of text in a record.
const TEXT: u64 = 128 << 10;

/// Why a file gives no answer.
pub(crate) enum ReadError {
    /// The host did not give its bytes.
    Files(FilesError),
    /// It is not in the format.
    Damaged(&'static str),
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Files(error) => write!(f, "{error:?}"),
            Self::Damaged(what) => write!(f, "it is damaged: {what}"),
        }
    }
}

/// The bytes of a file. What was read is kept for the call.
struct Source {
    file: File,
    size: u64,
    blocks: BTreeMap<u64, Vec<u8>>,
}

impl Source {
    fn read(&mut self, offset: u64, length: u64) -> Result<Vec<u8>, ReadError> {
        let end = offset.checked_add(length).filter(|end| *end <= self.size);
        let end = end.ok_or(ReadError::Damaged("it ends too early"))?;
        let mut bytes = Vec::new();
        let mut at = offset;
        while at < end {
            let first = at - at % BLOCK;
            if !self.blocks.contains_key(&first) {
                let block = self.file.read_at(first, BLOCK as u32).map_err(ReadError::Files)?;
                self.blocks.insert(first, block);
            }
            let block = self.blocks.get(&first).map_or(&[][..], Vec::as_slice);
            let upto = (end - first).min(BLOCK) as usize;
            bytes.extend(block.get((at - first) as usize..upto).ok_or(ReadError::Damaged("it became shorter"))?);
            at = first + upto as u64;
        }
        Ok(bytes)
    }
}

/// A database that is open.
pub(crate) struct Reader {
    source: Source,
    nodes: u64,
    /// Of one of the two records of a node, in bits.
    record: u64,
    version: u64,
    data: Range<u64>,
}

/// What a database has for an address.
pub(crate) struct Found {
    /// Its record.
    pub(crate) record: Value,
    /// How many bits of the address all that share the record have in common.
    pub(crate) prefix: u32,
}

impl Reader {
    /// Reads the metadata.
    pub(crate) fn new(file: File) -> Result<Self, ReadError> {
        let size = file.size();
        let from = size.saturating_sub(METADATA);
        let tail = file.read_at(from, METADATA as u32).map_err(ReadError::Files)?;
        let marker = tail.windows(MARKER.len()).rposition(|bytes| bytes == MARKER);
        let marker = from + marker.ok_or(ReadError::Damaged("it has no metadata"))? as u64;
        let mut source = Source { file, size, blocks: BTreeMap::new() };
        let metadata = decode(&mut source, marker + MARKER.len() as u64..size, 0)?;
        let number =
            |name: &str| metadata.get(name).and_then(Value::as_u64).ok_or(ReadError::Damaged("its metadata lacks a number"));
        if number("binary_format_major_version")? != 2 {
            return Err(ReadError::Damaged("it is not of version 2 of the format"));
        }
        let (nodes, record, version) = (number("node_count")?, number("record_size")?, number("ip_version")?);
        if !matches!(record, 24 | 28 | 32) || !matches!(version, 4 | 6) {
            return Err(ReadError::Damaged("its record size or IP version is unknown"));
        }
        let tree = nodes.checked_mul(record / 4).and_then(|tree| tree.checked_add(SEPARATOR));
        let data = tree.filter(|data| *data <= marker).ok_or(ReadError::Damaged("its tree is larger than the file"))?;
        Ok(Self { source, nodes, record, version, data: data..marker })
    }

    /// What it has for an address; none where that is nothing.
    pub(crate) fn look_up(&mut self, address: IpAddr) -> Result<Option<Found>, ReadError> {
        // The bits of the address as they stand in the tree, from the left; IPv4 is the start of the IPv6 tree with 96 zeros before it.
        let (bits, length, zeros) = match (address, self.version) {
            (IpAddr::V4(address), 4) => (u128::from(address.to_bits()) << 96, 32, 0),
            (IpAddr::V4(address), _) => (u128::from(address.to_bits()), 128, 96),
            (IpAddr::V6(_), 4) => return Ok(None),
            (IpAddr::V6(address), _) => (address.to_bits(), 128, 0),
        };
        let (mut node, mut depth) = (0, 0_u32);
        while node < self.nodes && depth < length {
            node = self.child(node, bits >> (127 - depth) & 1 == 1)?;
            depth += 1;
        }
        if node == self.nodes {
            return Ok(None);
        }
        let offset = node.checked_sub(self.nodes + SEPARATOR).ok_or(ReadError::Damaged("its tree leads nowhere"))?;
        let record = decode(&mut self.source, self.data.clone(), offset)?;
        Ok(Some(Found { record, prefix: depth.saturating_sub(zeros) }))
    }

    fn child(&mut self, node: u64, right: bool) -> Result<u64, ReadError> {
        let bytes = self.source.read(node * (self.record / 4), self.record / 4)?;
        let number = |bytes: &[u8]| bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte));
        let half = bytes.len() / 2;
        Ok(match (self.record, right) {
            // The byte in the middle holds the highest four bits of both.
            (28, false) => number(&bytes[..3]) | u64::from(bytes[3] >> 4) << 24,
            (28, true) => number(&bytes[4..]) | u64::from(bytes[3] & 15) << 24,
            (_, false) => number(&bytes[..half]),
            (_, true) => number(&bytes[half..]),
        })
    }
}

/// The value at an offset of a section.
fn decode(source: &mut Source, section: Range<u64>, offset: u64) -> Result<Value, ReadError> {
    let at = section.start.checked_add(offset).ok_or(ReadError::Damaged("an offset is too large"))?;
    Decoder { source, section, at, values: 0, text: 0 }.value(0)
}

struct Decoder<'a> {
    source: &'a mut Source,
    /// Pointers count from its start, and nothing behind its end is read.
    section: Range<u64>,
    at: u64,
    values: u32,
    text: u64,
}

impl Decoder<'_> {
    fn bytes(&mut self, length: u64) -> Result<Vec<u8>, ReadError> {
        let end = self.at.checked_add(length).filter(|end| self.at >= self.section.start && *end <= self.section.end);
        let end = end.ok_or(ReadError::Damaged("a value leads out of its section"))?;
        let bytes = self.source.read(self.at, length)?;
        self.at = end;
        Ok(bytes)
    }

    /// A whole number of at most eight bytes, the highest first.
    fn number(&mut self, length: u64) -> Result<u64, ReadError> {
        if length > 8 {
            return Err(ReadError::Damaged("a number is too long"));
        }
        Ok(self.bytes(length)?.into_iter().fold(0, |number, byte| number << 8 | u64::from(byte)))
    }

    fn value(&mut self, depth: u32) -> Result<Value, ReadError> {
        self.values += 1;
        if depth > DEPTH || self.values > VALUES {
            return Err(ReadError::Damaged("a record is nested too deeply, or has too many values"));
        }
        let control = self.number(1)?;
        let kind = match control >> 5 {
            0 => self.number(1)? + 7,
            kind => kind,
        };
        if kind == 1 {
            return self.pointer(control, depth);
        }
        let size = match control & 31 {
            29 => 29 + self.number(1)?,
            30 => 285 + self.number(2)?,
            31 => 65_821 + self.number(3)?,
            size => size,
        };
        Ok(match kind {
            2 | 4 => {
                self.text += size;
                if self.text > TEXT {
                    return Err(ReadError::Damaged("a record is too large"));
                }
                let bytes = self.bytes(size)?;
                if kind == 2 { json!(String::from_utf8_lossy(&bytes)) } else { json!(bytes) }
            }
            3 if size == 8 => json!(f64::from_bits(self.number(8)?)),
            15 if size == 4 => json!(f32::from_bits(self.number(4)? as u32)),
            5 | 6 | 9 => json!(self.number(size)?),
            8 if size <= 4 => json!(self.number(size)? as u32 as i32),
            10 if size <= 16 => {
                let number = self.bytes(size)?.into_iter().fold(0_u128, |number, byte| number << 8 | u128::from(byte));
                json!(number.to_string())
            }
            14 => json!(size != 0),
            7 => {
                let mut map = Map::new();
                for _ in 0..size {
                    let Value::String(key) = self.value(depth + 1)? else { return Err(ReadError::Damaged("a key is no text")) };
                    map.insert(key, self.value(depth + 1)?);
                }
                Value::Object(map)
            }
            11 => {
                let mut list = Vec::new();
                for _ in 0..size {
                    list.push(self.value(depth + 1)?);
                }
                Value::Array(list)
            }
            _ => return Err(ReadError::Damaged("a value is of an unknown type or size")),
        })
    }

    /// The value that a pointer leads to; reading goes on behind the pointer.
    fn pointer(&mut self, control: u64, depth: u32) -> Result<Value, ReadError> {
        let high = control & 7;
        let offset = match control >> 3 & 3 {
            0 => high << 8 | self.number(1)?,
            1 => (high << 16 | self.number(2)?) + 2_048,
            2 => (high << 24 | self.number(3)?) + 526_336,
            _ => self.number(4)?,
        };
        let behind = self.at;
        self.at = self.section.start + offset;
        let value = self.value(depth + 1)?;
        self.at = behind;
        Ok(value)
    }
}
