// SPDX-License-Identifier: Apache-2.0
//
// The rules between the fields of one entity. A field that is absent, or
// that has a fault of its own, takes part in no rule: each fault is told once.
#include <stdarg.h>
#include <stdio.h>

#include "base/status.h"
#include "domain/entity.h"
#include "domain/grammar.h"
#include "domain/identity.h"
#include "domain/region.h"
#include "domain/shape_tables.h"

#define FORECAST_DAYS_AHEAD 90

struct faults {
    entity_on_fault on_fault;
    void *arg;
    unsigned n;
};

static void fault(struct faults *faults, enum reason reason, const char *field,
                  const char *what, ...) __attribute__((format(printf, 4, 5)));

static void fault(struct faults *faults, enum reason reason, const char *field,
                  const char *what, ...)
{
    char text[REFUSAL_MESSAGE_MAX];
    struct refusal refusal;
    va_list args;
    va_start(args, what);
    vsnprintf(text, sizeof text, what, args);
    va_end(args);
    refuse(&refusal, STATUS_INVALID_ARGUMENT, reason, field, "%s %s", field, text);
    faults->n++;
    faults->on_fault(faults->arg, &refusal);
}

static void check_order(struct faults *faults, int64_t low, const char *low_name,
                        int64_t high, const char *high_name)
{
    if (low != ABSENT && high != ABSENT && low > high)
        fault(faults, REASON_REVERSED_RANGE, low_name, "must not be above %s", high_name);
}

static void check_dates(struct faults *faults, int64_t from, const char *from_name,
                        int64_t to, const char *to_name)
{
    if (from != ABSENT && to != ABSENT && from > to)
        fault(faults, REASON_REVERSED_RANGE, from_name, "must not be after %s", to_name);
}

static void check_position(struct faults *faults, int64_t latitude, int64_t longitude)
{
    if (latitude == ABSENT && longitude != ABSENT)
        fault(faults, REASON_INCONSISTENT, "latitude", "is required with longitude");
    if (latitude != ABSENT && longitude == ABSENT)
        fault(faults, REASON_INCONSISTENT, "longitude", "is required with latitude");
}

static void check_terms(struct faults *faults, const struct terms *t)
{
    check_order(faults, t->weight_min, "terms.weight_min", t->weight_max, "weight_max");
    check_order(faults, t->bmi_min, "terms.bmi_min", t->bmi_max, "bmi_max");
    check_order(faults, t->age_min, "terms.age_min", t->age_max, "age_max");
}

static bool key_has_region(struct slice key, int64_t code)
{
    return region_is_code(code) &&
           (region_healthcare_mask(key) & (UINT32_C(1) << code)) != 0;
}

static void check_region(struct faults *faults, const struct region *region)
{
    const struct text_list *keys = &region->healthcare_regions;
    uint32_t n_expected = region->code == REGION_HALLAND ? 2 : 1;
    if (!region_is_code(region->code) || keys->n == 0)
        return;
    bool right = keys->n == n_expected;
    for (uint32_t i = 0; i < keys->n && right; i++)
        right = key_has_region(keys->items[i], region->code) &&
                (i == 0 || !slice_equal(keys->items[i], keys->items[0]));
    if (right)
        return;
    char expected[64] = "";
    for (int i = 0; region_healthcare_keys[i] != NULL; i++) {
        size_t len = strlen(expected);
        if (key_has_region(slice_from(region_healthcare_keys[i]), region->code))
            snprintf(expected + len, sizeof expected - len, "%s%s", len ? " and " : "",
                     region_healthcare_keys[i]);
    }
    fault(faults, REASON_INCONSISTENT, "healthcare_regions", "must be %s for region %02d",
          expected, (int)region->code);
}

// The first two digits of a municipality's code are its region's (Statistics Sweden).
static void check_municipality_region(struct faults *faults, const char *field,
                                      struct slice code, int64_t region)
{
    if (code.data == NULL || !grammar_is_municipality(code) || !region_is_code(region))
        return;
    if ((code.data[0] - '0') * 10 + (code.data[1] - '0') != region)
        fault(faults, REASON_INCONSISTENT, field,
              "must begin with the region's code %02d", (int)region);
}

