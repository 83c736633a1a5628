//! The fields of an alert that a notifier may be granted, one by one.

use serde::{Deserialize, Serialize};

macro_rules! fields {
    ($($field:ident $name:literal $words:literal,)*) => {
        /// A part of an alert, or of what is told with it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
        #[serde(rename_all = "snake_case")]
        pub enum AlertField {
            $(#[doc = $words] $field,)*
        }

        impl AlertField {
            /// All of them, in the order in which they are told.
            pub const ALL: &[Self] = &[$(Self::$field,)*];

            /// As it is granted.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$field => $name,)*
                }
            }

            /// What it is, to complete "it is told ...".
            #[must_use]
            pub fn words(self) -> &'static str {
                match self {
                    $(Self::$field => $words,)*
                }
            }
        }
    };
}

fields! {
    Id "id" "the number of the alert",
    Rule "rule" "the rule",
    Type "type" "the type of the alert",
    Severity "severity" "the severity",
    Score "score" "the score",
    Status "status" "the status",
    SrcIp "src_ip" "the source's address",
    DstIp "dst_ip" "the target's address",
    CreatedAt "created_at" "when it was first raised",
    UpdatedAt "updated_at" "when it was last raised",
    Evidence "evidence" "all of its evidence",
    Enrichment "enrichment" "what lookups found",
    Text "text" "the texts of reports",
    OwnAddresses "own_addresses" "your own addresses as they are",
}

impl AlertField {
    /// The field of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|field| field.name() == name)
    }

    /// The names of all, to list what there is.
    #[must_use]
    pub fn names() -> String {
        Self::ALL.iter().map(|field| field.name()).collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_back() {
        for field in AlertField::ALL {
            assert_eq!(AlertField::parse(field.name()), Some(*field));
            assert_eq!(serde_json::to_value(field).expect("json"), field.name());
        }
        assert_eq!(AlertField::parse("password"), None);
    }
}
