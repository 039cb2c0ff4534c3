// SPDX-License-Identifier: Apache-2.0
//
// Messages -> structs. One pass over the fields of a message, each looked up in the
// shape's table; nested messages are entered at most WIRE_MAX_DEPTH deep, so the stack is
// bounded by the schema and never by the bytes.
//
// The LOG form accepts exactly what encode.c writes (field bounds apart): ascending
// numbers, each single field once, shortest varints, no unknown fields, no empty nested
// message. So equal records have equal bytes, and an entry of a newer daemon whose fields
// we would not understand is refused instead of being half applied.
#include <stdio.h>

#include "base/check.h"
#include "base/date.h"
#include "base/status.h"
#include "domain/grammar.h"
#include "domain/region.h"
#include "wire/codec.h"
#include "wire/reader.h"

#define MAX_SET_ITEMS 64 // names or numbers of one set, repeats included

struct decoder {
    enum wire_form form;
    struct arena *arena;
    struct refusal *refusal;
    unsigned depth;
};

// One message while its fields are read.
struct frame {
    struct decoder *decoder;
    const struct shape *shape;
    void *message;
    struct wire_reader reader;
    uint32_t seen;        // bit i = field i of the shape has occurred
    unsigned at;          // the field that was found last
    unsigned n_set_items; // over all its sets
    bool has_all;         // one of them was "*"
};

static int fault(const struct frame *frame, const struct field *field, enum reason reason,
                 const char *what)
{
    return refuse(frame->decoder->refusal, STATUS_INVALID_ARGUMENT, reason,
                  field ? field->name : NULL, "%s %s",
                  field ? field->name : frame->shape->name, what);
}

static int malformed(const struct frame *frame, const struct field *field)
{
    return fault(frame, field, REASON_BAD_MESSAGE, "is not a protobuf message of ours");
}

// Puts the outer field's name before the one that a nested refusal has.
static void name_outer(struct refusal *refusal, const char *outer)
{
    if (refusal == NULL)
        return;
    char inner[REFUSAL_FIELD_MAX];
    memcpy(inner, refusal->field, sizeof inner);
    snprintf(refusal->field, sizeof refusal->field, "%s%s%.*s", outer,
             inner[0] ? "." : "", (int)(sizeof inner - 1), inner);
}

// ---- numbers ----

