#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""vardsok import and export against a real daemon."""

import os
import subprocess
import sys
import unittest

sys.dont_write_bytecode = True  # the tree stays clean
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from cli_harness import BIN, CODES, ROOT, Case, day, run_python, today

U1 = "TSE2321000131-A"
U2 = "TSE2321000131-B"

FILES = {
    "regions.csv": "code,name,healthcare_regions\n14,Västra Götalandsregionen,vastra\n",
    "municipalities.csv": "code,name,region,latitude,longitude\n1480,Göteborg,14,57.7,11.97\n",
    "units.csv": "id,name,ownership,region,municipality\n"
                 f"{U1},Sjukhuset,public,14,1480\n{U2},Kliniken,private,14,\n",
    "services.csv": "code,system,version,name_sv,guarantee\n"
                    "NFB49,KVA,2026,Höftprotes,treatment\n",
    "agreements.csv": "id,owner_region,kind,callers\nA-1,14,own,\nA-2,14,procured,01|@sodra\n",
    "agreement_lines.csv": "agreement,unit,service,variant,asa_max,price\n"
                           f"A-1,{U1},NFB49,,3,81250.50\nA-2,{U2},NFB49,v1,2,\n",
    "waiting_times.csv": "unit,service,observed_on,current_days\n"
                         f"{U1},NFB49,{day(-2)},31\n{U2},NFB49,{day(-2)},14\n",
}


class Import(Case):
    def setUp(self):
        super().setUp()
        self.start()

    def write_files(self, name="good", **changed):
        """The files above with some replaced: units_csv="…"; None leaves one out."""
        files = dict(FILES)
        for key, text in changed.items():
            files[key.replace("_csv", ".csv")] = text
        for file, text in files.items():
            if text is not None:
                self.write(os.path.join(name, file), text)
        return self.path(name)

    def refused(self, folder, *options):
        """An import that must write nothing; returns its lines on stderr."""
        before = self.status()
        result = self.vardsok("import", folder, *options)
        self.assertEqual(result.returncode, 4, result.stderr)
        self.unchanged(before)
        return result.stderr.replace(folder + "/", "").splitlines()

    def assert_fault(self, lines, start):
        self.assertTrue(any(line.startswith(start) for line in lines),
                        f"no line begins with {start!r}: {lines}")


