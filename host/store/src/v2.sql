-- The second layout of net-sentinel, as that program makes it.
CREATE TABLE IF NOT EXISTS {table} (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    src_ip TEXT NOT NULL,
    src_rdns TEXT,
    src_port INTEGER,
    src_service TEXT,
    dst_ip TEXT NOT NULL,
    dst_rdns TEXT,
    dst_port INTEGER,
    dst_service TEXT,
    proto TEXT,
    in_if TEXT,
    out_if TEXT,
    verdict TEXT CHECK(verdict IN ('DROP','ACCEPT')),
    direction TEXT CHECK(direction IN ('INBOUND','OUTBOUND')),
    timestamp TEXT NOT NULL,
    hit_count INTEGER DEFAULT 1,
    city TEXT,
    state TEXT,
    country TEXT,
    country_code TEXT,
    latitude REAL,
    longitude REAL,
    trace_path TEXT,
    UNIQUE (src_ip, dst_ip, src_port, dst_port, proto, verdict, direction)
);
CREATE INDEX IF NOT EXISTS {table}_src_ip ON {table} (src_ip);
CREATE INDEX IF NOT EXISTS {table}_dst_ip ON {table} (dst_ip);
CREATE INDEX IF NOT EXISTS {table}_country_code ON {table} (country_code);
CREATE INDEX IF NOT EXISTS {table}_timestamp ON {table} (timestamp);
CREATE INDEX IF NOT EXISTS {table}_verdict_timestamp ON {table} (verdict, timestamp);
CREATE INDEX IF NOT EXISTS {table}_proto_timestamp ON {table} (proto, timestamp);
CREATE INDEX IF NOT EXISTS {table}_direction_timestamp ON {table} (direction, timestamp);
