//! Reads a request and writes the head of an answer.
//!
//! Reading is strict: the server is there to catch a client that does not keep to the protocol.

use std::io::{self, BufRead, Read as _};

use super::routes::Answer;

/// The longest head of a request, in bytes.
const HEAD: u64 = 64 * 1024;
/// The longest body of a request, in bytes.
const BODY: usize = 16 * 1024 * 1024;

/// A request as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The method, such as `GET`.
    pub method: String,
    /// The target: the path, and the query if there is one.
    pub path: String,
    /// Names and values, in order and as they were written.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Request {
    /// The value of a header, whatever the case of its name; the first of several.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The target without its query.
    pub(super) fn path_alone(&self) -> &str {
        self.path.split_once('?').map_or(self.path.as_str(), |(path, _)| path)
    }
}

/// What came.
#[derive(Debug)]
pub(super) enum Received {
    /// A request, and whether the connection ends with it.
    Request { request: Request, last: bool },
    /// The client closed instead.
    Nothing,
    /// Something that is answered with this status, and then no more.
    Refused(u16),
}

/// Reads the next request.
pub(super) fn receive(reader: &mut impl BufRead) -> io::Result<Received> {
    let mut room = HEAD;
    let Some(first) = line(reader, &mut room)? else {
        return Ok(if room == HEAD { Received::Nothing } else { Received::Refused(400) });
    };
    let parts: Vec<&str> = first.split(' ').collect();
    let [method, path, version @ ("HTTP/1.1" | "HTTP/1.0")] = parts.as_slice() else { return Ok(Received::Refused(400)) };
    let mut request = Request { method: (*method).to_owned(), path: (*path).to_owned(), headers: Vec::new(), body: Vec::new() };
    loop {
        let Some(line) = line(reader, &mut room)? else {
            return Ok(Received::Refused(if room == 0 { 431 } else { 400 }));
        };
        if line.is_empty() {
            break;
        }
        let Some((name, value)) = line.split_once(':').filter(|(name, _)| !name.is_empty() && !name.contains(' ')) else {
            return Ok(Received::Refused(400));
        };
        request.headers.push((name.to_owned(), value.trim().to_owned()));
    }
    if request.header("Transfer-Encoding").is_some() {
        return Ok(Received::Refused(411));
    }
    let Ok(length) = request.header("Content-Length").unwrap_or("0").parse::<usize>() else {
        return Ok(Received::Refused(400));
    };
    if length > BODY {
        return Ok(Received::Refused(413));
    }
    request.body = vec![0; length];
    reader.read_exact(&mut request.body)?;
    let connection = request.header("Connection").unwrap_or(if *version == "HTTP/1.1" { "keep-alive" } else { "close" });
    let last = !connection.split(',').any(|option| option.trim().eq_ignore_ascii_case("keep-alive"));
    Ok(Received::Request { request, last })
}

/// The head of an answer. Its body is `length` bytes long, or comes in chunks.
pub(super) fn head(answer: &Answer, length: Option<u64>, last: bool) -> Vec<u8> {
    let code = answer.code;
    let mut head = format!("HTTP/1.1 {code} {}\r\n", reason(code));
    let mut add = |name: &str, value: &str| {
        if !answer.headers.iter().any(|(given, _)| given.eq_ignore_ascii_case(name)) {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
    };
    add("Content-Type", "application/json");
    match length {
        Some(_) if answer.is_bodiless() => {}
        Some(length) => add("Content-Length", &length.to_string()),
        None => add("Transfer-Encoding", "chunked"),
    }
    add("Connection", if last { "close" } else { "keep-alive" });
    for (name, value) in &answer.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    head.into_bytes()
}

/// The next line without its end; none where the client closed before one, or where the room is used up.
fn line(reader: &mut impl BufRead, room: &mut u64) -> io::Result<Option<String>> {
    let mut bytes = Vec::new();
    *room -= reader.take(*room).read_until(b'\n', &mut bytes)? as u64;
    if bytes.pop() != Some(b'\n') {
        return Ok(None);
    }
    if bytes.last() == Some(&b'\r') {
        bytes.pop();
    }
    Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
}

/// The words behind a status.
fn reason(code: u16) -> &'static str {
    match code {
        200 => "OK",
        204 => "No Content",
        301 => "Moved Permanently",
        302 => "Found",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        411 => "Length Required",
        413 => "Content Too Large",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Status",
    }
}
