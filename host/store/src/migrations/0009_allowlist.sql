-- What the operator knows and does not want to hear of.
CREATE TABLE IF NOT EXISTS scout_allowlist (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    network TEXT NOT NULL,
    side TEXT NOT NULL,
    rules TEXT NOT NULL,
    ports TEXT NOT NULL,
    direction TEXT,
    reason TEXT NOT NULL,
    created_at TEXT NOT NULL,
    expires_at TEXT
);
