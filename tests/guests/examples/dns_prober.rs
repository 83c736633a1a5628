//! An enricher that asks for what it was not granted: for `8.8.8.8` another record type, for `9.9.9.9` a name outside the pattern, for
//! `1.1.1.1` a name that only looks like one inside. It answers with what the host said.

use net_scout_sdk::dns::{self, RecordType};
use net_scout_sdk::{Arguments, Description, EnrichError, Observable, ObservableKind, enricher};

enricher!(describe, enrich);

fn describe() -> Description {
    Description::enricher("dns_prober", "1.0.0", "Asks for what it was not granted", &[ObservableKind::Ip])
        .asks_dns(&["PTR"], "*.in-addr.arpa")
}

fn enrich(observable: Observable, _arguments: &Arguments) -> Result<String, EnrichError> {
    let answer = match observable.value.as_str() {
        "8.8.8.8" => dns::resolve("8.8.8.8.in-addr.arpa", RecordType::Txt),
        "9.9.9.9" => dns::resolve("secrets.evil.example", RecordType::Ptr),
        "1.1.1.1" => dns::resolve("1.1.1.1.in-addr.arpa.evil.example", RecordType::Ptr),
        _ => dns::resolve("not a name..", RecordType::Ptr),
    };
    Err(answer.map_or_else(EnrichError::from, |_| EnrichError::Invalid("it was answered".to_owned())))
}
