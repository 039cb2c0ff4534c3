#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""vardsok capacity and claim against a real daemon: four slots from being published to being withdrawn."""

import datetime
import json
import os
import re
import signal
import subprocess
import sys
import time
import unittest
import uuid

sys.dont_write_bytecode = True  # the tree stays clean
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import cli_harness
from cli_harness import Case, day

UNIT = "TSE2321000131-A"
OTHER = "TSE2321000131-B"
DEADLINE_S = 30
NUMBER = "191212121212"  # one of the Tax Agency's published test numbers


def request_id():
    """A UUIDv7 of now."""
    ms = int(datetime.datetime.now().timestamp() * 1000)
    return f"{ms:012x}7{uuid.uuid4().hex[:3]}8{uuid.uuid4().hex[:15]}"


def instant(text):
    return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z")


class Capacity(Case):
    def setUp(self):
        super().setUp()
        self.start()
        self.write("data/regions.csv", "code,name,healthcare_regions\n"
                                       "14,Västra Götalandsregionen,vastra\n"
                                       "09,Region Gotland,stockholm-gotland\n")
        self.write("data/units.csv", "id,name,ownership,region\n"
                                     f"{UNIT},Åsjukhuset,public,14\n{OTHER},Kliniken,private,14\n")
        self.write("data/services.csv", "code,system,version,name_sv,name_en,guarantee\n"
                                        "NFB49,KVA,2026,Höftprotes,Hip replacement,treatment\n")
        self.done("import", self.path("data"))

    def publish(self, name="C-50", *more, slots=4, open_to="*"):
        return self.document("capacity", "publish", "--id", name, "--unit", UNIT, "--service",
                             "NFB49", "--slots", str(slots), "--from", day(14), "--to", day(18),
                             "--open-to", open_to, *more)

    def take(self, *more, capacity="C-50", region="14"):
        return self.document("claim", "take", "--capacity", capacity, "--region", region, *more)

    def lines(self, *arguments):
        return [json.loads(line) for line in self.done(*arguments, "--json").splitlines()]

    def shown(self, name="C-50"):
        return self.document("capacity", "show", name)

    def figures(self, name="C-50"):
        shown = self.shown(name)
        return shown["free_slots"], shown["held"], shown["confirmed"]

    def free_in_match(self, region="14"):
        """Free slots of the capacity as a match sees them; None when it is no option."""
        options = self.document("match", "--service", "NFB49", "--region", region)["options"]
        return options[0]["free_slots"] if options else None

    def refused(self, *arguments, code=1, language="en"):
        result = self.vardsok(*arguments, "--lang", language)
        self.assertEqual((result.returncode, result.stdout), (code, ""), result.stderr)
        return result.stderr

    def eventually(self, observe, wanted):
        """Asks until it is so; how many seconds that took."""
        start = time.monotonic()
        while (seen := observe()) != wanted:
            self.assertLess(time.monotonic() - start, DEADLINE_S, seen)
        return time.monotonic() - start


