-- What each plugin used in each run.
CREATE TABLE IF NOT EXISTS scout_ledger (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    plugin TEXT NOT NULL,
    version TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    kind TEXT NOT NULL,
    wasi INTEGER NOT NULL,
    calls INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    error TEXT,
    wall_us INTEGER NOT NULL,
    cpu_us INTEGER NOT NULL,
    memory INTEGER NOT NULL,
    functions_json TEXT NOT NULL,
    rows INTEGER NOT NULL,
    bytes_in INTEGER NOT NULL,
    bytes_out INTEGER NOT NULL,
    denials INTEGER NOT NULL,
    alerts INTEGER NOT NULL,
    refused INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS scout_ledger_at ON scout_ledger (at);
