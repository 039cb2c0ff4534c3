#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the bench world as CSV files: synthetic, seeded, the same bytes for the same arguments.

    make_world.py --out DIR [--lines 200000] [--units 5000] [--services 2000] [--seed 1]
                  [--today YYYY-MM-DD] [--queries 10000]

Services are asked for with Zipf popularity (s = 1) and have lines in the same proportion; 10,000
queries of that popularity, with a patient, a region and for half of them an origin, go to
queries.ndjson. Positions are spread over Sweden, waits and prices are what one sees.
"""
import argparse
import bisect
import csv
import datetime
import itertools
import json
import pathlib
import random

REGIONS = ["01", "03", "04", "05", "06", "07", "08", "09", "10", "12", "13", "14",
           "17", "18", "19", "20", "21", "22", "23", "24", "25"]
STATISTICS = ["estimate", "median", "p90"]


class Popularity:
    """Draws 0..n-1 with Zipf weights."""

    def __init__(self, n):
        self.sums = list(itertools.accumulate(1 / (i + 1) for i in range(n)))

    def draw(self, rng):
        return bisect.bisect_left(self.sums, rng.random() * self.sums[-1])


def unit_id(i):
    return f"TSE{2321000016 + i:010d}-{i:05d}"


def service_code(i):
    return f"S{i:05d}"


def write(path, columns, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def units(rng, args):
    for i in range(args.units):
        latitude = rng.triangular(55.4, 68.4, 58.8)
        longitude = 12.5 + (latitude - 55) * 0.45 + rng.uniform(-1.5, 3.5)
        yield [unit_id(i), f"Enhet {i}", "public" if i % 4 else "private", rng.choice(REGIONS),
               f"{latitude:.5f}", f"{longitude:.5f}", f"08-{100000 + i}"]


def terms(rng):
    asa = rng.choice(["", "", "2", "3", "3", "4"])
    weight_max = rng.choice(["", "", "", "120", "130", "150"])
    bmi_max = rng.choice(["", "", "35", "38", "40", "42"])
    age_min = rng.choice(["", "18", "18", "15"])
    return [asa, weight_max, bmi_max, age_min]


def price(rng):
    return "" if rng.random() < 0.2 else str(rng.randrange(8000, 140000, 250))


def agreements(rng, args):
    for i in range(args.agreements):
        callers = rng.choice(["", "", "*", "@norra", "@vastra", "@mellansverige", "01|09"])
        yield [f"A{i:05d}", rng.choice(REGIONS), rng.choice(["own", "procured"]), callers,
               "2024-01-01", rng.choice(["", "2030-12-31", "2031-06-30"])]


def lines(rng, args):
    popularity = Popularity(args.services)
    seen = set()
    while len(seen) < args.lines * 9 // 10:
        key = (rng.randrange(args.agreements), rng.randrange(args.units), popularity.draw(rng))
        if key in seen:
            continue
        seen.add(key)
        agreement, unit, service = key
        yield [f"A{agreement:05d}", unit_id(unit), service_code(service), *terms(rng), price(rng),
               rng.choice(["", "", "7", "14"])]


def capacities(rng, args):
    popularity = Popularity(args.services)
    for i in range(args.lines // 10):
        start = args.today + datetime.timedelta(days=rng.randrange(1, 200))
        end = start + datetime.timedelta(days=rng.randrange(0, 14))
        yield [f"C{i:06d}", unit_id(rng.randrange(args.units)),
               service_code(popularity.draw(rng)), rng.randrange(1, 9), start, end,
               rng.choice(["*", "@norra|01", "@vastra", "@sodra|@sydostra"]), *terms(rng),
               price(rng)]


def waiting_times(rng, args, pairs):
    for unit, service in sorted(pairs):
        if rng.random() < 0.1:
            continue
        observed = args.today - datetime.timedelta(days=rng.randrange(0, 60))
        days = max(3, int(rng.gammavariate(2.0, 45)))
        forecast = rng.random() < 0.5
        yield [unit, service, observed, days,
               max(1, days + rng.randrange(-20, 20)) if forecast else "",
               observed + datetime.timedelta(days=rng.randrange(60, 91)) if forecast else "",
               rng.choice(STATISTICS), "syntetisk"]


def queries(rng, args):
    popularity = Popularity(args.services)
    for _ in range(args.queries):
        query = {"service": service_code(popularity.draw(rng)), "home_region": rng.choice(REGIONS),
                 "asa": rng.choice([1, 2, 2, 3]), "weight": rng.randrange(500, 1250) / 10,
                 "height_cm": rng.randrange(155, 195), "age": rng.randrange(20, 88),
                 "sex": rng.choice(["FEMALE", "MALE"])}
        if rng.random() < 0.5:
            query["origin"] = {"latitude": round(rng.triangular(55.4, 68.4, 58.8), 5),
                               "longitude": round(rng.uniform(12, 19), 5)}
        yield query


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--out", required=True, type=pathlib.Path)
    parser.add_argument("--today", type=datetime.date.fromisoformat, default=datetime.date.today())
    parser.add_argument("--seed", type=int, default=1)
    for name, default in (("lines", 200000), ("units", 5000), ("services", 2000),
                          ("agreements", 3000), ("queries", 10000)):
        parser.add_argument(f"--{name}", type=int, default=default)
    args = parser.parse_args()
    rng = random.Random(args.seed)
    args.out.mkdir(parents=True, exist_ok=True)

    write(args.out / "units.csv",
          ["id", "name", "ownership", "region", "latitude", "longitude", "phone"],
          units(rng, args))
    write(args.out / "services.csv", ["code", "system", "version", "name_sv", "guarantee"],
          ([service_code(i), "BENCH", "1", f"Tjänst {i}", "treatment"]
           for i in range(args.services)))
    write(args.out / "agreements.csv",
          ["id", "owner_region", "kind", "callers", "valid_from", "valid_to"],
          agreements(rng, args))
    line_rows = list(lines(rng, args))
    write(args.out / "agreement_lines.csv",
          ["agreement", "unit", "service", "asa_max", "weight_max", "bmi_max", "age_min", "price",
           "lead_days"], line_rows)
    write(args.out / "capacity.csv",
          ["id", "unit", "service", "slots", "window_start", "window_end", "open_to", "asa_max",
           "weight_max", "bmi_max", "age_min", "price"], capacities(rng, args))
    write(args.out / "waiting_times.csv",
          ["unit", "service", "observed_on", "current_days", "forecast_days", "forecast_until",
           "statistic", "source"],
          waiting_times(rng, args, {(row[1], row[2]) for row in line_rows}))
    with open(args.out / "queries.ndjson", "w", encoding="utf-8") as file:
        for query in queries(rng, args):
            file.write(json.dumps(query, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
