# SPDX-License-Identifier: Apache-2.0
"""What a unit of each class offers in the demo, and on what terms. All of it synthetic.

A term that is a list is one of its values, drawn for each line. No line for a hip or knee
takes a BMI over 48, and none for the nose or the womb takes ASA 4: there must be
questions that nobody can take.
"""

from collections import namedtuple

# share: how likely a unit of each class is to offer the service.
# price: SEK, from and to. pace: how long the wait is beside the region's usual one.
Offer = namedtuple("Offer", "group share price pace variants prerequisites aftercare")
# classes: which units have it. name None is the line without a variant.
Variant = namedtuple("Variant", "name classes price_factor terms")

ANAESTHESIA = "godkänd narkosbedömning"
REFERRAL = "remiss"
RECENT_XRAY = "röntgen ej äldre än 6 månader"

OPERATION_SHARE = {"U": 0.95, "G": 0.9, "E": 0.5}
DAY_SHARE = {"U": 0.9, "G": 0.9, "E": 0.65, "D": 0.4}
VISIT_SHARE = {"U": 1.0, "G": 0.85, "E": 0.4, "D": 0.15}
RARE_VISIT_SHARE = {"U": 1.0, "G": 0.15}

RETURN_TO_SENDER = ("Utförande enhet svarar för komplikationer i 30 dagar; "
                    "rehabilitering i hemregionen")
PERFORMER = "Utförande enhet svarar för komplikationer och återbesök i 90 dagar"
HOME_VISIT = "Återbesök i hemregionen; komplikationer inom 14 dagar hos utförande enhet"
ANSWER_ONLY = "Svar skickas till remittenten, som svarar för uppföljningen"

JOINT_VARIANTS = [
    Variant("ASA1-2", "GE", 1.0, {
        "asa_max": 2, "bmi_max": [35, 35, 37.5, 38], "weight_max": [120, 125, 130, 140],
        "age_min": 18, "age_max": [80, 85, None]}),
    Variant("ASA1-2", "U", 1.0, {
        "asa_max": 2, "bmi_max": 40, "weight_max": 150, "age_min": 18}),
    Variant("ASA3", "GU", 1.12, {
        "asa_max": 3, "bmi_max": [38, 40, 42], "weight_max": [140, 150],
        "age_min": 18, "conditions": [[ANAESTHESIA]]}),
    Variant("BMI40-48", "U", 1.25, {
        "asa_max": 3, "bmi_min": 40, "bmi_max": [45, 48], "age_min": 18,
        "conditions": [[ANAESTHESIA, "viktnedgång prövad"]]}),
]
ENDOSCOPY_VARIANTS = [
    Variant("ASA1-2", "UGED", 1.0, {
        "asa_max": 2, "weight_max": [None, 130, 150], "age_min": [15, 18]}),
    Variant("ASA3-4-utan-sedering", "UGE", 0.9, {
        "asa_max": [3, 4], "age_min": 18, "conditions": [["utan sedering"]]}),
]
ABDOMINAL_VARIANTS = [
    Variant("ASA1-2", "UGED", 1.0, {
        "asa_max": 2, "bmi_max": [32, 35, 37], "age_min": 18}),
    Variant("ASA3", "UG", 1.15, {
        "asa_max": 3, "bmi_max": [38, 40, 45], "age_min": 18,
        "conditions": [[ANAESTHESIA]]}),
]
GYNAECOLOGY_VARIANTS = [
    Variant(None, "UGE", 1.0, {
        "asa_max": [2, 2, 3], "bmi_max": [35, 38, 40], "age_min": 18, "sex": "female"}),
]


def visit(group, share, terms=None, prerequisites=()):
    return Offer(group, share, (1700, 4200), 1.0,
                 [Variant(None, "UGEDO", 1.0, terms or {})],
                 [REFERRAL, *prerequisites], None)


