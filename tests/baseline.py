"""What the original Python program does in a scan, for the benchmark: its three statements, one after another, without a hint.

Usage: baseline.py DATABASE SINCE, where SINCE is text in the form that the database holds. It must never be made faster or slower than
the original.
"""

import json
import sqlite3
import sys
import time

STATEMENTS = {
    "horizontal_scan": """
        SELECT src_ip, COUNT(DISTINCT dst_ip) AS dst_count, COUNT(*) AS conn_count
        FROM ip_events WHERE timestamp >= ? GROUP BY src_ip HAVING dst_count > 50 OR conn_count > 200""",
    "vertical_scan": """
        SELECT src_ip, dst_ip, COUNT(DISTINCT dst_port) AS ports
        FROM ip_events WHERE timestamp >= ? GROUP BY src_ip, dst_ip HAVING ports > 50""",
    "high_connection_volume": """
        SELECT src_ip, COUNT(*) AS total
        FROM ip_events WHERE timestamp >= ? GROUP BY src_ip HAVING total > 200""",
}


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: baseline.py DATABASE SINCE")
    database = sqlite3.connect(sys.argv[1])
    answer = {}
    for name, statement in STATEMENTS.items():
        begun = time.perf_counter()
        rows = database.execute(statement, (sys.argv[2],)).fetchall()
        answer[name] = {"rows": len(rows), "seconds": round(time.perf_counter() - begun, 6)}
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
