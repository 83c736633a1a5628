//! Makes a column of integers from its segments: codes with the widest step that divides them all, or else the values as they are.

use std::borrow::Borrow;

use super::column::{Column, IntegerStore, Integers, has_null};
use super::packed::{Packed, with_codes};
use super::segment::{Segment, Values};

/// Steps between integers that are tried: whole seconds and milliseconds of instants.
const STEPS: [u64; 2] = [1_000_000, 1_000];

/// The column that the segments make, which are in the order of the rows.
pub(super) fn integers<S: Borrow<Segment>>(segments: Vec<S>, rows: usize) -> Column {
    let mut bounds: Option<(i64, i64)> = None;
    let mut nullable = false;
    for segment in &segments {
        let mut widen = |value: i64| {
            let (low, high) = bounds.unwrap_or((value, value));
            bounds = Some((low.min(value), high.max(value)));
        };
        match &segment.borrow().0 {
            Values::Coded { codes, base, high, .. } => {
                nullable |= has_null(codes);
                if with_codes!(codes, codes => codes.iter().any(|&code| code != 0)) {
                    widen(*base);
                    widen(*high);
                }
            }
            Values::Wide { values, nulls } => {
                nullable |= nulls.contains(&true);
                values.iter().zip(nulls).filter(|(_, null)| !**null).for_each(|(value, _)| widen(*value));
            }
            Values::Codes(_) => {}
        }
    }
    let (low, high) = bounds.unwrap_or_default();
    let span = low.abs_diff(high);
    let fits = |step: &u64| span / step < u64::from(u32::MAX) - 2;
    let step = STEPS.into_iter().find(|step| span >= *step && fits(step) && divides(&segments, low, *step));
    let store = match step.or(Some(1).filter(fits)) {
        Some(step) => {
            let mut codes = Packed::with_capacity(rows, (span / step + 1) as u32);
            for segment in segments {
                let code = |value: Option<i64>| value.map_or(0, |value| (value.abs_diff(low) / step + 1) as u32);
                segment.borrow().each_integer(|values| codes.extend(values.map(code)));
            }
            IntegerStore::Coded { codes, base: low, step: step as i64 }
        }
        None => {
            let mut all: Vec<Option<i64>> = Vec::new();
            let (mut values, mut nulls) = (Vec::with_capacity(rows), Vec::new());
            for segment in segments {
                all.clear();
                segment.borrow().each_integer(|values| all.extend(values));
                values.extend(all.iter().map(|value| value.unwrap_or_default()));
                if nullable {
                    nulls.extend(all.iter().map(Option::is_none));
                }
            }
            IntegerStore::Wide { values, nulls: nullable.then_some(nulls) }
        }
    };
    Column::Integers(Integers { store, low, high, nullable })
}

/// Whether all values lie whole steps above the lowest.
fn divides<S: Borrow<Segment>>(segments: &[S], low: i64, step: u64) -> bool {
    segments.iter().all(|segment| {
        let mut all = true;
        segment.borrow().each_integer(|values| all = values.flatten().all(|value| value.abs_diff(low).is_multiple_of(step)));
        all
    })
}
