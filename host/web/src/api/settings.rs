//! Every setting, its value and where it comes from.

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::extract::Json;

/// A setting.
#[derive(Serialize, ToSchema)]
pub(super) struct Setting {
    /// Its name, with its section before it.
    name: String,
    /// Its value, as it was written.
    value: String,
    /// Where that stands: a line of the file, a variable, a flag, or `default`.
    origin: String,
    /// What it means.
    meaning: String,
}

/// Lists every setting. Secrets are not among them.
#[utoipa::path(get, path = "/settings", tag = "service", responses((status = OK, body = Vec<Setting>)))]
pub(super) async fn list(State(app): State<App>) -> Json<Vec<Setting>> {
    let options = app.options();
    let setting = |row: &crate::app::SettingRow| {
        let crate::app::SettingRow { name, value, origin, meaning } = row.clone();
        Setting { name, value, origin, meaning }
    };
    Json(options.settings.iter().map(setting).collect())
}
