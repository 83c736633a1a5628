//! A name server on UDP and TCP that is authoritative for everything.
//!
//! One thread receives, one answers: an answer that is to be slow waits in a queue, and no question ever waits for another one's answer.

mod answer;
mod zone;

use std::collections::BTreeMap;
use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::Context as _;

use super::ANY_PORT;
use super::journal::Journal;
use super::listener::{Listener, reachable};
use super::stop::Stop;
use answer::{Question, Transport, answer};
pub use zone::DnsZone;
use zone::{absolute, plain};

/// How often a free port for UDP is sought that is also free for TCP.
const ATTEMPTS: usize = 50;
/// How long a client may take to read an answer over TCP: the thread that answers waits for it.
const PATIENCE: Duration = Duration::from_secs(2);
/// The pause after a datagram that could not be received.
const PAUSE: Duration = Duration::from_millis(10);

/// A running name server. It stops when this is dropped.
///
/// Linux's usual buffer holds 256 questions over UDP that nobody has read yet. Of more that are sent in one go to a busy machine some are
/// lost, and appear in no journal.
#[derive(Debug)]
pub struct DnsServer {
    socket: Arc<UdpSocket>,
    address: SocketAddr,
    stop: Arc<Stop>,
    asked: Arc<Journal<Question>>,
    // In an option, because it must be dropped before the threads are waited for.
    listener: Option<Listener>,
    threads: Vec<JoinHandle<()>>,
}

/// A message, and whom to answer.
#[derive(Debug)]
struct Arrival {
    bytes: Vec<u8>,
    client: Client,
    at: Instant,
}

/// Whom to answer.
#[derive(Debug)]
enum Client {
    Udp(SocketAddr),
    Tcp(Arc<TcpStream>),
}

impl DnsServer {
    /// Starts on a free port of 127.0.0.1, the same for UDP and TCP.
    ///
    /// # Errors
    /// When the zone holds a name that DNS cannot carry, or no port or thread is to be had.
    pub fn start(zone: DnsZone) -> anyhow::Result<Self> {
        Self::start_on(ANY_PORT, zone)
    }

    /// Starts on an address, with port 0 on a free port of it.
    ///
    /// # Errors
    /// As [`start`](Self::start), and when the address is taken.
    pub fn start_on(address: SocketAddr, zone: DnsZone) -> anyhow::Result<Self> {
        let zone = zone.checked()?;
        let (socket, tcp) = bind(address)?;
        let address = socket.local_addr().context("failed to read the address of a name server")?;
        let socket = Arc::new(socket);
        let stop = Arc::new(Stop::default());
        let asked = Arc::new(Journal::default());
        let (arrivals, queue) = mpsc::channel();

        let over_tcp = arrivals.clone();
        let listener = Listener::start(tcp, Arc::clone(&stop), move |stream| receive_tcp(&stream, &over_tcp))?;
        let mut server = Self { socket, address, stop, asked, listener: Some(listener), threads: Vec::new() };
        let (socket, asked) = (Arc::clone(&server.socket), Arc::clone(&server.asked));
        server.spawn("answer", move || answer_all(zone, &queue, &socket, &asked))?;
        let (socket, stop) = (Arc::clone(&server.socket), Arc::clone(&server.stop));
        server.spawn("receive", move || receive_udp(&socket, &stop, &arrivals))?;
        Ok(server)
    }

    /// Where the server listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What was asked, in order: the name in lower case without the last dot, and the type, such as `PTR`. A question that was asked again,
    /// over UDP or TCP, is there again.
    #[must_use]
    pub fn questions(&self) -> Vec<(String, String)> {
        self.asked.read().into_iter().map(|question| (question.name, question.kind)).collect()
    }

    /// What was asked over TCP, in order. These questions are among [`questions`](Self::questions), too.
    #[must_use]
    pub fn tcp_questions(&self) -> Vec<(String, String)> {
        let over_tcp = self.asked.read().into_iter().filter(|question| question.transport == Transport::Tcp);
        over_tcp.map(|question| (question.name, question.kind)).collect()
    }

    /// How often a name was asked for, whatever the type. An IP address stands for its reverse name.
    #[must_use]
    pub fn count(&self, name: &str) -> usize {
        let Ok(wanted) = absolute(name).map(|name| plain(&name)) else { return 0 };
        self.asked.count(|question| question.name == wanted)
    }

    fn spawn(&mut self, task: &str, run: impl FnOnce() + Send + 'static) -> anyhow::Result<()> {
        let thread = thread::Builder::new().name(format!("{task} {}", self.address)).spawn(run);
        self.threads.push(thread.context("failed to start a thread of a name server")?);
        Ok(())
    }
}

