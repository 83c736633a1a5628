//! A filter of events as a condition in SQL with parameters.

use std::fmt;

use net_scout_model::{IN_NETWORKS, Networks, Value};

use super::EventFilter;

/// Conditions that must all hold.
#[derive(Clone, Debug, Default)]
pub(super) struct Conditions {
    all: Vec<String>,
    values: Vec<Value>,
}

impl Conditions {
    /// What a filter says.
    pub(super) fn of(filter: &EventFilter) -> Self {
        let mut conditions = Self::default();
        // That of an alert counts its parameters from 1, so it comes first.
        if let Some(selection) = &filter.selection {
            conditions.values.clone_from(&selection.parameters);
            conditions.add(format!("({})", selection.condition));
        }
        conditions.networks(&["src_ip", "dst_ip"], filter.address.as_ref());
        conditions.networks(&["src_ip"], filter.source.as_ref());
        conditions.networks(&["dst_ip"], filter.target.as_ref());
        conditions.equal("dst_port", filter.port.map(|port| Value::Integer(port.into())));
        for (column, value) in [
            ("proto", &filter.proto),
            ("verdict", &filter.verdict),
            ("direction", &filter.direction),
            ("country_code", &filter.country),
            ("dst_service", &filter.service),
        ] {
            conditions.equal(column, value.clone().map(Value::Text));
        }
        conditions
    }

    /// Binds a value and gives its parameter.
    pub(super) fn bind(&mut self, value: Value) -> String {
        self.values.push(value);
        format!("?{}", self.values.len())
    }

    /// Adds one.
    pub(super) fn add(&mut self, condition: String) {
        self.all.push(condition);
    }

    /// The values of the parameters.
    pub(super) fn values(&self) -> Vec<Value> {
        self.values.clone()
    }

    fn equal(&mut self, column: &str, value: Option<Value>) {
        if let Some(value) = value {
            let value = self.bind(value);
            self.add(format!("{column} = {value}"));
        }
    }

    fn networks(&mut self, columns: &[&str], networks: Option<&Networks>) {
        if let Some(networks) = networks {
            let networks = self.bind(Value::Text(networks.to_string()));
            let one = |column: &&str| format!("{IN_NETWORKS}({column}, {networks})");
            self.add(format!("({})", columns.iter().map(one).collect::<Vec<_>>().join(" OR ")));
        }
    }
}

impl fmt::Display for Conditions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.all.is_empty() { f.write_str("1 = 1") } else { f.write_str(&self.all.join(" AND ")) }
    }
}
