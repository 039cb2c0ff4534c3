// SPDX-License-Identifier: Apache-2.0
//
// Puts messages through wire for scripts: one line "VERB SHAPE HEX" on standard input
// gives one line on standard output, hexadecimal bytes or "! REASON field".
//   public, log   read the shape in that form and write it again
//   convert       read the public form, write the log's
//   apply         read an ApplyRequest, write the log's Command (SHAPE is "-")
//   status        read a google.rpc.Status and write it again (SHAPE is "-")
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "domain/question.h"
#include "wire/change.h"
#include "wire/codec.h"
#include "wire/service.h"
#include "wire/status.h"

#define LINE_MAX_LEN (4 * 1024 * 1024)
#define MESSAGE_MAX 4096

static const struct shape *find_shape(const char *name)
{
    static const struct shape *const others[] = {
        &shape_query,        &shape_answer,          &shape_call_metadata,
        &shape_list_request, &shape_status_response,
    };
    enum kind kind = entity_kind_find(slice_from(name));
    if (kind != KIND_NONE)
        return entity_shape(kind);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (strcmp(others[i]->name, name) == 0)
            return others[i];
    fprintf(stderr, "no shape %s\n", name);
    exit(2);
}

static void from_hex(const char *hex, struct buffer *out)
{
    for (; hex[0] && hex[1]; hex += 2) {
        char digits[3] = {hex[0], hex[1], '\0'};
        char byte = (char)strtoul(digits, NULL, 16);
        buffer_append(out, &byte, 1);
    }
}

static int recode(const char *verb, const struct shape *shape, struct slice bytes,
                  struct arena *arena, struct buffer *out, struct refusal *refusal)
{
    _Alignas(max_align_t) char message[MESSAGE_MAX];
    enum wire_form from = strcmp(verb, "log") == 0 ? WIRE_LOG : WIRE_PUBLIC;
    enum wire_form to = strcmp(verb, "public") == 0 ? WIRE_PUBLIC : WIRE_LOG;
    int status = wire_decode(shape, from, bytes, message, arena, refusal);
    if (status == 0)
        wire_encode(shape, to, message, out);
    return status;
}

static int recode_status(struct slice bytes, struct buffer *out, struct refusal *refusal)
{
    struct refusal decoded;
    int status = wire_status_decode(bytes, &decoded, NULL);
    if (status == 0)
        wire_status_encode(&decoded, out);
    else
        refuse(refusal, status, REASON_BAD_MESSAGE, NULL, "no status");
    return status;
}

static int run(const char *verb, const char *shape, struct slice bytes,
               struct arena *arena, struct buffer *out, struct refusal *refusal)
{
    struct wire_apply_request request;
    if (strcmp(verb, "apply") == 0)
        return wire_apply_decode(bytes, &request, out, refusal);
    if (strcmp(verb, "status") == 0)
        return recode_status(bytes, out, refusal);
    return recode(verb, find_shape(shape), bytes, arena, out, refusal);
}

static void answer_line(const char *verb, const char *shape, const char *hex)
{
    struct buffer in = {0}, out = {0};
    struct arena arena = {0};
    struct refusal refusal = {0};
    from_hex(hex, &in);
    if (run(verb, shape, buffer_slice(&in), &arena, &out, &refusal) == 0) {
        for (size_t i = 0; i < out.len; i++)
            printf("%02x", (unsigned char)out.data[i]);
        putchar('\n');
    } else {
        printf("! %s %s\n", reason_name(refusal.reason), refusal.field);
    }
    fflush(stdout);
    buffer_free(&in);
    buffer_free(&out);
    arena_free(&arena);
}

int main(void)
{
    char *line = malloc(LINE_MAX_LEN);
    if (line == NULL)
        return 2;
    while (fgets(line, LINE_MAX_LEN, stdin)) {
        line[strcspn(line, "\n")] = '\0';
        char *shape = strchr(line, ' ');
        char *hex = shape ? strchr(shape + 1, ' ') : NULL;
        if (hex == NULL) {
            fprintf(stderr, "wanted VERB SHAPE HEX\n");
            free(line);
            return 2;
        }
        *shape++ = '\0';
        *hex++ = '\0';
        answer_line(line, shape, hex);
    }
    free(line);
    return 0;
}
