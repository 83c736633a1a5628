-- Rules that failed in the last ticks of the service. Another file, or other parameters, begin anew.
CREATE TABLE IF NOT EXISTS scout_rule_failures (
    rule TEXT PRIMARY KEY,
    -- Of its file and its parameters.
    digest TEXT NOT NULL,
    -- Ticks in a row.
    failures INTEGER NOT NULL,
    message TEXT NOT NULL,
    -- When the last of them was.
    at INTEGER NOT NULL
);
