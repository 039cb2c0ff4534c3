#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""vardsok service and contact against a real daemon with the national code lists."""

import csv
import io
import json
import os
import sys
import unittest

sys.dont_write_bytecode = True  # the tree stays clean
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from cli_harness import CODES, Case


class Directory(Case):
    def setUp(self):
        super().setUp()
        self.start()
        self.done("import", CODES)
        self.write("data/regions.csv",
                   "code,name,healthcare_regions,org_number,phone,email,url,hours\n"
                   "12,Region Skåne,sodra,2321000255,046-12 34 56,lots@skane.example,"
                   "https://skane.example/lots,Mån–fre 8–16\n")
        self.done("import", self.path("data"))

    def codes(self, *arguments):
        return [json.loads(line)["service"]["code"]
                for line in self.done("service", "search", *arguments, "--json").splitlines()]

    def refused(self, code, *arguments):
        result = self.vardsok(*arguments)
        self.assertEqual(result.returncode, code, result.stderr)
        self.assertEqual(result.stdout, "")
        return result.stderr


class Search(Directory):
    def test_a_navigators_words_find_the_service(self):
        for text in ("höft", "hoft", "HÖFTPROTES", "hoftprotes", "hip replacement", "nfb49",
                     "NFB29", "höftprotse", "hoftprotez", "total höftprotes"):
            self.assertEqual(self.codes(text)[0], "NFB49", text)
        for text in ("gråstarr", "katarakt", "grastarr", "katrakt", "starr", "51101"):
            self.assertEqual(self.codes(text)[0], "CJE20", text)

    def test_words_need_no_quotes(self):
        self.assertEqual(self.codes("operation", "gråstarr"), ["CJE20"])
        self.assertEqual(self.codes("operation gråstarr"), ["CJE20"])

    def test_the_table_says_what_is_not_to_be_seen(self):
        table = self.done("service", "search", "coxartros", "--lang", "sv")
        for part in ("Kod", "Kodverk", "Höftprotes", "KVA 2026", "Ortopedi", "coxartros"):
            self.assertIn(part, table)
        self.assertIn("liknande stavning",
                      self.done("service", "search", "coxatros", "--lang", "sv"))
        self.assertIn("MVO 1: 511", self.done("service", "search", "511"))
        self.assertIn("Hip replacement", self.done("service", "search", "höft", "--lang", "en"))

    def test_lines_fit_the_terminal(self):
        table = self.on_terminal("service", "search", "kirurgi", "--limit", "100",
                                 env={"NO_COLOR": "1"})
        self.assertGreater(len(table.splitlines()), 20)
        self.assertLessEqual(max(len(line) for line in table.splitlines()), 80)

    def test_more_than_the_limit_is_told(self):
        result = self.vardsok("service", "search", "kirurgi", "--limit", "2", "--json")
        self.assertEqual(len(result.stdout.splitlines()), 2)
        self.assertRegex(result.stderr, r"The first 2 of \d\d")

    def test_json_says_how_it_was_found(self):
        hit = json.loads(self.done("service", "search", "coxartros", "--limit", "1", "--json"))
        self.assertEqual((hit["found_by"], hit["synonym"]), ("SYNONYM", "coxartros"))
        self.assertEqual(hit["service"]["guarantee"], "TREATMENT")
        hit = json.loads(self.done("service", "search", "NFB29", "--json"))
        self.assertEqual(hit["found_by"], "MAPPING")
        self.assertEqual(hit["mapping"], {"system": "KVA", "version": "2026",
                                          "code": "NFB29", "service": "NFB49"})

    def test_csv_has_the_columns_of_the_file_and_how_it_was_found(self):
        rows = list(csv.DictReader(io.StringIO(
            self.done("service", "search", "öron", "näsa", "--csv"))))
        with open(os.path.join(CODES, "services.csv"), encoding="utf-8") as stream:
            stored = {row["code"]: row for row in csv.DictReader(stream)}
        self.assertGreater(len(rows), 2)
        for row in rows:
            self.assertEqual({name: row[name] for name in stored[row["code"]]},
                             stored[row["code"]])
            self.assertIn(row["found_by"], ("word", "word_prefix", "synonym", "area"))

    def test_nothing_found_is_no_failure(self):
        result = self.vardsok("service", "search", "xyzzyq", "--lang", "sv")
        self.assertEqual((result.returncode, result.stdout), (0, ""))
        self.assertIn("Prova färre", result.stderr)

    def test_what_cannot_be_searched_is_wrong_usage(self):
        for arguments in ((), ("höft", "--limit", "0"), ("höft", "--limit", "101"),
                          ("höft", "--limit", "x"), ("a" * 257,), ("19121212-1212",)):
            said = self.refused(2, "service", "search", *arguments)
            self.assertNotIn("19121212", said)
            self.assertIn("vardsok service search", said)
        self.assertIn("BAD_FORMAT", self.refused(1, "service", "search", "--", "--"))
        self.assertIn("TOO_MANY", self.refused(1, "service", "search", "a " * 17))


