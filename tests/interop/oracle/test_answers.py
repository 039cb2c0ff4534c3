#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Order, grouping, explanation, guarantee and refusals: small cases computed by hand."""

import os
import sys
import unittest

sys.dont_write_bytecode = True  # the tree stays clean
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from small_world import OTHER, UNIT, World, world_of_line

ORIGIN = {"latitude": 57, "longitude": 12}


class Order(unittest.TestCase):
    def setUp(self):
        """Near: 14 days, 0 km, 300 kr. Far: 7 days, 111 km, 200 kr. Bare: 7 days."""
        self.world = World()
        units = {"TSE2321000131-N": ("57", "14", "300"),
                 "TSE2321000131-F": ("58", "7", "200"), "TSE2321000131-B": ("", "7", "")}
        for name, (latitude, days, price) in units.items():
            self.world.add_unit(name, latitude=latitude, longitude=latitude and "12")
            self.world.add_wait(unit=name, current_days=days)
            self.world.add_line(unit=name, price=price)

    def check(self, order, expected):
        chosen = self.world.chosen(order=order, origin=ORIGIN)
        self.assertEqual("".join(name[16] for name in chosen), expected)

    def test_each_order_puts_absent_values_last(self):
        self.check("EARLIEST", "FBN")
        self.check("NEAREST", "NFB")
        self.check("CHEAPEST", "FNB")

    def check_ties(self, order, names):
        """The units differ in two values of three; the first named is to come first."""
        rows = {  # latitude, wait, price
            "p": ("57", "1", "2"), "q": ("58", "1", "1"),  # same wait
            "r": ("57", "2", "1"),  # the wait of none, p's place and q's price
        }
        world = World()
        for name in names:
            latitude, days, price = rows[name]
            unit = f"TSE2321000131-{name}"
            world.add_unit(unit, latitude=latitude, longitude="12")
            world.add_wait(unit=unit, current_days=days)
            world.add_line(unit=unit, price=price)
        chosen = world.chosen(order=order, origin=ORIGIN)
        self.assertEqual("".join(name[16] for name in chosen), names)

    def test_ties_fall_to_the_second_and_third_value(self):
        self.check_ties("EARLIEST", "pq")  # the same wait: p is nearer, q is cheaper
        self.check_ties("NEAREST", "pr")  # the same place: p is earlier, r is cheaper
        self.check_ties("CHEAPEST", "qr")  # the same price: q is earlier, r is nearer

    def test_earliest_is_the_default(self):
        self.assertEqual(self.world.chosen(origin=ORIGIN),
                         self.world.chosen(origin=ORIGIN, order="EARLIEST"))

    def test_an_unknown_wait_is_last_and_a_wait_of_none_first(self):
        self.world.add_unit("TSE2321000131-U")
        self.world.add_line(unit="TSE2321000131-U", price="1")
        self.world.add_unit("TSE2321000131-Z")
        self.world.add_wait(unit="TSE2321000131-Z", current_days="0")
        self.world.add_line(unit="TSE2321000131-Z", price="0")
        self.check("EARLIEST", "ZFBNU")
        self.check("CHEAPEST", "ZUFNB")

    def test_capacity_comes_before_agreement_before_permit(self):
        world = World(nhv_area="N")
        world.add_permit()
        world.add_wait(current_days="9")
        world.add_line()
        world.add_capacity()
        self.assertEqual([option["kind"] for option in world.ask()["options"]],
                         ["CAPACITY", "AGREEMENT", "PERMIT"])

    def test_units_tie_by_their_bytes(self):
        world = World()
        names = ["TSE2321000131-a", "TSE2321000131-B10", "TSE2321000131-B",
                 "TSE2321000131-B2"]
        for name in names:
            world.add_unit(name)
            world.add_line(unit=name)
        self.assertEqual([name[14:].split("/")[0] for name in
                          (chosen[2:] for chosen in world.chosen())],
                         ["B", "B10", "B2", "a"])

    def test_candidates_tie_by_the_bytes_of_their_whole_id(self):
        world = World()
        for name in ("A.1", "A-1", "A0"):
            world.add("agreements", id=name, owner_region="14", kind="own")
        for agreement, follower in (("A0", "A"), ("A", "A.1"), ("A.1", "A-1")):
            world.add_line(agreement=agreement)
            world.add_line(agreement=follower)
            self.assertEqual(world.chosen(), [f"{follower}/{UNIT}/S"])


