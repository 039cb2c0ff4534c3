# SPDX-License-Identifier: Apache-2.0
"""One match query: from its JSON line to checked values, or a refusal.

Units are those of records.py: weight in hectograms, positions in millionths of a degree.
"""

import datetime
import json
import re
from decimal import Decimal

import records

DAYS_AHEAD = 730
MAX_WAIT_DAYS = 3650
MAX_DISTANCE_KM = 100_000

# The reasons of a refused query. The domain page asks for a closed list and names only
# UNKNOWN_SERVICE; the others are gathered here so that they can be set in one place.
NOT_JSON = "INVALID_JSON"
UNKNOWN_FIELD = "UNKNOWN_FIELD"
REQUIRED = "REQUIRED"
INVALID_VALUE = "INVALID_VALUE"
OUT_OF_RANGE = "OUT_OF_RANGE"
RETIRED_REGION = "RETIRED_REGION"
UNKNOWN_REGION = "UNKNOWN_REGION"
EMPTY_SET = "EMPTY_SET"
CONFLICT = "CONFLICT"
UNKNOWN_SERVICE = "UNKNOWN_SERVICE"
UNKNOWN_SYSTEM = "UNKNOWN_SYSTEM"
UNKNOWN_VERSION = "UNKNOWN_VERSION"
UNKNOWN_MUNICIPALITY = "UNKNOWN_MUNICIPALITY"

RETIRED = ["02", "11", "15", "16"]
ID = re.compile(r"[A-Za-z0-9._:+-]{1,64}\Z")
MUNICIPALITY = re.compile(r"[0-9]{4}\Z")


class Refused(Exception):
    def __init__(self, code, reason, field=None):
        super().__init__(f"{code} {reason} {field}")
        self.code = code
        self.reason = reason
        self.field = field


def invalid(reason, field):
    return Refused("INVALID_ARGUMENT", reason, field)


def not_found(reason, field):
    return Refused("NOT_FOUND", reason, field)


def read_id(value, field):
    if not isinstance(value, str) or not ID.match(value):
        raise invalid(INVALID_VALUE, field)
    return value


def read_date(value, field):
    try:
        return records.date(value)
    except (TypeError, ValueError):
        raise invalid(INVALID_VALUE, field) from None


def read_boolean(value, field):
    if not isinstance(value, bool):
        raise invalid(INVALID_VALUE, field)
    return value


def read_integer(low, high):
    def read(value, field):
        if isinstance(value, bool) or not isinstance(value, int):
            raise invalid(INVALID_VALUE, field)
        if not low <= value <= high:
            raise invalid(OUT_OF_RANGE, field)
        return value
    return read


def read_one_of(*names):
    def read(value, field):
        if value not in names:
            raise invalid(INVALID_VALUE, field)
        return value
    return read


def read_scaled(value, field, factor, low, high):
    """A JSON number as an integer of 1/factor, low and high in whole units."""
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        raise invalid(INVALID_VALUE, field)
    try:
        number = records.scaled(value, factor)
    except ValueError:
        raise invalid(INVALID_VALUE, field) from None
    if not low * factor <= number <= high * factor:
        raise invalid(OUT_OF_RANGE, field)
    return number


def read_weight(value, field):
    return read_scaled(value, field, 10, Decimal("0.5"), 400)


def read_region(value, field):
    if not isinstance(value, str):
        raise invalid(INVALID_VALUE, field)
    if value in RETIRED:
        raise invalid(RETIRED_REGION, field)
    if value not in records.REGIONS:
        raise invalid(UNKNOWN_REGION, field)
    return value


def read_regions(value, field):
    if not isinstance(value, list):
        raise invalid(INVALID_VALUE, field)
    if not value:
        raise invalid(EMPTY_SET, field)
    if value == ["*"]:
        return records.expand_regions(value)
    for item in value:
        is_key = isinstance(item, str) and item[1:] in records.HEALTHCARE_REGIONS
        if not (is_key and item[0] == "@"):
            read_region(item, field)
    return records.expand_regions(value)


def read_origin(value, field):
    """A municipality code, or a position as a pair."""
    if isinstance(value, str):
        if not MUNICIPALITY.match(value):
            raise invalid(INVALID_VALUE, field)
        return value
    if not isinstance(value, dict) or set(value) != {"latitude", "longitude"}:
        raise invalid(INVALID_VALUE, field)
    latitude = read_scaled(value["latitude"], f"{field}.latitude", 1_000_000, -90, 90)
    longitude = read_scaled(value["longitude"], f"{field}.longitude", 1_000_000,
                            -180, 180)
    return (latitude, longitude)


