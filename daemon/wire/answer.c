// SPDX-License-Identifier: Apache-2.0
//
// A MatchResponse, put straight into the buffer: room for a whole option is reserved
// once, its constant parts are pasted from the records, and its length is closed up
// afterwards.
#include "wire/answer.h"

#include "base/date.h"
#include "wire/put.h"
#include "wire/reader.h"
#include "wire/writer.h"

// Numbers of vardsok.v1.MatchResponse.
enum {
    ANSWER_REVISION = 1,
    ANSWER_TODAY = 2,
    ANSWER_ON = 3,
    ANSWER_SERVICE = 4,
    ANSWER_DEADLINE = 5,
    ANSWER_OPTIONS = 6,
    ANSWER_COUNTS = 7,
    ANSWER_NEAR_MISSES = 8
};
// Of vardsok.v1.Option.
enum {
    OPTION_VERDICT = 1,
    OPTION_VERIFY = 2,
    OPTION_KIND = 3,
    OPTION_CANDIDATE = 4,
    OPTION_UNIT = 5,
    OPTION_AGREEMENT = 6,
    OPTION_CAPACITY = 7,
    OPTION_FREE_SLOTS = 8,
    OPTION_OWNER_REGION = 9,
    OPTION_EXPECTED_START = 10,
    OPTION_TERMS = 11,
    OPTION_WAIT_DAYS = 16,
    OPTION_WAIT_BASIS = 17,
    OPTION_STALE = 18,
    OPTION_CURRENT_DAYS = 19,
    OPTION_FORECAST_DAYS = 20,
    OPTION_FORECAST_UNTIL = 21,
    OPTION_OBSERVED_ON = 22,
    OPTION_STATISTIC = 23,
    OPTION_PERMIT_SCOPES = 24,
    OPTION_DISTANCE_KM = 25,
    OPTION_ALTERNATIVES = 26,
    OPTION_WITHIN_GUARANTEE = 27
};
// Of Counts, ReasonCount, NearMiss and Bound (whose fields are enum match_bound's).
enum {
    COUNTS_ADMITTED = 1,
    COUNTS_CONDITIONAL = 2,
    COUNTS_EXCLUDED = 3,
    COUNTS_REASONS = 4
};
enum { REASON_COUNT_REASON = 1, REASON_COUNT_ANY = 2, REASON_COUNT_ALONE = 3 };
enum {
    NEAR_MISS_CANDIDATE = 1,
    NEAR_MISS_UNIT = 2,
    NEAR_MISS_REASON = 3,
    NEAR_MISS_BOUND = 4
};

#define PERMIT_PREFIX "permit/"
#define LINE_KEY_TEXTS 4 // the last of them, the variant, may be absent
#define CANDIDATE_MAX (sizeof PERMIT_PREFIX + LINE_KEY_TEXTS * (ID_MAX_LEN + 1))
// All of an option but what is pasted and its scopes: 20 numbers, 3 dates, 3 ids.
#define OPTION_OWN_MAX                                                                   \
    (20 * PUT_FIELD_MAX + 3 * (PUT_FIELD_MAX + DATE_TEXT_LEN) +                          \
     3 * (PUT_FIELD_MAX + CANDIDATE_MAX))
#define OPTION_LENGTH_LEN 2 // most options have 128 to 16,383 bytes
#define ID_LENGTH_LEN 1

struct answer_writer {
    struct state *state;
    const struct ask *ask;
    struct buffer *out;
};

// The distinct scopes of a unit's permit rows in force, bytewise ascending.
struct scopes {
    uint32_t n;
    struct slice items[TEXT_LIST_MAX];
    size_t bytes;
};

// ---- scopes ----

static void add_scope(void *arg, const void *record)
{
    struct scopes *scopes = arg;
    struct slice scope = record_key_text(record, 4);
    uint32_t at = 0;
    if (scope.data == NULL)
        return;
    while (at < scopes->n && slice_compare(scopes->items[at], scope) < 0)
        at++;
    if (at == TEXT_LIST_MAX || (at < scopes->n && slice_equal(scopes->items[at], scope)))
        return;
    uint32_t kept = scopes->n < TEXT_LIST_MAX ? scopes->n : TEXT_LIST_MAX - 1;
    memmove(&scopes->items[at + 1], &scopes->items[at],
            (kept - at) * sizeof scopes->items[0]);
    scopes->items[at] = scope;
    scopes->n = kept + 1;
}

