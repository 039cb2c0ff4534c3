// SPDX-License-Identifier: Apache-2.0
#include "unit/naive/fixture.h"

#include <criterion/criterion.h>
#include <stdio.h>

#include "base/date.h"
#include "base/status.h"

static int32_t fixture_today(void)
{
    return date_from_civil(2026, 11, 22);
}

void fixture_init(struct fixture *fixture)
{
    *fixture = (struct fixture){.today = fixture_today()};
    fixture_put_service(fixture, fixture_service("S"));
    fixture_put_unit(fixture, fixture_unit("U"));
    fixture_put_agreement(fixture, fixture_agreement("A"));
    shape_clear(&shape_query, &fixture->query);
    fixture->query.service = slice_from("S");
    fixture->query.home_region = 14;
}

void fixture_close(struct fixture *fixture)
{
    naive_answer_free(&fixture->answer);
    naive_world_free(&fixture->world);
}

static union entity cleared(enum kind kind)
{
    union entity entity;
    memset(&entity, 0, sizeof entity);
    shape_clear(entity_shape(kind), &entity);
    return entity;
}

struct unit fixture_unit(const char *id)
{
    struct unit unit = cleared(KIND_UNIT).unit;
    unit.id = slice_from(id);
    unit.name = slice_from("Sjukhuset");
    unit.region = 14;
    unit.ownership = OWNERSHIP_PUBLIC;
    return unit;
}

struct service fixture_service(const char *code)
{
    struct service service = cleared(KIND_SERVICE).service;
    service.code = slice_from(code);
    service.system = slice_from("KVA");
    service.version = slice_from("2026");
    service.name_sv = slice_from("Knäprotes");
    service.guarantee = GUARANTEE_TREATMENT;
    return service;
}

struct agreement fixture_agreement(const char *id)
{
    struct agreement agreement = cleared(KIND_AGREEMENT).agreement;
    agreement.id = slice_from(id);
    agreement.owner_region = 14;
    agreement.kind = AGREEMENT_OWN;
    return agreement;
}

struct agreement_line fixture_line(const char *agreement, const char *unit)
{
    struct agreement_line line = cleared(KIND_AGREEMENT_LINE).agreement_line;
    line.agreement = slice_from(agreement);
    line.unit = slice_from(unit);
    line.service = slice_from("S");
    return line;
}

struct capacity fixture_capacity(const char *id, const char *unit)
{
    struct capacity capacity = cleared(KIND_CAPACITY).capacity;
    capacity.id = slice_from(id);
    capacity.unit = slice_from(unit);
    capacity.service = slice_from("S");
    capacity.slots = 1;
    capacity.window_start = fixture_today();
    capacity.window_end = fixture_today() + 30;
    capacity.open_to = 1 << 14;
    return capacity;
}

struct waiting_time fixture_wait(const char *unit, int64_t current_days)
{
    struct waiting_time wait = cleared(KIND_WAITING_TIME).waiting_time;
    wait.unit = slice_from(unit);
    wait.service = slice_from("S");
    wait.observed_on = fixture_today();
    wait.current_days = current_days;
    return wait;
}

struct nhv_permit fixture_permit(const char *unit)
{
    struct nhv_permit permit = cleared(KIND_NHV_PERMIT).nhv_permit;
    permit.area = slice_from("area");
    permit.region = 14;
    permit.unit = slice_from(unit);
    permit.in_force_from = fixture_today() - 365;
    return permit;
}

void fixture_put_unit(struct fixture *fixture, struct unit unit)
{
    naive_put(&fixture->world, KIND_UNIT, &(union entity){.unit = unit});
}

void fixture_put_service(struct fixture *fixture, struct service service)
{
    naive_put(&fixture->world, KIND_SERVICE, &(union entity){.service = service});
}

void fixture_put_agreement(struct fixture *fixture, struct agreement agreement)
{
    naive_put(&fixture->world, KIND_AGREEMENT, &(union entity){.agreement = agreement});
}