class Grouping(unittest.TestCase):
    def setUp(self):
        """By price: excluded, conditional, two admitted, another conditional."""
        self.world = World()
        self.world.add_wait(current_days="7")
        self.world.add_line(variant="a", price="1", asa_max="3")
        self.world.add_line(variant="b", price="2")
        self.world.add_line(variant="c", price="3")
        self.world.add_line(variant="d", price="4", asa_max="2")
        self.world.add_line(variant="e", price="0", age_max="60")

    def test_the_first_admitted_stands_for_the_group(self):
        option = self.world.option(age=70)
        self.assertEqual(option["candidate"], f"A/{UNIT}/S/b")
        self.assertEqual((option["verdict"], option["alternatives"]), ("ADMITTED", 3))

    def test_certain_only_counts_admitted_alternatives(self):
        option = self.world.option(age=70, certain_only=True)
        self.assertEqual(option["candidate"], f"A/{UNIT}/S/b")
        self.assertEqual(option["alternatives"], 1)

    def test_without_an_admitted_the_first_conditional_stands(self):
        self.world.add("agreements", id="A", owner_region="14", kind="own",
                       valid_to="2026-11-28")
        option = self.world.option(age=70, asa=1)
        self.assertEqual(option["candidate"], f"A/{UNIT}/S/a")
        self.assertEqual(option["verify"], ["AGREEMENT_ENDS"])
        self.assertEqual(option["alternatives"], 3)
        self.assertEqual(self.world.ask(age=70, certain_only=True)["options"], [])

    def test_options_stand_where_their_chosen_candidate_does(self):
        # The group's first candidate costs 1, its chosen one 2, the other unit 1.50.
        self.world.add_unit(OTHER)
        self.world.add_wait(unit=OTHER, current_days="7")
        self.world.add_line(unit=OTHER, price="1.50")
        self.assertEqual(self.world.chosen(age=70), [f"A/{OTHER}/S", f"A/{UNIT}/S/b"])

    def test_another_kind_is_another_group(self):
        self.world.add_capacity()
        options = self.world.ask(age=70)["options"]
        self.assertEqual([(option["kind"], option["alternatives"]) for option in options],
                         [("AGREEMENT", 3), ("CAPACITY", 0)])

    def test_the_limit_counts_options(self):
        self.world.add_unit(OTHER)
        self.world.add_line(unit=OTHER)
        self.assertEqual(len(self.world.ask(limit=1)["options"]), 1)
        self.assertEqual(len(self.world.ask(limit=2)["options"]), 2)

    def test_counts_do_not_depend_on_certain_only_or_limit(self):
        plain = self.world.ask(age=70, explain=True)
        other = self.world.ask(age=70, explain=True, certain_only=True, limit=1)
        self.assertEqual(plain["counts"], {
            "admitted": 2, "conditional": 2, "excluded": 1,
            "reasons": {"AGE": {"any": 1, "alone": 1}}})
        self.assertEqual(other["counts"], plain["counts"])
        self.assertEqual(other["near_misses"], plain["near_misses"])


