//! Syslog: RFC 5424 over UDP, or TCP with octet counting (RFC 6587); over a UNIX socket the form that the loggers of machines expect there.

mod format;

use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Map, Value};
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpStream, UdpSocket, UnixDatagram};

use super::rest;
use crate::message::{Delivered, Delivery, Failure, Message, Receiver};
use format::{FACILITIES, line, local_line};
use net_scout_model::not;

/// How long a connection may take.
const LONGEST: Duration = Duration::from_secs(5);
/// The most bytes of a datagram, and of a line over TCP.
const DATAGRAM: usize = 1_400;
const STREAM: usize = 8_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rest {
    #[serde(default = "local")]
    address: String,
    facility: Option<String>,
}

/// Where the logger of a machine listens.
fn local() -> String {
    "unix:/dev/log".to_owned()
}

/// As it is written.
pub(crate) struct Written {
    address: Address,
    facility: u8,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Address {
    Unix(String),
    Udp(String),
    Tcp(String),
}

struct Syslog {
    address: Address,
    facility: u8,
    host: String,
}

impl Written {
    pub(super) fn read(table: Map<String, Value>) -> Result<Self, String> {
        let Rest { address, facility } = rest(table, &[])?;
        let wrong = || format!("address: {}", not(&address, "unix:PATH, udp:HOST:PORT or tcp:HOST:PORT"));
        let (kind, place) = address.split_once(':').ok_or_else(wrong)?;
        let port = place.rsplit_once(':').and_then(|(_, port)| port.parse::<u16>().ok());
        let address = match kind {
            "unix" if place.starts_with('/') => Address::Unix(place.to_owned()),
            "udp" if port.is_some() => Address::Udp(place.to_owned()),
            "tcp" if port.is_some() => Address::Tcp(place.to_owned()),
            _ => return Err(wrong()),
        };
        let facility = facility.unwrap_or_else(|| "auth".to_owned());
        let known = FACILITIES.iter().find(|(name, _)| *name == facility);
        let names = || FACILITIES.map(|(name, _)| name).join(", ");
        let (_, facility) = *known.ok_or_else(|| format!("facility: {}", not(&facility, format_args!("one of {}", names()))))?;
        Ok(Self { address, facility })
    }

    pub(super) fn build(&self) -> Result<Arc<dyn Receiver>, String> {
        // Where it is not known, RFC 5424 has a dash for it.
        let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        Ok(Arc::new(Syslog { address: self.address.clone(), facility: self.facility, host }))
    }
}

impl Receiver for Syslog {
    fn deliver<'a>(&'a self, message: &'a Message) -> Delivery<'a> {
        Box::pin(async move {
            let late = || Failure::unsure(format!("it was not sent within {} s", LONGEST.as_secs()));
            let sent = tokio::time::timeout(LONGEST, self.send(message)).await.map_err(|_| late())?;
            sent.map(|()| Delivered).map_err(|error| Failure::unreachable(error.to_string()))
        })
    }
}

impl Syslog {
    async fn send(&self, message: &Message) -> std::io::Result<()> {
        let line = |most| line(message, self.facility, &self.host, most);
        match &self.address {
            Address::Unix(path) => {
                let line = local_line(message, self.facility, DATAGRAM);
                UnixDatagram::unbound()?.send_to(line.as_bytes(), path).await.map(drop)
            }
            Address::Udp(to) => {
                let to = tokio::net::lookup_host(to).await?.next().ok_or_else(|| std::io::Error::other("it has no address"))?;
                let own = if to.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
                UdpSocket::bind(own).await?.send_to(line(DATAGRAM).as_bytes(), to).await.map(drop)
            }
            Address::Tcp(to) => {
                let mut stream = TcpStream::connect(to).await?;
                let line = line(STREAM);
                stream.write_all(format!("{} {line}", line.len()).as_bytes()).await?;
                // What it has read of it is not said; that it takes it, is.
                stream.shutdown().await
            }
        }
    }
}

#[cfg(test)]
mod tests;
