//! The words of the domain: what an alert, a window, a value and a plugin's description are. Knows nothing else of the program.

mod alert;
mod allow;
mod columns;
mod description;
mod hex;
mod ledger;
mod network;
mod observable;
mod phase;
mod plain;
mod related;
mod request;
mod secrets;
mod tcp_flags;
mod value;
mod window;

pub use alert::{Alert, EvidenceValue, Selection, Severity, StoredAlert};
pub use allow::{Allow, AllowError, AllowSubject, Allowlist, Direction, Origin, Side, parse_direction, parse_ports, parse_side};
pub use columns::{Batch, Column, ColumnType, ColumnValues, Lists, TextColumn};
pub use description::{Description, Kind, ObservableKind, Parameter, ParameterError, ParameterType};
pub use hex::hex;
pub use ledger::LedgerEntry;
pub use network::{Network, NetworkError, Networks, parse_address};
pub use observable::Observable;
pub use phase::Phase;
pub use plain::{cell, counted, is_plain, plain};
pub use related::{RELATED, Rank, Related, add_related, take_related};
pub use request::{CAPABILITIES, Request, RequestError};
pub use secrets::Secrets;
pub use tcp_flags::TcpFlags;
pub use value::Value;
pub use window::{Timestamp, Window};