class Show(Directory):
    def test_a_service_is_shown_with_what_leads_to_it(self):
        card = self.done("service", "show", "NFB49", "--lang", "sv")
        for part in ("Höftprotes", "Hip replacement", "coxartros", "KVA 2026: NFB29, NFB39",
                     "behandling"):
            self.assertIn(part, card)
        shown = self.document("service", "show", "NFB49")
        self.assertEqual([m["code"] for m in shown["mappings"]], ["NFB29", "NFB39"])
        self.assertEqual(shown["nhv_permits"], [])

    def test_national_care_is_shown_with_its_permits(self):
        card = self.done("service", "show", "NHV-atstorning", "--lang", "sv")
        for part in ("Svårbehandlade ätstörningar (atstorning)", "Stockholm, Barn, från 2023"):
            self.assertIn(part, card)
        shown = self.document("service", "show", "NHV-atstorning")
        self.assertEqual(shown["nhv_area"]["id"], "atstorning")
        self.assertEqual({p["area"] for p in shown["nhv_permits"]}, {"atstorning"})

    def test_a_name_or_a_code_of_another_system_is_taken_when_it_is_plain(self):
        for text in ("höftprotes", "hoftprotes", "nfb49", "NFB29"):
            result = self.vardsok("service", "show", text, "--json")
            self.assertEqual(json.loads(result.stdout)["service"]["code"], "NFB49", text)
            self.assertIn("NFB49", result.stderr)

    def test_what_is_not_plain_is_asked_back(self):
        said = self.refused(1, "service", "show", "operation", "--lang", "sv")
        self.assertIn("Menade du", said)
        self.assertIn("Ljumskbråck", said)
        self.assertIn("service search", self.refused(1, "service", "show", "xyzzyq"))
        self.refused(2, "service", "show")
        self.refused(2, "service", "show", "NFB49", "--csv")


class Contact(Directory):
    def test_every_way_of_saying_skane_leads_to_its_navigator(self):
        for words in (["12"], ["skåne"], ["skane"], ["Region", "Skåne"], ["1281"], ["lund"]):
            found = self.document("contact", *words)
            self.assertEqual(found["region"], "12")
            self.assertEqual(found["contact"]["phone"], "046-12 34 56")
            self.assertEqual(found["healthcare_regions"], ["sodra"])
        card = self.done("contact", "lund", "--lang", "sv")
        for part in ("Lund (1281)", "Region Skåne (12)", "Södra", "046-12 34 56",
                     "lots@skane.example", "https://skane.example/lots", "Mån–fre 8–16"):
            self.assertIn(part, card)

    def test_halland_lies_in_two_healthcare_regions_and_halmstad_in_one(self):
        self.assertEqual(self.document("contact", "13")["healthcare_regions"],
                         ["vastra", "sodra"])
        self.assertEqual(self.document("contact", "halmstad")["healthcare_regions"],
                         ["sodra"])

    def test_a_contact_that_is_not_stored_is_said_so(self):
        result = self.vardsok("contact", "14", "--lang", "sv")
        self.assertEqual(result.returncode, 0)
        self.assertIn("ingen kontaktuppgift är inlagd", result.stdout)
        self.assertIn("regions.csv", result.stderr)
        self.assertNotIn("contact", self.document("contact", "14"))

    def test_csv_is_a_row(self):
        rows = list(csv.DictReader(io.StringIO(self.done("contact", "1281", "--csv"))))
        self.assertEqual([(row["region"], row["municipality_name"], row["phone"])
                          for row in rows], [("12", "Lund", "046-12 34 56")])

    def test_what_is_unknown_names_the_nearest(self):
        self.assertIn("Lund", self.refused(1, "contact", "lnud"))
        self.assertIn("1281", self.refused(1, "contact", "1289"))
        self.assertIn("RETIRED_REGION", self.refused(1, "contact", "15"))
        self.assertIn("several begin", self.refused(1, "contact", "väs"))
        self.refused(2, "contact")


if __name__ == "__main__":
    unittest.main()
