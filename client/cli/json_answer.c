// SPDX-License-Identifier: Apache-2.0
//
// An answer in the order of keys that the user's guide shows, which is not that of the
// numbers.
#include "base/check.h"
#include "base/status.h"
#include "cli/json_write.h"
#include "cli/mask.h"

static const char *const option_keys[] = {
    "verdict",        "verify",        "kind",
    "candidate",      "unit",          "agreement",
    "capacity",       "free_slots",    "owner_region",
    "expected_start", "wait_days",     "wait_basis",
    "stale",          "current_days",  "forecast_days",
    "forecast_until", "observed_on",   "statistic",
    "lead_days",      "distance_km",   "price",
    "terms",          "permit_scopes", "prerequisites",
    "aftercare",      "alternatives",  "within_guarantee",
};
#define N_OPTION_KEYS (sizeof option_keys / sizeof option_keys[0])

static void write_named(struct buffer *out, size_t mark, const struct shape *shape,
                        const char *name, const void *message)
{
    const struct field *field = shape_find(shape, slice_from(name));
    CHECK(field != NULL);
    json_write_field(out, mark, field, message);
}

static void write_option(struct buffer *out, const struct option *option)
{
    CHECK(N_OPTION_KEYS == shape_option.n_fields); // a new field needs its place here
    json_write_text(out, "{");
    size_t mark = out->len;
    for (unsigned i = 0; i < N_OPTION_KEYS; i++)
        write_named(out, mark, &shape_option, option_keys[i], option);
    json_write_text(out, "}");
}

static void write_options(struct buffer *out, const struct struct_list *options)
{
    const struct option *option = options->data;
    json_write_text(out, "[");
    for (uint32_t i = 0; i < options->n; i++) {
        if (i > 0)
            json_write_text(out, ",");
        write_option(out, &option[i]);
    }
    json_write_text(out, "]");
}

// {"ASA":{"any":9,"alone":4}}
static void write_reasons(struct buffer *out, const struct struct_list *reasons)
{
    const struct reason_count *count = reasons->data;
    json_write_text(out, "{");
    size_t mark = out->len;
    for (uint32_t i = 0; i < reasons->n; i++) {
        json_write_key(out, mark, test_names[count[i].reason]);
        json_write_text(out, "{");
        size_t inner = out->len;
        write_named(out, inner, &shape_reason_count, "any", &count[i]);
        write_named(out, inner, &shape_reason_count, "alone", &count[i]);
        json_write_text(out, "}");
    }
    json_write_text(out, "}");
}

static void write_counts(struct buffer *out, const struct counts *counts)
{
    json_write_text(out, "{");
    size_t mark = out->len;
    write_named(out, mark, &shape_counts, "admitted", counts);
    write_named(out, mark, &shape_counts, "conditional", counts);
    write_named(out, mark, &shape_counts, "excluded", counts);
    json_write_key(out, mark, "reasons");
    write_reasons(out, &counts->reasons);
    json_write_text(out, "}");
}

static void write_near_miss(struct buffer *out, const struct near_miss *miss)
{
    json_write_text(out, "{");
    size_t mark = out->len;
    write_named(out, mark, &shape_near_miss, "candidate", miss);
    json_write_key(out, mark, "unit");
    json_write_text(out, "{");
    write_named(out, out->len, &shape_unit_summary, "id", &miss->unit);
    json_write_text(out, "}");
    write_named(out, mark, &shape_near_miss, "reason", miss);
    write_named(out, mark, &shape_near_miss, "bound", miss);
    json_write_text(out, "}");
}

void json_write_answer(struct buffer *out, const struct answer *answer)
{
    json_write_text(out, "{");
    size_t mark = out->len;
    write_named(out, mark, &shape_answer, "revision", answer);
    write_named(out, mark, &shape_answer, "today", answer);
    write_named(out, mark, &shape_answer, "on", answer);
    write_named(out, mark, &shape_answer, "service", answer);
    write_named(out, mark, &shape_answer, "guarantee_deadline", answer);
    json_write_key(out, mark, "options");
    write_options(out, &answer->options);
    if (answer->counts.admitted != ABSENT) {
        json_write_key(out, mark, "counts");
        write_counts(out, &answer->counts);
    }
    json_write_key(out, mark, "near_misses");
    json_write_text(out, "[");
    const struct near_miss *miss = answer->near_misses.data;
    for (uint32_t i = 0; i < answer->near_misses.n; i++) {
        if (i > 0)
            json_write_text(out, ",");
        write_near_miss(out, &miss[i]);
    }
    json_write_text(out, "]}");
}

static void write_masked(struct buffer *out, const char *text)
{
    struct buffer copy = {0};
    buffer_append(&copy, text, strlen(text));
    mask_identity(copy.data, copy.len);
    json_write_string(out, buffer_slice(&copy));
    buffer_free(&copy);
}

void json_write_error(struct buffer *out, const struct vardsok_error *error)
{
    json_write_text(out, "{\"error\":{");
    size_t mark = out->len;
    json_write_key(out, mark, "code");
    json_write_string(out, slice_from(status_name(error->status)));
    if (error->reason[0]) {
        json_write_key(out, mark, "reason");
        json_write_string(out, slice_from(error->reason));
    }
    if (error->field[0]) {
        json_write_key(out, mark, "field");
        write_masked(out, error->field);
    }
    json_write_key(out, mark, "message");
    write_masked(out, error->message);
    json_write_text(out, "}}");
}
