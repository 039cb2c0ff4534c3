# SPDX-License-Identifier: Apache-2.0
"""The national code lists: regions, municipalities, services, NHV areas, limits."""

import re

from generator.permits import make_permits
from generator.table import Table, read_source

HEALTHCARE_REGIONS = {
    "NO": ["norra"],
    "ME": ["mellansverige"],
    "SG": ["stockholm-gotland"],
    "VA": ["vastra"],
    "SO": ["sydostra"],
    "SY": ["sodra"],
    "SPLIT": ["vastra", "sodra"],
}

# The KVÅ codes belong to the edition of this year. The lists of the old national waiting
# time page and the MVO list have no editions: they are version 1 here.
KVA = ("KVA", "2026")
NHV = ("NHV", "2026")
OWN_CODES = ("VARDSOK", "1")
WAITING_ACTIVITY = ("VTD-AKTIVITET", "1")
WAITING_SERVICE = ("VTD-TJANST", "1")
MVO = ("MVO", "1")

# Where the first KVÅ code of the source is not the one that a referral usually names.
PRIMARY_KVA = {
    "grastarr": "CJE20",
    "hoftprotes": "NFB49",
    "knaprotes": "NGB49",
    "gallsten": "JKA21",
}

# The care guarantee covers visits and treatments, not examinations for a diagnosis.
EXAMINATIONS = {"koloskopi", "gastroskopi"}

VISIT_CODES = {
    "5": "HANDKIRURGI",
    "6": "KIRURGI",
    "7": "ORTOPEDI",
    "8": "UROLOGI",
    "9": "THORAXKIRURGI",
    "10": "PLASTIKKIRURGI",
    "11": "GYNEKOLOGI",
    "12": "OGON",
    "13": "ONH",
    "14": "RYGGKIRURGI",
    "650": "NEUROKIRURGI",
    "817": "HJARTSJUKVARD",
    "824": "KARLKIRURGI",
}
SPECIALTY_NAMES = {"13": "Öron, näsa och hals"}
HEARING_AID = "984"

STATUS_TEXTS = [
    (r"in_force", "i kraft"),
    (r"permit granted by (\S+)", r"tillstånd beslutat senast \1"),
    (r"permit granted (\S+)", r"tillstånd beslutat \1"),
    (r"decided, no permit yet at capture",
     "beslutat; inget tillstånd när källan sparades"),
    (r"process completed \((\d+)\)", r"processen avslutad (\1)"),
    (r"announced \((\d+)\)", r"ansökan utlyst (\1)"),
    (r"proposal on referral \((?:answered )?(.+)\)", r"förslag på remiss (\1)"),
    (r"under review \(expert group not agreed\)",
     "under översyn (sakkunniggruppen inte enig)"),
    (r"applications closed (\S+)", r"ansökningstiden gick ut \1"),
]


def make_regions():
    table = Table("regions.csv",
                  "code,name,healthcare_regions,org_number,phone,email,url,hours")
    for row in read_source("regions"):
        table.add(code=row["lanskod"], name=row["region_name"],
                  healthcare_regions=HEALTHCARE_REGIONS[row["sjukvardsregion_code"]],
                  org_number=row["orgnr"])
    return table


def make_municipalities():
    table = Table("municipalities.csv",
                  "code,name,region,healthcare_region,latitude,longitude")
    for row in read_source("kommuner"):
        # Only where the region does not say it: each municipality of Halland.
        split = row["lanskod"] == "13"
        keys = HEALTHCARE_REGIONS[row["sjukvardsregion_code"]]
        table.add(code=row["kommunkod"], name=row["kommun"], region=row["lanskod"],
                  healthcare_region=keys[0] if split else None,
                  latitude=row["lat"], longitude=row["lon"])
    return table


def split_kva(procedure):
    """The KVÅ codes of a procedure, the primary one first."""
    if procedure["id"] == "grastarr":
        codes = [row["kva"] for row in read_source("kva_katarakt")]
    else:
        codes = [code for code in procedure["kva"].split(";") if code]
    primary = PRIMARY_KVA.get(procedure["id"], codes[0] if codes else None)
    return [primary] + [code for code in codes if code != primary] if codes else []


def permit_is_known(area):
    """Whether some unit may give this care: only then is it something to ask for."""
    return area["status"] == "in_force" or area["status"].startswith("permit granted")


