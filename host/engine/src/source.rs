//! How each column of `events` is read into memory, whatever layout the table has.

use net_scout_model::EVENT_COLUMNS;

/// What becomes of a value of the source. Every rule says the same as the SQL of the view `events` does.
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
    /// Text or null. Columns with the same number share their codes, so that they can be compared: addresses are 0.
    Text(u8),
}

/// A column of `events` that a rule requested.
#[derive(Clone, Debug)]
pub struct ColumnSource {
    /// Its name in `events`.
    pub name: &'static str,
    /// What gives it in the source, as SQL.
    pub sql: String,
    /// What becomes of that value.
    pub rule: Rule,
}

impl Rule {
    /// What becomes of the values of a column of `events`.
    #[must_use]
    pub fn of(name: &str) -> Self {
        match name {
            "id" => Self::Integer,
            "time" => Self::Time,
            "src_port" | "dst_port" => Self::IntegerOrNull,
            "hit_count" => Self::HitCount,
            "latitude" | "longitude" => Self::RealOrNull,
            "src_ip" | "dst_ip" => Self::Text(0),
            _ => Self::Text(1 + EVENT_COLUMNS.iter().take_while(|column| **column != name).count() as u8),
        }
    }
}
