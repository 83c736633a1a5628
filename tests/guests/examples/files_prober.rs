//! An enricher that asks `files` and `state` for what it was not granted. What it does depends on the last number of the address.

use net_scout_sdk::{Arguments, Description, EnrichError, Observable, ObservableKind, enricher, files, state};

enricher!(describe, enrich);

fn describe() -> Description {
    Description::enricher("files_prober", "1.0.0", "Asks for what it was not granted", &[ObservableKind::Ip])
        .reads_files("data")
        .keeps_state(64)
}

fn enrich(observable: Observable, _arguments: &Arguments) -> Result<String, EnrichError> {
    let read = |directory: &str, path: &str, length: u32| -> Result<String, EnrichError> {
        Ok(format!("{:?}", String::from_utf8_lossy(&files::open(directory, path)?.read_at(0, length)?)))
    };
    let get = |key: &str| -> Result<String, EnrichError> {
        Ok(state::get(key)?.map_or("null".to_owned(), |value| format!("{:?}", String::from_utf8_lossy(&value))))
    };
    match observable.value.rsplit('.').next().unwrap_or_default() {
        "1" => read("data", "../secret", 100),
        "2" => read("data", "/etc/passwd", 100),
        "3" => read("data", "out", 100),
        "4" => read("other", "file", 100),
        "5" => read("data", "pipe", 100),
        "6" => read("data", "file", (1 << 20) + 1),
        "7" => read("data", "file", 1 << 20),
        "11" => {
            state::set("kept", b"1")?;
            get("kept")
        }
        "12" => get("kept"),
        "13" => {
            state::set("kept", &[b'x'; 61])?;
            get("kept")
        }
        "14" => {
            state::set("kept", b"2")?;
            Err(EnrichError::NotFound("after a change".to_owned()))
        }
        "15" => {
            state::set("kept", b"3")?;
            panic!("after a change")
        }
        "16" => get("theirs"),
        _ => {
            state::remove("kept")?;
            get("kept")
        }
    }
}
