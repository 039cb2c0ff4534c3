# SPDX-License-Identifier: Apache-2.0
"""The log read without the daemon: its entries by their layout in docs/log.md, and what a replay of
them must have made of the waiting times. Checksums are computed where libxxhash can be loaded."""

import ctypes
import ctypes.util
import struct

import native

KEY = "{vardsok}:log"
FIELD_WAITING_TIME = 10
PAGE = 5000


class _Hash(ctypes.Structure):
    _fields_ = [("low", ctypes.c_uint64), ("high", ctypes.c_uint64)]


def _load():
    try:
        library = ctypes.CDLL("libxxhash.so.0")
    except OSError:
        return None
    function = library.XXH3_128bits
    function.restype, function.argtypes = _Hash, [ctypes.c_char_p, ctypes.c_size_t]

    def digest(data):
        value = function(data, len(data))
        return struct.pack(">QQ", value.high, value.low)
    return digest


xxh3 = _load()


class Broken(Exception):
    pass


class Entry:
    def __init__(self, sequence, data):
        self.sequence = sequence
        version, self.actor, actor_len, command_len, self.writer, self.applied, self.time_ms = \
            struct.unpack_from("<BBHIQQq", data)
        end = 48 + actor_len + command_len
        if version != 1 or len(data) != end + 16:
            raise Broken(f"entry {sequence} has another form")
        self.request_id = data[32:48]
        self.command = data[48 + actor_len:end]
        self.payload = data[48:end]
        self.checksum = data[end:]
        if xxh3 and xxh3(data[:end]) != self.checksum:
            raise Broken(f"entry {sequence} has a wrong checksum")


def read(redis):
    """Every entry, in order; Broken when one is missing or is not one of ours."""
    due = 1
    while True:
        items = redis.call("XRANGE", KEY, f"{due}-0", "+", "COUNT", PAGE)
        for ident, pairs in items:
            if ident != b"%d-0" % due or len(pairs) != 2:
                raise Broken(f"entry {due} is due, {ident.decode()} is there")
            yield Entry(due, pairs[1])
            due += 1
        if len(items) < PAGE:
            return


class Replay:
    """What applying the entries in order, each request id once, makes."""

    def __init__(self):
        self.first = {}  # request id: (sequence, payload)
        self.repeats = 0  # entries without effect: same id, same payload
        self.reused = 0  # same id, another payload
        self.waiting = {}  # unit: (sequence, current days)
        self.sequence = 0
        self.chain = bytes(16)

    def take(self, entry):
        self.sequence = entry.sequence
        if xxh3:
            self.chain = xxh3(self.chain + struct.pack("<Q", entry.sequence) + entry.checksum)
        known = self.first.get(entry.request_id)
        if known:
            if known[1] == entry.payload:
                self.repeats += 1
            else:
                self.reused += 1
            return
        self.first[entry.request_id] = (entry.sequence, entry.payload)
        for change in native.fields(entry.command).get(1, []):
            record = native.fields(native.fields(change).get(2, [b""])[0])
            for waiting in record.get(FIELD_WAITING_TIME, []):
                row = native.fields(waiting)
                self.waiting[row[1][0]] = (entry.sequence, row.get(4, [0])[0])


def replay(redis):
    made = Replay()
    for entry in read(redis):
        made.take(entry)
    return made
