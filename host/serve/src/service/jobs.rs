//! The jobs beside the scans: enrichment, and removing what is not needed any more.

use std::time::Duration;

use super::{NAME, Service, ServiceError, detect_error, figures};
use net_scout_detect::DetectError;
use net_scout_detect::enrich::{EnrichRequest, EnricherSource, Forget, enrich_alerts, forget};
use net_scout_detect::maintain;
use net_scout_model::counted;
use net_scout_plugin_host::recording::Tape;
use net_scout_store::{DatabaseError, Retention, Turn, WhichAlerts};

/// How long lookups may keep the scans waiting.
const LONGEST: Duration = Duration::from_secs(20);

impl Service<'_> {
    /// Enriches new alerts.
    pub(super) async fn enrich(&mut self) -> Result<String, ServiceError> {
        if self.plugins.enrichers.enrichers.is_empty() {
            return Ok(String::new());
        }
        let now = self.now();
        let request = EnrichRequest {
            which: WhichAlerts::Newest(self.options.max_enrich),
            refresh: false,
            dry_run: false,
            tape: Tape::Off,
            turn: Turn { what: NAME, patience: Duration::ZERO },
        };
        let mut stop = self.around.stop.clone();
        // Scans come first: what is not looked up in this time is the next time.
        let stop = async move { drop(tokio::time::timeout(LONGEST, stop.wait_for(|stop| *stop)).await) };
        let enrichers = EnricherSource::Loaded(&self.plugins.enrichers);
        let enriched = enrich_alerts(&self.options.enrich, enrichers, &request, now, stop, self.around.sink).await;
        let enriched = match enriched {
            // They are enriched then.
            Err(DetectError::Database(DatabaseError::Held { holder, .. })) => return Ok(format!("left to {holder}")),
            enriched => enriched.map_err(detect_error)?,
        };
        figures::enriched(&self.around.health.metrics, &enriched);
        let alerts = enriched.alerts.unwrap_or_default();
        Ok(if alerts == 0 { String::new() } else { format!("{} enriched", counted(alerts, "alert")) })
    }

    /// Removes answers that hold no longer.
    pub(super) async fn expire(&mut self) -> Result<String, ServiceError> {
        let now = self.now();
        let options = &self.options;
        let expired = forget(&options.scan.database, None, Forget::Stale(&options.plugins), now, self.around.sink).await;
        let (removed, _) = expired.map_err(detect_error)?;
        Ok(if removed == 0 { String::new() } else { format!("{} removed", counted(removed, "answer")) })
    }

    /// Removes what was kept for long enough.
    pub(super) fn maintain(&mut self) -> Result<String, ServiceError> {
        let now = self.now();
        let options = &self.options;
        let retention = Retention { tables: options.retention.clone(), plugins: Some(self.plugins.names()) };
        let removed = maintain::maintain(&options.scan.database, &retention, false, now, self.around.sink)?;
        let rows: u64 = removed.iter().map(|removal| removal.rows).sum();
        Ok(if rows == 0 { String::new() } else { format!("{} removed", counted(rows, "row")) })
    }
}