class Pilot(Capacity):
    def test_four_slots_of_week_50(self):
        published = self.publish("C-50", "--book-by", day(7), "--asa-max", "3", "--note", "Vecka 50")
        self.assertEqual({key: published[key] for key in ("id", "slots", "free_slots", "held",
                                                          "confirmed", "closed", "book_by")},
                         {"id": "C-50", "slots": 4, "free_slots": 4, "held": 0, "confirmed": 0,
                          "closed": False, "book_by": day(7)})
        self.assertEqual(self.free_in_match(), 4)

        before = datetime.datetime.now(datetime.timezone.utc)
        one = self.take("--case", "AB-12")
        other = self.take("--hold", "90m")
        self.assertEqual((one["state"], one["slots"], one["reference"]), ("HELD", 1, "AB-12"))
        self.assertEqual((one["capacity"], one["region"], one["unit"], one["service"]),
                         ("C-50", "14", UNIT, "NFB49"))
        hours = (instant(one["until"]) - before).total_seconds() / 3600
        self.assertTrue(23.9 < hours < 24.1, one["until"])
        self.assertEqual(self.figures(), (2, 2, 0))
        self.assertEqual(self.free_in_match(), 2)

        confirmed = self.document("claim", "confirm", one["claim"])
        self.assertEqual((confirmed["state"], confirmed.get("until")), ("CONFIRMED", None))
        released = self.document("claim", "release", other["claim"])
        self.assertEqual(released["state"], "RELEASED")
        self.assertEqual(self.figures(), (3, 0, 1))
        self.assertEqual(self.free_in_match(), 3)
        self.assertEqual(self.document("claim", "show", one["claim"]), confirmed)

        # The unit needs the theatre after all.
        error = self.refused("capacity", "withdraw", "C-50")
        self.assertIn("CONFIRMED_CLAIMS", error)
        self.assertIn(one["claim"], error)
        self.assertIn("--even-confirmed", error)
        self.assertEqual(self.figures(), (3, 0, 1))
        held = self.take(region="09")
        withdrawn = self.document("capacity", "withdraw", "C-50", "--even-confirmed")
        self.assertEqual(withdrawn["capacity"], "C-50")
        self.assertEqual([(claim["claim"], claim["state"], claim["withdrawn"])
                          for claim in withdrawn["released"]],
                         [(one["claim"], "RELEASED", True), (held["claim"], "RELEASED", True)])
        self.assertIsNone(self.free_in_match())
        self.assertIn("NOT_STORED", self.refused("capacity", "show", "C-50"))
        # It is told to those who had the slots, and kept.
        self.assertEqual([claim["claim"] for claim in self.lines("claim", "list", "--region", "14")
                          if claim.get("withdrawn")], [one["claim"]])

    def expire(self):
        """Takes a hold of a second; the claim once it is EXPIRED, and how late that was seen."""
        held = self.take("--hold", "1s")
        until = instant(held["until"])
        self.eventually(lambda: self.document("claim", "show", held["claim"])["state"], "EXPIRED")
        late = datetime.datetime.now(datetime.timezone.utc) - until
        self.assertEqual(self.document("claim", "show", held["claim"])["until"], held["until"])
        return held["claim"], late.total_seconds()

    def test_a_hold_that_runs_out_is_expired_within_a_second_and_its_slots_are_free(self):
        self.publish(slots=1)
        for _ in range(5):  # a machine that is busy with something else may see it later
            claim, late = self.expire()
            self.assertGreaterEqual(late, 0)
            self.eventually(self.free_in_match, 1)
            if late < 1:
                break
        self.assertLess(late, 1)
        self.assertEqual(self.figures(), (1, 0, 0))
        self.assertIn("CLAIM_STATE", self.refused("claim", "confirm", claim))
        self.assertEqual(self.take()["state"], "HELD")

    def test_a_hold_is_extended_once_and_never_shortened(self):
        self.publish()
        held = self.take("--hold", "10m")
        self.assertIn("OUT_OF_RANGE", self.refused("claim", "extend", held["claim"], "--hold", "1m"))
        extended = self.document("claim", "extend", held["claim"], "--hold", "3d")
        self.assertIs(extended["extended"], True)
        self.assertGreater(extended["until"], held["until"])
        self.assertIn("EXTENDED_BEFORE", self.refused("claim", "extend", held["claim"]))
        self.assertEqual(self.document("claim", "show", held["claim"]), extended)

    def test_slots_are_given_out_once(self):
        self.publish(slots=2)
        self.take("--slots", "2")
        error = self.refused("claim", "take", "--capacity", "C-50", "--region", "14", language="sv")
        self.assertIn("NO_SLOTS_LEFT", error)
        self.assertIn("vardsok capacity list --available", error)
        self.assertEqual(self.lines("capacity", "list", "--available"), [])
        self.assertEqual([capacity["id"] for capacity in self.lines("capacity", "list")], ["C-50"])

    def test_a_region_outside_and_a_closed_window_are_refused(self):
        self.publish("C-1", open_to="@vastra")
        self.publish("C-2", "--book-by", day(-1))
        self.assertIn("NOT_OPEN_TO_REGION", self.refused("claim", "take", "--capacity", "C-1",
                                                         "--region", "09"))
        self.assertIn("CAPACITY_CLOSED", self.refused("claim", "take", "--capacity", "C-2",
                                                      "--region", "14"))
        self.assertIn("NOT_STORED", self.refused("claim", "take", "--capacity", "C-3",
                                                 "--region", "14"))
        self.assertEqual(self.lines("claim", "list"), [])
        self.assertTrue(self.shown("C-2")["closed"])

    def test_the_same_request_id_is_the_same_claim(self):
        self.publish()
        same = ["--request-id", request_id()]
        one = self.take("--slots", "2", *same)
        self.assertEqual(self.take("--slots", "2", *same), one)
        self.assertEqual(self.figures(), (2, 2, 0))
        # Also when it has been confirmed in between: what is stored now is shown.
        confirmed = self.document("claim", "confirm", one["claim"])
        self.assertEqual(self.take("--slots", "2", *same), confirmed)
        self.assertIn("REQUEST_ID_REUSED", self.refused(
            "claim", "take", "--capacity", "C-50", "--region", "14", *same))

    def test_an_unknown_outcome_says_how_to_repeat_it(self):
        self.publish()
        process = self.daemon.process.pid
        with open(f"/proc/{process}/task/{process}/children", encoding="ascii") as stream:
            redis, = map(int, stream.read().split())
        take = ["claim", "take", "--capacity", "C-50", "--region", "14"]
        os.kill(redis, signal.SIGSTOP)
        try:
            error = self.refused(*take, "--timeout", "500ms")
        finally:
            os.kill(redis, signal.SIGCONT)
        self.assertIn("OUTCOME_UNKNOWN", error)
        again, = re.findall("--request-id [0-9a-f]{32}", error)
        claim = self.document(*take, *again.split())
        self.assertEqual(self.lines("claim", "list"), [claim])
        self.assertEqual(self.figures(), (3, 1, 0))

    def test_every_write_can_be_repeated(self):
        ids = [request_id() for _ in range(6)]

        def twice(i, *arguments):
            first = self.document(*arguments, "--request-id", ids[i])
            self.assertEqual(self.document(*arguments, "--request-id", ids[i]), first)
            return first

        twice(0, "capacity", "publish", "--id", "C-50", "--unit", UNIT, "--service", "NFB49",
              "--slots", "4", "--from", day(14), "--to", day(18), "--open-to", "*")
        held = self.take()
        twice(1, "claim", "extend", held["claim"], "--hold", "48h")
        twice(2, "claim", "confirm", held["claim"])
        twice(3, "claim", "release", held["claim"])
        changed = twice(4, "capacity", "change", "C-50", "--slots", "5")
        self.assertEqual((changed["slots"], changed["free_slots"]), (5, 5))
        self.take()
        withdrawn = twice(5, "capacity", "withdraw", "C-50")
        self.assertEqual(len(withdrawn["released"]), 1)

    def test_a_personal_number_is_refused_and_not_repeated(self):
        self.publish()
        before = self.status()
        for arguments in (["claim", "take", "--capacity", "C-50", "--region", "14", "--case", NUMBER],
                          ["claim", "take", "--capacity", NUMBER, "--region", "14"],
                          ["claim", "list", "--capacity", NUMBER],
                          ["capacity", "show", NUMBER],
                          ["capacity", "change", NUMBER, "--slots", "2"],
                          ["capacity", "change", "C-50", "--note", f"för {NUMBER}"],
                          ["capacity", "withdraw", NUMBER],
                          ["capacity", "change", "C-50", "--clear", NUMBER]):
            for language in ("en", "sv"):
                error = self.refused(*arguments, code=2, language=language)
                self.assertNotIn(NUMBER, error)
                self.assertNotIn(NUMBER[2:], error)
        self.unchanged(before)


