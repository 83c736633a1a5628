//! Writes small MaxMind DB files, version 2.0 (<https://maxmind.github.io/MaxMind-DB/>), for tests. Networks must not overlap.

use std::collections::HashMap;
use std::net::IpAddr;

use serde_json::{Value, json};

/// What the metadata begins with.
pub const MARKER: &[u8] = b"\xab\xcd\xefMaxMind.com";

/// A database that is being made.
pub struct MmdbWriter {
    record_size: u32,
    ip_version: u32,
    nodes: Vec<[Record; 2]>,
    data: Vec<u8>,
    /// Where long texts stand already, to be pointed at.
    texts: HashMap<String, usize>,
}

#[derive(Clone, Copy)]
enum Record {
    Empty,
    Node(usize),
    Data(usize),
}

impl MmdbWriter {
    /// An empty one, with records of 24, 28 or 32 bits and a tree for IP version 4 or 6.
    #[must_use]
    pub fn new(record_size: u32, ip_version: u32) -> Self {
        Self { record_size, ip_version, nodes: vec![[Record::Empty; 2]], data: Vec::new(), texts: HashMap::new() }
    }

    /// Adds a network with its record.
    #[must_use]
    pub fn with(self, network: &str, record: &Value) -> Self {
        let mut writer = self;
        let offset = writer.data.len();
        writer.value(record);
        writer.with_data(network, offset)
    }

    /// Adds a network whose record is these bytes of the data section, whatever they mean.
    #[must_use]
    pub fn with_raw(self, network: &str, bytes: &[u8]) -> Self {
        let mut writer = self;
        let offset = writer.data.len();
        writer.data.extend(bytes);
        writer.with_data(network, offset)
    }

    fn with_data(mut self, network: &str, offset: usize) -> Self {
        let (address, prefix) = network.split_once('/').expect("a network");
        let prefix: u32 = prefix.parse().expect("a prefix");
        let (bits, length) = match address.parse().expect("an address") {
            IpAddr::V4(address) if self.ip_version == 4 => (u128::from(u32::from(address)) << 96, prefix),
            IpAddr::V4(address) => (u128::from(u32::from(address)), prefix + 96),
            IpAddr::V6(address) => (u128::from(address), prefix),
        };
        let mut node = 0;
        for depth in 0..length {
            let side = (bits >> (127 - depth) & 1) as usize;
            if depth + 1 == length {
                self.nodes[node][side] = Record::Data(offset);
            } else if let Record::Node(next) = self.nodes[node][side] {
                node = next;
            } else {
                self.nodes.push([Record::Empty; 2]);
                self.nodes[node][side] = Record::Node(self.nodes.len() - 1);
                node = self.nodes.len() - 1;
            }
        }
        self
    }

    /// The bytes of the file.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let count = self.nodes.len();
        let number = |record: Record| match record {
            Record::Empty => count,
            Record::Node(node) => node,
            Record::Data(offset) => count + 16 + offset,
        };
        let mut file = Vec::new();
        for [left, right] in &self.nodes {
            let (left, right) = ((number(*left) as u32).to_be_bytes(), (number(*right) as u32).to_be_bytes());
            match self.record_size {
                24 => file.extend([&left[1..], &right[1..]].concat()),
                28 => file.extend([&left[1..], &[left[0] << 4 | right[0]], &right[1..]].concat()),
                _ => file.extend([left, right].concat()),
            }
        }
        file.extend([0; 16]);
        file.extend(&self.data);
        file.extend(MARKER);
        let mut metadata = Self::new(self.record_size, self.ip_version);
        metadata.value(&json!({
            "binary_format_major_version": 2, "binary_format_minor_version": 0, "build_epoch": 1_773_261_311,
            "database_type": "Test", "ip_version": self.ip_version, "node_count": count, "record_size": self.record_size
        }));
        file.extend(metadata.data);
        file
    }

    /// Writes a value: numbers as unsigned of 32 or 64 bits, signed of 32 bits or double, and a long text that was written before as a
    /// pointer.
    fn value(&mut self, value: &Value) {
        match value {
            Value::Null => self.control(14, 0),
            Value::Bool(value) => self.control(14, usize::from(*value)),
            Value::Number(number) => match (number.as_u64(), number.as_i64()) {
                (Some(number), _) => {
                    let bytes: Vec<u8> = number.to_be_bytes().into_iter().skip_while(|byte| *byte == 0).collect();
                    self.control(if bytes.len() > 4 { 9 } else { 6 }, bytes.len());
                    self.data.extend(bytes);
                }
                (None, Some(number)) => {
                    self.control(8, 4);
                    self.data.extend((number as i32).to_be_bytes());
                }
                _ => {
                    self.control(3, 8);
                    self.data.extend(number.as_f64().expect("a number").to_be_bytes());
                }
            },
            Value::String(text) => self.text(text),
            Value::Array(list) => {
                self.control(11, list.len());
                list.iter().for_each(|value| self.value(value));
            }
            Value::Object(map) => {
                self.control(7, map.len());
                for (key, value) in map {
                    self.text(key);
                    self.value(value);
                }
            }
        }
    }

    fn text(&mut self, text: &str) {
        match self.texts.get(text) {
            Some(offset @ 0..2_048) => self.data.extend([0x20 | (offset >> 8) as u8, *offset as u8]),
            Some(offset) => {
                let offset = ((offset - 2_048) as u32).to_be_bytes();
                self.data.extend([0x28 | offset[1], offset[2], offset[3]]);
            }
            None => {
                if text.len() > 3 {
                    self.texts.insert(text.to_owned(), self.data.len());
                }
                self.control(2, text.len());
                self.data.extend(text.as_bytes());
            }
        }
    }

    fn control(&mut self, kind: u8, size: usize) {
        let (low, more) = match size {
            0..29 => (size as u8, vec![]),
            29..285 => (29, vec![(size - 29) as u8]),
            _ => (30, ((size - 285) as u16).to_be_bytes().to_vec()),
        };
        match kind {
            8.. => self.data.extend([low, kind - 7]),
            _ => self.data.push(kind << 5 | low),
        }
        self.data.extend(more);
    }
}
