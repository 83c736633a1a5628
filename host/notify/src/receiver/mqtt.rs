//! MQTT 3.1.1, as Home Assistant and others listen to it: a message is published with quality of service 1, so that the broker confirms it.

mod packet;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Map, Value};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::rest;
use super::tls::{self, Tls, host, is_here};
use crate::message::{Delivered, Delivery, Failure, Message, Receiver};
use crate::secret::{SecretName, Vault};
use net_scout_model::not;
use packet::{connect, disconnect, publish};

/// How long it may take.
const LONGEST: Duration = Duration::from_secs(10);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rest {
    broker: String,
    topic: String,
    user: Option<String>,
    #[serde(default)]
    tls: bool,
    ca: Option<PathBuf>,
    #[serde(default)]
    plain_mqtt: bool,
}

/// As it is written.
pub(crate) struct Written {
    rest: Rest,
    password: Option<SecretName>,
}

struct Mqtt {
    broker: String,
    topic: String,
    user: Option<String>,
    password: Option<String>,
    tls: Option<Tls>,
}

impl Written {
    pub(super) fn read(mut table: Map<String, Value>) -> Result<Self, String> {
        let password = SecretName::take(&mut table, "password")?;
        let rest: Rest = rest(table, &["password"])?;
        // A password in it is not shown.
        if rest.broker.contains(['@', '/']) {
            return Err("broker: it is HOST:PORT, such as 127.0.0.1:1883; `user` and `password_env` stand beside it".to_owned());
        }
        let host =
            host(&rest.broker).ok_or_else(|| format!("broker: {}", not(&rest.broker, "HOST:PORT, such as 127.0.0.1:1883")))?;
        if rest.ca.is_some() && !rest.tls {
            return Err("`ca` belongs to tls = true".to_owned());
        }
        if !is_here(host) && !rest.tls && !rest.plain_mqtt {
            let what = "broker: what is sent to another machine goes in the clear";
            return Err(format!("{what}; write tls = true, or plain_mqtt = true where that may be"));
        }
        if rest.topic.is_empty() || rest.topic.len() > 1_000 || rest.topic.contains(['+', '#', '\0']) {
            return Err(format!("topic: {}", not(&rest.topic, "the name of a topic, such as net-scout/alerts")));
        }
        if password.is_some() && rest.user.is_none() {
            return Err("`user` is missing: a password belongs to one".to_owned());
        }
        Ok(Self { rest, password })
    }

    pub(super) fn build(&self, vault: &Vault, secrets: &mut Vec<String>) -> Result<Result<Arc<dyn Receiver>, String>, String> {
        let password = match self.password.as_ref().map(|name| vault.find(name)).transpose() {
            Ok(password) => password,
            Err(missing) => return Ok(Err(missing)),
        };
        secrets.extend(password.clone());
        let Rest { broker, topic, user, ca, .. } = &self.rest;
        let tls = self.rest.tls.then(|| Tls::new(host(broker).unwrap_or_default(), ca.as_deref())).transpose();
        let tls = match tls {
            Ok(tls) => tls,
            Err(wrong) => return Ok(Err(wrong)),
        };
        Ok(Ok(Arc::new(Mqtt { broker: broker.clone(), topic: topic.clone(), user: user.clone(), password, tls })))
    }
}

impl Receiver for Mqtt {
    fn deliver<'a>(&'a self, message: &'a Message) -> Delivery<'a> {
        Box::pin(async move {
            let late = || Failure::unsure(format!("the broker did not confirm it within {} s", LONGEST.as_secs()));
            tokio::time::timeout(LONGEST, self.send(message)).await.unwrap_or_else(|_| Err(late()))
        })
    }
}

impl Mqtt {
    async fn send(&self, message: &Message) -> Result<Delivered, Failure> {
        let stream = TcpStream::connect(&self.broker).await.map_err(tls::failure)?;
        match &self.tls {
            None => self.publish(stream, message).await,
            Some(tls) => self.publish(tls.over(stream).await?, message).await,
        }
    }

    async fn publish<S>(&self, mut stream: S, message: &Message) -> Result<Delivered, Failure>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let failed = tls::failure;
        let hello = connect(&message.key, self.user.as_deref(), self.password.as_deref());
        stream.write_all(&hello).await.map_err(failed)?;
        stream.flush().await.map_err(failed)?;
        let mut answer = [0; 4];
        stream.read_exact(&mut answer).await.map_err(failed)?;
        match answer {
            [0x20, 2, _, 0] => {}
            [0x20, 2, _, 3] => return Err(Failure::unreachable("the broker cannot take connections now")),
            [0x20, 2, _, 4 | 5] => return Err(Failure::refused("the broker does not know this user or password")),
            [0x20, 2, _, code] => return Err(Failure::refused(format!("the broker refused the connection with code {code}"))),
            _ => return Err(Failure::refused("what answers is not an MQTT broker")),
        }
        let unsure = |error: std::io::Error| Failure::unsure(error.to_string());
        let packet = publish(&self.topic, message.json().to_string().as_bytes(), message.may_be_repeat);
        stream.write_all(&packet).await.map_err(unsure)?;
        stream.flush().await.map_err(unsure)?;
        stream.read_exact(&mut answer).await.map_err(unsure)?;
        if answer[..2] != [0x40, 2] {
            return Err(Failure::unsure("the broker did not confirm it"));
        }
        // It has it: what becomes of the connection does not matter any more.
        let _ = stream.write_all(&disconnect()).await;
        let _ = stream.shutdown().await;
        Ok(Delivered)
    }
}

#[cfg(test)]
mod tests;