impl Drop for DnsServer {
    fn drop(&mut self) {
        self.stop.tell();
        // The thread that receives wakes at the next datagram; this is one, unless the buffer is full of others.
        let _ = self.socket.send_to(&[], reachable(self.address));
        self.listener = None;
        for thread in self.threads.drain(..) {
            // An error is a panic of the thread, which the test has seen already.
            let _ = thread.join();
        }
    }
}

/// Sockets for UDP and TCP with the same port.
fn bind(address: SocketAddr) -> anyhow::Result<(UdpSocket, TcpListener)> {
    let mut attempt = 0;
    loop {
        attempt += 1;
        let udp = UdpSocket::bind(address).with_context(|| format!("failed to bind {address} for DNS over UDP"))?;
        let bound = udp.local_addr().context("failed to read the address of a name server")?;
        match TcpListener::bind(bound) {
            Ok(tcp) => return Ok((udp, tcp)),
            // Somebody else has this port for TCP: another one, then.
            Err(error) if error.kind() == io::ErrorKind::AddrInUse && address.port() == 0 && attempt < ATTEMPTS => {}
            Err(error) => return Err(error).with_context(|| format!("failed to bind {bound} for DNS over TCP")),
        }
    }
}

/// Hands on datagrams, as fast as possible: the system's buffer is small, and what does not fit is lost.
fn receive_udp(socket: &UdpSocket, stop: &Stop, arrivals: &Sender<Arrival>) {
    let mut buffer = vec![0; usize::from(u16::MAX)];
    loop {
        let received = socket.recv_from(&mut buffer);
        if stop.is_told() {
            return;
        }
        let Ok((length, client)) = received else {
            stop.sleep(PAUSE);
            continue;
        };
        let bytes = buffer.get(..length).unwrap_or_default().to_vec();
        if arrivals.send(Arrival { bytes, client: Client::Udp(client), at: Instant::now() }).is_err() {
            return;
        }
    }
}

/// Hands on the messages of a connection, each behind two bytes with its length: RFC 1035, 4.2.2, and RFC 7766.
fn receive_tcp(stream: &Arc<TcpStream>, arrivals: &Sender<Arrival>) -> io::Result<()> {
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.set_nodelay(true)?;
    loop {
        let mut length = [0; 2];
        (&**stream).read_exact(&mut length)?;
        let mut bytes = vec![0; usize::from(u16::from_be_bytes(length))];
        (&**stream).read_exact(&mut bytes)?;
        let arrival = Arrival { bytes, client: Client::Tcp(Arc::clone(stream)), at: Instant::now() };
        arrivals.send(arrival).map_err(io::Error::other)?;
    }
}

/// Answers until nobody receives any more. What is still to be sent then is not.
fn answer_all(mut zone: DnsZone, queue: &Receiver<Arrival>, socket: &UdpSocket, asked: &Journal<Question>) {
    // The number tells answers apart that are due at the same instant.
    let mut waiting: BTreeMap<(Instant, u64), (Client, Vec<u8>)> = BTreeMap::new();
    let mut number = 0;
    loop {
        let arrival = match waiting.first_key_value() {
            None => queue.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some((&(due, _), _)) => queue.recv_timeout(due.saturating_duration_since(Instant::now())),
        };
        match arrival {
            Ok(Arrival { bytes, client, at }) => {
                let transport = if matches!(client, Client::Udp(_)) { Transport::Udp } else { Transport::Tcp };
                let outcome = answer(&mut zone, &bytes, transport);
                if let Some(question) = outcome.question {
                    asked.write(question);
                }
                if let Some((delay, bytes)) = outcome.reply {
                    waiting.insert((at + delay, number), (client, bytes));
                    number += 1;
                }
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        let now = Instant::now();
        while let Some(entry) = waiting.first_entry()
            && entry.key().0 <= now
        {
            let (client, bytes) = entry.remove();
            // A client that is gone is none of the server's business.
            let _ = send(socket, &client, &bytes);
        }
    }
}

/// Sends an answer.
fn send(socket: &UdpSocket, client: &Client, bytes: &[u8]) -> io::Result<()> {
    match client {
        Client::Udp(address) => socket.send_to(bytes, address).map(drop),
        Client::Tcp(stream) => {
            let length = u16::try_from(bytes.len()).map_err(io::Error::other)?;
            // In one piece: two small writes would be two packets.
            let framed = [&length.to_be_bytes()[..], bytes].concat();
            (&**stream).write_all(&framed)
        }
    }
}

#[cfg(test)]
mod tests;
