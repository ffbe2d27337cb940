"""For schemathesis: what the API refuses although the schema of the request allows it.

A schema says nothing of two fields that have to go together, or of what was configured before. Whatever else is refused
is a fault of the OpenAPI document. It takes the place of the check positive_data_acceptance.
"""

import os
import re

import schemathesis

PROBLEM_CODES = {
    # A repeat with another body.
    "idempotency_key_reused",
    "site_has_no_shifts",
    "place_not_allowed",
    "secret_not_allowed",
    "device_config_invalid",
    "device_without_points",
    "devices_not_readable",
    "history_query_refused",
    "import_refused",
    "task_config_invalid",
    "task_disabled",
    "task_without_devices",
    "task_without_points",
    "too_many_periods",
}

MESSAGES = [
    r"must be before (to|end_time)",
    r"must not lie in the future",
    r"must lie in the future",
    r"give a stream or a part of the reason of what is to be deleted",
    r"must say, with trust_epoch, .*",
    r"must be a length of time like .*, from 1h to 3650d",
    r'".*" is no network such as 192\.168\.10\.0/24',
    r"is taken",
    r"send the file as the body",
    r"is no question of this list",
    r'".*" is built in: choose another name',
    r'".*" is none of: .*',
    r"there is no device .*",
    r"is the same as that of item \d+",
    r"a value of the array .* is named .* too",
    r".* are stored, and the database takes no .* beside them: .*",
    r"must be 1 to 64 letters, digits, blanks and ._@-, .*",
    r"there is no such (site|device|point|task)",
    # Many at once.
    r"give either ids, or a filter with a field",
    r"finds (nothing|more than .*)",
    r"(device|point) .*: .*",
    r"copy \d+: .*",
    r"needs \{n\} in it, .*",
    r".* (is taken|has no figures that could go up|cannot go up to .*)",
    r"would make \d+ points; .*",
    r"is not in this change set",
    r"\* stands alone: .*",
    r".*: of a device that is not in device_ids",
    # Metadata, of which a schema cannot bound the size.
    r"must not (contain U\+0000 or half a surrogate pair|nest deeper than .*|exceed .*)",
    # Devices.
    r"is required with (modbus_tcp|modbus_rtu|modbus_rtu_over_tcp).*",
    r"a serial line has no host: .*",
    r"only modbus_rtu has a serial line, .*",
    r"must be a name or an address alone, .*",
    r"0 addresses all units of a serial line, .*",
    r"connect_pause_ms of .* comes off the timeout of .*",
    # PLCs: what their addresses mean follows from series and frame.
    r"ascii_xy_octal is a setting of FX5, .*",
    r".* is no address of a PLC: .*",
    r".*: numbers of .* are (octal|decimal|hexadecimal) on this series",
    r".* is beyond the last number that a request can name",
    r".* is a bit itself: leave .* out",
    r".*: a word has the bits 0 to F",
    r"frames 1E do not reach .*",
    r"takes .*, and one read of this PLC gives .*: split it",
    r".* names a single bit here: its data_type is bool, .*",
    r"a PLC has words of 16 bits and no .*",
    r"a string needs its length in words: .*",
    r"(a bit of a word|an input) cannot be written: .*",
    r"must begin before it ends",
    # Devices and points of MQTT.
    r"is wanted (where there is a (password|command_payload)|of a writable point: .*)",
    r"must have cert and key, or neither",
    r".* is a whole topic filter: .*",
    r"(# may only be|[#+] must be|a topic to publish to|what follows #|must not be empty|must be text without NUL).*",
    r"must have \d+ bytes at the most",
    r"must be one of .* over MQTT",
    r"must be a JSON Pointer, such as .*",
    r"must have \$value where the value stands",
    r"an array cannot be written over MQTT",
    r"has characters that no text may hold",
    # No pattern says which time zones there are.
    r"must be a time zone, such as .*",
    r"must be whole days, like 1d or 1w, or less than one, like 1h",
    # Shifts of a site.
    r"is needed for shifts: each site has its own",
    r"must be a network such as 192\.168\.10\.0/24, or one address",
    r"must not be (that of another shift|when another begins)",
    # Rights of people and keys: role and sites say the same as grants do.
    r"belongs into one of the grants",
    r"is needed, or grants",
    r"is for people who are viewers and no more: .*",
    # Tasks.
    r"must set soft_seconds, hard_seconds or both; .*",
    r"must be less than hard_seconds: .*",
    # Points.
    r"is required, unless the address is in the classic notation .*",
    r'".*" is of the table .*, not .*',
    r"a .* is a single bit: .*",
    r".* needs an address after the last one",
    r"its last value is named .*",
    r"only .* ha(s|ve) .*, not .*",
    r"a string needs its length in registers: .*",
    r".* cannot be scaled: .*",
    r"64-bit integers without a scale are kept exactly: .*",
    r".* is above valid_max, .*",
    r"linear stands instead of scale and offset: .*",
    r"both raw values, and both engineering values, must differ",
    r"names no number",
    r"name at least one point, or a device",
    r"has no point: .*",
    r"\d+ points at most in one file",
    r".* is no number that .* can be.*",
    r".* cannot be written: .*",
]

