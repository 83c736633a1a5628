//! Which value of a table is which column of `events`, as the operator says it.

/// The columns that a table can fill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TableColumn {
    /// When.
    Time,
    /// Source address.
    SourceAddress,
    /// Source port.
    SourcePort,
    /// Destination address.
    DestinationAddress,
    /// Destination port.
    DestinationPort,
    /// Protocol, by name or number.
    Protocol,
    /// What became of it.
    Verdict,
    /// Which way it went.
    Direction,
    /// The interface it came in by.
    InInterface,
    /// The interface it went out by.
    OutInterface,
    /// The flags of TCP.
    TcpFlags,
}

impl TableColumn {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Time,
        Self::SourceAddress,
        Self::SourcePort,
        Self::DestinationAddress,
        Self::DestinationPort,
        Self::Protocol,
        Self::Verdict,
        Self::Direction,
        Self::InInterface,
        Self::OutInterface,
        Self::TcpFlags,
    ];

    /// Its name in `events`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::SourceAddress => "src_ip",
            Self::SourcePort => "src_port",
            Self::DestinationAddress => "dst_ip",
            Self::DestinationPort => "dst_port",
            Self::Protocol => "proto",
            Self::Verdict => "verdict",
            Self::Direction => "direction",
            Self::InInterface => "in_if",
            Self::OutInterface => "out_if",
            Self::TcpFlags => "tcp_flags",
        }
    }

    /// Whether there is no event without it.
    pub(super) fn is_needed(self) -> bool {
        matches!(self, Self::Time | Self::SourceAddress | Self::DestinationAddress | Self::Protocol)
    }
}

/// A name for some columns; the others are looked for by their own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mapping(Vec<(TableColumn, String)>);

impl Mapping {
    /// Reads one `COLUMN=NAME`.
    ///
    /// # Errors
    /// When it is not of that form, or there is no such column. The text names those that there are.
    pub fn parse(text: &str) -> Result<(TableColumn, String), String> {
        let (column, name) = text.split_once('=').ok_or("write COLUMN=NAME, such as src_ip=source.address")?;
        let (column, name) = (column.trim(), name.trim());
        let Some(known) = TableColumn::ALL.into_iter().find(|known| known.name() == column) else {
            let names: Vec<_> = TableColumn::ALL.into_iter().map(TableColumn::name).collect();
            return Err(format!("there is no column `{column}`; there are {}", names.join(", ")));
        };
        if name.is_empty() { Err(format!("no name for {column}")) } else { Ok((known, name.to_owned())) }
    }

    /// Of these pairs.
    ///
    /// # Errors
    /// The column that stands twice.
    pub fn new(pairs: Vec<(TableColumn, String)>) -> Result<Self, TableColumn> {
        let mut mapping = Self::default();
        for (column, name) in pairs {
            if mapping.named(column).is_some() {
                return Err(column);
            }
            mapping.0.push((column, name));
        }
        Ok(mapping)
    }

    /// The name that a column was given.
    pub(super) fn named(&self, column: TableColumn) -> Option<&str> {
        self.0.iter().find(|(known, _)| *known == column).map(|(_, name)| name.as_str())
    }

    /// The name that a column is looked for by.
    pub(super) fn name(&self, column: TableColumn) -> &str {
        self.named(column).unwrap_or(column.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_columns() {
        assert_eq!(Mapping::parse("src_ip = source.address"), Ok((TableColumn::SourceAddress, "source.address".into())));
        assert_eq!(Mapping::parse("time=a=b"), Ok((TableColumn::Time, "a=b".into())));
        let error = Mapping::parse("source=x").expect_err("no such column");
        assert_eq!(
            error,
            "there is no column `source`; there are time, src_ip, src_port, dst_ip, dst_port, proto, verdict, direction, in_if, out_if, \
             tcp_flags"
        );
        assert!(Mapping::parse("src_ip").is_err() && Mapping::parse("src_ip=").is_err());
        let pair = |name: &str| (TableColumn::Time, name.to_owned());
        assert_eq!(Mapping::new(vec![pair("a"), pair("b")]), Err(TableColumn::Time));
        let mapping = Mapping::new(vec![pair("when")]).expect("a mapping");
        assert_eq!((mapping.name(TableColumn::Time), mapping.name(TableColumn::Verdict)), ("when", "verdict"));
    }
}
