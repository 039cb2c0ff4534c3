// SPDX-License-Identifier: Apache-2.0
#include "match/permit.h"

#include "match/query.h"
#include "match/table.h"

// Where the unit stands, or should stand, among the area's units.
static uint32_t unit_place(const struct area_row *area, uint32_t unit)
{
    uint32_t low = 0, high = area->n_units;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (area->units[middle].unit < unit)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct permit_unit *match_permit_find(const struct match_index *index,
                                            uint32_t area, uint32_t unit)
{
    if (area >= index->n_areas)
        return NULL;
    const struct area_row *row = &index->areas[area];
    uint32_t at = unit_place(row, unit);
    return at < row->n_units && row->units[at].unit == unit ? &row->units[at] : NULL;
}

struct permit_summary match_permit_summary(const struct permit_unit *rows, int32_t on)
{
    struct permit_summary summary = {.all_scoped = true, .last_to = MATCH_DATE_MIN};
    for (uint32_t i = 0; rows && i < rows->n_rows; i++) {
        const struct match_permit *permit = &rows->rows[i];
        if (!permit_in_force(permit, on))
            continue;
        summary.in_force = true;
        summary.all_scoped = summary.all_scoped && permit->has_scope;
        if (permit->in_force_to > summary.last_to)
            summary.last_to = permit->in_force_to;
    }
    return summary;
}

void match_index_add_permit(struct match_index *index, uint32_t area, uint32_t unit,
                            const struct match_permit *permit)
{
    index->dirty = true;
    CHECK(unit < index->n_units && index->units[unit].set);
    index->areas =
        table_reserve(index->areas, &index->n_areas, area + 1, sizeof(*index->areas));
    struct area_row *row = &index->areas[area];
    uint32_t at = unit_place(row, unit);
    if (at == row->n_units || row->units[at].unit != unit) {
        row->units = realloc(row->units, (row->n_units + 1) * sizeof(*row->units));
        CHECK(row->units);
        memmove(&row->units[at + 1], &row->units[at],
                (row->n_units - at) * sizeof(*row->units));
        row->units[at] = (struct permit_unit){.unit = unit};
        row->n_units++;
    }
    struct permit_unit *rows = &row->units[at];
    rows->rows = realloc(rows->rows, (rows->n_rows + 1) * sizeof(*rows->rows));
    CHECK(rows->rows);
    rows->rows[rows->n_rows++] = *permit;
    index->units[unit].n_uses++;
}

void match_index_remove_permit(struct match_index *index, uint32_t area, uint32_t unit,
                               const void *record)
{
    index->dirty = true;
    CHECK(match_permit_find(index, area, unit));
    struct area_row *row = &index->areas[area];
    uint32_t at = unit_place(row, unit);
    struct permit_unit *rows = &row->units[at];
    uint32_t i = 0;
    while (i < rows->n_rows && rows->rows[i].record != record)
        i++;
    CHECK(i < rows->n_rows);
    rows->n_rows--;
    memmove(&rows->rows[i], &rows->rows[i + 1], (rows->n_rows - i) * sizeof(*rows->rows));
    index->units[unit].n_uses--;
    if (rows->n_rows > 0)
        return;
    free(rows->rows);
    row->n_units--;
    memmove(rows, rows + 1, (row->n_units - at) * sizeof(*row->units));
}

uint64_t match_permit_bytes(const struct match_index *index)
{
    uint64_t bytes = (uint64_t)index->n_areas * sizeof(*index->areas);
    for (uint32_t a = 0; a < index->n_areas; a++) {
        const struct area_row *area = &index->areas[a];
        bytes += area->n_units * sizeof(*area->units);
        for (uint32_t u = 0; u < area->n_units; u++)
            bytes += area->units[u].n_rows * sizeof(*area->units[u].rows);
    }
    return bytes;
}

void match_permit_free(struct match_index *index)
{
    for (uint32_t a = 0; a < index->n_areas; a++) {
        for (uint32_t u = 0; u < index->areas[a].n_units; u++)
            free(index->areas[a].units[u].rows);
        free(index->areas[a].units);
    }
}

void match_query_permits(const struct match_index *index, uint32_t area, uint32_t unit,
                         int32_t on, void (*on_permit)(void *arg, const void *record),
                         void *arg)
{
    const struct permit_unit *rows = match_permit_find(index, area, unit);
    for (uint32_t i = 0; rows && i < rows->n_rows; i++) {
        if (permit_in_force(&rows->rows[i], on))
            on_permit(arg, rows->rows[i].record);
    }
}
