//! Signatures of Standard Webhooks (<https://www.standardwebhooks.com>): HMAC-SHA-256 over key, time and body.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;

/// What a secret begins with.
const PREFIX: &str = "whsec_";

/// Signs messages.
pub(super) struct Signer(hmac::Key);

impl Signer {
    /// With a secret: `whsec_` and base64.
    pub(super) fn new(secret: &str) -> Result<Self, String> {
        let wrong = || format!("its secret does not have the form {PREFIX}BASE64; `openssl rand -base64 32` makes one");
        let bytes = STANDARD.decode(secret.strip_prefix(PREFIX).ok_or_else(wrong)?).map_err(|_| wrong())?;
        Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, &bytes)))
    }

    /// The value of `webhook-signature`.
    pub(super) fn sign(&self, key: &str, seconds: i64, body: &str) -> String {
        let tag = hmac::sign(&self.0, format!("{key}.{seconds}.{body}").as_bytes());
        format!("v1,{}", STANDARD.encode(tag))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_standard() {
        let signer = Signer::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap_or_else(|error| panic!("{error}"));
        let signature = signer.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, "{\"test\": 2432232314}");
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        assert!(Signer::new("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").is_err());
    }
}
