//! `net-scout config`: every setting, its value and where it came from.

use serde_json::{Map, Value, json};

use super::{check_filters, runtime, terminal_width};
use crate::config::{Config, Setting};
use crate::output::{Cell, Format, Table};
use crate::{exit, output};
use net_scout_notify::ShownEntry;

/// A line of it.
struct Row {
    name: String,
    value: String,
    from: String,
    meaning: &'static str,
}

/// Shows the configuration, receivers and routes without their secrets. What only plugins know of it is checked behind that.
///
/// # Errors
/// When standard output cannot be written, or the filter of a route names what there is not.
pub fn run(config: &Config, format: Format) -> anyhow::Result<u8> {
    let row = |name: String, Setting { text, source }: &Setting, meaning| Row {
        name,
        value: text.clone(),
        from: source.to_string(),
        meaning,
    };
    let mut rows: Vec<Row> =
        config.settings.iter().map(|(key, setting)| row(key.name.to_owned(), setting, key.meaning)).collect();
    for (rule, parameters) in &config.parameters {
        let name = |parameter: &String| format!("rules.{rule}.{parameter}");
        rows.extend(parameters.iter().map(|(parameter, setting)| row(name(parameter), setting, "a parameter of a plugin")));
    }
    rows.extend(config.notify.entries.iter().map(|ShownEntry { name, text, from }| Row {
        name: name.clone(),
        value: text.clone(),
        from: from.clone(),
        meaning: if name.starts_with("route.") { "who is told of which alerts" } else { "where messages go" },
    }));
    write(&rows, format)?;
    runtime()?.block_on(check_filters(config))?;
    Ok(exit::SUCCESS)
}

fn write(rows: &[Row], format: Format) -> anyhow::Result<()> {
    let mut out = output::stdout();
    match format {
        Format::Table => {
            let mut table = Table::new(&["setting", "value", "from", "meaning"]).compact();
            for Row { name, value, from, meaning } in rows {
                table.row([name, value, from].into_iter().map(Cell::new).chain([Cell::new(*meaning)]).collect());
            }
            table.write(&mut out, terminal_width(format))?;
        }
        Format::Json => {
            let value = |row: &Row| (row.name.clone(), json!({ "value": row.value, "from": row.from }));
            let object: Map<String, Value> = rows.iter().map(value).collect();
            output::write_json(&mut out, &object)?;
        }
        Format::Ndjson => {
            for Row { name, value, from, .. } in rows {
                output::write_json_line(&mut out, &json!({ "setting": name, "value": value, "from": from }))?;
            }
        }
        Format::Csv => {
            let mut writer = output::Csv::new(&mut out);
            writer.line(["setting", "value", "from"])?;
            for Row { name, value, from, .. } in rows {
                writer.line([name, value, from])?;
            }
            writer.flush()?;
        }
    }
    Ok(())
}
