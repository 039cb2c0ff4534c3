# SPDX-License-Identifier: Apache-2.0
"""Synthetic agreements and their lines: own operation, procured and national."""

import datetime
import math
import random

from generator.offers import (OFFERS, REFERRAL, draw_price, draw_terms, is_visit,
                              list_variants)
from generator.permits import SITES
from generator.table import Table, read_source
from generator.units import ELECTIVE

# The states of procured agreements, dealt out evenly: (state, how many of 20).
STATES = [("valid", 9), ("open-ended", 3), ("ends-soon", 2), ("expired", 3),
          ("not-yet-valid", 2), ("suspended", 1)]

NATIONAL = [
    # id, owner, title, services, how many units, classes
    ("DEMO-NAT-LEDPROTES", "14", "Nationellt avtal höft- och knäproteser",
     ["NFB49", "NGB49"], 9, "GE"),
    ("DEMO-NAT-KATARAKT", "01", "Nationellt avtal gråstarr", ["CJE20"], 10, "UGO"),
    ("DEMO-NAT-ENDOSKOPI", "03", "Nationellt avtal endoskopi", ["UJF32", "UJD02"], 8,
     "GED"),
    ("DEMO-NAT-RYGG", "05", "Nationellt avtal ryggkirurgisk bedömning",
     ["BESOK-RYGGKIRURGI"], 6, "UG"),
]

# NHV care under one agreement for all regions: service, price from and to, terms, and
# hospitals as the permits name them. Danderyd has no permit: such a line takes nobody.
NHV_LINES = [
    ("NHV-brannskador", 260000, 480000, {},
     ["Akademiska sjukhuset", "Universitetssjukhuset i Linköping"]),
    ("NHV-endometrios", 72000, 98000, {"asa_max": 3, "sex": "female", "age_min": 18},
     ["Sahlgrenska universitetssjukhuset", "Skånes universitetssjukhus", "Södersjukhuset",
      "Akademiska sjukhuset", "Danderyds sjukhus"]),
    ("NHV-prolapsnat", 48000, 67000, {"asa_max": 3, "bmi_max": 38, "sex": "female"},
     ["Skånes universitetssjukhus", "Karolinska universitetssjukhuset",
      "Sahlgrenska universitetssjukhuset"]),
    ("NHV-pacemaker", 110000, 190000, {},
     ["Skånes universitetssjukhus", "Karolinska universitetssjukhuset",
      "Akademiska sjukhuset", "Sahlgrenska universitetssjukhuset"]),
]


class Line:
    """A line as the other tables see it."""

    def __init__(self, agreement, unit, service, terms, price):
        self.agreement = agreement
        self.unit = unit
        self.service = service
        self.terms = terms
        self.price = price