# Bodies whose fields are those of a protocol that only the stored device says.
BY_PROTOCOL = ("/api/config/points/", "/api/config/points/{id}/", "/api/config/devices/{id}/", "/api/config/devices/try/")
OF_ANOTHER_PROTOCOL = re.compile(r'there is no (field ".*|such device)|".*" is no address: write .*', re.DOTALL)
# Items of a change set have the fields of the kind that each names: the calls of that kind are asked with them.
OF_AN_ITEM = ("/api/config/change-sets/", re.compile(r"items\.\d+\.(fields|id)(\..*)?"))
# Each protocol bounds these for itself.
FIELDS_OF_PROTOCOLS = {"address", "bit", "byte", "byte_order", "count", "data_type", "encoding", "length", "table"}

# Bodies by protocol multiply the cases of each operation that takes one. Devices and points are created with those of all
# protocols; a trial is sent those of the second one, everything else those of the first, which existing devices have.
OF_ALL_PROTOCOLS = {("post", "/api/config/devices/"), ("post", "/api/config/points/")}
OF_SECOND_PROTOCOL = {("post", "/api/config/devices/try/")}

# Not 412: no schema knows which version is the present one.
BEFORE_THE_RULES = {400, 405, 406, 415, 428}


def is_of_another_protocol(fault):
    return OF_ANOTHER_PROTOCOL.fullmatch(fault["message"]) or fault["path"].split(".")[-1] in FIELDS_OF_PROTOCOLS


def is_rule(message):
    return any(re.fullmatch(rule, message, re.DOTALL) for rule in MESSAGES)


def has_reserved_key(value):
    """Metadata may hold any JSON but these keys, which a schema can bound at its top alone."""
    if isinstance(value, dict):
        return any(key in ("__proto__", "constructor") or has_reserved_key(each) for key, each in value.items())
    return isinstance(value, list) and any(has_reserved_key(each) for each in value)


def with_protocols(schema, which):
    """The schema of a body with fewer alternatives: for `which` protocol, for each at its top where that is None."""
    if not isinstance(schema, dict):
        return schema
    for key in ("oneOf", "anyOf"):
        alternatives = [each for each in schema.get(key, []) if "code" in each.get("properties", {})]
        if len(alternatives) < 2:
            continue
        others = [with_protocols(each, 0) for each in schema[key] if each not in alternatives]
        # Protocols that differ in nothing but their name count as one.
        protocols = list({tuple(each["properties"]): each for each in reversed(alternatives)}.values())[::-1]
        kept = (protocols if which is None else [protocols[which]]) + others
        rest = {name: value for name, value in schema.items() if name != key}
        # Names tell them apart. With `oneOf` each case would be compared with all of them, which takes longer than all else.
        return {**rest, **kept[0]} if len(kept) == 1 else {**rest, "anyOf": kept}
    properties = {name: with_protocols(each, which) for name, each in schema.get("properties", {}).items()}
    return {
        **schema,
        **({"properties": properties} if properties else {}),
        **({"items": with_protocols(schema["items"], which)} if "items" in schema else {}),
    }


@schemathesis.hook
def before_load_schema(ctx, raw_schema):
    for path, operations in raw_schema["paths"].items():
        if not path.startswith(("/api/config/devices/", "/api/config/points/")):
            continue
        for method, operation in operations.items():
            which = 1 if (method, path) in OF_SECOND_PROTOCOL else 0
            which = None if (method, path) in OF_ALL_PROTOCOLS else which
            for content in operation.get("requestBody", {}).get("content", {}).values():
                content["schema"] = with_protocols(content["schema"], which)


@schemathesis.check
def accepts_what_the_schema_allows(ctx, response, case):
    meta = case.meta
    if meta is None or not meta.generation.mode.is_positive:
        return
    status = response.status_code
    if status == 400 and isinstance(case.body, dict) and has_reserved_key(case.body.get("metadata")):
        return
    assert status not in BEFORE_THE_RULES, f"a request that the schema allows was answered {status}"
    if status != 422:
        return
    problem = response.json()
    if problem["code"] in PROBLEM_CODES:
        return
    faults = problem.get("errors") or [{"message": problem["detail"], "path": ""}]
    if case.operation.path in BY_PROTOCOL and any(map(is_of_another_protocol, faults)):
        return
    path, of_an_item = OF_AN_ITEM
    if case.operation.path == path:
        faults = [fault for fault in faults if not of_an_item.fullmatch(fault["path"])]
    beyond = [fault for fault in faults if not is_rule(fault["message"])]
    assert not beyond, f"the schema allows what was refused: {problem['code']} {beyond}"


@schemathesis.hook
def before_call(ctx, case, kwargs):
    """X-Request-Id ends in Id, so schemathesis puts ids of other answers there: as numbers, which it cannot send."""
    for name, value in (case.headers or {}).items():
        case.headers[name] = str(value)


@schemathesis.hook
def filter_path_parameters(ctx, path_parameters):
    """The key that all of this is asked with is not taken away."""
    operation = ctx.operation
    is_key = operation is not None and operation.path == "/api/system/keys/{id}/"
    return not (is_key and (path_parameters or {}).get("id") in os.environ["OWN_KEY"].split(","))
