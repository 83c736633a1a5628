-- The tables as the Python program made them. A database that has them keeps them, with their rows.
CREATE TABLE IF NOT EXISTS {alerts} (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    alert_type TEXT NOT NULL,
    src_ip TEXT,
    dst_ip TEXT,
    score INTEGER DEFAULT 0,
    evidence_json TEXT,
    enrichment_json TEXT,
    status TEXT DEFAULT 'new',
    created_at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS scout_enrichment_cache (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    subject TEXT NOT NULL UNIQUE,
    kind TEXT,
    result_json TEXT,
    updated_at TEXT NOT NULL
);
