#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""plain_client.py SOCKET SERVICE REGION: units and first days, by docs/protocol.md alone."""
import socket
import struct
import sys


def read(stream, length):
    data = stream.read(length)
    return data if len(data) == length else sys.exit("the daemon closed the connection")


def fields(data):
    """(number, value) of each field of a protobuf message; vårdsök has varints and lengths only."""
    def varint():
        nonlocal data
        end = next(i for i, byte in enumerate(data) if byte < 128) + 1
        value, data = sum((byte & 127) << 7 * i for i, byte in enumerate(data[:end])), data[end:]
        return value
    while data:
        key, value = varint(), varint()
        if key & 7 == 2:
            value, data = data[:value], data[value:]
        yield key >> 3, value


path, service, region = sys.argv[1], sys.argv[2].encode(), sys.argv[3].encode()
with socket.socket(socket.AF_UNIX) as connection, connection.makefile("rb") as stream:
    connection.connect(path)
    message = bytes([10, len(service)]) + service + bytes([34, len(region)]) + region
    connection.sendall(b"VSK1" + struct.pack(">IIIBBHIH", 4 << 20, len(message) + 6, 1, 1, 0, 1,
                                             2000, 0) + message)
    assert read(stream, 8)[:4] == b"VSK1"
    length, _, kind, _, _ = struct.unpack(">IIBBH", read(stream, 12))
    answer = read(stream, length)
if kind != 2:
    sys.exit(dict(fields(answer))[2].decode())
for option in (dict(fields(value)) for number, value in fields(answer) if number == 6):
    print(dict(fields(option[5]))[2].decode(), option.get(10, b"-").decode(), sep="\t")