void fixture_put_line(struct fixture *fixture, struct agreement_line line)
{
    naive_put(&fixture->world, KIND_AGREEMENT_LINE,
              &(union entity){.agreement_line = line});
}

void fixture_put_capacity(struct fixture *fixture, struct capacity capacity)
{
    naive_put(&fixture->world, KIND_CAPACITY, &(union entity){.capacity = capacity});
}

void fixture_put_wait(struct fixture *fixture, struct waiting_time waiting_time)
{
    naive_put(&fixture->world, KIND_WAITING_TIME,
              &(union entity){.waiting_time = waiting_time});
}

void fixture_put_permit(struct fixture *fixture, struct nhv_permit permit)
{
    naive_put(&fixture->world, KIND_NHV_PERMIT, &(union entity){.nhv_permit = permit});
}

void fixture_make_national(struct fixture *fixture)
{
    struct service service = fixture_service("S");
    service.nhv_area = slice_from("area");
    fixture_put_service(fixture, service);
}

void fixture_put_limit(struct fixture *fixture, int64_t guarantee, int64_t region,
                       int64_t valid_from, int64_t days)
{
    union entity limit = {.guarantee_limit = {guarantee, region, valid_from, days}};
    naive_put(&fixture->world, KIND_GUARANTEE_LIMIT, &limit);
}

void fixture_put_setting(struct fixture *fixture, const char *days)
{
    union entity setting = {
        .setting = {slice_from(SETTING_MAX_AGE_DAYS), slice_from(days)}};
    naive_put(&fixture->world, KIND_SETTING, &setting);
}

void fixture_put_municipality(struct fixture *fixture, const char *code, int64_t latitude,
                              int64_t longitude)
{
    union entity entity = cleared(KIND_MUNICIPALITY);
    entity.municipality.code = slice_from(code);
    entity.municipality.name = slice_from("Kommunen");
    entity.municipality.region = 14;
    entity.municipality.latitude = latitude;
    entity.municipality.longitude = longitude;
    naive_put(&fixture->world, KIND_MUNICIPALITY, &entity);
}

const struct answer *fixture_match(struct fixture *fixture)
{
    int status =
        naive_match(&fixture->world, &fixture->query, fixture->today, &fixture->answer);
    cr_assert_eq(status, STATUS_OK, "%s: %s", fixture->answer.refusal.field,
                 fixture->answer.refusal.message);
    return &fixture->answer.answer;
}

const struct option *fixture_option_at(const struct answer *answer, uint32_t i)
{
    cr_assert_lt(i, answer->options.n);
    return (const struct option *)answer->options.data + i;
}

const struct option *fixture_option(struct fixture *fixture)
{
    const struct answer *answer = fixture_match(fixture);
    cr_assert_eq(answer->options.n, 1);
    return fixture_option_at(answer, 0);
}

enum said fixture_said(struct fixture *fixture, enum match_test test)
{
    fixture->query.explain = 1;
    const struct answer *answer = fixture_match(fixture);
    const struct counts *counts = &answer->counts;
    cr_assert_eq(counts->admitted + counts->conditional + counts->excluded, 1);
    const struct reason_count *reasons = counts->reasons.data;
    for (uint32_t i = 0; i < counts->reasons.n; i++)
        if (reasons[i].reason == test)
            return SAID_FAIL;
    cr_assert_eq(counts->excluded, 0, "another test failed");
    int64_t verify = fixture_option_at(answer, 0)->verify;
    return ((verify >> test) & 1) != 0 ? SAID_UNKNOWN : SAID_PASS;
}

const char *fixture_order(struct fixture *fixture)
{
    static char order[1024];
    size_t len = 0;
    const struct answer *answer = fixture_match(fixture);
    order[0] = '\0';
    for (uint32_t i = 0; i < answer->options.n; i++) {
        struct slice id = fixture_option_at(answer, i)->candidate;
        len += (size_t)snprintf(order + len, sizeof order - len, "%s%.*s",
                                i > 0 ? " " : "", (int)id.len, id.data);
    }
    return order;
}
