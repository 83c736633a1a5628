//! What a plugin asks to be given, and what an operator grants: the same words for both, as one line of configuration.

use std::collections::BTreeMap;
use std::fmt;

use super::AlertField;

/// One thing that a plugin may be given.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Request {
    /// To read columns of a table.
    Table {
        /// `events` or `alerts`.
        table: String,
        /// Its columns.
        columns: Vec<String>,
    },
    /// To ask DNS.
    Dns {
        /// Record types in upper case.
        types: Vec<String>,
        /// A name, `*.` and a name, or `*`.
        names: String,
    },
    /// To run a program.
    Exec {
        /// Its name.
        program: String,
        /// The template of its arguments.
        arguments: Vec<String>,
    },
    /// To talk to a server.
    Http {
        /// Methods in upper case.
        methods: Vec<String>,
        /// Scheme and host, or `{=NAME}`.
        server: String,
        /// The secret that the host adds.
        secret: Option<String>,
    },
    /// To read the files of a named directory.
    Files {
        /// Its name.
        directory: String,
    },
    /// To be told a part of alerts.
    Field {
        /// Which.
        field: AlertField,
    },
    /// To keep so many bytes.
    State {
        /// The quota.
        bytes: u32,
    },
}

/// A line that is no grant. Completes "the grant `LINE` ".
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct RequestError(pub String);

/// The capabilities that are granted by lines, as the keys of `[grants.PLUGIN]`.
pub const CAPABILITIES: [&str; 6] = ["dns", "exec", "http", "files", "state", "fields"];

