#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Makes a small random world: the CSV files of the domain page, section 6, and queries.

    world.py --seed N --today YYYY-MM-DD --out DIR [--lines N] [--queries N]

The files are valid for an import on that day. There are few distinct waits, prices and
places, so that ties are common, and dates lie on, just before and just after the days
that matter. The same seed and day always give the same bytes.
"""

import argparse
import csv
import datetime
import json
import os
import random
import sys

sys.dont_write_bytecode = True  # the tree stays clean

import records
import world_queries

ORG_NUMBERS = {
    "01": "2321000016", "03": "2321000024", "04": "2321000032", "05": "2321000040",
    "06": "2321000057", "07": "2321000065", "08": "2321000073", "09": "2120000803",
    "10": "2321000081", "12": "2321000255", "13": "2321000115", "14": "2321000131",
    "17": "2321000156", "18": "2321000164", "19": "2321000172", "20": "2321000180",
    "21": "2321000198", "22": "2321000206", "23": "2321000214", "24": "2321000222",
    "25": "2321000230",
}
WAITS = [0, 7, 14, 28, 28, 28, 60, 90, 120]
PRICES = ["", "", "0", "12000", "12000", "81250.5", "81250.55", "99000.00"]
LEADS = ["", "", "", "0", "7", "14", "45"]
REGION_SETS = ["*", "@norra", "@vastra", "@sodra", "@mellansverige|01", "13", "01|09",
               "14|@stockholm-gotland", "12|13|14", "@sydostra|@sodra"]
TEXTS = ["Remiss med röntgen", 'Svar på "frågeformulär"', "EKG; blodstatus", "A/B-test",
         "Hälsodeklaration, påskriven", "Återbesök ordnas av hemregionen", "Ö\\Ä <5 kg>"]
CONDITIONS = ["Ej behov av intensivvård", "Kan gå i trappa", "Ingen känd allergi, latex"]
SCOPES = ["Barn", "Vuxna", "barn under ett år", "Öga"]
AGREEMENT_IDS = ["A", "A-1", "A.1", "A1", "A+1", "A:1", "A_1", "a1", "B", "B-2", "B-10"]
SERVICE_CODES = ["NFB29", "NFB49", "NGB49", "CJE20", "JAB30", "nfb29", "X.1", "X-1"]


class Random(random.Random):
    def chance(self, probability):
        return self.random() < probability

    def maybe(self, value, probability=0.5):
        """The value, or an empty cell."""
        return value if self.chance(probability) else ""


def day(today, offset):
    return (today + datetime.timedelta(days=offset)).isoformat()


def make_places(rng):
    """A few positions that units and municipalities share; some less than 1 km apart."""
    places = []
    for _ in range(rng.randint(3, 8)):
        latitude = rng.randint(55_400_000, 67_900_000)
        longitude = rng.randint(11_200_000, 23_900_000)
        places.append((latitude, longitude))
        if rng.chance(0.3):
            places.append((latitude + rng.randint(1, 9_000), longitude))
    return places


def micro(value):
    """Millionths of a degree as a cell, with no more decimals than needed."""
    return f"{value / 1e6:.6f}".rstrip("0").rstrip(".")


def position_cells(rng, places, probability):
    if not rng.chance(probability):
        return {"latitude": "", "longitude": ""}
    latitude, longitude = rng.choice(places)
    return {"latitude": micro(latitude), "longitude": micro(longitude)}


def keys_of(region):
    return [key for key, codes in records.HEALTHCARE_REGIONS.items() if region in codes]


def make_regions(rng):
    return [{
        "code": code, "name": f"Region {code}",
        "healthcare_regions": "|".join(keys_of(code)),
        "org_number": rng.maybe(ORG_NUMBERS[code]),
        "phone": rng.maybe("+46 10 123 45 67"),
        "email": rng.maybe("vardlots@example.org"),
        "url": rng.maybe("https://example.org/vardlots?a=1&b=2"),
        "hours": rng.maybe("vardagar 8–16"),
    } for code in records.REGIONS]


def make_municipalities(rng, places):
    rows = []
    for region in records.REGIONS:
        for number in range(80, 80 + rng.randint(1, 3)):
            keys = keys_of(region)
            split = len(keys) > 1
            rows.append({
                "code": f"{region}{number}", "name": f"Kommun {region}{number}",
                "region": region,
                "healthcare_region": rng.choice(keys) if split else rng.maybe(keys[0]),
                **position_cells(rng, places, 0.8),
            })
    return rows


def make_units(rng, places, municipalities):
    regions = rng.sample(records.REGIONS, rng.randint(2, 6)) + ["13"]
    suffixes = ["E1", "E10", "E2", "e1", "a", "B", "0", "00"]
    suffixes += [f"U{n}" for n in range(40)]
    rng.shuffle(suffixes)
    rows = []
    for suffix in suffixes[:rng.randint(5, 40)]:
        region = rng.choice(regions)
        local = [row["code"] for row in municipalities if row["region"] == region]
        rows.append({
            "id": f"TSE{ORG_NUMBERS[region]}-{suffix}", "name": f"Sjukhuset {suffix}, Ö",
            "provider": rng.maybe('Vård "Nära" AB'),
            "org_number": rng.maybe(ORG_NUMBERS[region]),
            "ownership": rng.choice(["public", "private"]), "region": region,
            "municipality": rng.maybe(rng.choice(local)),
            **position_cells(rng, places, 0.8),
            "phone": rng.maybe("031-123 45 67"), "email": rng.maybe("enhet@example.org"),
            "address": rng.maybe("Storgatan 1, Ängby"),
            "url": rng.maybe("https://example.org/enhet"),
            "active": rng.choice(["", "true", "true", "true", "true", "false"]),
        })
    return rows


def make_nhv_areas(rng):
    return [{
        "id": name, "name": f"NHV-område {name}", "definition": rng.maybe("Vård av få"),
        "units_planned": rng.maybe(str(rng.randint(1, 5))), "process_step": "",
        "status": rng.maybe("in_force"), "decided_on": rng.maybe("2021-03-01"),
        "source": rng.maybe("syntetisk"),
    } for name in ["barnhjarta", "ecmo"][:rng.randint(1, 2)]]


def make_services(rng, areas):
    rows = []
    for code in rng.sample(SERVICE_CODES, rng.randint(3, 8)):
        rows.append({
            "code": code, "system": rng.choice(["KVA", "KVA", "VO"]),
            "version": rng.choice(["2025", "2026", "9"]), "name_sv": f"Åtgärd {code}",
            "name_en": rng.maybe(f"Procedure {code}"),
            "synonyms": rng.maybe("höft|led"), "area": rng.maybe("Ortopedi"),
            "guarantee": rng.choice(["none", "visit", "treatment", "treatment"]),
            "nhv_area": rng.maybe(rng.choice(areas)["id"], 0.4),
        })
    if not any(row["nhv_area"] for row in rows):
        rows[0]["nhv_area"] = areas[0]["id"]
    return rows


def make_mappings(rng, services):
    """Codes of other systems and versions; none is a service's own."""
    taken = {(row["system"], row["version"], row["code"]) for row in services}
    rows = []
    for _ in range(rng.randint(2, 15)):
        key = (rng.choice(["KVA", "VO", "LOKAL"]), rng.choice(["1", "2025", "2026", "9"]),
               rng.choice(SERVICE_CODES + ["L1", "L2"]))
        if key not in taken:
            taken.add(key)
            rows.append({"system": key[0], "version": key[1], "code": key[2],
                         "service": rng.choice(services)["code"]})
    return rows