static void check_municipality(struct faults *faults, const struct municipality *m)
{
    struct slice key = m->healthcare_region;
    check_municipality_region(faults, "code", m->code, m->region);
    if (m->region == REGION_HALLAND && key.data == NULL)
        fault(faults, REASON_REQUIRED, "healthcare_region",
              "is required in region 13: vastra or sodra");
    if (key.data != NULL && region_is_code(m->region) &&
        region_healthcare_mask(key) != 0 && !key_has_region(key, m->region))
        fault(faults, REASON_INCONSISTENT, "healthcare_region",
              "must be one that region %02d belongs to", (int)m->region);
    check_position(faults, m->latitude, m->longitude);
}

static void check_unit(struct faults *faults, const struct unit *unit)
{
    check_municipality_region(faults, "municipality", unit->municipality, unit->region);
    check_position(faults, unit->latitude, unit->longitude);
}

static void check_waiting_time(struct faults *faults, const struct waiting_time *w)
{
    if (w->current_days == ABSENT && w->forecast_days == ABSENT)
        fault(faults, REASON_REQUIRED, "current_days", "or forecast_days is required");
    if (w->forecast_days != ABSENT && w->forecast_until == ABSENT)
        fault(faults, REASON_REQUIRED, "forecast_until",
              "is required with forecast_days");
    if (w->forecast_days == ABSENT && w->forecast_until != ABSENT)
        fault(faults, REASON_REQUIRED, "forecast_days",
              "is required with forecast_until");
    if (w->observed_on != ABSENT && w->forecast_until != ABSENT &&
        w->forecast_until > w->observed_on + FORECAST_DAYS_AHEAD)
        fault(faults, REASON_OUT_OF_RANGE, "forecast_until",
              "must be at most %d days after observed_on", FORECAST_DAYS_AHEAD);
}

static void check_capacity(struct faults *faults, const struct capacity *c)
{
    check_dates(faults, c->window_start, "window_start", c->window_end, "window_end");
    check_dates(faults, c->book_by, "book_by", c->window_end, "window_end");
    check_terms(faults, &c->terms);
}

static void check_setting(struct faults *faults, const struct setting *setting)
{
    if (setting->key.data != NULL &&
        !slice_equal(setting->key, slice_from(SETTING_MAX_AGE_DAYS)))
        fault(faults, REASON_BAD_FORMAT, "key", "must be " SETTING_MAX_AGE_DAYS);
    else if (setting->value.data != NULL &&
             !grammar_is_whole_number(setting->value, DAYS_MAX))
        fault(faults, REASON_BAD_FORMAT, "value", "must be a whole number from 0 to %d",
              DAYS_MAX);
}

static void check_identity(struct faults *faults, enum kind kind,
                           const union entity *entity)
{
    const struct field *field = identity_split_field(entity_shape(kind), entity);
    if (field != NULL)
        fault(faults, REASON_PERSONAL_IDENTITY, field->name,
              "and the text before it must not hold a personal identity or coordination "
              "number together");
}

unsigned entity_check_relations(enum kind kind, const union entity *entity,
                                entity_on_fault on_fault, void *arg)
{
    struct faults faults = {on_fault, arg, 0};
    switch (kind) {
    case KIND_REGION:
        check_region(&faults, &entity->region);
        break;
    case KIND_MUNICIPALITY:
        check_municipality(&faults, &entity->municipality);
        break;
    case KIND_UNIT:
        check_unit(&faults, &entity->unit);
        break;
    case KIND_NHV_PERMIT:
        check_dates(&faults, entity->nhv_permit.in_force_from, "in_force_from",
                    entity->nhv_permit.in_force_to, "in_force_to");
        break;
    case KIND_AGREEMENT:
        check_dates(&faults, entity->agreement.valid_from, "valid_from",
                    entity->agreement.valid_to, "valid_to");
        break;
    case KIND_AGREEMENT_LINE:
        check_terms(&faults, &entity->agreement_line.terms);
        break;
    case KIND_WAITING_TIME:
        check_waiting_time(&faults, &entity->waiting_time);
        break;
    case KIND_CAPACITY:
        check_capacity(&faults, &entity->capacity);
        break;
    case KIND_SETTING:
        check_setting(&faults, &entity->setting);
        break;
    default:
        break;
    }
    check_identity(&faults, kind, entity);
    return faults.n;
}
