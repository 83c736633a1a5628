//! Where addresses are, as net-sentinel wrote it beside their events, or as the lookup `geoip` found it.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension as _};
use serde_json::Value;

use super::error::DatabaseError;
use super::open::Database;
use super::schema::{columns, quote};

/// A place on the earth.
#[derive(Clone, Debug, PartialEq)]
pub struct EarthPlace {
    /// From -90 to 90, north is positive.
    pub latitude: f64,
    /// From -180 to 180, east is positive.
    pub longitude: f64,
    /// The country, two letters.
    pub country: Option<String>,
}

impl EarthPlace {
    /// A place, if it is one. Nobody is at 0, 0: that is written where nothing is known.
    fn of(latitude: f64, longitude: f64, country: Option<String>) -> Option<Self> {
        let is_one = latitude.abs() <= 90.0 && longitude.abs() <= 180.0 && (latitude, longitude) != (0.0, 0.0);
        is_one.then_some(Self { latitude, longitude, country })
    }
}

impl Database {
    /// Where these addresses are, as far as that is known: by the cache of lookups first, then by the events of a table.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn places<'a>(
        &self,
        table: &str,
        addresses: impl IntoIterator<Item = &'a str>,
    ) -> Result<BTreeMap<String, EarthPlace>, DatabaseError> {
        let sql = query(&self.connection, table).map_err(self.error("read"))?;
        let migrated = self.pending()? == 0;
        let mut places = BTreeMap::new();
        for address in addresses {
            let cached = if migrated { self.cached(&format!("geoip:{address}"))? } else { None };
            let mut place = cached.filter(|answer| !answer.is_failure()).and_then(|answer| found(&answer.into_result()));
            if let (None, Some(sql)) = (&place, &sql) {
                place = stored(&self.connection, sql, address).map_err(self.error("read"))?;
            }
            places.extend(place.map(|place| (address.to_owned(), place)));
        }
        Ok(places)
    }
}

/// What the lookup found.
fn found(answer: &Value) -> Option<EarthPlace> {
    let country = answer["country"]["iso_code"].as_str().map(str::to_owned);
    EarthPlace::of(answer["location"]["latitude"].as_f64()?, answer["location"]["longitude"].as_f64()?, country)
}

/// What asks a table of events for the place of an address that came in; none where it does not know places.
fn query(connection: &Connection, table: &str) -> rusqlite::Result<Option<String>> {
    let have = columns(connection, table)?;
    let has = |name: &str| have.iter().any(|column| column == name);
    let address = if has("src_ip") { "src_ip" } else { "ip" };
    let incoming = if has("src_ip") { "upper(direction) = 'INBOUND'" } else { "direction = 'RX'" };
    Ok((has(address) && has("latitude") && has("longitude") && has("country_code")).then(|| {
        format!(
            "SELECT latitude, longitude, country_code FROM {} WHERE {address} = ?1 AND {incoming} AND typeof(latitude) = 'real'
             AND typeof(longitude) = 'real' LIMIT 1",
            quote(table)
        )
    }))
}

fn stored(connection: &Connection, sql: &str, address: &str) -> rusqlite::Result<Option<EarthPlace>> {
    let place = connection.prepare_cached(sql)?.query_row([address], |row| {
        let country = row.get_ref(2)?.as_str_or_null().ok().flatten().filter(|code| code.len() == 2).map(str::to_owned);
        Ok(EarthPlace::of(row.get(0)?, row.get(1)?, country))
    });
    Ok(place.optional()?.flatten())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::enrichment::CachedAnswer;
    use net_scout_model::Timestamp;
    use serde_json::json;

    #[test]
    fn places_of_lookups_come_before_those_of_events() {
        let now = Timestamp(1_773_261_311_000_000);
        let mut database = Database::in_memory("scout_alerts").expect("opened");
        let table = "CREATE TABLE ip_events (id INTEGER PRIMARY KEY, src_ip TEXT, dst_ip TEXT, direction TEXT, latitude REAL, longitude REAL, country_code TEXT);
            INSERT INTO ip_events (src_ip, direction, latitude, longitude, country_code) VALUES ('192.0.2.1', 'Inbound', 48.2, 16.4, 'AT'),
            ('192.0.2.2', 'OUTBOUND', 1.0, 1.0, 'XX'), ('192.0.2.3', 'INBOUND', 0.0, 0.0, NULL), ('192.0.2.4', 'INBOUND', 900.0, 1.0, NULL)";
        database.connection.execute_batch(table).expect("a table");
        database.migrate(now).expect("migrated");
        let result = json!({"location": {"latitude": -33.9, "longitude": 151.2}, "country": {"iso_code": "AU"}});
        let answer = CachedAnswer { subject: "geoip:192.0.2.9".into(), kind: "geoip".into(), result, updated_at: now };
        database.keep_answers(&[answer]).expect("kept");
        let places =
            database.places("ip_events", ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.9"]).expect("read");
        assert_eq!(places.keys().collect::<Vec<_>>(), ["192.0.2.1", "192.0.2.9"]);
        assert_eq!((places["192.0.2.9"].longitude, places["192.0.2.1"].country.as_deref()), (151.2, Some("AT")));
        assert_eq!(database.places("nowhere", ["192.0.2.1"]).expect("read").len(), 0);
    }
}
