//! Who the caller is.

use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::caller::{Caller, Scope};
use crate::extract::Json;

/// The caller.
#[derive(Serialize, ToSchema)]
pub(super) struct Me {
    /// The name of the user.
    name: String,
    /// Its role: viewer, analyst or admin.
    role: &'static str,
    /// What it may do: read, act, scan, admin.
    scopes: Vec<&'static str>,
}

/// Says who the caller is, and what it may do.
#[utoipa::path(get, path = "/me", responses((status = OK, body = Me)))]
pub(super) async fn me(caller: Caller) -> Json<Me> {
    let scopes = caller.scopes.each().map(Scope::name).collect();
    Json(Me { name: caller.name, role: caller.role.name(), scopes })
}
