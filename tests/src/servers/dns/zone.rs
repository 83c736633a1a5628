//! What a [`DnsServer`](super::DnsServer) knows, and how it behaves when asked for it.

use std::collections::HashMap;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use anyhow::Context as _;
use hickory_proto::op::ResponseCode;
use hickory_proto::rr::rdata::{A, AAAA, CNAME, MX, NS, PTR, SOA, TXT};
use hickory_proto::rr::{Name, RData, Record, RecordType};

/// Time to live of every record, in seconds, unless [`DnsZone::ttl`] says another.
const TTL: u32 = 300;
/// The longest character string of a TXT record, in bytes: RFC 1035, 3.3.
const STRING: usize = 255;
/// How many aliases are followed.
const ALIASES: usize = 8;
/// Refresh, retry and expire of every SOA record, in seconds. No test looks at them.
const SECONDARY: (i32, i32, i32) = (7_200, 3_600, 1_209_600);

/// Names of addresses that no record was given for.
type Generator = Box<dyn Fn(IpAddr) -> Option<String> + Send>;

/// Records, and names that misbehave. It answers for every name there is: without a record a name does not exist.
///
/// Wherever a name is taken, an IP address stands for its reverse name: `192.0.2.1` for `1.2.0.192.in-addr.arpa`. Names are
/// absolute with or without the last dot, and case does not count. A name that cannot be one is reported when the server starts.
pub struct DnsZone {
    names: HashMap<Name, Entry>,
    generator: Option<Generator>,
    delay: Duration,
    ttl: u32,
    fault: Option<anyhow::Error>,
}

/// One name.
#[derive(Clone, Debug, Default)]
struct Entry {
    records: Vec<RData>,
    behaviour: Behaviour,
}

/// How a name is answered for.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Behaviour {
    /// Always this error.
    pub(super) error: Option<ResponseCode>,
    /// How many questions are still to be answered with SERVFAIL.
    pub(super) failures: u32,
    /// No answer at all.
    pub(super) silent: bool,
    /// Over UDP, no records but the sign that there are some.
    pub(super) truncated: bool,
    /// How long the answer takes, where it is not the zone's delay.
    pub(super) delay: Option<Duration>,
}

/// What the zone says to a question.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) code: ResponseCode,
    pub(super) answers: Vec<Record>,
    pub(super) authorities: Vec<Record>,
}

impl Default for DnsZone {
    fn default() -> Self {
        Self { names: HashMap::new(), generator: None, delay: Duration::ZERO, ttl: TTL, fault: None }
    }
}

impl fmt::Debug for DnsZone {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("DnsZone").field("names", &self.names).field("delay", &self.delay).finish_non_exhaustive()
    }
}

impl DnsZone {
    /// A zone in which no name exists.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A PTR record: the name of an address. Called again, the address has several.
    #[must_use]
    pub fn ptr(self, address: &str, host: &str) -> Self {
        self.with(address, absolute(host).map(|host| RData::PTR(PTR(host))))
    }

    /// A PTR record for every address that has no record of its own and for which `generator` gives a name that DNS can carry.
    #[must_use]
    pub fn ptr_for_all(mut self, generator: impl Fn(IpAddr) -> Option<String> + Send + 'static) -> Self {
        self.generator = Some(Box::new(generator));
        self
    }

    /// An A record.
    #[must_use]
    pub fn a(self, name: &str, address: Ipv4Addr) -> Self {
        self.with(name, Ok(RData::A(A(address))))
    }

    /// An AAAA record.
    #[must_use]
    pub fn aaaa(self, name: &str, address: Ipv6Addr) -> Self {
        self.with(name, Ok(RData::AAAA(AAAA(address))))
    }

    /// A TXT record. A text of more than 255 bytes becomes several strings of one record, as elsewhere.
    #[must_use]
    pub fn txt(self, name: &str, text: &str) -> Self {
        let strings = if text.is_empty() { vec![&[][..]] } else { text.as_bytes().chunks(STRING).collect() };
        self.with(name, Ok(RData::TXT(TXT::from_bytes(strings))))
    }

