-- Messages with a body of their own: reports. The column run says which run of a schedule a message is of: a receiver gets one of each.
ALTER TABLE scout_messages ADD COLUMN run TEXT;
-- The body, until it is sent.
ALTER TABLE scout_messages ADD COLUMN body_json TEXT;
CREATE UNIQUE INDEX IF NOT EXISTS scout_messages_run ON scout_messages (alert_table, receiver, run);
-- When each person looked at the summary last. Times are microseconds since 1970 UTC.
CREATE TABLE IF NOT EXISTS scout_looks (
    alert_table TEXT NOT NULL,
    person TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (alert_table, person)
);