class Agreements:
    """agreements.csv and agreement_lines.csv, which grow together."""

    def __init__(self, units, offers, today, seed):
        self.units = units
        self.offers = offers  # unit id -> services
        self.today = today
        self.seed = seed
        self.regions = {row["lanskod"]: row for row in read_source("regions")}
        self.lines = []
        self.agreement_table = Table(
            "agreements.csv", "id,owner_region,kind,title,valid_from,valid_to,suspended,"
            "callers,reference_url")
        self.line_table = Table(
            "agreement_lines.csv", "agreement,unit,service,variant,asa_max,weight_min,"
            "weight_max,bmi_min,bmi_max,age_min,age_max,sex,conditions,price,lead_days,"
            "prerequisites,aftercare")

    def random(self, *key):
        """A generator of its own for each thing, so that one change stays one change."""
        return random.Random("|".join([str(self.seed), *key]))

    def day(self, offset):
        return self.today + datetime.timedelta(days=offset)

    def neighbours(self, region):
        """The other regions that share a healthcare region with this one."""
        row = self.regions[region]
        group = row["sjukvardsregion_code"]
        groups = {"VA", "SY"} if group == "SPLIT" else {group}
        return [code for code, other in self.regions.items() if code != region and
                (other["sjukvardsregion_code"] in groups or
                 (other["sjukvardsregion_code"] == "SPLIT" and groups & {"VA", "SY"}))]

    def add_agreement(self, agreement, region, kind, title, **cells):
        self.agreement_table.add(id=agreement, owner_region=region, kind=kind,
                                 title=f"{title} (syntetiskt)", **cells)

    def add_line(self, agreement, unit, service, variant, rng, price_share=1.0):
        offer = OFFERS[service]
        terms = draw_terms(variant, rng)
        price = draw_price(service, variant, rng) if rng.random() < price_share else None
        lead = rng.randint(3, 10) if is_visit(service) else rng.randint(7, 28)
        self.line_table.add(agreement=agreement, unit=unit.id, service=service,
                            variant=variant.name, price=price,
                            lead_days=lead if rng.random() < 0.7 else None,
                            prerequisites=offer.prerequisites, aftercare=offer.aftercare,
                            **terms)
        self.lines.append(Line(agreement, unit, service, terms, price))

    def add_unit(self, agreement, unit, services, rng, price_share=1.0):
        """Every variant of every one of the services that the unit offers."""
        for service in self.offers[unit.id]:
            if service in services:
                for variant in list_variants(service, unit):
                    self.add_line(agreement, unit, service, variant, rng, price_share)


def add_own_operation(agreements, region):
    """What the region's own units give, to itself and often to its neighbours."""
    units = [unit for unit in agreements.units
             if unit.region == region and not unit.private]
    name = agreements.regions[region]["region_name"]
    rng = agreements.random("own", region)
    neighbours = agreements.neighbours(region)
    for part, title in (("OP", "operation och undersökning"), ("BESOK", "besök")):
        agreement = f"DEMO-{region}-EGEN-{part}"
        services = [code for code in OFFERS if is_visit(code) == (part == "BESOK")]
        agreements.add_agreement(
            agreement, region, "own", f"Egen drift, {title}, {name}",
            valid_from=agreements.day(-rng.randint(200, 1500)),
            callers=neighbours if rng.random() < 0.6 else [])
        for unit in units:
            agreements.add_unit(agreement, unit, services, rng, price_share=0.65)


def deal_states(agreements, n):
    deck = [state for state, count in STATES for _ in range(count)]
    deck *= math.ceil(n / len(deck))
    agreements.random("states").shuffle(deck)
    return deck[:n]


def make_validity(agreements, state, rng):
    """valid_from, valid_to and suspended of an agreement in this state."""
    start, end = -rng.randint(120, 1200), rng.randint(200, 900)
    if state == "open-ended":
        end = None
    elif state == "ends-soon":
        end = rng.randint(15, 60)
    elif state == "expired":
        end = -rng.randint(1, 100)
    elif state == "not-yet-valid":
        start = rng.randint(10, 120)
    return {"valid_from": agreements.day(start),
            "valid_to": None if end is None else agreements.day(end),
            "suspended": state == "suspended"}


def measure_distance(unit, others):
    """Degrees, the longitude halved: near enough to tell near units from far ones."""
    return min(math.hypot(float(unit.latitude) - float(other.latitude),
                          (float(unit.longitude) - float(other.longitude)) / 2)
               for other in others)


def list_sellers(agreements, region):
    """Units that the region could buy from, the private and the near ones first."""
    own = [unit for unit in agreements.units if unit.region == region]
    sellers = [unit for unit in agreements.units if agreements.offers[unit.id] and
               (unit.private or
                (unit.unit_class == ELECTIVE and unit.region != region))]
    return sorted(sellers, key=lambda unit: (measure_distance(unit, own) -
                                             (2 if unit.private else 0), unit.id))


