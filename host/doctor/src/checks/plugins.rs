//! Whether the plugins run, and have what they need.

use std::collections::BTreeMap;

use crate::answer::{Answer, Outcome, Unknown};
use crate::facts::Facts;
use crate::words::list;
use net_scout_model::{Kind, Request, amount, counted};
use net_scout_plugin_host::capability::exec::{advice, find};
use net_scout_serve::status::BENCHED;
use net_scout_store::layout::Layout;

/// What net-scout's own import adds to the columns of net-sentinel.
const ADDED: &str = "tcp_flags";

/// The folder can be read, and every file in it is a plugin.
pub(super) fn files(facts: &Facts<'_>) -> Outcome {
    let folder = facts.of.options.plugins.folder.display();
    let loaded = match facts.plugins() {
        Ok(loaded) => loaded,
        Err(error) => return Ok(Answer::wrong(error, "net-scout plugin extract plugins")),
    };
    Ok(match loaded.refused.as_slice() {
        [] => Answer::good(format!("{} in {folder}", counted(loaded.all.len(), "plugin"))),
        [(file, error), ..] => Answer::wrong(
            format!("{}: {file} {error}", amount(loaded.refused.len(), "file was refused", "files were refused")),
            format!("rm {folder}/{file}"),
        ),
    })
}

/// No plugin differs from what was approved.
pub(super) fn approvals(facts: &Facts<'_>) -> Outcome {
    Ok(match facts.loaded()?.changed.as_slice() {
        [] => Answer::good("no plugin differs from what was approved"),
        [(file, error)] => Answer::wrong(format!("{file} {error}"), format!("net-scout plugin approve {file}")),
        [(file, _), ..] => Answer::wrong(
            format!(
                "{} differ from what was approved, such as {file}; look at them",
                counted(facts.loaded()?.changed.len(), "file")
            ),
            format!("net-scout plugin inspect {file}; net-scout plugin approve"),
        ),
    })
}

/// Rules run.
pub(super) fn rules(facts: &Facts<'_>) -> Outcome {
    let loaded = facts.loaded()?;
    let (running, off) = (loaded.rules.rules.len(), &loaded.rules.off);
    if let Some(refused) = off.iter().find(|off| off.refused) {
        return Ok(Answer::wrong(&refused.reason, format!("net-scout plugin approve {}", refused.name)));
    }
    let failing = facts.opened().map(|opened| opened.status.failing_rules.as_slice()).unwrap_or_default();
    if let Some(benched) = failing.iter().find(|rule| rule.failures >= BENCHED) {
        return Ok(Answer::wrong(
            format!(
                "rule {} is benched, it failed {} in a row: {}",
                benched.rule,
                counted(benched.failures, "time"),
                benched.message
            ),
            format!("net-scout plugin enable {}", benched.rule),
        ));
    }
    if running == 0 && loaded.settings.is_empty() {
        return Ok(Answer::wrong("no rule runs: there will be no alert", "net-scout plugin extract plugins"));
    }
    Ok(match off.as_slice() {
        [] => Answer::good(format!("{} run", counted(running, "rule"))),
        [first, ..] => {
            Answer::note(format!("{} run; {}", counted(running, "rule"), first.reason), Some("net-scout setup".to_owned()))
        }
    })
}

/// The columns that rules read are there.
pub(super) fn columns(facts: &Facts<'_>) -> Outcome {
    let (loaded, table) = (facts.loaded()?, &facts.of.options.scan.table);
    let source = facts.opened()?.database.event_source(table)?;
    let mut missed: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (_, description) in &loaded.all {
        for request in &description.requests {
            let Request::Table { table, columns } = request else { continue };
            let absent =
                source.absent().into_iter().filter(|absent| table == "events" && columns.iter().any(|column| column == absent));
            absent.for_each(|column| missed.entry(column).or_default().push(&description.name));
        }
    }
    let words: Vec<String> = missed.iter().map(|(column, rules)| format!("{column} ({})", list(rules))).collect();
    let evidence = format!("{table} does not have what rules read: {}", words.join("; "));
    let is_usual = |column: &&str| source.layout == Layout::V1 || *column == ADDED;
    Ok(if missed.is_empty() {
        Answer::good("all columns that rules read are there")
    } else if missed.keys().all(is_usual) {
        Answer::note(evidence, None)
    } else {
        Answer::wrong(evidence, "update net-sentinel, which writes these columns")
    })
}

/// Enrichers that are on have what they request.
pub(super) fn enrichers(facts: &Facts<'_>) -> Outcome {
    let loaded = facts.loaded()?;
    let running: Vec<&str> =
        loaded.enrichers.enrichers.iter().map(|approved| approved.enricher.description.name.as_str()).collect();
    let is_enricher = |kind: &Kind| matches!(kind, Kind::Enricher { .. });
    let all = loaded.all.iter().filter(|(_, description)| is_enricher(&description.kind)).count();
    Ok(match loaded.ungranted.as_slice() {
        [] if all == 0 => {
            Answer::note("there is none: nothing is looked up", Some("net-scout plugin extract plugins".to_owned()))
        }
        [] if running.len() < all => {
            Answer::note(format!("{} run; {} are off: what they need is not set", list(&running), all - running.len()), None)
        }
        [] => Answer::good(format!("{} run", list(&running))),
        [first, ..] => {
            let names: Vec<&str> = loaded.ungranted.iter().filter_map(|text| text.split(' ').nth(1)).collect();
            Answer::wrong(first, format!("net-scout plugin approve {}", names.join(" ")))
        }
    })
}

/// The programs that enrichers run are installed.
pub(super) fn programs(facts: &Facts<'_>) -> Outcome {
    let loaded = facts.loaded()?;
    let mut wanted: BTreeMap<&str, &str> = BTreeMap::new();
    for approved in &loaded.enrichers.enrichers {
        let description = &approved.enricher.description;
        for request in &description.requests {
            if let Request::Exec { program, .. } = request {
                wanted.insert(program, &description.name);
            }
        }
    }
    Ok(match wanted.iter().find(|(program, _)| find(program).is_none()) {
        Some((program, enricher)) => {
            Answer::wrong(format!("enricher {enricher} runs {program}, which is not installed"), advice(program))
        }
        None if wanted.is_empty() => Answer::good("no enricher that runs needs one"),
        None => Answer::good(format!("{} are installed", list(&wanted.keys().collect::<Vec<_>>()))),
    })
}

/// A resolver answers.
pub(super) fn dns(facts: &Facts<'_>) -> Outcome {
    let servers = &facts.of.options.enrich.dns_servers;
    let shown: Vec<String> = servers.iter().map(ToString::to_string).collect();
    let shown = if shown.is_empty() { "the system's resolvers".to_owned() } else { list(&shown) };
    match &facts.dns {
        None => Err(Unknown("no enricher that runs asks for names".to_owned())),
        Some(Ok(())) => Ok(Answer::good(format!("{shown} answer"))),
        Some(Err(error)) => {
            let fix = if servers.is_empty() {
                "cat /etc/resolv.conf; or set dns_servers"
            } else {
                "correct dns_servers (NET_SCOUT_DNS_SERVERS)"
            };
            Ok(Answer::wrong(format!("{shown} do not answer: {error}"), fix))
        }
    }
}
