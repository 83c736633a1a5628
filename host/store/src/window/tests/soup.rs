//! Operators in a row.

use super::queries::Query;
use super::rows::Random;
use net_scout_model::ColumnType;

/// A chain of operators without brackets: the parser must bind them as SQLite does, or leave them alone.
pub(super) fn soup(random: &mut Random) -> Query {
    let mut sql = "SELECT id, ".to_owned();
    for place in 0..2 + random.below(5) {
        if place > 0 {
            let operators =
                ["+", "-", "*", "/", "%", "AND", "OR", "=", "<", ">=", "<>", "==", "IS", "IS NOT", "||", "&", "|", "<<"];
            let known = if random.chance(3) {
                18
            } else if random.chance(50) {
                11
            } else {
                7
            };
            sql.push_str(&format!(" {} ", random.pick(&operators[..known])));
        }
        sql.push_str(random.pick::<&str>(&["", "", "", "", "NOT ", "- ", "-", "NOT NOT ", "+"]));
        sql.push_str(random.pick::<&str>(&["id", "dst_port", "hit_count", "0", "1", "22", "NULL", "src_port"]));
        sql.push_str(random.pick::<&str>(&[
            "",
            "",
            "",
            "",
            "",
            "",
            "",
            "",
            "",
            "",
            "",
            "",
            "",
            " IS NULL",
            " IS NOT NULL",
            " NOT NULL",
            " BETWEEN 1 AND 80",
            " NOT BETWEEN 0 AND hit_count",
            " IN (1, 22)",
            " NOT IN (0, NULL)",
        ]));
        if random.chance(3) {
            sql.push_str(random.pick::<&str>(&[" ISNULL", " NOTNULL", " COLLATE NOCASE", " LIKE '2%'"]));
        }
    }
    sql.push_str(" FROM events ORDER BY id");
    Query { sql, parameters: Vec::new(), columns: vec![ColumnType::Integer, ColumnType::Integer], ordered: true }
}
