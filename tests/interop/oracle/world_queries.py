# SPDX-License-Identifier: Apache-2.0
"""Random match queries for a random world, drawn towards its boundaries.

A query is made around a target, some line, capacity or permit of the world: the region
is mostly one that may use it, and facts and dates lie on its bounds or a step beside.
One in twenty is to be refused.
"""

import datetime

import question
import records
import rules

WAITS = [0, 6, 7, 13, 14, 27, 28, 29, 59, 60, 90, 120, 3650]
SETS = [["*"], ["@norra"], ["@vastra"], ["@sodra"], ["13"], ["14", "@sodra"],
        ["01", "09", "@mellansverige"], ["@vastra", "@sodra", "13"]]


def iso(today, days):
    return (today + datetime.timedelta(days=days)).isoformat()


def targets_of(data):
    permits = [row for row in data["nhv_permits"].values() if row["unit"] is not None]
    return (list(data["agreement_lines"].values()) + list(data["capacity"].values()) * 2
            + permits * 2)


def service_of(rng, target, data):
    """The target's service; for a permit row one of its area, or any."""
    if "area" not in target:
        return data["services"][(target["service"],)]
    services = list(data["services"].values())
    of_area = [one for one in services if one["nhv_area"] == target["area"]]
    return rng.choice(of_area or services)


def parties_of(target, data):
    if "agreement" in target:
        agreement = data["agreements"][(target["agreement"],)]
        return sorted({agreement["owner_region"], *(agreement["callers"] or [])})
    if "open_to" in target:
        return sorted(target["open_to"])
    return records.REGIONS


def near(rng, value, low, high):
    """A value on a bound or one step beside it, within what a query may say."""
    return max(low, min(high, value + rng.choice([0, 0, -1, 1])))


def weight_and_height(rng, target):
    """Hectograms and centimetres, often exactly on a weight or BMI bound."""
    bmi = rng.choice([target.get("bmi_min"), target.get("bmi_max")])
    weight = rng.choice([target.get("weight_min"), target.get("weight_max")])
    if bmi is not None and rng.chance(0.7):
        height = rng.choice([100, 150, 160, 160, 175, 180, 200])
        return near(rng, round(bmi * height * height / 10_000), 5, 4000), height
    if weight is not None and rng.chance(0.7):
        return near(rng, weight, 5, 4000), rng.randint(150, 195)
    return rng.choice([5, 4000] + [rng.randint(450, 1400)] * 8), rng.choice(
        [30, 250] + [rng.randint(150, 195)] * 8)


def add_patient(rng, query, target):
    weight, height = weight_and_height(rng, target)
    age_bound = rng.choice([target.get("age_min"), target.get("age_max"), None])
    age = rng.randint(0, 125) if age_bound is None else near(rng, age_bound, 0, 125)
    facts = {
        "asa": near(rng, target.get("asa_max") or 2, 1, 6), "weight": weight / 10,
        "height_cm": height, "age": age, "sex": rng.choice(["FEMALE", "MALE"]),
    }
    for name, value in facts.items():
        if rng.chance(0.7):
            query[name] = value


def interesting_days(target, data):
    """The dates on which something about the target changes."""
    agreement = data["agreements"].get((target.get("agreement"),), {})
    dates = [agreement.get("valid_from"), agreement.get("valid_to")]
    dates += [target.get(name) for name in ("window_start", "window_end", "book_by",
                                            "in_force_from", "in_force_to")]
    return [date for date in dates if date is not None]


def add_day(rng, query, target, today, data):
    if rng.chance(0.4):
        return
    days = [0, 0, 1, 30, 365, question.DAYS_AHEAD]
    days += [(date - today).days + step for step in (-1, 0, 1)
             for date in interesting_days(target, data)]
    allowed = [number for number in days if 0 <= number <= question.DAYS_AHEAD]
    query["on"] = iso(today, rng.choice(allowed))


def add_origin(rng, query, data):
    if rng.chance(0.35):
        return
    places = [row for kind in ("units", "municipalities") for row in data[kind].values()
              if row["latitude"] is not None]
    if rng.chance(0.4) or not places:
        query["origin"] = rng.choice(list(data["municipalities"].values()))["code"]
    elif rng.chance(0.6):
        place = rng.choice(places)
        query["origin"] = {"latitude": place["latitude"] / 1e6,
                           "longitude": place["longitude"] / 1e6}
    else:
        query["origin"] = {"latitude": rng.randint(553_000, 690_000) / 10_000,
                           "longitude": rng.randint(110_000, 242_000) / 10_000}


def origin_of(origin):
    """What question.read_origin makes of it, from the floats of a query to be written."""
    if isinstance(origin, str):
        return origin
    return (round(origin["latitude"] * 1e6), round(origin["longitude"] * 1e6))


