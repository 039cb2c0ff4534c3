# SPDX-License-Identifier: Apache-2.0
"""The nineteen tests of the domain page, section 3, and what they look at.

A candidate is a dictionary made by candidates(); every test takes it and the query and
says PASS, FAIL or UNKNOWN.
"""

import datetime
import math

import records

PASS, FAIL, UNKNOWN = "PASS", "FAIL", "UNKNOWN"

CAPACITY, AGREEMENT, PERMIT = "CAPACITY", "AGREEMENT", "PERMIT"
EVERY_KIND = (CAPACITY, AGREEMENT, PERMIT)

EARTH_RADIUS_KM = 6371.0088


def effective_terms(row):
    """The terms of a line or a capacity; bounds that nobody can fail are no bound."""
    terms = {name: row[name] for name in records.TERMS}
    if terms["asa_max"] == 6:
        terms["asa_max"] = None
    if terms["age_min"] == 0:
        terms["age_min"] = None
    if terms["sex"] == "ANY":
        terms["sex"] = None
    return terms


def no_terms():
    return {name: None for name in records.TERMS}


def distance_km(origin, unit):
    """Great-circle distance, rounded half up; None when a position is not known."""
    if origin is None or unit["latitude"] is None:
        return None
    phi_1 = math.radians(origin[0] / 1e6)
    phi_2 = math.radians(unit["latitude"] / 1e6)
    d_phi = phi_2 - phi_1
    d_lambda = math.radians(unit["longitude"] / 1e6) - math.radians(origin[1] / 1e6)
    a = (math.sin(d_phi / 2) ** 2
         + math.cos(phi_1) * math.cos(phi_2) * math.sin(d_lambda / 2) ** 2)
    return math.floor(2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(a))) + 0.5)


def usable_figure(row, today, max_age_days):
    """The figure that counts and its basis; (None, UNKNOWN) when none is usable."""
    if row is None:
        return None, "UNKNOWN"
    if row["forecast_days"] is not None and row["forecast_until"] >= today:
        return row["forecast_days"], "FORECAST"
    age_days = (today - row["observed_on"]).days
    if row["current_days"] is not None and age_days <= max_age_days:
        return row["current_days"], "CURRENT"
    return None, "UNKNOWN"


def set_wait(candidate, row, lead_days, on, today, max_age_days):
    """The wait of a line or a permit; lead_days counts only beside a usable figure."""
    figure, basis = usable_figure(row, today, max_age_days)
    candidate["waiting_time"] = row
    candidate["wait_basis"] = basis
    candidate["stale"] = row is not None and figure is None
    if figure is None:
        candidate["wait"] = None
        candidate["expected_start"] = None
    else:
        candidate["wait"] = max(lead_days or 0, figure)
        candidate["expected_start"] = on + datetime.timedelta(days=candidate["wait"])


def free_slots(capacity, claims, now):
    """Slots less the confirmed ones and the holds that have not run out at now."""
    free = capacity["slots"]
    for claim in claims:
        if claim["capacity"] != capacity["id"]:
            continue
        holds = claim["state"] == "HELD" and claim["until"] > now
        if claim["state"] == "CONFIRMED" or holds:
            free -= claim["slots"]
    return free


def permit_rows(area, unit, data):
    """The permit rows of (area, unit); none for a service without an area."""
    if area is None:
        return []
    return [row for row in data["nhv_permits"].values()
            if row["area"] == area and row["unit"] == unit["id"]]


def base_candidate(kind, name, unit, query, data):
    return {
        "kind": kind, "candidate": name, "unit": unit,
        "distance": distance_km(query["position"], unit),
        "permits": permit_rows(query["service"]["nhv_area"], unit, data),
        "terms": no_terms(), "price": None, "lead_days": None,
        "prerequisites": None, "aftercare": None, "waiting_time": None,
    }


def line_candidate(line, query, today, data):
    unit = data["units"][(line["unit"],)]
    name = "/".join((line["agreement"], line["unit"], line["service"]))
    if line["variant"] is not None:
        name += "/" + line["variant"]
    candidate = base_candidate(AGREEMENT, name, unit, query, data)
    candidate["agreement"] = data["agreements"][(line["agreement"],)]
    candidate["terms"] = effective_terms(line)
    for field in ("price", "lead_days", "prerequisites", "aftercare"):
        candidate[field] = line[field]
    row = data["waiting_times"].get((line["unit"], line["service"]))
    set_wait(candidate, row, line["lead_days"], query["on"], today,
             records.max_age_days(data))
    return candidate


