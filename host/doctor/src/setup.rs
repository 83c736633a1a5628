//! A first configuration: what there is on this machine, and the file that follows from it. It only looks; whoever calls it shows the file,
//! asks, and has it written.

mod file;
mod find;
mod machine;
mod write;

use std::net::IpAddr;
use std::path::PathBuf;

use net_scout_model::{Network, Timestamp};
use serde::Serialize;

pub use file::{MAIL, configuration_file, usual_place};
pub use find::find;
pub use write::write_file;

/// Where to look.
#[derive(Clone, Debug)]
pub struct Places {
    /// The root of the file system.
    pub root: PathBuf,
    /// The folder that the program runs in.
    pub folder: PathBuf,
    /// The folder of the user.
    pub home: Option<PathBuf>,
}

/// What there is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Found {
    /// The database.
    pub database: Option<FoundDatabase>,
    /// Other databases that were found.
    pub others: Vec<PathBuf>,
    /// Logs of a firewall or a sensor, which can be imported.
    pub logs: Vec<PathBuf>,
    /// The networks that this machine is in.
    pub networks: Vec<String>,
    /// Whether addresses of these occur in the events.
    pub networks_occur: bool,
    /// The resolvers of the system.
    pub resolvers: Vec<IpAddr>,
    /// Directories with files for plugins: name and path.
    pub directories: Vec<(String, PathBuf)>,
    /// Whether a mail server listens on this machine.
    pub has_mail: bool,
    /// The name of this machine.
    pub host: String,
}

/// A database of net-sentinel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FoundDatabase {
    /// Where it is.
    pub path: PathBuf,
    /// How its events are laid out.
    pub layout: String,
    /// Its newest event.
    pub newest: Option<Timestamp>,
}

/// What the operator decides.
#[derive(Clone, Debug, Default)]
pub struct Choices {
    /// Who gets mail about alerts.
    pub mail_to: Option<String>,
}

impl Found {
    /// The networks as values of the model.
    fn parsed(&self) -> impl Iterator<Item = Network> {
        self.networks.iter().filter_map(|text| text.parse().ok())
    }
}