def make_validity(rng, today):
    """(valid_from, valid_to), mostly in force."""
    if rng.chance(0.5):
        return rng.maybe("2020-01-01"), ""
    first = rng.choice([-700, -30, 0, 1, 30])
    if rng.chance(0.25):
        return day(today, first), ""
    last = first + rng.choice([0, 1, 29, 30, 31, 60, 728, 760])
    return rng.maybe(day(today, first), 0.8), day(today, last)


def make_agreements(rng, today, owners):
    rows = []
    for name in rng.sample(AGREEMENT_IDS, rng.randint(5, len(AGREEMENT_IDS))):
        valid_from, valid_to = make_validity(rng, today)
        rows.append({
            "id": name, "owner_region": rng.choice(owners),
            "kind": rng.choice(["own", "procured", "national"]),
            "title": rng.maybe(f"Avtal, {name}"),
            "valid_from": valid_from, "valid_to": valid_to,
            "suspended": rng.choice(["", "", "false", "false", "true"]),
            "callers": rng.maybe(rng.choice(REGION_SETS), 0.75),
            "reference_url": rng.maybe("http://example.org/avtal"),
        })
    return rows


def make_terms(rng):
    cells = {name: "" for name in records.TERMS}
    if rng.chance(0.25):
        return cells
    cells["asa_max"] = rng.maybe(rng.choice(["2", "3", "3", "4", "6"]))
    cells["weight_min"] = rng.maybe(rng.choice(["40", "50.5"]), 0.2)
    cells["weight_max"] = rng.maybe(rng.choice(["100", "120.5", "150.0"]), 0.3)
    cells["bmi_min"] = rng.maybe(rng.choice(["18.5", "20"]), 0.25)
    cells["bmi_max"] = rng.maybe(rng.choice(["25", "30", "35.0", "35.5"]), 0.4)
    cells["age_min"] = rng.maybe(rng.choice(["0", "18", "40"]), 0.4)
    cells["age_max"] = rng.maybe(rng.choice(["64", "75", "125"]), 0.3)
    cells["sex"] = rng.maybe(rng.choice(["any", "female", "male"]), 0.25)
    cells["conditions"] = rng.maybe(make_texts(rng, CONDITIONS), 0.15)
    return cells


