//! CSV of whatever an attacker wrote: read back identical by a reader that knows nothing of the writer, with no cell that a spreadsheet takes
//! for a formula.

use net_scout::output::Csv;
use net_scout_model::{cell, is_plain};
use proptest::prelude::*;

/// A reader of RFC 4180: records of fields.
fn read(text: &str) -> Vec<Vec<String>> {
    let (mut records, mut record, mut field) = (Vec::new(), Vec::new(), String::new());
    let (mut quoted, mut characters) = (false, text.chars().peekable());
    while let Some(character) = characters.next() {
        match (quoted, character) {
            (true, '"') if characters.peek() == Some(&'"') => field.extend(characters.next()),
            (true, '"') => quoted = false,
            (true, other) => field.push(other),
            (false, '"') => quoted = true,
            (false, ',') => record.push(std::mem::take(&mut field)),
            (false, '\n') => {
                record.push(std::mem::take(&mut field));
                records.push(std::mem::take(&mut record));
            }
            (false, '\r') => {}
            (false, other) => field.push(other),
        }
    }
    assert!(!quoted && field.is_empty() && record.is_empty(), "the last record has no end");
    records
}

fn hostile() -> impl Strategy<Value = String> {
    prop_oneof!["[=+@\",;\n\r\t '|a-z0-9-]{0,30}", "[=+@-](cmd|HYPERLINK|1)\\|?.{0,20}", ".{0,60}", "-?[0-9]{1,9}(\\.[0-9])?"]
}

proptest! {
    #[test]
    fn every_cell_is_read_back_and_none_is_a_formula(lines in prop::collection::vec(prop::collection::vec(hostile(), 1..6), 1..6)) {
        let mut out = Vec::new();
        let mut csv = Csv::new(&mut out);
        for line in &lines {
            csv.line(line).expect("written");
        }
        csv.flush().expect("written");
        let text = String::from_utf8(out).expect("text");
        let expected: Vec<Vec<String>> = lines.iter().map(|line| line.iter().map(|text| cell(text)).collect()).collect();
        let found = read(&text);
        prop_assert_eq!(&found, &expected);
        for one in found.iter().flatten() {
            prop_assert!(one.chars().all(is_plain));
            prop_assert!(!one.starts_with(['=', '+', '-', '@', '\t', '\r']) || one.parse::<f64>().is_ok(), "{}", one);
        }
    }
}
