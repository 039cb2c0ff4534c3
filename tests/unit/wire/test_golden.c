// SPDX-License-Identifier: Apache-2.0
//
// tests/golden/records.txt holds one record of each kind as it stands in logs that exist,
// and the public form of the same entity. The log's records are read for ever: a line of
// that file may be added, never changed.
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "unit/wire/samples.h"
#include "wire/change.h"
#include "wire/codec.h"

#define LINE_MAX_LEN 4096

static char *to_hex(const struct buffer *bytes)
{
    char *hex = malloc(bytes->len * 2 + 1);
    for (size_t i = 0; i < bytes->len; i++)
        snprintf(hex + 2 * i, 3, "%02x", (unsigned char)bytes->data[i]);
    hex[bytes->len * 2] = '\0';
    return hex;
}

// "record unit 0a10…" or "entity unit 321e…".
static void check_line(const char *form, const char *kind_name, const char *golden)
{
    enum kind kind = entity_kind_find(slice_from(kind_name));
    bool record = strcmp(form, "record") == 0;
    cr_assert_neq(kind, KIND_NONE, "%s", kind_name);
    cr_assert(record || strcmp(form, "entity") == 0, "%s", form);
    union entity entity;
    struct buffer bytes = {0};
    full_entity(kind, &entity);
    entity_normalize(kind, &entity);
    if (record)
        wire_encode(entity_shape(kind), WIRE_LOG, &entity, &bytes);
    else
        wire_entity_encode(kind, &entity, &bytes);
    char *hex = to_hex(&bytes);
    cr_expect_str_eq(hex, golden, "%s %s is now %s", form, kind_name, hex);
    free(hex);
    buffer_free(&bytes);
}

Test(wire_golden, records_and_entities_have_the_bytes_that_they_always_had)
{
    char line[LINE_MAX_LEN], form[16], kind[32], hex[LINE_MAX_LEN];
    unsigned n_lines = 0;
    FILE *file = fopen(TESTS_DIR "/golden/records.txt", "r");
    cr_assert_not_null(file);
    while (fgets(line, sizeof line, file)) {
        if (line[0] == '#')
            continue;
        cr_assert_eq(sscanf(line, "%15s %31s %4095s", form, kind, hex), 3, "%s", line);
        check_line(form, kind, hex);
        n_lines++;
    }
    fclose(file);
    cr_expect_eq(n_lines, 2 * (KIND_COUNT - 1));
}
