//! A query of alerts as SQL over the alert table, which other programs write too, and which may be of an earlier version.
//!
//! It finds what [`AlertQuery::matches`] says. What SQL cannot say of networks and evidence is a function that asks the same code.

use rusqlite::Connection;
use rusqlite::functions::Context;
use rusqlite::types::Value as SqlValue;

use crate::function::{FLAGS, time_function};
use crate::layout::TIME_FUNCTION;
use crate::stored::json;
use net_scout_model::search::AlertQuery;
use net_scout_model::search::{AlertTest, Term, has_rule, has_text, is_about};
use net_scout_model::{Severity, Timestamp, Verdict};

/// The function that asks whether a term holds: its place in the query, and what it is about.
const TERM: &str = "net_scout_alert_term";

/// The columns of an alert table in SQL; those that it lacks are null.
pub(super) struct Columns<'a>(pub(super) &'a [String]);

impl Columns<'_> {
    /// A column as it is.
    pub(super) fn raw<'b>(&self, column: &'b str) -> &'b str {
        if self.0.iter().any(|have| have == column) { column } else { "NULL" }
    }

    /// Its text; null where it is anything else.
    fn text(&self, column: &str) -> String {
        match self.raw(column) {
            "NULL" => "NULL".to_owned(),
            column => format!("CASE WHEN typeof({column}) = 'text' THEN {column} END"),
        }
    }

    /// When it was last raised, as text.
    pub(super) fn raised(&self) -> String {
        format!("coalesce({}, created_at)", self.raw("updated_at"))
    }

    /// Its score as a whole number.
    pub(super) fn score(&self) -> &'static str {
        "CASE typeof(score) WHEN 'integer' THEN score WHEN 'real' THEN CAST(round(score) AS INTEGER) ELSE 0 END"
    }

    /// The rank of its severity.
    pub(super) fn severity(&self) -> String {
        let names = Severity::ALL.map(|severity| format!("WHEN '{}' THEN {} ", severity.name(), severity.rank())).concat();
        let score = self.score();
        let below = |score_below: i64| Severity::of_score(score_below - 1).rank();
        let by_score = [20, 40, 70, 90].map(|limit| format!("WHEN ({score}) < {limit} THEN {} ", below(limit))).concat();
        format!("CASE {} {names}ELSE CASE {by_score}ELSE {} END END", self.raw("severity"), Severity::Critical.rank())
    }

    /// Its status at an instant, which is a parameter.
    pub(super) fn status(&self, now: &str) -> String {
        let until = format!("{TIME_FUNCTION}({})", self.text("snoozed_until"));
        format!("CASE WHEN status = 'snoozed' AND {until} <= {now} THEN 'new' ELSE coalesce(status, 'new') END")
    }

    /// Its verdict.
    fn verdict(&self) -> String {
        let names = Verdict::ALL.map(|verdict| format!("'{}'", verdict.name())).join(", ");
        format!("coalesce({}, CASE WHEN status IN ({names}) THEN status END)", self.text("verdict"))
    }
}

/// A condition with the values of its parameters.
#[derive(Debug, Default)]
pub(super) struct Conditions {
    all: Vec<String>,
    pub(super) values: Vec<SqlValue>,
}

impl Conditions {
    /// What a query says.
    pub(super) fn of(
        connection: &Connection,
        query: &AlertQuery,
        columns: &Columns<'_>,
        now: Timestamp,
    ) -> rusqlite::Result<Self> {
        time_function(connection)?;
        term_function(connection, query.terms().to_vec())?;
        let mut conditions = Self::default();
        // What reads the evidence is asked last.
        let (quick, slow): (Vec<_>, Vec<_>) = query.terms().iter().enumerate().partition(|(_, term)| !reads_evidence(&term.test));
        for (place, term) in quick.into_iter().chain(slow) {
            let holds = conditions.test(place, &term.test, columns, now);
            conditions.all.push(format!("{} coalesce({holds}, 0)", if term.is_negated { "NOT" } else { "" }));
        }
        Ok(conditions)
    }

    /// Binds a value and gives its parameter.
    pub(super) fn bind(&mut self, value: impl Into<SqlValue>) -> String {
        self.values.push(value.into());
        format!("?{}", self.values.len())
    }

