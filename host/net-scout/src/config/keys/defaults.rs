//! Defaults that depend on where, and for whom, the program runs.

use std::path::Path;

/// The keys whose defaults are what is found where the program runs.
pub(crate) const DB_PATH: &str = "db_path";
pub(crate) const PLUGINS: &str = "plugins";

/// `net_sentinel.db` in the folder, else one level up, as the Python program looked for it.
pub(super) fn default_db_path(folder: &Path) -> String {
    const NAME: &str = "net_sentinel.db";
    let above = format!("../{NAME}");
    if !folder.join(NAME).exists() && folder.join(&above).exists() { above } else { format!("./{NAME}") }
}

/// `net-scout/code` in the user's cache folder (XDG Base Directory Specification); empty where there is no home.
pub(super) fn default_cache_dir() -> String {
    let absolute = |name: &str| std::env::var(name).ok().filter(|path| Path::new(path).is_absolute());
    let cache = absolute("XDG_CACHE_HOME").or_else(|| absolute("HOME").map(|home| format!("{home}/.cache")));
    cache.map_or(String::new(), |cache| format!("{cache}/net-scout/code"))
}

/// The state folder that systemd made, else `net-scout` in the user's (XDG Base Directory Specification); empty where there is no home.
pub(super) fn default_state_dir() -> String {
    let absolute = |name: &str| std::env::var(name).ok().filter(|path| Path::new(path).is_absolute());
    let systemd = absolute("STATE_DIRECTORY").and_then(|list| list.split(':').next().map(str::to_owned));
    let state = || absolute("XDG_STATE_HOME").or_else(|| absolute("HOME").map(|home| format!("{home}/.local/state")));
    systemd.or_else(|| state().map(|state| format!("{state}/net-scout"))).unwrap_or_default()
}