class RightFiles(Import):
    def test_the_same_files_twice_leave_every_revision_as_it_was(self):
        demo = self.path("demo")
        run_python(os.path.join(ROOT, "schema", "generate.py"), "demo", "--today",
                   today().isoformat(), "--out", demo)
        self.done("import", CODES)
        first = self.document("import", demo)
        self.assertGreater(first["written"], 1000)
        before = self.status()
        for folder in (CODES, demo):
            again = self.document("import", folder)
            self.assertEqual((again["written"], again["equal"]), (0, again["rows"]))
        self.unchanged(before)

    def test_what_is_exported_is_imported_without_a_change(self):
        self.done("import", self.write_files())
        before = self.status()
        self.done("export", self.path("out"))
        again = self.document("import", self.path("out"))
        self.assertEqual((again["files"], again["written"], again["rows"]), (13, 0, 11))
        with open(self.path("out", "agreement_lines.csv"), encoding="utf-8") as stream:
            self.assertIn("81250.5", stream.read())
        self.unchanged(before)

    def test_an_export_is_restored_exactly_by_replace(self):
        self.done("import", self.write_files())
        self.done("export", self.path("out"))
        self.write("more/settings.csv", "key,value\nwaiting_time_max_age_days,30\n")
        self.write("more/agreements.csv", "id,owner_region,kind\nA-9,14,own\n")
        self.done("import", self.path("more"))
        restored = self.document("import", self.path("out"), "--replace")
        self.assertEqual((restored["written"], restored["deleted"]), (0, 2))
        self.done("export", self.path("again"))
        for name in sorted(os.listdir(self.path("out"))):
            with open(self.path("out", name), "rb") as one, \
                    open(self.path("again", name), "rb") as other:
                self.assertEqual(one.read(), other.read(), name)

    def test_other_files_are_passed_over(self):
        folder = self.write_files()
        self.write("good/README.md", "about")
        self.write("good/queries.ndjson", "{}")
        self.done("import", folder)

    def test_an_import_outlives_a_daemon_that_is_killed_and_started_again(self):
        self.done("import", self.write_files())
        lines = "".join(f"A-{number},14,own\n" for number in range(30000))
        folder = self.write_files("many", agreements_csv="id,owner_region,kind\n" + lines)
        start = self.status()["revision"]
        importing = subprocess.Popen(
            [os.path.join(BIN, "vardsok"), "import", folder, "--server", self.url,
             "--timeout", "60"], stderr=subprocess.PIPE, encoding="utf-8")
        with importing:
            while self.status()["revision"] < start + 5:
                self.assertIsNone(importing.poll(), "the import was done before it was hurt")
            self.daemon.kill()
            self.start()
            said = importing.stderr.read()
        self.assertEqual(importing.returncode, 0, said)
        self.assertEqual(self.status()["state"]["agreements"], 30000)
        # 60 batches, each once: a repeated one has no effect of its own.
        again = self.document("import", folder)
        self.assertEqual((again["written"], again["equal"]), (0, again["rows"]))

    def test_progress_is_for_terminals(self):
        lines = "".join(f"A-{number},14,own\n" for number in range(20000))
        folder = self.write_files("many", agreements_csv="id,owner_region,kind\n" + lines)
        self.assertNotIn("\r", self.vardsok("import", folder).stderr)
        self.assertIn("checking [", self.on_terminal("import", folder))

    def test_one_file_on_standard_input(self):
        self.done("import", self.write_files())
        result = self.document("import", "-", "--kind", "agreements",
                               input="id,owner_region,kind\nA-3,14,own\n")
        self.assertEqual((result["rows"], result["written"]), (1, 1))

    def test_an_older_observation_is_skipped_with_a_notice(self):
        self.done("import", self.write_files())
        before = self.status()
        folder = self.write_files("older", waiting_times_csv=(
            "unit,service,observed_on,current_days\n"
            f"{U1},NFB49,{day(-3)},99\n"))
        result = self.vardsok("import", folder)
        self.assertEqual(result.returncode, 0)
        self.assertIn("waiting_times.csv:2: skipped", result.stderr)
        self.unchanged(before)

    def test_an_import_that_was_cut_is_finished_by_running_it_again(self):
        lines = "".join(f"A-{number},14,own\n" for number in range(2000))
        folder = self.write_files("many", agreements_csv="id,owner_region,kind\n" + lines)
        self.done("import", folder)
        self.daemon.kill()
        self.start()
        again = self.document("import", folder)
        self.assertEqual((again["written"], again["equal"]), (0, again["rows"]))


