# SPDX-License-Identifier: Apache-2.0
"""The hospitals as care units. Real names and places; the ids are test ids."""

import re
import unicodedata

from generator.table import Table, read_source

# Run by others than a region, and who they are.
PRIVATE = {
    "Capio S:t Görans sjukhus": "Capio S:t Görans sjukhus AB",
    "Ersta sjukhus": "Ersta diakoni",
    "Sophiahemmet": "Sophiahemmet",
    "Elisabethsjukhuset": "Elisabethsjukhuset",
}

# Companies that a region owns: public, but another provider than the region itself.
REGION_COMPANIES = {
    "Danderyds sjukhus": "Danderyds sjukhus AB",
    "Norrtälje sjukhus": "Tiohundra AB",
    "S:t Eriks ögonsjukhus": "S:t Eriks ögonsjukhus AB",
    "Södersjukhuset": "Södersjukhuset AB",
    "Södertälje sjukhus": "Södertälje sjukhus AB",
}

# What the demo lets a unit offer: a rough class, by general knowledge of the hospital.
UNIVERSITY, GENERAL, ELECTIVE, DAY, EYE, NONE = "U", "G", "E", "D", "O", "-"
CLASSES = {
    EYE: ["S:t Eriks ögonsjukhus"],
    NONE: ["Regionsjukhuset Karsudden", "Säters sjukhus", "Nordhemskliniken"],
    DAY: ["Bromma sjukhus", "Dalens sjukhus", "Handens sjukhus", "Jakobsbergs sjukhus",
          "Nacka sjukhus", "Sabbatsbergs sjukhus", "Sollentuna sjukhus",
          "Löwenströmska sjukhuset", "Närsjukhuset i Simrishamn", "Högsbo närsjukhus",
          "Södra Älvsborgs Sjukhus Skene", "Fagersta sjukhus", "Avesta lasarett",
          "Ljusdals närsjukhus", "Sandvikens närsjukhus"],
}
CLASS_OF = {name: key for key, names in CLASSES.items() for name in names}

FILLER_WORDS = {"sjukhus", "sjukhuset", "universitetssjukhuset", "universitetssjukhus",
                "lasarett", "lasarettet", "länssjukhuset", "länssjukhus", "närsjukhus",
                "närsjukhuset", "centralsjukhuset", "centrallasarettet", "i",
                "sjukvården", "ögonsjukhus", "regionsjukhuset", "blekingesjukhuset", "nu"}
MAX_SUFFIX = 18


class Unit:
    """A hospital: what the tables need and its class in the demo."""

    def __init__(self, row, region):
        self.name = row["name"]
        self.region = row["lanskod"]
        self.municipality = row["kommunkod"]
        self.latitude = row["lat"]
        self.longitude = row["lon"]
        self.private = self.name in PRIVATE
        self.own_provider = PRIVATE.get(self.name) or REGION_COMPANIES.get(self.name)
        self.provider = self.own_provider or region["region_name"]
        # A provider that is not the region itself: its number is not in the sources.
        self.org_number = None if self.own_provider else region["orgnr"]
        self.id = f"TSE{region['orgnr']}-{make_suffix(self.name)}"
        self.unit_class = CLASS_OF.get(self.name) or find_class(row)


def find_class(row):
    if row["university_hospital"] == "yes":
        return UNIVERSITY
    if row["emergency_24h_general_knowledge"] == "yes":
        return GENERAL
    return ELECTIVE


def make_suffix(name):
    """1–18 letters and digits that a reader can tell the hospital from."""
    words = [word for word in re.split(r"[\s()-]+", name)
             if word and word.lower() not in FILLER_WORDS]
    plain = unicodedata.normalize("NFD", "".join(words) or name)
    return re.sub(r"[^A-Za-z0-9]", "", plain).upper()[:MAX_SUFFIX]


def make_units():
    """Every unit, in the order of the source."""
    regions = {row["lanskod"]: row for row in read_source("regions")}
    units = [Unit(row, regions[row["lanskod"]]) for row in read_source("hospitals")]
    ids = {unit.id for unit in units}
    if len(ids) != len(units):
        raise ValueError("two units with one id")
    return units


def make_unit_table(units):
    table = Table("units.csv", "id,name,provider,org_number,ownership,region,"
                  "municipality,latitude,longitude,phone,email,address,url,active")
    for unit in units:
        table.add(id=unit.id, name=unit.name, provider=unit.provider,
                  org_number=unit.org_number,
                  ownership="private" if unit.private else "public",
                  region=unit.region, municipality=unit.municipality,
                  latitude=unit.latitude, longitude=unit.longitude, active=True)
    return table
