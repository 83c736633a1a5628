//! The words of the domain: what an alert, a window, a value and a plugin's description are. Knows nothing else of the program.

mod alert;
mod alert_field;
mod allow;
pub mod clock;
mod columns;
mod counting;
mod coverage;
mod description;
mod direction;
mod event;
mod hex;
mod ledger;
mod limits;
mod network;
mod notification;
mod observable;
mod phase;
mod plain;
mod pseudonym;
mod quantity;
mod query;
mod related;
mod request;
mod secrets;
mod sink;
mod switch;
mod tables;
mod tcp_flags;
pub mod time;
mod usage;
mod value;
mod window;

pub use alert::{Alert, EvidenceValue, Selection, Severity, StoredAlert};
pub use alert_field::AlertField;
pub use allow::{
    Allow, AllowError, AllowSubject, Allowlist, Direction, Origin, RULES_THAT_COUNT, Side, parse_direction, parse_ports,
    parse_side,
};
pub use columns::{Batch, Column, ColumnType, ColumnValues, Lists, TextColumn};
pub use counting::Counting;
pub use coverage::{Coverage, CoverageState, Span, Stretch};
pub use description::{Description, Kind, ObservableKind, Parameter, ParameterError, ParameterType};
pub use direction::{DirectionCheck, ForwardedDirection, INBOUND, OUTBOUND, WRITTEN_DIRECTIONS, canonical_direction};
pub use event::{EventRow, Place};
pub use hex::hex;
pub use ledger::{Egress, LedgerEntry};
pub use limits::{LIMITS, LimitKey, Limits};
pub use network::{Network, NetworkError, Networks, parse_address};
pub use notification::{Notification, NotificationKind, NotifiedAlert};
pub use observable::Observable;
pub use phase::Phase;
pub use plain::{amount, cell, counted, is_plain, plain};
pub use pseudonym::Pseudonyms;
pub use quantity::{SizeUnit, TimeUnit, not, parse_size, parse_span, parse_whole};
pub use query::{BATCH_BYTES, BATCH_ROWS, QueryError, QueryLimits, ROW_BYTES, check_row};
pub use related::{RELATED, REOPENED, Rank, Related, add_related, take_related};
pub use request::{CAPABILITIES, Request, RequestError};
pub use secrets::Secrets;
pub use sink::{Message, Messages, Once, Progress, Sink, Unseen, Wait};
pub use switch::{SWITCH, parse_switch};
pub use tables::{ALERT_COLUMNS, EVENT_COLUMNS, MAXIMUM_HIT_COUNT, columns_of};
pub use tcp_flags::TcpFlags;
pub use usage::{UsageError, Written, WrittenParameters};
pub use value::Value;
pub use window::{Timestamp, Window};
