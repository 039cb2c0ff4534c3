#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""vardsok match, wait and status against a real daemon, and what each says when it cannot."""

import json
import os
import subprocess
import sys
import unittest

sys.dont_write_bytecode = True  # the tree stays clean
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import cli_harness
from cli_harness import Case, day

U1 = "TSE2321000131-A"
U2 = "TSE2321000131-B"
QUESTION = ["match", "--service", "NFB49", "--region", "14"]


class Match(Case):
    def setUp(self):
        super().setUp()
        self.start()
        self.write("data/regions.csv", "code,name,healthcare_regions\n"
                                       "14,Västra Götalandsregionen,vastra\n")
        self.write("data/municipalities.csv", "code,name,region,latitude,longitude\n"
                                              "1480,Göteborg,14,57.7,11.97\n")
        self.write("data/units.csv", "id,name,ownership,region,latitude,longitude\n"
                                     f"{U1},Åsjukhuset,public,14,57.7,11.97\n"
                                     f"{U2},Kliniken,private,14,,\n")
        self.write("data/services.csv",
                   "code,system,version,name_sv,name_en,guarantee\n"
                   "NFB49,KVA,2026,Höftprotes,Hip replacement,treatment\n")
        self.write("data/agreements.csv", "id,owner_region,kind\nA-1,14,own\n")
        self.write("data/agreement_lines.csv",
                   "agreement,unit,service,asa_max,bmi_max,price\n"
                   f"A-1,{U1},NFB49,3,,81250.5\nA-1,{U2},NFB49,2,35,\n")
        self.write("data/waiting_times.csv", "unit,service,observed_on,current_days\n"
                                             f"{U1},NFB49,{day(-1)},31\n")
        self.write("data/guarantees.csv",
                   "guarantee,region,days,valid_from\ntreatment,,90,2005-11-01\n")
        self.done("import", self.path("data"))