OFFERS = {
    "CJE20": Offer("Ögonsjukvård", {"U": 0.9, "G": 0.75, "E": 0.35, "D": 0.15, "O": 1.0},
                   (6800, 13500), 0.9, [
        Variant("Lokal", "UGEDO", 1.0, {
            "asa_max": [3, 3, 4, None], "age_min": 18,
            "conditions": [[], ["kan ligga plant i 30 minuter"]]}),
        Variant("Narkos", "UO", 1.9, {
            "asa_max": 3, "bmi_max": [40, 45], "conditions": [[ANAESTHESIA]]}),
    ], [REFERRAL, "synprövning ej äldre än 6 månader"], HOME_VISIT),
    "NFB49": Offer("Ortopedi", OPERATION_SHARE, (92000, 138000), 1.25, JOINT_VARIANTS,
                   [REFERRAL, RECENT_XRAY, "tandstatus utan infektion"],
                   RETURN_TO_SENDER),
    "NGB49": Offer("Ortopedi", OPERATION_SHARE, (88000, 132000), 1.4, JOINT_VARIANTS,
                   [REFERRAL, RECENT_XRAY, "belastad röntgenbild"], RETURN_TO_SENDER),
    "LEF": Offer("Gynekologi", OPERATION_SHARE, (28000, 46000), 1.3,
                 GYNAECOLOGY_VARIANTS, [REFERRAL, "gynekologisk undersökning"],
                 PERFORMER),
    "JAB": Offer("Kirurgi", DAY_SHARE, (17500, 32000), 1.1, ABDOMINAL_VARIANTS,
                 [REFERRAL], PERFORMER),
    "UJF32": Offer("Endoskopi", DAY_SHARE, (5200, 9600), 0.85, ENDOSCOPY_VARIANTS,
                   [REFERRAL, "aktuell läkemedelslista", "Hb ej äldre än 3 månader"],
                   ANSWER_ONLY),
    "UJD02": Offer("Endoskopi", DAY_SHARE, (2800, 5200), 0.7, ENDOSCOPY_VARIANTS,
                   [REFERRAL, "aktuell läkemedelslista"], ANSWER_ONLY),
    "HORAPPARAT": Offer("Öron, näsa och hals", {"U": 0.8, "G": 0.7, "E": 0.4, "D": 0.5},
                        (3600, 7200), 1.2, [
        Variant(None, "UGED", 1.0, {"age_min": [18, 18, 20]}),
    ], [REFERRAL, "hörselprov ej äldre än 12 månader"],
        "Justering ingår i 12 månader hos utförande enhet"),
    "JKA21": Offer("Kirurgi", OPERATION_SHARE, (36000, 61000), 0.9, ABDOMINAL_VARIANTS,
                   [REFERRAL, "ultraljud ej äldre än 6 månader"], PERFORMER),
    "PHB": Offer("Kirurgi", DAY_SHARE, (10800, 19500), 1.3, [
        Variant(None, "UGED", 1.0, {
            "asa_max": [2, 3], "bmi_max": [32, 35, None], "age_min": 18,
            "conditions": [[], ["kompressionsstrumpor har prövats"]]}),
    ], [REFERRAL, "duplexundersökning"], HOME_VISIT),
    "KED22": Offer("Urologi", {"U": 0.95, "G": 0.7, "E": 0.25}, (41000, 66000), 1.2, [
        Variant(None, "UGE", 1.0, {
            "asa_max": [2, 3, 3], "age_min": [40, 45, 50], "sex": "male",
            "conditions": [[], ["PSA bedömt"]]}),
    ], [REFERRAL, "PSA ej äldre än 6 månader", "flödesmätning"], PERFORMER),
    "DJD20": Offer("Öron, näsa och hals", {"U": 0.85, "G": 0.55, "E": 0.2},
                   (21500, 36000), 1.35, [
        Variant(None, "UGE", 1.0, {
            "asa_max": [2, 2, 3], "bmi_max": [35, 38], "age_min": [16, 18],
            "age_max": [None, 70]}),
    ], [REFERRAL], HOME_VISIT),
    "EMB10": Offer("Öron, näsa och hals", {"U": 0.9, "G": 0.65, "E": 0.25},
                   (16500, 28500), 1.1, [
        Variant("Barn", "UG", 1.1, {
            "asa_max": 2, "age_min": [3, 4], "age_max": 15, "weight_min": [12, 15]}),
        Variant("Vuxna", "UGE", 1.0, {
            "asa_max": [2, 3], "bmi_max": [35, 40], "age_min": 16}),
    ], [REFERRAL], "Blödning inom 14 dagar: närmaste akutsjukhus"),
    "LCD00": Offer("Gynekologi", OPERATION_SHARE, (47000, 76000), 1.0,
                   GYNAECOLOGY_VARIANTS,
                   [REFERRAL, "cellprov enligt program", "Hb ej äldre än 3 månader"],
                   PERFORMER),
    "BESOK-GYNEKOLOGI": visit("Gynekologi", VISIT_SHARE, {"sex": "female"}),
    "BESOK-HANDKIRURGI": visit("Ortopedi", RARE_VISIT_SHARE),
    "BESOK-HJARTSJUKVARD": visit("Medicin", VISIT_SHARE, {"age_min": 18},
                                 ["EKG ej äldre än 3 månader"]),
    "BESOK-KIRURGI": visit("Kirurgi", VISIT_SHARE, {"age_min": [15, 18]}),
    "BESOK-KARLKIRURGI": visit("Kirurgi", {"U": 1.0, "G": 0.4}),
    "BESOK-NEUROKIRURGI": visit("Neurokirurgi", {"U": 0.7}, None,
                                ["MR ej äldre än 6 månader"]),
    "BESOK-ORTOPEDI": visit("Ortopedi", VISIT_SHARE, {"age_min": [None, 15, 18]},
                            [RECENT_XRAY]),
    "BESOK-PLASTIKKIRURGI": visit("Plastikkirurgi", {"U": 0.8, "G": 0.1}),
    "BESOK-RYGGKIRURGI": visit("Ortopedi", {"U": 1.0, "G": 0.3, "E": 0.15},
                               {"age_min": 18,
                                "conditions": [["fysioterapi har prövats"]]},
                               ["MR ej äldre än 12 månader"]),
    "BESOK-THORAXKIRURGI": visit("Thoraxkirurgi", {"U": 0.7}),
    "BESOK-UROLOGI": visit("Urologi", {"U": 1.0, "G": 0.7, "E": 0.2}),
    "BESOK-OGON": visit("Ögonsjukvård",
                        {"U": 1.0, "G": 0.7, "E": 0.2, "D": 0.1, "O": 1.0}),
    "BESOK-ONH": visit("Öron, näsa och hals",
                       {"U": 1.0, "G": 0.7, "E": 0.25, "D": 0.1}),
}