FIELDS = {
    "service": read_id, "system": read_id, "version": read_id,
    "home_region": read_region, "on": read_date, "asa": read_integer(1, 6),
    "weight": read_weight, "height_cm": read_integer(30, 250),
    "age": read_integer(0, 125), "sex": read_one_of("FEMALE", "MALE"),
    "origin": read_origin, "in_regions": read_regions,
    "max_wait_days": read_integer(0, MAX_WAIT_DAYS),
    "max_distance_km": read_integer(0, MAX_DISTANCE_KM),
    "slots": read_integer(1, 10_000), "guarantee_from": read_date,
    "paused_days": read_integer(0, 3650), "guarantee_deadline": read_date,
    "certain_only": read_boolean,
    "order": read_one_of("EARLIEST", "NEAREST", "CHEAPEST"),
    "limit": read_integer(1, 100), "explain": read_boolean,
    "min_revision": read_integer(0, 2**63 - 1),
}

DEFAULTS = {
    "slots": 1, "paused_days": 0, "certain_only": False, "order": "EARLIEST",
    "limit": 10, "explain": False,
}


def check_dates(query, today):
    last = today + datetime.timedelta(days=DAYS_AHEAD)
    if not today <= query["on"] <= last:
        raise invalid(OUT_OF_RANGE, "on")


def check_guarantee(given):
    if "guarantee_from" in given and "guarantee_deadline" in given:
        raise invalid(CONFLICT, "guarantee_deadline")
    if "paused_days" in given and "guarantee_from" not in given:
        raise invalid(CONFLICT, "paused_days")


def coded_services(data):
    """Every (system, version, code) that names a service, with the service's code."""
    codes = {}
    for mapping in data["mappings"].values():
        codes[mapping["system"], mapping["version"], mapping["code"]] = mapping["service"]
    for service in data["services"].values():
        codes[service["system"], service["version"], service["code"]] = service["code"]
    return codes


def newest_version(versions):
    """Without a version the newest of the system is meant, whatever codes it holds."""
    return max(versions, key=lambda version: version.encode())


def resolve_service(query, data):
    """The service that the query's code means."""
    system, version, code = query["system"], query["version"], query["service"]
    if system is None:
        if version is not None:
            raise invalid(CONFLICT, "version")
        if (code,) not in data["services"]:
            raise not_found(UNKNOWN_SERVICE, "service")
        return data["services"][(code,)]
    codes = coded_services(data)
    versions = {known[1] for known in codes if known[0] == system}
    if not versions:
        raise not_found(UNKNOWN_SYSTEM, "system")
    if version is None:
        version = newest_version(versions)
    if version not in versions:
        raise not_found(UNKNOWN_VERSION, "version")
    if (system, version, code) not in codes:
        raise not_found(UNKNOWN_SERVICE, "service")
    return data["services"][(codes[system, version, code],)]


def resolve_position(origin, data):
    """The position of a municipality or the one given; None when it is not known."""
    if origin is None or isinstance(origin, tuple):
        return origin
    municipality = data["municipalities"].get((origin,))
    if municipality is None:
        raise not_found(UNKNOWN_MUNICIPALITY, "origin")
    if municipality["latitude"] is None:
        return None
    return (municipality["latitude"], municipality["longitude"])


def parse_query(document, today, data):
    """Checked values of every field, with service and position resolved."""
    if not isinstance(document, dict):
        raise invalid(NOT_JSON, None)
    for name in document:
        if name not in FIELDS:
            raise invalid(UNKNOWN_FIELD, name)
    for name in ("service", "home_region"):
        if name not in document:
            raise invalid(REQUIRED, name)
    query = {name: None for name in FIELDS}
    query.update(DEFAULTS)
    query["on"] = today
    for name, read in FIELDS.items():
        if name in document:
            query[name] = read(document[name], name)
    check_dates(query, today)
    check_guarantee(document)
    query["service"] = resolve_service(query, data)
    query["position"] = resolve_position(query["origin"], data)
    return query


def read_query(line, today, data):
    try:
        document = json.loads(line, parse_float=Decimal)
    except ValueError:
        raise invalid(NOT_JSON, None) from None
    return parse_query(document, today, data)