static int64_t unzigzag(uint64_t value)
{
    return (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
}

static bool is_named(const struct field *field, uint64_t number)
{
    for (uint64_t n = 1; field->enum_names[n] != NULL; n++)
        if (n == number)
            return true;
    return false;
}

static bool has_bounds(const struct field *field)
{
    return field->min != 0 || field->max != 0;
}

static int decode_enum(const struct frame *frame, const struct field *field, uint64_t raw,
                       int64_t *value)
{
    bool log = frame->decoder->form == WIRE_LOG;
    if (raw == 0 && !log) { // unspecified
        *value = ABSENT;
        return STATUS_OK;
    }
    if (!is_named(field, raw) ||
        (log && ((int64_t)raw < field->min || (int64_t)raw > field->max)))
        return fault(frame, field, REASON_UNKNOWN_ENUM,
                     "has a value that is not in its list");
    *value = (int64_t)raw;
    return STATUS_OK;
}

// The value of a varint field, false when its type cannot hold it.
static bool number_fits(const struct field *field, uint64_t raw, int64_t *value)
{
    switch ((enum field_type)field->type) {
    case FIELD_BOOL:
        *value = raw != 0;
        return true;
    case FIELD_UINT:
    case FIELD_WEIGHT:
    case FIELD_BMI:
        *value = (int64_t)raw;
        return raw <= UINT32_MAX;
    case FIELD_UINT64:
        *value = (int64_t)raw;
        return raw <= INT64_MAX;
    case FIELD_DEGREES:
    case FIELD_DATE:
        *value = unzigzag(raw);
        return *value >= INT32_MIN && *value <= INT32_MAX;
    case FIELD_REGION_SET:
        *value = (int64_t)raw;
        return raw != 0 && (raw & ~(uint64_t)REGION_ALL_MASK) == 0;
    default: // money, instants
        *value = (int64_t)raw;
        return *value != ABSENT;
    }
}

static int decode_number(struct frame *frame, const struct field *field, uint64_t raw)
{
    int64_t value = ABSENT;
    if (field->type == FIELD_ENUM) {
        int status = decode_enum(frame, field, raw, &value);
        if (status != STATUS_OK)
            return status;
    } else {
        bool log = frame->decoder->form == WIRE_LOG;
        if (!number_fits(field, raw, &value) ||
            (log && field->type == FIELD_BOOL && raw > 1) ||
            (log && has_bounds(field) && (value < field->min || value > field->max)))
            return fault(frame, field, REASON_OUT_OF_RANGE, "is out of range");
    }
    *field_int(field, frame->message) = value;
    return STATUS_OK;
}

// ---- texts ----

static int check_text(const struct frame *frame, const struct field *field,
                      struct slice text)
{
    if (frame->decoder->form == WIRE_LOG && text.len > field_max_len(field))
        return fault(frame, field, REASON_TOO_LONG, "is too long");
    if (field->type != FIELD_BYTES && !grammar_is_text(text))
        return fault(frame, field, REASON_NOT_UTF8,
                     "is not valid UTF-8 without control characters");
    return STATUS_OK;
}

static int decode_list_item(struct frame *frame, const struct field *field,
                            struct slice text)
{
    struct text_list *list = field_list(field, frame->message);
    if (list->n == TEXT_LIST_MAX)
        return fault(frame, field, REASON_TOO_MANY, "has more than 16 items");
    list->items[list->n++] = text;
    return STATUS_OK;
}

static int decode_region(struct frame *frame, const struct field *field,
                         struct slice text)
{
    struct refusal *refusal = frame->decoder->refusal;
    int status = region_parse(text, field_int(field, frame->message), refusal);
    if (status != STATUS_OK)
        name_outer(refusal, field->name);
    return status;
}

static int decode_region_set_item(struct frame *frame, const struct field *field,
                                  struct slice text)
{
    int64_t *set = field_int(field, frame->message);
    struct refusal *refusal = frame->decoder->refusal;
    uint32_t mask = *set == ABSENT ? 0 : (uint32_t)*set;
    if (++frame->n_set_items > MAX_SET_ITEMS)
        return fault(frame, field, REASON_TOO_MANY, "has more than 64 items");
    frame->has_all |= region_set_is_all(text);
    if (frame->has_all && frame->n_set_items > 1)
        return fault(frame, field, REASON_BAD_FORMAT,
                     "has * beside others, which means every region and stands alone");
    int status = region_set_add(text, &mask, refusal);
    if (status != STATUS_OK) {
        name_outer(refusal, field->name);
        return status;
    }
    *set = mask;
    return STATUS_OK;
}

static int decode_date(struct frame *frame, const struct field *field, struct slice text)
{
    int32_t days;
    if (date_parse(text, &days) != STATUS_OK)
        return fault(frame, field, REASON_BAD_FORMAT, "is not a date YYYY-MM-DD");
    *field_int(field, frame->message) = days;
    return STATUS_OK;
}

static int decode_text(struct frame *frame, const struct field *field, struct slice text)
{
    switch ((enum field_type)field->type) {
    case FIELD_REGION:
        return decode_region(frame, field, text);
    case FIELD_REGION_SET:
        return decode_region_set_item(frame, field, text);
    case FIELD_DATE:
        return decode_date(frame, field, text);
    default:
        break;
    }
    int status = check_text(frame, field, text);
    if (status != STATUS_OK)
        return status;
    if (!field_is_text(field))
        return decode_list_item(frame, field, text);
    *field_slice(field, frame->message) = text;
    return STATUS_OK;
}

// ---- sets of enum values, packed or not ----

static int decode_enum_set_item(struct frame *frame, const struct field *field,
                                uint64_t number)
{
    int64_t *set = field_int(field, frame->message);
    if (++frame->n_set_items > MAX_SET_ITEMS)
        return fault(frame, field, REASON_TOO_MANY, "has more than 64 items");
    if (!is_named(field, number) || number > 62)
        return fault(frame, field, REASON_UNKNOWN_ENUM,
                     "has a value that is not in its list");
    *set = (*set == ABSENT ? 0 : *set) | INT64_C(1) << number;
    return STATUS_OK;
}

static int decode_enum_set(struct frame *frame, const struct field *field,
                           const struct wire_field *found)
{
    if (found->type == WIRE_VARINT)
        return decode_enum_set_item(frame, field, found->value);
    struct wire_reader packed = {.rest = found->bytes};
    while (packed.rest.len > 0) {
        uint64_t number;
        if (wire_read_varint(&packed, &number) != STATUS_OK)
            return malformed(frame, field);
        int status = decode_enum_set_item(frame, field, number);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

// ---- nested messages ----

static int decode_message(struct decoder *decoder, const struct shape *shape,
                          struct slice bytes, void *message);

static int decode_nested(struct frame *frame, const struct field *field,
                         struct slice bytes, void *message)
{
    struct decoder *decoder = frame->decoder;
    if (decoder->depth == WIRE_MAX_DEPTH)
        return fault(frame, field, REASON_BAD_MESSAGE, "is nested too deep");
    if (decoder->form == WIRE_LOG && bytes.len == 0)
        return malformed(frame, field);
    decoder->depth++;
    int status = decode_message(decoder, field->sub, bytes, message);
    decoder->depth--;
    if (status != STATUS_OK)
        name_outer(decoder->refusal, field->name);
    return status;
}

// How often the field occurs in what is still to be read, and once more for the one at
// hand.
static uint32_t count_occurrences(const struct frame *frame, const struct field *field)
{
    struct wire_reader rest = frame->reader;
    struct wire_field found;
    uint32_t n = 1;
    while (wire_read_field(&rest, &found) > 0 && n < WIRE_MAX_LIST_ITEMS)
        n += found.number == field->number;
    return n;
}

static int decode_list(struct frame *frame, const struct field *field, struct slice bytes)
{
    struct struct_list *list = field_sub(field, frame->message);
    if (frame->decoder->arena == NULL)
        return malformed(frame, field);
    if (list->n == WIRE_MAX_LIST_ITEMS)
        return fault(frame, field, REASON_TOO_MANY, "has more than 1,000 items");
    if (list->n == 0)
        list->data =
            arena_alloc(frame->decoder->arena,
                        (size_t)count_occurrences(frame, field) * field->sub->size);
    void *item = (char *)list->data + (size_t)list->n * field->sub->size;
    list->n++;
    shape_clear(field->sub, item);
    return decode_nested(frame, field, bytes, item);
}

// ---- messages ----

static bool is_repeated(const struct field *field, enum wire_form form)
{
    return field->type == FIELD_TEXT_LIST || field->type == FIELD_HEALTHCARE_REGIONS ||
           field->type == FIELD_ENUM_SET || field->type == FIELD_LIST ||
           (field->type == FIELD_REGION_SET && form == WIRE_PUBLIC);
}

static enum wire_type wire_type_of(const struct field *field, enum wire_form form)
{
    switch ((enum field_type)field->type) {
    case FIELD_ENUM:
    case FIELD_BOOL:
    case FIELD_UINT:
    case FIELD_UINT64:
    case FIELD_MONEY:
    case FIELD_WEIGHT:
    case FIELD_BMI:
    case FIELD_DEGREES:
    case FIELD_INSTANT:
        return WIRE_VARINT;
    case FIELD_DATE:
    case FIELD_REGION_SET:
        return form == WIRE_LOG ? WIRE_VARINT : WIRE_BYTES;
    default:
        return WIRE_BYTES;
    }
}

static int decode_field(struct frame *frame, const struct field *field,
                        const struct wire_field *found)
{
    if (field->type == FIELD_ENUM_SET &&
        (found->type == WIRE_VARINT || found->type == WIRE_BYTES))
        return decode_enum_set(frame, field, found);
    if (found->type != wire_type_of(field, frame->decoder->form))
        return malformed(frame, field);
    if (found->type == WIRE_VARINT)
        return decode_number(frame, field, found->value);
    if (field->type == FIELD_SUB)
        return decode_nested(frame, field, found->bytes,
                             field_sub(field, frame->message));
    if (field->type == FIELD_LIST)
        return decode_list(frame, field, found->bytes);
    return decode_text(frame, field, found->bytes);
}

// The shape's field of that number, or NULL. Fields mostly come in the table's order, so
// the search goes on from the one found last.
static const struct field *find_field(struct frame *frame, uint32_t number)
{
    const struct shape *shape = frame->shape;
    for (unsigned n = 0; n < shape->n_fields; n++) {
        if (shape->fields[frame->at].number == number)
            return &shape->fields[frame->at];
        if (++frame->at == shape->n_fields)
            frame->at = 0;
    }
    return NULL;
}

// A field that the shape does not have, or that replaces an earlier one.
static int pass_over(struct frame *frame, const struct field *field)
{
    if (frame->decoder->form == WIRE_LOG)
        return malformed(frame, field);
    if (wire_read_skip(&frame->reader) != STATUS_OK)
        return fault(frame, NULL, REASON_TOO_MANY,
                     "has more than 64 unknown or repeated fields");
    return STATUS_OK;
}

static int decode_next(struct frame *frame, const struct wire_field *found,
                       uint32_t previous)
{
    bool log = frame->decoder->form == WIRE_LOG;
    const struct field *field = find_field(frame, found->number);
    if (log && found->number < previous)
        return malformed(frame, field);
    if (field == NULL)
        return pass_over(frame, NULL);
    if (frame->seen >> frame->at & 1 && !is_repeated(field, frame->decoder->form)) {
        int status = pass_over(frame, field);
        if (status != STATUS_OK)
            return status;
        if (field->type == FIELD_SUB)
            shape_clear(field->sub, field_sub(field, frame->message));
    }
    frame->seen |= UINT32_C(1) << frame->at;
    return decode_field(frame, field, found);
}

static int decode_message(struct decoder *decoder, const struct shape *shape,
                          struct slice bytes, void *message)
{
    CHECK(shape->n_fields <= 32);
    struct frame frame = {
        .decoder = decoder,
        .shape = shape,
        .message = message,
        .reader = {.rest = bytes, .canonical = decoder->form == WIRE_LOG},
    };
    struct wire_field found;
    uint32_t previous = 0;
    int status;
    while ((status = wire_read_field(&frame.reader, &found)) > 0) {
        status = decode_next(&frame, &found, previous);
        if (status != STATUS_OK)
            return status;
        previous = found.number;
    }
    return status < 0 ? malformed(&frame, NULL) : STATUS_OK;
}

int wire_decode(const struct shape *shape, enum wire_form form, struct slice bytes,
                void *message, struct arena *arena, struct refusal *refusal)
{
    struct decoder decoder = {
        .form = form, .arena = arena, .refusal = refusal, .depth = 1};
    shape_clear(shape, message);
    return decode_message(&decoder, shape, bytes, message);
}
