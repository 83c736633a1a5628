//! Webhooks: JSON over HTTP, as Standard Webhooks sign it, or in the form of a chat service.

mod client;
mod form;
mod sign;

use std::sync::Arc;

use reqwest::header::{HeaderName, HeaderValue};
use reqwest::{StatusCode, Url};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::rest;
use crate::message::{Delivered, Delivery, Failure, Message, Receiver};
use crate::secret::{SecretName, Vault};
use client::{Clients, failure, retry_after, said};
use form::{Form, Request};
use net_scout_model::not;
use sign::Signer;

/// Parameters of URLs that are secrets, by their usual names.
const SECRET_PARAMETERS: [&str; 12] =
    ["access_token", "api_key", "apikey", "auth", "code", "key", "passwd", "password", "secret", "sig", "signature", "token"];

/// What a table may hold besides secrets.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rest {
    url: Option<String>,
    topic: Option<String>,
    chat: Option<String>,
    #[serde(default)]
    plain_http: bool,
}

/// As it is written.
pub(crate) struct Written {
    form: Form,
    rest: Rest,
    url: Option<SecretName>,
    token: Option<SecretName>,
    user: Option<SecretName>,
    secret: Option<SecretName>,
}

/// A webhook.
struct Webhook {
    form: Form,
    url: Url,
    token: Option<String>,
    user: Option<String>,
    signer: Option<Signer>,
    clients: Clients,
}

impl Written {
    pub(super) fn read(kind: &str, mut table: Map<String, Value>) -> Result<Self, String> {
        let mut name = |key| SecretName::take(&mut table, key);
        let (url, token, user, secret) = (name("url")?, name("token")?, name("user")?, name("secret")?);
        let rest: Rest = rest(table, &["token", "user", "secret"])?;
        let form = Form::of(kind, rest.topic.clone(), rest.chat.clone())?;
        let needs = |key: &str, is_there: bool| {
            if is_there { Ok(()) } else { Err(format!("`{key}_env` or `{key}_credential` is missing: {kind} needs it")) }
        };
        needs("token", token.is_some() || !form.needs_token())?;
        needs("user", user.is_some() || !matches!(form, Form::Pushover))?;
        if secret.is_some() && form != Form::Json {
            return Err(format!("`secret` signs messages of kind webhook alone; {kind} does not know it"));
        }
        match (&rest.url, &url) {
            (Some(_), Some(_)) => return Err("`url` and the name of a secret with it are both there".to_owned()),
            (None, None) if form.default_url().is_none() => return Err("`url` is missing".to_owned()),
            _ => {}
        }
        if let Some(text) = &rest.url {
            holds_no_secret(kind, &form, &address(text, rest.plain_http)?)?;
        }
        Ok(Self { form, rest, url, token, user, secret })
    }

    pub(super) fn build(&self, vault: &Vault, secrets: &mut Vec<String>) -> Result<Result<Arc<dyn Receiver>, String>, String> {
        let mut find = |name: &Option<SecretName>| match name {
            None => Ok(None),
            Some(name) => vault.find(name).map(|secret| {
                secrets.push(secret.clone());
                Some(secret)
            }),
        };
        let found = find(&self.url).and_then(|url| Ok((url, find(&self.token)?, find(&self.user)?, find(&self.secret)?)));
        let (secret_url, token, user, secret) = match found {
            Ok(found) => found,
            Err(missing) => return Ok(Err(missing)),
        };
        let written = self.rest.url.clone().or_else(|| self.form.default_url().map(str::to_owned));
        let url = match secret_url {
            // What is secret is not shown where it is wrong.
            Some(url) => match address(&url, self.rest.plain_http) {
                Ok(url) => url,
                Err(_) => return Ok(Err("its secret is not a URL that begins with https://".to_owned())),
            },
            None => address(&written.unwrap_or_default(), self.rest.plain_http)?,
        };
        let signer = match secret.map(|secret| Signer::new(&secret)).transpose() {
            Ok(signer) => signer,
            Err(wrong) => return Ok(Err(wrong)),
        };
        Ok(Ok(Arc::new(Webhook { form: self.form.clone(), url, token, user, signer, clients: Clients::default() })))
    }
}

