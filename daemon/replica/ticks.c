// SPDX-License-Identifier: Apache-2.0
#include <string.h>
#include <xxhash.h>

#include "replica/replica_private.h"

#define JITTER_MS 200 // so that many daemons do not tick at once

void replica_request_id(int64_t time_ms, const unsigned char bytes[16],
                        unsigned char id[STATE_REQUEST_ID_LEN])
{
    memcpy(id, bytes, STATE_REQUEST_ID_LEN);
    for (int i = 0; i < 6; i++)
        id[i] = (unsigned char)(time_ms >> (40 - 8 * i));
    id[6] = (unsigned char)(0x70 | (id[6] & 0x0F));
    id[8] = (unsigned char)(0x80 | (id[8] & 0x3F));
}

// Of the hold alone, so that the ticks of many daemons are one.
static void make_tick_id(int64_t until_ms, const char *claim,
                         unsigned char id[STATE_REQUEST_ID_LEN])
{
    XXH128_canonical_t hash;
    XXH128_canonicalFromHash(&hash, XXH3_128bits(claim, strlen(claim)));
    replica_request_id(until_ms, hash.digest, id);
}

static void on_tick_done(struct replica_write *write, int status,
                         const struct outcome *outcome, const struct refusal *refusal)
{
    // Done or not: while the hold is there, replica_tick looks at it again.
    (void)write, (void)status, (void)outcome, (void)refusal;
}

// The log's time stands still while nobody writes: an empty command moves it past a hold
// that has run out, which then expires in apply, whatever becomes of the command itself.
void replica_tick_log(struct replica *replica, int64_t now)
{
    int64_t until_ms;
    char claim[CLAIM_ID_MAX];
    if (replica->tick.pending || !replica->caught_up ||
        !replica_is_due(replica->tick_retry_at_ms, now) ||
        !state_next_hold(replica->state, &until_ms, claim) ||
        now < until_ms + (int64_t)(replica->incarnation % JITTER_MS))
        return;
    replica->tick =
        (struct replica_write){.command = slice_from(""), .done = on_tick_done};
    make_tick_id(until_ms, claim, replica->tick.request_id);
    replica->tick_retry_at_ms = now + RETRY_AFTER_MS;
    replica_submit(replica, &replica->tick, NULL); // refused: again in a while
}
