//! The browser that looks at the pages, and what drives it: chromium from Debian, playwright-core and axe-core from npm. The packages are
//! pinned in `tests/web` and stay below `target/`.

use net_scout_tests::places;

use crate::languages::require;
use crate::npm;

/// Installs them, unless that was done.
pub(crate) fn install() -> anyhow::Result<()> {
    require(&[("chromium", "chromium"), ("node", "nodejs"), ("npm", "npm")])?;
    npm::install(&places::browser_steps(), &places::browser_tools())
}
