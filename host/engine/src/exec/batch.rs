//! Results into batches, with the same limits and sizes as the reader that does it with SQLite's rows.

use super::budget::{Budget, Stopped};
use super::column_builder::ColumnBuilder;
use super::evaluate::evaluate;
use super::frame::Frame;
use super::vector::Vector;
use crate::plan::Expression;
use crate::storage::Rows;
use net_scout_model::{BATCH_BYTES, BATCH_ROWS, Batch, ColumnType, check_row};

/// Takes the batches; false when the receiver has gone.
pub(super) type Send<'a> = &'a mut dyn FnMut(Batch) -> bool;

/// Sends the values of the result columns for some rows, in their order. False when the receiver has gone.
pub(super) fn emit<F: Frame + ?Sized>(
    frame: &F,
    outputs: &[(Expression, ColumnType)],
    rows: Rows<'_>,
    budget: &Budget<'_>,
    send: Send<'_>,
) -> Result<bool, Stopped> {
    let mut builder = Builder::new(outputs);
    let (mut row_count, mut byte_count) = (0, 0);
    let length = rows.len();
    for from in (0..length).step_by(BATCH_ROWS) {
        let to = length.min(from + BATCH_ROWS);
        let part = rows.part(from, to);
        let vectors: Vec<Vector> = outputs.iter().map(|(expression, _)| evaluate(expression, frame, part)).collect();
        for index in 0..to - from {
            row_count += 1;
            budget.limits.check_rows(row_count)?;
            builder.push(&vectors, index)?;
            budget.limits.check_bytes(byte_count + builder.bytes)?;
            if builder.rows == BATCH_ROWS || builder.bytes >= BATCH_BYTES {
                byte_count += builder.bytes;
                let full = std::mem::replace(&mut builder, Builder::new(outputs));
                if !send(full.finish()) {
                    return Ok(false);
                }
            }
        }
        budget.check()?;
    }
    if builder.rows > 0 && !send(builder.finish()) {
        return Ok(false);
    }
    Ok(true)
}

struct Builder {
    columns: Vec<ColumnBuilder>,
    rows: usize,
    bytes: u64,
}

impl Builder {
    fn new(outputs: &[(Expression, ColumnType)]) -> Self {
        Self { columns: outputs.iter().map(|(_, column)| ColumnBuilder::new(*column)).collect(), rows: 0, bytes: 0 }
    }

    fn push(&mut self, vectors: &[Vector], index: usize) -> Result<(), Stopped> {
        let before = self.bytes;
        for (column, vector) in self.columns.iter_mut().zip(vectors) {
            self.bytes += column.push(self.rows, vector, index)?;
            check_row(self.bytes - before)?;
        }
        self.rows += 1;
        Ok(())
    }

    fn finish(self) -> Batch {
        let columns = self.columns.into_iter().map(ColumnBuilder::finish).collect();
        Batch { row_count: self.rows as u32, columns }
    }
}