    /// Adds one.
    pub(super) fn add(&mut self, condition: String) {
        self.all.push(condition);
    }

    /// All of them as one.
    pub(super) fn sql(&self) -> String {
        if self.all.is_empty() { "1".to_owned() } else { self.all.join(" AND ") }
    }

    fn test(&mut self, place: usize, test: &AlertTest, columns: &Columns<'_>, now: Timestamp) -> String {
        let raised = || format!("{TIME_FUNCTION}({})", columns.raised());
        let function = |arguments: &str| format!("{TERM}({place}, {arguments})");
        match test {
            AlertTest::Id(ranges) => self.within("id", ranges),
            AlertTest::Score(ranges) => self.within(columns.score(), ranges),
            AlertTest::Severity(ranges) => self.within(&columns.severity(), ranges),
            AlertTest::Type(names) => self.among("alert_type", names.iter().map(String::as_str)),
            AlertTest::Status(statuses) => {
                let now = self.bind(now.0);
                self.among(&columns.status(&now), statuses.iter().copied())
            }
            AlertTest::Verdict(verdicts) => self.among(&columns.verdict(), verdicts.iter().copied()),
            AlertTest::Assignee(names) => {
                let assignee = format!("coalesce({}, '')", columns.text("assignee"));
                self.among(&assignee, names.iter().map(|name| name.as_deref().unwrap_or_default()))
            }
            AlertTest::Since(moment) => format!("{} >= {}", raised(), self.bind(moment.until(now).0)),
            AlertTest::Until(moment) => format!("{} < {}", raised(), self.bind(moment.until(now).0)),
            AlertTest::Address(..) => function("src_ip, dst_ip"),
            AlertTest::Label(_) => function(&columns.text("labels")),
            AlertTest::Rule(_) => function(&format!("{}, evidence_json", columns.raw("rule"))),
            AlertTest::Port(_) => function("evidence_json"),
            AlertTest::Text(_) => {
                let texts = ["labels", "assignee", "note", "reason"].map(|column| columns.text(column)).join(", ");
                function(&format!("evidence_json, {texts}, alert_type, {}, src_ip, dst_ip", columns.raw("rule")))
            }
        }
    }

    fn within(&mut self, expression: &str, ranges: &[std::ops::RangeInclusive<i64>]) -> String {
        let one = |range: &std::ops::RangeInclusive<i64>| {
            let (first, last) = (self.bind(*range.start()), self.bind(*range.end()));
            format!("({expression}) BETWEEN {first} AND {last}")
        };
        format!("({})", ranges.iter().map(one).collect::<Vec<_>>().join(" OR "))
    }

    fn among<'a>(&mut self, expression: &str, names: impl Iterator<Item = &'a str>) -> String {
        let names: Vec<String> = names.map(|name| self.bind(name.to_owned())).collect();
        format!("({expression}) IN ({})", names.join(", "))
    }
}

fn reads_evidence(test: &AlertTest) -> bool {
    matches!(test, AlertTest::Rule(_) | AlertTest::Port(_) | AlertTest::Text(_))
}

/// Teaches a connection whether the terms of a query hold.
fn term_function(connection: &Connection, terms: Vec<Term>) -> rusqlite::Result<()> {
    connection.create_scalar_function(TERM, -1, FLAGS, move |context| {
        let place: usize = context.get::<i64>(0)?.try_into().unwrap_or(usize::MAX);
        Ok(terms.get(place).is_some_and(|term| holds(&term.test, context)))
    })
}

fn holds(test: &AlertTest, context: &Context<'_>) -> bool {
    let text = |index: usize| context.get_raw(index).as_str().ok();
    match test {
        AlertTest::Address(side, networks) => is_about(*side, networks, text(1), text(2)),
        AlertTest::Label(labels) => {
            text(1).is_some_and(|text| text.split(',').any(|one| labels.iter().any(|label| label == one)))
        }
        AlertTest::Rule(names) => has_rule(names, text(1), &json(context.get_raw(2))),
        AlertTest::Port(_) => test.has_port(&json(context.get_raw(1))),
        AlertTest::Text(wanted) => {
            let labels = text(2).into_iter().flat_map(|labels| labels.split(','));
            has_text(wanted, (3..context.len()).filter_map(text).chain(labels), &json(context.get_raw(1)))
        }
        _ => false,
    }
}
