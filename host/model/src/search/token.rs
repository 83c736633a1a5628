//! A query cut into terms: spaces part them, quotes hold what they would cut.

use super::{AlertQueryError, QUERY_VALUES};
use crate::plain;

/// A term as it is written.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) is_negated: bool,
    /// What stands before the colon.
    pub(super) field: Option<String>,
    /// The values, without their quotes.
    pub(super) values: Vec<String>,
    pub(super) has_quote: bool,
}

impl Token {
    /// Of a field with values that are separated by commas.
    pub(super) fn of(field: &str, values: &str) -> Self {
        let values = values.split(',').map(|value| value.trim().to_owned()).collect();
        Self { field: Some(field.to_owned()), values, ..Self::default() }
    }

    /// The number that it is, and nothing else.
    pub(super) fn number(&self) -> Option<i64> {
        match self.values.as_slice() {
            [text] if !self.is_negated && !self.has_quote && self.field.is_none() => {
                text.bytes().all(|digit| digit.is_ascii_digit()).then(|| text.parse().ok()).flatten()
            }
            _ => None,
        }
    }

    /// The text that it is, where it names no field.
    pub(super) fn text(&self) -> String {
        self.values.join(",")
    }

    /// Whether it is one of the words that join terms elsewhere.
    pub(super) fn is_operator(&self) -> bool {
        self.field.is_none() && !self.has_quote && ["AND", "OR", "NOT", "&&", "||"].contains(&self.text().as_str())
    }
}

/// Cuts a query.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, AlertQueryError> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (token, behind) = token(rest)?;
        tokens.push(token);
        rest = behind.trim_start();
    }
    Ok(tokens)
}

/// The first term, and what is behind it.
fn token(text: &str) -> Result<(Token, &str), AlertQueryError> {
    let mut token = Token::default();
    let mut rest = text;
    if let Some(behind) = rest.strip_prefix(['-', '!']).filter(|behind| behind.starts_with(|next: char| !next.is_whitespace())) {
        (token.is_negated, rest) = (true, behind);
    }
    let name = rest.find(|letter: char| !letter.is_ascii_alphabetic() && letter != '_').unwrap_or(rest.len());
    if let Some(behind) = rest[name..].strip_prefix(':').filter(|_| name > 0) {
        token.field = Some(rest[..name].to_owned());
        rest = behind;
    }
    let (mut value, mut is_quoted) = (String::new(), false);
    let mut letters = rest.char_indices();
    let mut end = rest.len();
    while let Some((place, letter)) = letters.next() {
        match letter {
            '"' => {
                is_quoted = !is_quoted;
                token.has_quote = true;
            }
            '\\' if is_quoted => value.extend(letters.next().map(|(_, letter)| letter)),
            ',' if !is_quoted => token.values.push(std::mem::take(&mut value)),
            letter if letter.is_whitespace() && !is_quoted => {
                end = place;
                break;
            }
            letter => value.push(letter),
        }
    }
    if is_quoted {
        return Err(AlertQueryError::Quote(plain(text, 100)));
    }
    token.values.push(value);
    if token.values.len() > QUERY_VALUES {
        return Err(AlertQueryError::TooManyValues(plain(token.field.as_deref().unwrap_or(""), 100)));
    }
    Ok((token, &rest[end..]))
}
