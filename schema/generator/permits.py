# SPDX-License-Identifier: Apache-2.0
"""The permits for national highly specialised care, as the sources state them.

A permit must say when it came into force, and the sources do not always. Then the latest
date by which the sources show it is used, and the row's source text says so.
"""

import calendar
import re

from generator.table import Table, read_source

# The pages that the permits come from show the years 2016 to 2025.
LAST_YEAR_OF_SOURCES = "2025-12-31"
# What was "rikssjukvård" became national highly specialised care on this day.
RIKSSJUKVARD_BECAME_NHV = "2018-07-01"

SCOPE_TEXTS = {
    "children": "Barn",
    "adults": "Vuxna",
    "children; high injuries C0-C4": "Barn; höga skador C0–C4",
    "retinal surgery only here": "Näthinnekirurgi",
    "sällankirurgi": "Sällankirurgi",
    "point 1 (tissue analysis)": "Punkt 1 (vävnadsanalys)",
    "point 1 and ATTRv": "Punkt 1 och ATTRv",
    "national transports": "Nationella transporter",
}

# Areas whose source counts the scoped permits among the units that hold the whole one
# ("children at 3 of 5"): such a unit has a row without a scope as well.
SCOPE_IS_ADDED = {"ryggmargsskador", "rop", "amyloidos", "atstorning"}

# The sources name the hospital; the units are its sites. The site by general knowledge.
SITES = {
    "Karolinska universitetssjukhuset": ("Karolinska universitetssjukhuset Solna", {
        area: "Karolinska universitetssjukhuset Huddinge"
        for area in ("levertx", "iva-lever", "psc", "tips", "hogisolering",
                     "ssc-stamcell")}),
    "Skånes universitetssjukhus": ("Skånes universitetssjukhus Lund", {
        area: "Skånes universitetssjukhus Malmö"
        for area in ("peniscancer", "endometrios")}),
}


def complete_date(text):
    """The last day that a year and month, or a whole date, can mean."""
    if len(text) == 10:
        return text
    year, month = (int(part) for part in text.split("-"))
    return f"{text}-{calendar.monthrange(year, month)[1]:02d}"


def find_dates(text):
    return [complete_date(found)
            for found in re.findall(r"\b20\d\d-\d\d(?:-\d\d)?\b", text)]


def find_start(permit, area):
    """The day a permit is in force from, and what to say if no source states it."""
    if permit["in_force_from"]:
        return permit["in_force_from"], None
    granted = find_dates(area["status"])
    if granted and not area["status"].startswith("permit granted by"):
        return granted[0], "datum: beslutet, ikraftträdandet ej angivet"
    if "rikssjukvard" in permit["source"]:
        return (RIKSSJUKVARD_BECAME_NHV,
                "datum: tidigare rikssjukvård, blev nationell högspecialiserad vård")
    dates = granted + find_dates(permit["source"])
    return (max(dates, default=LAST_YEAR_OF_SOURCES),
            "datum: känt senast då, ikraftträdandet ej angivet")


def find_unit(permit, units):
    """The unit's id (absent if it is none of the units) and what to say about it."""
    name = permit["unit"].split(" (unit not in source")[0]
    note = None if name == permit["unit"] else "enhet enligt allmän kännedom"
    if name in SITES:
        default, sites = SITES[name]
        name = sites.get(permit["area_id"], default)
        note = "källan anger inte vilken ort på sjukhuset"
    if name in units:
        return units[name], note
    if name != "unit not stated":
        return None, f"namngiven enhet: {name}"
    return None, "enhet ej angiven"


def list_scopes(permit):
    scope = permit["sub_permit"]
    if not scope:
        return [None]
    text = SCOPE_TEXTS[scope]
    return [None, text] if permit["area_id"] in SCOPE_IS_ADDED else [text]


def names_a_unit(permit):
    """Whether the permit's unit is one of the hospitals."""
    names = {row["name"]: row["name"] for row in read_source("hospitals")}
    return find_unit(permit, names)[0] is not None


def make_permits(units):
    """All permits; or, with units None, only those whose unit is not known.

    units gives the id of each hospital's name. A permit that names a unit can only be
    imported where that unit is, so the code lists keep the others.
    """
    table = Table("nhv_permits.csv",
                  "area,unit,region,scope,in_force_from,in_force_to,source")
    areas = {row["area_id"]: row for row in read_source("nhv_areas")}
    for permit in read_source("nhv_permits"):
        if units is None and names_a_unit(permit):
            continue
        start, date_note = find_start(permit, areas[permit["area_id"]])
        unit, unit_note = find_unit(permit, units or {})
        source = permit["source"].replace("(stored copy)", "(sparad kopia)")
        source = source.replace("stored 2016-2018 table", "sparad tabell 2016–2018")
        notes = [note for note in (source, unit_note, date_note) if note]
        for scope in list_scopes(permit):
            table.add(area=permit["area_id"], unit=unit, region=permit["lanskod"],
                      scope=scope, in_force_from=start, source="; ".join(notes))
    return table
