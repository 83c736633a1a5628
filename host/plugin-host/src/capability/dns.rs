//! `dns`: questions to the configured resolvers, for granted record types and names.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig, ResolverOpts};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError as ServerError, NetError};
use hickory_resolver::proto::rr::{Name, RData, RecordType};

use serde_json::json;

use crate::enricher_bindings::net_scout::plugin::dns as wit;
use crate::{Boundary, Passed, failure};
use net_scout_model::{Request, plain};

/// How long one question to one resolver may take, and how often it is asked.
const TIMEOUT: Duration = Duration::from_secs(3);
const ATTEMPTS: usize = 2;
/// How many questions may be under way to one resolver.
const UNDER_WAY: usize = 1_024;
/// The most records of an answer.
const RECORDS: usize = 256;
/// How much of a name stands in an error, in characters.
const QUOTED: usize = 100;

/// The resolvers of a run, shared by all plugins.
#[derive(Clone)]
pub struct Resolvers(Arc<TokioResolver>);

impl Resolvers {
    /// Those that are named, else those of the system. Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// When the system has no resolver configuration that can be read.
    pub fn new(servers: &[SocketAddr]) -> Result<Self, String> {
        let provider = TokioRuntimeProvider::default();
        let builder = if servers.is_empty() {
            TokioResolver::builder(provider).map_err(|error| format!("the system's resolvers cannot be read: {error}"))?
        } else {
            let connections = |port| {
                let at_port = |mut connection: ConnectionConfig| {
                    connection.port = port;
                    connection
                };
                vec![at_port(ConnectionConfig::udp()), at_port(ConnectionConfig::tcp())]
            };
            let servers =
                servers.iter().map(|server| NameServerConfig::new(server.ip(), true, connections(server.port()))).collect();
            TokioResolver::builder_with_config(ResolverConfig::from_name_servers(servers), provider)
        };
        let mut options = ResolverOpts::default();
        options.timeout = TIMEOUT;
        options.attempts = ATTEMPTS;
        options.use_hosts_file = ResolveHosts::Never;
        options.max_active_requests = UNDER_WAY;
        // Answers are kept by the cache of the enrichment, with its own times.
        options.cache_size = 0;
        let resolver = builder.with_options(options).build().map_err(|error| error.to_string())?;
        Ok(Self(Arc::new(resolver)))
    }
}

/// What a plugin may ask.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DnsGrant {
    plugin: String,
    lines: Vec<(Vec<String>, String)>,
}

impl DnsGrant {
    /// The lines for DNS among what was granted.
    #[must_use]
    pub fn new(plugin: &str, granted: &[Request]) -> Self {
        let lines = granted.iter().filter_map(|request| match request {
            Request::Dns { types, names } => Some((types.clone(), names.clone())),
            _ => None,
        });
        Self { plugin: plugin.to_owned(), lines: lines.collect() }
    }

    /// The gate. `name` has no dot at its end.
    fn check(&self, record_type: &str, name: &str) -> Result<(), wit::DnsError> {
        let granted =
            |(types, names): &(Vec<String>, String)| types.iter().any(|granted| granted == record_type) && matches(names, name);
        if self.lines.iter().any(granted) {
            return Ok(());
        }
        let request = Request::Dns { types: vec![record_type.to_owned()], names: plain(name, QUOTED) };
        let line = Request::configuration(&self.plugin, &[&request]);
        Err(wit::DnsError::AccessDenied(format!("DNS {request} is not granted; to grant it, add {line}")))
    }
}

/// Whether a name is the pattern, or below it where the pattern begins with `*.`. Labels are compared, not texts: a dot inside of a label
/// (`x.evil\\.example.com`) ends none.
fn matches(pattern: &str, name: &str) -> bool {
    if pattern == "*" {
        return true;
    }
    let (below, pattern) = pattern.strip_prefix("*.").map_or((false, pattern), |rest| (true, rest));
    let (Ok(pattern), Ok(name)) = (Name::from_ascii(pattern), Name::from_ascii(name)) else { return false };
    let (wanted, labels): (Vec<&[u8]>, Vec<&[u8]>) = (pattern.iter().collect(), name.iter().collect());
    let Some(more) = labels.len().checked_sub(wanted.len()) else { return false };
    (more > 0) == below && labels[more..].iter().zip(wanted).all(|(label, wanted)| label.eq_ignore_ascii_case(wanted))
}

/// The questions of one call.
pub struct DnsContext {
    grant: DnsGrant,
    resolvers: Option<Resolvers>,
    boundary: Boundary,
}