def format_status(status):
    for pattern, text in STATUS_TEXTS:
        match = re.fullmatch(pattern, status)
        if match:
            return match.expand(text)
    raise ValueError(f"a status without a Swedish text: {status}")


def find_decision_date(area):
    match = re.fullmatch(r"permit granted (\d{4}-\d\d-\d\d)", area["status"])
    return match.group(1) if match else None


def format_source(text):
    return (text.replace("(stored copy)", "(sparad kopia)")
            .replace("general knowledge", "allmän kännedom"))


class ServiceTables:
    """services.csv and mappings.csv, which grow together."""

    def __init__(self):
        self.services = Table("services.csv", "code,system,version,name_sv,name_en,"
                              "synonyms,area,guarantee,nhv_area")
        self.mappings = Table("mappings.csv", "system,version,code,service")
        self.words = {row["key"]: row for row in read_source("service_words")}

    def add_service(self, code, system, key, **cells):
        words = self.words[key]
        synonyms = words["synonyms"].split("|") if words["synonyms"] else []
        self.services.add(code=code, system=system[0], version=system[1],
                          name_sv=words["name_sv"] or cells.pop("name_sv"),
                          name_en=words["name_en"], synonyms=synonyms, **cells)

    def add_mapping(self, system, code, service):
        self.mappings.add(system=system[0], version=system[1], code=code,
                          service=service)

    def add_procedure(self, procedure):
        codes = split_kva(procedure)
        service = codes[0] if codes else "HORAPPARAT"
        guarantee = "none" if procedure["id"] in EXAMINATIONS else "treatment"
        self.add_service(service, KVA if codes else OWN_CODES, procedure["id"],
                         area=procedure["specialty"], guarantee=guarantee)
        for code in codes[1:]:
            self.add_mapping(KVA, code, service)
        number = procedure["vantetid_activity_or_service_code"]
        if number:
            system = WAITING_SERVICE if number == HEARING_AID else WAITING_ACTIVITY
            self.add_mapping(system, number, service)

    def add_visit(self, specialty):
        number = specialty["vantetider_service_id"]
        service = "BESOK-" + VISIT_CODES[number]
        self.add_service(service, OWN_CODES, "besok:" + number, guarantee="visit",
                         area=SPECIALTY_NAMES.get(number, specialty["name"]))
        self.add_mapping(WAITING_SERVICE, number, service)
        if specialty["mvo"]:
            self.add_mapping(MVO, specialty["mvo"], service)

    def add_nhv(self, area):
        self.add_service("NHV-" + area["area_id"], NHV, "nhv:" + area["area_id"],
                         name_sv=area["area"], guarantee="treatment",
                         area="Nationell högspecialiserad vård",
                         nhv_area=area["area_id"])


def make_services():
    tables = ServiceTables()
    for procedure in read_source("procedures"):
        tables.add_procedure(procedure)
    for specialty in read_source("specialties"):
        if specialty["vantetider_service_id"] != HEARING_AID:
            tables.add_visit(specialty)
    for area in read_source("nhv_areas"):
        if permit_is_known(area):
            tables.add_nhv(area)
    return [tables.services, tables.mappings]


def make_nhv_areas():
    table = Table("nhv_areas.csv", "id,name,definition,units_planned,process_step,"
                  "status,decided_on,source")
    for row in read_source("nhv_areas"):
        planned = row["units_decided_or_proposed"]
        status = format_status(row["status"])
        if planned and not planned.isdigit():
            # Such as "4 or 5": no number, so it goes where a text may stand.
            status += f"; föreslaget antal enheter: {planned.replace('or', 'eller')}"
            planned = None
        table.add(id=row["area_id"], name=row["area"], units_planned=planned,
                  status=status, decided_on=find_decision_date(row),
                  source=format_source(row["source"]))
    return table


def make_limits():
    """The limits of HSF (2017:80) ch. 6; in force as law since 2010-07-01."""
    guarantees = Table("guarantees.csv", "guarantee,region,days,valid_from")
    for guarantee in ("visit", "treatment"):
        guarantees.add(guarantee=guarantee, days=90, valid_from="2010-07-01")
    settings = Table("settings.csv", "key,value")
    settings.add(key="waiting_time_max_age_days", value=42)
    return [guarantees, settings]


def make_codes():
    """Every table of schema/codes: what can be imported without any unit."""
    return [make_regions(), make_municipalities(), *make_services(), make_nhv_areas(),
            make_permits(None), *make_limits()]