static void find_scopes(const struct answer_writer *writer, uint32_t unit,
                        struct scopes *scopes)
{
    scopes->n = 0;
    scopes->bytes = 0;
    if (writer->ask->area == MATCH_NONE)
        return;
    match_query_permits(state_index(writer->state), writer->ask->area, unit,
                        writer->ask->match.on, add_scope, scopes);
    for (uint32_t i = 0; i < scopes->n; i++)
        scopes->bytes += PUT_FIELD_MAX + scopes->items[i].len;
}

// ---- parts ----

static char *put_date(char *at, uint32_t number, int32_t days)
{
    at = put_tag(at, number, WIRE_BYTES);
    *at++ = DATE_TEXT_LEN;
    date_format(days, at);
    return at + DATE_TEXT_LEN;
}

static char *put_region(char *at, uint32_t number, int64_t code)
{
    at = put_tag(at, number, WIRE_BYTES);
    *at++ = 2;
    return put_two_digits(at, code);
}

// The texts of a line's key: agreement/unit/service or agreement/unit/service/variant.
static char *put_line_id(char *at, const struct record *line)
{
    struct slice texts[LINE_KEY_TEXTS];
    record_key_texts(line, LINE_KEY_TEXTS, texts);
    for (int i = 0; i < LINE_KEY_TEXTS && texts[i].data != NULL; i++) {
        at = put_raw(at, texts[i]);
        *at++ = '/';
    }
    return at - 1;
}

static char *put_permit_id(char *at, const struct answer_writer *writer,
                           struct slice unit)
{
    const struct record *area = state_area_record(writer->state, writer->ask->area);
    at = put_raw(at, slice_from(PERMIT_PREFIX));
    at = put_raw(at, record_key_text(area, 1));
    *at++ = '/';
    at = put_raw(at, unit);
    *at++ = '/';
    return put_raw(at, writer->ask->service);
}

static char *put_candidate(char *at, uint32_t number, const struct answer_writer *writer,
                           const struct match_candidate *candidate, struct slice unit)
{
    char *body = put_tag(at, number, WIRE_BYTES) + ID_LENGTH_LEN;
    if (candidate->kind == MATCH_AGREEMENT)
        at = put_line_id(body, candidate->record);
    else if (candidate->kind == MATCH_CAPACITY)
        at = put_raw(body, record_key_text(candidate->record, 1));
    else
        at = put_permit_id(body, writer, unit);
    return put_length(body, at, ID_LENGTH_LEN);
}

// Terms, price, lead_days, prerequisites and aftercare as they stand at the end of the
// record.
static struct slice offered_terms(const struct match_candidate *candidate)
{
    return candidate->record != NULL ? record_tail(candidate->record, OPTION_TERMS)
                                     : SLICE_ABSENT;
}

static char *put_verify(char *at, uint32_t unknown)
{
    if (unknown == 0)
        return at;
    char *body = put_tag(at, OPTION_VERIFY, WIRE_BYTES) + ID_LENGTH_LEN;
    at = body;
    for (unsigned test = 1; test <= MATCH_TESTS; test++)
        if (unknown >> test & 1)
            *at++ = (char)test;
    return put_length(body, at, ID_LENGTH_LEN);
}

static char *put_waiting(char *at, const struct match_waiting *waiting)
{
    if (waiting->current_days != MATCH_DAYS_ABSENT)
        at = put_uint(at, OPTION_CURRENT_DAYS, (uint64_t)waiting->current_days);
    if (waiting->forecast_days != MATCH_DAYS_ABSENT) {
        at = put_uint(at, OPTION_FORECAST_DAYS, (uint64_t)waiting->forecast_days);
        at = put_date(at, OPTION_FORECAST_UNTIL, waiting->forecast_until);
    }
    at = put_date(at, OPTION_OBSERVED_ON, waiting->observed_on);
    if (waiting->statistic != 0)
        at = put_uint(at, OPTION_STATISTIC, waiting->statistic);
    return at;
}

