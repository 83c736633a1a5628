//! A TOML file as a tree of values, each with its line.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::grammar::Shape;
use super::source::{Setting, Source};
use crate::exit::UsageError;

/// A table.
pub(super) type Table = BTreeMap<String, Node>;

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) line: usize,
    pub(super) value: Value,
}

/// A value; numbers and dates as text.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Text(String),
    Number(String),
    Boolean(bool),
    Date(String),
    List(Vec<Node>),
    Table(Table),
}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

/// Reads the text of a file.
///
/// # Errors
/// When it is not TOML.
pub(super) fn parse(path: &Path, text: &str) -> Result<Table, UsageError> {
    let lines = Lines { path: path.to_owned(), starts: text.match_indices('\n').map(|(index, _)| index).collect() };
    let table = DeTable::parse(text).map_err(|error| lines.syntax(&error))?;
    lines.table(table.get_ref())
}

struct Lines {
    path: PathBuf,
    /// Where lines end.
    starts: Vec<usize>,
}

impl Lines {
    fn of(&self, offset: usize) -> usize {
        self.starts.partition_point(|end| *end < offset) + 1
    }

    /// That the file is not TOML. The line itself is not shown: it may hold a secret.
    fn syntax(&self, error: &toml::de::Error) -> UsageError {
        let at = error.span().map_or(0, |span| span.start);
        let line = self.of(at);
        let begin = line.checked_sub(2).and_then(|before| self.starts.get(before)).map_or(0, |end| end + 1);
        let (path, column) = (self.path.display(), at.saturating_sub(begin) + 1);
        UsageError(format!("{path}:{line}: this is not TOML, at byte {column} of the line: {}", error.message()))
    }

    fn table(&self, table: &DeTable<'_>) -> Result<Table, UsageError> {
        let node = |(key, value): (&Spanned<_>, &Spanned<DeValue<'_>>)| {
            let name: &std::borrow::Cow<'_, str> = key.get_ref();
            Ok((name.to_string(), Node { line: self.of(key.span().start), value: self.value(value)? }))
        };
        table.iter().map(node).collect()
    }

    fn value(&self, value: &Spanned<DeValue<'_>>) -> Result<Value, UsageError> {
        let line = self.of(value.span().start);
        let wrong = |text: &str| UsageError(format!("{}:{line}: {text} is not a number that fits", self.path.display()));
        Ok(match value.get_ref() {
            DeValue::String(text) => Value::Text(text.to_string()),
            DeValue::Boolean(value) => Value::Boolean(*value),
            DeValue::Datetime(date) => Value::Date(date.to_string()),
            DeValue::Integer(number) => {
                let parsed = i64::from_str_radix(number.as_str(), number.radix());
                Value::Number(parsed.map_err(|_| wrong(number.as_str()))?.to_string())
            }
            DeValue::Float(number) => {
                Value::Number(number.as_str().parse::<f64>().map_err(|_| wrong(number.as_str()))?.to_string())
            }
            DeValue::Array(values) => {
                let node =
                    |value: &Spanned<DeValue<'_>>| Ok(Node { line: self.of(value.span().start), value: self.value(value)? });
                Value::List(values.iter().map(node).collect::<Result<_, UsageError>>()?)
            }
            DeValue::Table(table) => Value::Table(self.table(table)?),
        })
    }
}

impl Node {
    /// The text, where it is one.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The table, where it is one.
    pub(super) fn table(&self) -> Option<&Table> {
        match &self.value {
            Value::Table(table) => Some(table),
            _ => None,
        }
    }

    /// The value as it is written for a key of this shape; none where it has another. The texts of a list have commas between them.
    fn written(&self, shape: Shape) -> Option<String> {
        match (&self.value, shape) {
            (Value::Text(text), _) => Some(text.clone()),
            (Value::Number(text), Shape::Number | Shape::Switch | Shape::Any) => Some(text.clone()),
            (Value::Boolean(value), Shape::Switch | Shape::Any) => Some(value.to_string()),
            (Value::Date(text), Shape::Date | Shape::Any) => Some(text.clone()),
            (Value::List(values), Shape::List) => {
                values.iter().map(Self::text).collect::<Option<Vec<_>>>().map(|texts| texts.join(","))
            }
            _ => None,
        }
    }

    /// The value of a key with its place.
    ///
    /// # Errors
    /// When it has another shape.
    pub(super) fn setting(&self, path: &Path, key: &str, shape: Shape) -> Result<Setting, UsageError> {
        let wrong = || self.wrong(path, &format!("`{key}` must be {}", shape.expected()));
        let text = self.written(shape).ok_or_else(wrong)?;
        Ok(Setting { text, source: Source::File { path: path.to_owned(), line: self.line } })
    }

    /// An error that names this place.
    pub(super) fn wrong(&self, path: &Path, what: &str) -> UsageError {
        UsageError(format!("{}:{}: {what}", path.display(), self.line))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_know_their_lines() {
        let table =
            parse(Path::new("a.toml"), "a = 1\n\n[b]\nc = [\n  'x',\n  'y',\n]\n[[d]]\ne = 0x10\nf.g = 1_000.5\n").expect("TOML");
        assert_eq!((table["a"].line, table["b"].line), (1, 3));
        let c = &table["b"].table().expect("a table")["c"];
        assert_eq!((c.line, c.written(Shape::List).as_deref()), (4, Some("x,y")));
        let Value::List(list) = &table["d"].value else { panic!("a list") };
        let entry = list[0].table().expect("a table");
        assert_eq!((entry["e"].line, entry["e"].written(Shape::Number).as_deref()), (9, Some("16")));
        assert_eq!(entry["f"].table().expect("a table")["g"].written(Shape::Any).as_deref(), Some("1000.5"));
    }

    #[test]
    fn a_line_that_is_not_toml_is_named_and_not_shown() {
        let error = parse(Path::new("a.toml"), "a = 1\n[b]\ntoken = 's3cret\nc = 2\n").expect_err("a quote is open").0;
        assert!(error.starts_with("a.toml:3: this is not TOML, at byte ") && !error.contains("s3cret"), "{error}");
        assert!(error.lines().count() == 1, "{error}");
        let twice = parse(Path::new("a.toml"), "token = 1\ntoken = 's3cret'\n").expect_err("twice").0;
        assert!(twice.starts_with("a.toml:2: this is not TOML, at byte 1 of the line: duplicate key"), "{twice}");
    }

    #[test]
    fn what_is_not_of_the_shape_is_named_with_its_place() {
        let path = Path::new("a.toml");
        let table = parse(path, "since = 5\ndb_path = true\nlocal_networks = [1]\n").expect("TOML");
        let error = |key: &str, shape| table[key].setting(path, key, shape).expect_err(key).0;
        assert_eq!(error("since", Shape::Date), "a.toml:1: `since` must be a date, or a text in quotes");
        assert_eq!(error("db_path", Shape::Text), "a.toml:2: `db_path` must be a text in quotes");
        assert_eq!(
            error("local_networks", Shape::List),
            "a.toml:3: `local_networks` must be a list of texts, or a text with commas"
        );
        assert!(
            parse(path, "a = 99999999999999999999")
                .expect_err("too large")
                .0
                .starts_with("a.toml:1: 99999999999999999999 is not")
        );
    }
}
