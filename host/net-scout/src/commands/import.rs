//! `net-scout import`: firewall logs into a database, for those who have no net-sentinel.

use std::path::PathBuf;

use anyhow::Context as _;

use crate::config::Config;
use crate::output::Progress;
use crate::{exit, output};
use net_scout_import::{DefaultVerdict, Format, ImportOptions, ImportReport, ReadAs};
use net_scout_model::Timestamp;
use net_scout_store::{Database, DatabaseError, ImportedRows};

/// What to import, and how to read it.
#[derive(Clone, Debug)]
pub struct ImportRequest {
    /// The logs; `-` for standard input.
    pub files: Vec<PathBuf>,
    /// What they are read as.
    pub from: ReadAs,
    /// The verdict of lines whose prefix names none.
    pub default_verdict: DefaultVerdict,
    /// The offset of dates without a zone, in seconds east of UTC.
    pub utc_offset_seconds: i32,
}

/// Imports. Lines that cannot be read are counted and the first few shown; that is no error unless nothing could be read.
///
/// # Errors
/// When a file cannot be read, the database cannot be written, or no line of any file is a firewall event.
pub fn run(config: &Config, request: &ImportRequest, now: Timestamp) -> anyhow::Result<u8> {
    for file in &request.files {
        super::not_the_database(config, "import", file)?;
    }
    // Every file must be there before the database is touched.
    let inputs = request
        .files
        .iter()
        .map(|file| {
            let path = (file.as_os_str() != "-").then_some(file.as_path());
            net_scout_import::open(path)
                .with_context(|| format!("the log {} cannot be read", file.display()))
                .map(|input| (file, input))
        })
        .collect::<anyhow::Result<Vec<_>>>()?;
    // A database that does not take events is known before the work; one is only made when there is an event to put into it.
    let mut database = if config.db_path.exists() { Some(open(config, now)?) } else { None };

    let options = ImportOptions {
        now,
        utc_offset_seconds: request.utc_offset_seconds,
        default_verdict: request.default_verdict,
        local_networks: config.local_networks.clone(),
    };
    let (mut events, mut rows) = (0, ImportedRows::default());
    let progress = Progress::new("importing", "rows", 0);
    for (file, mut input) in inputs {
        let mut report = ImportReport::default();
        let mut flush = |batch: Vec<_>| {
            let database = match &mut database {
                Some(database) => database,
                None => database.insert(open(config, now)?),
            };
            let imported = database.import(&batch)?;
            rows.added += imported.added;
            rows.repeated += imported.repeated;
            progress.advance(batch.len() as u64, "");
            Ok::<(), DatabaseError>(())
        };
        net_scout_import::read_log(&mut *input, &request.from, &options, &mut flush, &mut report)
            .with_context(|| format!("importing {} stopped", file.display()))?;
        events += report.events;
        describe(&file.display().to_string(), &report);
    }
    drop(progress);
    if events == 0 {
        anyhow::bail!(nothing(&request.from));
    }
    output::note(&format_args!(
        "{}: {events} events became {} new rows, {} rows that were there count more often now",
        config.db_path.display(),
        rows.added,
        rows.repeated
    ));
    Ok(exit::SUCCESS)
}

fn open(config: &Config, now: Timestamp) -> Result<Database, DatabaseError> {
    let mut database = Database::open_or_create(&config.db_path, &config.alert_table, config.busy_timeout)?;
    database.prepare_import()?;
    database.migrate(now)?;
    Ok(database)
}

/// What to say when no line was an event.
fn nothing(from: &ReadAs) -> String {
    match from {
        ReadAs::Detected => {
            let known: Vec<_> = Format::ALL.into_iter().filter(|format| !format.is_table()).map(Format::name).collect();
            format!(
                "no line is an event of a known format, which are {}; of a table, CSV or NDJSON, say which value is what, such as \
                 --map time=timestamp,src_ip=source,dst_ip=destination,proto=protocol",
                known.join(", ")
            )
        }
        ReadAs::Format(format) => format!("no line is an event of the format {format}; without --from it is detected"),
        ReadAs::Csv(_) | ReadAs::Ndjson(_) | ReadAs::Table(_) => "no row of the table is an event".to_owned(),
    }
}

fn describe(file: &str, report: &ImportReport) {
    let without = match report.without_verdict {
        0 => String::new(),
        count => format!(", {count} without a verdict"),
    };
    let formats = match report.formats.iter().collect::<Vec<_>>().as_slice() {
        [] => String::new(),
        [(format, _)] => format!(" ({format})"),
        several => {
            format!(" ({})", several.iter().map(|(format, count)| format!("{count} {format}")).collect::<Vec<_>>().join(", "))
        }
    };
    output::note(&format_args!("{file}: {} lines, {} events{formats}{without}", report.lines, report.events));
    if !report.others.is_empty() {
        let kinds = report.others.iter().map(|(kind, count)| format!("{count} {kind}")).collect::<Vec<_>>().join(", ");
        output::note(&format_args!("{file}: lines about neither packets nor flows: {kinds}"));
    }
    if report.unreadable > 0 {
        output::warning(&format_args!("{file}: {} lines are no firewall events", report.unreadable));
        for example in &report.examples {
            output::note(&format_args!("  line {}: {}: {}", example.line, example.reason, example.text));
        }
    }
}
