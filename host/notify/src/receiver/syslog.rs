//! Syslog: RFC 5424 over UDP, TCP with octet counting (RFC 6587), or TLS (RFC 5425); over a UNIX socket the form that the loggers of machines
//! expect there.

mod format;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Map, Value};
use tokio::io::{AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpStream, UdpSocket, UnixDatagram};

use super::rest;
use super::tls::{Tls, failure, host};
use crate::message::{Delivered, Delivery, Failure, Message, Receiver};
use format::{FACILITIES, line, local_line};
use net_scout_model::not;

/// How long a connection may take.
const LONGEST: Duration = Duration::from_secs(5);
/// How long a server over TLS may take to say that it does not want us: with TLS 1.3 that comes after the handshake.
const FAREWELL: Duration = Duration::from_secs(1);
/// The most bytes of a datagram, and of a line over TCP.
const DATAGRAM: usize = 1_400;
const STREAM: usize = 8_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rest {
    #[serde(default = "local")]
    address: String,
    facility: Option<String>,
    ca: Option<PathBuf>,
}

/// Where the logger of a machine listens.
fn local() -> String {
    "unix:/dev/log".to_owned()
}

/// As it is written.
pub(crate) struct Written {
    address: Address,
    facility: u8,
    ca: Option<PathBuf>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Address {
    Unix(String),
    Udp(String),
    Tcp(String),
    Tls(String),
}

struct Syslog {
    address: Address,
    facility: u8,
    host: String,
    tls: Option<Tls>,
}

impl Written {
    pub(super) fn read(table: Map<String, Value>) -> Result<Self, String> {
        let Rest { address, facility, ca } = rest(table, &[])?;
        let wrong = || format!("address: {}", not(&address, "unix:PATH, udp:HOST:PORT, tcp:HOST:PORT or tls:HOST:PORT"));
        let (kind, place) = address.split_once(':').ok_or_else(wrong)?;
        let host = host(place);
        let address = match kind {
            "unix" if place.starts_with('/') => Address::Unix(place.to_owned()),
            "udp" if host.is_some() => Address::Udp(place.to_owned()),
            "tcp" if host.is_some() => Address::Tcp(place.to_owned()),
            "tls" if host.is_some() => Address::Tls(place.to_owned()),
            _ => return Err(wrong()),
        };
        if ca.is_some() && !matches!(address, Address::Tls(_)) {
            return Err("`ca` is for tls:HOST:PORT alone".to_owned());
        }
        let facility = facility.unwrap_or_else(|| "auth".to_owned());
        let known = FACILITIES.iter().find(|(name, _)| *name == facility);
        let names = || FACILITIES.map(|(name, _)| name).join(", ");
        let (_, facility) = *known.ok_or_else(|| format!("facility: {}", not(&facility, format_args!("one of {}", names()))))?;
        Ok(Self { address, facility, ca })
    }

    pub(super) fn build(&self) -> Result<Arc<dyn Receiver>, String> {
        let tls = match &self.address {
            Address::Tls(place) => Some(Tls::new(host(place).unwrap_or_default(), self.ca.as_deref())?),
            _ => None,
        };
        // Where it is not known, RFC 5424 has a dash for it.
        let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        Ok(Arc::new(Syslog { address: self.address.clone(), facility: self.facility, host, tls }))
    }
}

impl Receiver for Syslog {
    fn deliver<'a>(&'a self, message: &'a Message) -> Delivery<'a> {
        Box::pin(async move {
            let late = || Failure::unsure(format!("it was not sent within {} s", LONGEST.as_secs()));
            let sent = tokio::time::timeout(LONGEST, self.send(message)).await.map_err(|_| late())?;
            sent.map(|()| Delivered)
        })
    }
}

impl Syslog {
    async fn send(&self, message: &Message) -> Result<(), Failure> {
        let line = |most| line(message, self.facility, &self.host, most);
        if let (Address::Tls(to), Some(tls)) = (&self.address, &self.tls) {
            let mut stream = tls.over(TcpStream::connect(to).await.map_err(failure)?).await?;
            frame(&mut stream, &line(STREAM)).await.map_err(failure)?;
            let refusal = tokio::time::timeout(FAREWELL, stream.read(&mut [0])).await;
            return match refusal {
                Ok(Err(error)) if error.kind() == std::io::ErrorKind::InvalidData => Err(failure(error)),
                _ => Ok(()),
            };
        }
        self.in_the_clear(message, line).await.map_err(failure)
    }

    async fn in_the_clear(&self, message: &Message, line: impl Fn(usize) -> String) -> std::io::Result<()> {
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
            Address::Tcp(to) => frame(&mut TcpStream::connect(to).await?, &line(STREAM)).await,
            Address::Tls(_) => Err(std::io::Error::other("it is not sent without TLS")),
        }
    }
}

/// Writes a line with its length before it, and nothing more. What the server has read of it is not said; that it takes it, is.
async fn frame<S: AsyncWrite + Unpin>(stream: &mut S, line: &str) -> std::io::Result<()> {
    stream.write_all(format!("{} {line}", line.len()).as_bytes()).await?;
    stream.flush().await?;
    stream.shutdown().await
}

#[cfg(test)]
mod tests;
