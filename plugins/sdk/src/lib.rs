//! Write a net-scout rule in Rust: a `describe`, an `evaluate`, and [`rule!`].
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
//! The crate must never know the host: the two share `wit/` and nothing else.

mod alert;
mod describe;
mod query;
mod time;

/// The bindings that `wit/` gives, for what the rest of the crate does not cover.
#[expect(missing_docs, reason = "generated")]
pub mod bindings {
    wit_bindgen::generate!({
        path: "../../wit",
        world: "rule",
        pub_export_macro: true,
        export_macro_name: "export_rule",
        default_bindings_module: "net_scout_sdk::bindings",
    });
}

pub use alert::{Alert, Error, Severity};
pub use bindings::net_scout::plugin::description::Parameter;
pub use bindings::net_scout::plugin::detection::Window;
pub use bindings::net_scout::plugin::log::{Level, write as log};
pub use bindings::net_scout::plugin::types::Value;
pub use describe::{Arguments, Description};
pub use query::{Cell, Row, Rows, query};
pub use time::format_timestamp;

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
                arguments: Vec<$crate::bindings::net_scout::plugin::detection::Argument>,
            ) -> Result<
                Vec<$crate::bindings::net_scout::plugin::detection::Alert>,
                $crate::bindings::net_scout::plugin::detection::RuleError,
            > {
                let alerts = $evaluate(window, &$crate::Arguments::new(arguments))?;
                Ok(alerts.into_iter().map(Into::into).collect())
            }
        }

        $crate::bindings::export_rule!(Plugin with_types_in $crate::bindings);
    };
}
