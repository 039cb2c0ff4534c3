# SPDX-License-Identifier: Apache-2.0
"""Synthetic waiting times, in proportion to the real ones of each region.

The source gives, for each region, the share of visits and operations done within 60 days.
Waits are taken to be exponential with that share: mean = -60 / ln(1 - share). A region
with a lower share has longer waits, and the demo keeps the order and the proportion.
"""

import datetime
import math
import random

from generator.offers import OFFERS, is_visit
from generator.table import Table, read_source

MEDIAN_OF_MEAN = math.log(2)
P90_OF_MEAN = math.log(10)
NHV_PACE = 0.6
MAX_DAYS = 3650
SOURCE = "syntetisk (demodata)"


def read_region_means():
    """Mean days to an operation or a visit: {(region, is_visit): days}."""
    shares = {}
    for row in read_source("waiting_region_60d"):
        if not row["flag"]:
            key = (row["lanskod"], row["kind"] == "forstabesok")
            shares.setdefault(key, []).append(int(row["value"]) / 100)
    return {key: -60 / math.log(1 - sum(values) / len(values))
            for key, values in shares.items()}


def draw_statistic(rng):
    """The statistic, its figure as a part of the mean, and the sample (or None)."""
    draw = rng.random()
    if draw < 0.40:
        return "median", MEDIAN_OF_MEAN, rng.randint(12, 260)
    if draw < 0.55:
        return "p90", P90_OF_MEAN, rng.randint(12, 260)
    return "estimate", 1.0, rng.randint(3, 40) if rng.random() < 0.3 else None


def draw_age(rng):
    """How many days ago the figure was taken: most are fresh, some too old to use."""
    draw = rng.random()
    if draw < 0.72:
        return rng.randint(0, 21)
    if draw < 0.87:
        return rng.randint(22, 42)
    return rng.randint(43, 60)


def make_forecast(observed_on, current_days, rng):
    until = observed_on + datetime.timedelta(days=rng.choice([14, 30, 45, 60, 75, 90]))
    days = min(MAX_DAYS, round(current_days * rng.uniform(0.7, 1.3)))
    return {"forecast_days": days, "forecast_until": until}


def make_wait(mean, today, rng):
    """The cells of one waiting time whose mean is `mean` days."""
    statistic, part, sample = draw_statistic(rng)
    observed_on = today - datetime.timedelta(days=draw_age(rng))
    days = min(MAX_DAYS, max(1, round(mean * part)))
    cells = {"observed_on": observed_on, "current_days": days, "statistic": statistic,
             "sample": sample, "source": SOURCE}
    if rng.random() < 0.4:
        cells.update(make_forecast(observed_on, days, rng))
        if rng.random() < 0.15:
            del cells["current_days"]
    return cells


def draw_mean(region_means, unit, service, seed, rng):
    offer = OFFERS.get(service)
    pace = offer.pace if offer else NHV_PACE
    habit = random.Random(f"{seed}|habit|{unit.id}").lognormvariate(0, 0.22)
    noise = rng.lognormvariate(0, 0.18)
    return region_means[unit.region, is_visit(service)] * pace * habit * noise


def make_waiting_times(pairs, today, seed):
    """A row for most of the (unit, service) pairs; some units report nothing."""
    table = Table("waiting_times.csv", "unit,service,observed_on,current_days,"
                  "forecast_days,forecast_until,statistic,sample,source")
    means = read_region_means()
    for unit, service in pairs:
        rng = random.Random(f"{seed}|wait|{unit.id}|{service}")
        if rng.random() < 0.09:
            continue
        mean = draw_mean(means, unit, service, seed, rng)
        table.add(unit=unit.id, service=service, **make_wait(mean, today, rng))
    return table
