//! Passwords, as Argon2id hashes. Making one takes 19 MiB and tens of milliseconds, so only one is made at a time.

use std::time::Duration;

use argon2::Argon2;
use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use tokio::sync::Semaphore;

use crate::problem::Problem;

/// The fewest characters of a password (NIST SP 800-63B asks for eight at least).
const SHORTEST: usize = 10;
/// The most bytes of one.
const LONGEST: usize = 256;
/// How long a login waits until its password is compared.
const PATIENCE: Duration = Duration::from_secs(10);
/// The hash of a password that nobody has: a name that is not there takes as long as one that is.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bmV0LXNjb3V0LW5vYm9keQ$8qp9LPm8bGkqX6vJq8m3mEJ0Q6qT5jZ9c3oB1m5Q2nE";

/// A password that cannot be used.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum PasswordError {
    /// It is too short.
    #[error("the password is too short: it needs {SHORTEST} characters at least")]
    Short,
    /// It is too long.
    #[error("the password is too long: it may have {LONGEST} bytes at most")]
    Long,
    /// No hash can be made.
    #[error("the password cannot be hashed: {0}")]
    Failed(String),
}

/// Makes sure that a new password can be one.
///
/// # Errors
/// When it is too short or too long.
pub fn check_password(password: &str) -> Result<(), PasswordError> {
    match password {
        short if short.chars().count() < SHORTEST => Err(PasswordError::Short),
        long if long.len() > LONGEST => Err(PasswordError::Long),
        _ => Ok(()),
    }
}

/// The hash of a password, to be kept.
///
/// # Errors
/// When it cannot be used, or the system has no random numbers.
pub fn hash_password(password: &str) -> Result<String, PasswordError> {
    check_password(password)?;
    let mut salt = [0_u8; 16];
    getrandom::fill(&mut salt).map_err(|error| PasswordError::Failed(error.to_string()))?;
    let failed = |error: argon2::password_hash::Error| PasswordError::Failed(error.to_string());
    let salt = SaltString::encode_b64(&salt).map_err(failed)?;
    Ok(Argon2::default().hash_password(password.as_bytes(), &salt).map_err(failed)?.to_string())
}

fn is_password(password: &str, hash: &str) -> bool {
    password.len() <= LONGEST
        && PasswordHash::new(hash).is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

/// Compares passwords, apart from the threads that answer.
pub(crate) struct Passwords {
    /// For callers that were here before, and for everybody else: who tries passwords does not keep the others waiting.
    known: Semaphore,
    others: Semaphore,
}

impl Default for Passwords {
    fn default() -> Self {
        Self { known: Semaphore::new(1), others: Semaphore::new(1) }
    }
}

impl Passwords {
    /// Whether it is the password; without a hash never, which takes as long.
    ///
    /// # Errors
    /// When too many wait.
    pub(super) async fn is(&self, is_known: bool, password: String, hash: Option<String>) -> Result<bool, Problem> {
        let place = if is_known { &self.known } else { &self.others };
        let Ok(Ok(permit)) = tokio::time::timeout(PATIENCE, place.acquire()).await else { return Err(Problem::busy()) };
        let compared = tokio::task::spawn_blocking(move || match hash {
            Some(hash) => is_password(&password, &hash),
            None => {
                std::hint::black_box(is_password(&password, NOBODY));
                false
            }
        });
        let same = compared.await.unwrap_or(false);
        drop(permit);
        Ok(same)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_known_by_its_hash() {
        let hash = hash_password("correct horse").expect("hashed");
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert_ne!(hash, hash_password("correct horse").expect("hashed"), "the salt differs");
        assert!(is_password("correct horse", &hash) && !is_password("correct hors", &hash) && !is_password("", &hash));
        assert_eq!(hash_password("short"), Err(PasswordError::Short));
        assert_eq!(hash_password(&"x".repeat(300)), Err(PasswordError::Long));
        assert!(PasswordHash::new(NOBODY).is_ok(), "it is compared like any other");
    }
}
