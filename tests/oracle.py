"""The three original rules, computed a second time.

This says what net-scout's scans must find. It shares nothing with the rules: it reads plain rows and counts them in dicts and sets.
It must never write to the database, and must never be changed only because a scan disagrees with it.
"""

import argparse
import json
import pathlib
import sqlite3
import sys
from collections import defaultdict
from datetime import datetime, timedelta, timezone

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
MICROSECOND = timedelta(microseconds=1)


def instant(text):
    """Microseconds since 1970 UTC, or None where the text is no instant. No zone means UTC."""
    if not isinstance(text, str):
        return None
    text = text.strip()
    if text[-1:] in ("Z", "z"):  # Python before 3.11 does not know it
        text = text[:-1] + "+00:00"
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return (moment - EPOCH) // MICROSECOND


def rfc3339(microseconds):
    """The instant as text in UTC, with a fraction only where there is one."""
    moment = EPOCH + microseconds * MICROSECOND
    fraction = f".{moment.microsecond:06}" if moment.microsecond else ""
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + fraction + "Z"


def whole(value):
    """The value where it is an integer, else None: SQLite keeps text in an integer column."""
    return value if isinstance(value, int) else None


def connections(database, table):
    """Yields (time text, source, destination, destination port, hits) for each row, whatever the layout."""
    quoted = '"' + table.replace('"', '""') + '"'
    columns = {row[1].lower() for row in database.execute(f"PRAGMA table_info({quoted})")}
    hits = "hit_count" if "hit_count" in columns else "1"
    if "src_ip" in columns:
        for time, source, destination, port, hit_count in database.execute(
            f"SELECT timestamp, src_ip, dst_ip, dst_port, {hits} FROM {quoted}"
        ):
            yield time, source, destination, whole(port), whole(hit_count)
    elif "ip" in columns:
        for time, direction, address, port, hit_count in database.execute(
            f"SELECT timestamp, direction, ip, port, {hits} FROM {quoted}"
        ):
            if direction == "RX":
                yield time, address, None, whole(port), whole(hit_count)
            elif direction == "TX":
                yield time, None, address, None, whole(hit_count)
    else:
        sys.exit(f"table {table} is in neither layout, or missing")


def alerts(database, options):
    """All alerts of the three rules, sorted."""
    total = defaultdict(int)  # by source
    destinations = defaultdict(set)  # by source
    ports = defaultdict(set)  # by source and destination
    by_hits = options.count == "hits"
    for text, source, destination, port, hit_count in connections(database, options.table):
        time = instant(text)
        if time is None or time < options.since or (options.until is not None and time >= options.until):
            continue
        if source is None:
            continue
        total[source] += max(hit_count or 1, 1) if by_hits else 1
        if destination is not None:
            destinations[source].add(destination)
        if port is not None:
            ports[source, destination].add(port)

    since = rfc3339(options.since)
    counted = {"counted": "hit_count"} if by_hits else {}
    found = []

    def alert(alert_type, source, destination, score, evidence):
        found.append(
            {
                "alert_type": alert_type,
                "src_ip": source,
                "dst_ip": destination,
                "score": min(100, score),
                "evidence": evidence,
            }
        )

    for source, count in total.items():
        reached = len(destinations.get(source, ()))
        if reached > options.destinations or count > options.connections:
            evidence = {"dst_count": reached, "conn_count": count, "since": since, **counted}
            alert("horizontal_scan", source, None, reached + count // 10, evidence)
        if count > options.volume:
            evidence = {"total_conns": count, "since": since, **counted}
            alert("high_connection_volume", source, None, count // 2, evidence)
    for (source, destination), tried in ports.items():
        if len(tried) > options.ports:
            alert("vertical_scan", source, destination, len(tried), {"ports": len(tried), "since": since})
    return sorted(found, key=lambda one: (one["alert_type"], one["src_ip"] or "", one["dst_ip"] or ""))


def main():
    parser = argparse.ArgumentParser(description="The alerts of the three original rules, as a JSON array.")
    parser.add_argument("database")
    parser.add_argument("--table", default="ip_events")
    parser.add_argument("--since", type=int, required=True, help="first instant inside, microseconds since 1970 UTC")
    parser.add_argument("--until", type=int, help="first instant behind; without it the window is open")
    parser.add_argument("--count", choices=["rows", "hits"], default="rows")
    parser.add_argument("--destinations", type=int, default=50, help="horizontal_scan: more distinct destinations")
    parser.add_argument("--connections", type=int, default=200, help="horizontal_scan: more connections")
    parser.add_argument("--ports", type=int, default=50, help="vertical_scan: more distinct ports")
    parser.add_argument("--volume", type=int, default=200, help="high_connection_volume: more connections")
    options = parser.parse_args()
    uri = pathlib.Path(options.database).resolve().as_uri() + "?mode=ro"
    database = sqlite3.connect(uri, uri=True)
    json.dump(alerts(database, options), sys.stdout)


if __name__ == "__main__":
    main()
