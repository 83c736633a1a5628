//! What the events of a selection are, counted in one pass.

use std::collections::{BTreeSet, HashMap};

use serde_json::{Map, Value as Json, json};

use crate::model::{Batch, ColumnValues, Timestamp, Value};

/// How many event numbers are kept from each end.
const SAMPLES: usize = 10;
/// How many of the most frequent values are kept.
const TOP: usize = 10;

/// The values of the columns by which selections are told apart: source, destination, port.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Key {
    addresses: [Option<String>; 2],
    port: Option<i64>,
}

impl Key {
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
}

/// One event.
pub(super) struct Event<'a> {
    id: i64,
    time: i64,
    addresses: [Option<&'a str>; 2],
    port: Option<i64>,
}

impl Event<'_> {
    /// Its values of some of the columns.
    pub(super) fn key(&self, told: &[usize]) -> Key {
        let address = |place: usize| self.addresses[place].filter(|_| told.contains(&place)).map(str::to_owned);
        Key { addresses: [address(0), address(1)], port: self.port.filter(|_| told.contains(&2)) }
    }
}

/// Goes through the events of a batch.
pub(super) fn events(batch: &Batch, each: &mut impl FnMut(&Event<'_>)) {
    let [id, time, source, destination, port] = batch.columns.as_slice() else { return };
    let (ColumnValues::Integers(ids), ColumnValues::Integers(times), ColumnValues::Integers(ports)) =
        (&id.values, &time.values, &port.values)
    else {
        return;
    };
    let (ColumnValues::Texts(sources), ColumnValues::Texts(destinations)) = (&source.values, &destination.values) else { return };
    let is_null = |nulls: &[u32], row: usize| nulls.binary_search(&(row as u32)).is_ok();
    for row in 0..batch.row_count as usize {
        let sources = (!is_null(&source.nulls, row)).then(|| sources.dictionary[sources.codes[row] as usize].as_str());
        let targets =
            (!is_null(&destination.nulls, row)).then(|| destinations.dictionary[destinations.codes[row] as usize].as_str());
        let port = (!is_null(&port.nulls, row)).then(|| ports[row]);
        each(&Event { id: ids[row], time: times[row], addresses: [sources, targets], port });
    }
}

/// What was counted so far.
#[derive(Debug, Default)]
pub(super) struct Tally {
    count: u64,
    /// The first events, and the last, each by time and number.
    first: BTreeSet<(i64, i64)>,
    last: BTreeSet<(i64, i64)>,
    addresses: [HashMap<String, u64>; 2],
    ports: HashMap<i64, u64>,
}

impl Tally {
    pub(super) fn add(&mut self, event: &Event<'_>) {
        self.count += 1;
        let place = (event.time, event.id);
        if self.first.len() < SAMPLES || self.first.last().is_some_and(|last| place < *last) {
            self.first.insert(place);
            if self.first.len() > SAMPLES {
                self.first.pop_last();
            }
        }
        if self.last.len() < SAMPLES || self.last.first().is_some_and(|first| place > *first) {
            self.last.insert(place);
            if self.last.len() > SAMPLES {
                self.last.pop_first();
            }
        }
        for (known, address) in self.addresses.iter_mut().zip(event.addresses) {
            if let Some(address) = address {
                match known.get_mut(address) {
                    Some(count) => *count += 1,
                    None => {
                        known.insert(address.to_owned(), 1);
                    }
                }
            }
        }
        if let Some(port) = event.port {
            *self.ports.entry(port).or_default() += 1;
        }
    }

    /// As it stands in the evidence.
    pub(super) fn json(&self) -> Json {
        let samples: BTreeSet<(i64, i64)> = self.first.union(&self.last).copied().collect();
        let instant = |place: Option<&(i64, i64)>| place.map(|(time, _)| Timestamp(*time).to_string());
        let [sources, targets] = &self.addresses;
        json!({
            "count": self.count,
            "first": instant(self.first.first()),
            "last": instant(self.last.last()),
            "sample_ids": samples.iter().map(|(_, id)| *id).collect::<Vec<_>>(),
            "ports": top(&self.ports),
            "targets": top(targets),
            "sources": top(sources),
        })
    }
}

/// The most frequent first; of equals the smaller.
fn top<T: Ord + ToString>(counts: &HashMap<T, u64>) -> Map<String, Json> {
    let mut ranked: Vec<(&T, u64)> = counts.iter().map(|(value, count)| (value, *count)).collect();
    ranked.sort_by(|(one, many), (other, more)| more.cmp(many).then_with(|| one.cmp(other)));
    ranked.into_iter().take(TOP).map(|(value, count)| (crate::model::plain(&value.to_string(), 100), count.into())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_and_the_most_frequent_are_kept() {
        let mut tally = Tally::default();
        for number in (0..100).rev() {
            let address = format!("192.0.2.{}", number % 7);
            let port = (number % 3 != 0).then_some(number % 20);
            tally.add(&Event { id: number, time: number * 1_000_000, addresses: [Some("198.51.100.1"), Some(&address)], port });
        }
        let json = tally.json();
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
        assert_eq!(Tally::default().json()["first"], Json::Null);
    }
}
