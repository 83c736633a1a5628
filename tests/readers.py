"""Reads what net-scout writes in formats of others, as a program would that knows only their standards: Python's csv and email, and readers
of CEF and of RFC 5424 that share nothing with the writer.

    readers.py csv|cef|mail|syslog < cases

A case is a line of JSON: the `text` that was written, and the values that must come out of it. It fails at the first value that comes out
changed, at the first field, header or line that nobody wrote, and at the first character that a reader would not see.
"""

import csv
import email
import email.policy
import io
import json
import re
import sys
import unicodedata

# What a spreadsheet takes for the beginning of a formula (CWE-1236).
FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
ESCAPES = {"\t": "\\t", "\r": "\\r", "\n": "\\n"}
EXTENSION = set("rt externalId start end src c6a2 c6a2Label dst c6a3 c6a3Label dpt cnt cat cs1Label cs1 cs2Label cs2 cs3Label cs3 cs4Label cs4 "
                "cn1Label cn1 msg".split())
HEADERS = {"from", "to", "subject", "date", "message-id", "in-reply-to", "references", "mime-version", "content-type",
           "content-transfer-encoding", "auto-submitted"}
PARAMETERS = {"key", "route", "total", "repeat", "alert", "type", "severity", "score", "src", "dst"}


def is_seen(character):
    return unicodedata.category(character) not in ("Cc", "Cf", "Zl", "Zp")


def follow(original, text, place, longest=None, lines=False):
    """Where the value ends in a text: each character of it stands for itself, or where nobody would see it, as its escape."""
    for index, character in enumerate(original):
        if index == longest:
            assert text[place] == "…", f"{original!r} is not cut where it should be: {text!r}"
            return place + 1
        if text[place:place + 1] == character and (is_seen(character) or (lines and character in "\r\n")):
            place += 1
            continue
        escape = ESCAPES.get(character, f"\\u{{{ord(character):x}}}")
        assert text.startswith(escape, place), f"{original!r} came out as {text!r}"
        place += len(escape)
    return place


def same(original, text, longest=None, lines=False):
    end = follow(original, text, 0, longest, lines)
    assert end == len(text), f"{original!r} came out as {text!r}"


def made_of(parts, text):
    """A text that is made of words and of values between them."""
    place = 0
    for part in parts:
        if isinstance(part, str):
            assert text.startswith(part, place), f"{part!r} is missing at {place} of {text!r}"
            place += len(part)
        else:
            place = follow(part[0], text, place, part[1])
    assert place == len(text), f"{text!r} goes on"


def read_csv(case):
    rows = list(csv.reader(io.StringIO(case["text"], newline=""), strict=True))
    assert len(rows) == len(case["rows"]), f"{len(rows)} rows instead of {len(case['rows'])}"
    for expected, row in zip(case["rows"], rows):
        assert len(expected) == len(row), f"{expected!r} came out as {row!r}"
        for original, cell in zip(expected, row):
            if cell.startswith(FORMULA):
                float(cell)  # a number is none
            elif cell.startswith("'") and not original.startswith("'"):
                cell = cell[1:]
            same(original, cell)


def cef_header(line):
    fields, place = [""], 0
    while len(fields) < 8:
        if line[place] == "\\":
            place += 1
            assert line[place] in "\\|", f"\\{line[place]} is not an escape of a header"
            fields[-1] += line[place]
        elif line[place] == "|":
            fields.append("")
        else:
            fields[-1] += line[place]
        place += 1
    return fields[:7], line[place:]


def cef_extension(text):
    """Keys are words before a `=` that nothing escapes; a value goes on to the blank before the next key."""
    found = list(re.finditer(r"(?:^| )(\w+)(?<!\\)=", text))
    pairs = {}
    for this, following in zip(found, found[1:] + [None]):
        value = text[this.end():following.start() if following else len(text)]
        assert this[1] not in pairs, f"{this[1]} comes twice in {text!r}"
        unescape = {"\\\\": "\\", "\\=": "=", "\\n": "\n", "\\r": "\r"}
        pairs[this[1]] = re.sub(r"\\.", lambda escape: unescape[escape[0]], value)
    return pairs


def read_cef(case):
    line = case["text"]
    assert all(map(is_seen, line)), f"{line!r} has what nobody sees"
    header, rest = cef_header(line)
    assert header[:2] == ["CEF:0", "net-scout"] and header[6].isdecimal(), f"{line!r}"
    for place, original in case["header"].items():
        same(original, header[int(place)])
    pairs = cef_extension(rest)
    assert set(pairs) <= EXTENSION, f"{set(pairs) - EXTENSION} in {line!r}"
    for key, original in case["extension"].items():
        same(original, pairs[key], lines=True)


def read_mail(case):
    letter = email.message_from_bytes(case["text"].encode(), policy=email.policy.default)
    names = [name.lower() for name in letter.keys()]
    assert len(set(names)) == len(names) and set(names) <= HEADERS, f"{names}"
    assert not letter.defects and not any(letter[name].defects for name in names), f"{case['text']!r}"
    assert letter["to"].addresses[0].addr_spec == "ops@example.org" and len(letter["to"].addresses) == 1, f"{letter['to']}"
    made_of(case["subject"], str(letter["subject"]))
    line = letter.get_content().split("\n")[0].rstrip("\r")
    made_of(case["line"], line)


SYSLOG = re.compile(r"<(\d{1,3})>1 (\S+) (\S+) (\S+) (\S+) (\S+) \[([^ =\]\"]+)")
PARAMETER = re.compile(r' ([^ =\]"]+)="((?:[^"\\\]]|\\["\\\]])*)"')


def read_syslog(case):
    line = case["text"]
    assert all(map(is_seen, line)), f"{line!r} has what nobody sees"
    head = SYSLOG.match(line)
    assert head and head[4] == "net-scout" and head[6] == "alerts", f"{line!r}"
    place, pairs = head.end(), {}
    while parameter := PARAMETER.match(line, place):
        assert parameter[1] not in pairs, f"{parameter[1]} comes twice in {line!r}"
        pairs[parameter[1]] = re.sub(r"\\(.)", r"\1", parameter[2])
        place = parameter.end()
    assert line[place:place + 2] == "] ", f"structured data has no end in {line!r}"
    assert set(pairs) <= PARAMETERS, f"{set(pairs) - PARAMETERS} in {line!r}"
    for name, original in case["values"].items():
        same(original, pairs[name], longest=100)


def main():
    read = {"csv": read_csv, "cef": read_cef, "mail": read_mail, "syslog": read_syslog}[sys.argv[1]]
    count = 0
    for line in io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8", newline="\n"):
        try:
            read(json.loads(line))
        except (AssertionError, LookupError, ValueError, csv.Error) as error:
            sys.exit(f"case {count}: {type(error).__name__}: {error}\n{line}")
        count += 1
    print(count)


if __name__ == "__main__":
    main()