class Explanation(unittest.TestCase):
    def miss(self, query, unit=None, **line):
        """The reason and bound of the only near miss."""
        answer = world_of_line(unit=unit, **line).ask(explain=True, **query)
        self.assertEqual(answer["options"], [])
        self.assertEqual(len(answer["near_misses"]), 1)
        miss = answer["near_misses"][0]
        self.assertEqual(miss["unit"], {"id": UNIT})
        return miss["reason"], miss["bound"]

    def test_the_bound_is_the_one_crossed(self):
        both = {"weight_min": "50", "weight_max": "130", "bmi_min": "18.5",
                "bmi_max": "30", "age_min": "18", "age_max": "75"}
        self.assertEqual(self.miss({"asa": 3}, asa_max="2"), ("ASA", {"asa_max": 2}))
        self.assertEqual(self.miss({"weight": 49.9}, **both),
                         ("WEIGHT", {"weight_min": 50.0}))
        self.assertEqual(self.miss({"weight": 130.1}, **both),
                         ("WEIGHT", {"weight_max": 130.0}))
        self.assertEqual(self.miss({"weight": 50, "height_cm": 200}, **both),
                         ("BMI", {"bmi_min": 18.5}))
        self.assertEqual(self.miss({"weight": 130, "height_cm": 200}, **both),
                         ("BMI", {"bmi_max": 30.0}))
        self.assertEqual(self.miss({"age": 17}, **both), ("AGE", {"age_min": 18}))
        self.assertEqual(self.miss({"age": 76}, **both), ("AGE", {"age_max": 75}))
        self.assertEqual(self.miss({"sex": "MALE"}, sex="female"),
                         ("SEX", {"sex": "FEMALE"}))

    def test_the_bound_of_place_and_time_is_the_candidate_s_own(self):
        unit = {"latitude": "58", "longitude": "12"}
        self.assertEqual(self.miss({"in_regions": ["01"]}),
                         ("OUTSIDE_REGIONS", {"region": "14"}))
        self.assertEqual(self.miss({"origin": ORIGIN, "max_distance_km": 50}, unit),
                         ("TOO_FAR", {"distance_km": 111}))
        self.assertEqual(self.miss({"max_wait_days": 3}),
                         ("WAIT_TOO_LONG", {"wait_days": 14}))

    def test_any_and_alone(self):
        world = World()
        world.add_line(variant="a", asa_max="2", age_max="60")
        world.add_line(variant="b", asa_max="2")
        world.add_line(variant="c", asa_max="2", sex="female", conditions="Kan gå")
        answer = world.ask(explain=True, asa=3, age=70)
        self.assertEqual(answer["counts"], {
            "admitted": 0, "conditional": 0, "excluded": 3,
            "reasons": {"ASA": {"any": 3, "alone": 2}, "AGE": {"any": 1, "alone": 0}}})
        # What is unknown beside the only FAIL does not matter.
        self.assertEqual([miss["candidate"][-1] for miss in answer["near_misses"]],
                         ["b", "c"])

    def test_only_tests_6_to_13_make_near_misses(self):
        world = world_of_line(agreement={"suspended": "true"})
        world.add_capacity(slots="1")
        answer = world.ask(explain=True, slots=2)
        self.assertEqual(answer["counts"]["reasons"], {
            "AGREEMENT_SUSPENDED": {"any": 1, "alone": 1},
            "NO_SLOTS_LEFT": {"any": 1, "alone": 1}})
        self.assertEqual(answer["near_misses"], [])

    def test_ten_near_misses_in_the_order_asked_for_not_grouped(self):
        world = World()
        for number in range(12):
            world.add_line(variant=f"v{number:02}", asa_max="1", price=str(100 - number))
        misses = world.ask(explain=True, asa=2, order="CHEAPEST", limit=1)["near_misses"]
        self.assertEqual([miss["candidate"][-2:] for miss in misses],
                         ["11", "10", "09", "08", "07", "06", "05", "04", "03", "02"])

    def test_without_explain_there_are_no_counts(self):
        answer = world_of_line(asa_max="2").ask(asa=3)
        self.assertNotIn("counts", answer)
        self.assertEqual(answer["near_misses"], [])


