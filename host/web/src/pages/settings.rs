//! Every setting with where it comes from. They are changed in the file, not here.

use axum::extract::State;
use maud::{Markup, html};

use super::frame::Frame;
use super::text::shown;
use crate::app::{App, WebOptions};
use crate::problem::Problem;

/// Shows them.
pub(super) async fn show(State(app): State<App>, frame: Frame) -> Result<Markup, Problem> {
    Ok(frame.page("Settings", &page(&app.options())))
}

fn page(options: &WebOptions) -> Markup {
    html! {
        div class="head" { h1 { "Settings" } p class="soft" { (options.settings.len()) " settings" } }
        p {
            @match &options.file { Some(file) => { "Change them in " code { (shown(&file.display().to_string(), 300)) } "; the service reads it again on SIGHUP." }, None => { "There is no configuration file: " code { "net-scout config init" } " writes one with every setting explained." } }
        }
        section class="card" {
            div class="scroll" tabindex="0" role="region" aria-label="Settings" { table {
                caption class="hidden" { "Settings" }
                thead { tr { th { "Setting" } th { "Value" } th { "From" } th { "What it means" } } }
                tbody { @for row in &options.settings { tr {
                    th scope="row" class="mono" { (shown(&row.name, 80)) } td class="mono any" { (shown(&row.value, 300)) } td { (shown(&row.origin, 200)) } td { (shown(&row.meaning, 300)) }
                } } }
            } }
        }
    }
}
