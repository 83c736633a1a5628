//! `net-scout plugin approve` and `revoke`: shows what a plugin is and asks for, and grants it on consent; takes consent back.

use std::collections::BTreeMap;

use super::consent;
use crate::config::Config;
use crate::output::Terminal;
use crate::{exit, output};
use net_scout_plugin_host::{Approvals, LOCK};

/// Approves the plugins that are named, by name or by file, or all of the plugin folder, one after another. `limits` is set for each.
///
/// # Errors
/// When one is not there, or consent is neither given nor can be asked for.
pub fn run(config: &Config, names: &[String], limits: &[(String, String)], yes: bool) -> anyhow::Result<u8> {
    let (options, limits): (_, BTreeMap<_, _>) = (config.plugin_options(), limits.iter().cloned().collect());
    let mut approvals = super::runtime()?.block_on(Approvals::propose(&options, names, limits.clone(), &Terminal))?;
    for proposal in std::mem::take(&mut approvals.proposals) {
        let (artifact, name) = (&proposal.artifact, &proposal.description.name);
        if !approvals.is_approved(&proposal) {
            output::note(&output::plugin_text(&options, artifact, &proposal.description, &limits));
            if let Some(difference) = &proposal.difference {
                output::note(&format_args!("  {} {difference}", artifact.file));
            }
            if !yes && !consent("Approve?", "nobody is there to ask; approve with --yes")? {
                output::note(&format_args!("{name} is not approved"));
                continue;
            }
            approvals.approve(&proposal)?;
        }
        output::note(&format_args!("{name} is approved"));
    }
    Ok(if approvals.refused { exit::PLUGIN_FAILED } else { exit::SUCCESS })
}

/// Takes the approval of plugins back, by name.
///
/// # Errors
/// When one was not approved.
pub fn revoke(config: &Config, names: &[String]) -> anyhow::Result<u8> {
    net_scout_plugin_host::revoke(&config.plugin_options(), names)?;
    for name in names {
        output::note(&format_args!("{name} is no longer approved ({})", config.plugins.join(LOCK).display()));
    }
    Ok(exit::SUCCESS)
}
