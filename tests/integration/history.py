# SPDX-License-Identifier: Apache-2.0
"""What many clients did and were told, and whether claims done one after the other explain it.

The log gives the order: every write that was decided has a place there, found by its request id. A
history is linearizable when the model, given the log's entries in that order, answers each write
as its client was answered; when no write stands before one that was answered before it was begun;
and when each read of a daemon shows the model after the revision that it names, which is neither
older than anything that this daemon had told before nor newer than all that had been begun. Only
the running out of a hold is seen by the reader's clock.
"""

import bisect
import itertools

import claim_model

# A daemon's clock for readers stands still during one turn of its loop, which under load is long.
CLOCK_LAG_MS = 250
NEVER = float("inf")

# Told without a place in the log: bad at the door, "not written", no such method.
AT_THE_DOOR = {3, 12, 14}
NOT_DECIDED = {"TOO_MANY", "TOO_MANY_CALLS", "LOG_UNAVAILABLE", "LOG_VERDICT", "CLOCK",
               "SHUTTING_DOWN"}
WRITES = ("publish", "change", "withdraw", "claim", "extend", "confirm", "release")
READS = ("list", "match", "list_claims")


class Illegal(Exception):
    """No order of the operations explains the history."""


def expect(condition, what):
    if not condition:
        raise Illegal(what)


class Call:
    """One operation of a client, with all its tries. Times are UTC nanoseconds."""

    __slots__ = ("kind", "asked", "expected", "ident", "daemon", "invoked", "answered", "code",
                 "reason", "revision", "stored", "rows", "token", "unsure", "tries", "then")

    def __init__(self, kind, asked, ident=b"", expected=None, then=None):
        self.kind, self.asked, self.expected, self.ident = kind, asked, expected, ident
        self.daemon = 0  # the one that answered
        self.invoked, self.answered = 0, NEVER
        self.code, self.reason, self.revision = None, "", 0
        self.stored = None  # (revision, claim or capacity) as a write's answer shows it
        self.rows = ()  # of a read
        self.token = b""  # of a read: where more rows follow
        self.unsure = False  # a try before the one that was answered may be written
        self.tries = 0
        self.then = then  # called with the call when it is answered

    def was_answered(self):
        return self.answered != NEVER

    def __repr__(self):
        told = "no answer" if not self.was_answered() else f"{self.code} {self.reason}".strip()
        return f"{self.kind} {self.asked} ({told}, revision {self.revision})"


class Entry:
    """An entry of the log, as far as a history needs it."""

    __slots__ = ("sequence", "time_ms", "ident", "empty")

    def __init__(self, sequence, time_ms, ident, empty=False):
        self.sequence, self.time_ms, self.ident, self.empty = sequence, time_ms, ident, empty


