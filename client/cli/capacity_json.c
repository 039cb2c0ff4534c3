// SPDX-License-Identifier: Apache-2.0
#include "cli/capacity_json.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/check.h"
#include "cli/json_write.h"
#include "csv/csv.h"

static const char *const capacity_keys[] = {
    "id",      "unit",    "service", "slots", "window_start",  "window_end",
    "book_by", "open_to", "terms",   "price", "prerequisites", "aftercare",
    "note",
};
#define N_CAPACITY_KEYS (sizeof capacity_keys / sizeof capacity_keys[0])

static void write_count(struct buffer *out, size_t mark, const char *name, int64_t value)
{
    json_write_key(out, mark, name);
    json_write_int(out, value);
}

// A list that JSON shows also when it is empty.
static void write_field(struct buffer *out, size_t mark, const char *name,
                        const struct capacity *capacity)
{
    const struct field *field = shape_find(entity_shape(KIND_CAPACITY), slice_from(name));
    CHECK(field != NULL);
    struct field always = *field;
    if (field->type == FIELD_TEXT_LIST)
        always.flags |= FIELD_ALWAYS;
    json_write_field(out, mark, &always, capacity);
}

void json_write_capacity(struct buffer *out, const struct capacity_status *status)
{
    json_write_text(out, "{");
    size_t mark = out->len;
    for (unsigned i = 0; i < N_CAPACITY_KEYS; i++)
        write_field(out, mark, capacity_keys[i], &status->capacity);
    if (status->free != ABSENT) {
        write_count(out, mark, "free_slots", status->free);
        write_count(out, mark, "held", status->held);
        write_count(out, mark, "confirmed", status->confirmed);
        json_write_key(out, mark, "closed");
        json_write_text(out, status->closed == true ? "true" : "false");
    }
    write_count(out, mark, "revision", status->revision);
    json_write_text(out, "}");
}

void json_write_claim(struct buffer *out, const struct client_stored *claim)
{
    json_write_text(out, "{");
    size_t mark = out->len;
    json_write_fields(out, mark, &shape_claim, &claim->entity.claim);
    write_count(out, mark, "revision", (int64_t)claim->revision);
    json_write_text(out, "}");
}

// --- CSV ---

// The line that was ended goes on.
static void reopen_line(struct buffer *out)
{
    CHECK(out->len > 0 && out->data[out->len - 1] == '\n');
    out->len--;
}

void csv_write_capacity_header(struct buffer *out)
{
    csv_header_encode(KIND_CAPACITY, out);
    reopen_line(out);
    json_write_text(out, ",free_slots,held,confirmed,closed,revision\n");
}

void csv_write_capacity(struct buffer *out, const struct capacity_status *status)
{
    union entity entity = {.capacity = status->capacity};
    char figures[128];
    csv_row_encode(KIND_CAPACITY, &entity, out);
    reopen_line(out);
    snprintf(figures, sizeof figures,
             ",%" PRId64 ",%" PRId64 ",%" PRId64 ",%s,%" PRId64 "\n", status->free,
             status->held, status->confirmed, status->closed == true ? "true" : "false",
             status->revision);
    json_write_text(out, figures);
}

void csv_write_claim_header(struct buffer *out)
{
    csv_names_encode(&shape_claim, out);
    json_write_text(out, ",revision\n");
}

void csv_write_claim(struct buffer *out, const struct client_stored *claim)
{
    csv_cells_encode(&shape_claim, &claim->entity.claim, out);
    json_write_text(out, ",");
    json_write_int(out, (int64_t)claim->revision);
    json_write_text(out, "\n");
}