class Guarantee(unittest.TestCase):
    def setUp(self):
        self.world = World()
        self.world.add_wait(current_days="8")
        self.world.add_line()

    def limit(self, days, valid_from, region="", guarantee="treatment"):
        self.world.add("guarantees", guarantee=guarantee, region=region, days=days,
                       valid_from=valid_from)

    def deadline(self, **query):
        return self.world.ask(**query).get("guarantee_deadline")

    def test_without_limits_there_is_no_deadline(self):
        self.limit("90", "2000-01-01", guarantee="visit")
        self.limit("90", "2000-01-01", region="01")
        self.limit("90", "2026-09-02")
        self.assertIsNone(self.deadline(guarantee_from="2026-09-01"))

    def test_the_newest_limit_counts_and_the_smaller_of_the_two(self):
        self.limit("60", "2000-01-01")
        self.limit("90", "2026-09-01")
        self.assertEqual(self.deadline(guarantee_from="2026-09-01"), "2026-11-30")
        self.assertEqual(self.deadline(guarantee_from="2026-08-31"), "2026-10-30")
        self.limit("30", "2026-01-01", region="14")
        self.assertEqual(self.deadline(guarantee_from="2026-09-01"), "2026-10-01")
        self.limit("120", "2026-02-01", region="14")
        self.assertEqual(self.deadline(guarantee_from="2026-09-01"), "2026-11-30")

    def test_paused_days_are_added(self):
        self.limit("90", "2000-01-01")
        self.assertEqual(self.deadline(guarantee_from="2026-09-01", paused_days=10),
                         "2026-12-10")

    def test_a_deadline_given_is_used_as_it_is(self):
        self.limit("1", "2000-01-01")
        self.assertEqual(self.deadline(guarantee_deadline="2027-03-01"), "2027-03-01")

    def test_a_service_without_guarantee(self):
        self.world = World(guarantee="none")
        self.limit("90", "2000-01-01")
        self.assertIsNone(self.deadline(guarantee_from="2026-09-01"))
        self.assertEqual(self.deadline(guarantee_deadline="2027-03-01"), "2027-03-01")

    def test_within_the_guarantee(self):
        def within(**query):
            return self.world.option(**query).get("within_guarantee")
        self.assertIs(within(guarantee_deadline="2026-11-30"), True)
        self.assertIs(within(guarantee_deadline="2026-11-29"), False)
        self.assertIsNone(within())
        self.world.add_wait(current_days="", observed_on="2026-11-21")
        self.assertIsNone(within(guarantee_deadline="2026-11-30"))


