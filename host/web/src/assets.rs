//! Style sheets, scripts and pictures. Each is served under a name with its digest, so that a browser may keep it for ever.

use std::sync::LazyLock;

use axum::Router;
use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use net_scout_model::hex;
use sha2::{Digest as _, Sha256};

use crate::app::{App, Site};
use crate::problem::Problem;

/// A file.
struct Asset {
    name: &'static str,
    kind: &'static str,
    content: &'static [u8],
}

/// The files: what the pages need is added here.
const ASSETS: [Asset; 3] = [
    Asset { name: "style.css", kind: "text/css; charset=utf-8", content: include_bytes!("../assets/style.css") },
    Asset { name: "app.js", kind: "text/javascript; charset=utf-8", content: include_bytes!("../assets/app.js") },
    Asset { name: "icon.svg", kind: "image/svg+xml", content: include_bytes!("../assets/icon.svg") },
];

/// The names under which they are served: `0123456789abcdef-style.css`.
static SERVED: LazyLock<Vec<String>> =
    LazyLock::new(|| ASSETS.iter().map(|asset| format!("{}-{}", hex(&Sha256::digest(asset.content)[..8]), asset.name)).collect());

/// The path of a file; that of nothing where there is none, which a test finds.
pub(crate) fn href(site: &Site, name: &str) -> String {
    let place = ASSETS.iter().position(|asset| asset.name == name);
    format!("{}/assets/{}", site.prefix, place.map_or(name, |place| &SERVED[place]))
}

pub(crate) fn router() -> Router<App> {
    Router::new().route("/assets/{name}", get(serve))
}

async fn serve(Path(name): Path<String>) -> Response {
    let Some(place) = SERVED.iter().position(|served| *served == name) else {
        return Problem::not_found("there is no such file").fix("reload the page: its files have changed").into_response();
    };
    let asset = &ASSETS[place];
    let headers = [(CONTENT_TYPE, asset.kind), (CACHE_CONTROL, "public, max-age=31536000, immutable")];
    (headers, asset.content).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_a_digest() {
        let site = Site { prefix: "/scout".to_owned(), ..Site::default() };
        let href = href(&site, "style.css");
        assert!(href.starts_with("/scout/assets/") && href.ends_with("-style.css"), "{href}");
        assert_eq!(href.len(), "/scout/assets/0123456789abcdef-style.css".len());
    }
}
