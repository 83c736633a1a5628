//! Where an address is, from MaxMind DB files that the operator has: what net-sentinel writes beside each event.

use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use maxminddb::{MaxMindDbError, Reader, geoip2};

use net_scout_model::{EventRow, Place};

/// The files that are looked for, the most telling first.
const NAMES: [&str; 5] =
    ["GeoLite2-City.mmdb", "GeoIP2-City.mmdb", "dbip-city-lite.mmdb", "GeoLite2-Country.mmdb", "GeoIP2-Country.mmdb"];

/// A file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum GeoIpError {
    /// It cannot be read.
    #[error("{path} cannot be read", path = path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        source: io::Error,
    },
    /// It is something else, or damaged.
    #[error("{path} is not a MaxMind DB file", path = path.display())]
    Form {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: MaxMindDbError,
    },
}

/// A database of places, in memory.
pub struct GeoIp {
    reader: Reader<Vec<u8>>,
}

impl GeoIp {
    /// Opens the first of the known files that the directory has; none where it has none.
    ///
    /// # Errors
    /// When a file is there and cannot be used.
    pub fn open(directory: &Path) -> Result<Option<Self>, GeoIpError> {
        for name in NAMES {
            let path = directory.join(name);
            match std::fs::read(&path) {
                Ok(bytes) => {
                    let reader = Reader::from_source(bytes).map_err(|source| GeoIpError::Form { path, source })?;
                    return Ok(Some(Self { reader }));
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(source) => return Err(GeoIpError::Read { path, source }),
            }
        }
        Ok(None)
    }

    /// Where the other side of an event is: the source of what came in, the destination of what went out.
    pub(super) fn place(&self, row: &EventRow) -> Option<Place> {
        let (first, second) =
            if row.direction == Some("OUTBOUND") { (&row.dst_ip, &row.src_ip) } else { (&row.src_ip, &row.dst_ip) };
        self.find(first).or_else(|| self.find(second))
    }

    fn find(&self, address: &str) -> Option<Place> {
        let address: IpAddr = address.parse().ok()?;
        let found = self.reader.lookup(address).ok()?;
        let city: geoip2::City<'_> = found.decode().ok()??;
        let text = |name: Option<&str>| name.map(str::to_owned);
        let place = Place {
            country: text(city.country.names.english),
            country_code: text(city.country.iso_code),
            state: text(city.subdivisions.first().and_then(|state| state.names.english)),
            city: text(city.city.names.english),
            latitude: city.location.latitude,
            longitude: city.location.longitude,
        };
        (place != Place::default()).then_some(place)
    }
}
