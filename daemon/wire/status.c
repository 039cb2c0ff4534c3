// SPDX-License-Identifier: Apache-2.0
#include "wire/status.h"

#include "base/status.h"
#include "wire/reader.h"
#include "wire/writer.h"

#define DETAIL_TYPE "type.googleapis.com/vardsok.v1.ErrorDetail"

enum { STATUS_CODE = 1, STATUS_MESSAGE = 2, STATUS_DETAILS = 3 };
enum { ANY_TYPE_URL = 1, ANY_VALUE = 2 };
enum { DETAIL_REASON = 1, DETAIL_FIELD = 2, DETAIL_CHANGE_INDEX = 3 };

static void encode_detail(const struct refusal *refusal, struct buffer *out)
{
    if (refusal->reason != REASON_NONE)
        wire_write_bytes(out, DETAIL_REASON, slice_from(reason_name(refusal->reason)));
    if (refusal->field[0] != '\0')
        wire_write_bytes(out, DETAIL_FIELD, slice_from(refusal->field));
    if (refusal->change_index != 0)
        wire_write_uint(out, DETAIL_CHANGE_INDEX, refusal->change_index);
}

void wire_status_encode(const struct refusal *refusal, struct buffer *out)
{
    wire_write_uint(out, STATUS_CODE, status_to_grpc(refusal->status));
    if (refusal->message[0] != '\0')
        wire_write_bytes(out, STATUS_MESSAGE, slice_from(refusal->message));
    size_t any = wire_write_start(out, STATUS_DETAILS);
    wire_write_bytes(out, ANY_TYPE_URL, slice_from(DETAIL_TYPE));
    size_t value = wire_write_start(out, ANY_VALUE);
    encode_detail(refusal, out);
    wire_write_end(out, value);
    wire_write_end(out, any);
}

// Copies text into an array of size bytes, cut at a whole UTF-8 character,
// NUL-terminated.
static void copy_text(char *to, size_t size, struct slice text)
{
    size_t len = text.len < size - 1 ? text.len : size - 1;
    while (len > 0 && len < text.len && ((unsigned char)text.data[len] & 0xC0) == 0x80)
        len--;
    memcpy(to, text.data, len);
    to[len] = '\0';
}

static enum reason find_reason(struct slice name)
{
    for (int reason = REASON_NONE + 1; reason < REASON_COUNT; reason++)
        if (slice_equal(name, slice_from(reason_name((enum reason)reason))))
            return (enum reason)reason;
    return REASON_NONE;
}

static int decode_detail(struct slice bytes, struct refusal *refusal,
                         struct slice *reason_text)
{
    struct wire_reader reader = {.rest = bytes};
    struct wire_field field;
    int status;
    while ((status = wire_read_field(&reader, &field)) > 0) {
        if (field.number == DETAIL_REASON && field.type == WIRE_BYTES) {
            *reason_text = field.bytes;
            refusal->reason = find_reason(field.bytes);
        } else if (field.number == DETAIL_FIELD && field.type == WIRE_BYTES) {
            copy_text(refusal->field, sizeof refusal->field, field.bytes);
        } else if (field.number == DETAIL_CHANGE_INDEX && field.type == WIRE_VARINT) {
            refusal->change_index = (uint32_t)field.value;
        } else if (wire_read_skip(&reader) != STATUS_OK) {
            return STATUS_INVALID_ARGUMENT;
        }
    }
    return status;
}

static int decode_any(struct slice bytes, struct refusal *refusal,
                      struct slice *reason_text)
{
    struct wire_reader reader = {.rest = bytes};
    struct wire_field field;
    struct slice type_url = SLICE_ABSENT, value = SLICE_ABSENT;
    int status;
    while ((status = wire_read_field(&reader, &field)) > 0) {
        if (field.number == ANY_TYPE_URL && field.type == WIRE_BYTES)
            type_url = field.bytes;
        else if (field.number == ANY_VALUE && field.type == WIRE_BYTES)
            value = field.bytes;
        else if (wire_read_skip(&reader) != STATUS_OK)
            return STATUS_INVALID_ARGUMENT;
    }
    if (status < 0)
        return status;
    if (!slice_equal(type_url, slice_from(DETAIL_TYPE)))
        return STATUS_OK;
    return decode_detail(value, refusal, reason_text);
}

int wire_status_decode(struct slice bytes, struct refusal *refusal,
                       struct slice *reason_text)
{
    struct wire_reader reader = {.rest = bytes};
    struct wire_field field;
    struct refusal decoded = {.status = STATUS_OK};
    struct slice reason = SLICE_ABSENT;
    int status;
    while ((status = wire_read_field(&reader, &field)) > 0) {
        if (field.number == STATUS_CODE && field.type == WIRE_VARINT) {
            decoded.status =
                status_from_grpc(field.value <= 16 ? (unsigned)field.value : 17);
        } else if (field.number == STATUS_MESSAGE && field.type == WIRE_BYTES) {
            copy_text(decoded.message, sizeof decoded.message, field.bytes);
        } else if (field.number == STATUS_DETAILS && field.type == WIRE_BYTES) {
            status = decode_any(field.bytes, &decoded, &reason);
            if (status < 0)
                return STATUS_INVALID_ARGUMENT;
        } else if (wire_read_skip(&reader) != STATUS_OK) {
            return STATUS_INVALID_ARGUMENT;
        }
    }
    if (status < 0)
        return STATUS_INVALID_ARGUMENT;
    *refusal = decoded;
    if (reason_text)
        *reason_text = reason;
    return STATUS_OK;
}
