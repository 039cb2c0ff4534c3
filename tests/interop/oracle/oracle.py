#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""An independent reference for vardsok match, written from the domain page alone.

    oracle.py match --data DIR [--data DIR2 ...] --today YYYY-MM-DD [--batch FILE|-]

Reads the CSV files of the folders (merged; a later folder goes over an earlier) and
answers NDJSON queries, one JSON line each, in the form of the client's --json. The
revision is left out: it belongs to a log, and there is none here. It is as plain and slow
as can be, on purpose: no index, every candidate of every query judged by every test.
"""

import argparse
import datetime
import json
import sys

sys.dont_write_bytecode = True  # the tree stays clean

import question
import records
import rules

MAX_NEAR_MISSES = 10
KIND_ORDER = {rules.CAPACITY: 0, rules.AGREEMENT: 1, rules.PERMIT: 2}


def absent_last(value):
    return (value is None, 0 if value is None else value)


def sort_key(order):
    """The total order of candidates that the query asks for."""
    def key(candidate):
        wait = absent_last(candidate["wait"])
        distance = absent_last(candidate["distance"])
        price = absent_last(candidate["price"])
        first = {
            "EARLIEST": (wait, distance, price),
            "NEAREST": (distance, wait, price),
            "CHEAPEST": (price, wait, distance),
        }[order]
        return first + (KIND_ORDER[candidate["kind"]], candidate["unit"]["id"].encode(),
                        candidate["candidate"].encode())
    return key


def newest_limit(guarantee, region, start, data):
    """The days of the limit with the newest valid_from that is not after start."""
    limits = [limit for limit in data["guarantees"].values()
              if limit["guarantee"] == guarantee and limit["region"] == region
              and limit["valid_from"] <= start]
    if not limits:
        return None
    return max(limits, key=lambda limit: limit["valid_from"])["days"]


def guarantee_deadline(query, data):
    if query["guarantee_deadline"] is not None:
        return query["guarantee_deadline"]
    start = query["guarantee_from"]
    guarantee = query["service"]["guarantee"]
    if start is None or guarantee == "NONE":
        return None
    national = newest_limit(guarantee, None, start, data)
    regional = newest_limit(guarantee, query["home_region"], start, data)
    days = [limit for limit in (national, regional) if limit is not None]
    if not days:
        return None
    return start + datetime.timedelta(days=min(days) + query["paused_days"])


def choose(judged, certain_only):
    """One option a (unit, kind), in order, as pairs of candidate and alternatives.

    The counts and near misses are made from all that was judged, before certain_only
    takes the conditional ones away.
    """
    groups = {}
    for candidate in judged:
        kept = candidate["verdict"] == "ADMITTED" or (
            candidate["verdict"] == "CONDITIONAL" and not certain_only)
        if kept:
            name = (candidate["unit"]["id"], candidate["kind"])
            groups.setdefault(name, []).append(candidate)
    chosen = []
    for members in groups.values():
        admitted = [one for one in members if one["verdict"] == "ADMITTED"]
        chosen.append(((admitted or members)[0], len(members) - 1))
    position = {id(candidate): place for place, candidate in enumerate(judged)}
    return sorted(chosen, key=lambda pair: position[id(pair[0])])


def without_absent(document):
    return {name: value for name, value in document.items() if value is not None}


def tenths_json(value):
    return None if value is None else value / 10


def price_json(ore):
    return None if ore is None else ore / 100


def date_json(day):
    return None if day is None else day.isoformat()


def terms_json(terms):
    """The bounds and the conditions; None when there is neither.

    Conditions are shown even without any bound: whoever must assess them has to see them.
    """
    shown = dict(terms)
    for name in ("weight_min", "weight_max", "bmi_min", "bmi_max"):
        shown[name] = tenths_json(terms[name])
    return without_absent(shown) or None


def contact_json(unit):
    """None when the unit has no contact at all."""
    fields = ("phone", "email", "address", "url")
    return without_absent({name: unit[name] for name in fields}) or None


def unit_json(unit):
    return without_absent({
        "id": unit["id"], "name": unit["name"], "region": unit["region"],
        "contact": contact_json(unit),
    })


def permit_scopes_json(candidate, query):
    """The distinct scopes of the rows in force, bytewise sorted; None without any."""
    scopes = {row["scope"] for row in rules.in_force(candidate, query)}
    scopes.discard(None)
    return sorted(scopes, key=lambda scope: scope.encode()) or None


def waiting_json(candidate):
    """The raw figures, shown whenever a row exists, usable or not."""
    row = candidate["waiting_time"]
    if row is None:
        return {}
    return {
        "current_days": row["current_days"], "forecast_days": row["forecast_days"],
        "forecast_until": date_json(row["forecast_until"]),
        "observed_on": date_json(row["observed_on"]), "statistic": row["statistic"],
    }


def origin_json(candidate):
    """What the candidate comes from: an agreement, a capacity, or a permit."""
    if candidate["kind"] == rules.AGREEMENT:
        agreement = candidate["agreement"]
        return {"agreement": agreement["id"], "owner_region": agreement["owner_region"]}
    shown = {"owner_region": candidate["unit"]["region"]}
    if candidate["kind"] == rules.CAPACITY:
        shown["capacity"] = candidate["capacity"]["id"]
        shown["free_slots"] = candidate["free_slots"]
    return shown


def within_guarantee(candidate, deadline):
    if deadline is None or candidate["expected_start"] is None:
        return None
    return candidate["expected_start"] <= deadline


def option_json(candidate, alternatives, query, deadline):
    return without_absent({
        "verdict": candidate["verdict"], "verify": candidate["verify"],
        "kind": candidate["kind"], "candidate": candidate["candidate"],
        "unit": unit_json(candidate["unit"]),
        **origin_json(candidate),
        "expected_start": date_json(candidate["expected_start"]),
        "wait_days": candidate["wait"], "wait_basis": candidate["wait_basis"],
        "stale": candidate["stale"],
        **waiting_json(candidate),
        "lead_days": candidate["lead_days"],
        "distance_km": candidate["distance"], "price": price_json(candidate["price"]),
        "terms": terms_json(candidate["terms"]),
        "permit_scopes": permit_scopes_json(candidate, query),
        "prerequisites": candidate["prerequisites"] or [],
        "aftercare": candidate["aftercare"], "alternatives": alternatives,
        "within_guarantee": within_guarantee(candidate, deadline),
    })


def counts_json(judged):
    verdicts = [candidate["verdict"] for candidate in judged]
    reasons = {}
    for candidate in judged:
        for reason in candidate["fails"]:
            count = reasons.setdefault(reason, {"any": 0, "alone": 0})
            count["any"] += 1
            if len(candidate["fails"]) == 1:
                count["alone"] += 1
    return {
        "admitted": verdicts.count("ADMITTED"),
        "conditional": verdicts.count("CONDITIONAL"),
        "excluded": verdicts.count("EXCLUDED"), "reasons": reasons,
    }


def crossed_bound(low_name, high_name, candidate, below):
    """The end that was crossed; a value cannot be outside both."""
    name = low_name if below else high_name
    return name, candidate["terms"][name]


def bmi_is_below(candidate, query):
    low = candidate["terms"]["bmi_min"]
    value = query["weight"] * 10_000
    return low is not None and value < low * query["height_cm"] ** 2


def is_below(low, value):
    return low is not None and value < low


def bound_json(candidate, query):
    """The bound that would have to give, for a candidate with one FAIL."""
    reason = candidate["fails"][0]
    terms = candidate["terms"]
    if reason == "ASA":
        return {"asa_max": terms["asa_max"]}
    if reason == "WEIGHT":
        below = is_below(terms["weight_min"], query["weight"])
        name, value = crossed_bound("weight_min", "weight_max", candidate, below)
        return {name: tenths_json(value)}
    if reason == "BMI":
        below = bmi_is_below(candidate, query)
        name, value = crossed_bound("bmi_min", "bmi_max", candidate, below)
        return {name: tenths_json(value)}
    if reason == "AGE":
        below = is_below(terms["age_min"], query["age"])
        name, value = crossed_bound("age_min", "age_max", candidate, below)
        return {name: value}
    return {
        "SEX": {"sex": terms["sex"]},
        "OUTSIDE_REGIONS": {"region": candidate["unit"]["region"]},
        "TOO_FAR": {"distance_km": candidate["distance"]},
        "WAIT_TOO_LONG": {"wait_days": candidate["wait"]},
    }[reason]


def near_misses_json(judged, query):
    misses = [candidate for candidate in judged if len(candidate["fails"]) == 1
              and candidate["fails"][0] in rules.NEAR_MISS_REASONS]
    return [{
        "candidate": candidate["candidate"], "unit": {"id": candidate["unit"]["id"]},
        "reason": candidate["fails"][0], "bound": bound_json(candidate, query),
    } for candidate in misses[:MAX_NEAR_MISSES]]


def answer(query, today, data):
    judged = rules.candidates(query, today, data)
    for candidate in judged:
        rules.judge(candidate, query)
    judged.sort(key=sort_key(query["order"]))
    deadline = guarantee_deadline(query, data)
    options = choose(judged, query["certain_only"])[:query["limit"]]
    document = {
        "today": date_json(today), "on": date_json(query["on"]),
        "service": query["service"]["code"],
        "guarantee_deadline": date_json(deadline),
        "options": [option_json(candidate, alternatives, query, deadline)
                    for candidate, alternatives in options],
        "near_misses": [],
    }
    if query["explain"]:
        document["counts"] = counts_json(judged)
        document["near_misses"] = near_misses_json(judged, query)
    return without_absent(document)


def refusal_json(refused):
    return {"error": without_absent({
        "code": refused.code, "reason": refused.reason, "field": refused.field,
    })}


def answer_line(line, today, data):
    """The answer to one NDJSON query, or its refusal, as a document."""
    try:
        query = question.read_query(line, today, data)
    except question.Refused as refused:
        return refusal_json(refused)
    return answer(query, today, data)


def answer_lines(lines, today, data, out):
    for line in lines:
        if line.strip():
            document = answer_line(line, today, data)
            out.write(json.dumps(document, ensure_ascii=False, separators=(",", ":")))
            out.write("\n")


def parse_arguments(arguments):
    parser = argparse.ArgumentParser(prog="oracle.py")
    commands = parser.add_subparsers(dest="command", required=True)
    match = commands.add_parser("match", help="answer match queries")
    match.add_argument("--data", action="append", required=True, metavar="DIR")
    match.add_argument("--today", type=records.date, required=True,
                       metavar="YYYY-MM-DD")
    match.add_argument("--batch", default="-", metavar="FILE|-")
    return parser.parse_args(arguments)


def main(arguments):
    options = parse_arguments(arguments)
    data = records.read_folders(options.data)
    sys.stdout.reconfigure(encoding="utf-8")
    if options.batch == "-":
        sys.stdin.reconfigure(encoding="utf-8")
        answer_lines(sys.stdin, options.today, data, sys.stdout)
        return 0
    with open(options.batch, encoding="utf-8") as lines:
        answer_lines(lines, options.today, data, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
