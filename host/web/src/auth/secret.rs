//! What only its owner knows: tokens, cookies, first passwords. They come from the system's random numbers.

use net_scout_model::hex;
use sha2::{Digest as _, Sha256};

/// How a token begins, so that whoever finds one knows what it is.
const TOKEN: &str = "nsc_";
/// Letters and digits that nobody takes for others.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// Random bytes, as hexadecimal digits.
///
/// # Errors
/// When the system has none.
pub(super) fn random(bytes: usize) -> Result<String, getrandom::Error> {
    let mut random = vec![0; bytes];
    getrandom::fill(&mut random)?;
    Ok(hex(&random))
}

/// A new token.
///
/// # Errors
/// When the system has no random numbers.
pub fn new_token() -> Result<String, getrandom::Error> {
    Ok(format!("{TOKEN}{}", random(24)?))
}

/// A new password: 100 bits, in groups of five letters.
///
/// # Errors
/// When the system has no random numbers.
pub fn new_password() -> Result<String, getrandom::Error> {
    let mut random = [0_u8; 20];
    getrandom::fill(&mut random)?;
    let letters: Vec<char> = random.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect();
    Ok(letters.chunks(5).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-"))
}

/// What of a token or a cookie is kept.
#[must_use]
pub fn digest(secret: &str) -> [u8; 32] {
    Sha256::digest(secret).into()
}

/// Whether two secrets are the same. How long it takes says nothing about where they differ: their digests are compared.
pub(super) fn is_same(one: &str, other: &str) -> bool {
    digest(one) == digest(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_new_each_time() {
        let (token, password) = (new_token().expect("a token"), new_password().expect("a password"));
        assert!(token.starts_with("nsc_") && token.len() == 52 && token != new_token().expect("another"));
        assert!(password.len() == 23 && password != new_password().expect("another"), "{password}");
        assert!(is_same(&token, &token) && !is_same(&token, &password));
    }
}
