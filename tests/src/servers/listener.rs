//! Accepts TCP connections, a thread for each, and ends all of them when it is dropped.
//!
//! A connection must never wait for anything but its socket and [`Stop`]: dropping the server would then hang.

use std::io::{self, Read as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Weak};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::Context as _;

use super::stop::Stop;

/// How long [`finish`] waits for the client to close.
const FAREWELL: Duration = Duration::from_secs(2);
/// How much [`finish`] reads from a client that goes on sending, in bytes.
const LEFTOVERS: u64 = 16 * 1024 * 1024;
/// The pause after a connection that could not be accepted, such as for want of file descriptors.
const PAUSE: Duration = Duration::from_millis(10);
/// How long the listener's own thread is given to notice that it is to end.
const WAKING: Duration = Duration::from_secs(1);

/// A port that is served.
#[derive(Debug)]
pub(super) struct Listener {
    address: SocketAddr,
    stop: Arc<Stop>,
    thread: Option<JoinHandle<()>>,
}

impl Listener {
    /// Calls `serve` on a thread of its own for every connection. Its error is dropped: the client went away, or the server stops.
    ///
    /// # Errors
    /// When no thread can be started.
    pub(super) fn start<F>(listener: TcpListener, stop: Arc<Stop>, serve: F) -> anyhow::Result<Self>
    where
        F: Fn(Arc<TcpStream>) -> io::Result<()> + Send + Sync + 'static,
    {
        let address = listener.local_addr().context("failed to read the address of a listener")?;
        let told = Arc::clone(&stop);
        let thread = thread::Builder::new()
            .name(format!("accept {address}"))
            .spawn(move || accept(&listener, &told, &Arc::new(serve)))
            .context("failed to start a thread that accepts connections")?;
        Ok(Self { address, stop, thread: Some(thread) })
    }

    /// Where the listener listens.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.stop.tell();
        // The thread sits in accept(), from which only a connection wakes it.
        let woken = TcpStream::connect_timeout(&reachable(self.address), WAKING).is_ok();
        if let Some(thread) = self.thread.take()
            && (woken || thread.is_finished())
        {
            // An error is a panic of the thread, which the test has seen already.
            let _ = thread.join();
        }
    }
}

/// The address under which a local client reaches a server bound to `address`: loopback for a server bound to all addresses.
pub(super) fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

/// Closes a connection so that the client can read the whole answer: a socket closed with unread bytes in it would be reset, and the answer
/// lost with it.
///
/// # Errors
/// When the connection is gone.
pub(super) fn finish(stream: &TcpStream) -> io::Result<()> {
    stream.shutdown(Shutdown::Write)?;
    stream.set_read_timeout(Some(FAREWELL))?;
    io::copy(&mut stream.take(LEFTOVERS), &mut io::sink())?;
    Ok(())
}

/// Accepts until told to stop, then ends the connections that are left.
fn accept<F>(listener: &TcpListener, stop: &Stop, serve: &Arc<F>)
where
    F: Fn(Arc<TcpStream>) -> io::Result<()> + Send + Sync + 'static,
{
    // Weak, because a connection whose thread has ended must be closed at once.
    let mut connections: Vec<(Weak<TcpStream>, JoinHandle<()>)> = Vec::new();
    loop {
        let accepted = listener.accept();
        if stop.is_told() {
            break;
        }
        connections.retain(|(_, thread)| !thread.is_finished());
        let Ok((stream, client)) = accepted else {
            stop.sleep(PAUSE);
            continue;
        };
        let stream = Arc::new(stream);
        let weak = Arc::downgrade(&stream);
        let serve = Arc::clone(serve);
        let thread = thread::Builder::new().name(format!("serve {client}")).spawn(move || {
            let _ = serve(stream);
        });
        if let Ok(thread) = thread {
            connections.push((weak, thread));
        }
    }
    for (stream, _) in &connections {
        if let Some(stream) = stream.upgrade() {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
    for (_, thread) in connections {
        let _ = thread.join();
    }
}
