//! What an enrichment came to, and the answers that are kept.

use std::io::{self, Write};

use serde_json::json;

use super::{Cell, Csv, Format, Table, json_text, note, write_json, write_json_line};
use net_scout_detect::enrich::{Enriched, LookedUp};
use net_scout_model::{amount, counted, plain};
use net_scout_store::CachedAnswer;

/// Says what an enrichment came to.
pub fn enriched(enriched: &Enriched, dry_run: bool) {
    let Some(alerts) = enriched.alerts else { return note(&"no alert without enrichment") };
    let Enriched { unreached, lookups, failed, cached, interrupted, .. } = enriched;
    note(&format_args!(
        "{} enriched: {}, {failed} failed, {} from the cache{}{}",
        counted(alerts, "alert"),
        counted(lookups, "lookup"),
        counted(cached, "answer"),
        if dry_run { " (dry run: nothing written)" } else { "" },
        if *interrupted { "; interrupted, what was found is kept" } else { "" },
    ));
    if *unreached > 0 {
        let stay = amount(unreached, "alert stays new", "alerts stay new");
        note(&format_args!("{stay} and will be tried again: nobody outside was reached"));
    }
}

/// Says what is to be known of the answers about one observable: which are from the cache, and who was not asked.
pub fn looked_up(found: &LookedUp, observable: &str) {
    for (kind, at) in &found.kept {
        note(&format_args!("{kind}: an answer of {} from the cache; --refresh asks again", at.seconds()));
    }
    let shown = plain(observable, 100);
    if !found.private.is_empty() {
        let names = found.private.join(", ");
        note(&format_args!("{shown} is a private or reserved address: not asked about it are {names}"));
    }
    if !found.probing.is_empty() {
        note(&format_args!(
            "not run: {}, because of the packets that go to {shown} itself; --probe runs it",
            found.probing.join(", ")
        ));
    }
    if found.is_failure() {
        super::error(&format_args!("every lookup of {shown} failed"));
    }
}

/// Writes answers.
///
/// # Errors
/// When they cannot be written.
pub fn write_answers(out: &mut dyn Write, answers: &[CachedAnswer], format: Format, width: Option<usize>) -> io::Result<()> {
    let object = |answer: &CachedAnswer| json!({"subject": answer.subject, "kind": answer.kind, "result": answer.result, "updated_at": answer.updated_at.seconds()});
    match format {
        Format::Table => {
            let mut table = Table::new(&["subject", "updated", "result"]);
            for answer in answers {
                let (updated, result) = (answer.updated_at.seconds(), answer.result.to_string());
                table.row(vec![Cell::new(&answer.subject), Cell::new(updated), Cell::new(result)]);
            }
            table.write(out, width)
        }
        Format::Json => write_json(out, &answers.iter().map(object).collect::<Vec<_>>()),
        Format::Ndjson => answers.iter().try_for_each(|answer| write_json_line(out, &object(answer))),
        Format::Csv => {
            let mut writer = Csv::new(out);
            writer.line(["subject", "kind", "updated_at", "result"])?;
            for answer in answers {
                writer.line([&answer.subject, &answer.kind, &answer.updated_at.seconds(), &json_text(&answer.result)])?;
            }
            writer.flush()
        }
    }
}