# What the private units offer, instead of drawing it.
FIXED_OFFERS = {
    "Ersta sjukhus": ["JAB", "JKA21", "UJF32", "UJD02", "LEF", "LCD00",
                      "BESOK-KIRURGI", "BESOK-GYNEKOLOGI"],
    "Sophiahemmet": ["NFB49", "NGB49", "JAB", "KED22", "UJF32", "DJD20",
                     "BESOK-ORTOPEDI", "BESOK-UROLOGI", "BESOK-RYGGKIRURGI"],
    "Elisabethsjukhuset": ["NFB49", "NGB49", "CJE20", "PHB", "BESOK-ORTOPEDI",
                           "BESOK-OGON"],
}


def is_visit(service):
    return service.startswith("BESOK-")


def draw_offers(unit, rng):
    """The services that a unit offers, in the order of the table."""
    fixed = FIXED_OFFERS.get(unit.name)
    if fixed is not None:
        return [code for code in OFFERS if code in fixed]
    return [code for code, offer in OFFERS.items()
            if rng.random() < offer.share.get(unit.unit_class, 0)]


def list_variants(service, unit):
    """The variants that the unit's class can have."""
    return [variant for variant in OFFERS[service].variants
            if unit.unit_class in variant.classes]


def draw_terms(variant, rng):
    """The terms of a line as cells: each list of choices gives one of them."""
    terms = {}
    for name, value in variant.terms.items():
        chosen = rng.choice(value) if isinstance(value, list) else value
        if chosen not in (None, []):
            terms[name] = chosen
    return terms


def draw_price(service, variant, rng):
    low, high = OFFERS[service].price
    step = 10 if is_visit(service) else 50
    return int(rng.uniform(low, high) * variant.price_factor / step) * step
