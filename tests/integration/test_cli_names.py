#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Names where codes are taken: one that fits is taken and said, two or none are refused."""

import json
import os
import sys
import unittest

sys.dont_write_bytecode = True  # the tree stays clean
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from cli_harness import CODES, Case, day

LJUNGBY = "TSE2321000065-LJUNGBY"
UNITS = ("id,name,ownership,region,municipality\n"
         f"{LJUNGBY},Ljungby lasarett,public,07,0781\n"
         "TSE2321000180-MORA,Mora lasarett,public,20,2062\n"
         "TSE2321000016-E1,Ögonkliniken,private,01,0180\n"
         "TSE2321000016-E2,Ögonkliniken,private,01,0180\n")


class Names(Case):
    def setUp(self):
        super().setUp()
        self.start()
        self.done("import", CODES)
        self.write("data/units.csv", UNITS)
        self.done("import", self.path("data"))

    def taken(self, said, *arguments):
        result = self.vardsok(*arguments)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn(said, result.stderr.splitlines())
        return result.stdout

    def refused(self, *arguments):
        result = self.vardsok(*arguments)
        self.assertEqual((result.returncode, result.stdout), (2, ""), result.stderr)
        return result.stderr.splitlines()

    def publish(self, *arguments):
        return self.vardsok("capacity", "publish", "--id", "C-1", "--slots", "2",
                            "--from", day(10), "--to", day(20), *arguments)


class Regions(Names):
    def test_a_region_by_any_of_its_names(self):
        for name in ("skane", "Skåne", "SKÅNE", "Region Skåne", "region skane", "skå"):
            self.taken("--region: Skåne (12)", "unit", "list", "--region", name)
        for name in ("Västra Götalandsregionen", "vastra gotaland", "västra götalands län"):
            self.taken("--region: Västra Götaland (14)", "unit", "list", "--region", name)
        self.taken("--region: Kalmar län (08)", "claim", "list", "--region", "kalmar")
        self.taken("--open-to: Gotland (09)", "capacity", "list", "--open-to", "gotland")

    def test_a_code_is_asked_nobody_about(self):
        result = self.vardsok("unit", "list", "--region", "07")
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertIn("retired", self.refused("unit", "list", "--region", "02")[0])

    def test_two_that_fit_are_told_and_none_is_taken(self):
        said = self.refused("unit", "list", "--region", "väst", "--lang", "sv")
        self.assertEqual(said[0], "vardsok: --region väst: 4 kan menas; skriv mer av namnet, "
                                  "eller en kod:")
        self.assertEqual(sorted(line[:2] for line in said[1:]), ["14", "19", "22", "24"])

    def test_a_typing_error_is_asked_about(self):
        said = self.refused("match", "--service", "NFB49", "--region", "skone")
        self.assertEqual(said[:3], ["vardsok: --region skone: nothing has that name or code",
                                    "Did you mean one of these?", "12  Skåne"])

    def test_a_set_takes_names_among_codes(self):
        result = self.publish("--unit", LJUNGBY, "--service", "NFB49",
                              "--open-to", "halland|01|@norra|skane")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(result.stderr.splitlines(),
                         ["--open-to: Halland (13)", "--open-to: Skåne (12)"])
        row = json.loads(self.done("capacity", "list", "--json"))
        self.assertLess({"01", "12", "13"}, set(row["open_to"]))


class Places(Names):
    def test_the_patients_municipality(self):
        match = ("match", "--service", "NFB49", "--region", "12", "--json", "--from")
        self.taken("--from: Lund (1281)", *match, "lund")
        self.taken("--from: Örnsköldsvik (2284)", *match, "ornskoldsvik")
        self.taken("--from: Habo (0643)", *match, "Habo")
        self.taken("--from: Håbo (0305)", *match, "Håbo")
        for code in ("1281", "55.7,13.19"):
            self.assertEqual(self.vardsok(*match, code).stderr, "")


