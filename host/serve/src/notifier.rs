//! A receiver that is a plugin: it loads its notifier when the first message comes, and lets it deliver.
//!
//! It must never hold up others for longer than one delivery may take, and it says nothing of a secret.

use std::collections::BTreeSet;
use std::time::Duration;

use tokio::sync::OnceCell;

use net_scout_detect::DetectError;
use net_scout_detect::enrich::EnrichOptions;
use net_scout_detect::send::deliver;
use net_scout_model::time::parse_timestamp;
use net_scout_model::{
    AlertField, Networks, Notification, NotificationKind, NotifiedAlert, Secrets, Sink, StoredAlert, ToldAlert, Triage,
};
use net_scout_notify::{Delivered, Delivery, Failure, Message, Receiver, WrittenPlugin};
use net_scout_plugin_host::recording::Tape;
use net_scout_plugin_host::{Notifier, NotifierSettings, NotifyError, PluginOptions, load_plugins};

/// A receiver that is a plugin.
pub struct PluginReceiver {
    name: String,
    settings: NotifierSettings,
    options: EnrichOptions,
    plugins: PluginOptions,
    local_networks: Networks,
    loaded: OnceCell<Notifier>,
}

impl PluginReceiver {
    /// As it is written. Nothing is loaded yet.
    ///
    /// # Errors
    /// When what is written makes no sense.
    pub fn new(
        written: &WrittenPlugin,
        options: EnrichOptions,
        plugins: PluginOptions,
        local_networks: Networks,
    ) -> Result<Self, String> {
        let field = |name: &String| {
            AlertField::parse(name)
                .ok_or_else(|| format!("fields: `{name}` is not a field of an alert; there are {}", AlertField::names()))
        };
        let fields = written.fields.as_ref().map(|fields| fields.iter().map(field).collect::<Result<BTreeSet<_>, _>>());
        if written.secret_env.as_ref().is_some_and(|name| !Secrets::may_be(name)) {
            // What stands there is not shown: it may be the secret.
            return Err("secret_env: a variable is named here, which begins with NET_SCOUT_SECRET_ or PDNS_".to_owned());
        }
        let text = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let settings = NotifierSettings {
            parameters: written.set.iter().map(|(name, value)| (name.clone(), text(value))).collect(),
            secret: written.secret_env.clone(),
            fields: fields.transpose()?,
        };
        Ok(Self { name: written.plugin.clone(), settings, options, plugins, local_networks, loaded: OnceCell::new() })
    }

    async fn hand_over(&self, message: &Message) -> Result<Delivered, Failure> {
        let load = || async {
            let loaded = load_plugins(&self.plugins, &Silent).await?;
            loaded.notifier(&self.plugins, &self.name, &self.settings)
        };
        let loaded = self.loaded.get_or_try_init(load).await;
        let notifier = loaded.map_err(|error| Failure::refused(error.to_string()))?;
        let told = notification(message);
        let now = self.options.clock.now();
        let sent = deliver(&self.options, &self.local_networks, notifier, &told, &Tape::Off, now).await;
        match sent {
            Ok(sent) => sent.result.map(|_| Delivered).map_err(failure),
            // The message may be there; what is kept of it is not.
            Err(error @ DetectError::Database(_)) => Err(Failure::unsure(error.to_string())),
            Err(error) => Err(Failure::refused(error.to_string())),
        }
    }
}

impl Receiver for PluginReceiver {
    fn deliver<'a>(&'a self, message: &'a Message) -> Delivery<'a> {
        Box::pin(self.hand_over(message))
    }
}

/// Which files of the folder are refused is said where plugins are loaded for their own sake.
struct Silent;

impl Sink for Silent {
    fn warn(&self, text: &dyn std::fmt::Display) {
        tracing::debug!("{text}");
    }

    fn note(&self, text: &dyn std::fmt::Display) {
        tracing::debug!("{text}");
    }
}

/// What is to be done about a message that a notifier did not deliver.
fn failure(error: NotifyError) -> Failure {
    let reason = error.to_string();
    match error {
        NotifyError::TimedOut(_) | NotifyError::Unavailable(_) => Failure::unsure(reason),
        NotifyError::RateLimited(seconds) => {
            Failure { retry_after: seconds.map(|seconds| Duration::from_secs(seconds.into())), ..Failure::unreachable(reason) }
        }
        NotifyError::AccessDenied(_) | NotifyError::Refused(_) | NotifyError::Invalid(_) => Failure::refused(reason),
        NotifyError::Failed(_) | NotifyError::Unexpected(_) => Failure::unfit(reason),
    }
}

/// A message as notifiers know it.
fn notification(message: &Message) -> Notification {
    let (key, attempt) = (message.key.clone(), if message.may_be_repeat { message.attempt.max(2) } else { 1 });
    if message.is_test {
        return Notification { attempt, ..Notification::test(key) };
    }
    if let Some(report) = &message.report {
        let (title, text) = (report.title.clone(), Some(report.brief.clone()));
        return Notification { key, kind: NotificationKind::Report, title, text, attempt, ..Notification::default() };
    }
    Notification { key, attempt, alerts: message.alerts.iter().map(notified).collect(), ..Notification::default() }
}

fn notified(alert: &ToldAlert) -> NotifiedAlert {
    let created_at = parse_timestamp(&alert.created_at).map_or_else(String::new, |instant| instant.seconds());
    let stored = StoredAlert {
        id: alert.id,
        alert_type: alert.alert_type.clone(),
        src_ip: alert.src_ip.clone(),
        dst_ip: alert.dst_ip.clone(),
        score: alert.score,
        severity: Some(alert.severity.name().to_owned()),
        rule: alert.rule.clone(),
        // What is told of is not what it is now.
        status: String::new(),
        created_at,
        updated_at: alert.updated_at.clone(),
        evidence: alert.evidence.clone(),
        triage: Triage::default(),
    };
    NotifiedAlert { alert: stored, enrichment: serde_json::Value::Null }
}

#[cfg(test)]
mod tests {
    use super::*;
    use net_scout_notify::FailureKind;

    #[test]
    fn what_is_done_about_a_failure() {
        let text = || "why".to_owned();
        let kind = |error| failure(error).kind;
        assert_eq!(kind(NotifyError::AccessDenied(text())), FailureKind::Refused);
        assert_eq!(kind(NotifyError::Refused(text())), FailureKind::Refused);
        assert_eq!(kind(NotifyError::Failed(text())), FailureKind::Unfit);
        let slow = failure(NotifyError::RateLimited(Some(30)));
        assert_eq!(
            (slow.kind, slow.is_unsure, slow.retry_after),
            (FailureKind::Unreachable, false, Some(Duration::from_secs(30)))
        );
        assert!(failure(NotifyError::TimedOut(text())).is_unsure);
    }
}
