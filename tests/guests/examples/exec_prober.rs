//! An enricher that was granted `whois {ip}` and runs something else: what, depends on the last number of the address.

use net_scout_sdk::{Arguments, Description, EnrichError, Observable, ObservableKind, enricher, exec};

enricher!(describe, enrich);

fn describe() -> Description {
    Description::enricher("exec_prober", "1.0.0", "Runs what it was not granted", &[ObservableKind::Ip]).runs("whois", &["{ip}"])
}

fn enrich(observable: Observable, _arguments: &Arguments) -> Result<String, EnrichError> {
    let (program, words): (&str, &[&str]) = match observable.value.rsplit('.').next() {
        Some("1") => ("whois", &["-h", "evil.example", "8.8.8.8"]),
        Some("2") => ("whois", &["--help"]),
        Some("3") => ("whois", &["1.2.3.4; id"]),
        Some("4") => ("sh", &["-c", "id"]),
        Some("5") => ("/usr/bin/whois", &["8.8.8.8"]),
        _ => ("whois", &[]),
    };
    let words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
    let output = exec::run(program, &words, None)?;
    Err(EnrichError::Invalid(format!("it ran: {}", output.stdout)))
}
