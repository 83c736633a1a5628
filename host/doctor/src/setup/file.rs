//! The configuration file that follows from what was found.

use std::fmt::Write as _;
use std::path::Path;

use super::{Choices, Found};

/// The name of the receiver of mail.
pub const MAIL: &str = "mail";

/// The file. What is only a proposal is a comment.
#[must_use]
pub fn configuration_file(found: &Found, choices: &Choices) -> String {
    let mut text = String::from(
        "# Made by `net-scout setup`. `net-scout config --template` shows every key, `net-scout config` what holds, and\n\
         # `net-scout doctor` whether it works.\n\n",
    );
    // Writing to a text does not fail.
    let mut line = |line: String| {
        let _ = writeln!(text, "{line}");
    };
    match &found.database {
        Some(database) => {
            let newest =
                database.newest.map_or("no event yet".to_owned(), |at| format!("the newest event is of {}", at.seconds()));
            line(format!("# {}; {newest}", database.layout));
            line(format!("db_path = {}", quoted(&database.path.display().to_string())));
        }
        None => {
            line("# No database of net-sentinel was found.".to_owned());
            line("# db_path = \"/var/lib/net-sentinel/net_sentinel.db\"".to_owned());
        }
    }
    let own: Vec<String> = found.parsed().map(|network| quoted(&network.to_string())).collect();
    if !own.is_empty() {
        let (mark, why) = if found.networks_occur {
            ("", "# The networks that this machine is in; they occur in the events.")
        } else {
            (
                "# ",
                "# The networks that this machine is in. The events show none of them: without this line they are learned from the events.",
            )
        };
        line(format!("\n{why}\n{mark}local_networks = [{}]", own.join(", ")));
    }
    let resolvers: Vec<String> = found.resolvers.iter().map(|address| quoted(&address.to_string())).collect();
    if !resolvers.is_empty() {
        line("\n# Those of the system are asked where nothing is set:".to_owned());
        line(format!("# dns_servers = [{}]", resolvers.join(", ")));
    }
    if !found.directories.is_empty() {
        line("\n# Files that plugins may be granted".to_owned());
        line("[directories]".to_owned());
        for (name, path) in &found.directories {
            line(format!("{name} = {}", quoted(&path.display().to_string())));
        }
    }
    match &choices.mail_to {
        Some(to) => {
            let host = if found.host.is_empty() { "localhost" } else { &found.host };
            line("\n# The mail server of this machine".to_owned());
            line(format!("[[receiver]]\nname = {}\nkind = \"mail\"\nserver = \"127.0.0.1\"\ntls = \"none\"", quoted(MAIL)));
            line(format!("from = {}\nto = [{}]", quoted(&format!("net-scout@{host}")), quoted(to)));
            line(format!("\n[[route]]\nname = \"severe\"\nfilter = \"severity:>=high\"\nreceivers = [{}]", quoted(MAIL)));
        }
        None => line("\n# Who is told of alerts: docs/notifications.md".to_owned()),
    }
    text
}

fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

/// Where the file belongs: what is for all users of a machine is root's.
#[must_use]
pub fn usual_place(home: Option<&Path>, is_root: bool) -> std::path::PathBuf {
    match home {
        Some(home) if !is_root => home.join(".config/net-scout/net-scout.toml"),
        _ => "/etc/net-scout.toml".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::setup::FoundDatabase;

    #[test]
    fn what_was_found_is_set_and_what_is_doubtful_is_a_comment() {
        let database =
            FoundDatabase { path: "/var/lib/a \"b\".db".into(), layout: "source and destination".to_owned(), newest: None };
        let mut found = Found {
            database: Some(database),
            networks: vec!["192.168.0.0/16".to_owned()],
            directories: vec![("geoip".to_owned(), "/var/lib/GeoIP".into())],
            ..Found::default()
        };
        let doubtful = configuration_file(&found, &Choices::default());
        let table: toml::Table = doubtful.parse().expect("TOML");
        assert_eq!(table["db_path"].as_str(), Some("/var/lib/a \"b\".db"));
        assert!(
            !table.contains_key("local_networks") && doubtful.contains("# local_networks = [\"192.168.0.0/16\"]"),
            "{doubtful}"
        );
        found.networks_occur = true;
        let sure: toml::Table =
            configuration_file(&found, &Choices { mail_to: Some("ops@example.org".to_owned()) }).parse().expect("TOML");
        assert_eq!(sure["local_networks"].as_array().map(Vec::len), Some(1));
        assert_eq!(sure["receiver"][0]["to"][0].as_str(), Some("ops@example.org"));
        assert_eq!(sure["route"][0]["receivers"][0].as_str(), Some(MAIL));
        let nothing = configuration_file(&Found::default(), &Choices::default());
        assert!(nothing.parse::<toml::Table>().expect("TOML").is_empty(), "{nothing}");
    }
}
