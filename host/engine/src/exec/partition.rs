//! Divides rows by the codes of a key into parts for the threads: each part has all rows of its codes.

use super::groups::Groups;
use super::keys::{KeyCodes, sizes};
use crate::storage::{Code as _, Rows, with_codes};

/// Rows that are to be grouped by a key, in parts of about the same number of rows: each has all rows of its codes.
pub(super) struct Partitions<'a> {
    rows: Rows<'a>,
    key: &'a KeyCodes<'a>,
    /// For each code the number of rows.
    sizes: Vec<u32>,
    /// The first code of each part, and the first behind it.
    pub(super) parts: Vec<(u32, u32)>,
}

impl<'a> Partitions<'a> {
    pub(super) fn new(rows: Rows<'a>, key: &'a KeyCodes<'a>, parts: usize) -> Self {
        let (packed, count) = key.codes();
        let sizes = sizes(rows, packed, count);
        let each = rows.len().div_ceil(parts.max(1)).max(1);
        let (mut cuts, mut sum) = (vec![0], 0);
        for (code, size) in sizes.iter().enumerate() {
            sum += *size as usize;
            if sum >= each * cuts.len() && cuts.len() < parts {
                cuts.push(code as u32 + 1);
            }
        }
        cuts.push(count as u32);
        let parts = cuts.windows(2).map(|cut| (cut[0], cut[1])).filter(|(from, to)| from < to).collect();
        Self { rows, key, sizes, parts }
    }

    /// The groups of a part.
    pub(super) fn groups(&self, (from, to): (u32, u32)) -> Groups {
        let sizes = &self.sizes[from as usize..to as usize];
        let (mut places, mut starts, mut sum) = (Vec::with_capacity(sizes.len()), Vec::new(), 0);
        for &size in sizes {
            places.push(sum);
            if size > 0 {
                starts.push(sum);
            }
            sum += size;
        }
        starts.push(sum);
        let mut rows = vec![0; sum as usize];
        let mut put = |row: u32, code: u32| {
            if let Some(place) = places.get_mut(code.wrapping_sub(from) as usize) {
                rows[*place as usize] = row;
                *place += 1;
            }
        };
        with_codes!(self.key.codes().0, codes => match self.rows {
            Rows::Range(start, end) => {
                let stretch = codes[start as usize..end as usize].iter();
                stretch.zip(start..end).for_each(|(&code, row)| put(row, code.number()));
            }
            Rows::List(list) => list.iter().for_each(|&row| put(row, codes[row as usize].number())),
        });
        Groups { rows, starts }
    }
}
