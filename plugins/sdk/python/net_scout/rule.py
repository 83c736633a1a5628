"""Write a rule in Python: a function that gives alerts, and `WitWorld = rule(...)`."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import wit_world
from componentize_py_types import Err
from wit_world.imports import description, detection, query as host, types

from . import Failure, Settings, boolean, case, choice, integer, keeps_state, line, reads, real, sentence

__all__ = [
    "Alert", "Failure", "boolean", "choice", "format_timestamp", "integer", "keeps_state", "line", "query", "reads", "real", "rule",
]


@dataclass
class Alert:
    """Something suspicious. The score is brought into 0 to 100; without a severity it follows from the score. Evidence is a dictionary of
    values, of lists of integers and of lists of texts. `events` says which events the alert is about: an SQL condition over `events`, or
    a pair of it and what is bound to `?1`, `?2`, ... in it."""

    alert_type: str
    score: int
    src_ip: str | None = None
    dst_ip: str | None = None
    severity: str | None = None
    evidence: dict = field(default_factory=dict)
    events: str | tuple | None = None


def rule(*, name, version, summary, alert_types, evaluate, parameters=(), requests=(), history_seconds=0):
    """The rule as a class, which the module must call `WitWorld`. `evaluate(window, settings)` gives alerts, one by one or as a list.
    A rule that needs events from before the window says so in `history_seconds`; `window.events_since` is where they begin then."""
    kind = description.Kind_Rule(description.RuleDetails(list(alert_types), history_seconds))
    described = description.Description(name, version, kind, summary, list(parameters), list(requests))

    class WitWorld(wit_world.WitWorld):
        def describe(self):
            return described

        def evaluate(self, window, arguments):
            # Whatever leaves this function other than as Err stops the guest without a word, sys.exit() too.
            try:
                return [_alert(alert) for alert in evaluate(window, Settings(arguments))]
            except BaseException as error:
                raise Err(_rule_error(error)) from None

    return WitWorld


def _rule_error(error):
    if isinstance(error, Err):
        return detection.RuleError_Query(error.value)
    if isinstance(error, Failure):
        return (case(detection, "RuleError", error.reason) or detection.RuleError_Failed)(error.detail)
    return detection.RuleError_Failed(sentence(error))


_TYPES = {
    bool: host.ColumnType.BOOLEAN,
    int: host.ColumnType.INTEGER,
    float: host.ColumnType.REAL,
    str: host.ColumnType.TEXT,
    list[bool]: host.ColumnType.BOOLEAN_LIST,
    list[int]: host.ColumnType.INTEGER_LIST,
    list[float]: host.ColumnType.REAL_LIST,
    list[str]: host.ColumnType.TEXT_LIST,
}


def query(sql, columns, parameters=()):
    """The rows of one SELECT, as tuples. `columns` says the type of each column: `str`, `int`, `float`, `bool`, or a list of one, such as
    `list[int]`, for what `json_group_array` gives. `parameters` are bound to `?1`, `?2`, ... A null is `None`."""
    with host.open(sql, [_value(parameter) for parameter in parameters], [_TYPES[column] for column in columns]) as rows:
        while (batch := rows.next()) is not None:
            yield from zip(*map(_cells, batch.columns), strict=True)


def _cells(column):
    values = _values(column.values.value)
    for row in column.nulls:
        values[row] = None
    return values


def _values(values):
    if isinstance(values, host.TextColumn):
        return [values.dictionary[code] for code in values.codes]
    if hasattr(values, "ends"):
        elements, starts = _values(values.values), [0, *values.ends]
        return [elements[start:end] for start, end in zip(starts, values.ends)]
    return values


_LEVELS = ((20, "informational"), (40, "low"), (70, "medium"), (90, "high"), (101, "critical"))


def _alert(alert):
    score = min(max(int(alert.score), 0), 100)
    severity = alert.severity or next(level for below, level in _LEVELS if score < below)
    evidence = [detection.EvidenceEntry(key, _evidence(value)) for key, value in alert.evidence.items()]
    return detection.Alert(
        alert.alert_type, alert.src_ip, alert.dst_ip, score, detection.Severity[severity.upper()], evidence, _selection(alert.events)
    )


def _selection(events):
    if events is None:
        return None
    condition, parameters = (events, ()) if isinstance(events, str) else events
    return detection.Selection(condition, [_value(parameter) for parameter in parameters])


def _evidence(value):
    if not isinstance(value, (list, tuple)):
        return detection.EvidenceValue_Scalar(_value(value))
    if all(isinstance(element, str) for element in value):
        return detection.EvidenceValue_Texts(list(value))
    if all(isinstance(element, int) for element in value):
        return detection.EvidenceValue_Integers(list(value))
    raise TypeError("a list in evidence must hold integers only, or texts only")


def _value(value):
    match value:
        case None:
            return types.Value_Null()
        case bool():
            return types.Value_Boolean(value)
        case int():
            return types.Value_Integer(value)
        case float():
            return types.Value_Real(value)
        case str():
            return types.Value_Text(value)
    raise TypeError(f"a value must be a bool, an int, a float, a str or None, not {type(value).__name__}")


def format_timestamp(microseconds):
    """An instant in microseconds as RFC 3339 in UTC, with six decimals where it has a fraction of a second."""
    return (datetime(1970, 1, 1) + timedelta(microseconds=microseconds)).isoformat() + "Z"
