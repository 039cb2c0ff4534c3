#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The nineteen tests, waits and distances: small cases computed by hand."""

import os
import sys
import unittest

sys.dont_write_bytecode = True  # the tree stays clean
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import rules
from small_world import UNIT, World, world_of_line

ADMITTED = ("ADMITTED", [])


def conditional(*reasons):
    return ("CONDITIONAL", list(reasons))


def excluded(*reasons):
    return ("EXCLUDED", sorted(reasons))


class TheTests(unittest.TestCase):
    def check_line(self, expected, query=None, **parts):
        self.assertEqual(world_of_line(**parts).verdict(**(query or {})), expected)

    def check_capacity(self, expected, query=None, **cells):
        world = World()
        world.add_capacity(**cells)
        self.assertEqual(world.verdict(**(query or {})), expected)

    def test_01_an_inactive_unit_fails(self):
        self.check_line(ADMITTED, unit={"active": "true"})
        self.check_line(excluded("UNIT_INACTIVE"), unit={"active": "false"})

    def test_02_an_agreement_is_valid_from_its_first_day(self):
        self.check_line(ADMITTED, agreement={"valid_from": "2026-11-22"})
        self.check_line(excluded("AGREEMENT_NOT_YET_VALID"),
                        agreement={"valid_from": "2026-11-23"})
        self.check_line(ADMITTED, {"on": "2026-11-23"},
                        agreement={"valid_from": "2026-11-23"})

    def test_03_an_agreement_is_valid_to_its_last_day(self):
        self.check_line(ADMITTED, agreement={"valid_to": "2026-11-22"}, wait="0")
        self.check_line(excluded("AGREEMENT_EXPIRED"), {"on": "2026-11-23"}, wait=None,
                        agreement={"valid_to": "2026-11-22"})

    def test_04_a_suspended_agreement_fails(self):
        self.check_line(excluded("AGREEMENT_SUSPENDED"), agreement={"suspended": "true"})
        self.check_line(ADMITTED, agreement={"suspended": "false"})

    def test_05_the_owner_and_the_callers_are_party(self):
        self.check_line(excluded("REGION_NOT_PARTY"), {"home_region": "01"})
        self.check_line(ADMITTED, {"home_region": "01"}, agreement={"callers": "09|01"})
        self.check_line(ADMITTED, {"home_region": "14"}, agreement={"callers": "09|01"})

    def test_05_a_capacity_is_open_to_those_it_names_only(self):
        self.check_capacity(excluded("REGION_NOT_PARTY"), open_to="01")
        self.check_capacity(ADMITTED, open_to="01|@vastra")

    def test_05_halland_belongs_to_two_healthcare_regions(self):
        for callers in ("@vastra", "@sodra", "*"):
            self.check_line(ADMITTED, {"home_region": "13"},
                            agreement={"callers": callers})
        self.check_line(excluded("REGION_NOT_PARTY"), {"home_region": "13"},
                        agreement={"callers": "@sydostra"})

    def test_06_asa(self):
        self.check_line(ADMITTED, {"asa": 2}, asa_max="2")
        self.check_line(excluded("ASA"), {"asa": 3}, asa_max="2")
        self.check_line(conditional("ASA"), asa_max="5")
        self.check_line(ADMITTED, asa_max="6")

    def test_07_weight(self):
        bounds = {"weight_min": "50.5", "weight_max": "100"}
        self.check_line(ADMITTED, {"weight": 50.5}, **bounds)
        self.check_line(ADMITTED, {"weight": 100}, **bounds)
        self.check_line(excluded("WEIGHT"), {"weight": 50.4}, **bounds)
        self.check_line(excluded("WEIGHT"), {"weight": 100.1}, **bounds)
        self.check_line(conditional("WEIGHT"), weight_min="0.5")

    def test_08_bmi_is_compared_exactly(self):
        # 30.0 at 160 cm is 76.8 kg; 76.9 kg would be rounded to 30.0. 18.5 is 47.36 kg.
        bounds = {"bmi_min": "18.5", "bmi_max": "30"}
        self.check_line(ADMITTED, {"weight": 76.8, "height_cm": 160}, **bounds)
        self.check_line(excluded("BMI"), {"weight": 76.9, "height_cm": 160}, **bounds)
        self.check_line(ADMITTED, {"weight": 47.4, "height_cm": 160}, **bounds)
        self.check_line(excluded("BMI"), {"weight": 47.3, "height_cm": 160}, **bounds)

    def test_08_bmi_needs_weight_and_height(self):
        self.check_line(conditional("BMI"), {"weight": 300}, bmi_max="30")
        self.check_line(conditional("BMI"), {"height_cm": 160}, bmi_max="30")

    def test_09_age(self):
        self.check_line(ADMITTED, {"age": 18}, age_min="18", age_max="75")
        self.check_line(ADMITTED, {"age": 75}, age_min="18", age_max="75")
        self.check_line(excluded("AGE"), {"age": 17}, age_min="18")
        self.check_line(excluded("AGE"), {"age": 76}, age_max="75")
        self.check_line(ADMITTED, age_min="0")
        self.check_line(conditional("AGE"), age_max="125")

    def test_10_sex(self):
        self.check_line(ADMITTED, {"sex": "FEMALE"}, sex="female")
        self.check_line(excluded("SEX"), {"sex": "MALE"}, sex="female")
        self.check_line(conditional("SEX"), sex="male")
        self.check_line(ADMITTED, sex="any")

    def test_11_the_region_of_the_unit(self):
        self.check_line(ADMITTED, {"in_regions": ["@vastra"]})
        self.check_line(ADMITTED, {"in_regions": ["*"]})
        self.check_line(excluded("OUTSIDE_REGIONS"), {"in_regions": ["13", "@sodra"]})

    def test_12_distance(self):
        # One degree of latitude is 111.195 km.
        unit = {"latitude": "58", "longitude": "12"}
        origin = {"latitude": 57, "longitude": 12}
        self.check_line(ADMITTED, {"origin": origin, "max_distance_km": 111}, unit=unit)
        self.check_line(excluded("TOO_FAR"), {"origin": origin, "max_distance_km": 110},
                        unit=unit)
        self.check_line(conditional("TOO_FAR"), {"max_distance_km": 999}, unit=unit)
        self.check_line(conditional("TOO_FAR"),
                        {"origin": origin, "max_distance_km": 999})

    def test_13_wait(self):
        self.check_line(ADMITTED, {"max_wait_days": 14})
        self.check_line(excluded("WAIT_TOO_LONG"), {"max_wait_days": 13})
        self.check_line(conditional("WAIT_TOO_LONG"), {"max_wait_days": 13}, wait=None)
        self.check_capacity(ADMITTED, {"max_wait_days": 9})
        self.check_capacity(excluded("WAIT_TOO_LONG"), {"max_wait_days": 8})

    def test_14_a_capacity_closes(self):
        self.check_capacity(ADMITTED, {"on": "2026-12-10"})
        self.check_capacity(excluded("CAPACITY_CLOSED"), {"on": "2026-12-11"})
        self.check_capacity(ADMITTED, {"on": "2026-12-02"}, book_by="2026-12-02")
        self.check_capacity(excluded("CAPACITY_CLOSED"), {"on": "2026-12-03"},
                            book_by="2026-12-02")

    def test_15_slots(self):
        self.check_capacity(ADMITTED, {"slots": 2}, slots="2")
        self.check_capacity(excluded("NO_SLOTS_LEFT"), {"slots": 3}, slots="2")

    def test_15_confirmed_claims_and_running_holds_take_slots(self):
        def claim(state, slots, until=0, capacity="C"):
            return {"capacity": capacity, "state": state, "slots": slots, "until": until}
        claims = [claim("CONFIRMED", 1), claim("HELD", 2, until=101),
                  claim("HELD", 4, until=100), claim("RELEASED", 8),
                  claim("EXPIRED", 16), claim("CONFIRMED", 32, capacity="D")]
        self.assertEqual(rules.free_slots({"id": "C", "slots": 10}, claims, now=100), 7)

    def test_17_a_condition_is_never_known(self):
        self.check_line(conditional("CONDITION"), conditions="Kan gå i trappa")

    def test_18_care_is_to_start_before_the_agreement_ends(self):
        self.check_line(ADMITTED, agreement={"valid_to": "2026-12-06"})
        self.check_line(conditional("AGREEMENT_ENDS"),
                        agreement={"valid_to": "2026-12-05"})
        self.check_line(conditional("AGREEMENT_ENDS"), wait=None,
                        agreement={"valid_to": "2099-12-31"})
        self.check_line(ADMITTED, wait=None)


