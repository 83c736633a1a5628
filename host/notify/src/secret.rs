//! Secrets of receivers: named in the configuration, kept in the environment or by systemd, and in no text that leaves here.

use std::fs;
use std::path::PathBuf;

use net_scout_model::Secrets;
use serde_json::{Map, Value};

/// The longest file that is a secret, in bytes.
const LONGEST: u64 = 16 * 1_024;

/// Where secrets are.
#[derive(Clone, Debug, Default)]
pub struct Vault {
    /// Those of the environment.
    pub environment: Secrets,
    /// The folder of systemd's credentials, `$CREDENTIALS_DIRECTORY`.
    pub credentials: Option<PathBuf>,
}

/// Where a secret of a receiver is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SecretName {
    /// A variable of the environment.
    Environment(String),
    /// A credential of systemd.
    Credential(String),
}

impl SecretName {
    /// Takes `KEY_env` or `KEY_credential` out of a table.
    ///
    /// # Errors
    /// When both are there, the secret itself stands there, or a name is none.
    pub(crate) fn take(table: &mut Map<String, Value>, key: &str) -> Result<Option<Self>, String> {
        let mut text = |name: String| match table.remove(&name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(format!("`{name}` must be a text in quotes")),
        };
        let (variable, credential) = (text(format!("{key}_env"))?, text(format!("{key}_credential"))?);
        match (variable, credential) {
            (None, None) => Ok(None),
            (Some(name), None) if Secrets::may_be(&name) => Ok(Some(Self::Environment(name))),
            // What stands there is not shown: it may be the secret.
            (Some(_), None) => Err(format!(
                "{key}_env: a variable is named here, such as NET_SCOUT_SECRET_{}, and the secret stands in it",
                key.to_uppercase()
            )),
            (None, Some(name)) if is_file_name(&name) => Ok(Some(Self::Credential(name))),
            (None, Some(_)) => {
                Err(format!("{key}_credential: a credential of systemd is named here, such as {key}: LoadCredential={key}:FILE"))
            }
            (Some(_), Some(_)) => Err(format!("`{key}_env` and `{key}_credential` are both there; one says where the secret is")),
        }
    }
}

fn is_file_name(name: &str) -> bool {
    !name.is_empty() && name.len() <= 255 && !name.starts_with('.') && !name.contains(['/', '\0'])
}

impl Vault {
    /// The secret.
    ///
    /// # Errors
    /// When it is not there.
    pub(crate) fn find(&self, name: &SecretName) -> Result<String, String> {
        match name {
            SecretName::Environment(name) => self
                .environment
                .get(name)
                .map(str::to_owned)
                .ok_or_else(|| format!("the secret {name} is not set in the environment")),
            SecretName::Credential(name) => {
                let folder = self.credentials.as_ref();
                let folder = folder.ok_or_else(|| {
                    format!("the credential {name} is not there: $CREDENTIALS_DIRECTORY is not set; write LoadCredential={name}:FILE in the unit")
                })?;
                let unreadable = |error: std::io::Error| format!("the credential {name} cannot be read: {error}");
                let path = folder.join(name);
                if fs::metadata(&path).map_err(unreadable)?.len() > LONGEST {
                    return Err(format!("the credential {name} is longer than {LONGEST} bytes"));
                }
                let text = fs::read_to_string(&path).map_err(unreadable)?;
                let text = text.trim();
                if text.is_empty() { Err(format!("the credential {name} is empty")) } else { Ok(text.to_owned()) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(table: Value) -> Result<Option<SecretName>, String> {
        SecretName::take(table.as_object().cloned().as_mut().expect("a table"), "token")
    }

    #[test]
    fn secrets_are_named_and_not_written() {
        use serde_json::json;
        assert_eq!(take(json!({})), Ok(None));
        let variable = take(json!({ "token_env": "NET_SCOUT_SECRET_CHAT" }));
        assert_eq!(variable, Ok(Some(SecretName::Environment("NET_SCOUT_SECRET_CHAT".to_owned()))));
        assert_eq!(take(json!({ "token_credential": "chat" })), Ok(Some(SecretName::Credential("chat".to_owned()))));
        for (table, wrong) in [
            (
                json!({ "token_env": "s3cret" }),
                "token_env: a variable is named here, such as NET_SCOUT_SECRET_TOKEN, and the secret stands in it",
            ),
            (json!({ "token_env": 1 }), "`token_env` must be a text in quotes"),
            (
                json!({ "token_credential": "../s3cret" }),
                "token_credential: a credential of systemd is named here, such as token: LoadCredential=token:FILE",
            ),
        ] {
            assert_eq!(take(table), Err(wrong.to_owned()));
        }
        assert!(take(json!({ "token_env": "NET_SCOUT_SECRET_X", "token_credential": "x" })).is_err());
    }

    #[test]
    fn credentials_are_files_of_a_folder() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("chat"), "s3cret\n").expect("a file");
        let vault = Vault { credentials: Some(folder.path().to_owned()), ..Vault::default() };
        assert_eq!(vault.find(&SecretName::Credential("chat".to_owned())), Ok("s3cret".to_owned()));
        assert!(vault.find(&SecretName::Credential("other".to_owned())).expect_err("missing").contains("cannot be read"));
        let nowhere = Vault::default().find(&SecretName::Credential("chat".to_owned())).expect_err("nowhere");
        assert!(nowhere.contains("LoadCredential=chat:FILE"), "{nowhere}");
    }
}