failure!(wit::DnsError);

impl Passed for Vec<wit::RecordData> {
    fn bytes(&self) -> usize {
        let bytes = |record: &wit::RecordData| match record {
            wit::RecordData::Address(text) | wit::RecordData::Name(text) | wit::RecordData::Text(text) => text.len(),
            wit::RecordData::MailExchanger(exchanger) => exchanger.exchange.len(),
            wit::RecordData::StartOfAuthority(zone) => zone.primary.len() + zone.responsible.len(),
        };
        self.iter().map(bytes).sum()
    }
}

impl DnsContext {
    /// For a plugin with this grant; without resolvers where nothing is asked.
    #[must_use]
    pub fn new(grant: DnsGrant, resolvers: Option<Resolvers>, boundary: Boundary) -> Self {
        Self { grant, resolvers, boundary }
    }

    async fn ask(&self, mut name: Name, record_type: RecordType) -> Result<Vec<wit::RecordData>, wit::DnsError> {
        let shown = name.to_ascii();
        let shown = shown.trim_end_matches('.');
        self.grant.check(&record_type.to_string(), shown)?;
        let Some(resolvers) = &self.resolvers else { return Err(wit::DnsError::Unavailable("there is no resolver".to_owned())) };
        name.set_fqdn(true);
        let lookup = resolvers.0.lookup(name, record_type).await;
        let lookup = lookup.map_err(|error| failure(&error, &format!("{record_type} {}", plain(shown, QUOTED))))?;
        let records: Vec<_> =
            lookup.answers().iter().filter_map(|record| data(&record.data, record_type)).take(RECORDS).collect();
        if records.is_empty() {
            return Err(wit::DnsError::NotFound(format!("{shown} has no {record_type} record")));
        }
        Ok(records)
    }

    async fn names_of(&self, address: &str) -> Result<Vec<String>, wit::DnsError> {
        let parsed: IpAddr =
            address.parse().map_err(|_| wit::DnsError::Invalid(format!("`{}` is no IP address", plain(address, QUOTED))))?;
        let name = |record| match record {
            wit::RecordData::Name(name) => Some(name),
            _ => None,
        };
        Ok(self.ask(Name::from(parsed), RecordType::PTR).await?.into_iter().filter_map(name).collect())
    }
}

impl wit::Host for DnsContext {
    async fn resolve(
        &mut self,
        name: String,
        record_type: wit::RecordType,
    ) -> wasmtime::Result<Result<Vec<wit::RecordData>, wit::DnsError>> {
        let record_type = match record_type {
            wit::RecordType::A => RecordType::A,
            wit::RecordType::Aaaa => RecordType::AAAA,
            wit::RecordType::Ptr => RecordType::PTR,
            wit::RecordType::Txt => RecordType::TXT,
            wit::RecordType::Mx => RecordType::MX,
            wit::RecordType::Ns => RecordType::NS,
            wit::RecordType::Soa => RecordType::SOA,
        };
        let arguments = || json!({ "name": name, "type": record_type.to_string() });
        let work = async {
            match Name::from_ascii(&name) {
                Ok(parsed) if !name.is_empty() => self.ask(parsed, record_type).await,
                _ => Err(wit::DnsError::Invalid(format!("`{}` is no domain name", plain(&name, QUOTED)))),
            }
        };
        self.boundary.cross("dns.resolve", name.len(), arguments, work).await
    }

    async fn reverse(&mut self, address: String) -> wasmtime::Result<Result<Vec<String>, wit::DnsError>> {
        let arguments = || json!({ "address": address });
        self.boundary.cross("dns.reverse", address.len(), arguments, self.names_of(&address)).await
    }
}

/// What a failed question means.
fn failure(error: &NetError, question: &str) -> wit::DnsError {
    match error {
        NetError::Timeout => {
            wit::DnsError::TimedOut(format!("{question}: no resolver answered in {} s", TIMEOUT.as_secs() * ATTEMPTS as u64))
        }
        NetError::Dns(ServerError::NoRecordsFound(none)) => {
            let code = none.response_code;
            wit::DnsError::NotFound(format!("{question}: there is none ({code})"))
        }
        other => wit::DnsError::Unavailable(format!("{question}: {}", plain(&other.to_string(), QUOTED))),
    }
}