def capacity_candidate(capacity, query, data, claims=(), now=0):
    unit = data["units"][(capacity["unit"],)]
    candidate = base_candidate(CAPACITY, capacity["id"], unit, query, data)
    candidate["capacity"] = capacity
    candidate["free_slots"] = free_slots(capacity, claims, now)
    candidate["terms"] = effective_terms(capacity)
    for field in ("price", "prerequisites", "aftercare"):
        candidate[field] = capacity[field]
    candidate["expected_start"] = max(query["on"], capacity["window_start"])
    candidate["wait"] = (candidate["expected_start"] - query["on"]).days
    candidate["wait_basis"] = "CAPACITY"
    candidate["stale"] = False
    return candidate


def permit_candidate(unit, query, today, data):
    service = query["service"]
    name = "/".join(("permit", service["nhv_area"], unit["id"], service["code"]))
    candidate = base_candidate(PERMIT, name, unit, query, data)
    row = data["waiting_times"].get((unit["id"], service["code"]))
    set_wait(candidate, row, None, query["on"], today, records.max_age_days(data))
    return candidate


def candidates(query, today, data):
    """Every line, capacity and permitted unit of the service."""
    service = query["service"]
    found = []
    for line in data["agreement_lines"].values():
        if line["service"] == service["code"]:
            found.append(line_candidate(line, query, today, data))
    for capacity in data["capacity"].values():
        if capacity["service"] == service["code"]:
            found.append(capacity_candidate(capacity, query, data))
    if service["nhv_area"] is not None:
        for unit in data["units"].values():
            if permit_rows(service["nhv_area"], unit, data):
                found.append(permit_candidate(unit, query, today, data))
    return found


def passes(condition):
    return PASS if condition else FAIL


def within(low, value, high):
    """Both ends inclusive; an absent end is no bound."""
    if low is None and high is None:
        return PASS
    if value is None:
        return UNKNOWN
    return passes((low is None or low <= value) and (high is None or value <= high))


def unit_inactive(candidate, query):
    return passes(candidate["unit"]["active"] is not False)


def agreement_not_yet_valid(candidate, query):
    valid_from = candidate["agreement"]["valid_from"]
    return passes(valid_from is None or valid_from <= query["on"])


def agreement_expired(candidate, query):
    valid_to = candidate["agreement"]["valid_to"]
    return passes(valid_to is None or valid_to >= query["on"])


def agreement_suspended(candidate, query):
    return passes(candidate["agreement"]["suspended"] is not True)


def region_not_party(candidate, query):
    home = query["home_region"]
    if candidate["kind"] == CAPACITY:
        return passes(home in candidate["capacity"]["open_to"])
    agreement = candidate["agreement"]
    callers = agreement["callers"] or frozenset()
    return passes(home == agreement["owner_region"] or home in callers)


def asa(candidate, query):
    return within(None, query["asa"], candidate["terms"]["asa_max"])


def weight(candidate, query):
    terms = candidate["terms"]
    return within(terms["weight_min"], query["weight"], terms["weight_max"])


def bmi(candidate, query):
    """weight_hg * 10000 against bmi_tenths * height_cm^2, in whole numbers."""
    terms = candidate["terms"]
    if terms["bmi_min"] is None and terms["bmi_max"] is None:
        return PASS
    if query["weight"] is None or query["height_cm"] is None:
        return UNKNOWN
    value = query["weight"] * 10_000
    square = query["height_cm"] ** 2
    low = None if terms["bmi_min"] is None else terms["bmi_min"] * square
    high = None if terms["bmi_max"] is None else terms["bmi_max"] * square
    return within(low, value, high)


def age(candidate, query):
    terms = candidate["terms"]
    return within(terms["age_min"], query["age"], terms["age_max"])


def sex(candidate, query):
    wanted = candidate["terms"]["sex"]
    if wanted is None:
        return PASS
    if query["sex"] is None:
        return UNKNOWN
    return passes(query["sex"] == wanted)


def outside_regions(candidate, query):
    regions = query["in_regions"]
    return passes(regions is None or candidate["unit"]["region"] in regions)


def too_far(candidate, query):
    return within(None, candidate["distance"], query["max_distance_km"])


