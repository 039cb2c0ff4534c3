// SPDX-License-Identifier: Apache-2.0
//
// Why something was refused: the closed list of machine-readable reasons,
// and the struct that carries one refusal upwards. docs/errors.md says what to do.
#ifndef BASE_REASON_H
#define BASE_REASON_H

#include <stdint.h>

// Numbers are stored in the log's recorded outcomes: never reused, only appended.
enum reason {
    REASON_NONE = 0,
    REASON_REQUIRED = 1,           // a required field is missing
    REASON_BAD_FORMAT = 2,         // the text does not have the field's grammar
    REASON_OUT_OF_RANGE = 3,       // a number or date outside the field's bounds
    REASON_TOO_LONG = 4,           // a text over its limit in bytes
    REASON_TOO_MANY = 5,           // a list, batch or message over its limit
    REASON_NOT_UTF8 = 6,           // not valid UTF-8, or control or bidi characters
    REASON_PERSONAL_IDENTITY = 7,  // a personal or coordination number in free text
    REASON_UNKNOWN_ENUM = 8,       // an enum value outside its set
    REASON_UNKNOWN_FIELD = 9,      // a key or column that does not exist
    REASON_REVERSED_RANGE = 10,    // min > max, from > to
    REASON_INCONSISTENT = 11,      // two fields that contradict each other
    REASON_RETIRED_REGION = 12,    // one of 02, 11, 15, 16
    REASON_EMPTY_SET = 13,         // a set that must name at least one region
    REASON_UNKNOWN_REFERENCE = 14, // names an entity that is not stored
    REASON_STILL_REFERENCED = 15,  // a delete would leave a reference dangling
    REASON_NOT_STORED = 16,        // the entity to delete or read is not there
    REASON_REVISION_MISMATCH = 17, // expected_revision differs
    REASON_OLDER_OBSERVATION = 18, // a waiting time observed before the stored one
    REASON_TAKEN = 19,             // a code that must be unique belongs to another entity
    REASON_UNKNOWN_SERVICE = 20,
    REASON_UNKNOWN_SYSTEM = 21,
    REASON_UNKNOWN_VERSION = 22,
    REASON_UNKNOWN_MUNICIPALITY = 23,
    REASON_REVISION_NOT_REACHED = 24, // min_revision not applied within the deadline
    REASON_REQUEST_ID_REUSED = 25,    // same request id, another payload
    REASON_REQUEST_ID_WINDOW = 26,    // request id too old or too far ahead
    REASON_BAD_MESSAGE = 27,          // bytes that are not the message they should be
    REASON_TOO_LARGE = 28, // a frame, message or answer over its limit in bytes
    REASON_UNKNOWN_METHOD = 29,
    REASON_DEADLINE = 30,
    REASON_CANCELED = 31,
    REASON_LOG_UNAVAILABLE = 32, // the log cannot be reached: nothing was written
    REASON_OUTCOME_UNKNOWN = 33, // written or not: retry with the same request id
    REASON_CLOCK = 34,           // clocks differ too much: writes stopped
    REASON_TOO_MANY_CALLS = 35,  // open calls or connections over the limit
    REASON_SHUTTING_DOWN = 36,
    REASON_LOG_VERDICT = 37, // the log is not the one this daemon follows
    REASON_SLOTS_TAKEN = 38, // slots fewer than what is already taken
    REASON_BAD_PAGE_TOKEN = 39,
    REASON_INTERNAL = 40,
    REASON_NOT_OPEN_TO_REGION = 41, // the capacity is not open to the claimant
    REASON_CAPACITY_CLOSED = 42,    // book_by or window_end has passed
    REASON_NO_SLOTS_LEFT = 43,      // fewer slots are free than asked for
    REASON_CLAIM_STATE = 44,        // the claim is in no state for this operation
    REASON_EXTENDED_BEFORE = 45,    // a hold is extended once
    REASON_CONFIRMED_CLAIMS = 46,   // a withdraw over confirmed claims
    REASON_COUNT
};

// Upper-case name ("UNKNOWN_SERVICE"); "NONE" for REASON_NONE; never NULL.
const char *reason_name(enum reason reason);

#define REFUSAL_FIELD_MAX 64
#define REFUSAL_MESSAGE_MAX 320

// One refusal. The message is English, for a log, and never repeats a personal number.
struct refusal {
    int status; // enum status, negative
    enum reason reason;
    uint32_t change_index; // which change of a batch; 0 when there is no batch
    char field[REFUSAL_FIELD_MAX];
    char message[REFUSAL_MESSAGE_MAX];
};

// Fills refusal (may be NULL) with change_index 0 and returns status, so that a check can
// end in `return refuse(...)`. field may be NULL. Long texts are cut at a whole
// character.
int refuse(struct refusal *refusal, int status, enum reason reason, const char *field,
           const char *format, ...) __attribute__((format(printf, 5, 6)));

// Names the field of a refusal made by a parser that did not know it. Returns the
// refusal's status, or STATUS_INVALID_ARGUMENT when refusal is NULL.
int refusal_set_field(struct refusal *refusal, const char *field);

#endif
