//! Makes the columns of the window from what the threads have read, piece by piece in the order of the rows.

use std::collections::HashMap;
use std::sync::Arc;

use super::column::{Column, IntegerStore, Integers, Reals, Texts, has_null};
use super::dictionary::Dictionary;
use super::interner::Interner;
use super::packed::{Packed, with_codes};
use super::segment::{Segment, Words};
use super::source::{ColumnSource, Rule};

/// What one thread made of one piece: the columns, and the number of rows.
pub struct PieceRead {
    /// The number of the thread, which is that of its [`Words`].
    pub thread: usize,
    /// How many rows.
    pub rows: u32,
    /// The values of each column, or why it cannot be kept.
    pub columns: Vec<Result<Segment, String>>,
}

/// Steps between integers that are tried: whole seconds and milliseconds of instants.
const STEPS: [u64; 2] = [1_000_000, 1_000];

/// The columns by name: each, or why it cannot be kept.
type Named = Vec<(&'static str, Result<Column, String>)>;
/// The pieces of one column, each with the thread that read it.
type Pieces = Vec<(usize, Segment)>;

/// The number of rows, and the columns; none where there are more rows than can be numbered.
pub(super) fn merge(sources: &[ColumnSource], reads: Vec<PieceRead>, words: Vec<Words>) -> Option<(u32, Named)> {
    let rows: u64 = reads.iter().map(|read| u64::from(read.rows)).sum();
    let rows = u32::try_from(rows).ok().filter(|&rows| rows < u32::MAX)?;
    let mut columns: Vec<Result<Pieces, String>> = sources.iter().map(|_| Ok(Vec::new())).collect();
    for read in reads {
        for (column, segment) in columns.iter_mut().zip(read.columns) {
            match (segment, &mut *column) {
                (Ok(segment), Ok(pieces)) => pieces.push((read.thread, segment)),
                (Err(reason), _) => *column = Err(reason),
                (Ok(_), Err(_)) => {}
            }
        }
    }
    let (texts, reals) = unite(words);
    let named = sources.iter().zip(columns).map(|(source, pieces)| {
        let column = pieces.and_then(|pieces| match source.rule {
            Rule::Integer | Rule::IntegerOrNull | Rule::HitCount | Rule::Time => Ok(integers(pieces, rows as usize)),
            Rule::RealOrNull => {
                let codes = recode(pieces, &reals.maps, reals.values.len(), rows as usize);
                let nullable = has_null(&codes);
                Ok(Column::Reals(Reals { codes, values: reals.values.clone(), nullable }))
            }
            Rule::Text(group) => {
                let Some(united) = texts.get(&group) else { return Ok(nothing(rows as usize)) };
                let (dictionary, maps) = united.as_ref().ok_or("it has too many distinct texts")?;
                let codes = recode(pieces, maps, dictionary.codes() as usize, rows as usize);
                let nullable = has_null(&codes);
                Ok(Column::Texts(Texts { codes, dictionary: Arc::clone(dictionary), nullable }))
            }
        });
        (source.name, column)
    });
    Some((rows, named.collect()))
}

/// A column of text without any text.
fn nothing(rows: usize) -> Column {
    let mut codes = Packed::with_capacity(rows, 0);
    codes.extend(std::iter::repeat_n(0, rows));
    Column::Texts(Texts { codes, dictionary: Arc::default(), nullable: true })
}

/// For each thread what its codes are called now.
type Maps = Vec<Vec<u32>>;

/// By the number of their [`Rule::Text`].
type UnitedTexts = HashMap<u8, Option<(Arc<Dictionary>, Maps)>>;

struct UnitedReals {
    values: Vec<f64>,
    maps: Maps,
}

/// One dictionary for each group of texts, and one for the doubles. None where codes are used up.
fn unite(words: Vec<Words>) -> (UnitedTexts, UnitedReals) {
    let mut interners: HashMap<u8, Option<(Interner, Maps)>> = HashMap::new();
    let mut reals = UnitedReals { values: vec![0.0], maps: Vec::new() };
    let mut real_codes = HashMap::new();
    for (thread, words) in words.into_iter().enumerate() {
        for (group, interner) in words.texts {
            let united = interners.entry(group).or_insert_with(|| Some((Interner::new(), Vec::new())));
            *united = united.take().and_then(|(mut into, mut maps)| {
                maps.resize(thread, Vec::new());
                if into.codes() == 1 {
                    maps.push((0..interner.codes()).collect());
                    return Some((interner, maps));
                }
                maps.push(into.merge(interner)?);
                Some((into, maps))
            });
        }
        let map = words.reals.into_iter().map(|value| {
            *real_codes.entry(value.to_bits()).or_insert_with(|| {
                reals.values.push(value);
                reals.values.len() as u32 - 1
            })
        });
        reals.maps.push(std::iter::once(0).chain(map).collect());
    }
    let sealed = |united: Option<(Interner, Maps)>| united.map(|(interner, maps)| (Arc::new(interner.finish()), maps));
    (interners.into_iter().map(|(group, united)| (group, sealed(united))).collect(), reals)
}

fn recode(pieces: Pieces, maps: &Maps, codes: usize, rows: usize) -> Packed {
    let mut packed = Packed::with_capacity(rows, codes as u32);
    for (thread, segment) in pieces {
        let Segment::Codes(codes) = segment else { continue };
        match maps.get(thread) {
            Some(map) if !map.is_empty() => {
                with_codes!(&codes, codes => packed.extend(codes.iter().map(|&code| map[code as usize])));
            }
            // The thread saw no word: there are only nulls.
            _ => packed.extend(std::iter::repeat_n(0, codes.len())),
        }
    }
    packed
}

fn integers(pieces: Pieces, rows: usize) -> Column {
    let mut bounds: Option<(i64, i64)> = None;
    let mut nullable = false;
    for (_, segment) in &pieces {
        let mut widen = |value: i64| {
            let (low, high) = bounds.unwrap_or((value, value));
            bounds = Some((low.min(value), high.max(value)));
        };
        match segment {
            Segment::Coded { codes, base, high } => {
                nullable |= has_null(codes);
                if with_codes!(codes, codes => codes.iter().any(|&code| code != 0)) {
                    widen(*base);
                    widen(*high);
                }
            }
            Segment::Wide { values, nulls } => {
                nullable |= nulls.contains(&true);
                values.iter().zip(nulls).filter(|(_, null)| !**null).for_each(|(value, _)| widen(*value));
            }
            Segment::Codes(_) => {}
        }
    }
    let (low, high) = bounds.unwrap_or_default();
    let span = low.abs_diff(high);
    let fits = |step: &u64| span / step < u64::from(u32::MAX) - 2;
    let step = STEPS.into_iter().find(|step| span >= *step && fits(step) && divides(&pieces, low, *step));
    let store = match step.or(Some(1).filter(fits)) {
        Some(step) => {
            let mut codes = Packed::with_capacity(rows, (span / step + 1) as u32);
            for (_, segment) in pieces {
                let code = |value: Option<i64>| value.map_or(0, |value| (value.abs_diff(low) / step + 1) as u32);
                each(&segment, |values| codes.extend(values.map(code)));
            }
            IntegerStore::Coded { codes, base: low, step: step as i64 }
        }
        None => {
            let mut all: Vec<Option<i64>> = Vec::new();
            let (mut values, mut nulls) = (Vec::with_capacity(rows), Vec::new());
            for (_, segment) in pieces {
                all.clear();
                each(&segment, |values| all.extend(values));
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

/// Gives the values of a segment.
fn each(segment: &Segment, mut take: impl FnMut(&mut dyn Iterator<Item = Option<i64>>)) {
    match segment {
        Segment::Coded { codes, base, .. } => {
            with_codes!(codes, codes => take(&mut codes.iter().map(|&code| {
                (code != 0).then(|| base.wrapping_add(i64::from(code) - 1))
            })));
        }
        Segment::Wide { values, nulls } => {
            take(&mut values.iter().zip(nulls).map(|(value, null)| (!null).then_some(*value)));
        }
        Segment::Codes(_) => {}
    }
}

fn divides(pieces: &Pieces, low: i64, step: u64) -> bool {
    pieces.iter().all(|(_, segment)| {
        let mut all = true;
        each(segment, |values| all = values.flatten().all(|value| value.abs_diff(low).is_multiple_of(step)));
        all
    })
}