class Services(Names):
    def test_a_service_by_its_name_or_code(self):
        for name in ("hoftprotes", "höft", "Höftprotes", "nfb49", "NFB29", "coxartros"):
            out = self.taken("--service: Hip replacement (NFB49)", "match", "--service", name,
                             "--region", "12", "--lang", "en")
            self.assertIn("NFB49", out)
        exact = self.vardsok("match", "--service", "NFB49", "--region", "12")
        self.assertNotIn("--service", exact.stderr)

    def test_several_none_and_nearly(self):
        said = self.refused("match", "--service", "kirurgi", "--region", "12")
        self.assertRegex(said[0], r"--service kirurgi: \d\d can be meant")
        self.assertEqual(len([line for line in said if "  " in line and line[0] != " "]), 5)
        for nearly in ("höftprotse", "NFB4"):
            said = self.refused("match", "--service", nearly, "--region", "12")
            self.assertEqual(said[2].split()[0], "NFB49", nearly)
        said = self.refused("match", "--service", "knä xyzzy", "--region", "12")
        self.assertIn("vardsok service search", said[-1])

    def test_a_code_of_no_service_is_the_daemons_to_refuse(self):
        result = self.vardsok("match", "--service", "XYZZY9", "--region", "12")
        self.assertEqual(result.returncode, 1)
        self.assertIn("UNKNOWN_SERVICE", result.stderr)

    def test_another_systems_code_is_no_name(self):
        result = self.vardsok("match", "--service", "höft", "--code-system", "KVA",
                              "--region", "12")
        self.assertEqual(result.returncode, 2)
        self.assertNotIn("Hip", result.stderr)

    def test_the_queries_of_a_batch_have_codes(self):
        queries = self.write("q", '{"service":"hoftprotes","home_region":"12"}\n'
                                  '{"service":"NFB49","home_region":"skane"}\n')
        result = self.vardsok("match", "--batch", queries, "--json")
        self.assertEqual(len(result.stdout.splitlines()), 2)
        for line in result.stdout.splitlines():
            self.assertIn("error", json.loads(line))


class Units(Names):
    def test_a_unit_by_words_of_its_name(self):
        out = self.taken(f"ID: Ljungby lasarett ({LJUNGBY})", "unit", "show", "ljungby",
                         "lasarett", "--json")
        self.assertEqual(json.loads(out)["id"], LJUNGBY)
        for command in (("claim", "list"), ("capacity", "list")):
            self.taken(f"--unit: Ljungby lasarett ({LJUNGBY})", *command, "--unit", "ljungby")

    def test_a_waiting_time_is_written_and_read_by_names(self):
        who = ("--unit", "ljungby", "--service", "hoftprotes")
        self.done("wait", "set", *who, "--observed", day(0), "--current", "30")
        self.assertEqual(self.document("wait", "show", *who)["unit"], LJUNGBY)

    def test_two_of_one_name_are_told_apart_by_their_ids(self):
        said = self.refused("unit", "show", "ögonkliniken")
        self.assertIn("2 can be meant", said[0])
        self.assertEqual(sorted(line.split()[0] for line in said[1:]),
                         ["TSE2321000016-E1", "TSE2321000016-E2"])

    def test_a_write_never_rests_on_a_guess(self):
        before = self.status()
        for unit, service in (("lasarett", "NFB49"), ("ljungbi", "NFB49"),
                              (LJUNGBY, "höftprotse"), (LJUNGBY, "kirurgi")):
            result = self.publish("--unit", unit, "--service", service, "--open-to", "*")
            self.assertEqual(result.returncode, 2, (unit, service))
        self.unchanged(before)

    def test_a_personal_number_is_neither_searched_nor_shown(self):
        for arguments in (("unit", "show", "anna 19121212-1212"),
                          ("unit", "list", "--region", "anna 191212121212"),
                          ("match", "--service", "höft 19121212-1212", "--region", "12")):
            self.assertNotIn("1212", "\n".join(self.refused(*arguments)), arguments)

    def test_without_a_daemon_a_name_cannot_be_known(self):
        result = self.vardsok("unit", "show", "ljungby",
                              env={"VARDSOK_SERVER": f"unix:{self.folder}/none"})
        self.assertEqual((result.returncode, result.stdout), (3, ""))


if __name__ == "__main__":
    unittest.main()
