"""Checks alerts against the schemas that others publish. It knows nothing of net-scout.

    validate.py ocsf < objects                  JSON Schema of OCSF, of the version and profiles that an object names (ocsf-json-schema)
    validate.py ecs FIELDS < objects            the fields of ECS (@elastic/ecs as JSON): names, types, lists, allowed values

An object is a line of JSON. It prints how many there were, and fails with the first errors where there are any.
"""

import datetime
import ipaddress
import json
import sys

TEXTS = {"keyword", "constant_keyword", "wildcard", "text", "match_only_text", "version"}
WHOLE = {"long", "integer", "short", "byte", "unsigned_long"}


def ocsf():
    import jsonschema
    from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema

    validators = {}

    def check(found):
        version, profiles = found["metadata"]["version"], tuple(found["metadata"].get("profiles", []))
        key = (version, found["class_uid"], profiles)
        if key not in validators:
            schemas = OcsfJsonSchemaEmbedded(get_ocsf_schema(version))
            name = schemas.lookup_class_name_from_uid(found["class_uid"])
            schema = schemas.get_class_schema(name, list(profiles))
            jsonschema.Draft202012Validator.check_schema(schema)
            validators[key] = jsonschema.Draft202012Validator(schema)
        for error in validators[key].iter_errors(found):
            yield f"{error.json_path}: {error.message[:300]}"
        if found["type_uid"] != found["class_uid"] * 100 + found["activity_id"]:
            yield "$.type_uid: it is not made of class_uid and activity_id"

    return check


def is_of(kind, value):
    if kind in TEXTS:
        return isinstance(value, str)
    if kind == "boolean":
        return isinstance(value, bool)
    if isinstance(value, bool):
        return False
    if kind in WHOLE:
        return isinstance(value, int) and -(2**63) <= value < 2**63
    if kind in ("float", "double", "scaled_float", "half_float"):
        return isinstance(value, (int, float))
    if not isinstance(value, str):
        return False
    try:
        if kind == "ip":
            ipaddress.ip_address(value)
        elif kind == "date":
            datetime.datetime.fromisoformat(value.replace("Z", "+00:00"))
        else:
            return False
    except ValueError:
        return False
    return True


def ecs(path):
    with open(path, encoding="utf-8") as file:
        fields = json.load(file)

    def leaves(name, value):
        field = fields.get(name)
        if isinstance(value, dict) and not (field and field["type"] == "object"):
            for key, inner in value.items():
                yield from leaves(f"{name}.{key}" if name else key, inner)
        else:
            yield name, field, value

    def check(found):
        for name in ("@timestamp", "ecs.version"):
            inner = found
            for part in name.split("."):
                inner = inner.get(part) if isinstance(inner, dict) else None
            if inner is None:
                yield f"{name} is missing"
        for name, field, value in leaves("", found):
            if field is None:
                yield f"{name} is not a field of ECS"
            elif field["type"] == "object":
                wrong = [key for key, inner in value.items() if not is_of(field.get("object_type", "keyword"), inner)]
                if wrong:
                    yield f"{name}: {wrong} have another type"
            else:
                values = value if isinstance(value, list) else [value]
                if "array" in field.get("normalize", []) and not isinstance(value, list):
                    yield f"{name} is a list in ECS"
                if not all(is_of(field["type"], one) for one in values):
                    yield f"{name}: {value!r} is not {field['type']}"
                allowed = [one["name"] for one in field.get("allowed_values", [])]
                if allowed and not set(values) <= set(allowed):
                    yield f"{name}: {value!r} is not allowed"
                expected = field.get("expected_values")
                if expected and not set(values) <= set(expected):
                    yield f"{name}: {value!r} is not expected"
        event = found.get("event", {})
        for category in fields["event.category"]["allowed_values"]:
            if category["name"] in event.get("category", []):
                if not set(event.get("type", [])) <= set(category["expected_event_types"]):
                    yield f"event.type: {event['type']} does not go with {category['name']}"

    return check


def main():
    check = ocsf() if sys.argv[1] == "ocsf" else ecs(sys.argv[2])
    errors, count = [], 0
    for line in sys.stdin.buffer:
        found = json.loads(line)
        errors.extend(f"object {count}: {error}" for error in check(found))
        count += 1
    if errors:
        sys.exit("\n".join(errors[:20] + [f"{len(errors)} errors in {count} objects"]))
    print(count)


if __name__ == "__main__":
    main()
