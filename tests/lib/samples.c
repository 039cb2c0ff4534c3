// SPDX-License-Identifier: Apache-2.0
#include "lib/samples.h"

#include "base/check.h"
#include "base/date.h"

#define UNIT "TSE2321000131-E1"

int32_t sample_day(const char *text)
{
    int32_t days;
    CHECK(date_parse(slice_from(text), &days) == 0);
    return days;
}

static void sample_places(enum kind kind, union entity *e)
{
    switch (kind) {
    case KIND_REGION:
        e->region.code = 14;
        e->region.name = slice_from("Västra Götalandsregionen");
        e->region.healthcare_regions.n = 1;
        e->region.healthcare_regions.items[0] = slice_from("vastra");
        e->region.org_number = slice_from("2321000131");
        e->region.contact.phone = slice_from("010-441 00 00");
        e->region.contact.hours = slice_from("Mån–fre 8–16");
        break;
    case KIND_MUNICIPALITY:
        e->municipality.code = slice_from("1480");
        e->municipality.name = slice_from("Göteborg");
        e->municipality.region = 14;
        e->municipality.latitude = 57706700;
        e->municipality.longitude = 11966700;
        break;
    case KIND_UNIT:
        e->unit.id = slice_from(UNIT);
        e->unit.name = slice_from("Ögonkliniken");
        e->unit.region = 14;
        e->unit.ownership = OWNERSHIP_PUBLIC;
        e->unit.municipality = slice_from("1480");
        e->unit.contact.address = slice_from("Storgatan 12, Göteborg");
        break;
    case KIND_NHV_AREA:
        e->nhv_area.id = slice_from("barnhjarta");
        e->nhv_area.name = slice_from("Barnhjärtkirurgi");
        e->nhv_area.units_planned = 2;
        break;
    default:
        e->nhv_permit.area = slice_from("barnhjarta");
        e->nhv_permit.region = 14;
        e->nhv_permit.unit = slice_from(UNIT);
        e->nhv_permit.scope = slice_from("Barn");
        e->nhv_permit.in_force_from = sample_day("2018-07-01");
        break;
    }
}

static void sample_codes(enum kind kind, union entity *e)
{
    switch (kind) {
    case KIND_SERVICE:
        e->service.code = slice_from("NFB49");
        e->service.system = slice_from("KVA");
        e->service.version = slice_from("2026");
        e->service.name_sv = slice_from("Höftprotes");
        e->service.guarantee = GUARANTEE_TREATMENT;
        break;
    case KIND_MAPPING:
        e->mapping.system = slice_from("KVA");
        e->mapping.version = slice_from("2026");
        e->mapping.code = slice_from("NFB40");
        e->mapping.service = slice_from("NFB49");
        break;
    case KIND_GUARANTEE_LIMIT:
        e->guarantee_limit.guarantee = GUARANTEE_TREATMENT;
        e->guarantee_limit.valid_from = sample_day("2010-07-01");
        e->guarantee_limit.days = 90;
        break;
    default:
        e->setting.key = slice_from(SETTING_MAX_AGE_DAYS);
        e->setting.value = slice_from("42");
        break;
    }
}

static void sample_offers(enum kind kind, union entity *e)
{
    switch (kind) {
    case KIND_AGREEMENT:
        e->agreement.id = slice_from("A-12");
        e->agreement.owner_region = 14;
        e->agreement.kind = AGREEMENT_PROCURED;
        e->agreement.valid_from = sample_day("2026-01-01");
        e->agreement.valid_to = sample_day("2026-12-31");
        e->agreement.callers = INT64_C(1) << 13;
        break;
    case KIND_AGREEMENT_LINE:
        e->agreement_line.agreement = slice_from("A-12");
        e->agreement_line.unit = slice_from(UNIT);
        e->agreement_line.service = slice_from("NFB49");
        e->agreement_line.terms.asa_max = 3;
        e->agreement_line.price = 8125000;
        break;
    case KIND_WAITING_TIME:
        e->waiting_time.unit = slice_from(UNIT);
        e->waiting_time.service = slice_from("NFB49");
        e->waiting_time.observed_on = sample_day("2026-11-18");
        e->waiting_time.current_days = 31;
        break;
    default:
        e->capacity.id = slice_from("C-7");
        e->capacity.unit = slice_from(UNIT);
        e->capacity.service = slice_from("NFB49");
        e->capacity.slots = 3;
        e->capacity.window_start = sample_day("2026-12-01");
        e->capacity.window_end = sample_day("2026-12-18");
        e->capacity.open_to = INT64_C(1) << 14;
        break;
    }
}

void sample_entity(enum kind kind, union entity *entity)
{
    shape_clear(entity_shape(kind), entity);
    switch (kind) {
    case KIND_REGION:
    case KIND_MUNICIPALITY:
    case KIND_UNIT:
    case KIND_NHV_AREA:
    case KIND_NHV_PERMIT:
        sample_places(kind, entity);
        break;
    case KIND_SERVICE:
    case KIND_MAPPING:
    case KIND_GUARANTEE_LIMIT:
    case KIND_SETTING:
        sample_codes(kind, entity);
        break;
    default:
        sample_offers(kind, entity);
        break;
    }
}