class NhvTests(unittest.TestCase):
    def setUp(self):
        self.world = World(nhv_area="N")

    def check(self, expected, **query):
        self.assertEqual(self.world.verdict(**query), expected)

    def test_a_unit_without_a_permit_row_is_no_permit_candidate(self):
        self.world.add_permit(unit="")
        self.assertEqual(self.world.ask(explain=True)["counts"]["excluded"], 0)
        self.world.add_line()
        self.check(excluded("NO_NHV_PERMIT"))

    def test_16_some_row_is_in_force(self):
        self.world.add_permit(in_force_from="2026-11-23")
        self.check(excluded("NO_NHV_PERMIT"))
        self.check(ADMITTED, on="2026-11-23")
        self.world.add_permit(in_force_from="2020-01-01", in_force_to="2026-11-21")
        self.check(excluded("NO_NHV_PERMIT"))
        self.world.add_wait(current_days="0")
        self.world.add_permit(in_force_from="2021-01-01", in_force_to="2026-11-22")
        self.check(ADMITTED)

    def test_17_a_row_without_scope_frees_the_others(self):
        self.world.add_permit(scope="Barn")
        self.check(conditional("CONDITION"))
        self.world.add_permit(in_force_from="2027-01-01")
        self.check(conditional("CONDITION"))
        self.world.add_permit(in_force_from="2022-01-01")
        self.check(ADMITTED)

    def test_19_some_row_lasts_until_care_starts(self):
        self.world.add_permit(in_force_to="2026-12-05")
        self.check(conditional("PERMIT_ENDS"))
        self.world.add_wait(current_days="14")
        self.check(conditional("PERMIT_ENDS"))
        self.world.add_permit(in_force_from="2021-01-01", in_force_to="2026-12-06")
        self.check(ADMITTED)

    def test_19_a_row_not_in_force_today_does_not_help(self):
        self.world.add_permit(in_force_to="2026-12-05")
        self.world.add_permit(in_force_from="2026-12-06")
        self.check(conditional("PERMIT_ENDS"))

    def test_lines_and_capacities_need_the_permit_too(self):
        self.world.add_line()
        self.world.add_capacity()
        counts = self.world.ask(explain=True)["counts"]
        self.assertEqual(counts["reasons"], {"NO_NHV_PERMIT": {"any": 2, "alone": 2}})

    def test_a_permit_has_no_terms_price_or_lead_days(self):
        self.world.add_permit(scope="Öga")
        self.world.add_permit(in_force_from="2021-01-01", scope="Barn")
        self.world.add_permit(in_force_from="2022-01-01", scope="Öga")
        self.world.add_permit(in_force_from="2099-01-01", scope="Vuxna")
        self.world.add_wait(forecast_days="3", forecast_until="2026-11-22")
        self.assertEqual(self.world.option(), {
            "verdict": "CONDITIONAL", "verify": ["CONDITION"], "kind": "PERMIT",
            "candidate": f"permit/N/{UNIT}/S", "owner_region": "14",
            "unit": {"id": UNIT, "name": "Sjukhuset", "region": "14"},
            "expected_start": "2026-11-25", "wait_days": 3, "wait_basis": "FORECAST",
            "stale": False, "forecast_days": 3, "forecast_until": "2026-11-22",
            "observed_on": "2026-11-20", "permit_scopes": ["Barn", "Öga"],
            "prerequisites": [], "alternatives": 0,
        })


