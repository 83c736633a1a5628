//! What the events of a selection are, counted in one pass.

use std::collections::{BTreeSet, HashMap};

use serde_json::{Map, Value as Json, json};

use net_scout_model::{Batch, Column, ColumnValues, Timestamp, Value};

/// How many event numbers are kept from each end.
const SAMPLES: usize = 10;
/// How many events wait for being sorted.
const ROOM: usize = 64;
/// How many of the most frequent values are kept.
const TOP: usize = 10;

/// What tells selections of one form apart: source, destination, port, and the first and the last instant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Told {
    addresses: [Option<String>; 2],
    port: Option<i64>,
    pub(super) span: Option<(i64, i64)>,
}

impl Told {
    pub(super) fn is_set(&self, place: usize) -> bool {
        self.addresses.get(place).map_or(self.port.is_some(), Option::is_some)
    }

    /// Sets one of the values; false where it is not of that column's type.
    pub(super) fn set(&mut self, place: usize, value: &Value) -> bool {
        match (self.addresses.get_mut(place), value) {
            (Some(address), Value::Text(text)) => *address = Some(text.clone()),
            (None, Value::Integer(port)) => self.port = Some(*port),
            _ => return false,
        }
        true
    }

    /// The same in numbers, without the span.
    pub(super) fn key(&self, names: &mut Names) -> Key {
        let mut number = |address: &Option<String>| address.as_ref().map_or(0, |address| names.number(address));
        Key { addresses: [number(&self.addresses[0]), number(&self.addresses[1])], port: self.port }
    }

    /// Whether an event lies in its span.
    pub(super) fn spans(&self, event: &Event) -> bool {
        self.span.is_none_or(|(first, last)| (first..=last).contains(&event.time))
    }
}

/// Source, destination and port, those that tell selections apart; addresses by their numbers, 0 for none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    addresses: [u32; 2],
    port: Option<i64>,
}

/// Addresses and their numbers, from 1.
#[derive(Debug, Default)]
pub(super) struct Names(HashMap<String, u32>);

impl Names {
    fn number(&mut self, name: &str) -> u32 {
        if let Some(&number) = self.0.get(name) {
            return number;
        }
        let number = self.0.len() as u32 + 1;
        self.0.insert(name.to_owned(), number);
        number
    }

    /// The addresses in the order of their numbers.
    pub(super) fn listed(&self) -> Vec<&str> {
        let mut names = vec![""; self.0.len()];
        self.0.iter().for_each(|(name, &number)| names[number as usize - 1] = name);
        names
    }

    /// For each row of a column its number, 0 for null.
    fn numbers(&mut self, column: &Column) -> Vec<u32> {
        let ColumnValues::Texts(texts) = &column.values else { return Vec::new() };
        let known: Vec<u32> = texts.dictionary.iter().map(|text| self.number(text)).collect();
        let mut numbers: Vec<u32> =
            texts.codes.iter().map(|&code| known.get(code as usize).copied().unwrap_or_default()).collect();
        column.nulls.iter().for_each(|&row| numbers[row as usize] = 0);
        numbers
    }
}

/// One event. Addresses are numbers of [`Names`], 0 for null.
#[derive(Clone, Copy, Debug)]
pub(super) struct Event {
    id: i64,
    time: i64,
    addresses: [u32; 2],
    port: Option<i64>,
}

impl Event {
    /// Its values of some of the columns.
    pub(super) fn key(&self, columns: &[usize]) -> Key {
        let address = |place: usize| if columns.contains(&place) { self.addresses[place] } else { 0 };
        Key { addresses: [address(0), address(1)], port: self.port.filter(|_| columns.contains(&2)) }
    }
}

/// Goes through the events of a batch.
pub(super) fn events(batch: &Batch, names: &mut Names, each: &mut impl FnMut(&Event)) {
    let [id, time, source, destination, port] = batch.columns.as_slice() else { return };
    let (ColumnValues::Integers(ids), ColumnValues::Integers(times), ColumnValues::Integers(ports)) =
        (&id.values, &time.values, &port.values)
    else {
        return;
    };
    let (sources, targets) = (names.numbers(source), names.numbers(destination));
    let mut nulls = port.nulls.iter().copied().peekable();
    for row in 0..batch.row_count as usize {
        let port = nulls.next_if_eq(&(row as u32)).is_none().then(|| ports[row]);
        each(&Event { id: ids[row], time: times[row], addresses: [sources[row], targets[row]], port });
    }
}

/// What was counted so far.
#[derive(Debug, Default)]
pub(super) struct Tally {
    count: u64,
    /// The first events and the last, each by time and number, and some more.
    first: Vec<(i64, i64)>,
    last: Vec<(i64, i64)>,
    /// What events must lie before, or behind, to be among these: known once as many were sorted. Events come in any order.
    ends: Option<[(i64, i64); 2]>,
    /// The addresses of all events, and the ports.
    addresses: [Vec<u32>; 2],
    ports: Vec<i64>,
}

