//! Guests that speak the canonical ABI by hand, and so can say at the boundary what no compiler would.

use std::fs;

use net_scout_tests::places;
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// What a guest is built for.
#[derive(Clone, Copy)]
pub(crate) struct World<'a> {
    /// The sound guest of `tests/guests/raw`, and the world of net-scout that it is for.
    pub(crate) sound: &'a str,
    /// A package with a world `raw` to be built for in place of that one. It includes that one.
    pub(crate) package: Option<&'a str>,
    /// How its texts are encoded.
    pub(crate) encoding: StringEncoding,
}

impl World<'_> {
    /// The world of net-scout with this name.
    pub(crate) const fn new(name: &'static str) -> Self {
        Self { sound: name, package: None, encoding: StringEncoding::UTF8 }
    }

    /// The component of the sound guest with this text in place of its parts.
    pub(crate) fn component(&self, text: &str) -> Vec<u8> {
        let mut resolve = Resolve::default();
        let (standard, _) = resolve.push_dir(places::root().join("wit")).expect("the interfaces");
        let (package, name) = match self.package {
            None => (standard, self.sound),
            Some(package) => (resolve.push_str("raw.wit", package).expect("a package"), "raw"),
        };
        let world = resolve.select_world(&[package], Some(name)).expect("a world");
        let text = self.module(text);
        let mut module = wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        embed_component_metadata(&mut module, &resolve, world, self.encoding, false).expect("a custom section");
        let component = ComponentEncoder::default().validate(true).module(&module).and_then(|encoder| encoder.encode());
        component.unwrap_or_else(|error| panic!("{error:#}\n{text}"))
    }

    /// What the text imports, the parts of the sound guest that it does not bring itself, and the rest of the text.
    fn module(&self, text: &str) -> String {
        let read = |name: &str| {
            let path = places::root().join("tests/guests/raw").join(format!("{name}.wat"));
            fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        };
        let (imports, rest): (Vec<&str>, Vec<&str>) = text.lines().partition(|line| line.trim_start().starts_with("(import "));
        let sound = read(self.sound) + "\n" + &read("shared");
        let kept = sound.split("\n\n").filter(|part| !exports(part).iter().any(|name| exports(text).contains(name)));
        let kept: Vec<&str> = kept.collect();
        format!("(module\n{}\n{}\n{})", imports.join("\n"), kept.join("\n\n"), rest.join("\n"))
    }
}

/// The names that a text exports.
fn exports(text: &str) -> Vec<&str> {
    text.split("(export \"").skip(1).filter_map(|rest| rest.split('"').next()).collect()
}
