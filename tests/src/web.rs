//! The service with its web page, and a client that sends one request a connection.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;

use serde_json::Value;

use crate::harness::Scene;
use crate::service::{PATIENCE, Service};

/// A running service that listens.
pub struct Web {
    /// The service.
    pub service: Service,
    /// Where it listens.
    pub address: String,
    /// The password of `admin`; empty where it was shown before.
    pub password: String,
}

/// What was answered.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The header, in lower case but for values.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

impl Answer {
    /// A field of the header.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(found, _)| found == name).map_or("", |(_, value)| value)
    }

    /// The body as JSON.
    #[must_use]
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// The cookies that it sets, as a browser sends them back.
    #[must_use]
    pub fn cookies(&self) -> String {
        let set = self.headers.iter().filter(|(name, _)| name == "set-cookie");
        set.filter_map(|(_, value)| value.split(';').next()).collect::<Vec<_>>().join("; ")
    }
}

impl Web {
    /// Starts it, with a folder of its own for users, and these words and variables.
    #[must_use]
    pub fn start(scene: &Scene, words: &[&str], variables: &[(&str, &str)]) -> Self {
        let state = scene.path("state").display().to_string();
        let variables = [&[("NET_SCOUT_STATE_DIR", state.as_str())], variables].concat();
        let mut service = Service::start(scene, &[&["--listen", "127.0.0.1:0"], words].concat(), &variables);
        let mut lines = BufReader::new(service.child.stderr.take().expect("standard error")).lines();
        let (mut password, mut address) = (String::new(), String::new());
        while address.is_empty() {
            let line = lines.next().expect("it listens").expect("a line");
            if let Some((_, said)) = line.split_once("with the password ") {
                said.split(';').next().unwrap_or_default().clone_into(&mut password);
            }
            if let Some(url) = line.strip_prefix("listening at http://") {
                url.clone_into(&mut address);
            }
        }
        std::thread::spawn(move || lines.for_each(drop));
        Self { service, address, password }
    }

    /// Sends a request as it is, and reads the answer to its end.
    #[must_use]
    pub fn send(&self, request: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(&self.address).expect("connected");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        // Who is refused early does not read the rest.
        drop(stream.write_all(request));
        let mut bytes = Vec::new();
        drop(stream.read_to_end(&mut bytes));
        answer(&String::from_utf8_lossy(&bytes))
    }

    /// Sends a request with these header fields.
    #[must_use]
    pub fn request(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut text = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
        if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
            text.push_str(&format!("Host: {}\r\n", self.address));
        }
        for (name, value) in headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        self.send(format!("{text}\r\n{body}").as_bytes())
    }

    /// Logs in with a form, and gives the answer.
    #[must_use]
    pub fn log_in(&self, name: &str, password: &str, cookies: &str) -> Answer {
        let headers = [("Content-Type", "application/x-www-form-urlencoded"), ("Cookie", cookies)];
        self.request("POST", "/login", &headers, &format!("name={name}&password={password}&next=%2F"))
    }
}

fn answer(text: &str) -> Answer {
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((text, ""));
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|status| status.parse().ok()).unwrap_or(0);
    let field = |line: &str| line.split_once(':').map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()));
    let headers: Vec<(String, String)> = lines.filter_map(field).collect();
    let is_chunked = headers.iter().any(|(name, value)| name == "transfer-encoding" && value == "chunked");
    Answer { status, headers, body: if is_chunked { chunks(body) } else { body.to_owned() } }
}

/// The text of a body in chunks.
fn chunks(mut body: &str) -> String {
    let mut text = String::new();
    while let Some((size, rest)) = body.split_once("\r\n") {
        let Ok(size) = usize::from_str_radix(size, 16) else { break };
        let Some((chunk, rest)) = rest.split_at_checked(size) else { break };
        text.push_str(chunk);
        body = rest.trim_start_matches("\r\n");
    }
    text
}

/// Makes a token of `admin` with these scopes.
#[must_use]
pub fn token(scene: &Scene, scopes: &str) -> String {
    let state = scene.path("state").display().to_string();
    let mut command = scene.command(&["token", "add", "a test", "--user", "admin", "--scopes", scopes]);
    // On the clock of the service.
    let output = command.env_remove("NET_SCOUT_NOW").env("NET_SCOUT_STATE_DIR", state).output().expect("run");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}