class BadFiles(Import):
    def setUp(self):
        super().setUp()
        self.done("import", self.write_files())

    def one_fault(self, start, **changed):
        lines = self.refused(self.write_files("bad", **changed))
        self.assert_fault(lines, start)
        self.assertEqual(len([line for line in lines if ".csv" in line]), 1, lines)

    def test_wrong_utf8(self):
        self.one_fault("units.csv:2: name:", units_csv=(
            b"id,name,ownership,region\n" + f"{U1},".encode() + b"\xff\xfe,public,14\n"))

    def test_a_retired_region_code(self):
        self.one_fault("units.csv:2: region:",
                       units_csv=f"id,name,ownership,region\n{U1},Namn,public,15\n")

    def test_an_id_that_breaks_its_format(self):
        self.one_fault("units.csv:2: id:",
                       units_csv="id,name,ownership,region\nSE12,Namn,public,14\n")

    def test_an_organisation_number_with_a_wrong_check_digit(self):
        self.one_fault("units.csv:2: org_number:", units_csv=(
            f"id,name,ownership,region,org_number\n{U1},Namn,public,14,2321000132\n"))

    def test_an_impossible_date(self):
        self.one_fault("agreements.csv:2: valid_from:", agreements_csv=(
            "id,owner_region,kind,valid_from\nA-1,14,own,2026-02-30\n"))

    def test_a_reversed_range(self):
        self.one_fault("agreement_lines.csv:2: weight_m", agreement_lines_csv=(
            f"agreement,unit,service,weight_min,weight_max\nA-1,{U1},NFB49,90,80\n"))

    def test_an_unknown_reference(self):
        self.one_fault("agreement_lines.csv:2: agreement:", agreement_lines_csv=(
            f"agreement,unit,service\nA-77,{U1},NFB49\n"))

    def test_every_unknown_reference_of_one_row_is_told(self):
        lines = self.refused(self.write_files("bad", agreement_lines_csv=(
            "agreement,unit,service\nA-77,TSE2321000131-Z,NFB50\n")))
        for column in ("agreement", "unit", "service"):
            self.assert_fault(lines, f"agreement_lines.csv:2: {column}:")

    def test_an_identity_number_in_free_text_is_refused_and_not_repeated(self):
        folder = self.write_files("bad", agreements_csv=(
            "id,owner_region,kind,title\nA-1,14,own,Avtal för 19121212-1212\n"))
        lines = self.refused(folder)
        self.assert_fault(lines, "agreements.csv:2: title:")
        self.assertNotIn("1212-1212", "\n".join(lines))

    def test_a_text_that_is_too_long(self):
        self.one_fault("units.csv:2: name:", units_csv=(
            f"id,name,ownership,region\n{U1},{'å' * 129},public,14\n"))

    def test_the_same_key_twice_names_both_lines(self):
        folder = self.write_files("bad", agreements_csv=(
            "id,owner_region,kind\nA-1,14,own\nA-2,14,own\nA-1,14,national\n"))
        lines = self.refused(folder)
        self.assert_fault(lines, "agreements.csv:4: id: the same key as in line 2")

    def test_too_few_and_too_many_cells(self):
        lines = self.refused(self.write_files("bad", agreements_csv=(
            "id,owner_region,kind\nA-1,14\nA-2,14,own,extra\n")))
        self.assert_fault(lines, "agreements.csv:2:")
        self.assert_fault(lines, "agreements.csv:3:")

    def test_an_unknown_column(self):
        lines = self.refused(self.write_files("bad", agreements_csv=(
            "id,owner_region,kind,colour\nA-1,14,own,red\n")))
        self.assert_fault(lines, "agreements.csv:1:")

    def test_an_empty_open_to(self):
        self.one_fault("capacity.csv:2: open_to:", capacity_csv=(
            "id,unit,service,slots,window_start,window_end,open_to\n"
            f"C-1,{U1},NFB49,1,{day(1)},{day(2)},\n"))

    def test_a_csv_file_of_no_kind(self):
        folder = self.write_files("bad")
        self.write("bad/unit.csv", "id\n")
        self.assert_fault(self.refused(folder), "unit.csv: ")

    def test_all_faults_of_all_files_are_told_at_once_in_order(self):
        lines = self.refused(self.write_files(
            "bad",
            units_csv="id,name,ownership,region\nSE12,Namn,publik,11\n",
            agreements_csv="id,owner_region,kind\nA-1,14,own\nA-1,14,own\n",
            agreement_lines_csv=f"agreement,unit,service\nA-1,{U1},NFB50\n"))
        places = [line.split(": ")[:2] for line in lines if ".csv:" in line]
        self.assertEqual(places, [
            ["units.csv:2", "id"], ["units.csv:2", "ownership"], ["units.csv:2", "region"],
            ["agreements.csv:3", "id"], ["agreement_lines.csv:2", "service"]])

    def test_faults_are_told_when_no_daemon_answers(self):
        folder = self.write_files("bad", settings_csv="key,value\nnonsense\n")
        result = self.vardsok("import", folder, "--server", "unix:/nonexistent/socket")
        self.assertEqual(result.returncode, 3)
        self.assertIn("settings.csv:2:", result.stderr)


