//! Enrichment: what is known outside about the addresses of alerts.
//!
//! Each subject is looked up once, however many alerts have it. Lookups run at the same time, as fast as the rate limit of their kind
//! allows; what is fresh in the cache is not asked for again. A lookup that fails says why in its result, and never loses another's.

mod lookup;

pub use lookup::{Answer, LookupOptions, Subject, run};
