//! MQTT 3.1.1, as Home Assistant and others listen to it: a message is published with quality of service 1, so that the broker confirms it.

mod packet;

use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Map, Value};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::rest;
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
}

impl Written {
    pub(super) fn read(mut table: Map<String, Value>) -> Result<Self, String> {
        let password = SecretName::take(&mut table, "password")?;
        let rest: Rest = rest(table, &["password"])?;
        let host = rest
            .broker
            .rsplit_once(':')
            .filter(|(_, port)| port.parse::<u16>().is_ok())
            .map(|(host, _)| host.trim_matches(['[', ']']));
        let host = host.ok_or_else(|| format!("broker: {}", not(&rest.broker, "HOST:PORT, such as 127.0.0.1:1883")))?;
        let is_here = host == "localhost" || host.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback());
        if !is_here && !rest.plain_mqtt {
            return Err(
                "broker: what is sent to another machine goes in the clear; write plain_mqtt = true where that may be".to_owned()
            );
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
        let Rest { broker, topic, user, .. } = &self.rest;
        Ok(Ok(Arc::new(Mqtt { broker: broker.clone(), topic: topic.clone(), user: user.clone(), password })))
    }
}

impl Receiver for Mqtt {
    fn deliver<'a>(&'a self, message: &'a Message) -> Delivery<'a> {
        Box::pin(async move {
            let late = || Failure::unsure(format!("the broker did not confirm it within {} s", LONGEST.as_secs()));
            tokio::time::timeout(LONGEST, self.publish(message)).await.unwrap_or_else(|_| Err(late()))
        })
    }
}

impl Mqtt {
    async fn publish(&self, message: &Message) -> Result<Delivered, Failure> {
        let failed = |error: std::io::Error| Failure::unreachable(error.to_string());
        let mut stream = TcpStream::connect(&self.broker).await.map_err(failed)?;
        let hello = connect(&message.key, self.user.as_deref(), self.password.as_deref());
        stream.write_all(&hello).await.map_err(failed)?;
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
        stream.read_exact(&mut answer).await.map_err(unsure)?;
        if answer[..2] != [0x40, 2] {
            return Err(Failure::unsure("the broker did not confirm it"));
        }
        // It has it: what becomes of the connection does not matter any more.
        let _ = stream.write_all(&disconnect()).await;
        Ok(Delivered)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::test_support::message;

    async fn deliver(code: u8, confirms: bool) -> (Result<Delivered, Failure>, Vec<u8>) {
        let broker = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a socket");
        let table = json!({ "broker": broker.local_addr().expect("an address").to_string(), "topic": "a/b", "user": "me" });
        let written = Written::read(table.as_object().cloned().expect("a table")).expect("read");
        let receiver = written.build(&Vault::default(), &mut Vec::new()).expect("built").expect("no secret");
        let message = message(Vec::new());
        tokio::join!(receiver.deliver(&message), async {
            let (mut stream, _) = broker.accept().await.expect("a connection");
            let mut got = vec![0; 4_096];
            let length = stream.read(&mut got).await.expect("CONNECT");
            got.truncate(length);
            stream.write_all(&[0x20, 2, 0, code]).await.expect("CONNACK");
            if code == 0 {
                let mut packet = vec![0; 4_096];
                let length = stream.read(&mut packet).await.expect("PUBLISH");
                got = packet[..length].to_vec();
                if confirms {
                    stream.write_all(&[0x40, 2, 0, 1]).await.expect("PUBACK");
                }
            }
            got
        })
    }

    #[tokio::test]
    async fn a_message_is_delivered_when_the_broker_confirms_it() {
        let (delivered, packet) = deliver(0, true).await;
        assert_eq!(delivered, Ok(Delivered));
        assert_eq!(packet[0], 0x32);
        let topic = packet.windows(5).position(|bytes| bytes == b"\0\x03a/b").expect("the topic");
        assert_eq!(packet[topic + 5..topic + 7], [0, 1]);
        let body: Value = serde_json::from_slice(&packet[topic + 7..]).expect("JSON");
        assert_eq!(body["data"]["key"], "msg_1");
        assert!(deliver(0, false).await.0.expect_err("not confirmed").is_unsure);
        let (refused, hello) = deliver(5, true).await;
        assert!(refused.expect_err("refused").reason.contains("does not know this user"));
        assert!(hello.starts_with(&[0x10]) && hello.windows(4).any(|bytes| bytes == b"MQTT"));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let wrong = |table: Value| Written::read(table.as_object().cloned().expect("a table")).err().unwrap_or_default();
        assert!(wrong(json!({ "broker": "a", "topic": "x" })).contains("`a` is not HOST:PORT"));
        assert!(wrong(json!({ "broker": "10.0.0.1:1883", "topic": "x" })).contains("plain_mqtt = true"));
        assert!(wrong(json!({ "broker": "localhost:1883", "topic": "a/#" })).contains("is not the name of a topic"));
    }
}
