// SPDX-License-Identifier: Apache-2.0
#include "unit/wire/samples.h"

#include <criterion/criterion.h>

#include "base/date.h"
#include "domain/region.h"

#define UNIT "TSE2321000131-E1"
#define TEXT(text) slice_from(text)

static struct text_list two(const char *first, const char *second)
{
    return (struct text_list){2, {TEXT(first), TEXT(second)}};
}

static int64_t day(const char *text)
{
    int32_t days;
    cr_assert_eq(date_parse(TEXT(text), &days), 0, "%s", text);
    return days;
}

static struct terms full_terms(void)
{
    return (struct terms){
        .asa_max = 3,
        .weight_min = 400,
        .weight_max = 1300,
        .bmi_min = 185,
        .bmi_max = 350,
        .age_min = 18,
        .age_max = 80,
        .sex = SEX_FEMALE,
        .conditions = two("Rökfri sex veckor", "HbA1c under 52"),
    };
}

static const struct region region = {
    .code = 13,
    .name = {"Region Halland", 14},
    .healthcare_regions = {2, {{"vastra", 6}, {"sodra", 5}}},
    .org_number = {"2321000115", 10},
    .contact = {.phone = {"010-476 19 00", 13},
                .email = {"vardlots@example.se", 19},
                .url = {"https://example.se/vardlots", 27},
                .hours = {"Mån–fre 8–16", 16}},
};

static const struct unit unit = {
    .id = {UNIT, 16},
    .name = {"Ögonkliniken", 13},
    .region = 14,
    .contact = {.phone = {"+46 31 342 10 00", 16},
                .email = {"ogon@example.se", 15},
                .address = {"Storgatan 12, Göteborg", 23},
                .url = {"https://example.se/ogon", 23}},
    .provider = {"Västra Götalandsregionen", 26},
    .org_number = {"2321000131", 10},
    .ownership = OWNERSHIP_PUBLIC,
    .municipality = {"1480", 4},
    .latitude = 57706700,
    .longitude = -11966700,
    .active = 0,
};

static void full_place(enum kind kind, union entity *e)
{
    switch (kind) {
    case KIND_REGION:
        e->region = region;
        return;
    case KIND_MUNICIPALITY:
        e->municipality = (struct municipality){
            TEXT("1384"), TEXT("Kungsbacka"), 13, TEXT("vastra"), 57487200, 12076100};
        return;
    case KIND_UNIT:
        e->unit = unit;
        return;
    case KIND_NHV_AREA:
        e->nhv_area = (struct nhv_area){TEXT("barnhjarta"),
                                        TEXT("Barnhjärtkirurgi"),
                                        TEXT("Kirurgi vid medfödda hjärtfel"),
                                        2,
                                        TEXT("Tillstånd"),
                                        TEXT("Beslutad"),
                                        day("2018-07-01"),
                                        TEXT("Socialstyrelsen")};
        return;
    default:
        e->nhv_permit = (struct nhv_permit){TEXT("barnhjarta"),
                                            14,
                                            TEXT(UNIT),
                                            TEXT("Barn"),
                                            day("1969-12-31"),
                                            day("2030-12-31"),
                                            TEXT("Socialstyrelsen")};
    }
}

static void full_code(enum kind kind, union entity *e)
{
    switch (kind) {
    case KIND_SERVICE:
        e->service = (struct service){TEXT("NFB49"),
                                      TEXT("KVA"),
                                      TEXT("2026"),
                                      TEXT("Primär total höftprotes"),
                                      TEXT("Total hip replacement"),
                                      two("höftprotes", "höftledsplastik"),
                                      TEXT("Ortopedi"),
                                      GUARANTEE_TREATMENT,
                                      TEXT("barnhjarta")};
        return;
    case KIND_MAPPING:
        e->mapping =
            (struct mapping){TEXT("KVA"), TEXT("2025"), TEXT("NFB40"), TEXT("NFB49")};
        return;
    case KIND_GUARANTEE_LIMIT:
        e->guarantee_limit =
            (struct guarantee_limit){GUARANTEE_VISIT, 1, day("2010-07-01"), 30};
        return;
    default:
        e->setting = (struct setting){TEXT(SETTING_MAX_AGE_DAYS), TEXT("42")};
    }
}

static void full_offer(enum kind kind, union entity *e)
{
    switch (kind) {
    case KIND_AGREEMENT:
        e->agreement = (struct agreement){TEXT("A-12"),
                                          14,
                                          AGREEMENT_PROCURED,
                                          TEXT("Ortopedi 2026"),
                                          day("2026-01-01"),
                                          day("2027-12-31"),
                                          1,
                                          INT64_C(1) << 13 | 1 << 1,
                                          TEXT("https://example.se/avtal/12")};
        return;
    case KIND_AGREEMENT_LINE:
        e->agreement_line = (struct agreement_line){TEXT("A-12"),
                                                    TEXT(UNIT),
                                                    TEXT("NFB49"),
                                                    TEXT("asa3"),
                                                    full_terms(),
                                                    8125000,
                                                    14,
                                                    two("Röntgen", "Blodprov"),
                                                    TEXT("Opererande enhet i ett år")};
        return;
    case KIND_WAITING_TIME:
        e->waiting_time = (struct waiting_time){TEXT(UNIT),
                                                TEXT("NFB49"),
                                                day("2026-11-18"),
                                                31,
                                                0,
                                                day("2027-01-15"),
                                                STATISTIC_P90,
                                                212,
                                                TEXT("Väntetider i vården")};
        return;
    default:
        e->capacity = (struct capacity){TEXT("C-7"),
                                        TEXT(UNIT),
                                        TEXT("NFB49"),
                                        4,
                                        day("2026-12-01"),
                                        day("2026-12-18"),
                                        day("2026-11-30"),
                                        REGION_ALL_MASK,
                                        TEXT("Extra operationssal"),
                                        full_terms(),
                                        0,
                                        two("Röntgen", "Blodprov"),
                                        TEXT("Hemregionen")};
    }
}

void full_entity(enum kind kind, union entity *entity)
{
    shape_clear(entity_shape(kind), entity);
    switch (kind) {
    case KIND_REGION:
    case KIND_MUNICIPALITY:
    case KIND_UNIT:
    case KIND_NHV_AREA:
    case KIND_NHV_PERMIT:
        full_place(kind, entity);
        break;
    case KIND_SERVICE:
    case KIND_MAPPING:
    case KIND_GUARANTEE_LIMIT:
    case KIND_SETTING:
        full_code(kind, entity);
        break;
    default:
        full_offer(kind, entity);
    }
    struct refusal refusal;
    cr_assert_eq(entity_check(kind, entity, &refusal), 0, "%s", refusal.message);
}
