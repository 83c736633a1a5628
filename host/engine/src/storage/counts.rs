//! How many rows were left out or corrected while a window was read.

/// Rows that are not as they are stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RowCounts {
    /// How many were left out because their timestamp cannot be read.
    pub unreadable_timestamps: u64,
    /// How many were left out because an address is not a text in UTF-8.
    pub unreadable_addresses: u64,
    /// How many came in and are stored as leaving, and were taken for what they are.
    pub corrected_directions: u64,
}

impl RowCounts {
    /// Those of both.
    pub fn add(&mut self, other: Self) {
        self.unreadable_timestamps += other.unreadable_timestamps;
        self.unreadable_addresses += other.unreadable_addresses;
        self.corrected_directions += other.corrected_directions;
    }
}
