//! What `wit/` says, as Rust types and traits. The handles of resources are opaque here: each capability keeps what stands behind its own.

/// The world `rule`.
#[expect(missing_docs, reason = "generated")]
pub mod rule {
    wasmtime::component::bindgen!({
        path: "../../wit",
        world: "rule",
        imports: { default: async | trappable },
        exports: { default: async },
        additional_derives: [serde::Deserialize, serde::Serialize],
    });
}

/// The world `enricher`. What both worlds have is that of [`rule`].
#[expect(missing_docs, reason = "generated")]
pub mod enricher {
    wasmtime::component::bindgen!({
        path: "../../wit",
        world: "enricher",
        imports: { default: async | trappable },
        exports: { default: async },
        additional_derives: [serde::Deserialize, serde::Serialize],
        with: {
            "net-scout:plugin/types": crate::bindings::rule::net_scout::plugin::types,
            "net-scout:plugin/description": crate::bindings::rule::net_scout::plugin::description,
            "net-scout:plugin/log": crate::bindings::rule::net_scout::plugin::log,
            "net-scout:plugin/state": crate::bindings::rule::net_scout::plugin::state,
            "net-scout:plugin/files": crate::bindings::rule::net_scout::plugin::files,
        },
    });
}

/// The world `notifier`. What it has in common with the others is that of [`rule`] and [`enricher`].
#[expect(missing_docs, reason = "generated")]
pub mod notifier {
    wasmtime::component::bindgen!({
        path: "../../wit",
        world: "notifier",
        imports: { default: async | trappable },
        exports: { default: async },
        additional_derives: [serde::Deserialize, serde::Serialize],
        with: {
            "net-scout:plugin/types": crate::bindings::rule::net_scout::plugin::types,
            "net-scout:plugin/description": crate::bindings::rule::net_scout::plugin::description,
            "net-scout:plugin/log": crate::bindings::rule::net_scout::plugin::log,
            "net-scout:plugin/state": crate::bindings::rule::net_scout::plugin::state,
            "net-scout:plugin/http": crate::bindings::enricher::net_scout::plugin::http,
        },
    });
}