// ---- options ----

// What an agreement, a capacity or a permit says of itself: its id, slots and owner.
static char *put_origin(char *at, const struct answer_writer *writer,
                        const struct match_candidate *candidate,
                        const struct state_unit_view *unit)
{
    int64_t owner = unit->region;
    if (candidate->kind == MATCH_AGREEMENT) {
        struct state_agreement_view agreement;
        state_agreement_view(writer->state, candidate->agreement, &agreement);
        at = put_bytes(at, OPTION_AGREEMENT, agreement.id);
        owner = agreement.owner_region;
    } else if (candidate->kind == MATCH_CAPACITY) {
        at = put_bytes(at, OPTION_CAPACITY, record_key_text(candidate->record, 1));
        at = put_uint(at, OPTION_FREE_SLOTS, candidate->free);
    }
    return put_region(at, OPTION_OWNER_REGION, owner);
}

static char *put_wait(char *at, const struct match_candidate *candidate)
{
    if (candidate->wait >= 0)
        at = put_uint(at, OPTION_WAIT_DAYS, (uint64_t)candidate->wait);
    at = put_uint(at, OPTION_WAIT_BASIS, candidate->basis);
    at = put_uint(at, OPTION_STALE, candidate->stale);
    if (candidate->waiting != NULL && candidate->kind != MATCH_CAPACITY)
        at = put_waiting(at, candidate->waiting);
    return at;
}

static char *put_option(char *at, const struct answer_writer *writer,
                        const struct match_option *option,
                        const struct state_unit_view *unit, const struct scopes *scopes,
                        struct slice terms)
{
    const struct match_candidate *chosen = &option->chosen;
    at = put_uint(at, OPTION_VERDICT,
                  chosen->unknown != 0 ? VERDICT_CONDITIONAL : VERDICT_ADMITTED);
    at = put_verify(at, chosen->unknown);
    at = put_uint(at, OPTION_KIND, chosen->kind);
    at = put_candidate(at, OPTION_CANDIDATE, writer, chosen, unit->id);
    at = put_bytes(at, OPTION_UNIT, unit->summary);
    at = put_origin(at, writer, chosen, unit);
    if (chosen->wait >= 0)
        at = put_date(at, OPTION_EXPECTED_START, chosen->expected_start);
    at = put_raw(at, terms);
    at = put_wait(at, chosen);
    for (uint32_t i = 0; i < scopes->n; i++)
        at = put_bytes(at, OPTION_PERMIT_SCOPES, scopes->items[i]);
    if (chosen->distance_km >= 0)
        at = put_uint(at, OPTION_DISTANCE_KM, (uint64_t)chosen->distance_km);
    at = put_uint(at, OPTION_ALTERNATIVES, option->alternatives);
    if (chosen->wait >= 0 && writer->ask->guarantee_deadline != ABSENT)
        at = put_uint(at, OPTION_WITHIN_GUARANTEE,
                      chosen->expected_start <= writer->ask->guarantee_deadline);
    return at;
}

static void write_option(const struct answer_writer *writer,
                         const struct match_option *option)
{
    struct state_unit_view unit;
    struct scopes scopes;
    struct slice terms = offered_terms(&option->chosen);
    state_unit_view(writer->state, option->chosen.unit, &unit);
    find_scopes(writer, option->chosen.unit, &scopes);
    char *at = buffer_reserve(writer->out, OPTION_OWN_MAX + unit.summary.len + terms.len +
                                               scopes.bytes);
    char *body = put_tag(at, ANSWER_OPTIONS, WIRE_BYTES) + OPTION_LENGTH_LEN;
    at = put_option(body, writer, option, &unit, &scopes, terms);
    at = put_length(body, at, OPTION_LENGTH_LEN);
    writer->out->len = (size_t)(at - writer->out->data);
}

// ---- explain ----

