//! Objects of one kind in every format.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Value;

use super::{Csv, Format, Table, json_text, write_json, write_json_line};

/// Writes objects that have the same members, which are the columns of CSV; for people as a table.
///
/// # Errors
/// When they cannot be written.
pub fn write_objects<T: Serialize>(
    out: &mut dyn Write,
    objects: &[T],
    format: Format,
    width: Option<usize>,
    table: impl FnOnce() -> Table,
) -> io::Result<()> {
    match format {
        Format::Table => table().write(out, width),
        Format::Json => write_json(out, &objects),
        Format::Ndjson => objects.iter().try_for_each(|object| write_json_line(out, object)),
        Format::Csv => {
            let mut writer = Csv::new(out);
            for (index, object) in objects.iter().enumerate() {
                let Value::Object(members) = serde_json::to_value(object)? else { continue };
                if index == 0 {
                    writer.line(members.keys())?;
                }
                let text = |value: &Value| match value {
                    Value::String(text) => text.clone(),
                    Value::Null => String::new(),
                    other => json_text(other),
                };
                writer.line(members.values().map(text))?;
            }
            writer.flush()
        }
    }
}