class Change(Capacity):
    def test_what_is_not_given_stays_and_what_is_cleared_goes(self):
        before = self.publish("C-50", "--book-by", day(7), "--price", "81250.50", "--asa-max", "3",
                              "--condition", "Kan gå i trappa", "--condition", "Rökfri",
                              "--prerequisite", "EKG", "--note", "Vecka 50")
        after = self.document("capacity", "change", "C-50", "--to", day(20), "--clear", "book-by",
                              "--clear", "condition", "--prerequisite", "Röntgen")
        expected = {**before, "window_end": day(20), "prerequisites": ["Röntgen"],
                    "terms": {"asa_max": 3}, "revision": after["revision"]}
        del expected["book_by"]
        self.assertEqual(after, expected)
        self.assertGreater(after["revision"], before["revision"])

    def test_what_is_so_already_writes_nothing(self):
        published = self.publish()
        before = self.status()
        result = self.vardsok("capacity", "change", "C-50", "--slots", "4", "--json")
        self.assertEqual(json.loads(result.stdout), published)
        self.assertIn("nothing was written", result.stderr)
        self.unchanged(before)

    def test_slots_go_down_to_what_is_taken_and_no_further(self):
        self.publish()
        self.take("--slots", "3")
        error = self.refused("capacity", "change", "C-50", "--slots", "2")
        self.assertIn("SLOTS_TAKEN", error)
        self.assertIn("3 slots are held or confirmed", error)
        self.assertEqual(self.document("capacity", "change", "C-50", "--slots", "3")["free_slots"], 0)
        self.assertIn("SLOTS_TAKEN", self.refused("capacity", "change", "C-50", "--unit", OTHER))

    def test_two_who_change_different_things_at_once_lose_nothing(self):
        self.publish()
        programs = [subprocess.Popen(
            [os.path.join(cli_harness.BIN, "vardsok"), "capacity", "change", "C-50", *option,
             "--server", self.url, "--json"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            for option in (["--slots", "9"], ["--price", "100"], ["--note", "Ny"], ["--asa-max", "2"])]
        for program in programs:
            _, error = program.communicate(timeout=DEADLINE_S)
            self.assertEqual(program.returncode, 0, error)
        shown = self.shown()
        self.assertEqual((shown["slots"], shown["price"], shown["note"], shown["terms"]),
                         (9, 100.0, "Ny", {"asa_max": 2}))

    def test_an_id_is_published_once(self):
        self.publish()
        error = self.refused("capacity", "publish", "--id", "C-50", "--unit", UNIT, "--service",
                             "NFB49", "--slots", "1", "--from", day(14), "--to", day(18),
                             "--open-to", "14", language="sv")
        self.assertIn("det finns redan en kapacitet C-50", error)
        self.assertIn("vardsok capacity change C-50", error)

    def test_an_import_is_held_against_what_is_taken(self):
        self.publish()
        self.take("--slots", "2")
        confirmed = self.take()
        self.document("claim", "confirm", confirmed["claim"])
        before = self.status()
        self.done("export", self.path("out"))
        path = self.path("out", "capacity.csv")
        with open(path, encoding="utf-8") as stream:
            text = stream.read()
        self.write("less/capacity.csv", text.replace("NFB49,4,", "NFB49,2,"))
        result = self.vardsok("import", self.path("less"))
        self.assertEqual(result.returncode, 4, result.stderr)
        self.assertIn("capacity.csv:2: slots: 3 slots are held or confirmed", result.stderr)
        self.write("none/capacity.csv", text.splitlines()[0] + "\n")
        result = self.vardsok("import", self.path("none"), "--replace")
        self.assertEqual(result.returncode, 4, result.stderr)
        self.assertIn("C-50", result.stderr)
        self.assertIn("withdraw", result.stderr)
        self.unchanged(before)
        self.assertEqual(self.document("import", self.path("out"), "--replace")["written"], 0)


class Lists(Capacity):
    def setUp(self):
        super().setUp()
        self.publish("C-1", "--book-by", day(-1), open_to="14")
        self.publish("C-2", slots=1, open_to="14|09")
        self.publish("C-3", open_to="@vastra")
        self.held = self.take(capacity="C-2", region="09")
        self.confirmed = self.take("--slots", "3", capacity="C-3")
        self.confirmed = self.document("claim", "confirm", self.confirmed["claim"])

    def test_filters_fit_together(self):
        def ids(*options):
            return [capacity["id"] for capacity in self.lines("capacity", "list", *options)]

        self.assertEqual(ids(), ["C-1", "C-2", "C-3"])
        self.assertEqual(ids("--available"), ["C-3"])
        self.assertEqual(ids("--open-to", "09"), ["C-2"])
        self.assertEqual(ids("--open-to", "09", "--available"), [])
        self.assertEqual(ids("--unit", UNIT, "--service", "NFB49", "--open-to", "13"), ["C-3"])
        self.assertEqual(ids("--unit", OTHER), [])

    def test_claims_are_listed_by_region_unit_capacity_and_state(self):
        def claims(*options):
            return self.lines("claim", "list", *options)

        self.assertEqual(claims(), [self.held, self.confirmed])
        self.assertEqual(claims("--region", "09"), [self.held])
        self.assertEqual(claims("--capacity", "C-3"), [self.confirmed])
        self.assertEqual(claims("--state", "held"), [self.held])
        self.assertEqual(claims("--state", "CONFIRMED", "--unit", UNIT), [self.confirmed])
        self.assertEqual(claims("--unit", OTHER), [])

    def test_csv_is_for_lists(self):
        rows = self.done("claim", "list", "--csv").splitlines()
        self.assertEqual(len(rows), 3)
        self.assertTrue(rows[0].startswith("claim,capacity,region,slots,state,until,"))
        self.assertIn("held", rows[1])
        capacities = self.done("capacity", "list", "--csv").splitlines()
        self.assertEqual(len(capacities), 4)
        self.assertTrue(capacities[0].endswith(",free_slots,held,confirmed,closed,revision"))
        for command in (["capacity", "show", "C-1"], ["claim", "show", self.held["claim"]],
                        ["claim", "confirm", self.held["claim"]]):
            self.assertIn("--csv", self.refused(*command, "--csv", code=2))

    def test_tables_fit_the_terminal_and_say_until_when(self):
        local = instant(self.held["until"]).astimezone(
            cli_harness.zoneinfo.ZoneInfo("Europe/Stockholm")).strftime("%Y-%m-%d %H:%M")
        plain = {"NO_COLOR": "1"}
        claims = self.on_terminal("claim", "list", "--lang", "sv", env=plain)
        for part in ("reserverad till", local, "23 tim", "kvar", "bekräftad", "Västra Götaland",
                     "Gotland", "Åsjukhuset", "NFB49 Höftprotes"):
            self.assertIn(part, claims)
        capacities = self.on_terminal("capacity", "list", "--lang", "sv", env=plain)
        for part in ("0 av 1", "reserverat: 1", "FULLT", "STÄNGD", "1 av 4", "bekräftat: 3"):
            self.assertIn(part, capacities)
        card = self.on_terminal("capacity", "show", "C-2", "--lang", "sv", env=plain)
        for part in ("FULLT, 0 av 1 platser är lediga", "Västra Götaland", self.held["claim"], local):
            self.assertIn(part, card)
        for table in (claims, capacities, card):
            self.assertLessEqual(max(len(line) for line in table.splitlines()), 80, table)
        self.assertIn("\033[", self.on_terminal("claim", "list"))

    def test_show_names_those_who_have_slots_and_nobody_else(self):
        other = self.take(capacity="C-3")
        self.document("claim", "release", other["claim"])
        shown = self.done("capacity", "show", "C-3")
        self.assertIn(self.confirmed["claim"], shown)
        self.assertNotIn(other["claim"], shown)
        self.document("claim", "release", self.confirmed["claim"])
        self.assertNotIn("Held and confirmed", self.done("capacity", "show", "C-3"))

    def test_a_claim_that_is_taken_says_what_comes_next(self):
        result = self.vardsok("claim", "take", "--capacity", "C-3", "--region", "14", "--lang", "sv")
        self.assertIn("reserverad till", result.stdout)
        self.assertIn("vardsok claim confirm", result.stderr)

    def test_a_withdrawn_capacity_lists_what_it_released(self):
        result = self.vardsok("capacity", "withdraw", "C-2", "--lang", "sv")
        self.assertEqual(result.returncode, 0, result.stderr)
        for part in ("C-2 är tillbakadragen", self.held["claim"], "INDRAGEN av enheten", "Gotland"):
            self.assertIn(part, result.stdout)
        self.assertIn("Meddela", result.stderr)
        # The id may be used again; what the first one released is not the second one's.
        self.publish("C-2")
        self.assertEqual(self.document("capacity", "withdraw", "C-2")["released"], [])

    def test_nothing_that_fits_is_exit_0(self):
        for command, part in ((["capacity", "list", "--unit", OTHER], "No free slots"),
                              (["claim", "list", "--unit", OTHER], "No claims")):
            result = self.vardsok(*command)
            self.assertEqual((result.returncode, result.stdout), (0, ""))
            self.assertIn(part, result.stderr)


class Usage(Capacity):
    def test_wrong_usage_is_exit_2_and_says_what_was_meant(self):
        publish = (f"capacity publish --id C-9 --unit {UNIT} --service NFB49 --slots 4 "
                   f"--from {day(1)} --to {day(2)} --open-to *")
        wrong = {
            "capacity": "capacity publish", "claim": "claim take",
            "capacity publsh": "capacity publish", "claim tkae": "claim take",
            "capacity publish": "--id is missing",
            publish.replace(" --slots 4", ""): "--slots is missing",
            publish + " --slots none": "--slots none", publish + " --slots 0": "--slots",
            publish + f" --book-by {day(9)}": "--book-by", publish + " --bmi-max 35.55": "--bmi-max",
            publish + " --asa-max 7": "--asa-max", publish + " --sex both": "--sex",
            publish + " --open-to 02": "--open-to", publish + " --weight-min 90 --weight-max 80":
            "--weight", publish.replace(day(1), day(3)): "--from", publish + " C-9": "C-9",
            publish + " --price much": "--price much", publish + " --aftercar X": "--aftercare",
            "capacity show": "ID is missing", "capacity show a/b": "ID",
            "capacity change C-9": "--slots 3", "capacity change --slots 3": "ID is missing",
            "capacity change C-9 --clear slots": "--clear slots",
            "capacity change C-9 --clear prise": "price",
            "capacity change C-9 --price 3 --clear price": "--clear price",
            "capacity change C-9 --id C-8": "--id", "capacity list --open-to 14|09": "--open-to",
            "claim take --region 14": "--capacity is missing",
            "claim take --capacity C-9": "--region is missing",
            "claim take --capacity C-9 --region 14 --hold 24": "24h",
            "claim take --capacity C-9 --region 14 --hold 73h": "72 h",
            "claim take --capacity C-9 --region 14 --hold 0s": "--hold 0s",
            "claim take --capacity C-9 --region 15": "--region",
            "claim extend": "CLAIM is missing", "claim confirm 1-0 2-0": "2-0",
            "claim list --state lost": "--state", "claim show 1-0 --hold 3h": "--hold",
            "claim confirm 1-0 --request-id 12": "32",
        }
        for line, part in wrong.items():
            with self.subTest(line=line):
                self.assertIn(part, self.refused(*line.split(), code=2))
        self.assertEqual(self.lines("capacity", "list"), [])

    def test_without_a_daemon_it_is_exit_3(self):
        for command in (["capacity", "list"], ["capacity", "show", "C-1"],
                        ["capacity", "change", "C-1", "--slots", "2"],
                        ["capacity", "withdraw", "C-1"], ["claim", "list"],
                        ["claim", "take", "--capacity", "C-1", "--region", "14"],
                        ["claim", "confirm", "1-0"], ["claim", "show", "1-0"]):
            result = self.vardsok(*command, "--server", "unix:/nonexistent/s")
            self.assertEqual(result.returncode, 3, result.stderr)

    def test_help_is_exit_0(self):
        for command in ("capacity", "claim", "capacity publish", "capacity change", "claim take",
                        "claim list"):
            english, swedish = (self.done(*command.split(), "--help", "--lang", language)
                                for language in ("en", "sv"))
            self.assertNotEqual(english, swedish)
            for text in (english, swedish):
                self.assertIn(f"vardsok {command}", text)
                self.assertLessEqual(max(len(line) for line in text.splitlines()
                                         if "server URL" not in line), 100)


if __name__ == "__main__":
    unittest.main()
