// SPDX-License-Identifier: Apache-2.0
//
// Any bytes as a client's ApplyRequest. What is accepted must be a right command, and
// nothing is left in the buffer of what is refused.
#include <stddef.h>
#include <stdint.h>

#include "base/check.h"
#include "base/status.h"
#include "wire/change.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct wire_apply_request request;
    struct buffer command = {0};
    struct refusal refusal;
    int status = wire_apply_decode((struct slice){(const char *)data, size}, &request,
                                   &command, &refusal);
    if (status == STATUS_OK) {
        CHECK(request.n_changes > 0);
        CHECK(wire_command_check(buffer_slice(&command)) == STATUS_OK);
    } else {
        CHECK(status == STATUS_INVALID_ARGUMENT || status == STATUS_RESOURCE_EXHAUSTED);
        CHECK(command.len == 0 && refusal.status == status && refusal.message[0] != '\0');
    }
    buffer_free(&command);
    return 0;
}
