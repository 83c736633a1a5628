"""Inserts the rows of a database into a new one with the same tables and indexes, by one prepared statement and in transactions of 50,000
rows: what an import costs at least when nothing is read and nothing is looked for. Usage: import_baseline.py FROM TO"""

import sqlite3
import sys

source = sqlite3.connect(sys.argv[1])
target = sqlite3.connect(sys.argv[2], isolation_level=None)
for kind in ("table", "index"):
    query = "SELECT sql FROM sqlite_schema WHERE tbl_name = 'ip_events' AND type = ? AND sql IS NOT NULL"
    for (sql,) in source.execute(query, (kind,)):
        target.execute(sql)
names = [name for (_, name, *_) in source.execute("PRAGMA table_info(ip_events)") if name != "id"]
rows = source.execute(f"SELECT {', '.join(names)} FROM ip_events ORDER BY id")
insert = f"INSERT INTO ip_events ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
while batch := rows.fetchmany(50_000):
    target.execute("BEGIN")
    target.executemany(insert, batch)
    target.execute("COMMIT")
