//! Refuses what SQLite's tokenizer and the parser's might cut differently.

use sqlparser::tokenizer::{Token, Whitespace};

/// The most tokens of a query: more nest too deep.
const MAXIMUM_TOKENS: usize = 1_000;

/// Words that mean something to SQLite and nothing here: the parser would take many of them for names of columns.
/// From <https://www.sqlite.org/lang_keywords.html>, without those that are known here.
const FOREIGN_WORDS: &str = "\
    ABORT ACTION ADD AFTER ALTER ALWAYS ANALYZE ATTACH AUTOINCREMENT BEFORE BEGIN CASCADE CHECK COLLATE COLUMN COMMIT \
    CONFLICT CONSTRAINT CREATE CROSS CURRENT CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP DATABASE DEFAULT DEFERRABLE \
    DEFERRED DELETE DETACH DO DROP EACH ESCAPE EXCEPT EXCLUDE EXCLUSIVE EXISTS EXPLAIN FAIL FIRST FOLLOWING FOR FOREIGN \
    FULL GENERATED GROUPS IF IGNORE IMMEDIATE INDEX INDEXED INITIALLY INNER INSERT INSTEAD INTERSECT INTO ISNULL JOIN KEY \
    LAST LEFT MATCH MATERIALIZED NATURAL NO NOTHING NOTNULL NULLS OF ON OTHERS OUTER OVER PARTITION PLAN PRAGMA PRECEDING \
    PRIMARY QUERY RAISE RANGE RECURSIVE REFERENCES REINDEX RELEASE RENAME REPLACE RESTRICT RETURNING RIGHT ROLLBACK \
    ROW ROWS SAVEPOINT SET TABLE TEMP TEMPORARY TIES TO TRANSACTION TRIGGER UNBOUNDED UNION UNIQUE UPDATE USING VACUUM \
    VALUES VIEW VIRTUAL WINDOW WITH WITHIN WITHOUT";

/// Refuses tokens that SQLite might cut differently.
pub(super) fn check(tokens: &[Token]) -> Result<(), String> {
    if tokens.len() > MAXIMUM_TOKENS {
        return Err("it is too long".to_owned());
    }
    for (index, token) in tokens.iter().enumerate() {
        let known = match token {
            Token::Word(word) if word.quote_style.is_none() => {
                !FOREIGN_WORDS.split(' ').any(|foreign| foreign.eq_ignore_ascii_case(&word.value))
            }
            Token::Word(_) | Token::SingleQuotedString(_) | Token::Comma | Token::LParen | Token::RParen | Token::Period => true,
            Token::Eq | Token::DoubleEq | Token::Neq | Token::Lt | Token::Gt | Token::LtEq | Token::GtEq => true,
            Token::Plus | Token::Minus | Token::Mul | Token::Div | Token::Mod | Token::SemiColon | Token::EOF => true,
            Token::Whitespace(Whitespace::Space | Whitespace::Newline | Whitespace::Tab) => true,
            Token::Placeholder(name) => name.len() > 1 && name.starts_with('?'),
            // `1_000` and `1e` go different ways.
            Token::Number(text, false) => {
                !text.contains('_') && !matches!(tokens.get(index + 1), Some(Token::Word(_) | Token::Number(..) | Token::Period))
            }
            _ => false,
        };
        if let Token::Whitespace(Whitespace::SingleLineComment { .. } | Whitespace::MultiLineComment(_)) = token {
            return Err("it holds a comment".to_owned());
        }
        if !known {
            return Err(format!("it holds `{token}`"));
        }
    }
    Ok(())
}