def make_texts(rng, texts):
    return "|".join(rng.sample(texts, rng.randint(1, 3)))


def make_lines(rng, n_lines, agreements, units, services):
    variants = ["", "v1", "v2", "V.1", "a"]
    n_possible = len(agreements) * len(units) * len(services) * len(variants)
    rows = {}
    while len(rows) < min(n_lines, n_possible):
        key = (rng.choice(agreements)["id"], rng.choice(units)["id"],
               rng.choice(services)["code"], rng.choice(variants))
        rows[key] = {
            "agreement": key[0], "unit": key[1], "service": key[2], "variant": key[3],
            **make_terms(rng), "price": rng.choice(PRICES),
            "lead_days": rng.choice(LEADS),
            "prerequisites": rng.maybe(make_texts(rng, TEXTS), 0.3),
            "aftercare": rng.maybe(rng.choice(TEXTS), 0.3),
        }
    return list(rows.values())


def make_waiting_time(rng, today, max_age, unit, service):
    observed = rng.choice([1, 0, -1, -20, -max_age + 1, -max_age, -max_age - 1, -85])
    with_current = rng.chance(0.7)
    row = {
        "unit": unit["id"], "service": service["code"],
        "observed_on": day(today, observed),
        "current_days": str(rng.choice(WAITS)) if with_current else "",
        "forecast_days": "", "forecast_until": "",
        "statistic": rng.maybe(rng.choice(["estimate", "median", "p90", "max"])),
        "sample": rng.maybe(str(rng.randint(1, 900))), "source": rng.maybe("syntetisk"),
    }
    if not with_current or rng.chance(0.4):
        lasts = [last for last in (-30, -1, 0, 1, observed, observed + 90)
                 if observed <= last <= observed + 90]
        row["forecast_days"] = str(rng.choice(WAITS))
        row["forecast_until"] = day(today, rng.choice(lasts))
    return row


def make_waiting_times(rng, today, max_age, units, services):
    return [make_waiting_time(rng, today, max_age, unit, service)
            for unit in units for service in services if rng.chance(0.75)]


def make_capacity(rng, today, units, services):
    rows = []
    for number in range(rng.randint(5, 40)):
        start = rng.choice([-60, -7, 0, 1, 7, 28, 28, 60, 120])
        end = start + rng.choice([0, 1, 6, 7, 14, 90])
        book_by = rng.maybe(day(today, min(end, rng.choice([-1, 0, 1, 14, end]))))
        rows.append({
            "id": f"{rng.choice(['C', 'c', 'C-', 'C.'])}{number}",
            "unit": rng.choice(units)["id"], "service": rng.choice(services)["code"],
            "slots": str(rng.choice([1, 2, 3, 10])),
            "window_start": day(today, start), "window_end": day(today, end),
            "book_by": book_by, "open_to": rng.choice(REGION_SETS), **make_terms(rng),
            "price": rng.choice(PRICES),
            "prerequisites": rng.maybe(make_texts(rng, TEXTS), 0.3),
            "aftercare": rng.maybe(rng.choice(TEXTS), 0.3),
            "note": rng.maybe("Uppkommen lucka"),
        })
    return rows


def make_permit_row(rng, today, area, unit):
    first = rng.choice([-2000, -2000, -2000, -30, 0, 1, 30])
    last = rng.maybe(max(first, rng.choice([-1, 0, 7, 28, 29, 100])), 0.35)
    return {
        "area": area["id"], "unit": unit["id"] if unit else "",
        "region": unit["region"] if unit else rng.choice(records.REGIONS),
        "scope": rng.maybe(rng.choice(SCOPES), 0.4), "in_force_from": day(today, first),
        "in_force_to": "" if last == "" else day(today, last),
        "source": rng.maybe("syntetisk"),
    }