class Checker:
    """Holds the calls against the log; check() gives the model as it is in the end."""

    def __init__(self, calls, log, clock_lag_ms=CLOCK_LAG_MS):
        self.clock_lag_ms = clock_lag_ms
        self.writes = {call.ident: call for call in calls if call.kind not in READS}
        self.reads = sorted((call for call in calls
                             if call.kind in READS and call.was_answered() and call.code == 0),
                            key=lambda call: call.revision)
        self.log = log
        self.first = {}  # request id: sequence
        for entry in log:
            self.first.setdefault(entry.ident, entry.sequence)
        self.model = claim_model.Model()
        # The latest begin of a write among the first n entries: no earlier can n be seen.
        begins = [self._begun(entry) for entry in log]
        self.begun = [0, *itertools.accumulate(begins, max)]

    def _begun(self, entry):
        call = self.writes.get(entry.ident)
        return call.invoked if call and self.first[entry.ident] == entry.sequence else 0

    def check(self):
        self.check_places()
        self.check_real_time()
        self.check_reads_in_time()
        self.replay()
        for call in self.writes.values():
            self.check_stored(call)
        return self.model

    # --- places ---

    def check_places(self):
        for number, entry in enumerate(self.log, 1):
            expect(entry.sequence == number, f"entry {number} is due, {entry.sequence} is there")
            expect(entry.empty or entry.ident in self.writes,
                   f"entry {entry.sequence} is nobody's")
        for call in self.writes.values():
            if call.was_answered():
                self.check_place(call)

    def check_place(self, call):
        place = self.first.get(call.ident)
        if call.code == 0:
            expect(place is not None, f"lost: {call}")
            expect(place == call.revision, f"told another revision than its own {place}: {call}")
        elif call.code in AT_THE_DOOR or call.reason in NOT_DECIDED:
            expect(place is None or call.unsure, f"told \"not written\", is at {place}: {call}")
        else:
            expect(place is not None, f"decided without an entry in the log: {call}")

    def check_real_time(self):
        """A write that was answered before another was begun stands before it."""
        next_answered, later = NEVER, None
        for entry in reversed(self.log):
            call = self.writes.get(entry.ident)
            if call is None or self.first[entry.ident] != entry.sequence:
                continue
            expect(next_answered >= call.invoked,
                   f"stands before one that was answered before it began: {call}, {later}")
            if call.answered < next_answered:
                next_answered, later = call.answered, call

    # --- what a daemon may show ---

    def check_reads_in_time(self):
        told = {}  # daemon: [(when, revision)]
        for call in itertools.chain(self.reads, self.writes.values()):
            place = call.revision if call.kind in READS else self.first.get(call.ident)
            if call.was_answered() and place:
                told.setdefault(call.daemon, []).append((call.answered, place))
        for daemon, points in told.items():
            points.sort()
            whens = [when for when, _ in points]
            newest = list(itertools.accumulate((place for _, place in points), max))
            for call in self.reads:
                if call.daemon == daemon:
                    known = bisect.bisect_left(whens, call.invoked)
                    self.check_read_in_time(call, newest[known - 1] if known else 0)

    def check_read_in_time(self, call, known):
        expect(call.revision >= known, f"older than {known}, which was told before: {call}")
        expect(call.revision < len(self.begun), f"a revision that the log has not: {call}")
        expect(self.begun[call.revision] <= call.answered,
               f"shows what was begun after it was answered: {call}")

    # --- replay ---

    def replay(self):
        reads = iter(self.reads)
        read = next(reads, None)
        for entry in self.log:
            self.model.begin(entry.sequence, entry.time_ms)
            call = self.writes.get(entry.ident)
            if call and self.first[entry.ident] == entry.sequence:
                self.apply(call)
            while read and read.revision == entry.sequence:
                self.check_read(read)
                read = next(reads, None)

    def apply(self, call):
        if call.kind not in WRITES:
            return  # nothing to do with claims
        refusal = getattr(self.model, call.kind)(call.asked, call.expected)
        if not call.was_answered() or (call.unsure and call.reason in NOT_DECIDED):
            return
        told = None if call.code == 0 else (call.code, call.reason)
        expect(told == refusal, f"in the order of the log the answer is {refusal or 'done'} at "
                                f"{self.model.sequence}: {call}")

    def check_read(self, call):
        if call.kind == "list_claims":
            self.check_claims(call)
            return
        from_ms = call.invoked // 1000000 - self.clock_lag_ms
        for now_ms in self.model.instants(from_ms, call.answered // 1000000):
            if call.kind == "list":
                due = self.model.rows(call.asked, now_ms)
            else:
                due = self.model.offers(call.asked, now_ms)
            if set(call.rows) == due:
                return
        raise Illegal(f"differs from what is stored, {sorted(due ^ set(call.rows))[:6]}: {call}")

    def check_claims(self, call):
        """A page is a run of what is listed, from the first, or from after the page before."""
        asked, after, _ = call.asked
        due = self.model.listed(asked)
        if after:
            due = [row for row in due
                   if claim_model.claim_order(row[1].id) > claim_model.claim_order(after)]
        rows = list(call.rows)
        if call.token:
            due = due[:len(rows)]
        if rows != due:
            odd = [pair for pair in itertools.zip_longest(rows, due) if pair[0] != pair[1]]
            raise Illegal(f"told {odd[0][0]} instead of {odd[0][1]}: {call}")

    def check_stored(self, call):
        """What a write's answer shows is a version that was stored at or after it."""
        if call.kind not in WRITES or call.code != 0 or call.kind == "withdraw":
            return
        if call.kind in ("publish", "change"):
            expect(call.stored is None or self.model.capacity_version(*call.stored),
                   f"shows a capacity that never was: {call.stored}, {call}")
            return
        expect(call.stored is not None, f"shows no claim: {call}")
        revision, claim = call.stored
        expect(revision >= call.revision, f"shows what was before it: {call.stored}, {call}")
        expect(self.model.version(claim.id, revision) == claim,
               f"shows a claim that never was: {call.stored}, {call}")
        expect(claim.id == (f"{call.revision}-0" if call.kind == "claim" else asked_claim(call)),
               f"shows another claim: {call.stored}, {call}")
        expect(self.begun[revision] <= call.answered,
               f"shows what was begun after it was answered: {call}")


def asked_claim(call):
    return call.asked[0] if call.kind == "extend" else call.asked


def check(calls, log, **options):
    return Checker(calls, log, **options).check()
