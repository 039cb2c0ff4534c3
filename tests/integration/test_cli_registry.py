# SPDX-License-Identifier: Apache-2.0
"""vardsok unit and vardsok agreement, against a real daemon."""

import csv
import io
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from cli_harness import Case  # noqa: E402

FILES = {
    "units.csv": "id,name,ownership,region,municipality,phone,active\n"
                 "TSE2321000131-E1,Ortopedkliniken,public,14,,0910123456,\n"
                 "TSE2321000016-E2,Ögonkliniken,private,01,,,false\n",
    "agreements.csv": "id,owner_region,kind,title,valid_to,callers\n"
                      "A-1,14,procured,Ortopedi,2027-12-31,01|13\n"
                      "A-2,01,own,,,\n",
}


class Registry(Case):
    def setUp(self):
        super().setUp()
        self.start()
        for name, text in FILES.items():
            self.write(f"world/{name}", text)
        self.assertEqual(self.vardsok("import", self.path("world")).returncode, 0)

    def rows(self, *arguments):
        result = self.vardsok(*arguments, "--json")
        self.assertEqual(result.returncode, 0, result.stderr)
        return [json.loads(line) for line in result.stdout.splitlines()]

    def test_a_unit_is_shown_with_what_is_stored_and_nothing_else(self):
        self.assertEqual(self.rows("unit", "show", "TSE2321000131-E1"), [
            {"id": "TSE2321000131-E1", "name": "Ortopedkliniken", "region": "14",
             "contact": {"phone": "0910123456"}, "ownership": "PUBLIC", "active": True,
             "revision": 2}])
        card = self.vardsok("unit", "show", "TSE2321000016-E2", "--lang", "sv").stdout
        self.assertRegex(card, r"Namn +Ögonkliniken\n")
        self.assertRegex(card, r"Ägande +privat\n")
        self.assertRegex(card, r"Aktiv +nej\n")
        self.assertNotIn("Telefon", card)

    def test_units_are_listed_by_the_region_that_they_lie_in(self):
        self.assertEqual([row["id"] for row in self.rows("unit", "list")],
                         ["TSE2321000016-E2", "TSE2321000131-E1"])
        self.assertEqual([row["id"] for row in self.rows("unit", "list", "--region", "14")],
                         ["TSE2321000131-E1"])

    def test_agreements_are_listed_by_who_owns_them_or_may_call_off(self):
        for region, ids in (("01", ["A-1", "A-2"]), ("13", ["A-1"]), ("25", [])):
            found = self.rows("agreement", "list", "--region", region)
            self.assertEqual([row["id"] for row in found], ids, region)

    def test_a_list_as_csv_is_a_file_of_an_import(self):
        text = self.vardsok("agreement", "list", "--csv").stdout
        rows = list(csv.DictReader(io.StringIO(text)))
        self.assertEqual([row["callers"] for row in rows], ["01|13", ""])
        self.write("again/agreements.csv", text)
        result = self.vardsok("import", self.path("again"))
        self.assertIn("2 equal to what is stored", result.stdout + result.stderr)

    def test_what_is_not_there_or_not_an_id_is_said(self):
        missing = self.vardsok("agreement", "show", "A-9")
        self.assertEqual((missing.returncode, missing.stdout), (1, ""))
        wrong = self.vardsok("unit", "show", "E1")
        self.assertEqual((wrong.returncode, wrong.stdout), (2, ""))
        self.assertIn("TSE2321000131-E1", wrong.stderr)
        retired = self.vardsok("unit", "list", "--region", "02")
        self.assertEqual(retired.returncode, 2)
        self.assertIn("--region", retired.stderr)


if __name__ == "__main__":
    unittest.main()
