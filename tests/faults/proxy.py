# SPDX-License-Identifier: Apache-2.0
"""A byte proxy between a daemon and its Redis, which does to the bytes what a row tells it to.

A daemon has three connections; which one this is shows in what it says first: the append one loads
a script, the control one asks for the role, the follower reads the stream. A row overrides `request`
and `reply` of Meddler; both see whole commands and whole replies.
"""

import socket
import threading

from resp import parse

KINDS = ((b"SCRIPT", "append"), (b"ROLE", "control"), (b"XRANGE", "follow"),
         (b"XREAD", "follow"))


class Cut(Exception):
    """Thrown by a meddler: close both sides now, without passing on anything more."""


class Meddler:
    def request(self, link, data):
        """The bytes to pass on to Redis instead of one command's."""
        return data

    def reply(self, link, data):
        """The bytes to pass on to the daemon instead of one reply's."""
        return data


class Link:
    """One connection through the proxy."""

    def __init__(self, meddler, daemon, redis):
        self.meddler, self.daemon, self.redis = meddler, daemon, redis
        self.kind = None
        self.n_requests = self.n_replies = 0
        self.keep_redis = False  # the row goes on with the connection to Redis by itself
        self.threads = [threading.Thread(target=self.guard, args=(pump,), daemon=True)
                        for pump in (self.pump_requests, self.pump_replies)]
        for thread in self.threads:
            thread.start()

    def guard(self, pump):
        try:
            pump()
        except (OSError, EOFError, Cut):
            pass
        self.close()

    def close(self):
        for end in (self.daemon,) if self.keep_redis else (self.daemon, self.redis):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def messages(self, source):
        data = bytearray()
        while True:
            while (found := parse(data)) is not None:
                message = bytes(data[:found[1]])
                del data[:found[1]]
                yield message
            got = source.recv(1 << 18)
            if not got:
                return
            data += got

    def pump_requests(self):
        for message in self.messages(self.daemon):
            self.kind = self.kind or next(
                (kind for word, kind in KINDS if word in message[:40]), None)
            self.n_requests += 1
            self.redis.sendall(self.meddler.request(self, message))

    def pump_replies(self):
        for message in self.messages(self.redis):
            self.n_replies += 1
            self.daemon.sendall(self.meddler.reply(self, message))


class Proxy:
    def __init__(self, path, target, meddler):
        self.path, self.target, self.meddler = path, target, meddler
        self.links = []
        self.server = socket.socket(socket.AF_UNIX)
        self.server.bind(str(path))
        self.server.listen(64)
        threading.Thread(target=self.accept, daemon=True).start()

    @property
    def url(self):
        return f"unix:{self.path}"

    def accept(self):
        while True:
            try:
                daemon, _ = self.server.accept()
            except OSError:
                return
            redis = socket.socket(socket.AF_UNIX)
            try:
                redis.connect(str(self.target))
            except OSError:
                daemon.close()
                continue
            self.links.append(Link(self.meddler, daemon, redis))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown(socket.SHUT_RDWR)
        self.server.close()
        for link in self.links:
            link.keep_redis = False
            link.close()
            for thread in link.threads:
                thread.join()
            link.daemon.close()
            link.redis.close()
