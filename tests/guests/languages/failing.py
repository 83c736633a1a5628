"""A rule that fails in the way that its parameter names."""

import sys

from net_scout.rule import Alert, Failure, choice, query, reads, rule

WAYS = {
    "exception": lambda settings: [1 // 0],
    "failure": lambda settings: fail(),
    "query": lambda settings: list(query("SELECT src_ip FROM events", [str])),
    "parameter": lambda settings: [settings["no_such"]],
    "alert": lambda settings: [Alert("failing", 1, evidence={"mixed": [1, "a"]})],
    "exit": lambda settings: sys.exit("enough"),
}


def fail():
    raise Failure("invalid-parameter", "nothing works")


WitWorld = rule(
    name="failing",
    version="0.1.0",
    summary="Fails",
    alert_types=["failing"],
    parameters=[choice("way", list(WAYS), "How it fails")],
    requests=[reads("events", ["id"])],
    evaluate=lambda window, settings: WAYS[settings["way"]](settings),
)
