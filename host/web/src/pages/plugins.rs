//! The plugins: what each is, what it may do, and what it told to whom. Nothing is changed here.

use std::collections::BTreeMap;

use axum::extract::State;
use maud::{Markup, html};
use net_scout_model::{Description, Egress, Kind, Messages, Timestamp};
use net_scout_plugin_host::{Artifact, Lock, Plugins, Standing, load_all};
use net_scout_report::words::number;
use tokio::runtime::Handle;

use super::frame::Frame;
use super::text::{empty, notice, shown};
use crate::app::{App, WebOptions};
use crate::problem::Problem;

/// How far back it is said what went where, in microseconds.
const WEEK: i64 = 604_800_000_000;

/// What went to a destination in the last week, by plugin.
type Sent = BTreeMap<String, BTreeMap<String, Egress>>;

struct Installed {
    plugins: Plugins,
    lock: Lock,
    sent: Sent,
    folder: String,
}

/// Shows them.
pub(super) async fn show(State(app): State<App>, frame: Frame) -> Result<Markup, Problem> {
    let installed = app.work(load).await?;
    Ok(frame.page("Plugins", &installed.page()))
}

fn load(options: &WebOptions, now: Timestamp) -> Result<Installed, Problem> {
    let plugins = options.plugins();
    let problem = |error: net_scout_plugin_host::PluginsError| Problem::from(net_scout_detect::DetectError::from(error));
    let lock = plugins.lock().map_err(problem)?;
    let loaded = Handle::current().block_on(load_all(plugins, &Messages::default())).map_err(problem)?;
    let mut sent = Sent::new();
    for entry in options.scan().database.open_read_only()?.ledger(now.plus(-WEEK))? {
        for (destination, egress) in entry.egress {
            sent.entry(entry.plugin.clone()).or_default().entry(destination).or_default().add(&egress);
        }
    }
    Ok(Installed { plugins: loaded, lock, sent, folder: plugins.folder.display().to_string() })
}

impl Installed {
    fn page(&self) -> Markup {
        let all: Vec<_> = self.plugins.each().collect();
        let group =
            |is: fn(&Kind) -> bool| all.iter().filter(|(_, description)| is(&description.kind)).copied().collect::<Vec<_>>();
        let kinds: [(&str, Vec<_>); 3] = [
            ("Rules", group(|kind| matches!(kind, Kind::Rule { .. }))),
            ("Enrichers", group(|kind| matches!(kind, Kind::Enricher { .. }))),
            ("Notifiers", group(|kind| matches!(kind, Kind::Notifier))),
        ];
        html! {
            div class="head" { h1 { "Plugins" } p class="soft" { (all.len()) " in " code { (shown(&self.folder, 200)) } } }
            @for refused in &self.plugins.refused { (notice("wrong", html! { p class="any" { strong { (shown(&refused.file, 100)) } " was refused: " (shown(&refused.error.to_string(), 500)) } })) }
            @if all.is_empty() { (empty("There is no plugin", html! { p { "Put " code { "*.wasm" } " files into the folder, or name another one with " code { "--plugins" } "." } })) }
            @for (title, plugins) in kinds { @if !plugins.is_empty() {
                section class="card" {
                    h2 { (title) " " span class="n" { (plugins.len()) } }
                    div class="scroll" tabindex="0" role="region" aria-label=(title) { table {
                        caption class="hidden" { (title) }
                        thead { tr { th { "Name" } th { "What it does" } th { "Standing" } th { "What it may do" } th { "What it told, in a week" } } }
                        tbody { @for (artifact, description) in plugins { (self.row(artifact, description)) } }
                    } }
                }
            } }
            p class="soft" { "Approve, revoke and tune them on the machine of the service: " code { "net-scout plugin approve" } ", " code { "plugin revoke" } ", " code { "plugin inspect" } "." }
        }
    }

    fn row(&self, artifact: &Artifact, description: &Description) -> Markup {
        let standing = Standing::of(&self.lock, artifact, description);
        let class = match standing {
            Standing::Approved | Standing::NeedsNone => "pill good",
            Standing::Changed => "pill failed",
            Standing::NotApproved => "pill",
        };
        let sent = self.sent.get(&description.name);
        html! {
            tr {
                th scope="row" { strong { (shown(&description.name, 60)) } div class="soft small" { (shown(&description.version, 20)) } div class="soft small mono" title="SHA-256" { (artifact.sha256.get(..12).unwrap_or_default()) } }
                td { (shown(&description.summary, 300)) }
                td { span class=(class) { (standing.name()) } }
                td { @if description.requests.is_empty() { span class="soft" { "nothing beyond its work" } }
                    @for request in description.requests.iter().take(12) { div class="small mono any" { (shown(&request.to_string(), 160)) } }
                    @if description.requests.len() > 12 { div class="soft small" { "12 of " (description.requests.len()) " requests are shown." } } }
                td { @match sent { None => span class="soft" { "nothing" }, Some(sent) => { @for (destination, egress) in sent.iter().take(6) {
                    div class="small any" { (shown(destination, 120)) ": " (number(egress.calls)) " calls, " (number(egress.told.len() as u64 + egress.more)) " told" } } @if sent.len() > 6 { div class="soft small" { "6 of " (sent.len()) " destinations are shown." } } } } }
            }
        }
    }
}
