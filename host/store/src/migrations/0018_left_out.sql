-- What scans left out of the alerts, once a day: for an entry of the allowlist, or for what its source is for.
CREATE TABLE IF NOT EXISTS scout_left_out (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    alert_table TEXT NOT NULL,
    day TEXT NOT NULL,
    -- When it was first left out on that day.
    at TEXT NOT NULL,
    rule TEXT NOT NULL,
    -- Empty where there is none.
    src_ip TEXT NOT NULL,
    dst_ip TEXT NOT NULL,
    -- The entry: built in, configuration N, or its number.
    origin TEXT NOT NULL,
    reason TEXT NOT NULL,
    UNIQUE (alert_table, day, rule, src_ip, dst_ip, origin, reason)
);
CREATE INDEX IF NOT EXISTS scout_left_out_at ON scout_left_out (at);
