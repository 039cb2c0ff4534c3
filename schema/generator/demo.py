# SPDX-License-Identifier: Apache-2.0
"""The demo data set: real hospitals and permits, and synthetic everything else."""

import random

from generator.agreements import make_agreements
from generator.capacity import make_capacity
from generator.codes import permit_is_known
from generator.offers import draw_offers
from generator.permits import make_permits
from generator.table import read_source
from generator.units import make_unit_table, make_units
from generator.waits import make_waiting_times


def list_permitted(units, permits):
    """The (unit, service) pairs of the permits, once each."""
    by_id = {unit.id: unit for unit in units}
    known = {row["area_id"] for row in read_source("nhv_areas") if permit_is_known(row)}
    pairs = {}
    for row in permits.rows:
        area, unit = row[:2]
        if unit and area in known:
            pairs[by_id[unit], f"NHV-{area}"] = None
    return list(pairs)


def make_demo(today, seed):
    """Every table of the demo data set, in the order of what refers to what."""
    units = make_units()
    permits = make_permits({unit.name: unit.id for unit in units})
    offers = {unit.id: draw_offers(unit, random.Random(f"{seed}|offers|{unit.id}"))
              for unit in units}
    agreements = make_agreements(units, offers, today, seed)
    pairs = dict.fromkeys((line.unit, line.service) for line in agreements.lines)
    pairs.update(dict.fromkeys(list_permitted(units, permits)))
    return [make_unit_table(units), permits, agreements.agreement_table,
            agreements.line_table, make_waiting_times(pairs, today, seed),
            make_capacity(agreements)]
