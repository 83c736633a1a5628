//! What systemd is told: the protocol of sd_notify(3), datagrams to the socket that `NOTIFY_SOCKET` names. Without it nothing is said.
//!
//! A message is an aid, never a condition: one that cannot be sent is logged, and the service goes on.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// The longest status, in bytes: what fits a line of `systemctl status`.
const STATUS: usize = 256;

/// What the service manager is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice<'a> {
    /// It works now.
    Ready,
    /// It reads its configuration again; [`Notice::Ready`] says when that is done.
    Reloading,
    /// It ends.
    Stopping,
    /// It is alive.
    Watchdog,
    /// What it does, in a line.
    Status(&'a str),
}

/// The way to the service manager.
#[derive(Debug, Default)]
pub struct Notifier {
    socket: Option<(UnixDatagram, SocketAddr)>,
    watchdog: Option<Duration>,
}

/// A socket that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("NOTIFY_SOCKET is `{}`, which cannot be used: {reason}", name.display())]
pub struct NotifyError {
    name: OsString,
    reason: io::Error,
}

impl Notifier {
    /// As the environment says it: `variable` gives the value of a variable.
    ///
    /// # Errors
    /// When `NOTIFY_SOCKET` names no socket.
    pub fn from_environment(variable: impl Fn(&str) -> Option<OsString>) -> Result<Self, NotifyError> {
        let Some(name) = variable("NOTIFY_SOCKET").filter(|name| !name.is_empty()) else { return Ok(Self::default()) };
        let open = || {
            let socket = UnixDatagram::unbound()?;
            // A manager that does not read must not keep the service from working.
            socket.set_nonblocking(true)?;
            Ok((socket, address(&name)?))
        };
        let socket = open().map_err(|reason| NotifyError { name: name.clone(), reason })?;
        let number = |name: &str| variable(name)?.to_str()?.parse::<u64>().ok();
        let is_meant = number("WATCHDOG_PID").is_none_or(|pid| pid == u64::from(std::process::id()));
        let watchdog = number("WATCHDOG_USEC").filter(|usec| is_meant && *usec > 0).map(Duration::from_micros);
        Ok(Self { socket: Some(socket), watchdog })
    }

    /// Whether somebody listens.
    #[must_use]
    pub fn is_heard(&self) -> bool {
        self.socket.is_some()
    }

    /// How long the service manager waits for a sign of life before it ends the service; none where it does not wait for one.
    #[must_use]
    pub fn watchdog(&self) -> Option<Duration> {
        self.watchdog
    }

    /// Sends a notice.
    pub fn send(&self, notice: Notice<'_>) {
        let Some((socket, address)) = &self.socket else { return };
        let text = match notice {
            Notice::Ready => "READY=1".to_owned(),
            Notice::Reloading => format!("RELOADING=1\nMONOTONIC_USEC={}", monotonic()),
            Notice::Stopping => "STOPPING=1".to_owned(),
            Notice::Watchdog => "WATCHDOG=1".to_owned(),
            Notice::Status(text) => format!("STATUS={}", one_line(text)),
        };
        if let Err(error) = socket.send_to_addr(text.as_bytes(), address) {
            tracing::warn!("the service manager could not be told {notice:?}: {error}");
        }
    }
}

/// An absolute path, or behind an `@` a name in the abstract name space.
fn address(name: &OsStr) -> io::Result<SocketAddr> {
    match name.as_bytes() {
        [b'@', rest @ ..] if !rest.is_empty() => SocketAddr::from_abstract_name(rest),
        [b'/', ..] => SocketAddr::from_pathname(name),
        _ => Err(io::Error::new(io::ErrorKind::InvalidInput, "it is neither an absolute path nor begins with `@`")),
    }
}

/// Without what would begin another assignment or disturb a terminal, and no longer than fits.
fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len().min(STATUS));
    for letter in text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }) {
        if line.len() + letter.len_utf8() > STATUS {
            break;
        }
        line.push(letter);
    }
    line
}

/// Microseconds of the clock that systemd compares with.
fn monotonic() -> u64 {
    let now = clock_gettime(ClockId::Monotonic);
    now.tv_sec.unsigned_abs() * 1_000_000 + now.tv_nsec.unsigned_abs() / 1_000
}

#[cfg(test)]
mod tests;
