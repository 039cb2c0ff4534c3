#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The command lines: oracle.py on files, world.py's worlds, compare.py's verdict."""

import datetime
import json
import os
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True  # the tree stays clean
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

import records

TODAY = "2026-11-22"
REFERENCES = {
    "municipalities": {"region": "regions"},
    "units": {"region": "regions", "municipality": "municipalities"},
    "services": {"nhv_area": "nhv_areas"}, "mappings": {"service": "services"},
    "agreements": {"owner_region": "regions"},
    "agreement_lines": {"agreement": "agreements", "unit": "units",
                        "service": "services"},
    "waiting_times": {"unit": "units", "service": "services"},
    "capacity": {"unit": "units", "service": "services"},
    "nhv_permits": {"area": "nhv_areas", "unit": "units", "region": "regions"},
    "guarantees": {"region": "regions"},
}
REVERSIBLE = [("valid_from", "valid_to"), ("window_start", "window_end"),
              ("book_by", "window_end"), ("in_force_from", "in_force_to"),
              ("observed_on", "forecast_until"), ("weight_min", "weight_max"),
              ("bmi_min", "bmi_max"), ("age_min", "age_max")]


def run(program, *arguments, text=None):
    return subprocess.run([sys.executable, os.path.join(HERE, program), *arguments],
                          input=text, capture_output=True, encoding="utf-8", check=False)


class Folder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def write(self, name, text):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "w", encoding="utf-8", newline="") as stream:
            stream.write(text)
        return self.path(name)


class OracleProgram(Folder):
    def test_several_folders_are_merged(self):
        self.write("a/units.csv", "region,id,name,ownership\r\n"
                   '14,TSE2321000131-A,"Å, ""B""",public\r\n')
        self.write("a/services.csv", "code,system,version,name_sv,guarantee\n"
                   "S,KVA,1,x,none\n")
        self.write("a/agreements.csv", "id,owner_region,kind\nA,14,own\n")
        self.write("b/agreement_lines.csv", "agreement,unit,service,price\n"
                   "A,TSE2321000131-A,S,10.55\n")
        done = run("oracle.py", "match", "--data", self.path("a"), "--data",
                   self.path("b"), "--today", TODAY,
                   text='{"service":"S","home_region":"14"}\n\n{"service":')
        self.assertEqual(done.returncode, 0, done.stderr)
        first, second = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual(first["options"][0]["unit"]["name"], 'Å, "B"')
        self.assertEqual(first["options"][0]["price"], 10.55)
        self.assertEqual(second["error"]["code"], "INVALID_ARGUMENT")

    def test_an_unknown_column_is_an_error(self):
        self.write("a/settings.csv", "key,value,colour\n")
        done = run("oracle.py", "match", "--data", self.path("a"), "--today", TODAY,
                   text="")
        self.assertNotEqual(done.returncode, 0)


