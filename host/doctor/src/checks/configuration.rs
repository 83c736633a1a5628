//! Whether what the operator wrote is what the program does.

use std::path::Path;

use rustix::fs::{Access, access};

use crate::answer::{Answer, Outcome};
use crate::facts::Facts;
use crate::words::{list, word};
use net_scout_model::plain;

/// The file can be read, and all of it is understood.
pub(super) fn file(facts: &Facts<'_>) -> Outcome {
    let shown = facts.of.file.as_deref().map(|file| file.display().to_string());
    Ok(match (&facts.of.wrong, shown) {
        (Some(wrong), Some(file)) => Answer::wrong(wrong, format!("edit {file}, then `net-scout config` shows what holds")),
        (Some(wrong), None) => Answer::wrong(wrong, "`net-scout config --template` shows every key and its values"),
        (None, Some(file)) => Answer::good(format!("{file} is read")),
        (None, None) => Answer::note("there is no file, the defaults hold", Some("net-scout setup".to_owned())),
    })
}

/// No variable looks like a setting and is none.
pub(super) fn environment(facts: &Facts<'_>) -> Outcome {
    let strangers = &facts.of.strangers;
    let names: Vec<String> = strangers.iter().map(|stranger| plain(&stranger.name, 80)).collect();
    Ok(match strangers.iter().find_map(|stranger| Some((stranger, stranger.nearest.as_ref()?))) {
        Some((stranger, nearest)) => {
            let name = plain(&stranger.name, 80);
            Answer::wrong(format!("{name} is not a setting; {nearest} is"), format!("unset {name}; export {nearest}=..."))
        }
        None if names.is_empty() => Answer::good("every variable NET_SCOUT_* is a setting"),
        None => Answer::note(format!("not settings of net-scout: {}", list(&names)), Some(format!("unset {}", names.join(" ")))),
    })
}

/// What is set for plugins is for plugins that are there, and for parameters that they have.
pub(super) fn parameters(facts: &Facts<'_>) -> Outcome {
    let loaded = facts.loaded()?;
    if let Some(wrong) = loaded.settings.first() {
        return Ok(Answer::wrong(wrong, "`net-scout plugin inspect NAME` lists the parameters of a plugin"));
    }
    let options = &facts.of.options.plugins;
    let is_there = |name: &String| loaded.all.iter().any(|(_, description)| description.name == *name);
    // What a file is called that cannot be loaded is not known: then one of these may be meant.
    let nobody = loaded.refused.is_empty() && loaded.changed.is_empty();
    // Variables of the Python program are for its own enrichers, which need not be there.
    let is_written = |name: &&String| {
        let set = options.parameters.get(*name).into_iter().flatten();
        set.into_iter().any(|(_, written)| !written.from.starts_with("NET_SCOUT_") && !written.from.starts_with("PDNS_"))
    };
    let set = options.parameters.keys().filter(is_written).map(|name| (name, "parameters are set"));
    let granted = options.grants.keys().map(|name| (name, "grants are written"));
    let mut unknown = set.chain(granted).filter(|(name, _)| nobody && !is_there(name));
    Ok(match unknown.next() {
        Some((name, what)) => {
            let names: Vec<&str> = loaded.all.iter().map(|(_, description)| description.name.as_str()).collect();
            let nearest = net_scout_model::nearest(name, names.iter().copied());
            let meant = nearest.map_or_else(|| format!("there are {}", list(&names)), |nearest| format!("{nearest} is there"));
            Answer::wrong(
                format!("{what} for `{}`, and there is no such plugin; {meant}", plain(name, 80)),
                "correct the name in the configuration file; `net-scout plugin list` shows the plugins",
            )
        }
        None => Answer::good("what is set for plugins is for plugins that are there"),
    })
}

/// The directories of `[directories]` are there, can be read and hold files.
pub(super) fn directories(facts: &Facts<'_>) -> Outcome {
    let directories = &facts.of.options.plugins.directories;
    for (name, path) in directories {
        let shown = path.display();
        let mend = || format!("put the files into {shown}, or correct directories.{name} in the configuration file");
        match std::fs::read_dir(path).map(Iterator::count) {
            Err(error) => return Ok(Answer::wrong(format!("directory {name}, {shown}, cannot be read: {error}"), mend())),
            Ok(0) => {
                return Ok(Answer::wrong(format!("directory {name}, {shown}, is empty"), mend()));
            }
            Ok(_) => {}
        }
    }
    let names: Vec<&String> = directories.keys().collect();
    Ok(if names.is_empty() {
        Answer::note("none is configured: GeoIP and lists of threats are not used", Some("net-scout setup".to_owned()))
    } else {
        Answer::good(format!("{} can be read", list(&names)))
    })
}

/// There is a place for compiled plugins.
pub(super) fn cache(facts: &Facts<'_>) -> Outcome {
    let Some(folder) = &facts.of.options.plugins.cache_dir else {
        return Ok(Answer::note("there is no place for compiled plugins: each command compiles them again", None));
    };
    let shown = folder.display();
    // The one that is there, in which the others are made.
    let there = folder.ancestors().find(|path| path.symlink_metadata().is_ok()).unwrap_or(Path::new("/"));
    let mend = || format!("set cache_dir to a folder of this user, or: mkdir -p -m 700 {}", word(&folder.display().to_string()));
    Ok(if !there.is_dir() {
        Answer::wrong(format!("compiled plugins cannot be kept in {shown}: {} is not a folder", there.display()), mend())
    } else if access(there, Access::WRITE_OK | Access::EXEC_OK).is_err() {
        Answer::wrong(format!("compiled plugins cannot be kept in {shown}: {} may not be written", there.display()), mend())
    } else {
        Answer::good(format!("compiled plugins are kept in {shown}"))
    })
}
