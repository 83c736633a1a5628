//! From the bytes of a question to those of its answer: RFC 1035, and RFC 6891 for the size of a datagram.
//!
//! Nothing here may send or sleep.

use std::time::Duration;

use hickory_proto::op::{Edns, Message, MessageType, Metadata, OpCode, ResponseCode};
use hickory_proto::rr::DNSClass;

use super::zone::{DnsZone, plain};

/// The largest datagram that the server says it takes, in bytes: the value of DNS flag day 2020.
const PAYLOAD: u16 = 1_232;
/// The length of a message's header, in bytes.
const HEADER: usize = 12;
/// The bit that tells an answer from a question, in the header's third byte.
const ANSWER_BIT: u8 = 0x80;

/// How a question came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Transport {
    Udp,
    Tcp,
}

/// One question, as the journal keeps it.
#[derive(Clone, Debug)]
pub(super) struct Question {
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) transport: Transport,
}

/// What becomes of a message.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// What was asked, if it could be read.
    pub(super) question: Option<Question>,
    /// The answer, if there is to be one, and after what time.
    pub(super) reply: Option<(Duration, Vec<u8>)>,
}

impl Outcome {
    /// An answer at once.
    fn now(message: &Message) -> Self {
        Self { question: None, reply: message.to_vec().ok().map(|bytes| (Duration::ZERO, bytes)) }
    }
}

/// Reads a question and answers it from the zone.
pub(super) fn answer(zone: &mut DnsZone, bytes: &[u8], transport: Transport) -> Outcome {
    let request = match Message::from_vec(bytes) {
        Ok(request) if request.metadata.message_type == MessageType::Query => request,
        // To answer an answer would be a loop of two servers.
        Ok(_) => return Outcome::default(),
        Err(_) => return malformed(bytes),
    };
    let [query] = request.queries.as_slice() else { return malformed(bytes) };
    let name = query.name.clone();
    let kind = query.query_type;
    let question = Some(Question { name: plain(&name), kind: kind.to_string(), transport });

    let mut message = Message::response(request.metadata.id, request.metadata.op_code);
    message.metadata = Metadata::response_from_request(&request.metadata);
    message.metadata.authoritative = true;
    // It stands in for the resolver of a network, too.
    message.metadata.recursion_available = true;
    message.add_query(query.clone());
    if request.edns.is_some() {
        let mut edns = Edns::new();
        edns.set_max_payload(PAYLOAD);
        message.set_edns(edns);
    }

    let behaviour = zone.behaviour(&name);
    if behaviour.silent {
        return Outcome { question, reply: None };
    }
    if request.metadata.op_code != OpCode::Query {
        message.metadata.response_code = ResponseCode::NotImp;
    } else if query.query_class != DNSClass::IN {
        message.metadata.response_code = ResponseCode::Refused;
    } else if let Some(error) = behaviour.error {
        message.metadata.response_code = error;
    } else if behaviour.failures > 0 {
        message.metadata.response_code = ResponseCode::ServFail;
    } else {
        let found = zone.find(&name, kind);
        message.metadata.response_code = found.code;
        message.add_answers(found.answers);
        message.add_authorities(found.authorities);
    }

    let datagram = match transport {
        Transport::Udp => usize::from(request.max_payload()),
        Transport::Tcp => usize::from(u16::MAX),
    };
    let cut = behaviour.truncated && transport == Transport::Udp;
    let whole = if cut { None } else { message.to_vec().ok().filter(|bytes| bytes.len() <= datagram) };
    let delay = behaviour.delay.unwrap_or_else(|| zone.usual_delay());
    let reply = whole.or_else(|| message.truncate().to_vec().ok()).map(|bytes| (delay, bytes));
    Outcome { question, reply }
}

/// FORMERR, unless the message has no header or is itself an answer.
fn malformed(bytes: &[u8]) -> Outcome {
    let [first, second, flags, ..] = bytes else { return Outcome::default() };
    if bytes.len() < HEADER || flags & ANSWER_BIT != 0 {
        return Outcome::default();
    }
    Outcome::now(&Message::error_msg(u16::from_be_bytes([*first, *second]), OpCode::Query, ResponseCode::FormErr))
}
