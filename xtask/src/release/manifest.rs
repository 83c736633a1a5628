//! What the tools read that make packages: a manifest of Cargo with their tables, from `packaging/manifest.toml` and the list of files.

use std::fmt::Write as _;

use super::files::{File, Kind, of};

/// The manifest.
pub(super) fn manifest(template: &str, files: &[File], version: &str, maintainer: &str) -> String {
    // A text in TOML, in which nothing but these two letters means anything else.
    let maintainer = maintainer.replace('\\', "\\\\").replace('"', "\\\"");
    template
        .replace("@VERSION@", version)
        .replace("@MAINTAINER@", &maintainer)
        .replace("@DEB@", &debian(files))
        .replace("@RPM@", &rpm(files))
}

fn debian(files: &[File]) -> String {
    of(files, Kind::Debian).fold(String::new(), |mut text, file| {
        // What stands in /etc is the operator's by itself.
        let _ = writeln!(text, "    [\"{}\", \"{}\", \"{}\"],", file.source, file.place, file.mode);
        text
    })
}

fn rpm(files: &[File]) -> String {
    of(files, Kind::Rpm).fold(String::new(), |mut text, File { source, place, mode, is_config, .. }| {
        let config = if *is_config { ", config = \"noreplace\"" } else { "" };
        let doc = if place.starts_with("usr/share/doc/") { ", doc = true" } else { "" };
        let _ = writeln!(text, "    {{ source = \"{source}\", dest = \"/{place}\", mode = \"{mode}\"{config}{doc} }},");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::manifest;
    use crate::release::files::parse;

    #[test]
    fn both_tools_get_their_lists() {
        let files = parse("755 usr/bin/a a\n644 etc/a.toml b config deb rpm\n644 usr/share/doc/a/c c rpm\n").expect("a list");
        let text = manifest("v @VERSION@ \"@MAINTAINER@\"\n[\n@DEB@]\n[\n@RPM@]\n", &files, "1.2.3", "A \"B\" <c@d>");
        assert_eq!(
            text,
            "v 1.2.3 \"A \\\"B\\\" <c@d>\"\n[\n    [\"a\", \"usr/bin/a\", \"755\"],\n    [\"b\", \"etc/a.toml\", \"644\"],\n]\n[\n\
             \x20   { source = \"a\", dest = \"/usr/bin/a\", mode = \"755\" },\n\
             \x20   { source = \"b\", dest = \"/etc/a.toml\", mode = \"644\", config = \"noreplace\" },\n\
             \x20   { source = \"c\", dest = \"/usr/share/doc/a/c\", mode = \"644\", doc = true },\n]\n"
        );
    }
}