class Options(Import):
    def test_keep_going_writes_the_right_rows_and_what_does_not_refer_to_the_others(self):
        folder = self.write_files(
            "part",
            units_csv="id,name,ownership,region\n"
                      f"{U1},Sjukhuset,public,14\n{U2},Kliniken,privat,14\n")
        result = self.vardsok("import", folder, "--keep-going", "--json")
        self.assertEqual(result.returncode, 4)
        self.assertIn("units.csv:3: ownership:", result.stderr)
        self.assertIn("agreement_lines.csv:3: unit:", result.stderr)
        self.assertIn("waiting_times.csv:3: unit:", result.stderr)
        state = self.status()["state"]
        self.assertEqual((state["units"], state["agreements"], state["agreement_lines"],
                          state["waiting_times"]), (1, 2, 1, 1))

    def test_dry_run_writes_nothing_and_shows_what_would_change(self):
        self.done("import", self.write_files())
        before = self.status()
        folder = self.write_files("next", agreements_csv=(
            "id,owner_region,kind\nA-1,14,national\nA-3,14,own\n"), agreement_lines_csv=None)
        shown = self.done("import", folder, "--dry-run").splitlines()
        self.assertEqual(shown, ["change agreement A-1", "add agreement A-3"])
        self.unchanged(before)

    def test_replace_deletes_what_the_given_files_do_not_hold(self):
        self.done("import", self.write_files())
        before = self.status()
        folder = self.path("less")
        self.write("less/agreement_lines.csv",
                   f"agreement,unit,service,asa_max,price\nA-1,{U1},NFB49,3,81250.5\n")
        self.write("less/agreements.csv", "id,owner_region,kind\nA-1,14,own\n")
        shown = self.done("import", folder, "--replace", "--dry-run").splitlines()
        self.assertEqual(shown, ["delete agreement A-2",
                                 f"delete agreement_line A-2/{U2}/NFB49/v1"])
        self.unchanged(before)
        result = self.document("import", folder, "--replace")
        self.assertEqual((result["written"], result["equal"], result["deleted"]), (0, 2, 2))
        state = self.status()["state"]
        self.assertEqual((state["agreements"], state["agreement_lines"], state["units"]),
                         (1, 1, 2))

    def test_replace_refuses_to_delete_what_something_refers_to(self):
        self.done("import", self.write_files())
        self.write("less/agreements.csv", "id,owner_region,kind\nA-1,14,own\n")
        lines = self.refused(self.path("less"), "--replace")
        self.assert_fault(lines, "agreements.csv: delete: agreement A-2: agreement_line A-2/")

    def test_replace_deletes_nothing_of_a_file_with_unreadable_rows(self):
        self.done("import", self.write_files())
        self.write("less/waiting_times.csv",
                   f"unit,service,observed_on,current_days\n{U1},NFB49,never,31\n")
        result = self.vardsok("import", self.path("less"), "--replace", "--keep-going")
        self.assertEqual(result.returncode, 4)
        self.assertEqual(self.status()["state"]["waiting_times"], 2)

    def test_wrong_usage_is_exit_2(self):
        for arguments in (["import"], ["import", "a", "b"], ["import", "-"],
                          ["import", ".", "--kind", "units"],
                          ["import", "-", "--kind", "colours"],
                          ["import", ".", "--csv"]):
            with self.subTest(arguments=arguments):
                self.assertEqual(self.vardsok(*arguments).returncode, 2)

    def test_a_folder_without_files_is_exit_1(self):
        os.mkdir(self.path("empty"))
        for folder in (self.path("empty"), self.path("missing")):
            self.assertEqual(self.vardsok("import", folder).returncode, 1)


if __name__ == "__main__":
    unittest.main()