/// Reads a URL. What is sent without TLS stays on this machine, unless somebody says that it may go elsewhere.
fn address(text: &str, plain_http: bool) -> Result<Url, String> {
    // It is not shown: it may hold a secret.
    let url = Url::parse(text).map_err(|_| "url: it is not a URL such as https://hooks.example.org/net-scout".to_owned())?;
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_here(&url) || plain_http => Ok(url),
        "http" => Err("url: http:// sends alerts and secrets in the clear; write https://, or plain_http = true".to_owned()),
        other => Err(format!("url: {}", not(other, "https or http"))),
    }
}

fn is_here(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    host == "localhost" || host.trim_matches(['[', ']']).parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback())
}

/// Fails where a URL that stands in the file holds a secret: where it is one as a whole, has a user, or a parameter of such a name.
fn holds_no_secret(kind: &str, form: &Form, url: &Url) -> Result<(), String> {
    let parameter =
        url.query_pairs().map(|(name, _)| name.to_lowercase()).find(|name| SECRET_PARAMETERS.contains(&name.as_str()));
    let what = if !url.username().is_empty() || url.password().is_some() {
        "it holds a user or a password, which do".to_owned()
    } else if let Some(name) = parameter {
        format!("its parameter `{name}` is a secret, which does")
    } else if form.is_secret_url() && !is_here(url) {
        format!("whoever knows the URL of {kind} can write there: it is a secret, which does")
    } else {
        return Ok(());
    };
    Err(format!(
        "url: {what} not belong in this file; write url_env = \"NET_SCOUT_SECRET_URL\" or url_credential = \"url\", which name where the URL is"
    ))
}

impl Receiver for Webhook {
    fn deliver<'a>(&'a self, message: &'a Message) -> Delivery<'a> {
        Box::pin(self.send(message))
    }
}

impl Webhook {
    async fn send(&self, message: &Message) -> Result<Delivered, Failure> {
        let Request { url, body, mut headers } =
            self.form.request(message, &self.url, self.token.as_deref().unwrap_or(""), self.user.as_deref().unwrap_or(""))?;
        let body = body.to_string();
        headers.push(("content-type", "application/json".to_owned()));
        headers.push(("idempotency-key", message.key.clone()));
        if self.form == Form::Json {
            let seconds = i64::try_from(std::time::UNIX_EPOCH.elapsed().unwrap_or_default().as_secs()).unwrap_or(0);
            headers.push(("webhook-id", message.key.clone()));
            headers.push(("webhook-timestamp", seconds.to_string()));
            headers.extend(self.signer.iter().map(|signer| ("webhook-signature", signer.sign(&message.key, seconds, &body))));
            headers.extend(self.token.iter().map(|token| ("authorization", format!("Bearer {token}"))));
        }
        let mut request = self.clients.of(&url)?.post(url).body(body);
        for (name, value) in headers {
            let mut value = HeaderValue::from_str(&value)
                .map_err(|_| Failure::refused(format!("{name} has characters that cannot be sent")))?;
            value.set_sensitive(true);
            request = request.header(HeaderName::from_static(name), value);
        }
        let response = request.send().await.map_err(failure)?;
        let (status, pause) = (response.status(), retry_after(&response));
        if status.is_success() {
            return Ok(Delivered);
        }
        let reason = format!("it answered {status}{}", said(response).await);
        Err(match status {
            StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS | StatusCode::CONFLICT => {
                Failure { retry_after: pause, ..Failure::unreachable(reason) }
            }
            status if status.is_server_error() => Failure { retry_after: pause, ..Failure::unreachable(reason) },
            StatusCode::BAD_REQUEST | StatusCode::PAYLOAD_TOO_LARGE | StatusCode::UNPROCESSABLE_ENTITY => Failure::unfit(reason),
            status if status.is_redirection() => {
                Failure::refused(format!("{reason}; redirects are not followed: write the address itself"))
            }
            _ => Failure::refused(reason),
        })
    }
}

#[cfg(test)]
mod tests;