def distance_bound(rng, query, target, data):
    """The distance to the target's unit exactly, or one step beside; else a round one."""
    origin = query.get("origin")
    if origin is not None and rng.chance(0.7):
        unit = data["units"][(target["unit"],)]
        position = question.resolve_position(origin_of(origin), data)
        distance = rules.distance_km(position, unit)
        if distance is not None:
            return near(rng, distance, 0, question.MAX_DISTANCE_KM)
    return rng.choice([0, 1, 100, 500, 2000])


def add_bounds(rng, query, target, data):
    if rng.chance(0.25):
        query["in_regions"] = rng.choice(SETS)
    if rng.chance(0.3):
        query["max_wait_days"] = rng.choice(WAITS)
    if rng.chance(0.3):
        query["max_distance_km"] = distance_bound(rng, query, target, data)
    if rng.chance(0.25):
        query["slots"] = near(rng, target.get("slots") or 1, 1, 10_000)


def add_guarantee(rng, query, today):
    choice = rng.random()
    if choice < 0.35:
        query["guarantee_from"] = iso(today, rng.choice([-401, -400, -61, -60, -59, -30,
                                                         -1, 0, 1, -4000]))
        if rng.chance(0.4):
            query["paused_days"] = rng.choice([0, 1, 10, 30, 3650])
    elif choice < 0.5:
        query["guarantee_deadline"] = iso(today, rng.choice([-1, 0, 7, 14, 28, 29, 60]))


def add_form(rng, query):
    """How the answer is to look."""
    if rng.chance(0.6):
        query["order"] = rng.choice(["EARLIEST", "NEAREST", "NEAREST", "CHEAPEST",
                                     "CHEAPEST"])
    if rng.chance(0.6):
        query["limit"] = rng.choice([1, 2, 3, 5, 10, 99, 100, 100])
    for name, probability in (("certain_only", 0.25), ("explain", 0.6)):
        if rng.chance(probability):
            query[name] = rng.chance(0.9)


def ways_to_name(service, data):
    """(system, version or None, code) that all mean the service."""
    codes = question.coded_services(data)
    ways = []
    for (system, version, code), meant in sorted(codes.items()):
        if meant != service["code"]:
            continue
        ways.append((system, version, code))
        versions = [known[1] for known in codes if known[0] == system]
        if version == question.newest_version(versions):
            ways.append((system, None, code))
    return ways


def add_service(rng, query, service, data):
    query["service"] = service["code"]
    if rng.chance(0.3):
        system, version, code = rng.choice(ways_to_name(service, data))
        query.update({"system": system, "service": code})
        if version is not None:
            query["version"] = version


def make_query(rng, today, data, targets):
    target = rng.choice(targets)
    query = {}
    add_service(rng, query, service_of(rng, target, data), data)
    query["home_region"] = rng.choice(
        parties_of(target, data) if rng.chance(0.85) else records.REGIONS)
    add_day(rng, query, target, today, data)
    add_patient(rng, query, target)
    add_origin(rng, query, data)
    add_bounds(rng, query, target, data)
    add_guarantee(rng, query, today)
    add_form(rng, query)
    if rng.chance(0.05):
        query["min_revision"] = rng.choice([0, 1])
    return query


def refusals(today):
    """What makes a right query one to be refused, for exactly one reason each."""
    return [
        {"service": "FINNSINTE"}, {"service": "nfb 29"}, {"service": ""},
        {"system": "FINNSINTE"}, {"system": "KVA", "version": "1900"},
        {"home_region": "02"}, {"home_region": "16"}, {"home_region": "99"},
        {"in_regions": []}, {"in_regions": ["14", "11"]}, {"in_regions": ["@finnsinte"]},
        {"on": iso(today, -1)}, {"on": iso(today, question.DAYS_AHEAD + 1)},
        {"on": "2027-02-30"}, {"on": "2026-1-1"}, {"asa": 0}, {"asa": 7},
        {"weight": 0.4}, {"weight": 400.1}, {"weight": 82.55}, {"height_cm": 29},
        {"height_cm": 251}, {"age": -1}, {"age": 126}, {"sex": "female"},
        {"origin": "9999"}, {"origin": {"latitude": 90.5, "longitude": 11.9}},
        {"slots": 0}, {"paused_days": 3651, "guarantee_from": iso(today, 0)},
        {"order": "BEST"}, {"limit": 0}, {"limit": 101}, {"colour": "red"},
        {"guarantee_from": iso(today, 0), "guarantee_deadline": iso(today, 60)},
    ]


def make_refused(rng, today, data, targets):
    query = make_query(rng, today, data, targets)
    for name in ("system", "version", "guarantee_from", "guarantee_deadline",
                 "paused_days"):
        query.pop(name, None)
    query["service"] = rng.choice(list(data["services"].values()))["code"]
    fault = rng.choice(refusals(today) + [None])
    if fault is None:
        del query[rng.choice(["service", "home_region"])]
    else:
        query.update(fault)
    return query


def make_queries(rng, today, data, n_queries):
    targets = targets_of(data)
    return [make_refused(rng, today, data, targets) if rng.chance(0.05)
            else make_query(rng, today, data, targets) for _ in range(n_queries)]
