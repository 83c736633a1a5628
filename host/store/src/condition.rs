//! The condition that names the events of an alert, as one expression: nothing in it reaches beyond the host's brackets around it, and
//! the parser of this program cuts it as SQLite does.

use std::sync::Arc;

use rusqlite::Connection;
use rusqlite::hooks::{AuthContext, Authorization};
use sqlparser::ast::Expr;
use sqlparser::dialect::SQLiteDialect;
use sqlparser::parser::Parser;
use sqlparser::tokenizer::Token;

use super::gate::{self, InnerViews, ReadGrant};
use net_scout_model::{EVENT_COLUMNS, Selection, Value};

/// A condition that is one expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition(Expr);

impl Condition {
    /// Parses it to its end.
    ///
    /// # Errors
    /// Why it is not one expression.
    pub fn parse(text: &str) -> Result<Self, String> {
        cut_alike(text)?;
        let unknown = |error: sqlparser::parser::ParserError| format!("the condition is not one expression: {error}");
        let mut parser = Parser::new(&SQLiteDialect {}).try_with_sql(text).map_err(unknown)?;
        let expression = parser.parse_expr().map_err(unknown)?;
        match parser.peek_token().token {
            Token::EOF => Ok(Self(expression)),
            other => Err(format!("the condition is not one expression: `{other}` follows it")),
        }
    }

    /// The expression.
    #[must_use]
    pub fn expression(&self) -> &Expr {
        &self.0
    }

    /// Whether the gate lets it through, where a rule had requested every column of events.
    #[must_use]
    pub fn is_allowed(text: &str) -> bool {
        Self::parse(text).is_ok() && compiles(text).unwrap_or(false)
    }

    /// What the evidence `events` of an alert says which its events are. Any program may have written it: a condition that the gate refuses
    /// is none.
    #[must_use]
    pub fn of_evidence(events: &serde_json::Value) -> Option<Selection> {
        let condition = events["condition"].as_str().filter(|_| events["error"].is_null())?;
        let parameters = events["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
        let selection =
            || Selection { condition: condition.to_owned(), parameters: parameters.iter().map(Value::from).collect() };
        Self::is_allowed(condition).then(selection)
    }
}

/// Refuses what SQLite and the parser might cut into different words, and brackets that close what they did not open.
fn cut_alike(text: &str) -> Result<(), String> {
    let refuse = |what: &str| Err(format!("the condition is not one expression: it holds {what}"));
    let (mut depth, mut rest, mut before) = (0_u32, text, ' ');
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '\'' | '"' | '`' => {
                // A letter before a quote begins a text in a form that only one of the two knows.
                if before.is_alphanumeric() || before == '_' || before == first {
                    return refuse("a quote right behind a word");
                }
                match quoted(rest, first) {
                    Some(length) => length,
                    None => return refuse("a quote that is not closed"),
                }
            }
            '(' => {
                depth += 1;
                1
            }
            ')' => {
                let Some(less) = depth.checked_sub(1) else { return refuse("a bracket that closes what it did not open") };
                depth = less;
                1
            }
            '-' if rest.starts_with("--") => return refuse("a comment"),
            '/' if rest.starts_with("/*") => return refuse("a comment"),
            ' ' | '\n' | '\t' | '\r' | '+' | '-' | '*' | '/' | '%' | '<' | '>' | '=' | '!' | '|' | '&' | '~' | ',' | '.'
            | '?' | '_' => 1,
            first if first.is_ascii_alphanumeric() => 1,
            first => return refuse(&format!("`{}`", first.escape_default())),
        };
        let (part, behind) = rest.split_at(length);
        before = part.chars().next_back().unwrap_or(' ');
        rest = behind;
    }
    if depth == 0 { Ok(()) } else { refuse("a bracket that is not closed") }
}

/// The length of a quoted text; inside, its quote is written twice.
fn quoted(text: &str, quote: char) -> Option<usize> {
    let mut place = 1;
    loop {
        place += text.get(place..)?.find(quote)? + 1;
        if !text[place..].starts_with(quote) {
            return Some(place);
        }
        place += 1;
    }
}

/// Whether the gate and SQLite take it, over tables with nothing in them.
fn compiles(text: &str) -> rusqlite::Result<bool> {
    let mut connection = Connection::open_in_memory()?;
    connection.execute_batch(&format!("CREATE TEMP TABLE events ({})", EVENT_COLUMNS.join(", ")))?;
    let mut grant = ReadGrant::default();
    grant.allow("events", EVENT_COLUMNS);
    let (grant, inner) = (Arc::new(grant), InnerViews { events: String::new(), alerts: String::new() });
    connection.authorizer(Some(move |context: AuthContext<'_>| match gate::decide(&context, &grant, &inner) {
        Ok(()) => Authorization::Allow,
        Err(_) => Authorization::Deny,
    }))?;
    let statement = connection.prepare(&format!("SELECT id FROM events WHERE ({text})"));
    Ok(statement.is_ok_and(|statement| statement.readonly()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_rules_write_is_one_expression() {
        for text in [
            "src_ip = ?1 AND (dst_port = ?2 AND verdict = ?3)",
            "src_ip = ?1 AND (verdict = 'DROP' OR dst_port IN (22, 23)) AND time BETWEEN ?2 AND ?3",
            "src_ip LIKE '10.%' AND dst_ip NOT LIKE '%''s ) --'",
            "\"src_ip\" = ?1 OR length(dst_ip) > 7",
            "NOT (src_ip IS NULL)",
            "1",
        ] {
            assert!(Condition::is_allowed(text), "{text}: {:?}", Condition::parse(text));
        }
    }

    #[test]
    fn what_reaches_beyond_its_brackets_is_refused() {
        for (text, reason) in [
            ("1=0) UNION ALL SELECT 1, 2, 'x', 'y', 3 FROM events WHERE (1", "a bracket that closes what it did not open"),
            ("1 = 1; DELETE FROM ip_events", "`;`"),
            ("src_ip = ?1) OR (1 = 1", "a bracket that closes what it did not open"),
            ("src_ip = 'a' -- )", "a comment"),
            ("src_ip = 'a' /* ) */", "a comment"),
            ("(1", "a bracket that is not closed"),
            ("src_ip = 'a", "a quote that is not closed"),
            ("E'a\\' = 1", "a quote right behind a word"),
            ("$$) UNION SELECT 1$$ = 1", "`$`"),
            ("[a)] = 1", "`[`"),
            ("src_ip = :name", "`:`"),
            ("1 ORDER BY 1", "`ORDER` follows it"),
            ("src_ip = ?1 AND", "not one expression"),
            ("", "not one expression"),
        ] {
            let error = Condition::parse(text).expect_err(text);
            assert!(error.contains(reason), "{text}: {error}");
        }
    }

    #[test]
    fn what_the_gate_refuses_is_not_allowed() {
        for text in [
            "writefile('/tmp/x', src_ip)",
            "load_extension('x')",
            "id IN (SELECT id FROM ip_events)",
            "id IN (SELECT id FROM sqlite_schema)",
            "no_such_column = 1",
            "1 = 1; DELETE FROM ip_events",
            "random() > 0",
        ] {
            assert!(!Condition::is_allowed(text), "{text}");
        }
    }
}
