# SPDX-License-Identifier: Apache-2.0
"""Redis's protocol, as little of it as the harness needs: a client, and where a reply ends."""

import socket

TIMEOUT_S = 30


def encode(*words):
    words = [word if isinstance(word, bytes) else str(word).encode() for word in words]
    return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word)
                                               for word in words)


class ReplyError(Exception):
    pass


def parse(data, at=0):
    """(value, where it ends) of the reply at `at`, or None while it is not whole."""
    line_end = data.find(b"\r\n", at)
    if line_end < 0:
        return None
    kind, text, at = data[at:at + 1], bytes(data[at + 1:line_end]), line_end + 2
    if kind == b"+":
        return text, at
    if kind == b"-":
        return ReplyError(text.decode()), at
    if kind == b":":
        return int(text), at
    count = int(text)
    if kind == b"$":
        if count < 0:
            return None, at
        return (bytes(data[at:at + count]), at + count + 2) if len(data) >= at + count + 2 else None
    assert kind == b"*", data[:80]
    items = []
    for _ in range(count):
        item = parse(data, at)
        if item is None:
            return None
        items.append(item[0])
        at = item[1]
    return (None if count < 0 else items), at


class Redis:
    """One connection by unix socket."""

    def __init__(self, path, user=None, password=None):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(TIMEOUT_S)
        self.socket.connect(str(path))
        self.input = bytearray()
        if password:
            self.call("AUTH", user, password)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def call(self, *words):
        self.socket.sendall(encode(*words))
        while (reply := parse(self.input)) is None:
            data = self.socket.recv(1 << 20)
            if not data:
                raise EOFError
            self.input += data
        del self.input[:reply[1]]
        if isinstance(reply[0], ReplyError):
            raise reply[0]
        return reply[0]
