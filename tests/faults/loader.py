# SPDX-License-Identifier: Apache-2.0
"""Clients that write without pause and remember what they were told.

Each write sets the waiting time of one unit to another number of days than the one before. What has
an unknown outcome is sent again with the same request id until it is known. Of what was refused at
its first attempt as "not written" a part is given up, and must then never be found in the log.
"""

import random
import struct
import threading
import time

import native

INVALID_UNKNOWN = {1, 2, 4}  # CANCELED, UNKNOWN, DEADLINE_EXCEEDED: may have been written
NOT_WRITTEN = {8, 14}  # RESOURCE_EXHAUSTED, UNAVAILABLE
DEADLINE_MS = 4000
STUCK_S = 20
UNITS_PER_LANE = 8
BACKOFF_S = (0.002, 0.1)


def unit_name(number):
    return f"TSE2321000131-E{number:03}"


def world(n_lanes):
    """Changes that every lane's writes refer to."""
    region, service = native.sample_world()[:2]
    units = [native.put(6, native.field(1, unit_name(number)) + native.field(2, "Mottagning")
                        + native.field(3, "14") + native.field(7, 1))
             for number in range(n_lanes * UNITS_PER_LANE)]
    return [region, service, *units]


def waiting_time(unit, days):
    row = (native.field(1, unit) + native.field(2, "NFB49")
           + native.field(3, time.strftime("%Y-%m-%d", time.gmtime())) + native.field(4, days))
    return native.put(10, row)


def request_id_at(time_ms):
    """A request id that was made then."""
    return time_ms.to_bytes(6, "big") + native.request_id()[6:]


class Write:
    def __init__(self, unit, days):
        self.ident = native.request_id()
        self.unit, self.days = unit, days
        self.message = native.apply_request([waiting_time(unit, days)], ident=self.ident)
        self.unsure = False  # an attempt may have been written
        self.sent_at = 0.0


class Ledger:
    """What all lanes were told. Waits end with an error when nothing moves for STUCK_S."""

    def __init__(self):
        self.changed = threading.Condition()
        self.acked = {}  # request id: (revision, unit, days)
        self.given_up = set()  # told "not written", and not tried again
        self.surprises = []  # answers that no fault explains
        self.n_unknown = self.n_denied = 0
        self.newest_s = 0.0  # when the latest of the acknowledged writes was sent
        self.slowest_s = 0.0

    def note_acked(self, writes):
        now = time.monotonic()
        with self.changed:
            for write, revision in writes:
                if write.ident in self.acked:
                    self.surprises.append("two answers to one write")
                self.acked[write.ident] = (revision, write.unit.encode(), write.days)
                self.newest_s = max(self.newest_s, write.sent_at)
                self.slowest_s = max(self.slowest_s, now - write.sent_at)
            self.changed.notify_all()

    def _wait(self, reached, what):
        with self.changed:
            if not self.changed.wait_for(reached, STUCK_S):
                raise AssertionError(f"no {what} for {STUCK_S} s, {self.summary()}")

    def wait_more(self, n):
        due = len(self.acked) + n
        self._wait(lambda: len(self.acked) >= due, f"{n} more acknowledged writes")

    def wait_recovered(self, since_s):
        """Until a write that was sent after since_s is acknowledged; ms from then."""
        self._wait(lambda: self.newest_s > since_s, "recovery")
        return (time.monotonic() - since_s) * 1000

    def summary(self):
        return (f"acked={len(self.acked)} unknown={self.n_unknown} denied={self.n_denied} "
                f"surprises={self.surprises[:3]}")


