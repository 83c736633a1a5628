//! Users and tokens, for admins. Users are made on the machine itself, with `net-scout user`.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::extract::{Json, Path};
use crate::problem::Problem;
use net_scout_model::Timestamp;

/// A user.
#[derive(Serialize, ToSchema)]
pub(super) struct UserJson {
    name: String,
    /// viewer, analyst or admin.
    role: String,
    created: String,
}

/// Lists the users.
#[utoipa::path(get, path = "/users", tag = "accounts", responses((status = OK, body = Vec<UserJson>)))]
pub(super) async fn users(State(app): State<App>) -> Result<Json<Vec<UserJson>>, Problem> {
    let users = app.accounts().users()?;
    Ok(Json(
        users.into_iter().map(|user| UserJson { name: user.name, role: user.role, created: user.created.seconds() }).collect(),
    ))
}

/// A token, without what it is.
#[derive(Serialize, ToSchema)]
pub(super) struct TokenJson {
    id: i64,
    /// What it is for.
    name: String,
    /// Whose it is.
    user: String,
    /// What it may do.
    scopes: Vec<String>,
    created: String,
    used: Option<String>,
    ends: Option<String>,
}

/// Lists the tokens.
#[utoipa::path(get, path = "/tokens", tag = "accounts", responses((status = OK, body = Vec<TokenJson>)))]
pub(super) async fn tokens(State(app): State<App>) -> Result<Json<Vec<TokenJson>>, Problem> {
    let tokens = app.accounts().tokens()?;
    let token = |row: net_scout_store::TokenRow| TokenJson {
        id: row.id,
        name: row.name,
        user: row.user,
        scopes: row.scopes.split(',').map(str::to_owned).collect(),
        created: row.created.seconds(),
        used: row.used.map(Timestamp::seconds),
        ends: row.ends.map(Timestamp::seconds),
    };
    Ok(Json(tokens.into_iter().map(token).collect()))
}

/// Revokes a token.
#[utoipa::path(delete, path = "/tokens/{id}", tag = "accounts", params(("id" = i64, Path, description = "Its number")),
    responses((status = NO_CONTENT)))]
pub(super) async fn revoke(State(app): State<App>, Path(id): Path<i64>) -> Result<StatusCode, Problem> {
    if app.accounts().remove_token(id)? {
        return Ok(StatusCode::NO_CONTENT);
    }
    Err(Problem::not_found(format!("there is no token {id}")).fix("GET /api/v1/tokens lists them"))
}
