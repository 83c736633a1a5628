//! Groups of rows: each group is a run of row numbers, ascending. No texts are compared and hardly anything is hashed here: the rows of
//! each group are divided by the codes of one key after another.

use super::budget::{Budget, Stopped};
use super::keys::KeyCodes;
use crate::storage::{Code as _, Rows, with_codes};

/// Groups of rows, none of them empty unless it is the only one.
#[derive(Clone, Debug)]
pub(super) struct Groups {
    /// The rows of all groups, one group after another.
    pub(super) rows: Vec<u32>,
    /// Where each group starts, and behind the last where it ends.
    pub(super) starts: Vec<u32>,
}

impl Groups {
    /// One group of all these rows.
    pub(super) fn single(rows: Rows<'_>) -> Self {
        let rows = rows.map(|row| row as u32);
        let starts = vec![0, rows.len() as u32];
        Self { rows, starts }
    }

    pub(super) fn count(&self) -> u32 {
        self.starts.len() as u32 - 1
    }

    pub(super) fn rows_of(&self, group: u32) -> &[u32] {
        let group = group as usize;
        &self.rows[self.starts[group] as usize..self.starts[group + 1] as usize]
    }

    /// Divides each group by the codes of another key.
    pub(super) fn divide(self, key: &KeyCodes<'_>, budget: &Budget<'_>) -> Result<Self, Stopped> {
        let (packed, count) = key.codes();
        with_codes!(packed, codes => self.divide_by(|row| codes[row as usize].number(), count, budget))
    }

    fn divide_by(self, code: impl Fn(u32) -> u32, count: u64, budget: &Budget<'_>) -> Result<Self, Stopped> {
        // For each code the group that had it last, and the part of that group that it made.
        let mut seen = vec![(u32::MAX, 0_u32); count as usize];
        let mut starts = Vec::with_capacity(self.starts.len());
        let mut rows = self.rows;
        let (mut parts, mut sizes, mut copy) = (Vec::new(), Vec::new(), Vec::new());
        let mut since = 0;
        for group in 0..self.starts.len() as u32 - 1 {
            let (start, end) = (self.starts[group as usize], self.starts[group as usize + 1]);
            let members = &mut rows[start as usize..end as usize];
            starts.push(start);
            if members.len() == 1 {
                continue;
            }
            parts.clear();
            sizes.clear();
            for &row in members.iter() {
                let known = &mut seen[code(row) as usize];
                if known.0 != group {
                    *known = (group, sizes.len() as u32);
                    sizes.push(0_u32);
                }
                parts.push(known.1);
                sizes[known.1 as usize] += 1;
            }
            since += members.len();
            if since > budget.stride {
                since = 0;
                budget.check()?;
            }
            if sizes.len() == 1 {
                continue;
            }
            // Sizes become places.
            let mut place = 0;
            for size in &mut sizes {
                let next = place + *size;
                if place > 0 {
                    starts.push(start + place);
                }
                *size = std::mem::replace(&mut place, next);
            }
            copy.clear();
            copy.extend_from_slice(members);
            for (&row, &part) in copy.iter().zip(&parts) {
                let place = &mut sizes[part as usize];
                members[*place as usize] = row;
                *place += 1;
            }
        }
        starts.push(rows.len() as u32);
        Ok(Self { rows, starts })
    }
}
