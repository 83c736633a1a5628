//! How each column of `events` is read into memory, whatever layout the table has.

use net_scout_model::EVENT_COLUMNS;

/// How a value of the source becomes a value of the column. Every rule does what the SQL of the view `events` does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// An integer or null, as it is: `id`.
    Integer,
    /// An integer; anything else is null: ports.
    IntegerOrNull,
    /// An integer from 1 up to a maximum; anything else is 1: `hit_count`.
    HitCount,
    /// The instant of the row's timestamp; the SQL of the source is not asked: `time`.
    Time,
    /// A double; integers and anything else make the column unfit, save where [`Rule::IntegerOrNull`] would say null: coordinates.
    RealOrNull,
    /// Text or null. Columns with the same number share their codes, so that they can be compared: addresses are 0. Directions are called by
    /// one name whatever their case.
    Text(u8),
}

/// The number of the texts of `direction`.
pub(super) const DIRECTIONS: u8 = u8::MAX;

/// A column of `events` that a rule requested.
#[derive(Clone, Debug)]
pub struct ColumnSource {
    /// Its name in `events`.
    pub name: &'static str,
    /// What gives it in the source, as SQL.
    pub sql: String,
    /// How that value is kept.
    pub rule: Rule,
}

impl Rule {
    /// How the values of a column of `events` are kept.
    #[must_use]
    pub fn of(name: &str) -> Self {
        match name {
            "id" => Self::Integer,
            "time" => Self::Time,
            "src_port" | "dst_port" => Self::IntegerOrNull,
            "hit_count" => Self::HitCount,
            "latitude" | "longitude" => Self::RealOrNull,
            "src_ip" | "dst_ip" => Self::Text(0),
            "direction" => Self::Text(DIRECTIONS),
            _ => Self::Text(1 + EVENT_COLUMNS.iter().take_while(|column| **column != name).count() as u8),
        }
    }
}
