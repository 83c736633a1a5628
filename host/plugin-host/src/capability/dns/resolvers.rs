//! The resolvers of a run, and what an answer of one means.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig, ResolverOpts};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError as ServerError, NetError};
use hickory_resolver::proto::rr::{Name, RData, RecordType};
use hickory_resolver::system_conf::read_system_conf;

use super::{QUOTED, wit};
use net_scout_model::plain;

/// How long one question to one resolver may take, and how often it is asked.
const TIMEOUT: Duration = Duration::from_secs(3);
const ATTEMPTS: usize = 2;
/// How many questions may be under way to one resolver.
const UNDER_WAY: usize = 1_024;

/// The resolvers of a run, shared by all plugins.
#[derive(Clone)]
pub struct Resolvers(pub(super) Arc<TokioResolver>);

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

    /// Asks for the name servers of the root, which every resolver knows, to see whether one answers.
    ///
    /// # Errors
    /// Why none does.
    pub async fn probe(&self) -> Result<(), String> {
        match self.0.lookup(Name::root(), RecordType::NS).await {
            Ok(_) | Err(NetError::Dns(ServerError::NoRecordsFound(_))) => Ok(()),
            Err(NetError::Timeout) => Err(format!("no answer in {} s", TIMEOUT.as_secs() * ATTEMPTS as u64)),
            Err(error) => Err(plain(&error.to_string(), QUOTED)),
        }
    }
}

/// The addresses of the system's resolvers; none where it names none, or in a form that cannot be read.
#[must_use]
pub fn system_resolvers() -> Vec<IpAddr> {
    let configured = read_system_conf().map(|(config, _)| config.name_servers().iter().map(|server| server.ip).collect());
    configured.unwrap_or_default()
}

/// What a failed question means.
pub(super) fn failure(error: &NetError, question: &str) -> wit::DnsError {
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
pub(super) fn data(data: &RData, asked: RecordType) -> Option<wit::RecordData> {
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
