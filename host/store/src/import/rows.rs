//! Writes events into the event table, one row for each key.

use rusqlite::{CachedStatement, Connection, OptionalExtension as _};

use net_scout_model::{EventRow, MAXIMUM_HIT_COUNT, Place};

macro_rules! insert {
    ($column:literal, $place:literal, $behind:literal) => {
        concat!(
            "INSERT INTO ip_events (src_ip, dst_ip, src_port, dst_port, proto, verdict, direction, in_if, out_if, timestamp, hit_count,
             src_service, dst_service, country, country_code, state, city, latitude, longitude",
            $column,
            ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19",
            $place,
            ")",
            $behind
        )
    };
}

/// Adds a row to a table of net-sentinel's own.
const INSERT: &str = insert!("", "", "");
/// Adds a row to one that has flags too.
const INSERT_WITH_FLAGS: &str = insert!(", tcp_flags", ", ?20", "");
/// The same, where its key is known to be unique.
const INSERT_UNLESS_THERE: &str = insert!("", "", " ON CONFLICT DO NOTHING");
const INSERT_WITH_FLAGS_UNLESS_THERE: &str = insert!(", tcp_flags", ", ?20", " ON CONFLICT DO NOTHING");

/// What the event table is like.
#[derive(Clone, Copy, Debug)]
pub(super) struct Table {
    /// It has a column for TCP flags.
    pub(super) keeps_flags: bool,
    /// It was made by this program, so that a key without nulls can stand there once only.
    pub(super) is_own: bool,
}

/// The statements that write rows.
pub(super) struct Writer<'c> {
    table: Table,
    find: CachedStatement<'c>,
    insert: CachedStatement<'c>,
    count: CachedStatement<'c>,
    flag: Option<CachedStatement<'c>>,
}

impl<'c> Writer<'c> {
    pub(super) fn new(connection: &'c Connection, table: Table) -> rusqlite::Result<Self> {
        let insert = match table {
            Table { keeps_flags: true, is_own: true } => INSERT_WITH_FLAGS_UNLESS_THERE,
            Table { keeps_flags: true, is_own: false } => INSERT_WITH_FLAGS,
            Table { keeps_flags: false, is_own: true } => INSERT_UNLESS_THERE,
            Table { keeps_flags: false, is_own: false } => INSERT,
        };
        let flag = "UPDATE ip_events SET tcp_flags = ?2 WHERE id = ?1 AND tcp_flags IS NULL";
        Ok(Self {
            table,
            find: connection.prepare_cached(
                "SELECT id, timestamp, coalesce(hit_count, 1) FROM ip_events WHERE src_ip = ?1 AND dst_ip = ?2 AND src_port IS ?3
                 AND dst_port IS ?4 AND proto IS ?5 AND verdict IS ?6 AND direction IS ?7 ORDER BY id LIMIT 1",
            )?,
            insert: connection.prepare_cached(insert)?,
            count: connection.prepare_cached("UPDATE ip_events SET timestamp = ?2, hit_count = ?3 WHERE id = ?1")?,
            flag: table.keeps_flags.then(|| connection.prepare_cached(flag)).transpose()?,
        })
    }

    /// Adds a row, or counts a known one more often. True when it is new. Nulls are alike here, unlike in the table's unique key. The flags of
    /// a row are those that it got first.
    pub(super) fn keep(&mut self, row: &EventRow) -> rusqlite::Result<bool> {
        let has_unique_key = row.src_port.is_some() && row.dst_port.is_some() && row.verdict.is_some() && row.direction.is_some();
        if self.table.is_own && has_unique_key && self.insert(row)? {
            return Ok(true);
        }
        let key = (&row.src_ip, &row.dst_ip, row.src_port, row.dst_port, &row.proto, row.verdict, row.direction);
        let known: Option<(i64, String, i64)> =
            self.find.query_row(key, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).optional()?;
        let Some((id, timestamp, hits)) = known else { return self.insert(row) };
        let earlier = net_scout_model::time::parse_timestamp(&timestamp).is_none_or(|known| known < row.last);
        let timestamp = if earlier { row.last.to_string() } else { timestamp };
        let hits = hits.saturating_add(row.hits).min(MAXIMUM_HIT_COUNT);
        self.count.execute((id, timestamp, hits))?;
        if let (Some(flag), Some(flags)) = (&mut self.flag, row.tcp_flags) {
            flag.execute((id, flags.to_string()))?;
        }
        Ok(false)
    }

    fn insert(&mut self, row: &EventRow) -> rusqlite::Result<bool> {
        let (timestamp, hits) = (row.last.to_string(), row.hits.min(MAXIMUM_HIT_COUNT));
        let flags = row.tcp_flags.map(|flags| flags.to_string());
        let nowhere = Place::default();
        let place = row.place.as_ref().unwrap_or(&nowhere);
        let values: [&dyn rusqlite::ToSql; 20] = [
            &row.src_ip,
            &row.dst_ip,
            &row.src_port,
            &row.dst_port,
            &row.proto,
            &row.verdict,
            &row.direction,
            &row.in_if,
            &row.out_if,
            &timestamp,
            &hits,
            &row.src_service,
            &row.dst_service,
            &place.country,
            &place.country_code,
            &place.state,
            &place.city,
            &place.latitude,
            &place.longitude,
            &flags,
        ];
        let used = values.len() - usize::from(!self.table.keeps_flags);
        Ok(self.insert.execute(&values[..used])? > 0)
    }
}
