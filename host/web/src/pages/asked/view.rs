//! The views of the inbox: what is new, what somebody looks after, what sleeps, what is done.

use net_scout_model::search::AlertQuery;
use net_scout_model::{CLOSED_STATUSES, SNOOZED};
use net_scout_store::AlertFacet;

use super::own_query;

/// A view.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::pages) enum View {
    /// Nobody has looked at them yet.
    #[default]
    New,
    /// Somebody looks after them.
    Acknowledged,
    /// They are out of the way for a while.
    Snoozed,
    /// They are dealt with.
    Closed,
    /// All.
    All,
}

impl View {
    /// All of them.
    pub(in crate::pages) const ALL: [Self; 5] = [Self::New, Self::Acknowledged, Self::Snoozed, Self::Closed, Self::All];

    /// Their names with their titles, for a choice.
    pub(in crate::pages) const NAMES: [(&str, &str); 5] =
        [("new", "New"), ("acknowledged", "Acknowledged"), ("snoozed", "Snoozed"), ("closed", "Closed"), ("all", "All")];

    /// As in the address of the page.
    pub(in crate::pages) fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Acknowledged => "acknowledged",
            Self::Snoozed => "snoozed",
            Self::Closed => "closed",
            Self::All => "all",
        }
    }

    /// As shown.
    pub(in crate::pages) fn title(self) -> &'static str {
        match self {
            Self::New => "New",
            Self::Acknowledged => "Acknowledged",
            Self::Snoozed => "Snoozed",
            Self::Closed => "Closed",
            Self::All => "All",
        }
    }

    /// The one of a name; the first where there is none.
    pub(in crate::pages) fn of(name: &str) -> Self {
        Self::ALL.into_iter().find(|view| view.name() == name).unwrap_or_default()
    }

    /// Which alerts it shows.
    pub(in crate::pages) fn query(self) -> AlertQuery {
        own_query(match self {
            Self::New => "status:new,enriched",
            Self::Acknowledged => "status:acknowledged",
            Self::Snoozed => "status:snoozed",
            Self::Closed => "status:closed",
            Self::All => "",
        })
    }

    /// Whether it shows alerts of this status.
    pub(in crate::pages) fn has(self, status: &str) -> bool {
        match self {
            Self::New => ["new", "enriched"].contains(&status),
            Self::Acknowledged => status == "acknowledged",
            Self::Snoozed => status == SNOOZED,
            Self::Closed => CLOSED_STATUSES.contains(&status),
            Self::All => true,
        }
    }

    /// How many of these it shows.
    pub(in crate::pages) fn count(self, facets: &[AlertFacet]) -> u64 {
        facets.iter().filter(|facet| self.has(&facet.status)).map(|facet| facet.alerts).sum()
    }
}

#[cfg(test)]
mod tests {
    use net_scout_model::Severity;

    use super::*;

    #[test]
    fn each_view_counts_what_it_shows() {
        let count = |status: &str, alerts| AlertFacet { status: status.to_owned(), severity: Severity::Low, rule: None, alerts };
        let statuses = [count("new", 3), count("enriched", 2), count("benign", 4), count("odd", 1)];
        assert_eq!(View::ALL.map(|view| view.count(&statuses)), [5, 0, 0, 4, 10]);
        assert!(
            View::ALL
                .iter()
                .all(|view| View::of(view.name()) == *view && view.query().terms().len() == usize::from(*view != View::All))
        );
        assert_eq!(View::of("nonsense"), View::New);
    }
}