    /// An MX record.
    #[must_use]
    pub fn mx(self, name: &str, preference: u16, exchange: &str) -> Self {
        self.with(name, absolute(exchange).map(|exchange| RData::MX(MX::new(preference, exchange))))
    }

    /// An NS record.
    #[must_use]
    pub fn ns(self, name: &str, server: &str) -> Self {
        self.with(name, absolute(server).map(|server| RData::NS(NS(server))))
    }

    /// An SOA record. It also goes with the denial of every name below, where otherwise that of the root does.
    #[must_use]
    pub fn soa(self, name: &str, primary: &str, contact: &str, serial: u32) -> Self {
        let data = absolute(primary).and_then(|primary| Ok(RData::SOA(soa(primary, absolute(contact)?, serial))));
        self.with(name, data)
    }

    /// A CNAME record. Whoever asks for the alias is given it and the records of `target`.
    #[must_use]
    pub fn cname(self, alias: &str, target: &str) -> Self {
        self.with(alias, absolute(target).map(|target| RData::CNAME(CNAME(target))))
    }

    /// Answers every question for this name with SERVFAIL.
    #[must_use]
    pub fn servfail(self, name: &str) -> Self {
        self.behave(name, |behaviour| behaviour.error = Some(ResponseCode::ServFail))
    }

    /// Answers every question for this name with REFUSED.
    #[must_use]
    pub fn refused(self, name: &str) -> Self {
        self.behave(name, |behaviour| behaviour.error = Some(ResponseCode::Refused))
    }

    /// Answers the first `times` questions for this name with SERVFAIL, the others as usual.
    #[must_use]
    pub fn fails_times(self, name: &str, times: u32) -> Self {
        self.behave(name, |behaviour| behaviour.failures = times)
    }

    /// Never answers a question for this name.
    #[must_use]
    pub fn silent(self, name: &str) -> Self {
        self.behave(name, |behaviour| behaviour.silent = true)
    }

    /// Answers questions for this name after `delay`, whatever [`delay`](Self::delay) says.
    #[must_use]
    pub fn slow(self, name: &str, delay: Duration) -> Self {
        self.behave(name, |behaviour| behaviour.delay = Some(delay))
    }

    /// Answers questions for this name over UDP without records but with the TC bit, over TCP in full.
    #[must_use]
    pub fn truncated(self, name: &str) -> Self {
        self.behave(name, |behaviour| behaviour.truncated = true)
    }

