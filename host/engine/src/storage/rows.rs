//! Which rows of a table, and in which order.

/// Some rows, in an order.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Rows<'a> {
    /// From the first up to the second, which is not among them.
    Range(u32, u32),
    /// These.
    List(&'a [u32]),
}

impl<'a> Rows<'a> {
    /// Those from one place up to another.
    pub(crate) fn part(self, from: usize, to: usize) -> Rows<'a> {
        match self {
            Self::Range(start, _) => Self::Range(start + from as u32, start + to as u32),
            Self::List(rows) => Self::List(&rows[from..to]),
        }
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Range(from, to) => (to - from) as usize,
            Self::List(rows) => rows.len(),
        }
    }

    /// What `value` says of each row.
    pub(crate) fn map<T>(&self, value: impl Fn(usize) -> T) -> Vec<T> {
        match self {
            Self::Range(from, to) => (*from as usize..*to as usize).map(value).collect(),
            Self::List(rows) => rows.iter().map(|&row| value(row as usize)).collect(),
        }
    }
}
