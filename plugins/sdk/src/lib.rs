//! Write a net-scout plugin in Rust: a `describe`, a work function, and [`rule!`], [`enricher!`] or [`notifier!`].
//!
//! ```ignore
//! use net_scout_sdk::{Alert, Arguments, Description, Error, Window, query, rule};
//!
//! rule!(describe, evaluate);
//!
//! fn describe() -> Description {
//!     Description::rule("telnet", env!("CARGO_PKG_VERSION"), "A source that tries Telnet")
//!         .alert_type("telnet")
//!         .reads("events", &["src_ip", "dst_port"])
//! }
//!
//! fn evaluate(_window: Window, _arguments: &Arguments) -> Result<Vec<Alert>, Error> {
//!     let sql = "SELECT src_ip, COUNT(*) FROM events WHERE dst_port = 23 AND src_ip IS NOT NULL GROUP BY src_ip";
//!     query::<(String, i64)>(sql, &[])?
//!         .map(|row| row.map(|(source, tries)| Alert::new("telnet", tries).from(source).evidence("tries", tries)))
//!         .collect()
//! }
//! ```
//!
//! An enricher is alike, with the functions of [`dns`], [`exec`], [`http`], [`files`] and [`state`]. The last two are for rules, too. A
//! notifier has [`http`] and [`state`].
//!
//! The crate must never know the host: the two share `wit/` and nothing else.

mod alert;
mod describe;
mod enrich;
mod network;
mod notify;
mod query;
mod time;

/// The bindings of the world `rule`, for what the rest of the crate does not cover.
#[expect(missing_docs, clippy::too_many_arguments, reason = "generated")]
pub mod bindings {
    wit_bindgen::generate!({
        path: "../../wit",
        world: "rule",
        pub_export_macro: true,
        export_macro_name: "export_rule",
        default_bindings_module: "net_scout_sdk::bindings",
    });
}

/// The bindings of the world `enricher`. What both worlds have is that of [`bindings`].
#[expect(missing_docs, reason = "generated")]
pub mod enricher_bindings {
    wit_bindgen::generate!({
        path: "../../wit",
        world: "enricher",
        pub_export_macro: true,
        export_macro_name: "export_enricher",
        default_bindings_module: "net_scout_sdk::enricher_bindings",
        with: {
            "net-scout:plugin/types@0.1.0": crate::bindings::net_scout::plugin::types,
            "net-scout:plugin/description@0.1.0": crate::bindings::net_scout::plugin::description,
            "net-scout:plugin/files@0.1.0": crate::bindings::net_scout::plugin::files,
            "net-scout:plugin/log@0.1.0": crate::bindings::net_scout::plugin::log,
            "net-scout:plugin/state@0.1.0": crate::bindings::net_scout::plugin::state,
        },
    });
}

/// The bindings of the world `notifier`. What it has in common with the others is that of [`bindings`] and [`enricher_bindings`].
#[expect(missing_docs, clippy::too_many_arguments, reason = "generated")]
pub mod notifier_bindings {
    wit_bindgen::generate!({
        path: "../../wit",
        world: "notifier",
        pub_export_macro: true,
        export_macro_name: "export_notifier",
        default_bindings_module: "net_scout_sdk::notifier_bindings",
        with: {
            "net-scout:plugin/types@0.1.0": crate::bindings::net_scout::plugin::types,
            "net-scout:plugin/description@0.1.0": crate::bindings::net_scout::plugin::description,
            "net-scout:plugin/log@0.1.0": crate::bindings::net_scout::plugin::log,
            "net-scout:plugin/state@0.1.0": crate::bindings::net_scout::plugin::state,
            "net-scout:plugin/http@0.1.0": crate::enricher_bindings::net_scout::plugin::http,
        },
    });
}

pub use alert::{Alert, Error, Severity};
pub use bindings::net_scout::plugin::description::{ObservableKind, Parameter};
pub use bindings::net_scout::plugin::detection::Window;
pub use bindings::net_scout::plugin::files;
pub use bindings::net_scout::plugin::log::{Level, write as log};
pub use bindings::net_scout::plugin::state;
pub use bindings::net_scout::plugin::types::Value;
pub use describe::{Arguments, Description};
pub use enrich::{answered, reversed};
pub use enricher_bindings::net_scout::plugin::enrichment::{EnrichError, Observable};
pub use enricher_bindings::net_scout::plugin::{dns, exec, http};
pub use network::Networks;
pub use notifier_bindings::net_scout::plugin::notification::{Alert as ToldAlert, Message, MessageKind, NotifyError, Receipt};
pub use notify::{NotifierDescription, delivered};
pub use query::{Cell, Row, Rows, Texts, places, query};
pub use time::format_timestamp;

/// Sends the message of a panic to the host's log before the component traps. The macros do it: `describe` may not call the host.
#[doc(hidden)]
pub fn report_panics() {
    std::panic::set_hook(Box::new(|panic| log(Level::Error, &panic.to_string())));
}

/// Makes the crate a rule: names its `describe` and its `evaluate` function.
#[macro_export]
macro_rules! rule {
    ($describe:path, $evaluate:path) => {
        struct Plugin;

        impl $crate::bindings::Guest for Plugin {
            fn describe() -> $crate::bindings::net_scout::plugin::description::Description {
                $describe().into()
            }

            fn evaluate(
                window: $crate::Window,
                arguments: Vec<$crate::bindings::net_scout::plugin::types::Argument>,
            ) -> Result<
                Vec<$crate::bindings::net_scout::plugin::detection::Alert>,
                $crate::bindings::net_scout::plugin::detection::RuleError,
            > {
                $crate::report_panics();
                let alerts = $evaluate(window, &$crate::Arguments::new(arguments))?;
                Ok(alerts.into_iter().map(Into::into).collect())
            }
        }

        $crate::bindings::export_rule!(Plugin with_types_in $crate::bindings);
    };
}

/// Makes the crate an enricher: names its `describe` and its `enrich` function.
#[macro_export]
macro_rules! enricher {
    ($describe:path, $enrich:path) => {
        struct Plugin;

        impl $crate::enricher_bindings::Guest for Plugin {
            fn describe() -> $crate::bindings::net_scout::plugin::description::Description {
                $describe().into()
            }

            fn enrich(
                observable: $crate::Observable,
                arguments: Vec<$crate::bindings::net_scout::plugin::types::Argument>,
            ) -> Result<String, $crate::EnrichError> {
                $crate::report_panics();
                $enrich(observable, &$crate::Arguments::new(arguments))
            }
        }

        $crate::enricher_bindings::export_enricher!(Plugin with_types_in $crate::enricher_bindings);
    };
}

/// Makes the crate a notifier: names its `describe` and its `notify` function.
#[macro_export]
macro_rules! notifier {
    ($describe:path, $notify:path) => {
        struct Plugin;

        impl $crate::notifier_bindings::Guest for Plugin {
            fn describe() -> $crate::notifier_bindings::net_scout::plugin::notification::NotifierDescription {
                $describe().into()
            }

            fn notify(
                message: $crate::Message,
                arguments: Vec<$crate::bindings::net_scout::plugin::types::Argument>,
            ) -> Result<$crate::Receipt, $crate::NotifyError> {
                $crate::report_panics();
                $notify(&message, &$crate::Arguments::new(arguments))
            }
        }

        $crate::notifier_bindings::export_notifier!(Plugin with_types_in $crate::notifier_bindings);
    };
}
