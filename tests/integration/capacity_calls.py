# SPDX-License-Identifier: Apache-2.0
"""CapacityService on the native protocol: a history's calls as requests, answers as its rows."""

import functools

import native
from claim_model import Capacity, Claim
from native import field, fields

METHODS = {"publish": 30, "change": 31, "withdraw": 32, "claim": 33, "extend": 34, "confirm": 35,
           "release": 36, "list": 37, "list_claims": 38, "match": native.MATCH,
           "setup": native.APPLY}
MATCH_LIMIT = 100


def text(number, value):
    return field(number, value) if value else b""


def capacity_message(capacity):
    return (field(1, capacity.id) + field(2, capacity.unit) + field(3, capacity.service)
            + field(4, capacity.slots) + field(5, capacity.window_start)
            + field(6, capacity.window_end) + text(7, capacity.book_by)
            + b"".join(field(8, region) for region in capacity.open_to))


def take_message(asked):
    capacity, region, slots, hold_s, reference = asked
    return (field(1, capacity) + field(2, region) + field(3, slots) + field(4, hold_s)
            + text(5, reference))


BODIES = {
    "publish": capacity_message,
    "change": capacity_message,
    "withdraw": lambda asked: field(1, asked[0]) + (field(2, 1) if asked[1] else b""),
    "claim": take_message,
    "extend": lambda asked: field(1, asked[0]) + field(2, asked[1]),
    "confirm": lambda asked: field(1, asked),
    "release": lambda asked: field(1, asked),
}


def message(call):
    """The request message of a call."""
    if call.kind == "setup":
        return native.apply_request(call.asked, ident=call.ident)
    if call.kind == "list":
        return text(3, call.asked)
    if call.kind == "match":
        return field(1, call.asked) + field(4, "14") + field(21, MATCH_LIMIT)
    if call.kind == "list_claims":
        (capacity, state), _, token = call.asked
        return text(2, token) + text(5, capacity) + (field(6, state) if state else b"")
    expected = b"" if call.expected is None else field(2, call.expected)
    return field(1, call.ident) + expected + field(3, BODIES[call.kind](call.asked))


# --- answers ---

def get_text(message_fields, number):
    return message_fields.get(number, [b""])[0].decode()


def get_int(message_fields, number):
    return message_fields.get(number, [0])[0]


def read_claim(data):
    row = fields(data)
    return Claim(get_text(row, 1), get_text(row, 2), get_text(row, 3), get_int(row, 4),
                 get_int(row, 5), get_int(row, 6), get_text(row, 7), get_text(row, 8),
                 get_text(row, 9), get_int(row, 10), bool(get_int(row, 11)),
                 bool(get_int(row, 12)))


def read_capacity(data):
    row = fields(data)
    return Capacity(get_text(row, 1), get_text(row, 2), get_text(row, 3), get_int(row, 4),
                    get_text(row, 5), get_text(row, 6), get_text(row, 7),
                    tuple(region.decode() for region in row[8]))


def read_stored(data):
    """(revision, claim or capacity) of a StoredEntity."""
    stored = fields(data)
    entity = fields(stored[1][0])
    return get_int(stored, 2), (read_claim(entity[14][0]) if 14 in entity
                                else read_capacity(entity[11][0]))


def read_status(data):
    """A row of List."""
    row = fields(data)
    capacity = fields(row[1][0])
    return (get_text(capacity, 1), get_int(row, 2), get_int(capacity, 4), get_int(row, 3),
            get_int(row, 4), get_int(row, 5))


def read_offer(data):
    option = fields(data)
    return (get_text(fields(option[5][0]), 1), get_text(option, 7), get_int(option, 8),
            get_int(option, 26))


def take_answer(call, payload):
    """Fills in what the call was answered."""
    answer = fields(payload)
    call.code = 0
    if call.kind == "list":
        call.rows = tuple(map(read_status, answer.get(1, [])))
        call.revision, call.token = get_int(answer, 3), answer.get(2, [b""])[0]
    elif call.kind == "list_claims":
        call.rows = tuple(map(read_stored, answer.get(1, [])))
        call.revision, call.token = get_int(answer, 3), answer.get(2, [b""])[0]
    elif call.kind == "match":
        call.rows = tuple(map(read_offer, answer.get(6, [])))
        call.revision = get_int(answer, 1)
    else:
        call.revision = get_int(answer, 1)
        if call.kind != "setup" and 2 in answer:
            call.stored = read_stored(answer[2][0])


@functools.lru_cache(maxsize=4096)
def read_refusal(payload):
    """(code, reason): most refusals of a race have the same bytes."""
    refused = native.Refused(payload)
    return refused.code, refused.reason