static void write_counts(const struct answer_writer *writer,
                         const struct match_answer *answer)
{
    struct buffer *out = writer->out;
    size_t counts = wire_write_start(out, ANSWER_COUNTS);
    wire_write_uint(out, COUNTS_ADMITTED, answer->admitted);
    wire_write_uint(out, COUNTS_CONDITIONAL, answer->conditional);
    wire_write_uint(out, COUNTS_EXCLUDED, answer->excluded);
    for (unsigned test = 1; test <= MATCH_TESTS; test++) {
        if (answer->any[test] == 0)
            continue;
        size_t reason = wire_write_start(out, COUNTS_REASONS);
        wire_write_uint(out, REASON_COUNT_REASON, test);
        wire_write_uint(out, REASON_COUNT_ANY, answer->any[test]);
        wire_write_uint(out, REASON_COUNT_ALONE, answer->alone[test]);
        wire_write_end(out, reason);
    }
    wire_write_end(out, counts);
}

static char *put_bound(char *at, const struct match_near_miss *miss)
{
    char *body = put_tag(at, NEAR_MISS_BOUND, WIRE_BYTES) + ID_LENGTH_LEN;
    at = miss->bound == MATCH_BOUND_REGION
             ? put_region(body, MATCH_BOUND_REGION, miss->value)
             : put_uint(body, miss->bound, (uint64_t)miss->value);
    return put_length(body, at, ID_LENGTH_LEN);
}

static void write_near_miss(const struct answer_writer *writer,
                            const struct match_near_miss *miss)
{
    struct state_unit_view unit;
    state_unit_view(writer->state, miss->candidate.unit, &unit);
    char *at = buffer_reserve(writer->out, OPTION_OWN_MAX + unit.summary.len);
    char *body = put_tag(at, ANSWER_NEAR_MISSES, WIRE_BYTES) + OPTION_LENGTH_LEN;
    at = put_candidate(body, NEAR_MISS_CANDIDATE, writer, &miss->candidate, unit.id);
    at = put_bytes(at, NEAR_MISS_UNIT, unit.summary);
    at = put_uint(at, NEAR_MISS_REASON, miss->test);
    at = put_bound(at, miss);
    at = put_length(body, at, OPTION_LENGTH_LEN);
    writer->out->len = (size_t)(at - writer->out->data);
}

// ---- the answer ----

static void write_head(const struct answer_writer *writer)
{
    const struct ask *ask = writer->ask;
    char *at = buffer_reserve(writer->out, OPTION_OWN_MAX);
    at = put_uint(at, ANSWER_REVISION, state_revision(writer->state));
    at = put_date(at, ANSWER_TODAY, ask->match.today);
    at = put_date(at, ANSWER_ON, ask->match.on);
    at = put_bytes(at, ANSWER_SERVICE, ask->service);
    if (ask->guarantee_deadline != ABSENT)
        at = put_date(at, ANSWER_DEADLINE, (int32_t)ask->guarantee_deadline);
    writer->out->len = (size_t)(at - writer->out->data);
}

// Ten options rest on some fifty places in memory, mostly cold: asked for together.
static void prefetch_options(const struct state *state, const struct match_answer *answer)
{
    for (unsigned step = 0; step < STATE_PREFETCH_STEPS; step++)
        for (uint32_t i = 0; i < answer->n_options; i++) {
            const struct match_candidate *chosen = &answer->options[i].chosen;
            state_prefetch(state, chosen->unit, chosen->agreement, step);
            if (step == 0 && chosen->record)
                __builtin_prefetch(chosen->record);
        }
}

void wire_answer_encode(struct state *state, const struct ask *ask,
                        const struct match_answer *answer, struct buffer *out)
{
    const struct answer_writer writer = {state, ask, out};
    prefetch_options(state, answer);
    write_head(&writer);
    for (uint32_t i = 0; i < answer->n_options; i++)
        write_option(&writer, &answer->options[i]);
    if (!ask->match.explain)
        return;
    write_counts(&writer, answer);
    for (uint32_t i = 0; i < answer->n_near_misses; i++)
        write_near_miss(&writer, &answer->near_misses[i]);
}
