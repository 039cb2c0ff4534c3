# SPDX-License-Identifier: Apache-2.0
"""Reading the source files and writing tables in the import's file format."""

import csv
import io
import os

SOURCES = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))),
                       "sources")

MAX_LIST_ITEMS = 16


class Table:
    """One file of the import: its name, its columns in order and its rows."""

    def __init__(self, name, columns):
        self.name = name
        self.columns = columns.split(",")
        self.rows = []

    def add(self, **cells):
        """Adds a row; a cell that is not given or is None is absent."""
        unknown = set(cells) - set(self.columns)
        if unknown:
            raise KeyError(f"{self.name}: no column {sorted(unknown)}")
        self.rows.append([format_cell(cells.get(column)) for column in self.columns])

    def encode(self):
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(self.columns)
        writer.writerows(self.rows)
        return out.getvalue().encode("utf-8")


def format_cell(value):
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        if len(value) > MAX_LIST_ITEMS or any("|" in item for item in value):
            raise ValueError(f"not a list that a cell can hold: {value}")
        return "|".join(value)
    return str(value)


def read_source(name):
    """The rows of schema/sources/<name>.csv as dicts."""
    path = os.path.join(SOURCES, name + ".csv")
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write_tables(tables, folder):
    os.makedirs(folder, exist_ok=True)
    for table in tables:
        with open(os.path.join(folder, table.name), "wb") as file:
            file.write(table.encode())


def find_differences(tables, folder):
    """Names what in the folder is not exactly what the tables would write."""
    faults = []
    for table in tables:
        path = os.path.join(folder, table.name)
        if not os.path.exists(path):
            faults.append(f"{path}: missing")
            continue
        with open(path, "rb") as file:
            if file.read() != table.encode():
                faults.append(f"{path}: differs from what the sources give")
    known = {table.name for table in tables}
    present = os.listdir(folder) if os.path.isdir(folder) else []
    for name in sorted(present):
        if name.endswith(".csv") and name not in known:
            faults.append(f"{os.path.join(folder, name)}: not made from the sources")
    return faults
