//! The messages of a recording, delivered once more by their notifiers: to nobody, with the answers of then.

use std::sync::Arc;

use super::LONGEST;
use net_scout_model::{LedgerEntry, Sink};
use net_scout_plugin_host::capability::Shared;
use net_scout_plugin_host::capability::state::StateStore;
use net_scout_plugin_host::recording::Recording;
use net_scout_plugin_host::{
    Case, Delivery, NOTIFY, NotifierSettings, NotifyError, Told, UngrantedNotifier, add_call, ledger_entry,
};

/// Delivers what was delivered. How many messages there were, and whether one came to something else.
pub(super) async fn deliver(
    recording: &Arc<Recording>,
    notifiers: Vec<UngrantedNotifier>,
    case: &Case,
    ledger: &mut Vec<LedgerEntry>,
    sink: &dyn Sink,
) -> (usize, bool) {
    let (mut messages, mut different) = (0, false);
    let shared = Shared::offline(StateStore::default());
    for notifier in notifiers {
        let name = notifier.description.name.clone();
        // Nothing outside is reached, so all that it requests may be granted.
        let granted = notifier.description.requests.clone();
        let parameters = recording.header.parameters.get(&name).cloned().unwrap_or_default();
        let notifier = match notifier.grant(&NotifierSettings { parameters, ..NotifierSettings::default() }, &granted) {
            Ok(notifier) => notifier,
            Err(error) => {
                different = true;
                sink.warn(&format_args!("notifier {name} cannot deliver its messages once more: {error}"));
                continue;
            }
        };
        let told = recording.calls().filter(|(plugin, _)| *plugin == name).filter_map(|(_, call)| told(call));
        for message in told.collect::<Vec<_>>() {
            let delivery = Delivery { message: &message, shared: &shared, now: case.window.now, left: LONGEST, tape: &case.tape };
            let (result, usage) = notifier.notify(&delivery).await;
            messages += 1;
            let mut used = ledger_entry(&notifier.artifact, &notifier.description, case.window.now);
            add_call(&mut used, &usage, result.as_ref().err().map(NotifyError::to_string), &[]);
            used.enter(ledger);
            if let Err(NotifyError::Unexpected(unexpected)) = result {
                different = true;
                sink.warn(&format_args!("{name}: {unexpected}"));
            }
        }
    }
    (messages, different)
}

/// What a call of a notifier was told.
fn told(call: &str) -> Option<Told> {
    serde_json::from_str(call.strip_prefix(NOTIFY)?).ok()
}

#[cfg(test)]
mod tests {
    use super::told;

    #[test]
    fn what_a_call_was_told() {
        assert_eq!(told("notify {\"key\": \"a\"}").map(|told| told.key).as_deref(), Some("a"));
        assert!(told("enrich 192.0.2.1 1").is_none() && told("notify x").is_none());
    }
}
