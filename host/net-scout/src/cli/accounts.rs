//! `net-scout user` and `net-scout token`.

use clap::{Subcommand, ValueEnum};

use super::arguments::{FormatArg, number};
use crate::commands::accounts;
use crate::config::Config;
use crate::exit::UsageError;
use net_scout_model::Timestamp;
use net_scout_model::time::parse_duration;
use net_scout_web::auth::caller::{Role, Scopes};

#[derive(Subcommand)]
pub(super) enum UserCommand {
    /// Add a user; its password is made and shown once
    Add {
        /// Its name
        name: String,
        /// What it may do: look, also change alerts and start scans, also manage users
        #[arg(long, value_enum, default_value = "viewer")]
        role: RoleName,
        /// Read the password from standard input instead
        #[arg(long)]
        password_stdin: bool,
    },
    /// Set another password of a user, which ends its sessions; it is made and shown once
    Passwd {
        /// Its name
        name: String,
        /// Read the password from standard input instead
        #[arg(long)]
        password_stdin: bool,
    },
    /// List the users
    List {
        #[command(flatten)]
        format: FormatArg,
    },
    /// Remove a user, with its sessions and tokens
    Remove {
        /// Its name
        name: String,
    },
}

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum RoleName {
    Viewer,
    Analyst,
    Admin,
}

#[derive(Subcommand)]
pub(super) enum TokenCommand {
    /// Make a token for the HTTP API; it is shown once
    Add {
        /// What it is for
        name: String,
        /// Whose it is
        #[arg(long)]
        user: String,
        /// What it may do: read, act, scan, admin, with commas between them
        #[arg(long, default_value = "read", value_parser = scopes)]
        scopes: Scopes,
        /// How long it holds: 90 days, or forever
        #[arg(long = "for", value_name = "DURATION", default_value = "90 days")]
        duration: String,
    },
    /// List the tokens
    List {
        #[command(flatten)]
        format: FormatArg,
    },
    /// Revoke a token
    Revoke {
        /// Its number
        #[arg(value_name = "TOKEN", value_parser = number)]
        id: i64,
    },
}

fn scopes(text: &str) -> Result<Scopes, String> {
    Scopes::parse(text).map_err(|name| format!("`{name}` is not a scope: write read, act, scan or admin"))
}

impl UserCommand {
    pub(super) fn run(&self, config: &Config, now: Timestamp) -> anyhow::Result<u8> {
        match self {
            Self::Add { name, role, password_stdin } => {
                let role = match role {
                    RoleName::Viewer => Role::Viewer,
                    RoleName::Analyst => Role::Analyst,
                    RoleName::Admin => Role::Admin,
                };
                accounts::set_user(config, name, Some(role), *password_stdin, now)
            }
            Self::Passwd { name, password_stdin } => accounts::set_user(config, name, None, *password_stdin, now),
            Self::List { format } => accounts::list_users(config, format.into()),
            Self::Remove { name } => accounts::remove_user(config, name),
        }
    }
}

impl TokenCommand {
    pub(super) fn run(&self, config: &Config, now: Timestamp) -> anyhow::Result<u8> {
        match self {
            Self::Add { name, user, scopes, duration } => {
                let ends = match duration.as_str() {
                    "forever" => None,
                    text => Some(now.plus(parse_duration(text).map_err(|error| UsageError(format!("--for: {error}")))?)),
                };
                accounts::add_token(config, name, user, *scopes, ends, now)
            }
            Self::List { format } => accounts::list_tokens(config, format.into(), now),
            Self::Revoke { id } => accounts::revoke_token(config, *id),
        }
    }
}