class Answers(Match):
    def test_the_table_is_swedish_or_english(self):
        swedish = self.done(*QUESTION, "--lang", "sv", "--from", "1480")
        for part in ("NFB49 Höftprotes, för Västra Götaland", "Åsjukhuset", "31 dagar",
                     "aktuell", "saknas", "81 251", "Kontrollera"):
            self.assertIn(part, swedish)
        english = self.done(*QUESTION, env={"LC_ALL": "en_US.UTF-8"})
        for part in ("Hip replacement", "31 days", "current", "To verify", "ASA"):
            self.assertIn(part, english)

    def test_letters_stand_right_without_any_locale(self):
        for locale in ("C", "POSIX", "sv_SE.UTF-8", "nonsense"):
            table = self.done(*QUESTION, "--lang", "sv", env={"LC_ALL": locale})
            self.assertIn("Åsjukhuset", table)
            rows = [line for line in table.splitlines() if day(30) in line or "okänd" in line]
            columns = {line.find(day(30)) if day(30) in line else line.find("okänd")
                       for line in rows}
            self.assertEqual(len(columns), 1, table)

    def test_colours_are_for_terminals_that_want_them(self):
        self.assertNotIn("\033", self.done(*QUESTION))
        self.assertIn("\033[1;33m", self.on_terminal(*QUESTION))
        self.assertNotIn("\033", self.on_terminal(*QUESTION, env={"NO_COLOR": "1"}))

    def test_lines_fit_the_terminal(self):
        table = self.on_terminal(*QUESTION, "--explain", env={"NO_COLOR": "1"})
        self.assertLessEqual(max(len(line) for line in table.splitlines()), 80)

    def test_json_and_the_options_of_the_command_line_say_the_same_as_a_batch(self):
        query = {"service": "NFB49", "home_region": "14", "asa": 2, "weight": 82.5,
                 "height_cm": 176, "age": 67, "sex": "FEMALE", "origin": "1480",
                 "in_regions": ["@vastra"], "max_wait_days": 90, "max_distance_km": 100,
                 "guarantee_from": day(-10), "paused_days": 3, "slots": 2,
                 "order": "NEAREST", "limit": 5, "certain_only": True, "explain": True,
                 "on": day(1)}
        one = self.document(
            *QUESTION, "--asa", "2", "--weight", "82,5", "--height", "176", "--age", "67",
            "--sex", "female", "--from", "1480", "--in-region", "@vastra", "--max-wait", "90",
            "--max-km=100", "--guarantee-from", day(-10), "--paused", "3", "--slots", "2",
            "--order", "nearest", "--limit", "5", "--certain", "--explain", "--on", day(1))
        other = json.loads(self.done("match", "--batch", "-", input=json.dumps(query)))
        self.assertEqual(one, other)
        self.assertEqual(one["guarantee_deadline"], day(-10 + 90 + 3))
        self.assertEqual([option["unit"]["id"] for option in one["options"]], [U1])

    def test_nobody_is_exit_0_and_says_why(self):
        result = self.vardsok(*QUESTION, "--asa", "5", "--explain")
        self.assertEqual(result.returncode, 0)
        self.assertIn("Nobody can take this patient", result.stdout)
        self.assertIn("the ASA class is too high", result.stdout)
        self.assertIn("takes ASA up to 3", result.stdout)

    def test_csv_has_a_row_for_each_option(self):
        rows = self.done(*QUESTION, "--csv").splitlines()
        self.assertEqual(len(rows), 3)
        self.assertTrue(rows[0].startswith("verdict,verify,kind,candidate,unit.id,"))

    def test_a_refused_question_names_field_and_nearest(self):
        result = self.vardsok("match", "--service", "NFB94", "--region", "14")
        self.assertEqual(result.returncode, 1)
        self.assertEqual(result.stdout, "")
        self.assertIn("NFB49", result.stderr)
        self.assertIn("UNKNOWN_SERVICE", result.stderr)
        swedish = self.vardsok("match", "--service", "NFB94", "--region", "14", "--lang", "sv")
        self.assertIn("okänd vårdtjänst", swedish.stderr)

    def test_wrong_usage_is_exit_2_and_says_what_was_meant(self):
        wrong = {
            "match": "--service is missing", "match --service A": "--region is missing",
            "match --service A --region 02": "--region", "match --batch": "needs a value",
            "match --service A --region 14 --wieght 80": "--weight",
            "match --service A --region 14 --asa two": "--asa two",
            "match --service A --region 14 --weight 82.55": "--weight",
            "match --service A --region 14 --on tomorrow": "--on",
            "match --service A --region 14 --from here,there": "--from",
            "match --service A --region 14 --explain=yes": "takes no value",
            "match --service A --region 14 extra": "extra",
            "match --batch - --service A": "--batch", "match -s A": "two dashes",
            "macth": "match", "wait": "wait s", "status --timeout never": "--timeout",
            "status --csv": "--csv", "--asa 2 match": "first", "": "command is missing",
            "status --server ftp://x": "ftp://x", "status --lang no": "--lang",
            "wait set --unit U --service S --observed 2026-01-01 --request-id 12": "32",
        }
        for line, part in wrong.items():
            with self.subTest(line=line):
                result = self.vardsok(*line.split())
                self.assertEqual((result.returncode, result.stdout), (2, ""), result.stderr)
                self.assertIn(part, result.stderr)

    def test_common_options_may_stand_before_the_command(self):
        behind = self.done(*QUESTION, "--json")
        self.assertEqual(self.done("--json", "--lang", "sv", "--timeout=5", *QUESTION), behind)
        shown = self.done("--json", "wait", "show", "--unit", U1, "--service", "NFB49")
        self.assertEqual(json.loads(shown)["current_days"], 31)

    def test_no_daemon_is_exit_3_and_says_how_to_start_one(self):
        for arguments in (QUESTION, ["status"], ["export", self.path("out")],
                          ["match", "--batch", "-"], ["import", self.path("data")]):
            with self.subTest(arguments=arguments):
                result = self.vardsok(*arguments, "--server", "unix:/nonexistent/s", input="")
                self.assertEqual(result.returncode, 3, result.stderr)
                self.assertIn("vardsokd", result.stderr)

    def test_help_is_exit_0(self):
        for arguments in (["--help"], ["match", "--help"], ["wait", "set", "--help"],
                          ["--version"]):
            self.assertNotEqual(self.done(*arguments), "")


