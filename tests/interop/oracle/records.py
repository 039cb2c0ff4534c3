# SPDX-License-Identifier: Apache-2.0
"""The CSV files of the domain page, section 6, as plain dictionaries.

Every row becomes a dictionary with one entry per column; an empty cell or a missing
column is None. Units: weight in hectograms, BMI in tenths, price in öre, positions in
millionths of a degree, dates as datetime.date, region sets as frozensets of codes. The
files are taken to be valid: what is read here has been accepted by an import.
"""

import csv
import datetime
import os
from decimal import Decimal

REGIONS = ("01 03 04 05 06 07 08 09 10 12 13 14 17 18 19 20 21 22 23 24 25").split()

HEALTHCARE_REGIONS = {
    "norra": ["22", "23", "24", "25"],
    "mellansverige": ["03", "04", "17", "18", "19", "20", "21"],
    "stockholm-gotland": ["01", "09"],
    "vastra": ["13", "14"],
    "sydostra": ["05", "06", "08"],
    "sodra": ["07", "10", "12", "13"],
}

DEFAULT_MAX_AGE_DAYS = 42


def scaled(number, factor):
    """A decimal times factor as an integer; more decimals than that is a ValueError."""
    product = Decimal(number) * factor
    if product != int(product):
        raise ValueError(f"too many decimals: {number}")
    return int(product)


def text(cell):
    return cell


def integer(cell):
    return int(cell)


def tenths(cell):
    return scaled(cell, 10)


def hundredths(cell):
    return scaled(cell, 100)


def millionths(cell):
    return scaled(cell, 1_000_000)


def date(cell):
    if len(cell) != 10:
        raise ValueError(f"not a date: {cell}")
    return datetime.date.fromisoformat(cell)


def boolean(cell):
    return {"true": True, "false": False}[cell]


def enum(cell):
    return cell.upper()


def text_list(cell):
    return cell.split("|")


def expand_regions(items):
    """The region codes of a set written as codes and @keys, or as * alone."""
    if list(items) == ["*"]:
        return frozenset(REGIONS)
    codes = set()
    for item in items:
        if item.startswith("@"):
            codes.update(HEALTHCARE_REGIONS[item[1:]])
        elif item in REGIONS:
            codes.add(item)
        else:
            raise KeyError(item)
    return frozenset(codes)


def region_set(cell):
    return expand_regions(cell.split("|"))


TERMS = {
    "asa_max": integer, "weight_min": tenths, "weight_max": tenths, "bmi_min": tenths,
    "bmi_max": tenths, "age_min": integer, "age_max": integer, "sex": enum,
    "conditions": text_list,
}

# In the order of what refers to what.
COLUMNS = {
    "regions": {
        "code": text, "name": text, "healthcare_regions": text_list, "org_number": text,
        "phone": text, "email": text, "url": text, "hours": text,
    },
    "municipalities": {
        "code": text, "name": text, "region": text, "healthcare_region": text,
        "latitude": millionths, "longitude": millionths,
    },
    "units": {
        "id": text, "name": text, "provider": text, "org_number": text,
        "ownership": enum, "region": text, "municipality": text,
        "latitude": millionths, "longitude": millionths, "phone": text, "email": text,
        "address": text, "url": text, "active": boolean,
    },
    "nhv_areas": {
        "id": text, "name": text, "definition": text, "units_planned": integer,
        "process_step": text, "status": text, "decided_on": date, "source": text,
    },
    "services": {
        "code": text, "system": text, "version": text, "name_sv": text, "name_en": text,
        "synonyms": text_list, "area": text, "guarantee": enum, "nhv_area": text,
    },
    "mappings": {"system": text, "version": text, "code": text, "service": text},
    "agreements": {
        "id": text, "owner_region": text, "kind": enum, "title": text,
        "valid_from": date, "valid_to": date, "suspended": boolean,
        "callers": region_set, "reference_url": text,
    },
    "agreement_lines": {
        "agreement": text, "unit": text, "service": text, "variant": text, **TERMS,
        "price": hundredths, "lead_days": integer, "prerequisites": text_list,
        "aftercare": text,
    },
    "waiting_times": {
        "unit": text, "service": text, "observed_on": date, "current_days": integer,
        "forecast_days": integer, "forecast_until": date, "statistic": enum,
        "sample": integer, "source": text,
    },
    "capacity": {
        "id": text, "unit": text, "service": text, "slots": integer,
        "window_start": date, "window_end": date, "book_by": date,
        "open_to": region_set, **TERMS, "price": hundredths,
        "prerequisites": text_list, "aftercare": text, "note": text,
    },
    "nhv_permits": {
        "area": text, "unit": text, "region": text, "scope": text,
        "in_force_from": date, "in_force_to": date, "source": text,
    },
    "guarantees": {
        "guarantee": enum, "region": text, "days": integer, "valid_from": date,
    },
    "settings": {"key": text, "value": text},
}

KEYS = {
    "regions": ["code"],
    "municipalities": ["code"],
    "units": ["id"],
    "nhv_areas": ["id"],
    "services": ["code"],
    "mappings": ["system", "version", "code"],
    "agreements": ["id"],
    "agreement_lines": ["agreement", "unit", "service", "variant"],
    "waiting_times": ["unit", "service"],
    "capacity": ["id"],
    "nhv_permits": ["area", "region", "unit", "scope", "in_force_from"],
    "guarantees": ["guarantee", "region", "valid_from"],
    "settings": ["key"],
}


def read_row(kind, cells):
    row = {}
    for column, parse in COLUMNS[kind].items():
        cell = cells.get(column)
        row[column] = None if cell is None or cell == "" else parse(cell)
    return row


def read_file(kind, path):
    with open(path, encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream, strict=True)
        unknown = set(reader.fieldnames or []) - set(COLUMNS[kind])
        if unknown:
            raise ValueError(f"{path}: unknown columns {sorted(unknown)}")
        return [read_row(kind, cells) for cells in reader]


def key_of(kind, row):
    return tuple(row[column] for column in KEYS[kind])


def put(data, kind, row):
    """Store a row as an import does: it replaces the one with its key."""
    key = key_of(kind, row)
    stored = data[kind].get(key)
    older = (kind == "waiting_times" and stored is not None
             and row["observed_on"] < stored["observed_on"])
    if not older:
        data[kind][key] = row


def empty_data():
    return {kind: {} for kind in COLUMNS}


def read_folders(folders):
    """All rows of all folders, by kind and key; a later folder goes over an earlier."""
    data = empty_data()
    for folder in folders:
        for kind in COLUMNS:
            path = os.path.join(folder, kind + ".csv")
            if os.path.exists(path):
                for row in read_file(kind, path):
                    put(data, kind, row)
    return data


def max_age_days(data):
    """How many days a current waiting figure may be used."""
    setting = data["settings"].get(("waiting_time_max_age_days",))
    return DEFAULT_MAX_AGE_DAYS if setting is None else int(setting["value"])
