//! `dns`: questions to the configured resolvers, for granted record types and names.

mod grant;
mod resolvers;

use std::net::IpAddr;

use hickory_resolver::proto::rr::{Name, RecordType};
use serde_json::json;
use wasmtime::component::{HasSelf, Linker};

use super::interface::{Call, Capability, World, wit_request};
use crate::bindings::enricher::net_scout::plugin::dns as wit;
use crate::host_calls::{HostCalls, Passed, failure};
use net_scout_model::{Request, plain};

pub use grant::DnsGrant;
pub use resolvers::{Resolvers, system_resolvers};
use resolvers::{data, failure};

/// The most records of an answer.
const RECORDS: usize = 256;
/// How much of a name stands in an error, in characters.
const QUOTED: usize = 100;

/// The questions of one call.
pub struct DnsContext {
    grant: DnsGrant,
    resolvers: Option<Resolvers>,
    host_calls: HostCalls,
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

impl Capability for DnsContext {
    const NAME: &'static str = "dns";
    const WORLDS: &'static [World] = &[World::Enricher];

    type Grant = DnsGrant;
    type Shared = Resolvers;

    fn requested(asked: &wit_request::Request, _world: World) -> Option<Result<Request, String>> {
        let wit_request::Request::Dns(wit_request::DnsRequest { types, names }) = asked else { return None };
        Some(Ok(Request::Dns { types: types.clone(), names: names.clone() }))
    }

    fn words(request: &Request) -> Option<String> {
        matches!(request, Request::Dns { .. }).then(|| format!("it requests DNS lookups: {request}"))
    }

    fn grant(plugin: &str, granted: &[Request]) -> DnsGrant {
        DnsGrant::new(plugin, granted)
    }

    fn context(grant: &DnsGrant, resolvers: Option<&Resolvers>, call: &Call<'_>) -> Self {
        Self { grant: grant.clone(), resolvers: resolvers.cloned(), host_calls: call.host_calls.clone() }
    }

    fn link<T: Send + 'static>(linker: &mut Linker<T>, context: fn(&mut T) -> &mut Self) -> wasmtime::Result<()> {
        wit::add_to_linker::<T, HasSelf<Self>>(linker, context)
    }
}

impl DnsContext {
    async fn ask(&self, mut name: Name, record_type: RecordType) -> Result<Vec<wit::RecordData>, wit::DnsError> {
        let shown = name.to_ascii();
        let shown = shown.trim_end_matches('.');
        let pattern = self.grant.check(&record_type.to_string(), shown)?;
        let Some(resolvers) = &self.resolvers else { return Err(wit::DnsError::Unavailable("there is no resolver".to_owned())) };
        name.set_fqdn(true);
        self.host_calls.reached(format!("DNS {pattern}"), shown.len(), 0);
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
        let parsed: IpAddr = address
            .parse()
            .map_err(|_| wit::DnsError::Invalid(format!("`{}` is not a valid IP address", plain(address, QUOTED))))?;
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
                _ => Err(wit::DnsError::Invalid(format!("`{}` is not a domain name", plain(&name, QUOTED)))),
            }
        };
        self.host_calls.make("dns.resolve", name.len(), arguments, work).await
    }

    async fn reverse(&mut self, address: String) -> wasmtime::Result<Result<Vec<String>, wit::DnsError>> {
        let arguments = || json!({ "address": address });
        self.host_calls.make("dns.reverse", address.len(), arguments, self.names_of(&address)).await
    }
}
