// SPDX-License-Identifier: Apache-2.0
#include "puts.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/check.h"
#include "base/date.h"
#include "lib/vardsok.h"
#include "replica/entry.h"
#include "wire/change.h"
#include "wire/reader.h"
#include "wire/service.h"
#include "wire/writer.h"

#define DAYS 365      // a put's days lie below it
#define DAYS_A_ROW 7  // from one row to the next
#define DAYS_AGAIN 13 // from one put of a row to its next; never 0 modulo DAYS

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    CHECK(file && fseek(file, 0, SEEK_END) == 0);
    long size = ftell(file);
    char *bytes = malloc((size_t)size + 1);
    CHECK(bytes && fseek(file, 0, SEEK_SET) == 0);
    CHECK(fread(bytes, 1, (size_t)size, file) == (size_t)size);
    bytes[size] = '\0';
    fclose(file);
    return bytes;
}

static size_t count_lines(const char *text)
{
    size_t n = 0;
    for (; (text = strchr(text, '\n')); text++)
        n++;
    return n;
}

static struct slice take_cell(char **at)
{
    size_t len = strcspn(*at, ",\n");
    struct slice cell = {*at, len};
    *at += len + 1;
    return cell;
}

static void take_row(struct waiting_time *row, char *line, int32_t today)
{
    shape_clear(entity_shape(KIND_WAITING_TIME), row);
    row->unit = take_cell(&line);
    row->service = take_cell(&line);
    row->observed_on = today;
    row->statistic = STATISTIC_ESTIMATE;
    row->source = slice_from("bench");
}

void bench_puts_init(struct bench_puts *puts, const char *csv_path)
{
    puts->n = 0;
    puts->texts = read_file(csv_path);
    size_t n_rows = count_lines(puts->texts) - 1, at = 0;
    int32_t today = date_in_stockholm(bench_utc_ms());
    CHECK(n_rows >= BENCH_PUT_ROWS);
    char *line = strchr(puts->texts, '\n') + 1;
    for (size_t i = 0; i < BENCH_PUT_ROWS; i++) {
        for (; at < i * n_rows / BENCH_PUT_ROWS; at++)
            line = strchr(line, '\n') + 1;
        take_row(&puts->rows[i], line, today);
    }
}

void bench_puts_free(struct bench_puts *puts)
{
    free(puts->texts);
}

void bench_put_append(struct bench_puts *puts, struct buffer *out)
{
    uint64_t row = puts->n % BENCH_PUT_ROWS, round = puts->n / BENCH_PUT_ROWS;
    puts->n++;
    puts->rows[row].current_days =
        (int64_t)((row * DAYS_A_ROW + round * DAYS_AGAIN) % DAYS);
    unsigned char id[VARDSOK_REQUEST_ID_LEN];
    vardsok_request_id_init(id);
    struct wire_apply_request header = {.request_id = {(const char *)id, sizeof id}};
    union entity entity = {.waiting_time = puts->rows[row]};
    wire_apply_encode_header(&header, out);
    wire_apply_encode_change(CHANGE_PUT, KIND_WAITING_TIME, &entity, ABSENT, out);
}

void bench_entry_append(struct slice request, struct buffer *out)
{
    struct wire_apply_request decoded;
    struct refusal refusal;
    struct buffer command = {0};
    CHECK(wire_apply_decode(request, &decoded, &command, &refusal) == 0);
    struct entry entry = {
        .incarnation = 1,
        .applied = 1,
        .time_ms = bench_utc_ms(),
        .actor_kind = ENTRY_ACTOR_LOCAL,
        .actor_id = slice_from("local"),
        .command = buffer_slice(&command),
    };
    memcpy(entry.request_id, decoded.request_id.data, sizeof entry.request_id);
    entry_encode(&entry, out);
    buffer_free(&command);
}

static void ask_row(const struct bench_puts *puts, uint32_t row, struct buffer *out)
{
    union entity entity = {.waiting_time = puts->rows[row]};
    struct buffer message = {0};
    size_t mark = wire_write_start(&message, GET_REQUEST_KEY);
    wire_entity_encode(KIND_WAITING_TIME, &entity, &message);
    wire_write_end(&message, mark);
    bench_request_append(out, row, BENCH_GET, buffer_slice(&message));
    buffer_free(&message);
}

static void check_row(const struct waiting_time *row, struct slice response)
{
    struct wire_reader reader = {.rest = response};
    struct wire_field field;
    struct refusal refusal;
    enum kind kind;
    union entity entity;
    uint64_t revision;
    CHECK(wire_read_field(&reader, &field) == 1 && field.number == GET_RESPONSE_STORED);
    CHECK(wire_stored_decode(field.bytes, &kind, &entity, &revision, &refusal) == 0);
    CHECK(kind == KIND_WAITING_TIME && slice_equal(entity.waiting_time.unit, row->unit) &&
          slice_equal(entity.waiting_time.service, row->service) &&
          entity.waiting_time.current_days == row->current_days);
}

void bench_puts_check(const struct bench_puts *puts, const char *daemon_path)
{
    struct bench_reader reader = {.fd = bench_connect_daemon(daemon_path)};
    struct bench_answer answer;
    struct buffer request = {0};
    uint64_t n = puts->n < BENCH_PUT_ROWS ? puts->n : BENCH_PUT_ROWS;
    for (uint32_t row = 0; row < n; row++) {
        buffer_clear(&request);
        ask_row(puts, row, &request);
        bench_write_all(reader.fd, request.data, request.len);
        do
            bench_read_some(&reader, true);
        while (!bench_next_answer(&reader, &answer));
        CHECK(answer.call == row);
        check_row(&puts->rows[row], answer.message);
    }
    buffer_free(&request);
    bench_reader_free(&reader);
}

uint64_t bench_revision(struct slice response)
{
    struct wire_reader reader = {.rest = response};
    struct wire_field field;
    CHECK(wire_read_field(&reader, &field) == 1 &&
          field.number == APPLY_RESPONSE_REVISION && field.type == WIRE_VARINT);
    return field.value;
}
