//! `net-scout evaluate`: how well the rules do on events of which the truth is known. It never writes to a database that it is given.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use super::{runtime, terminal_width};
use crate::config::Config;
use crate::exit::UsageError;
use crate::output::{Format, Terminal};
use crate::{exit, output};
use net_scout_ingest::{ImportRequest, import_logs};
use net_scout_lab::evaluate::{
    Data, DataFile, EvaluateError, EvaluateRequest, Evaluated, Sets, evaluate, figures, folder_figures, mistakes,
};
use net_scout_model::Timestamp;
use net_scout_model::time::parse_duration;

/// What the command line says beyond the configuration.
#[derive(Clone, Debug)]
pub struct EvaluateFlags {
    /// What to evaluate on.
    pub data: Data,
    /// Reads how a file of a folder is imported, as on the command line.
    pub import: fn(&Path, &str) -> anyhow::Result<ImportRequest>,
    /// From one scan to the next, as written.
    pub every: String,
    /// Only these rules; empty for all.
    pub rules: Vec<String>,
    /// Show what went wrong, one by one, instead of the figures.
    pub mistakes: bool,
    /// How results are written.
    pub format: Format,
}

/// Evaluates.
///
/// # Errors
/// When the truth file makes no sense, or the database cannot be read. A failing rule is no error: the exit code says so.
pub fn run(config: &Config, flags: EvaluateFlags) -> anyhow::Result<u8> {
    let EvaluateFlags { data, import: arguments, every: step, rules, mistakes: wrong, format } = flags;
    let import = |file: &DataFile, database: &Path| {
        let request = arguments(&file.path, &file.arguments).map_err(|error| UsageError(format!("{error:#}")))?;
        let mut target = config.import_target();
        target.database.path = database.to_owned();
        let now = file.now.or(config.now).unwrap_or(Timestamp::MAXIMUM);
        let failed = |error| EvaluateError::Import { path: file.path.clone(), source: Box::new(error) };
        import_logs(&target, &request, now, &AtomicBool::new(false), &Terminal).map(drop).map_err(failed)
    };
    let request = EvaluateRequest {
        data,
        import: &import,
        options: config.scan_options(),
        plugins: config.plugin_options(),
        since: config.since,
        every: every(&step)?,
        rules,
    };
    let runtime = runtime()?;
    let Evaluated { sets, rules, failed } = runtime.block_on(evaluate(&request, &Terminal))?;
    runtime.shutdown_background();
    let (mut out, width) = (output::stdout(), terminal_width(format));
    match sets {
        Sets::Files(files) if !wrong => output::write_folder_figures(&mut out, &folder_figures(&files), format, width)?,
        Sets::Others(sets) if !wrong => {
            let names: Vec<&str> = rules.iter().map(String::as_str).collect();
            output::write_figures(&mut out, &figures(&sets, &names), format, width)?;
        }
        Sets::Files(files) => {
            let sets: Vec<_> = files.into_iter().map(|(_, set)| set).collect();
            output::write_mistakes(&mut out, &mistakes(&sets), format, width)?;
        }
        Sets::Others(sets) => output::write_mistakes(&mut out, &mistakes(&sets), format, width)?,
    }
    Ok(if failed { exit::PLUGIN_FAILED } else { exit::SUCCESS })
}

/// The step from scan to scan, in microseconds.
fn every(text: &str) -> Result<i64, UsageError> {
    let wrong = || UsageError(format!("--every: `{text}` is not a duration from 1 minute to 7 days, such as 1h or 30 minutes"));
    let step = parse_duration(text).map_err(|_| wrong())?;
    if (60_000_000..=7 * 86_400_000_000).contains(&step) { Ok(step) } else { Err(wrong()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps() {
        assert_eq!(every("1h").expect("an hour"), 3_600_000_000);
        assert_eq!(every("90 minutes").expect("a duration"), 5_400_000_000);
        for text in ["", "2026-03-02", "10s", "8 days", "0h", "often"] {
            assert!(every(text).expect_err(text).0.contains("is not a duration from 1 minute to 7 days"), "{text}");
        }
    }
}