    /// Answers every question after `delay`. Questions do not wait for each other.
    #[must_use]
    pub fn delay(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// The time to live of every record and every denial, in seconds. Otherwise it is 300.
    #[must_use]
    pub fn ttl(mut self, seconds: u32) -> Self {
        self.ttl = seconds;
        self
    }

    /// The zone, if everything in it can be sent.
    pub(super) fn checked(mut self) -> anyhow::Result<Self> {
        match self.fault.take() {
            Some(fault) => Err(fault),
            None => Ok(self),
        }
    }

    /// How long an answer takes, unless its name says otherwise.
    pub(super) fn usual_delay(&self) -> Duration {
        self.delay
    }

    /// How this question for `name` is to be answered. A failure that is not meant to last is used up by that.
    pub(super) fn behaviour(&mut self, name: &Name) -> Behaviour {
        let Some(entry) = self.names.get_mut(name) else { return Behaviour::default() };
        let behaviour = entry.behaviour;
        entry.behaviour.failures = behaviour.failures.saturating_sub(1);
        behaviour
    }

    /// The records of a name and a type.
    pub(super) fn find(&self, name: &Name, kind: RecordType) -> Found {
        let mut answers = Vec::new();
        let mut owner = name.clone();
        let mut exists = false;
        for _ in 0..ALIASES {
            let records = self.records(&owner);
            exists = !records.is_empty();
            let matching = records.iter().filter(|data| data.record_type() == kind);
            let before = answers.len();
            answers.extend(matching.map(|data| self.record(owner.clone(), data.clone())));
            let alias = records.iter().find_map(|data| match data {
                RData::CNAME(CNAME(target)) => Some(target.clone()),
                _ => None,
            });
            match alias {
                Some(target) if answers.len() == before => {
                    answers.push(self.record(owner, RData::CNAME(CNAME(target.clone()))));
                    owner = target;
                }
                _ => break,
            }
        }
        let denied = !answers.iter().any(|record| record.record_type() == kind);
        Found {
            code: if exists { ResponseCode::NoError } else { ResponseCode::NXDomain },
            answers,
            authorities: if denied { vec![self.denial(&owner)] } else { Vec::new() },
        }
    }

    /// The records of a name; none where it does not exist.
    fn records(&self, owner: &Name) -> Vec<RData> {
        if let Some(entry) = self.names.get(owner)
            && !entry.records.is_empty()
        {
            return entry.records.clone();
        }
        let generated = self.generator.as_ref().and_then(|generator| absolute(&generator(address(owner)?)?).ok());
        generated.map(|host| RData::PTR(PTR(host))).into_iter().collect()
    }

    /// The SOA record that goes with a denial of `denied`: that of the nearest zone around it.
    fn denial(&self, denied: &Name) -> Record {
        let mut zone = denied.clone();
        loop {
            let entry = self.names.get(&zone);
            let found = entry.and_then(|entry| entry.records.iter().find(|data| data.record_type() == RecordType::SOA));
            if let Some(data) = found {
                return self.record(zone, data.clone());
            }
            if zone.is_root() {
                return self.record(zone, RData::SOA(soa(Name::root(), Name::root(), 1)));
            }
            zone = zone.base_name();
        }
    }

    /// A record as it is sent.
    fn record(&self, owner: Name, mut data: RData) -> Record {
        if let RData::SOA(soa) = &mut data {
            soa.minimum = self.ttl;
        }
        Record::from_rdata(owner, self.ttl, data)
    }

    /// With one more record.
    fn with(mut self, owner: &str, data: anyhow::Result<RData>) -> Self {
        match absolute(owner).and_then(|owner| Ok((owner, data?))) {
            Ok((owner, data)) => self.names.entry(owner).or_default().records.push(data),
            Err(fault) => self.fault = self.fault.or(Some(fault)),
        }
        self
    }

    /// With another behaviour of a name.
    fn behave(mut self, owner: &str, change: impl FnOnce(&mut Behaviour)) -> Self {
        match absolute(owner) {
            Ok(owner) => change(&mut self.names.entry(owner).or_default().behaviour),
            Err(fault) => self.fault = self.fault.or(Some(fault)),
        }
        self
    }
}

/// How a name is written in the journal: in lower case, without the last dot.
pub(super) fn plain(name: &Name) -> String {
    let text = name.to_lowercase().to_ascii();
    text.strip_suffix('.').filter(|text| !text.is_empty()).map_or_else(|| text.clone(), str::to_owned)
}

/// An absolute name; that of the reverse zone where an IP address is given.
pub(super) fn absolute(text: &str) -> anyhow::Result<Name> {
    let mut name = match text.parse::<IpAddr>() {
        Ok(address) => Name::from(address),
        Err(_) => Name::from_ascii(text).with_context(|| format!("{text:?} is not a name that DNS can carry"))?,
    };
    name.set_fqdn(true);
    Ok(name)
}

/// The address whose reverse name this is; none for other names and for those of whole networks.
fn address(name: &Name) -> Option<IpAddr> {
    let network = name.parse_arpa_name().ok()?;
    (network.prefix_len() == network.max_prefix_len()).then(|| network.addr())
}

/// An SOA record. How long a denial lives is filled in when it is sent.
fn soa(primary: Name, contact: Name, serial: u32) -> SOA {
    let (refresh, retry, expire) = SECONDARY;
    SOA::new(primary, contact, serial, refresh, retry, expire, TTL)
}