def wait_too_long(candidate, query):
    return within(None, candidate["wait"], query["max_wait_days"])


def capacity_closed(candidate, query):
    capacity = candidate["capacity"]
    in_time = capacity["book_by"] is None or capacity["book_by"] >= query["on"]
    return passes(in_time and capacity["window_end"] >= query["on"])


def no_slots_left(candidate, query):
    return passes(candidate["free_slots"] >= query["slots"])


def in_force(candidate, query):
    """The permit rows of (area, unit) that are in force on the day of referral."""
    on = query["on"]
    return [row for row in candidate["permits"] if row["in_force_from"] <= on
            and (row["in_force_to"] is None or row["in_force_to"] >= on)]


def no_nhv_permit(candidate, query):
    return passes(in_force(candidate, query))


def every_row_has_a_scope(candidate, query):
    """True also when no row is in force: then test 16 has failed and nobody sees it."""
    return all(row["scope"] is not None for row in in_force(candidate, query))


def condition(candidate, query):
    if candidate["terms"]["conditions"]:
        return UNKNOWN
    nhv = query["service"]["nhv_area"] is not None
    return UNKNOWN if nhv and every_row_has_a_scope(candidate, query) else PASS


def starts_by(candidate, last_day):
    """An absent last day is no bound; an unknown start never passes one."""
    start = candidate["expected_start"]
    return last_day is None or (start is not None and start <= last_day)


def agreement_ends(candidate, query):
    return PASS if starts_by(candidate, candidate["agreement"]["valid_to"]) else UNKNOWN


def permit_ends(candidate, query):
    rows = in_force(candidate, query)
    if not rows:
        return PASS
    if any(starts_by(candidate, row["in_force_to"]) for row in rows):
        return PASS
    return UNKNOWN


LINE = (AGREEMENT,)
LINE_OR_CAPACITY = (AGREEMENT, CAPACITY)
NHV_ONLY = True

# (reason, kinds it applies to, only for NHV services, test), in the order of the table.
TESTS = [
    ("UNIT_INACTIVE", EVERY_KIND, False, unit_inactive),
    ("AGREEMENT_NOT_YET_VALID", LINE, False, agreement_not_yet_valid),
    ("AGREEMENT_EXPIRED", LINE, False, agreement_expired),
    ("AGREEMENT_SUSPENDED", LINE, False, agreement_suspended),
    ("REGION_NOT_PARTY", LINE_OR_CAPACITY, False, region_not_party),
    ("ASA", EVERY_KIND, False, asa),
    ("WEIGHT", EVERY_KIND, False, weight),
    ("BMI", EVERY_KIND, False, bmi),
    ("AGE", EVERY_KIND, False, age),
    ("SEX", EVERY_KIND, False, sex),
    ("OUTSIDE_REGIONS", EVERY_KIND, False, outside_regions),
    ("TOO_FAR", EVERY_KIND, False, too_far),
    ("WAIT_TOO_LONG", EVERY_KIND, False, wait_too_long),
    ("CAPACITY_CLOSED", (CAPACITY,), False, capacity_closed),
    ("NO_SLOTS_LEFT", (CAPACITY,), False, no_slots_left),
    ("NO_NHV_PERMIT", EVERY_KIND, NHV_ONLY, no_nhv_permit),
    ("CONDITION", EVERY_KIND, False, condition),
    ("AGREEMENT_ENDS", LINE, False, agreement_ends),
    ("PERMIT_ENDS", EVERY_KIND, NHV_ONLY, permit_ends),
]

NEAR_MISS_REASONS = [reason for reason, _, _, _ in TESTS[5:13]]


def judge(candidate, query):
    """Put the candidate to every test that applies; sets fails, verify and verdict."""
    nhv = query["service"]["nhv_area"] is not None
    fails, unknowns = [], []
    for reason, kinds, nhv_only, test in TESTS:
        if candidate["kind"] not in kinds or (nhv_only and not nhv):
            continue
        outcome = test(candidate, query)
        if outcome == FAIL:
            fails.append(reason)
        elif outcome == UNKNOWN:
            unknowns.append(reason)
    candidate["fails"] = fails
    candidate["verify"] = unknowns
    if fails:
        candidate["verdict"] = "EXCLUDED"
    else:
        candidate["verdict"] = "CONDITIONAL" if unknowns else "ADMITTED"
