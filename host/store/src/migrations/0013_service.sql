-- Which stretches of time were scanned: events of one table, alerts in another. Times are microseconds since 1970 UTC.
CREATE TABLE IF NOT EXISTS scout_coverage (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    event_table TEXT NOT NULL,
    alert_table TEXT NOT NULL,
    begins INTEGER NOT NULL,
    -- The first instant behind it.
    ends INTEGER NOT NULL,
    -- scanned, late (scanned, and rows came afterwards), failed or gap.
    state TEXT NOT NULL,
    -- Of the rules and their parameters.
    digest TEXT NOT NULL,
    at INTEGER NOT NULL,
    message TEXT
);
CREATE INDEX IF NOT EXISTS scout_coverage_ends ON scout_coverage (event_table, alert_table, ends);
-- Up to which row the events were looked through for those that came late.
CREATE TABLE IF NOT EXISTS scout_coverage_marks (
    event_table TEXT NOT NULL,
    alert_table TEXT NOT NULL,
    row INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (event_table, alert_table)
);
-- Who works on this database. A process that was killed leaves a row that anybody can see through: pid, start and boot say which it was.
CREATE TABLE IF NOT EXISTS scout_locks (
    name TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    ticket TEXT NOT NULL,
    machine TEXT NOT NULL,
    boot TEXT NOT NULL,
    pid_space TEXT NOT NULL,
    pid INTEGER NOT NULL,
    started INTEGER NOT NULL,
    uid INTEGER NOT NULL,
    since INTEGER NOT NULL,
    seen INTEGER NOT NULL
);
-- What the service says of each of its jobs.
CREATE TABLE IF NOT EXISTS scout_service (
    job TEXT PRIMARY KEY,
    state_json TEXT NOT NULL,
    at INTEGER NOT NULL
);
-- When a plugin last kept it, or null for what was kept before.
ALTER TABLE scout_plugin_state ADD COLUMN updated_at TEXT;
