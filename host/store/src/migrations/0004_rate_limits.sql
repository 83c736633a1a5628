-- When each kind of lookup may ask next, so that two runs in a row stay polite.
CREATE TABLE IF NOT EXISTS scout_rate_limits (
    name TEXT PRIMARY KEY,
    next_at INTEGER NOT NULL
);
