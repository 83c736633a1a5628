//! Users and tokens in every format.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::{Cell, Format, Table, write_objects};
use net_scout_model::Timestamp;
use net_scout_store::{TokenRow, UserRow};

/// Writes users.
///
/// # Errors
/// When they cannot be written.
pub fn write_users(out: &mut dyn Write, users: &[UserRow], format: Format, width: Option<usize>) -> io::Result<()> {
    let row = |user: &UserRow| json!({ "name": user.name, "role": user.role, "created": user.created.seconds() });
    let rows: Vec<Value> = users.iter().map(row).collect();
    write_objects(out, &rows, format, width, || table(&["name", "role", "created"], &rows))
}

/// Writes tokens, without what they are.
///
/// # Errors
/// When they cannot be written.
pub fn write_tokens(
    out: &mut dyn Write,
    tokens: &[TokenRow],
    now: Timestamp,
    format: Format,
    width: Option<usize>,
) -> io::Result<()> {
    let row = |token: &TokenRow| {
        json!({
            "id": token.id, "name": token.name, "user": token.user, "scopes": token.scopes, "created": token.created.seconds(),
            "used": token.used.map(Timestamp::seconds), "ends": token.ends.map(Timestamp::seconds),
            "status": if token.ends.is_some_and(|ends| ends <= now) { "ended" } else { "active" },
        })
    };
    let rows: Vec<Value> = tokens.iter().map(row).collect();
    let columns = ["id", "name", "user", "scopes", "created", "used", "ends", "status"];
    write_objects(out, &rows, format, width, || table(&columns, &rows))
}

fn table(columns: &[&'static str], rows: &[Value]) -> Table {
    let mut table = Table::new(columns);
    for row in rows {
        let cell = |column: &&str| match &row[*column] {
            Value::Number(number) => Cell::number(number),
            Value::String(text) if !text.is_empty() => Cell::new(text.as_str()),
            _ => Cell::new("-"),
        };
        table.row(columns.iter().map(cell).collect());
    }
    table
}