def plan_procurements(agreements):
    """(region, group, units) for each procured agreement."""
    plans = []
    for region in agreements.regions:
        rng = agreements.random("procured", region)
        sellers = list_sellers(agreements, region)[:10]
        groups = {}
        for unit in sellers:
            for service in agreements.offers[unit.id]:
                found = groups.setdefault(OFFERS[service].group, [])
                if unit not in found:
                    found.append(unit)
        names = [group for group in groups if group != "Medicin"]
        n = min(len(names), rng.randint(3, 5))
        for group in rng.sample(names, n):
            units = rng.sample(groups[group], min(len(groups[group]), rng.randint(1, 4)))
            plans.append((region, group, units))
    return plans


def draw_callers(agreements, region, rng):
    draw = rng.random()
    if draw < 0.6:
        return []
    neighbours = agreements.neighbours(region)
    if draw < 0.9:
        return sorted(rng.sample(neighbours, min(2, len(neighbours))))
    return [rng.choice(["@norra", "@mellansverige", "@vastra", "@sydostra", "@sodra"])]


def add_procured(agreements):
    plans = plan_procurements(agreements)
    states = deal_states(agreements, len(plans))
    for number, ((region, group, units), state) in enumerate(zip(plans, states), 1):
        agreement = f"DEMO-{region}-UPPH-{number:03d}"
        rng = agreements.random(agreement)
        name = agreements.regions[region]["region_name"]
        agreements.add_agreement(
            agreement, region, "procured", f"Upphandlad {group.lower()}, {name}",
            callers=draw_callers(agreements, region, rng),
            **make_validity(agreements, state, rng))
        services = [code for code, offer in OFFERS.items() if offer.group == group]
        for unit in units:
            agreements.add_unit(agreement, unit, services, rng)


def add_private_home(agreements):
    """The region that a private unit lies in buys all that it offers."""
    for unit in agreements.units:
        if unit.private:
            agreement = f"DEMO-{unit.region}-{unit.id.split('-')[1]}"
            rng = agreements.random(agreement)
            agreements.add_agreement(
                agreement, unit.region, "procured",
                f"Vårdavtal {unit.name}", valid_from=agreements.day(-700),
                valid_to=agreements.day(760))
            agreements.add_unit(agreement, unit, list(OFFERS), rng)


def add_national(agreements):
    for agreement, owner, title, services, n, classes in NATIONAL:
        rng = agreements.random(agreement)
        candidates = [unit for unit in agreements.units if unit.unit_class in classes and
                      set(services) & set(agreements.offers[unit.id])]
        agreements.add_agreement(agreement, owner, "national", title, callers="*",
                                 valid_from=agreements.day(-rng.randint(100, 600)),
                                 valid_to=agreements.day(rng.randint(300, 900)))
        for unit in rng.sample(candidates, min(n, len(candidates))):
            agreements.add_unit(agreement, unit, services, rng)


def add_nhv(agreements):
    agreement = "DEMO-NAT-NHV"
    agreements.add_agreement(agreement, "01", "national",
                             "Nationellt avtal högspecialiserad vård", callers="*",
                             valid_from=agreements.day(-400))
    by_name = {unit.name: unit for unit in agreements.units}
    for service, low, high, terms, names in NHV_LINES:
        rng = agreements.random(agreement, service)
        for name in names:
            default, sites = SITES.get(name, (name, {}))
            unit = by_name[sites.get(service.removeprefix("NHV-"), default)]
            price = int(rng.uniform(low, high) / 500) * 500
            agreements.line_table.add(
                agreement=agreement, unit=unit.id, service=service, price=price,
                prerequisites=[REFERRAL, "konferensbeslut i hemregionen"],
                aftercare="Uppföljning enligt tillståndsenhetens vårdprogram", **terms)
            agreements.lines.append(Line(agreement, unit, service, terms, price))


def make_agreements(units, offers, today, seed):
    agreements = Agreements(units, offers, today, seed)
    for region in agreements.regions:
        add_own_operation(agreements, region)
    add_private_home(agreements)
    add_procured(agreements)
    add_national(agreements)
    add_nhv(agreements)
    return agreements
