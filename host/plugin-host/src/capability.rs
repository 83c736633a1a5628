//! What a plugin may be given: one folder for each capability, and one list of them. The grant is checked in the folder and nowhere else,
//! and no capability knows another.

pub mod dns;
pub mod exec;
pub mod files;
pub mod http;
mod interface;
pub mod log;
pub mod query;
pub mod state;

use wasmtime::component::Linker;

use interface::wit_request;
pub use interface::{Call, Capability, World};
use net_scout_model::Request;

/// Makes of the list of capabilities what the runtime needs of all of them.
macro_rules! capabilities {
    ($($(#[$meaning:meta])* $name:ident: $context:ty,)*) => {
        /// What the calls of a run share, each capability's own. One that is left out does nothing.
        #[derive(Clone, Default)]
        pub struct Shared {
            $($(#[$meaning])* pub $name: Option<<$context as Capability>::Shared>,)*
        }

        /// What a plugin was granted.
        #[derive(Clone, Default)]
        pub(crate) struct Grants {
            $(pub(crate) $name: <$context as Capability>::Grant,)*
        }

        impl Grants {
            /// Of these lines.
            pub(crate) fn new(plugin: &str, granted: &[Request]) -> Self {
                Self { $($name: <$context>::grant(plugin, granted),)* }
            }
        }

        /// What one call of a guest has.
        pub(crate) struct Contexts {
            $(pub(crate) $name: $context,)*
        }

        impl Contexts {
            /// Within these grants.
            pub(crate) fn new(grants: &Grants, shared: &Shared, call: &Call<'_>) -> Self {
                Self { $($name: <$context>::context(&grants.$name, shared.$name.as_ref(), call),)* }
            }
        }

        /// Adds what components of this world may import.
        pub(crate) fn link<T: AsMut<Contexts> + Send + 'static>(linker: &mut Linker<T>, world: World) -> wasmtime::Result<()> {
            $(if <$context>::WORLDS.contains(&world) {
                <$context>::link(linker, |data| &mut data.as_mut().$name)?;
            })*
            Ok(())
        }

        /// The interfaces that components of this world may import.
        pub(crate) fn imports(world: World) -> Vec<&'static str> {
            let all = [$((<$context>::NAME, <$context>::WORLDS),)*];
            all.into_iter().filter(|(_, worlds)| worlds.contains(&world)).map(|(name, _)| name).collect()
        }

        /// The request that stands in a description of a plugin of this world; the error says what is wrong with it.
        pub(crate) fn requested(asked: &wit_request::Request, world: World) -> Result<Request, String> {
            $(if let Some(request) = <$context>::requested(asked, world) {
                let request = request?;
                if <$context>::WORLDS.contains(&world) {
                    return Ok(request);
                }
                return Err(format!("it requests {}, which no plugin of its kind is given", request.capability()));
            })*
            Err("it requests what no capability is".to_owned())
        }

        /// What a request asks for, in plain words.
        #[must_use]
        pub fn words(request: &Request) -> String {
            if let Some(field) = request.field() {
                return format!("it requests to be told {}", field.words());
            }
            $(if let Some(words) = <$context>::words(request) {
                return words;
            })*
            request.line()
        }
    };
}

// The list. Where a message names capabilities, they come in this order.
capabilities! {
    /// The state of the database, and what may be read of it.
    query: query::QueryContext,
    /// The resolvers.
    dns: dns::DnsContext,
    /// Nothing.
    exec: exec::ExecContext,
    /// The connections, and the secrets that may go over them.
    http: http::HttpContext,
    /// The directories that the operator named.
    files: files::FilesContext,
    /// What plugins kept.
    state: state::StateContext,
    /// Whether what is logged is left out.
    log: log::LogContext,
}

impl Shared {
    /// What reaches nothing outside, for calls that are answered from a recording or a scenario.
    #[must_use]
    pub fn offline(state: state::StateStore) -> Self {
        Self { state: Some(state), ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_world_imports_its_own() {
        assert_eq!(imports(World::Rule), ["query", "files", "state", "log"]);
        assert_eq!(imports(World::Enricher), ["dns", "exec", "http", "files", "state", "log"]);
        assert_eq!(imports(World::Notifier), ["http", "state", "log"]);
    }

    #[test]
    fn every_line_of_a_grant_has_words() {
        for (capability, line) in [
            ("table", "events src_ip"),
            ("dns", "A *"),
            ("exec", "x {ip}"),
            ("http", "GET {=url}"),
            ("files", "a"),
            ("state", "1"),
            ("fields", "rule"),
        ] {
            let request = Request::parse(capability, line).expect(line);
            assert!(words(&request).starts_with("it requests "), "{}", words(&request));
        }
    }

    #[test]
    fn what_no_plugin_of_a_world_is_given_is_refused() {
        let table = wit_request::Request::Table(wit_request::TableRequest { table: "events".to_owned(), columns: Vec::new() });
        assert!(requested(&table, World::Rule).is_ok());
        let refused = "it requests table, which no plugin of its kind is given";
        assert_eq!(requested(&table, World::Enricher), Err(refused.to_owned()));
        let large = wit_request::Request::State(state::RULE_QUOTA + 1);
        assert!(requested(&large, World::Enricher).is_ok());
        let refused = "it requests a store of 262145 bytes, a rule may have 262144";
        assert_eq!(requested(&large, World::Rule), Err(refused.to_owned()));
    }
}
