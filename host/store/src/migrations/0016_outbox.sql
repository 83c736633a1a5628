-- What is to be told of alerts, to whom: written with the alert. Times are microseconds since 1970 UTC.
CREATE TABLE IF NOT EXISTS scout_outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    alert_table TEXT NOT NULL,
    alert_id INTEGER NOT NULL,
    route TEXT NOT NULL,
    receiver TEXT NOT NULL,
    -- new, worse, reopened, grown or resent.
    news TEXT NOT NULL,
    severity TEXT NOT NULL,
    -- The alert as it was then.
    alert_json TEXT NOT NULL,
    at INTEGER NOT NULL,
    -- Until when others are waited for that go with it.
    due INTEGER NOT NULL,
    -- The message that it goes with, null while it waits.
    message INTEGER
);
CREATE INDEX IF NOT EXISTS scout_outbox_alert ON scout_outbox (receiver, alert_id);
CREATE INDEX IF NOT EXISTS scout_outbox_message ON scout_outbox (message);
-- Messages: each is for one receiver and tells of one or many alerts.
CREATE TABLE IF NOT EXISTS scout_messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    alert_table TEXT NOT NULL,
    -- By which a receiver knows that it has it already.
    key TEXT NOT NULL UNIQUE,
    route TEXT NOT NULL,
    receiver TEXT NOT NULL,
    -- due, sending, sent, failed or dropped.
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    -- Attempts that ended with the process: nobody knows whether the receiver got it.
    unknown INTEGER NOT NULL DEFAULT 0,
    next INTEGER NOT NULL,
    error TEXT,
    formed INTEGER NOT NULL,
    ended INTEGER
);
CREATE INDEX IF NOT EXISTS scout_messages_state ON scout_messages (state);
CREATE INDEX IF NOT EXISTS scout_messages_formed ON scout_messages (formed);