class Lane(threading.Thread):
    def __init__(self, ledger, number, url, window):
        super().__init__(daemon=True)
        self.ledger, self.url, self.window = ledger, url, window
        self.units = [unit_name(number * UNITS_PER_LANE + i) for i in range(UNITS_PER_LANE)]
        self.random = random.Random(number)
        self.n_made = 0
        self.waiting = []  # to be sent (again)
        self.open = {}  # call id: write
        self.stopping = threading.Event()
        self.abandoned = False  # the row has failed
        self.next_call = 0
        self.denied_in_a_row = 0
        self.fault = None

    def run(self):
        try:
            while not self.abandoned and (not self.stopping.is_set() or self.open
                                          or self.waiting):
                self.serve_once()
        except BaseException as fault:  # told by stop()
            self.fault = fault

    def serve_once(self):
        """One connection, until it is lost or all is done."""
        try:
            connection = native.Connection(self.url)
        except (OSError, EOFError, AssertionError):
            time.sleep(BACKOFF_S[0])  # a client's backoff: nobody tells it when to come back
            return
        with connection:
            try:
                self.converse(connection)
            except (OSError, EOFError):
                self.ledger.n_unknown += len(self.open)
                for write in self.open.values():
                    write.unsure = True
                self.waiting += self.open.values()
                self.open = {}

    def converse(self, connection):
        data = bytearray()
        while not self.abandoned:
            self.fill(connection)
            if not self.open:
                if self.stopping.is_set():
                    return
                continue
            got = connection.socket.recv(1 << 16)
            if not got:
                raise EOFError
            data += got
            self.take_frames(data)

    def fill(self, connection):
        """Keeps window calls open."""
        out = []
        if self.denied_in_a_row:
            longest = BACKOFF_S[0] * 2 ** min(self.denied_in_a_row, 6)
            time.sleep(min(BACKOFF_S[1], self.random.uniform(0, longest)))
        if not self.stopping.is_set():
            while len(self.open) + len(self.waiting) < self.window:
                self.n_made += 1
                self.waiting.append(Write(self.units[self.n_made % UNITS_PER_LANE],
                                          1 + self.n_made % 3000))
        now = time.monotonic()
        for write in self.waiting:
            self.next_call += 1
            write.sent_at = now
            self.open[self.next_call] = write
            out.append(native.request(self.next_call, native.APPLY, write.message, DEADLINE_MS))
        self.waiting = []
        if out:
            connection.send(b"".join(out))

    def take_frames(self, data):
        at, acked = 0, []
        while len(data) - at >= 12:
            length, call, kind, _, code = struct.unpack_from(">IIBBH", data, at)
            if len(data) - at < 12 + length:
                break
            payload = bytes(data[at + 12:at + 12 + length])
            at += 12 + length
            if kind == native.GOAWAY:
                raise EOFError
            write = self.open.pop(call)
            if kind == native.RESPONSE:
                acked.append((write, native.fields(payload)[1][0]))
            else:
                self.take_error(write, code, payload)
        del data[:at]
        if acked:
            self.denied_in_a_row = 0
            self.ledger.note_acked(acked)

    def take_error(self, write, code, payload):
        refused = native.Refused(payload)
        if refused.code in INVALID_UNKNOWN:
            write.unsure = True
            self.ledger.n_unknown += 1
        elif refused.code in NOT_WRITTEN:
            self.ledger.n_denied += 1
            self.denied_in_a_row += 1
            if not write.unsure and self.random.random() < 0.25:
                self.ledger.given_up.add(write.ident)
                return
        else:
            self.ledger.surprises.append(str(refused))
            return
        self.waiting.append(write)


def call_until_written(connection, message):
    """A daemon is ready to be read from a moment before it takes writes."""
    end = time.monotonic() + STUCK_S
    while True:
        try:
            return connection.call(native.APPLY, message)
        except native.Refused as refused:
            if refused.code not in NOT_WRITTEN or time.monotonic() > end:
                raise
        time.sleep(BACKOFF_S[0])


class Load:
    """n_lanes connections with window writes under way each, for the time of a with block."""

    def __init__(self, urls, n_lanes=4, window=16):
        urls = [urls] if isinstance(urls, str) else urls
        self.ledger = Ledger()
        with native.Connection(urls[0]) as connection:
            call_until_written(connection, native.apply_request(world(n_lanes)))
        self.lanes = [Lane(self.ledger, number, urls[number % len(urls)], window)
                      for number in range(n_lanes)]

    def __enter__(self):
        for lane in self.lanes:
            lane.start()
        return self.ledger

    def __exit__(self, kind, *_):
        for lane in self.lanes:
            lane.abandoned = kind is not None
            lane.stopping.set()
        for lane in self.lanes:
            lane.join(STUCK_S if kind is None else 1)
        if kind is None:
            faults = [repr(lane.fault) for lane in self.lanes if lane.fault]
            faults += ["a lane does not end" for lane in self.lanes if lane.is_alive()]
            assert not faults, faults