class Worlds(Folder):
    def make(self, seed, name="w", *arguments):
        done = run("world.py", "--seed", str(seed), "--today", TODAY, "--out",
                   self.path(name), "--queries", "40", *arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        return self.path(name)

    def check_row(self, data, kind, row):
        for column, other in REFERENCES.get(kind, {}).items():
            if row[column] is not None:
                self.assertIn((row[column],), data[other])
        for low, high in REVERSIBLE:
            if row.get(low) is not None and row.get(high) is not None:
                self.assertLessEqual(row[low], row[high])
        for column in ("callers", "open_to"):
            self.assertNotEqual(row.get(column), frozenset())

    def check_waiting_time(self, row):
        today = records.date(TODAY)
        figures = (row["current_days"], row["forecast_days"])
        self.assertNotEqual(figures, (None, None))
        self.assertLessEqual(row["observed_on"], today + datetime.timedelta(days=1))
        self.assertEqual(row["forecast_days"] is None, row["forecast_until"] is None)
        if row["forecast_until"] is not None:
            last = row["observed_on"] + datetime.timedelta(days=90)
            self.assertLessEqual(row["forecast_until"], last)

    def test_worlds_hold_what_an_import_asks_for(self):
        for seed in range(15):
            folder = self.make(seed, f"w{seed}")
            data = records.read_folders([folder])
            for kind, rows in data.items():
                path = os.path.join(folder, kind + ".csv")
                self.assertEqual(len(records.read_file(kind, path)), len(rows), kind)
                for row in rows.values():
                    self.check_row(data, kind, row)
            for row in data["waiting_times"].values():
                self.check_waiting_time(row)
            for unit in data["units"].values():
                local = unit["municipality"] or unit["region"]
                self.assertEqual(local[:2], unit["region"])
            for row in data["municipalities"].values():
                self.assertTrue(row["region"] != "13" or row["healthcare_region"])

    def test_the_same_seed_makes_the_same_bytes(self):
        one, two = self.make(7, "one"), self.make(7, "two")
        names = sorted(os.listdir(one))
        self.assertEqual(len(names), len(records.COLUMNS) + 1)
        for name in names:
            with open(os.path.join(one, name), "rb") as a, \
                    open(os.path.join(two, name), "rb") as b:
                self.assertEqual(a.read(), b.read())

    def test_the_number_of_lines_can_be_said(self):
        data = records.read_folders([self.make(3, "w", "--lines", "60")])
        self.assertEqual(len(data["agreement_lines"]), 60)

    def test_every_reason_and_verdict_comes_up(self):
        seen = set()
        for seed in range(6):
            folder = self.make(seed, f"w{seed}")
            queries = os.path.join(folder, "queries.ndjson")
            done = run("oracle.py", "match", "--data", folder, "--today", TODAY,
                       "--batch", queries)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            for line in done.stdout.splitlines():
                answer = json.loads(line)
                seen.update(answer.get("error", {}).get("code", "").split())
                seen.update(answer.get("counts", {}).get("reasons", {}))
                for option in answer.get("options", []):
                    seen.update(option["verify"])
                    seen.update((option["verdict"], option["kind"], option["wait_basis"]))
        expected = """UNIT_INACTIVE AGREEMENT_NOT_YET_VALID AGREEMENT_EXPIRED
            AGREEMENT_SUSPENDED REGION_NOT_PARTY ASA WEIGHT BMI AGE SEX OUTSIDE_REGIONS
            TOO_FAR WAIT_TOO_LONG CAPACITY_CLOSED NO_SLOTS_LEFT NO_NHV_PERMIT CONDITION
            AGREEMENT_ENDS PERMIT_ENDS ADMITTED CONDITIONAL AGREEMENT CAPACITY PERMIT
            CURRENT FORECAST UNKNOWN INVALID_ARGUMENT NOT_FOUND""".split()
        self.assertEqual(set(expected) - seen, set())


class Compare(Folder):
    def compare(self, expected, actual, *arguments):
        one = self.write("x/expected", expected)
        two = self.write("x/actual", actual)
        done = run("compare.py", one, two, *arguments)
        return done.returncode, done.stdout.splitlines()

    def check_equal(self, expected, actual, *arguments):
        self.assertEqual(self.compare(expected, actual, *arguments),
                         (0, ["1 compared, 0 differ"]))

    def check_different(self, expected, actual, line):
        status, lines = self.compare(expected, actual)
        self.assertEqual((status, lines[-1]), (1, "1 compared, 1 differ"))
        self.assertIn(line, lines)

    def test_revision_and_message_are_ignored(self):
        self.check_equal('{"on":"x"}', '{"on":"x","revision":3}')
        self.check_equal('{"error":{"code":"A"}}', '{"error":{"code":"A","message":"b"}}')
        self.check_different('{"a":[]}', '{"a":[{"revision":1}]}',
                             '  a[0]: expected (absent), got {"revision": 1}')

    def test_numbers_are_compared_as_decimals(self):
        self.check_equal('{"a":81250.0,"b":0.1}', '{"b":0.10,"a":81250}')
        self.check_different('{"a":0.1}', '{"a":0.10000000000000001}',
                             '  a: expected 0.1, got 0.10000000000000001')
        self.check_different('{"a":1}', '{"a":true}', "  a: expected 1, got true")
        self.check_different('{"a":1}', '{"a":"1"}', '  a: expected 1, got "1"')

    def test_lists_are_compared_in_order(self):
        self.check_different('{"o":[{"c":"x"},{"c":"y"}]}', '{"o":[{"c":"y"},{"c":"x"}]}',
                             '  o[0].c: expected "x", got "y"')

    def test_absent_is_not_null(self):
        self.check_different("{}", '{"a":null}', "  a: expected (absent), got null")

    def test_a_path_can_be_ignored(self):
        self.check_equal('{"o":[{"p":1,"q":2}]}', '{"o":[{"p":2,"q":2}]}',
                         "--ignore", "o[].p")

    def test_missing_lines_differ(self):
        status, lines = self.compare("{}\n{}\n", "{}\n")
        self.assertEqual((status, lines[-1]), (1, "2 compared, 1 differ"))
        self.assertEqual(lines[0], "query 2:")

    def test_nothing_to_compare_is_not_success(self):
        self.assertEqual(self.compare("", "")[0], 2)

    def test_the_differing_query_is_shown(self):
        queries = self.write("x/queries", '{"q":1}\n{"q":2}\n')
        status, lines = self.compare('{}\n{"a":1}', '{}\n{"a":2}', "--queries", queries)
        self.assertEqual(lines[:3], ["query 2:", '  {"q":2}', "  a: expected 1, got 2"])
        self.assertEqual(status, 1)


if __name__ == "__main__":
    unittest.main()
