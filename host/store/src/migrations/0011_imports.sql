-- How far each log was imported, so that an import that was stopped goes on where it was.
CREATE TABLE IF NOT EXISTS scout_imports (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    -- The log is known by its first bytes, whatever it is called.
    head_length INTEGER NOT NULL,
    head_digest TEXT NOT NULL,
    path TEXT NOT NULL,
    offset INTEGER NOT NULL,
    line INTEGER NOT NULL,
    -- Rows of what follows that are stored already: a large batch is written in several transactions.
    rows INTEGER NOT NULL DEFAULT 0,
    is_finished INTEGER NOT NULL DEFAULT 0,
    updated_at TEXT NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS scout_imports_head ON scout_imports (head_length, head_digest);
