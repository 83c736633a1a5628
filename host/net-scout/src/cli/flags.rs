//! What the command line sets of the configuration.

use super::*;

/// Where a page is that somebody wants to see, and does not say where.
const USUAL_ADDRESS: &str = "127.0.0.1:9377";

/// What the command line sets.
pub(super) fn flags(cli: &Cli) -> Flags {
    let Global { db_path, config: _, alert_table, busy_timeout, verbose, log_level, log_file, log_format, color: _ } =
        &cli.global;
    let said = |name: &'static str, text: &Option<String>| text.as_ref().map(|text| Setting::flag(name, text));
    let loud = match verbose {
        0 => None,
        1 => Some(Setting::flag("--verbose", "info")),
        _ => Some(Setting::flag("--verbose", "debug")),
    };
    let mut flags = Flags {
        db_path: said("--db-path", db_path),
        alert_table: said("--alert-table", alert_table),
        busy_timeout: said("--busy-timeout", busy_timeout),
        log_level: said("--log-level", log_level).or(loud),
        log_file: said("--log-file", log_file),
        log_format: said("--log-format", log_format),
        ..Flags::default()
    };
    if let Command::Scan(ScanArgs { max_alerts, .. }) | Command::Evaluate(EvaluateArgs { max_alerts, .. }) = &cli.command {
        flags.max_alerts = said("--max-alerts", max_alerts);
    }
    match &cli.command {
        Command::Scan(ScanArgs { window: WindowArgs { since, table, .. }, .. })
        | Command::Explain(ExplainArgs { window: WindowArgs { since, table, .. }, .. })
        | Command::Evaluate(EvaluateArgs { since, table, .. }) => {
            flags.since = said("--since", since);
            flags.table = said("--table", table);
        }
        _ => {}
    }
    let set: &[_] = match &cli.command {
        Command::Scan(args) => {
            flags.plugins = said("--plugins", &args.plugins);
            flags.group = args.no_group.then(|| Setting::flag("--no-group", "false"));
            &args.set
        }
        Command::Serve(args) => {
            flags.plugins = said("--plugins", &args.plugins);
            flags.since = said("--since", &args.since);
            flags.schedule_scan = said("--every", &args.every);
            let usual = args.open.then(|| Setting::flag("--open", USUAL_ADDRESS));
            flags.listen = said("--listen", &args.listen).or(usual);
            &args.set
        }
        Command::Explain(ExplainArgs { plugins, .. })
        | Command::Enrich(EnrichArgs { plugins, .. })
        | Command::Lookup(LookupArgs { plugins, .. })
        | Command::Cache(CacheArgs { plugins, .. })
        | Command::Evaluate(EvaluateArgs { plugins, .. }) => {
            flags.plugins = said("--plugins", &plugins.folder.plugins);
            &plugins.set
        }
        Command::Plugin(command) => {
            flags.plugins = command.folder().and_then(|folder| said("--plugins", &folder.plugins));
            &[]
        }
        _ => &[],
    };
    flags.parameters = set.to_vec();
    flags
}
