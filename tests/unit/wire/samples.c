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
        e->municipality = (struct municipality){.code = TEXT("1384"),
                                                .name = TEXT("Kungsbacka"),
                                                .region = 13,
                                                .healthcare_region = TEXT("vastra"),
                                                .latitude = 57487200,
                                                .longitude = 12076100};
        return;
    case KIND_UNIT:
        e->unit = unit;
        return;
    case KIND_NHV_AREA:
        e->nhv_area =
            (struct nhv_area){.id = TEXT("barnhjarta"),
                              .name = TEXT("Barnhjärtkirurgi"),
                              .definition = TEXT("Kirurgi vid medfödda hjärtfel"),
                              .units_planned = 2,
                              .process_step = TEXT("Tillstånd"),
                              .status = TEXT("Beslutad"),
                              .decided_on = day("2018-07-01"),
                              .source = TEXT("Socialstyrelsen")};
        return;
    default:
        e->nhv_permit = (struct nhv_permit){.area = TEXT("barnhjarta"),
                                            .region = 14,
                                            .unit = TEXT(UNIT),
                                            .scope = TEXT("Barn"),
                                            .in_force_from = day("1969-12-31"),
                                            .in_force_to = day("2030-12-31"),
                                            .source = TEXT("Socialstyrelsen")};
    }
}

static void full_code(enum kind kind, union entity *e)
{
    switch (kind) {
    case KIND_SERVICE:
        e->service = (struct service){.code = TEXT("NFB49"),
                                      .system = TEXT("KVA"),
                                      .version = TEXT("2026"),
                                      .name_sv = TEXT("Primär total höftprotes"),
                                      .name_en = TEXT("Total hip replacement"),
                                      .synonyms = two("höftprotes", "höftledsplastik"),
                                      .area = TEXT("Ortopedi"),
                                      .guarantee = GUARANTEE_TREATMENT,
                                      .nhv_area = TEXT("barnhjarta")};
        return;
    case KIND_MAPPING:
        e->mapping = (struct mapping){.system = TEXT("KVA"),
                                      .version = TEXT("2025"),
                                      .code = TEXT("NFB40"),
                                      .service = TEXT("NFB49")};
        return;
    case KIND_GUARANTEE_LIMIT:
        e->guarantee_limit = (struct guarantee_limit){.guarantee = GUARANTEE_VISIT,
                                                      .region = 1,
                                                      .valid_from = day("2010-07-01"),
                                                      .days = 30};
        return;
    default:
        e->setting =
            (struct setting){.key = TEXT(SETTING_MAX_AGE_DAYS), .value = TEXT("42")};
    }
}

static struct capacity full_capacity(void)
{
    return (struct capacity){.id = TEXT("C-7"),
                             .unit = TEXT(UNIT),
                             .service = TEXT("NFB49"),
                             .slots = 4,
                             .window_start = day("2026-12-01"),
                             .window_end = day("2026-12-18"),
                             .book_by = day("2026-11-30"),
                             .open_to = REGION_ALL_MASK,
                             .note = TEXT("Extra operationssal"),
                             .terms = full_terms(),
                             .price = 0,
                             .prerequisites = two("Röntgen", "Blodprov"),
                             .aftercare = TEXT("Hemregionen")};
}

static void full_offer(enum kind kind, union entity *e)
{
    switch (kind) {
    case KIND_AGREEMENT:
        e->agreement =
            (struct agreement){.id = TEXT("A-12"),
                               .owner_region = 14,
                               .kind = AGREEMENT_PROCURED,
                               .title = TEXT("Ortopedi 2026"),
                               .valid_from = day("2026-01-01"),
                               .valid_to = day("2027-12-31"),
                               .suspended = 1,
                               .callers = INT64_C(1) << 13 | 1 << 1,
                               .reference_url = TEXT("https://example.se/avtal/12")};
        return;
    case KIND_AGREEMENT_LINE:
        e->agreement_line =
            (struct agreement_line){.agreement = TEXT("A-12"),
                                    .unit = TEXT(UNIT),
                                    .service = TEXT("NFB49"),
                                    .variant = TEXT("asa3"),
                                    .terms = full_terms(),
                                    .price = 8125000,
                                    .lead_days = 14,
                                    .prerequisites = two("Röntgen", "Blodprov"),
                                    .aftercare = TEXT("Opererande enhet i ett år")};
        return;
    case KIND_WAITING_TIME:
        e->waiting_time = (struct waiting_time){.unit = TEXT(UNIT),
                                                .service = TEXT("NFB49"),
                                                .observed_on = day("2026-11-18"),
                                                .current_days = 31,
                                                .forecast_days = 0,
                                                .forecast_until = day("2027-01-15"),
                                                .statistic = STATISTIC_P90,
                                                .sample = 212,
                                                .source = TEXT("Väntetider i vården")};
        return;
    default:
        e->capacity = full_capacity();
    }
}

static void full_claim(union entity *e)
{
    e->claim = (struct claim){.claim = TEXT("4711-2"),
                              .capacity = TEXT("C-7"),
                              .region = 14,
                              .slots = 2,
                              .state = CLAIM_EXPIRED,
                              .until = INT64_C(1795435200000),
                              .reference = TEXT("Ärende 7"),
                              .unit = TEXT(UNIT),
                              .service = TEXT("NFB49"),
                              .taken_at = INT64_C(1795348800000),
                              .extended = 1,
                              .withdrawn = 1};
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
    case KIND_CLAIM:
        full_claim(entity);
        break;
    default:
        full_offer(kind, entity);
    }
    struct refusal refusal;
    cr_assert_eq(entity_check(kind, entity, &refusal), 0, "%s", refusal.message);
}