impl Tally {
    pub(super) fn add(&mut self, event: &Event) {
        self.count += 1;
        let place = (event.time, event.id);
        if self.ends.is_none_or(|[first, _]| place < first) {
            self.first.push(place);
        }
        if self.ends.is_none_or(|[_, last]| place > last) {
            self.last.push(place);
        }
        if self.first.len() >= ROOM || self.last.len() >= ROOM {
            first_of(&mut self.first);
            last_of(&mut self.last);
            self.ends = Some([self.first[SAMPLES - 1], self.last[SAMPLES - 1]]);
        }
        for (known, address) in self.addresses.iter_mut().zip(event.addresses) {
            if address != 0 {
                known.push(address);
            }
        }
        self.ports.extend(event.port);
    }

    /// As it stands in the evidence; `names` are the addresses by their numbers.
    pub(super) fn json(mut self, names: &[&str]) -> Json {
        first_of(&mut self.first);
        last_of(&mut self.last);
        let samples: BTreeSet<(i64, i64)> = self.first.iter().chain(&self.last).copied().collect();
        let instant = |place: Option<&(i64, i64)>| place.map(|(time, _)| Timestamp(*time).to_string());
        let named = |numbers: Vec<u32>| top(counted(numbers).map(|(number, count)| (names[number as usize - 1], count)));
        let [sources, targets] = self.addresses;
        json!({
            "count": self.count,
            "first": instant(self.first.first()),
            "last": instant(self.last.first()),
            "sample_ids": samples.iter().map(|(_, id)| *id).collect::<Vec<_>>(),
            "ports": top(counted(self.ports)),
            "targets": named(targets),
            "sources": named(sources),
        })
    }
}

/// Keeps the smallest, in ascending order.
fn first_of(places: &mut Vec<(i64, i64)>) {
    places.sort_unstable();
    places.truncate(SAMPLES);
}

/// Keeps the largest, in descending order.
fn last_of(places: &mut Vec<(i64, i64)>) {
    places.sort_unstable_by(|one, other| other.cmp(one));
    places.truncate(SAMPLES);
}

/// How often each value occurs.
fn counted<T: Ord + Copy>(mut values: Vec<T>) -> impl Iterator<Item = (T, u64)> {
    values.sort_unstable();
    let runs: Vec<(T, u64)> = values.chunk_by(|one, other| one == other).map(|run| (run[0], run.len() as u64)).collect();
    runs.into_iter()
}

/// The most frequent first; of equals the smaller.
fn top<T: Ord + ToString>(counts: impl Iterator<Item = (T, u64)>) -> Map<String, Json> {
    let mut ranked: Vec<(T, u64)> = counts.collect();
    let order = |(one, many): &(T, u64), (other, more): &(T, u64)| more.cmp(many).then_with(|| one.cmp(other));
    if ranked.len() > TOP {
        ranked.select_nth_unstable_by(TOP, order);
        ranked.truncate(TOP);
    }
    ranked.sort_unstable_by(order);
    ranked.into_iter().map(|(value, count)| (net_scout_model::plain(&value.to_string(), 100), count.into())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_are_the_same_in_whatever_order_events_come() {
        let ends = |numbers: &mut dyn Iterator<Item = i64>| {
            let mut tally = Tally::default();
            numbers.for_each(|number| tally.add(&Event { id: number, time: number, addresses: [0, 0], port: None }));
            tally.json(&[])["sample_ids"].clone()
        };
        let expected: Vec<i64> = (0..10).chain(190..200).collect();
        for step in [1, 3, 7, 77, 121, 199] {
            assert_eq!(ends(&mut (0..200).map(|place| place * step % 200)), json!(expected), "{step}");
        }
    }

    #[test]
    fn the_ends_and_the_most_frequent_are_kept() {
        let (mut tally, mut names) = (Tally::default(), Names::default());
        let source = names.number("198.51.100.1");
        for number in (0..100).rev() {
            let address = format!("192.0.2.{}", number % 7);
            let port = (number % 3 != 0).then_some(number % 20);
            let addresses = [source, names.number(&address)];
            tally.add(&Event { id: number, time: number * 1_000_000, addresses, port });
        }
        let json = tally.json(&names.listed());
        assert_eq!(
            (&json["count"], &json["first"], &json["last"]),
            (&json!(100), &json!("1970-01-01T00:00:00Z"), &json!("1970-01-01T00:01:39Z"))
        );
        let expected: Vec<i64> = (0..10).chain(90..100).collect();
        assert_eq!(json["sample_ids"], json!(expected));
        assert_eq!(json["sources"], json!({"198.51.100.1": 100}));
        assert_eq!(
            json["targets"].to_string(),
            r#"{"192.0.2.0":15,"192.0.2.1":15,"192.0.2.2":14,"192.0.2.3":14,"192.0.2.4":14,"192.0.2.5":14,"192.0.2.6":14}"#
        );
        assert_eq!(json["ports"].as_object().map(Map::len), Some(10));
        assert_eq!(Tally::default().json(&[])["first"], Json::Null);
    }
}