def make_nhv_permits(rng, today, areas, units):
    rows = {}
    for area in areas:
        holders = [unit for unit in units if rng.chance(0.6)] + [None, None]
        for unit in holders:
            for _ in range(rng.choice([1, 1, 1, 2, 3])):
                row = make_permit_row(rng, today, area, unit)
                rows[tuple(row[name] for name in records.KEYS["nhv_permits"])] = row
    return list(rows.values())


def make_guarantees(rng, today):
    """National limits of 90 days and less, regional ones of all kinds up to 90."""
    rows = {}
    for guarantee in ("visit", "treatment"):
        regions = [""] * rng.choice([0, 1, 2, 2]) + rng.sample(records.REGIONS, 8) * 2
        for region in regions:
            since = day(today, rng.choice([-3000, -400, -60, -59, 0]))
            rows[guarantee, region, since] = {
                "guarantee": guarantee, "region": region,
                "days": str(rng.choice([30, 60, 85, 90])), "valid_from": since,
            }
    return list(rows.values())


def make_world(rng, today, n_lines):
    """Rows of cells, by kind."""
    max_age = rng.choice([42, 42, 42, 30])
    places = make_places(rng)
    world = {"regions": make_regions(rng)}
    world["municipalities"] = make_municipalities(rng, places)
    units = world["units"] = make_units(rng, places, world["municipalities"])
    areas = world["nhv_areas"] = make_nhv_areas(rng)
    services = world["services"] = make_services(rng, areas)
    world["mappings"] = make_mappings(rng, services)
    owners = rng.sample(records.REGIONS, 3) + ["13"]
    agreements = world["agreements"] = make_agreements(rng, today, owners)
    world["agreement_lines"] = make_lines(rng, n_lines, agreements, units, services)
    world["waiting_times"] = make_waiting_times(rng, today, max_age, units, services)
    world["capacity"] = make_capacity(rng, today, units, services)
    world["nhv_permits"] = make_nhv_permits(rng, today, areas, units)
    world["guarantees"] = make_guarantees(rng, today)
    stored = max_age != 42 or rng.chance(0.3)
    world["settings"] = ([{"key": "waiting_time_max_age_days", "value": str(max_age)}]
                         if stored else [])
    return world


REQUIRED = {
    "regions": "code name healthcare_regions",
    "municipalities": "code name region healthcare_region",
    "units": "id name ownership region", "nhv_areas": "id name",
    "services": "code system version name_sv guarantee",
    "mappings": "system version code service", "agreements": "id owner_region kind",
    "agreement_lines": "agreement unit service",
    "waiting_times": "unit service observed_on",
    "capacity": "id unit service slots window_start window_end open_to",
    "nhv_permits": "area region in_force_from", "guarantees": "guarantee days valid_from",
    "settings": "key value",
}


def write_file(rng, folder, kind, rows):
    """Columns and rows in any order; an optional column without values may be missing."""
    required = REQUIRED[kind].split()
    columns = [column for column in records.COLUMNS[kind]
               if column in required or any(row[column] != "" for row in rows)
               or rng.chance(0.5)]
    if rng.chance(0.5):
        rng.shuffle(columns)
    rows = rng.sample(rows, len(rows))
    line_end = rng.choice(["\n", "\r\n"])
    path = os.path.join(folder, kind + ".csv")
    with open(path, "w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns, extrasaction="ignore",
                                lineterminator=line_end)
        writer.writeheader()
        writer.writerows(rows)


def write_queries(path, queries):
    with open(path, "w", encoding="utf-8") as stream:
        for query in queries:
            stream.write(json.dumps(query, ensure_ascii=False, separators=(",", ":")))
            stream.write("\n")


def main(arguments):
    parser = argparse.ArgumentParser(prog="world.py")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--today", type=records.date, required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--lines", type=int, help="default 50 to 300")
    parser.add_argument("--queries", type=int, default=200)
    options = parser.parse_args(arguments)
    rng = Random(options.seed)
    n_lines = options.lines or rng.randint(50, 300)
    world = make_world(rng, options.today, n_lines)
    os.makedirs(options.out, exist_ok=True)
    for kind, rows in world.items():
        write_file(rng, options.out, kind, rows)
    data = records.read_folders([options.out])
    queries = world_queries.make_queries(rng, options.today, data, options.queries)
    write_queries(os.path.join(options.out, "queries.ndjson"), queries)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
