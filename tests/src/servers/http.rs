//! An HTTP/1.1 server without TLS, with answers good, slow, huge, wrong and absent (RFC 9112).

mod message;
mod routes;

use std::io::{self, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;

use anyhow::Context as _;

use super::ANY_PORT;
use super::journal::Journal;
use super::listener::{Listener, finish};
use super::stop::Stop;
pub use message::Request;
use message::{Received, head, receive};
pub use routes::HttpRoutes;
use routes::{Answer, Reply};

/// What is not HTTP. Its second line is one that a lenient client might take for a status line.
const GARBAGE: &[u8] = b"\x16\x03\x01\x00\xffthis is not HTTP\r\n200 OK HTTP/1.1\r\n: \xff\xfe\r\n\r\n{\"net\": \"";
/// How much of a huge answer is written at once, in bytes.
const PIECE: usize = 64 * 1024;

/// A running HTTP server. It stops when this is dropped.
#[derive(Debug)]
pub struct HttpServer {
    listener: Listener,
    asked: Arc<Journal<Request>>,
}

impl HttpServer {
    /// Starts on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// When no port or thread is to be had.
    pub fn start(routes: HttpRoutes) -> anyhow::Result<Self> {
        Self::start_on(ANY_PORT, routes)
    }

    /// Starts on an address, with port 0 on a free port of it.
    ///
    /// # Errors
    /// As [`start`](Self::start), and when the address is taken.
    pub fn start_on(address: SocketAddr, routes: HttpRoutes) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(address).with_context(|| format!("failed to bind {address} for HTTP"))?;
        let asked = Arc::new(Journal::default());
        let stop = Arc::new(Stop::default());
        let (journal, told) = (Arc::clone(&asked), Arc::clone(&stop));
        let listener = Listener::start(listener, stop, move |stream| serve(&stream, &routes, &journal, &told))?;
        Ok(Self { listener, asked })
    }

    /// Where the server listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.listener.address()
    }

    /// The server's URL without a slash at the end, such as `http://127.0.0.1:40123`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address())
    }

    /// The requests, in order. One that is not HTTP is not among them.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        self.asked.read()
    }

    /// How often a path was asked for, whatever the method and the query behind it.
    #[must_use]
    pub fn count(&self, path: &str) -> usize {
        self.asked.count(|request| request.path == path || request.path_alone() == path)
    }
}

/// Serves one connection, request after request.
fn serve(stream: &TcpStream, routes: &HttpRoutes, asked: &Journal<Request>, stop: &Stop) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream);
    loop {
        let (request, last) = match receive(&mut reader)? {
            Received::Request { request, last } => (request, last),
            Received::Nothing => return Ok(()),
            Received::Refused(code) => {
                write_answer(stream, &Answer::new(code, &b"{}"[..]), false, true)?;
                return finish(stream);
            }
        };
        let headless = request.method == "HEAD";
        asked.write(request.clone());
        stop.sleep(routes.delay(&request));
        match routes.reply(&request) {
            Reply::Answer(answer) => write_answer(stream, &answer, headless, last)?,
            Reply::Huge { bytes, announced } => write_huge(stream, bytes, announced, headless, last)?,
            Reply::BreaksOff(body) => {
                let answer = Answer::new(200, body);
                let announced = answer.body.len() as u64 + 1_000;
                write_all(stream, &[&head(&answer, Some(announced), true), &answer.body])?;
                return finish(stream);
            }
            Reply::Garbage => {
                write_all(stream, &[GARBAGE])?;
                return finish(stream);
            }
            Reply::Hangs => stop.wait(),
        }
        if last || stop.is_told() {
            return finish(stream);
        }
    }
}

/// Writes an answer that is at hand.
fn write_answer(stream: &TcpStream, answer: &Answer, headless: bool, last: bool) -> io::Result<()> {
    let head = head(answer, Some(answer.body.len() as u64), last);
    write_all(stream, &[&head, if headless || answer.is_bodiless() { &[] } else { &answer.body }])
}

/// Writes a JSON string that is this long, quotes included.
fn write_huge(stream: &TcpStream, bytes: u64, announced: bool, headless: bool, last: bool) -> io::Result<()> {
    write_all(stream, &[&head(&Answer::new(200, Vec::new()), announced.then_some(bytes), last)])?;
    if headless {
        return Ok(());
    }
    let mut written = 0;
    while written < bytes {
        let left = bytes - written;
        let mut piece = vec![b'x'; usize::try_from(left).unwrap_or(usize::MAX).min(PIECE)];
        if let Some(first) = piece.first_mut().filter(|_| written == 0) {
            *first = b'"';
        }
        if let Some(end) = piece.last_mut().filter(|_| left <= PIECE as u64) {
            *end = b'"';
        }
        if announced {
            write_all(stream, &[&piece])?;
        } else {
            write_all(stream, &[format!("{:x}\r\n", piece.len()).as_bytes(), &piece, b"\r\n"])?;
        }
        written += piece.len() as u64;
    }
    if announced { Ok(()) } else { write_all(stream, &[b"0\r\n\r\n"]) }
}

/// Writes parts in one piece.
fn write_all(mut stream: &TcpStream, parts: &[&[u8]]) -> io::Result<()> {
    stream.write_all(&parts.concat())
}

#[cfg(test)]
mod tests;
