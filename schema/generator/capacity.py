# SPDX-License-Identifier: Apache-2.0
"""Synthetic temporary capacity: slots that units have free for a while."""

import datetime

from generator.offers import OFFERS, is_visit
from generator.table import Table

N_CAPACITIES = 150

NOTES = {
    False: ["syntetisk: extra operationsdagar", "syntetisk: återbud, kort varsel",
            "syntetisk: lediga tider efter schemaändring"],
    True: ["syntetisk: kvällsmottagning", "syntetisk: återbud, kort varsel",
           "syntetisk: extra mottagningsdagar"],
}
HEALTHCARE_SETS = ["@norra", "@mellansverige", "@stockholm-gotland", "@vastra",
                   "@sydostra", "@sodra"]


def draw_window(today, rng):
    """window_start, window_end and book_by; some windows lie in the past."""
    start = rng.randint(-30, 0) if rng.random() < 0.15 else rng.randint(2, 75)
    end = start + rng.randint(3, 30)
    book_by = None if rng.random() < 0.3 else max(start - rng.randint(0, 14), start - 30)
    days = (start, end, book_by)
    return [None if day is None else today + datetime.timedelta(days=day) for day in days]


def draw_open_to(agreements, unit, rng):
    draw = rng.random()
    if draw < 0.35:
        return "*"
    if draw < 0.7:
        # The unit's own region stands first, then a healthcare region that may hold it.
        return [unit.region, rng.choice(HEALTHCARE_SETS)]
    return [unit.region, *agreements.neighbours(unit.region)]


def make_capacity(agreements):
    """Drawn from the lines for operations and examinations, on such a line's terms."""
    table = Table("capacity.csv", "id,unit,service,slots,window_start,window_end,book_by,"
                  "open_to,asa_max,weight_min,weight_max,bmi_min,bmi_max,age_min,age_max,"
                  "sex,conditions,price,prerequisites,aftercare,note")
    lines = [line for line in agreements.lines if line.service in OFFERS]
    rng = agreements.random("capacity")
    operations = [line for line in lines if not is_visit(line.service)]
    visits = [line for line in lines if is_visit(line.service)]
    chosen = (rng.sample(operations, N_CAPACITIES * 4 // 5) +
              rng.sample(visits, N_CAPACITIES - N_CAPACITIES * 4 // 5))
    for number, line in enumerate(chosen, 1):
        start, end, book_by = draw_window(agreements.today, rng)
        offer = OFFERS[line.service]
        # Slots at short notice go at nine tenths of the line's price.
        price = None if line.price is None else f"{line.price * 9 // 10}.00"
        table.add(id=f"DEMO-KAP-{number:03d}", unit=line.unit.id, service=line.service,
                  slots=rng.choice([1, 2, 3, 4, 5, 6, 8, 10, 12, 20]),
                  window_start=start, window_end=end, book_by=book_by,
                  open_to=draw_open_to(agreements, line.unit, rng), price=price,
                  prerequisites=offer.prerequisites, aftercare=offer.aftercare,
                  note=rng.choice(NOTES[is_visit(line.service)]), **line.terms)
    return table
