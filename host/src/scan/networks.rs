//! The networks that are the operator's own, as the rules of a scan are told of them.

use std::future::Future;

use serde_json::json;

use crate::model::Networks;
use crate::recording::{HOST, Tape};

/// What tells the host's step in a recording.
const CALL: &str = "local networks";
/// The step.
const FUNCTION: &str = "host.local-networks";

/// The networks: written down where the scan is recorded, as they were then where it is repeated. Without any where it is repeated and
/// they are not in the recording.
pub async fn local_networks(tape: &Tape, now: impl Future<Output = Networks>) -> Networks {
    let session = tape.begin(HOST, CALL);
    let found = session.take(FUNCTION, || json!({}), async { Ok::<_, String>(now.await.texts()) }).await;
    let texts = found.ok().and_then(Result::ok).unwrap_or_default();
    texts.iter().filter_map(|text| text.parse().ok()).collect()
}