class Batches(Match):
    def batch(self, *lines):
        text = self.done("match", "--batch", "-", input="\n".join(lines) + "\n")
        return [json.loads(line) for line in text.splitlines()]

    def test_every_line_is_answered_in_its_place(self):
        right = '{"service":"NFB49","home_region":"14"}'
        answers = self.batch(
            right, "not JSON", "", '{"service":"NFB49","home_region":"02"}',
            '{"service":"NFB50","home_region":"14"}', "   ",
            '{"service":"NFB49","home_region":"14","colour":1}',
            '{"service":"' + "x" * 70000 + '","home_region":"14"}', right)
        errors = [answer.get("error", {}) for answer in answers]
        self.assertEqual([(error.get("code"), error.get("reason"), error.get("field"))
                          for error in errors], [
            (None, None, None), ("INVALID_ARGUMENT", "BAD_MESSAGE", None),
            ("INVALID_ARGUMENT", "RETIRED_REGION", "home_region"),
            ("NOT_FOUND", "UNKNOWN_SERVICE", "service"),
            ("INVALID_ARGUMENT", "UNKNOWN_FIELD", "colour"),
            ("INVALID_ARGUMENT", "TOO_LONG", None), (None, None, None)])
        self.assertEqual(answers[0], answers[-1])
        self.assertTrue(all(error["message"] for error in errors if error))

    def test_a_long_batch_keeps_its_order(self):
        n = 12345
        lines = [json.dumps({"service": "NFB49", "home_region": "14", "limit": 1 + i % 2,
                             "on": day(i % 700)}) for i in range(n)]
        lines[n // 2] = "wrong"
        answers = self.batch(*lines)
        self.assertEqual(len(answers), n)
        for i, answer in enumerate(answers):
            if i == n // 2:
                self.assertIn("error", answer)
            else:
                self.assertEqual((answer["on"], len(answer["options"])), (day(i % 700), 1 + i % 2))

    def test_a_program_can_ask_one_question_at_a_time(self):
        process = subprocess.Popen(
            [os.path.join(cli_harness.BIN, "vardsok"), "match", "--batch", "-",
             "--server", self.url],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8", bufsize=1)
        with process:
            for limit in (1, 2, 1):
                process.stdin.write('{"service":"NFB49","home_region":"14","limit":%d}\n' % limit)
                answer = json.loads(process.stdout.readline())
                self.assertEqual(len(answer["options"]), limit)
            process.stdin.close()
            self.assertEqual(process.stdout.read(), "")
        self.assertEqual(process.returncode, 0)

    def test_a_query_whose_revision_is_not_reached_does_not_end_the_batch(self):
        right = {"service": "NFB49", "home_region": "14"}
        far = {**right, "min_revision": 999999}
        lines = "".join(json.dumps(query) + "\n" for query in (right, far, right, far))
        done = self.vardsok("match", "--batch", "-", "--timeout", "500ms", input=lines)
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([answer.get("error", {}).get("reason") for answer in answers],
                         [None, "REVISION_NOT_REACHED", None, "REVISION_NOT_REACHED"])
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_no_message_repeats_a_personal_identity_number(self):
        number = "191212121212"  # one of the Tax Agency's published test numbers
        query = json.dumps({"service": number, "home_region": "14", number: 1}) + "\n"
        self.write(f"{number}/{number}.csv", "id\n")
        for command in (["match", f"--{number}"], [number], [*QUESTION, number],
                        ["match", "--service", number, "--region", "14"],
                        ["import", self.path(number)], ["match", "--batch", number],
                        ["status", "--server", f"unix:{self.path(number)}"],
                        ["match", "--batch", "-"]):
            done = self.vardsok(*command, input=query)
            self.assertIn("***", done.stdout + done.stderr)
            self.assertNotIn(number, done.stdout + done.stderr)

    def test_an_empty_batch_is_answered_by_nothing(self):
        self.assertEqual(self.done("match", "--batch", "-", input=""), "")

    def test_a_file_that_is_not_there_is_exit_1(self):
        self.assertEqual(self.vardsok("match", "--batch", self.path("none")).returncode, 1)


class Waits(Match):
    def test_what_is_set_is_answered_shown_and_used(self):
        stored = self.document("wait", "set", "--unit", U2, "--service", "NFB49", "--observed",
                               day(0), "--current", "5", "--forecast", "7", "--until", day(30),
                               "--statistic", "median", "--sample", "12", "--source", "Mätning")
        self.assertEqual(list(stored), [
            "unit", "service", "observed_on", "current_days", "forecast_days", "forecast_until",
            "statistic", "sample", "source", "revision"])
        self.assertEqual(self.document("wait", "show", "--unit", U2, "--service", "NFB49"), stored)
        self.assertEqual(self.status()["revision"], stored["revision"])
        answer = self.document(*QUESTION, "--limit", "1")
        self.assertEqual((answer["options"][0]["unit"]["id"], answer["options"][0]["wait_days"]),
                         (U2, 7))
        table = self.done("wait", "show", "--unit", U2, "--service", "NFB49", "--lang", "sv")
        self.assertIn("Mätning", table)

    def test_a_repeated_write_with_the_same_id_is_one_write(self):
        write = ["wait", "set", "--unit", U2, "--service", "NFB49", "--observed", day(0),
                 "--current", "5", "--request-id"]
        request_id = self.request_id()
        self.document(*write, request_id)
        self.done("wait", "set", "--unit", U2, "--service", "NFB49", "--observed", day(0),
                  "--current", "6")
        before = self.shown(U2)
        self.assertEqual(self.document(*write, request_id), before)
        self.assertEqual(self.shown(U2), before)
        other = self.vardsok("wait", "set", "--unit", U1, "--service", "NFB49", "--observed",
                             day(0), "--current", "5", "--request-id", request_id)
        self.assertEqual(other.returncode, 1)
        self.assertIn("REQUEST_ID_REUSED", other.stderr)

    def shown(self, unit):
        return self.document("wait", "show", "--unit", unit, "--service", "NFB49")

    def request_id(self):
        """A UUIDv7 of now."""
        ms = int(cli_harness.datetime.datetime.now().timestamp() * 1000)
        return f"{ms:012x}7" + "123" + "8" + "abcdef012345678"

    def test_refused_writes_change_nothing(self):
        before = self.shown(U1)
        for arguments, part in (
                (["--unit", "TSE2321000131-Z", "--observed", day(0), "--current", "5"],
                 "UNKNOWN_REFERENCE"),
                (["--unit", U1, "--observed", day(-9), "--current", "5"],
                 "OLDER_OBSERVATION"),
                (["--unit", U1, "--observed", day(9), "--current", "5"], "OUT_OF_RANGE")):
            result = self.vardsok("wait", "set", "--service", "NFB49", *arguments)
            self.assertEqual(result.returncode, 1, result.stderr)
            self.assertIn(part, result.stderr)
        self.assertEqual(self.vardsok("wait", "set", "--unit", U1, "--service", "NFB49",
                                      "--observed", day(0)).returncode, 2)
        self.assertEqual(self.vardsok("wait", "set", "--unit", U1, "--service", "NFB49",
                                      "--observed", day(0), "--current", "5", "--source",
                                      "19121212-1212").returncode, 2)
        self.assertEqual(self.shown(U1), before)
        self.assertEqual(self.status()["state"]["waiting_times"], 1)

    def test_what_is_not_stored_cannot_be_shown(self):
        result = self.vardsok("wait", "show", "--unit", U2, "--service", "NFB49")
        self.assertEqual(result.returncode, 1)
        self.assertIn("NOT_STORED", result.stderr)


class Status(Match):
    def test_status_has_the_keys_of_the_users_guide(self):
        status = self.status()
        self.assertEqual(list(status), ["revision", "ready", "writable", "version", "log",
                                        "state", "memory_bytes", "uptime_s"])
        self.assertEqual(list(status["log"])[:5], ["uuid", "durability", "applied_sequence",
                                                   "chain", "lag_ms"])
        self.assertEqual(list(status["state"]), [
            "digest", "units", "services", "agreements", "agreement_lines", "waiting_times",
            "capacities", "claims"])
        self.assertEqual((status["ready"], status["writable"], status["state"]["units"]),
                         (True, True, 2))

    def test_a_restart_gives_the_same_digest(self):
        before = self.status()
        self.daemon.kill()
        self.start()
        self.assertEqual(self.status()["state"], before["state"])

    def test_a_person_sees_a_table(self):
        self.assertIn("Vårdenheter", self.done("status", "--lang", "sv"))


if __name__ == "__main__":
    unittest.main()
