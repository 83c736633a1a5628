//! The limits of all plugins, which stand in the file alone.

use std::sync::LazyLock;

use net_scout_model::LIMITS;

use crate::config::grammar::Shape;
use crate::config::layer::Key;

/// The section of the limits.
pub(crate) const LIMITS_SECTION: &str = "limits";

/// The names of the limits with their section before them.
static LIMIT_NAMES: LazyLock<Vec<String>> =
    LazyLock::new(|| LIMITS.iter().map(|limit| format!("{LIMITS_SECTION}.{}", limit.name)).collect());

/// The limits of all plugins, which stand in the file alone, in the order of [`LIMITS`].
pub(crate) fn limits() -> impl Iterator<Item = Key> {
    LIMIT_NAMES.iter().zip(&LIMITS).map(|(name, limit)| Key::new(name, None, limit.meaning, Shape::Number))
}
