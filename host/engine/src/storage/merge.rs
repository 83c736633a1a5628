//! Makes the columns of a table from what the threads have read, piece by piece in the order of the rows.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::column::{Column, Reals, Texts, has_null};
use super::dictionary::Dictionary;
use super::integers::integers;
use super::interner::Interner;
use super::packed::{Packed, with_codes};
use super::segment::{Segment, Values};
use super::source::{ColumnSource, Rule};
use super::words::Words;

/// Fewer rows than this are not worth a thread.
const ROWS_PER_THREAD: usize = 50_000;

/// What one thread made of one piece: the columns, and the number of rows.
#[derive(Debug)]
pub struct PieceRead {
    /// The number of the thread, which is that of its [`Words`].
    pub thread: usize,
    /// How many rows.
    pub rows: u32,
    /// The values of each column, or why it cannot be kept.
    pub columns: Vec<Result<Segment, String>>,
}

/// The columns by name: each, or why it cannot be kept.
pub(super) type Columns = Vec<(&'static str, Result<Column, String>)>;
/// The pieces of one column, each with the thread that read it.
type Pieces<S> = Vec<(usize, S)>;

/// The number of rows, and the columns; none where there are more rows than can be numbered.
pub(super) fn merge(
    sources: &[ColumnSource],
    reads: Vec<PieceRead>,
    words: Vec<Words>,
    threads: usize,
) -> Option<(u32, Columns)> {
    let rows = count(reads.iter())?;
    let mut columns: Vec<Result<Pieces<Segment>, String>> = sources.iter().map(|_| Ok(Vec::new())).collect();
    for read in reads {
        for (column, segment) in columns.iter_mut().zip(read.columns) {
            add(column, read.thread, segment);
        }
    }
    Some((rows, named(sources, columns, &unite(words), rows, threads)))
}

/// The same from pieces that are kept, and one thread's words that all of them share.
pub(super) fn merge_kept(
    sources: &[ColumnSource],
    pieces: &[&PieceRead],
    words: &Words,
    threads: usize,
) -> Option<(u32, Columns)> {
    let rows = count(pieces.iter().copied())?;
    let mut columns: Vec<Result<Pieces<&Segment>, String>> = sources.iter().map(|_| Ok(Vec::new())).collect();
    for piece in pieces {
        for (column, segment) in columns.iter_mut().zip(&piece.columns) {
            add(column, 0, segment.as_ref().map_err(Clone::clone));
        }
    }
    Some((rows, named(sources, columns, &words.united(), rows, threads)))
}

fn count<'a>(reads: impl Iterator<Item = &'a PieceRead>) -> Option<u32> {
    let rows: u64 = reads.map(|read| u64::from(read.rows)).sum();
    u32::try_from(rows).ok().filter(|&rows| rows < u32::MAX)
}

fn add<S>(column: &mut Result<Pieces<S>, String>, thread: usize, segment: Result<S, String>) {
    match (segment, &mut *column) {
        (Ok(segment), Ok(pieces)) => pieces.push((thread, segment)),
        (Err(reason), _) => *column = Err(reason),
        (Ok(_), Err(_)) => {}
    }
}

/// Makes the columns, several at the same time.
fn named<S: Borrow<Segment> + Send>(
    sources: &[ColumnSource],
    columns: Vec<Result<Pieces<S>, String>>,
    (texts, reals): &(UnitedTexts, UnitedReals),
    rows: u32,
    threads: usize,
) -> Columns {
    let left = Mutex::new(sources.iter().zip(columns).enumerate());
    let made = Mutex::new(Vec::with_capacity(sources.len()));
    let work = || loop {
        let next = left.lock().unwrap_or_else(PoisonError::into_inner).next();
        let Some((place, (source, pieces))) = next else { return };
        let column = pieces.and_then(|pieces| column(source.rule, pieces, texts, reals, rows as usize));
        made.lock().unwrap_or_else(PoisonError::into_inner).push((place, (source.name, column)));
    };
    std::thread::scope(|scope| {
        // A few rows are not worth a thread.
        (1..threads.min(rows as usize / ROWS_PER_THREAD)).for_each(|_| drop(scope.spawn(work)));
        work();
    });
    let mut made = made.into_inner().unwrap_or_else(PoisonError::into_inner);
    made.sort_unstable_by_key(|(place, _)| *place);
    made.into_iter().map(|(_, named)| named).collect()
}

fn column<S: Borrow<Segment>>(
    rule: Rule,
    pieces: Pieces<S>,
    texts: &UnitedTexts,
    reals: &UnitedReals,
    rows: usize,
) -> Result<Column, String> {
    match rule {
        Rule::Integer | Rule::IntegerOrNull | Rule::HitCount | Rule::Time => {
            Ok(integers(pieces.into_iter().map(|(_, segment)| segment).collect(), rows))
        }
        Rule::RealOrNull => {
            let codes = recode(pieces, &reals.maps, reals.values.len(), rows);
            let nullable = has_null(&codes);
            Ok(Column::Reals(Reals { codes, values: reals.values.clone(), nullable }))
        }
        Rule::Text(group) => {
            let Some(united) = texts.get(&group) else { return Ok(nothing(rows)) };
            let (dictionary, maps) = united.as_ref().ok_or("it has too many distinct texts")?;
            let codes = recode(pieces, maps, dictionary.codes() as usize, rows);
            let nullable = has_null(&codes);
            Ok(Column::Texts(Texts { codes, dictionary: Arc::clone(dictionary), nullable }))
        }
    }
}

/// A column of text without any text.
fn nothing(rows: usize) -> Column {
    let mut codes = Packed::with_capacity(rows, 0);
    codes.extend(std::iter::repeat_n(0, rows));
    Column::Texts(Texts { codes, dictionary: Arc::default(), nullable: true })
}

/// For each thread what its codes are called now.
pub(super) type Maps = Vec<Vec<u32>>;

/// By the number of their [`Rule::Text`].
pub(super) type UnitedTexts = HashMap<u8, Option<(Arc<Dictionary>, Maps)>>;

pub(super) struct UnitedReals {
    pub(super) values: Vec<f64>,
    pub(super) maps: Maps,
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

fn recode<S: Borrow<Segment>>(pieces: Pieces<S>, maps: &Maps, codes: usize, rows: usize) -> Packed {
    let mut packed = Packed::with_capacity(rows, codes as u32);
    for (thread, segment) in pieces {
        let Values::Codes(codes) = &segment.borrow().0 else { continue };
        match maps.get(thread) {
            Some(map) if !map.is_empty() => {
                with_codes!(codes, codes => packed.extend(codes.iter().map(|&code| map[code as usize])));
            }
            // The thread saw no word: there are only nulls.
            _ => packed.extend(std::iter::repeat_n(0, codes.len())),
        }
    }
    packed
}
