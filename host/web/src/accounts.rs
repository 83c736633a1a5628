//! Users and tokens as an operator manages them on the machine itself. What is secret is made here, given back once, and kept as a hash.

use crate::auth::caller::{Role, Scopes};
use crate::auth::password::{PasswordError, hash_password};
use crate::auth::secret::{digest, new_password, new_token};
use net_scout_model::{Timestamp, UsageError, plain};
use net_scout_store::{Accounts, DatabaseError, NewToken};

/// The name of the first user.
const FIRST: &str = "admin";
/// The longest name, in characters.
const LONGEST: usize = 64;

/// Why a user or a token cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// What the operator wrote makes no sense.
    #[error(transparent)]
    Usage(#[from] UsageError),
    /// The password cannot be used.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The accounts cannot be read or written.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// There are no random numbers.
    #[error("the system gives no random numbers: {0}")]
    Random(#[from] getrandom::Error),
}

impl AccountError {
    /// Whether the operator wrote what makes no sense, and nothing was done.
    #[must_use]
    pub fn is_usage(&self) -> bool {
        matches!(self, Self::Usage(_) | Self::Password(PasswordError::Short | PasswordError::Long))
    }
}

fn usage(text: String) -> AccountError {
    UsageError(text).into()
}

/// Makes the first user, an admin, where there is none. Its name and its password, which nobody can find out later.
///
/// # Errors
/// When the accounts cannot be written.
pub fn first_user(accounts: &mut Accounts, now: Timestamp) -> Result<Option<(&'static str, String)>, AccountError> {
    if !accounts.users()?.is_empty() {
        return Ok(None);
    }
    let password = new_password()?;
    let added = accounts.add_first_user(FIRST, Role::Admin.name(), &hash_password(&password)?, now)?;
    Ok(added.then_some((FIRST, password)))
}

/// Adds a user. Its password, where none is given and one was made.
///
/// # Errors
/// When there is one of this name, the name or the password cannot be used, or the accounts cannot be written.
pub fn add_user(
    accounts: &mut Accounts,
    name: &str,
    role: Role,
    password: Option<&str>,
    now: Timestamp,
) -> Result<Option<String>, AccountError> {
    let is_letter = |letter: char| letter.is_alphanumeric() || "-_.@".contains(letter);
    if name.is_empty() || name.chars().count() > LONGEST || !name.chars().all(is_letter) {
        let name = plain(name, 100);
        return Err(usage(format!("`{name}` is not a name: write at most {LONGEST} letters, digits and characters of -_.@")));
    }
    let (password, made) = given_or_made(password)?;
    if accounts.add_user(name, role.name(), &hash_password(&password)?, now)? {
        return Ok(made);
    }
    Err(usage(format!("there is a user {name}; `net-scout user passwd {name}` sets another password")))
}

/// Sets the password of a user, and ends its sessions. The password, where none is given and one was made.
///
/// # Errors
/// When there is no such user, the password cannot be used, or the accounts cannot be written.
pub fn set_password(accounts: &mut Accounts, name: &str, password: Option<&str>) -> Result<Option<String>, AccountError> {
    let (password, made) = given_or_made(password)?;
    if accounts.set_password(name, &hash_password(&password)?)? { Ok(made) } else { Err(nobody(name)) }
}

/// Removes a user with its sessions and tokens.
///
/// # Errors
/// When there is no such user, it is the last admin, or the accounts cannot be written.
pub fn remove_user(accounts: &mut Accounts, name: &str) -> Result<(), AccountError> {
    let user = accounts.user(name)?.ok_or_else(|| nobody(name))?;
    let admins = accounts.users()?.into_iter().filter(|user| user.role == Role::Admin.name()).count();
    if user.role == Role::Admin.name() && admins == 1 {
        return Err(usage(format!("{} is the last admin; add another one first", user.name)));
    }
    accounts.remove_user(name)?;
    Ok(())
}

/// Makes a token of a user: what it is for, what it may do, and when it ends. The token, which nobody can find out later.
///
/// # Errors
/// When there is no such user, the user may not do that itself, or the accounts cannot be written.
pub fn add_token(
    accounts: &mut Accounts,
    user: &str,
    name: &str,
    scopes: Scopes,
    ends: Option<Timestamp>,
    now: Timestamp,
) -> Result<String, AccountError> {
    let row = accounts.user(user)?.ok_or_else(|| nobody(user))?;
    let own = Role::of(&row.role).map(Role::scopes).unwrap_or_default();
    if scopes.is_empty() || scopes.and(own) != scopes {
        return Err(usage(format!("{user} may do {own}, and a token may do no more than its user: `{scopes}`")));
    }
    let token = new_token()?;
    let name = plain(name, LONGEST);
    accounts.add_token(row.id, &NewToken { name: &name, digest: &digest(&token), scopes: &scopes.to_string(), ends }, now)?;
    Ok(token)
}

fn given_or_made(password: Option<&str>) -> Result<(String, Option<String>), AccountError> {
    if let Some(password) = password {
        return Ok((password.to_owned(), None));
    }
    let made = new_password()?;
    Ok((made.clone(), Some(made)))
}

fn nobody(name: &str) -> AccountError {
    usage(format!("there is no user {}; `net-scout user list` shows them", plain(name, 100)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::caller::Scope;

    const NOW: Timestamp = Timestamp(1_773_261_311_000_000);

    #[test]
    fn users_and_tokens_are_made_and_what_is_wrong_is_said() {
        let mut accounts = Accounts::in_memory().expect("open");
        let (name, password) = first_user(&mut accounts, NOW).expect("made").expect("the first");
        assert_eq!((name, password.len()), ("admin", 23));
        assert_eq!(first_user(&mut accounts, NOW).expect("there is one"), None);
        assert!(add_user(&mut accounts, "ben", Role::Viewer, None, NOW).expect("added").is_some());
        assert_eq!(add_user(&mut accounts, "eve", Role::Analyst, Some("correct horse"), NOW).expect("added"), None);
        let text = |error: AccountError| {
            assert!(error.is_usage(), "{error}");
            error.to_string()
        };
        assert!(
            text(add_user(&mut accounts, "Ben", Role::Admin, None, NOW).expect_err("there")).starts_with("there is a user Ben; ")
        );
        assert!(
            text(add_user(&mut accounts, "a b", Role::Admin, None, NOW).expect_err("no name")).starts_with("`a b` is not a name")
        );
        let error = set_password(&mut accounts, "ben", Some("short")).expect_err("too short");
        assert!(text(error).starts_with("the password is too short"));
        assert!(text(set_password(&mut accounts, "carl", None).expect_err("nobody")).starts_with("there is no user carl; "));
        assert_eq!(
            text(remove_user(&mut accounts, "admin").expect_err("the last")),
            "admin is the last admin; add another one first"
        );
        remove_user(&mut accounts, "eve").expect("removed");
        let act = Scopes::of(&[Scope::Act]);
        let error = add_token(&mut accounts, "ben", "x", act, None, NOW).expect_err("too much");
        assert_eq!(text(error), "ben may do read, and a token may do no more than its user: `act`");
        let token = add_token(&mut accounts, "ben", "x", Scopes::of(&[Scope::Read]), None, NOW).expect("made");
        assert!(accounts.token(&digest(&token), NOW).expect("read").is_some());
    }
}