impl Request {
    /// The capability that it belongs to: the key of its line.
    #[must_use]
    pub fn capability(&self) -> &'static str {
        match self {
            Self::Table { .. } => "table",
            Self::Dns { .. } => "dns",
            Self::Exec { .. } => "exec",
            Self::Http { .. } => "http",
            Self::Files { .. } => "files",
            Self::Field { .. } => "fields",
            Self::State { .. } => "state",
        }
    }

    /// Reads a line of `[grants.PLUGIN]`.
    ///
    /// # Errors
    /// When the line does not have the form of its capability.
    pub fn parse(capability: &str, line: &str) -> Result<Self, RequestError> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let list = |text: &str| text.split(',').map(|word| word.to_ascii_uppercase()).collect::<Vec<_>>();
        let form = |form: &str| RequestError(format!("does not have the form `{form}`"));
        match (capability, words.as_slice()) {
            ("dns", [types, names]) => Ok(Self::Dns { types: list(types), names: names.to_ascii_lowercase() }),
            ("dns", _) => Err(form("TYPE,... NAME, such as PTR *.in-addr.arpa")),
            ("exec", [program, arguments @ ..]) => Ok(Self::Exec {
                program: (*program).to_owned(),
                arguments: arguments.iter().map(|&word| word.to_owned()).collect(),
            }),
            ("exec", []) => Err(form("PROGRAM ARGUMENT..., such as whois {ip}")),
            ("http", [methods, server]) => Ok(Self::Http { methods: list(methods), server: (*server).to_owned(), secret: None }),
            ("http", [methods, server, "secret", secret]) => {
                Ok(Self::Http { methods: list(methods), server: (*server).to_owned(), secret: Some((*secret).to_owned()) })
            }
            ("http", _) => Err(form("METHOD,... SERVER [secret NAME], such as GET https://rdap.arin.net")),
            ("files", [directory]) => Ok(Self::Files { directory: (*directory).to_owned() }),
            ("files", _) => Err(form("DIRECTORY, a name of [directories]")),
            ("fields", [name]) => match AlertField::parse(name) {
                Some(field) => Ok(Self::Field { field }),
                None => Err(RequestError(format!("is not a field of an alert; there are {}", AlertField::names()))),
            },
            ("fields", _) => Err(form("FIELD, such as severity")),
            ("state", [bytes]) => {
                let bytes = bytes.parse().map_err(|_| form("BYTES, a whole number"))?;
                Ok(Self::State { bytes })
            }
            ("state", _) => Err(form("BYTES, a whole number")),
            ("table", [table, columns]) => {
                let columns = columns.split(',').map(str::to_owned).collect();
                Ok(Self::Table { table: (*table).to_owned(), columns })
            }
            ("table", _) => Err(form("TABLE COLUMN,..., such as events src_ip,dst_port")),
            (other, _) => Err(RequestError(format!("is of no capability: `{other}` is not one of {}", CAPABILITIES.join(", ")))),
        }
    }

    /// Whether this grant gives what is requested: the same line, or at least as many bytes.
    #[must_use]
    pub fn covers(&self, request: &Self) -> bool {
        match (self, request) {
            (Self::State { bytes: granted }, Self::State { bytes: asked }) => granted >= asked,
            _ => self == request,
        }
    }

    /// The request with what the operator set for the plugin's parameters in place of `{=NAME}`. A parameter with several values, separated
    /// by commas, gives several requests for DNS; one that is not set takes the request away, because there is nothing to be granted. So
    /// does one that a program would take for an option.
    #[must_use]
    pub fn filled(&self, parameters: &BTreeMap<String, String>) -> Vec<Self> {
        let fill = |text: &str| fill(text, parameters);
        let filled = match self {
            Self::Dns { types, names } => {
                let Some((before, name, behind)) = placeholder(names) else { return vec![self.clone()] };
                let values =
                    parameters.get(name).map_or("", String::as_str).split(',').map(str::trim).filter(|value| !value.is_empty());
                let names = values.map(|value| format!("{before}{value}{behind}").to_ascii_lowercase());
                return names.map(|names| Self::Dns { types: types.clone(), names }).collect();
            }
            Self::Exec { program, arguments } => arguments
                .iter()
                .map(|word| fill(word).filter(|filled| filled == word || !filled.starts_with('-') || word.starts_with('-')))
                .collect::<Option<_>>()
                .map(|arguments| Self::Exec { program: program.clone(), arguments }),
            Self::Http { methods, server, secret } => {
                fill(server).map(|server| Self::Http { methods: methods.clone(), server, secret: secret.clone() })
            }
            Self::Table { .. } | Self::Files { .. } | Self::Field { .. } | Self::State { .. } => Some(self.clone()),
        };
        filled.into_iter().collect()
    }

    /// Whether something of it is left to the operator's parameters.
    #[must_use]
    pub fn is_open(&self) -> bool {
        match self {
            Self::Dns { names, .. } => placeholder(names).is_some(),
            Self::Exec { arguments, .. } => arguments.iter().any(|word| placeholder(word).is_some()),
            Self::Http { server, .. } => placeholder(server).is_some(),
            Self::Table { .. } | Self::Files { .. } | Self::Field { .. } | Self::State { .. } => false,
        }
    }

    /// Whether it reaches others, who then know what is looked up.
    #[must_use]
    pub fn is_outside(&self) -> bool {
        matches!(self, Self::Dns { .. } | Self::Exec { .. } | Self::Http { .. })
    }

    /// The columns of `events` that it asks for; none where it asks for something else.
    #[must_use]
    pub fn of_events(&self) -> Option<&[String]> {
        match self {
            Self::Table { table, columns } if table == "events" => Some(columns),
            _ => None,
        }
    }

    /// The part of alerts that it asks for; none where it asks for something else.
    #[must_use]
    pub fn field(&self) -> Option<AlertField> {
        match self {
            Self::Field { field } => Some(*field),
            _ => None,
        }
    }

    /// Whether it asks for past alerts.
    #[must_use]
    pub fn is_of_alerts(&self) -> bool {
        matches!(self, Self::Table { table, .. } if table == "alerts")
    }

    /// With its capability before its line.
    #[must_use]
    pub fn line(&self) -> String {
        format!("{} {self}", self.capability())
    }

    /// The lines of configuration of each capability, in quotes.
    #[must_use]
    pub fn lines(requests: &[&Self]) -> BTreeMap<&'static str, Vec<String>> {
        let mut lines: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for request in requests {
            lines.entry(request.capability()).or_default().push(format!("\"{request}\""));
        }
        lines
    }

    /// The lines of configuration that would grant these to a plugin.
    #[must_use]
    pub fn configuration(plugin: &str, requests: &[&Self]) -> String {
        let lines = Self::lines(requests);
        let lines: Vec<String> =
            lines.into_iter().map(|(capability, lines)| format!("{capability} = [{}]", lines.join(", "))).collect();
        format!("[grants.{plugin}] {}", lines.join(" and "))
    }
}

/// What stands before `{=NAME}`, NAME, and what stands behind.
fn placeholder(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once("{=")?;
    let (name, behind) = rest.split_once('}')?;
    Some((before, name, behind))
}

