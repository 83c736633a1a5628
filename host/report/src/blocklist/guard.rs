//! Who must not be on the list.

use net_scout_model::{Allow, AllowSubject, Allowlist, Network, Networks, Origin, Side, StoredAlert, Timestamp};

use super::bogons::is_bogon;
use super::contacts::Contacts;

/// What is asked before a source gets on the list.
pub(super) struct Guard<'a> {
    pub(super) own: Networks,
    pub(super) allowlist: &'a Allowlist,
    pub(super) now: Timestamp,
    pub(super) contacts: &'a Contacts,
}

impl Guard<'_> {
    /// Why a network with these alerts must not be on it; none where it may.
    pub(super) fn objection(&self, network: Network, alerts: &[&StoredAlert]) -> Option<&'static str> {
        if is_bogon(network) {
            return Some("not an address of the Internet (RFC 6890)");
        }
        if self.own.iter().any(|own| meet(own, &network)) {
            return Some("an own network");
        }
        if self.allowlist.0.iter().any(|(origin, allow)| self.protects(origin, allow, network, alerts)) {
            return Some("on the allowlist");
        }
        self.contacts.were_sought(network).then_some("an own host connected to it")
    }

    /// Whether an entry of the allowlist keeps a network off the list: its address is known, or it fits one of the alerts.
    fn protects(&self, origin: &Origin, allow: &Allow, network: Network, alerts: &[&StoredAlert]) -> bool {
        if allow.until.is_some_and(|until| until <= self.now) {
            return false;
        }
        // What is built in names resolvers and the like, for the rules that count. Entries for some ports or rules may name the whole world.
        let is_whole = allow.rules.is_empty() && allow.ports.is_empty() && allow.direction.is_none();
        let names = (is_whole || *origin == Origin::BuiltIn) && allow.side == Side::Source && meet(&allow.network, &network);
        names || alerts.iter().any(|alert| allow.fits(&AllowSubject::from(*alert), self.own.or_private(), self.now))
    }
}

/// Whether two networks have an address in common.
fn meet(one: &Network, other: &Network) -> bool {
    one.covers(other) || other.covers(one)
}
