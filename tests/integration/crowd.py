# SPDX-License-Identifier: Apache-2.0
"""Many clients in one thread: connections with any number of calls under way each, and a record of
all that was asked and told. What is answered "not written" or "unknown", or not at all because the
connection is lost, is sent again with the same request id, as a client should."""

import heapq
import itertools
import selectors
import struct
import time

import capacity_calls
import native
from history import NOT_DECIDED, READS, Call

RETRIED = {1, 2, 4, 14}  # CANCELLED, UNKNOWN, DEADLINE_EXCEEDED, UNAVAILABLE
UNSURE = {1, 2, 4}
DEADLINE_MS = 10000
BACKOFF_S = 0.01
STUCK_S = 60


class Peer:
    """One client: its connection, if it has one, and its calls without an answer."""

    def __init__(self, url, daemon):
        self.url, self.daemon = url, daemon
        self.connection = None
        self.input = bytearray()
        self.open = {}  # call id: call
        self.next_id = 0


class Crowd:
    def __init__(self, urls, n_peers):
        self.calls = []  # the record
        self.n_lost = self.n_retries = 0
        self.n_open = 0  # calls that are to be answered before settle() ends; not polls
        self.selector = selectors.DefaultSelector()
        self.timers, self.timer_order = [], itertools.count()
        self.peers = [Peer(urls[n % len(urls)], n % len(urls)) for n in range(n_peers)]
        for peer in self.peers:
            self.connect(peer)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for peer in self.peers:
            if peer.connection:
                peer.connection.socket.close()
        self.selector.close()

    # --- connections ---

    def connect(self, peer):
        try:
            peer.connection = native.Connection(peer.url)
        except (OSError, EOFError, AssertionError):
            self.after(BACKOFF_S, self.connect, peer)
            return
        peer.input.clear()
        self.selector.register(peer.connection.socket, selectors.EVENT_READ, peer)
        self.send(peer, list(peer.open.values()), True)

    def lose(self, peer):
        self.selector.unregister(peer.connection.socket)
        peer.connection.socket.close()
        peer.connection = None
        self.n_lost += 1
        for call in peer.open.values():
            call.unsure = True
        self.after(BACKOFF_S, self.connect, peer)

    # --- calls ---

    def begin(self, peer, *calls):
        """Sends calls together. Those with a `then` go on until it does not begin another."""
        now = time.time_ns()
        for call in calls:
            call.invoked = now
            if not call.ident and call.kind not in READS:
                call.ident = native.request_id()
        self.calls += calls
        self.begin_unrecorded(peer, *calls)

    def begin_unrecorded(self, peer, *calls):
        """For calls that repeat a recorded one's request id."""
        self.n_open += len(calls)
        self.send(peer, calls)

    def send(self, peer, calls, again=False):
        out = []
        if again:
            peer.open = {}
            self.n_retries += len(calls)
        for call in calls:
            peer.next_id += 1
            peer.open[peer.next_id] = call
            call.tries += 1
            out.append(native.request(peer.next_id, capacity_calls.METHODS[call.kind],
                                      capacity_calls.message(call), DEADLINE_MS))
        if out and peer.connection:
            try:
                peer.connection.send(b"".join(out))
            except OSError:
                self.lose(peer)

    def retry(self, peer, call):
        self.n_retries += 1
        self.send(peer, [call])

    # --- answers ---

    def receive(self, peer):
        try:
            data = peer.connection.socket.recv(1 << 18)
        except OSError:
            data = b""
        now = time.time_ns()
        peer.input += data
        at = 0
        while len(peer.input) - at >= 12:
            length, ident, kind, _, _ = struct.unpack_from(">IIBBH", peer.input, at)
            if len(peer.input) - at < 12 + length:
                break
            if kind != native.GOAWAY:
                self.take(peer, peer.open.pop(ident), kind,
                          bytes(peer.input[at + 12:at + 12 + length]), now)
            at += 12 + length
        del peer.input[:at]
        if not data and peer.connection:
            self.lose(peer)

    def take(self, peer, call, kind, payload, now):
        if kind == native.RESPONSE:
            capacity_calls.take_answer(call, payload)
        else:
            call.code, call.reason = capacity_calls.read_refusal(payload)
            if call.code in RETRIED or call.reason in NOT_DECIDED:
                call.unsure = call.unsure or call.code in UNSURE
                self.after(BACKOFF_S, self.retry, peer, call)
                return
            call.unsure = False  # it was decided, by whichever try
        call.answered, call.daemon = now, peer.daemon
        self.n_open -= 1
        if call.then:
            call.then(call)

    # --- the loop ---

    def after(self, seconds, function, *arguments):
        self.at(time.time() + seconds, function, *arguments)

    def at(self, when_s, function, *arguments):
        """Calls function at that time; until then the crowd is not settled."""
        self.n_open += 1
        heapq.heappush(self.timers, (when_s, next(self.timer_order), function, arguments))

    def run_timers(self):
        """Seconds that may pass before the next turn."""
        ran = False
        while self.timers and self.timers[0][0] <= time.time():
            _, _, function, arguments = heapq.heappop(self.timers)
            self.n_open -= 1
            function(*arguments)
            ran = True
        if ran:
            return 0
        return max(0, self.timers[0][0] - time.time()) if self.timers else STUCK_S

    def turn(self):
        wait_s = self.run_timers()
        for key, _ in self.selector.select(wait_s):
            if key.data.connection:
                self.receive(key.data)

    def settle(self, n_left=0):
        """Until every call but n_left is answered."""
        end = time.monotonic() + STUCK_S
        while self.n_open > n_left:
            self.turn()
            assert time.monotonic() < end, f"no answer for {STUCK_S} s: {self.unanswered()[:3]}"

    def unanswered(self):
        return [call for peer in self.peers for call in peer.open.values()]

    def call(self, peer, kind, asked, **options):
        """One call, and its answer."""
        call, before = Call(kind, asked, **options), self.n_open
        self.begin(peer, call)
        self.settle(before)
        return call
