//! `net-scout user` and `net-scout token`: who may use the web page and the HTTP API.

use std::io::{BufRead as _, Write as _};

use super::terminal_width;
use crate::config::Config;
use crate::exit::UsageError;
use crate::output::{Format, write_tokens, write_users};
use crate::{exit, output};
use net_scout_model::Timestamp;
use net_scout_store::Accounts;
use net_scout_web::accounts;
use net_scout_web::auth::caller::{Role, Scopes};

/// The accounts of this configuration.
///
/// # Errors
/// When nobody says where they are, or they cannot be used.
pub fn opened(config: &Config) -> anyhow::Result<Accounts> {
    let Some(folder) = &config.state_dir else {
        let words = "there is no folder for the users of the web page: set `state_dir` in the section [serve], or `web = false`";
        return Err(UsageError(words.to_owned()).into());
    };
    Ok(Accounts::open(folder)?)
}

/// Adds a user, or sets the password of one that is there; it is read from standard input, or made and shown.
///
/// # Errors
/// When it cannot be done; nothing is changed then.
pub fn set_user(config: &Config, name: &str, role: Option<Role>, from_input: bool, now: Timestamp) -> anyhow::Result<u8> {
    let mut accounts = opened(config)?;
    let given = from_input.then(password).transpose()?;
    let made = match role {
        Some(role) => accounts::add_user(&mut accounts, name, role, given.as_deref(), now)?,
        None => accounts::set_password(&mut accounts, name, given.as_deref())?,
    };
    if let Some(password) = made {
        writeln!(output::stdout(), "{password}")?;
        output::note(&format_args!("this is the password of {name}; it is not shown again"));
    }
    Ok(exit::SUCCESS)
}

fn password() -> anyhow::Result<String> {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// Lists the users.
///
/// # Errors
/// When the accounts cannot be read.
pub fn list_users(config: &Config, format: Format) -> anyhow::Result<u8> {
    write_users(&mut output::stdout(), &opened(config)?.users()?, format, terminal_width(format))?;
    Ok(exit::SUCCESS)
}

/// Removes a user with its sessions and tokens.
///
/// # Errors
/// When there is none of this name, or it is the last admin.
pub fn remove_user(config: &Config, name: &str) -> anyhow::Result<u8> {
    accounts::remove_user(&mut opened(config)?, name)?;
    output::note(&format_args!("user {name} is removed, with its sessions and tokens"));
    Ok(exit::SUCCESS)
}

/// Makes a token and shows it.
///
/// # Errors
/// When there is no such user, or the user may not do that itself.
pub fn add_token(
    config: &Config,
    name: &str,
    user: &str,
    scopes: Scopes,
    ends: Option<Timestamp>,
    now: Timestamp,
) -> anyhow::Result<u8> {
    let token = accounts::add_token(&mut opened(config)?, user, name, scopes, ends, now)?;
    writeln!(output::stdout(), "{token}")?;
    let end = ends.map_or_else(|| "it does not end by itself".to_owned(), |ends| format!("it ends at {}", ends.seconds()));
    output::note(&format_args!("this is the token `{name}` of {user}, for {scopes}; {end}; it is not shown again"));
    Ok(exit::SUCCESS)
}

/// Lists the tokens.
///
/// # Errors
/// When the accounts cannot be read.
pub fn list_tokens(config: &Config, format: Format, now: Timestamp) -> anyhow::Result<u8> {
    write_tokens(&mut output::stdout(), &opened(config)?.tokens()?, now, format, terminal_width(format))?;
    Ok(exit::SUCCESS)
}

/// Revokes a token.
///
/// # Errors
/// When there is none of this number.
pub fn revoke_token(config: &Config, id: i64) -> anyhow::Result<u8> {
    if !opened(config)?.remove_token(id)? {
        return Err(UsageError(format!("there is no token {id}; `net-scout token list` shows them")).into());
    }
    output::note(&format_args!("token {id} is revoked"));
    Ok(exit::SUCCESS)
}