/// The data of a record of the type that was asked for; an alias on the way to it is left out.
fn data(data: &RData, asked: RecordType) -> Option<wit::RecordData> {
    let text = |name: &Name| plain(name.to_ascii().trim_end_matches('.'), 255);
    if data.record_type() != asked {
        return None;
    }
    Some(match data {
        RData::A(address) => wit::RecordData::Address(address.0.to_string()),
        RData::AAAA(address) => wit::RecordData::Address(address.0.to_string()),
        RData::PTR(name) => wit::RecordData::Name(text(&name.0)),
        RData::NS(name) => wit::RecordData::Name(text(&name.0)),
        RData::TXT(strings) => {
            let bytes: Vec<u8> = strings.txt_data.iter().flat_map(|part| part.iter().copied()).collect();
            wit::RecordData::Text(plain(&String::from_utf8_lossy(&bytes), 4_096))
        }
        RData::MX(exchanger) => {
            let exchange = text(&exchanger.exchange);
            wit::RecordData::MailExchanger(wit::MailExchanger { preference: exchanger.preference, exchange })
        }
        RData::SOA(zone) => wit::RecordData::StartOfAuthority(wit::StartOfAuthority {
            primary: text(&zone.mname),
            responsible: text(&zone.rname),
            serial: zone.serial,
        }),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant(lines: &[&str]) -> DnsGrant {
        let lines: Vec<Request> = lines.iter().map(|line| Request::parse("dns", line).expect(line)).collect();
        DnsGrant::new("rdns", &lines)
    }

    #[test]
    fn allowed_denied_and_almost_allowed() {
        let grant = grant(&["PTR *.in-addr.arpa", "TXT,A origin.example"]);
        for (record_type, name) in
            [("PTR", "1.2.0.192.in-addr.arpa"), ("PTR", "1.IN-ADDR.ARPA"), ("A", "origin.example"), ("TXT", "Origin.Example")]
        {
            assert!(grant.check(record_type, name).is_ok(), "{record_type} {name}");
        }
        for (record_type, name) in [
            ("TXT", "1.2.0.192.in-addr.arpa"),
            ("PTR", "in-addr.arpa"),
            ("PTR", "1.evil-in-addr.arpa"),
            ("PTR", "1.in-addr.arpa.evil.example"),
            ("PTR", "1.evil\\.in-addr.arpa"),
            ("PTR", "evil\\046in-addr.arpa"),
            ("A", "sub.origin.example"),
            ("MX", "origin.example"),
        ] {
            assert!(grant.check(record_type, name).is_err(), "{record_type} {name}");
        }
    }

    #[test]
    fn a_denial_shows_the_line_that_would_grant_it() {
        let Err(wit::DnsError::AccessDenied(text)) = grant(&[]).check("TXT", "evil.example") else { panic!("allowed") };
        assert_eq!(text, "DNS TXT evil.example is not granted; to grant it, add [grants.rdns] dns = [\"TXT evil.example\"]");
    }

    #[test]
    fn a_star_is_every_name() {
        assert!(grant(&["A *"]).check("A", "anything.example").is_ok());
    }

    #[test]
    fn every_type_of_record_is_read() {
        use hickory_resolver::proto::rr::rdata::{A, AAAA, MX, NS, PTR, SOA, TXT};

        let name = |text: &str| Name::from_ascii(text).expect("a name");
        let shown = |record: RData| format!("{:?}", data(&record, record.record_type()).expect("is read"));
        assert_eq!(shown(RData::A(A::new(192, 0, 2, 1))), "RecordData::Address(\"192.0.2.1\")");
        assert_eq!(shown(RData::AAAA(AAAA::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1))), "RecordData::Address(\"2001:db8::1\")");
        assert_eq!(shown(RData::PTR(PTR(name("a.example.")))), "RecordData::Name(\"a.example\")");
        assert_eq!(shown(RData::NS(NS(name("ns.example.")))), "RecordData::Name(\"ns.example\")");
        assert_eq!(shown(RData::TXT(TXT::new(vec!["one ".into(), "two".into()]))), "RecordData::Text(\"one two\")");
        let exchanger = shown(RData::MX(MX::new(10, name("mx.example."))));
        assert!(exchanger.contains("preference: 10") && exchanger.contains("exchange: \"mx.example\""), "{exchanger}");
        let zone = shown(RData::SOA(SOA::new(name("ns.example."), name("admin.example."), 7, 1, 1, 1, 1)));
        assert!(zone.contains("primary: \"ns.example\"") && zone.contains("serial: 7"), "{zone}");
        // An alias on the way to the answer is not the answer.
        assert!(data(&RData::NS(NS(name("ns.example."))), RecordType::A).is_none());
    }
}
