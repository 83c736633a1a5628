//! A rule that asks `files` for what it was not granted. What it does depends on its parameter; what it was given becomes evidence.

use net_scout_sdk::{Alert, Arguments, Description, Error, Parameter, Window, files, rule};

rule!(describe, evaluate);

fn describe() -> Description {
    Description::rule("files_reader", "1.0.0", "Asks for what it was not granted")
        .alert_type("read")
        .parameter(Parameter::line("open", "data file", 200, "A directory and a path in it"))
        .parameter(Parameter::integer("length", 100, 0..=i64::from(u32::MAX), "How many bytes to read"))
        .parameter(Parameter::integer("kept_open", 0, 0..=1_000, "How many more times to open it"))
        .reads_files("data")
}

fn evaluate(_window: Window, arguments: &Arguments) -> Result<Vec<Alert>, Error> {
    let (directory, path) = arguments.text("open")?.split_once(' ').unwrap_or_default();
    let failed = |error: files::FilesError| Error::Failed(format!("{error:?}"));
    let mut open = Vec::new();
    for _ in 0..arguments.integer("kept_open")? {
        open.push(files::open(directory, path).map_err(failed)?);
    }
    if path == "*" {
        return Ok(vec![Alert::new("read", 10).evidence("names", files::list(directory).map_err(failed)?)]);
    }
    let file = files::open(directory, path).map_err(failed)?;
    let bytes = file.read_at(0, arguments.integer("length")? as u32).map_err(failed)?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    Ok(vec![Alert::new("read", 10).evidence("text", text).evidence("size", file.size() as i64)])
}
