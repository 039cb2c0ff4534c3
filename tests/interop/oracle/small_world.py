# SPDX-License-Identifier: Apache-2.0
"""Worlds of a few rows for the tests, built from cells as they stand in the files."""

import json

import oracle
import records

TODAY = records.date("2026-11-22")
UNIT = "TSE2321000131-A"
OTHER = "TSE2321000131-B"


class World:
    def __init__(self, nhv_area="", guarantee="treatment"):
        self.data = records.empty_data()
        self.add_unit(UNIT)
        self.add("services", code="S", system="KVA", version="2026", name_sv="Åtgärd",
                 guarantee=guarantee, nhv_area=nhv_area)
        self.add("agreements", id="A", owner_region="14", kind="own")

    def add(self, kind, /, **cells):
        unknown = set(cells) - set(records.COLUMNS[kind])
        assert not unknown, unknown
        records.put(self.data, kind, records.read_row(kind, cells))

    def add_unit(self, name, region="14", **cells):
        self.add("units", id=name, name="Sjukhuset", ownership="public", region=region,
                 **cells)

    def add_line(self, agreement="A", unit=UNIT, **cells):
        self.add("agreement_lines", agreement=agreement, unit=unit, service="S", **cells)

    def add_capacity(self, name="C", unit=UNIT, **cells):
        row = {"slots": "1", "window_start": "2026-12-01", "window_end": "2026-12-10",
               "open_to": "*", **cells}
        self.add("capacity", id=name, unit=unit, service="S", **row)

    def add_wait(self, unit=UNIT, observed_on="2026-11-20", **cells):
        self.add("waiting_times", unit=unit, service="S", observed_on=observed_on,
                 **cells)

    def add_permit(self, unit=UNIT, in_force_from="2020-01-01", **cells):
        self.add("nhv_permits", area="N", unit=unit, region="14",
                 in_force_from=in_force_from, **cells)

    def ask(self, **fields):
        query = {"service": "S", "home_region": "14", **fields}
        return oracle.answer_line(json.dumps(query), TODAY, self.data)

    def verdict(self, **fields):
        """The verdict of the only candidate and the reasons that decided it."""
        answer = self.ask(explain=True, **fields)
        if answer["options"]:
            return answer["options"][0]["verdict"], answer["options"][0]["verify"]
        return "EXCLUDED", sorted(answer["counts"]["reasons"])

    def option(self, **fields):
        return self.ask(**fields)["options"][0]

    def chosen(self, **fields):
        return [option["candidate"] for option in self.ask(**fields)["options"]]


def world_of_line(agreement=None, unit=None, wait="14", **line):
    """One line with a current wait, and nothing else."""
    world = World()
    world.add_unit(UNIT, **(unit or {}))
    world.add("agreements", id="A", owner_region="14", kind="own", **(agreement or {}))
    world.add_line(**line)
    if wait is not None:
        world.add_wait(current_days=wait)
    return world
