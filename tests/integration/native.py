# SPDX-License-Identifier: Apache-2.0
"""A raw client of the native protocol, written from docs/protocol.md and nothing of the daemon's."""

import os
import socket
import struct
import time

REQUEST, RESPONSE, ITEM, END, ERROR, CANCEL, PING, PONG, GOAWAY = range(1, 10)
MATCH, MATCH_BATCH, GET, LIST, APPLY, STATUS = 1, 2, 10, 11, 20, 40
PREFACE = b"VSK1" + struct.pack(">I", 4 << 20)
TIMEOUT_S = 30


def varint(value):
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def field(number, value):
    """One protobuf field: an int is a varint, bytes and text have a length."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


def read_varint(data, at):
    value = shift = 0
    while True:
        value |= (data[at] & 127) << shift
        shift += 7
        at += 1
        if data[at - 1] < 128:
            return value, at


def fields(data):
    """{number: [values]} of a message; nested ones stay bytes."""
    found, at = {}, 0
    while at < len(data):
        key, at = read_varint(data, at)
        value, at = read_varint(data, at)
        if key & 7 == 2:
            value, at = data[at:at + value], at + value
        found.setdefault(key >> 3, []).append(value)
    return found


class Refused(Exception):
    def __init__(self, status):
        status = fields(status)
        self.code = status[1][0]
        detail = fields(fields(status[3][0])[2][0])
        self.reason = detail[1][0].decode()
        self.field = detail.get(2, [b""])[0].decode()
        super().__init__(f"{self.code} {self.reason} {self.field}: {status[2][0].decode()}")


def frame(kind, call_id, code=0, payload=b"", length=None):
    length = len(payload) if length is None else length
    return struct.pack(">IIBBH", length, call_id, kind, 0, code) + payload


def request(call_id, method, message=b"", deadline_ms=0):
    return frame(REQUEST, call_id, method, struct.pack(">IH", deadline_ms, 0) + message)


def request_id():
    now_ms = time.time_ns() // 1000000
    random = bytearray(os.urandom(16))
    random[:6] = now_ms.to_bytes(6, "big")
    random[6] = random[6] & 0x0F | 0x70
    random[8] = random[8] & 0x3F | 0x80
    return bytes(random)


class Connection:
    def __init__(self, url, greet=True):
        if url.startswith("unix:"):
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.connect(url[5:])
        else:
            host, port = url[len("tcp://"):].rsplit(":", 1)
            self.socket = socket.create_connection((host, int(port)))
        self.socket.settimeout(TIMEOUT_S)
        self.next_id = 0
        if greet:
            self.send(PREFACE)
            assert self.read(8) == PREFACE

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def read(self, length):
        data = b""
        while len(data) < length:
            got = self.socket.recv(length - len(data))
            if not got:
                raise EOFError
            data += got
        return data

    def read_to_end(self):
        data = b""
        while got := self.socket.recv(65536):
            data += got
        return data

    def frame(self):
        """(type, call id, status, payload) of the next frame."""
        length, call_id, kind, flags, code = struct.unpack(">IIBBH", self.read(12))
        assert flags == 0
        return kind, call_id, code, self.read(length)

    def call(self, method, message=b"", deadline_ms=0):
        self.next_id += 1
        self.send(request(self.next_id, method, message, deadline_ms))
        kind, call_id, _, payload = self.frame()
        if kind in (ERROR, GOAWAY):
            raise Refused(payload)
        assert (kind, call_id) == (RESPONSE, self.next_id)
        return payload

    def status(self):
        """The StatusResponse as a dict of what the tests look at."""
        answer = fields(self.call(STATUS))
        log, state = fields(answer[5][0]), fields(answer[6][0])
        return {"revision": answer[1][0], "writable": answer[3][0], "uuid": log[1][0],
                "durability": log[2][0], "chain": log[4][0], "digest": state[1][0],
                "units": state[2][0], "lines": state[5][0]}


def apply_request(changes, validate_only=False, ident=None):
    head = field(2, 1) if validate_only else field(1, ident or request_id())
    return head + b"".join(field(4, change) for change in changes)


def put(kind, entity):
    return field(2, field(kind, entity))


def region(code, name, healthcare="vastra"):
    return put(1, field(1, code) + field(2, name) + field(3, healthcare))


def sample_world():
    """One offer: NFB49 at one unit of region 14, 31 days, under A-12."""
    unit = "TSE2321000131-E1"
    return [
        region("14", "Västra Götalandsregionen"),
        put(4, field(1, "NFB49") + field(2, "KVA") + field(3, "2026") + field(4, "Höftprotes")
            + field(8, 3)),
        put(6, field(1, unit) + field(2, "Ortopedkliniken") + field(3, "14") + field(7, 1)),
        put(8, field(1, "A-12") + field(2, "14") + field(3, 1)),
        put(9, field(1, "A-12") + field(2, unit) + field(3, "NFB49")),
        put(10, field(1, unit) + field(2, "NFB49")
            + field(3, time.strftime("%Y-%m-%d", time.gmtime())) + field(4, 31)),
    ]


QUERY = field(1, "NFB49") + field(4, "14")