fn fill(text: &str, parameters: &BTreeMap<String, String>) -> Option<String> {
    let Some((before, name, behind)) = placeholder(text) else { return Some(text.to_owned()) };
    let (name, part) = name.split_once('.').map_or((name, None), |(name, part)| (name, Some(part)));
    let value = parameters.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())?;
    let (host, port) =
        value.rsplit_once(':').filter(|(host, _)| !host.contains(':') || host.starts_with('[')).unwrap_or((value, ""));
    let value = match part {
        None => value,
        Some("host") => host.trim_matches(['[', ']']),
        Some("port") => port,
        Some(_) => return None,
    };
    (!value.is_empty()).then(|| format!("{before}{value}{behind}"))
}

impl fmt::Display for Request {
    /// The line of configuration.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Table { table, columns } => write!(f, "{table} {}", columns.join(",")),
            Self::Dns { types, names } => write!(f, "{} {names}", types.join(",")),
            Self::Exec { program, arguments } => {
                f.write_str(program)?;
                arguments.iter().try_for_each(|word| write!(f, " {word}"))
            }
            Self::Http { methods, server, secret } => {
                write!(f, "{} {server}", methods.join(","))?;
                secret.iter().try_for_each(|secret| write!(f, " secret {secret}"))
            }
            Self::Files { directory } => f.write_str(directory),
            Self::Field { field } => f.write_str(field.name()),
            Self::State { bytes } => bytes.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_and_back() {
        for (capability, line) in [
            ("dns", "PTR,TXT *.in-addr.arpa"),
            ("exec", "whois -h {=server} {ip}"),
            ("http", "GET,POST https://rdap.arin.net"),
            ("http", "GET {=url} secret PDNS_API_KEY"),
            ("files", "geoip"),
            ("state", "65536"),
            ("fields", "src_ip"),
        ] {
            let request = Request::parse(capability, line).expect(line);
            assert_eq!((request.capability(), request.to_string().as_str()), (capability, line));
        }
        for (capability, line) in [
            ("dns", "PTR"),
            ("exec", ""),
            ("http", "GET a b c"),
            ("files", "a b"),
            ("state", "many"),
            ("fields", "password"),
            ("sql", "x"),
        ] {
            assert!(Request::parse(capability, line).is_err(), "{capability} {line}");
        }
    }

    #[test]
    fn parameters_fill_placeholders() {
        let parameters = [
            ("server", "127.0.0.1"),
            ("at", "[::1]:4343"),
            ("zones", "a.example, B.example"),
            ("none", ""),
            ("option", "--config=/tmp/x"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        let filled = |capability, line| -> Vec<String> {
            let request = Request::parse(capability, line).expect(line);
            request.filled(&parameters).iter().map(Request::to_string).collect()
        };
        assert_eq!(filled("exec", "whois -h {=server} {ip}"), ["whois -h 127.0.0.1 {ip}"]);
        assert_eq!(filled("exec", "whois -p {=none} {ip}"), [""; 0]);
        assert_eq!(filled("exec", "whois {=option} {ip}"), [""; 0], "a program would take it for an option");
        assert_eq!(filled("exec", "whois --host={=option} {ip}"), ["whois --host=--config=/tmp/x {ip}"]);
        assert_eq!(filled("exec", "whois -h {=at.host} -p {=at.port} {ip}"), ["whois -h ::1 -p 4343 {ip}"]);
        assert_eq!(filled("exec", "whois -h {=server.host} -p {=server.port} {ip}"), [""; 0]);
        assert_eq!(filled("dns", "A *.{=zones}"), ["A *.a.example", "A *.b.example"]);
        assert_eq!(filled("dns", "A *.{=none}"), [""; 0]);
        assert_eq!(filled("http", "GET https://rdap.arin.net"), ["GET https://rdap.arin.net"]);
    }

    #[test]
    fn the_same_line_or_more_bytes_cover_a_request() {
        let state = |bytes| Request::State { bytes };
        assert!(state(10).covers(&state(10)) && state(11).covers(&state(10)) && !state(9).covers(&state(10)));
        let line = |line| Request::parse("exec", line).expect("exec");
        assert!(line("whois {ip}").covers(&line("whois {ip}")) && !line("whois {ip}").covers(&line("whois -h {ip}")));
        assert_eq!(
            Request::configuration("whois", &[&line("whois {ip}"), &line("whois {domain}"), &state(5)]),
            "[grants.whois] exec = [\"whois {ip}\", \"whois {domain}\"] and state = [\"5\"]"
        );
    }
}
