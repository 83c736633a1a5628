//! The web page of `net-scout serve`: what it is made of, and how it comes to a screen.

use std::process::{Command, Stdio};

use super::accounts::opened;
use crate::config::Config;
use crate::output;
use net_scout_model::clock::{Clock, FixedClock, SystemClock};
use net_scout_web::App;
use net_scout_web::accounts::first_user;

/// The web page, where there is one.
///
/// # Errors
/// When its accounts cannot be used.
pub(super) fn web_page(config: &Config) -> anyhow::Result<Option<App>> {
    if config.listen.is_none() || !config.web {
        return Ok(None);
    }
    if config.state_dir.is_none() {
        output::warning(
            &"there is no web page, because there is no folder for its users: set `state_dir` in the section [serve], or `web = false`",
        );
        return Ok(None);
    }
    let mut accounts = opened(config)?;
    let clock: Box<dyn Clock + Send + Sync> = match config.now {
        Some(now) => Box::new(FixedClock(now)),
        None => Box::new(SystemClock),
    };
    if let Some((name, password)) = first_user(&mut accounts, clock.now())? {
        output::note(&format_args!("log in to the web page as {name} with the password {password}; it is not shown again"));
    }
    Ok(Some(App::new(config.web_options(), config.site(), accounts, clock)))
}

/// Says where the page is, and shows it, where somebody wants that and sits at a desktop.
pub(super) fn open_page(config: &Config, open: bool, url: &str) {
    if !open || !url.starts_with("http") {
        return;
    }
    let url = format!("{url}{}/", config.prefix);
    output::note(&format_args!("the web page is at {url}"));
    if ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty())) {
        let mut browser = Command::new("xdg-open");
        browser.arg(&url).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        if let Err(error) = browser.spawn() {
            output::note(&format_args!("no browser can be started with xdg-open ({error}); open the address yourself"));
        }
    }
}
