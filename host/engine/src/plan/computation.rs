//! Numbers that are computed from one number of the same row.

use net_scout_model::sql_function::Zone;

/// What is computed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Computation {
    SquareRoot,
    Logarithm,
    /// Of an instant.
    Hour(Zone),
    Weekday(Zone),
}
