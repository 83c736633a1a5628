//! `net-scout config`: every setting, its value and where it came from.

use serde_json::{Map, Value, json};

use super::terminal_width;
use crate::config::{Config, Setting};
use crate::output::{Cell, Format, Table};
use crate::{exit, output};

/// Shows the configuration.
///
/// # Errors
/// When standard output cannot be written.
pub fn run(config: &Config, format: Format) -> anyhow::Result<u8> {
    let mut rows: Vec<(String, &Setting, &str)> = Vec::new();
    for (key, setting) in &config.settings {
        rows.push((key.name.to_owned(), setting, key.meaning));
    }
    for (rule, parameters) in &config.parameters {
        for (parameter, setting) in parameters {
            rows.push((format!("rules.{rule}.{parameter}"), setting, "a parameter of a plugin"));
        }
    }
    let mut out = output::stdout();
    match format {
        Format::Table => {
            let mut table = Table::new(&["setting", "value", "from", "meaning"]).compact();
            for (name, setting, meaning) in rows {
                table.row(vec![
                    Cell::new(name),
                    Cell::new(&setting.text),
                    Cell::new(setting.source.to_string()),
                    Cell::new(meaning),
                ]);
            }
            table.write(&mut out, terminal_width(format))?;
        }
        Format::Json => {
            let object: Map<String, Value> = rows.into_iter().map(|(name, setting, _)| (name, value(setting))).collect();
            output::write_json(&mut out, &object)?;
        }
        Format::Ndjson => {
            for (name, setting, _) in rows {
                let line = json!({"setting": name, "value": setting.text, "from": setting.source.to_string()});
                output::write_json_line(&mut out, &line)?;
            }
        }
        Format::Csv => {
            let mut writer = output::Csv::new(&mut out);
            writer.line(["setting", "value", "from"])?;
            for (name, setting, _) in rows {
                writer.line([&name, &setting.text, &setting.source.to_string()])?;
            }
            writer.flush()?;
        }
    }
    Ok(exit::SUCCESS)
}

fn value(setting: &Setting) -> Value {
    json!({"value": setting.text, "from": setting.source.to_string()})
}
