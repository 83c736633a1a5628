//! Tables that can take no further row, because one has the largest number that there is. SQLite says of them what it says of a full disk.

use rusqlite::Connection;

use super::error::DatabaseError;

/// What a full disk is in truth, where a table has no numbers left.
pub(super) fn explained(connection: &Connection, error: DatabaseError) -> DatabaseError {
    let DatabaseError::Full { path, reason } = error else { return error };
    let sql = "SELECT name FROM sqlite_sequence WHERE seq = 9223372036854775807 ORDER BY name";
    // A database that counts nothing has no such table, and one that really is full may not be read any more.
    match connection.query_row(sql, [], |row| row.get::<_, String>(0)) {
        Ok(table) => DatabaseError::NoNumbers { path, table },
        Err(_) => DatabaseError::Full { path, reason },
    }
}

#[cfg(test)]
mod tests {
    use crate::history::Acted;
    use crate::record::tests::{NOW, alert, database};
    use net_scout_model::{Actor, AlertAction, Severity};

    /// A row with the largest number there is keeps others from following: that is said, and nothing of a disk.
    #[test]
    fn the_largest_number_is_not_a_full_disk() {
        let (_folder, mut database) = database();
        let id = database.record(&[alert(Some("192.0.2.1"), 40, Severity::Low, 1)], NOW).expect("recorded")[0].alert.id;
        let copy = |to: &str| {
            format!("INSERT INTO scout_alerts (id, alert_type, created_at) VALUES ({to}, 'x', '2026-03-11T20:00:00Z')")
        };
        database.connection.execute_batch(&copy("9223372036854775807")).expect("a row");
        let error = database.record(&[alert(Some("192.0.2.2"), 40, Severity::Low, 1)], NOW).expect_err("full").to_string();
        assert!(error.contains("a row of scout_alerts has the number 9223372036854775807") && !error.contains("room"), "{error}");
        // The history takes no such number, and none for an action.
        let row = |id: &str, batch: &str| {
            format!(
                "INSERT INTO scout_history (id, alert_table, alert_id, batch, at, actor, action, before_json, after_json)
                 VALUES ({id}, 'scout_alerts', 1, {batch}, '', 'x', 'note', '{{}}', '{{}}')"
            )
        };
        for (id, batch) in [("9223372036854775807", "1"), ("NULL", "9223372036854775807")] {
            let refused = database.connection.execute_batch(&row(id, batch)).expect_err("refused").to_string();
            assert!(refused.contains("no row with such a number"), "{refused}");
        }
        let acted = database.act(&[id], &AlertAction::Acknowledge, None, &Actor::person("anna"), NOW).expect("acted");
        assert_eq!(acted, Acted { changed: vec![id], unchanged: Vec::new() });
    }
}