class Form(unittest.TestCase):
    def test_a_line_with_all_its_fields(self):
        world = World()
        world.add_unit(UNIT, latitude="58", longitude="12", phone="031-123 45 67",
                       email="a@example.org", address="Gatan 1",
                       url="https://example.org")
        world.add_line(variant="v", asa_max="3", bmi_max="35", weight_min="40.5",
                       conditions="En|Två", price="81250.5", lead_days="0",
                       prerequisites="EKG|Röntgen", aftercare="Hemregionen")
        world.add_wait(current_days="31", forecast_days="28", forecast_until="2027-01-15",
                       statistic="median")
        answer = world.ask(asa=2, weight=82.5, height_cm=176, origin=ORIGIN,
                           guarantee_deadline="2026-12-30")
        self.assertEqual(answer, {
            "today": "2026-11-22", "on": "2026-11-22", "service": "S",
            "guarantee_deadline": "2026-12-30", "near_misses": [], "options": [{
                "verdict": "CONDITIONAL", "verify": ["CONDITION"], "kind": "AGREEMENT",
                "candidate": f"A/{UNIT}/S/v",
                "unit": {"id": UNIT, "name": "Sjukhuset", "region": "14", "contact": {
                    "phone": "031-123 45 67", "email": "a@example.org",
                    "address": "Gatan 1", "url": "https://example.org"}},
                "agreement": "A", "owner_region": "14", "expected_start": "2026-12-20",
                "wait_days": 28, "wait_basis": "FORECAST", "stale": False,
                "current_days": 31, "forecast_days": 28, "forecast_until": "2027-01-15",
                "observed_on": "2026-11-20", "statistic": "MEDIAN", "lead_days": 0,
                "distance_km": 111, "price": 81250.5,
                "terms": {"asa_max": 3, "weight_min": 40.5, "bmi_max": 35.0,
                          "conditions": ["En", "Två"]},
                "prerequisites": ["EKG", "Röntgen"], "aftercare": "Hemregionen",
                "alternatives": 0, "within_guarantee": True}]})

    def test_a_capacity(self):
        world = World()
        world.add_unit(UNIT, region="01")
        world.add_capacity(slots="3", price="0", asa_max="6", age_min="0", sex="any")
        self.assertEqual(world.option(), {
            "verdict": "ADMITTED", "verify": [], "kind": "CAPACITY", "candidate": "C",
            "capacity": "C", "free_slots": 3, "owner_region": "01",
            "unit": {"id": UNIT, "name": "Sjukhuset", "region": "01"},
            "expected_start": "2026-12-01", "wait_days": 9, "wait_basis": "CAPACITY",
            "stale": False, "price": 0.0, "prerequisites": [], "alternatives": 0})


class Queries(unittest.TestCase):
    def refused(self, **query):
        error = World().ask(**query)["error"]
        return error["code"], error.get("field")

    def test_bad_values_are_refused_with_their_field(self):
        bad = {"home_region": "16", "on": "2026-11-21", "asa": 7, "weight": 400.1,
               "height_cm": 29, "age": 126, "sex": "ANY", "origin": "148",
               "in_regions": [], "slots": 0, "paused_days": -1, "certain_only": 1,
               "order": "BEST", "limit": 101, "colour": "red", "version": "2026"}
        for field, value in bad.items():
            self.assertEqual(self.refused(**{field: value}), ("INVALID_ARGUMENT", field))

    def test_the_last_day_is_730_days_ahead(self):
        # 2028 is a leap year: two years ahead are 731 days.
        self.assertNotIn("error", World().ask(on="2028-11-21"))
        self.assertEqual(self.refused(on="2028-11-22"), ("INVALID_ARGUMENT", "on"))

    def test_one_way_to_say_the_deadline(self):
        self.assertEqual(self.refused(guarantee_from="2026-11-01",
                                      guarantee_deadline="2026-12-01"),
                         ("INVALID_ARGUMENT", "guarantee_deadline"))

    def test_unknown_names_are_not_found(self):
        self.assertEqual(World().ask(service="T"), {"error": {
            "code": "NOT_FOUND", "reason": "UNKNOWN_SERVICE", "field": "service"}})
        self.assertEqual(self.refused(system="VO"), ("NOT_FOUND", "system"))
        self.assertEqual(self.refused(system="KVA", version="1"),
                         ("NOT_FOUND", "version"))
        self.assertEqual(self.refused(origin="1480"), ("NOT_FOUND", "origin"))

    def test_codes_of_a_system_resolve_through_services_and_mappings(self):
        world = World()
        world.add("services", code="S2", system="KVA", version="9", name_sv="x",
                  guarantee="none")
        world.add("mappings", system="KVA", version="9", code="S", service="S2")
        world.add("mappings", system="LOKAL", version="1", code="S2", service="S")
        self.assertEqual(world.ask()["service"], "S")
        # "9" is newer than "2026" by byte order.
        self.assertEqual(world.ask(system="KVA")["service"], "S2")
        self.assertEqual(world.ask(system="KVA", version="2026")["service"], "S")
        self.assertEqual(world.ask(system="LOKAL", service="S2")["service"], "S")


if __name__ == "__main__":
    unittest.main()
