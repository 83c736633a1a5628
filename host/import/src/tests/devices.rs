//! Lines as devices write them, each group with its source: firmware of different age, other orders of fields, users, translations, ICMP, IPv6.

use super::*;

const DEVICES: &str = include_str!("devices.txt");

#[test]
fn lines_of_devices() {
    let mut wrong = Vec::new();
    for group in DEVICES.split("\n## ").skip(1) {
        let (name, text) = group.split_once('\n').expect("a name");
        let (expected, lines): (Vec<_>, Vec<_>) = text.lines().partition(|line| line.starts_with("=> "));
        let told = told(&ReadAs::Detected, &lines.join("\n"), &OPTIONS);
        assert_eq!(told.len(), expected.len(), "{name}: {told:#?}");
        let pairs = told.iter().zip(expected.iter().filter_map(|line| line.strip_prefix("=> ")));
        wrong.extend(
            pairs.filter(|(told, expected)| told != expected).map(|(told, expected)| format!("{name}:\n  {told}\n  {expected}")),
        );
    }
    assert!(wrong.is_empty(), "{} are not what they should be:\n{}", wrong.len(), wrong.join("\n"));
}