class Waits(unittest.TestCase):
    def wait_of(self, lead_days="", **row):
        world = world_of_line(wait=None, lead_days=lead_days)
        if row:
            world.add_wait(**row)
        option = world.option()
        return option.get("wait_days"), option["wait_basis"], option["stale"]

    def test_no_row(self):
        self.assertEqual(self.wait_of(lead_days="30"), (None, "UNKNOWN", False))

    def test_a_current_figure_lasts_42_days(self):
        figure = {"current_days": "14"}
        self.assertEqual(self.wait_of(observed_on="2026-10-11", **figure),
                         (14, "CURRENT", False))
        self.assertEqual(self.wait_of(observed_on="2026-10-10", **figure),
                         (None, "UNKNOWN", True))
        self.assertEqual(self.wait_of(observed_on="2026-11-23", **figure),
                         (14, "CURRENT", False))

    def test_the_setting_says_another_number_of_days(self):
        world = world_of_line(wait=None)
        world.add_wait(observed_on="2026-10-10", current_days="14")
        world.add("settings", key="waiting_time_max_age_days", value="43")
        self.assertEqual(world.option()["wait_basis"], "CURRENT")

    def test_a_usable_forecast_goes_first(self):
        figures = {"current_days": "14", "forecast_days": "90"}
        self.assertEqual(self.wait_of(forecast_until="2026-11-22", **figures),
                         (90, "FORECAST", False))
        self.assertEqual(self.wait_of(forecast_until="2026-11-21", **figures),
                         (14, "CURRENT", False))
        self.assertEqual(self.wait_of(observed_on="2026-10-01", **figures,
                                      forecast_until="2026-11-21"),
                         (None, "UNKNOWN", True))

    def test_lead_days_count_only_beside_a_figure(self):
        self.assertEqual(self.wait_of("30", current_days="14"), (30, "CURRENT", False))
        self.assertEqual(self.wait_of("7", current_days="14"), (14, "CURRENT", False))
        self.assertEqual(self.wait_of("30", observed_on="2026-10-01", current_days="14"),
                         (None, "UNKNOWN", True))

    def test_raw_figures_are_shown_when_none_is_usable(self):
        world = world_of_line(wait=None, lead_days="5")
        world.add_wait(observed_on="2026-10-01", current_days="0", statistic="p90")
        option = world.option()
        self.assertNotIn("wait_days", option)
        self.assertNotIn("expected_start", option)
        shown = [option[name] for name in ("current_days", "observed_on", "statistic",
                                           "lead_days")]
        self.assertEqual(shown, [0, "2026-10-01", "P90", 5])

    def test_an_older_observation_does_not_replace_a_newer(self):
        world = world_of_line(wait="14")
        world.add_wait(observed_on="2026-11-19", current_days="1")
        self.assertEqual(world.option()["wait_days"], 14)
        world.add_wait(observed_on="2026-11-20", current_days="2")
        self.assertEqual(world.option()["wait_days"], 2)

    def test_the_wait_runs_from_the_day_of_referral(self):
        world = world_of_line(wait="1")
        self.assertEqual(world.option(on="2026-12-31")["expected_start"], "2027-01-01")
        self.assertEqual(world.option(on="2028-02-28")["expected_start"], "2028-02-29")

    def test_a_capacity_starts_with_its_window_or_at_once(self):
        world = World()
        world.add_capacity()
        world.add_wait(current_days="90")
        early, late = world.option(), world.option(on="2026-12-05")
        self.assertEqual((early["wait_days"], early["expected_start"]), (9, "2026-12-01"))
        self.assertEqual((late["wait_days"], late["expected_start"]), (0, "2026-12-05"))
        self.assertEqual((late["wait_basis"], late["stale"]), ("CAPACITY", False))
        self.assertNotIn("current_days", early)


class Distances(unittest.TestCase):
    def test_half_a_kilometre_is_rounded_up(self):
        # Of latitude, 0.004496 degrees are 0.49993 km and 0.004497 are 0.50004.
        unit = {"latitude": 4496, "longitude": 0}
        self.assertEqual(rules.distance_km((0, 0), unit), 0)
        self.assertEqual(rules.distance_km((0, 0), {**unit, "latitude": 4497}), 1)

    def test_far_apart(self):
        # Half of the circumference, pi * 6371.0088 km = 20015.115.
        unit = {"latitude": 0, "longitude": 180_000_000}
        self.assertEqual(rules.distance_km((0, 0), unit), 20015)

    def test_a_municipality_without_position_has_no_distance(self):
        world = world_of_line(unit={"latitude": "58", "longitude": "12"})
        world.add("municipalities", code="1480", name="Göteborg", region="14")
        self.assertNotIn("distance_km", world.option(origin="1480"))
        world.add("municipalities", code="1480", name="Göteborg", region="14",
                  latitude="57", longitude="12")
        self.assertEqual(world.option(origin="1480")["distance_km"], 111)


if __name__ == "__main__":
    unittest.main()
