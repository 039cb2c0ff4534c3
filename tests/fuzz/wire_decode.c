// SPDX-License-Identifier: Apache-2.0
//
// Any bytes as a message of any shape, in both forms. The first byte chooses. What is
// accepted must encode to bytes that are accepted again and give the same encoding; in
// LOG form they must be the very bytes that came in.
#include <stddef.h>
#include <stdint.h>

#include "base/check.h"
#include "base/status.h"
#include "domain/question.h"
#include "wire/codec.h"
#include "wire/service.h"
#include "wire/status.h"

#define MESSAGE_MAX 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct shape *choose_shape(unsigned choice)
{
    static const struct shape *const others[] = {
        &shape_query,        &shape_answer,          &shape_call_metadata,
        &shape_list_request, &shape_status_response,
    };
    if (choice < KIND_COUNT - 1)
        return entity_shape((enum kind)(choice + 1));
    return others[(choice - (KIND_COUNT - 1)) % (sizeof others / sizeof others[0])];
}

static void decode(const struct shape *shape, enum wire_form form, struct slice bytes)
{
    _Alignas(max_align_t) char message[MESSAGE_MAX], again[MESSAGE_MAX];
    struct buffer first = {0}, second = {0};
    struct arena arena = {0};
    struct refusal refusal;
    int status = wire_decode(shape, form, bytes, message, &arena, &refusal);
    CHECK(status == STATUS_OK || status == STATUS_INVALID_ARGUMENT);
    if (status == STATUS_OK) {
        wire_encode(shape, form, message, &first);
        if (form == WIRE_LOG)
            CHECK(slice_equal(buffer_slice(&first), bytes));
        CHECK(wire_decode(shape, form, buffer_slice(&first), again, &arena, NULL) ==
              STATUS_OK);
        wire_encode(shape, form, again, &second);
        CHECK(slice_equal(buffer_slice(&first), buffer_slice(&second)));
    }
    buffer_free(&first);
    buffer_free(&second);
    arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct slice bytes = {(const char *)data + 1, size - 1};
    unsigned choice = data[0] & 0x7F;
    bool log = data[0] & 0x80;
    struct refusal refusal;
    if (choice == 0x7F)
        wire_status_decode(bytes, &refusal, NULL);
    else if (log) // records only
        decode(entity_shape((enum kind)(choice % (KIND_COUNT - 1) + 1)), WIRE_LOG, bytes);
    else
        decode(choose_shape(choice), WIRE_PUBLIC, bytes);
    return 0;
}
