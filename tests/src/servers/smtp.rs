//! A mail server that wants STARTTLS and a login before it takes anything (RFC 5321, 3207, 4954). Its certificate is that of an authority of the
//! tests, `tests/smtp/ca.pem`, which a client must be told to trust.

use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::ANY_PORT;
use super::journal::Journal;
use super::listener::Listener;
use super::stop::Stop;
use crate::places;

/// How long a client may take for a line.
const PATIENCE: Duration = Duration::from_secs(10);
/// The base64 of the one user, `scout`, and its password, `s3cret-mail`, as `AUTH PLAIN` sends them.
const LOGIN: &str = "AHNjb3V0AHMzY3JldC1tYWls";

/// A letter as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// Who sent it, by the envelope.
    pub from: String,
    /// To whom, by the envelope.
    pub to: Vec<String>,
    /// Its head and its body.
    pub text: String,
}

/// A running mail server. It stops when this is dropped.
pub struct SmtpServer {
    listener: Listener,
    letters: Arc<Journal<Letter>>,
}

/// The file with the certificate of the authority that a client must trust.
#[must_use]
pub fn authority() -> PathBuf {
    places::root().join("tests/smtp/ca.pem")
}

impl SmtpServer {
    /// Starts on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// When no port or thread is to be had.
    pub fn start() -> anyhow::Result<Self> {
        let config = Arc::new(tls()?);
        let listener = TcpListener::bind(ANY_PORT).context("failed to bind a port for SMTP")?;
        let letters = Arc::new(Journal::default());
        let kept = Arc::clone(&letters);
        let serve = move |stream: Arc<TcpStream>| converse(&stream, &config, &kept);
        Ok(Self { listener: Listener::start(listener, Arc::new(Stop::default()), serve)?, letters })
    }

    /// Where the server listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.listener.address()
    }

    /// The letters, in order.
    #[must_use]
    pub fn letters(&self) -> Vec<Letter> {
        self.letters.read()
    }
}

fn tls() -> anyhow::Result<ServerConfig> {
    let read =
        |name: &str| fs::read(places::root().join("tests/smtp").join(name)).with_context(|| format!("failed to read {name}"));
    let certificate = CertificateDer::from_pem_slice(&read("server.pem")?).context("the certificate is wrong")?;
    let key = PrivateKeyDer::from_pem_slice(&read("server.key")?).context("the key is wrong")?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?.with_no_client_auth();
    Ok(builder.with_single_cert(vec![certificate], key)?)
}

/// Before TLS nothing is taken but STARTTLS.
fn converse(stream: &TcpStream, config: &Arc<ServerConfig>, letters: &Journal<Letter>) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut plain = BufReader::new(stream);
    plain.get_mut().write_all(b"220 mail.test ESMTP\r\n")?;
    loop {
        let line = line(&mut plain)?;
        let answer: &[u8] = match word(&line).as_str() {
            "EHLO" => b"250-mail.test\r\n250 STARTTLS\r\n",
            "STARTTLS" => b"220 go ahead\r\n",
            "QUIT" => return plain.get_mut().write_all(b"221 bye\r\n"),
            _ => b"530 STARTTLS first\r\n",
        };
        plain.get_mut().write_all(answer)?;
        if answer.starts_with(b"220") {
            break;
        }
    }
    let connection = ServerConnection::new(Arc::clone(config)).map_err(io::Error::other)?;
    mail(BufReader::new(StreamOwned::new(connection, stream)), letters)
}

fn mail<S: Read + Write>(mut secure: BufReader<S>, letters: &Journal<Letter>) -> io::Result<()> {
    let (mut is_known, mut from, mut to) = (false, String::new(), Vec::new());
    loop {
        let command = line(&mut secure)?;
        let path = || {
            command
                .split_once('<')
                .and_then(|(_, rest)| rest.split_once('>'))
                .map(|(path, _)| path.to_owned())
                .unwrap_or_default()
        };
        let answer: &[u8] = match word(&command).as_str() {
            "EHLO" => b"250-mail.test\r\n250 AUTH PLAIN\r\n",
            "AUTH" if command == format!("AUTH PLAIN {LOGIN}") => {
                is_known = true;
                b"235 welcome\r\n"
            }
            "AUTH" => b"535 who are you?\r\n",
            "QUIT" => return secure.get_mut().write_all(b"221 bye\r\n"),
            _ if !is_known => b"530 log in first\r\n",
            "MAIL" => {
                (from, to) = (path(), Vec::new());
                b"250 ok\r\n"
            }
            "RCPT" => {
                to.push(path());
                b"250 ok\r\n"
            }
            "DATA" => {
                secure.get_mut().write_all(b"354 go on\r\n")?;
                let mut text = String::new();
                loop {
                    let line = line(&mut secure)?;
                    if line == "." {
                        break;
                    }
                    text.push_str(line.strip_prefix('.').unwrap_or(&line));
                    text.push('\n');
                }
                letters.write(Letter { from: from.clone(), to: to.clone(), text });
                b"250 taken\r\n"
            }
            _ => b"250 ok\r\n",
        };
        secure.get_mut().write_all(answer)?;
        secure.get_mut().flush()?;
    }
}

/// The next line without its end. The end of the connection is an error.
fn line(reader: &mut impl BufRead) -> io::Result<String> {
    let mut line = String::new();
    match reader.read_line(&mut line)? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        _ => Ok(line.trim_end_matches(['\r', '\n']).to_owned()),
    }
}

fn word(line: &str) -> String {
    line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase()
}
