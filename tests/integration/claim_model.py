# SPDX-License-Identifier: Apache-2.0
"""Claims one after the other: what the contract says of them, and nothing of how a daemon does it.

An entry of the log has a sequence and a time. Each is first given to begin(), which moves logical
time and lets holds run out, and then, when it has an effect, to one of the operations, which say
None or why they refuse. What was stored at a revision is found again by version().
"""

import datetime
import functools
import heapq
from typing import NamedTuple
import zoneinfo

HELD, CONFIRMED, RELEASED, EXPIRED = 1, 2, 3, 4
HOUR_MS = 3600 * 1000
STOCKHOLM = zoneinfo.ZoneInfo("Europe/Stockholm")

NOT_FOUND, EXHAUSTED, PRECONDITION, ABORTED = 5, 8, 9, 10


class Capacity(NamedTuple):
    id: str
    unit: str
    service: str
    slots: int
    window_start: str
    window_end: str
    book_by: str = ""  # "" is absent
    open_to: tuple = ("14",)  # region codes, ascending


class Claim(NamedTuple):
    id: str
    capacity: str
    region: str
    slots: int
    state: int
    until_ms: int  # 0 is absent
    reference: str
    unit: str
    service: str
    taken_at_ms: int
    extended: bool = False
    withdrawn: bool = False

    def is_live(self):
        return self.state in (HELD, CONFIRMED)


@functools.lru_cache
def today_at(hour):
    """The date in Stockholm, which changes on the hour; hours since 1970."""
    return datetime.datetime.fromtimestamp(hour * 3600, STOCKHOLM).date().isoformat()


def is_closed(terms, now_ms):
    today = today_at(now_ms // HOUR_MS)
    return terms.window_end < today or (terms.book_by != "" and terms.book_by < today)


def claim_order(ident):
    """Claims stand in the order in which they were made."""
    sequence, index = ident.split("-")
    return int(sequence), int(index)


class _Stored:
    """A capacity, and the claims on it."""

    def __init__(self, capacity, revision):
        self.capacity, self.revision = capacity, revision
        self.live = {}  # id: claim
        self.taken = self.confirmed = 0


class Model:
    def __init__(self):
        self.time_ms = 0
        self.sequence = 0
        self.capacities = {}  # id: _Stored
        self.not_full = set()  # ids of those with a slot that is not confirmed
        self.claims = {}  # id: claim, in the order in which they were made
        self.by_capacity = {}  # capacity id: [claim id]
        self.versions = {}  # claim id: [(revision, claim)]
        self.capacity_versions = set()  # (revision, capacity)
        self._holds = []  # (until, order of the id, id); some are outdated

    # --- entries ---

    def begin(self, sequence, time_ms):
        self.sequence = sequence
        self.time_ms = max(self.time_ms, time_ms)
        while self._holds and self._holds[0][0] <= self.time_ms:
            until_ms, _, ident = heapq.heappop(self._holds)
            claim = self.claims[ident]
            if claim.state == HELD and claim.until_ms == until_ms:
                self._store(claim._replace(state=EXPIRED))

    def _store(self, claim):
        before = self.claims.get(claim.id)
        stored = self.capacities[claim.capacity]
        if before is None:
            self.by_capacity.setdefault(claim.capacity, []).append(claim.id)
        else:
            stored.taken -= before.slots
            stored.confirmed -= before.slots * (before.state == CONFIRMED)
            del stored.live[claim.id]
        if claim.is_live():
            stored.taken += claim.slots
            stored.confirmed += claim.slots * (claim.state == CONFIRMED)
            stored.live[claim.id] = claim
        if claim.state == HELD:
            heapq.heappush(self._holds, (claim.until_ms, claim_order(claim.id), claim.id))
        assert 0 <= stored.confirmed <= stored.taken <= stored.capacity.slots
        self._note_room(stored)
        self.claims[claim.id] = claim
        self.versions.setdefault(claim.id, []).append((self.sequence, claim))

    def _note_room(self, stored):
        if stored.confirmed < stored.capacity.slots:
            self.not_full.add(stored.capacity.id)
        else:
            self.not_full.discard(stored.capacity.id)

    def version(self, ident, revision):
        """The claim as it was stored at exactly that revision, or None."""
        for stored_at, claim in reversed(self.versions.get(ident, ())):
            if stored_at == revision:
                return claim
        return None

    def capacity_version(self, revision, capacity):
        """Was it ever stored, with that revision?"""
        return (revision, capacity) in self.capacity_versions

    # --- operations: None, or (code, reason) ---

    def publish(self, capacity, expected=None):
        return self.change(capacity, 0)

    def change(self, capacity, expected=None):
        stored = self.capacities.get(capacity.id)
        if expected is not None and expected != (stored.revision if stored else 0):
            return ABORTED, "REVISION_MISMATCH"
        if stored is None:
            stored = self.capacities[capacity.id] = _Stored(capacity, self.sequence)
        elif stored.capacity != capacity:
            moved = (stored.capacity.unit, stored.capacity.service) != (capacity.unit,
                                                                        capacity.service)
            if capacity.slots < stored.taken or (moved and stored.live):
                return PRECONDITION, "SLOTS_TAKEN"
            stored.capacity, stored.revision = capacity, self.sequence
        self._note_room(stored)
        self.capacity_versions.add((stored.revision, stored.capacity))
        return None

    def withdraw(self, asked, expected=None):
        capacity, over_confirmed = asked
        stored = self.capacities.get(capacity)
        if stored is None:
            return NOT_FOUND, "NOT_STORED"
        if expected is not None and expected != stored.revision:
            return ABORTED, "REVISION_MISMATCH"
        if stored.confirmed > 0 and not over_confirmed:
            return PRECONDITION, "CONFIRMED_CLAIMS"
        for claim in list(stored.live.values()):
            self._store(claim._replace(state=RELEASED, until_ms=0, withdrawn=True))
        del self.capacities[capacity]
        self.not_full.discard(capacity)
        return None

    def claim(self, asked, expected=None):
        capacity, region, slots, hold_s, reference = asked
        stored = self.capacities.get(capacity)
        if stored is None:
            return NOT_FOUND, "NOT_STORED"
        if expected is not None and expected != stored.revision:
            return ABORTED, "REVISION_MISMATCH"
        terms = stored.capacity
        if region not in terms.open_to:
            return PRECONDITION, "NOT_OPEN_TO_REGION"
        if is_closed(terms, self.time_ms):
            return PRECONDITION, "CAPACITY_CLOSED"
        if slots > terms.slots - stored.taken:
            return EXHAUSTED, "NO_SLOTS_LEFT"
        self._store(Claim(f"{self.sequence}-0", capacity, region, slots, HELD,
                          self.time_ms + 1000 * hold_s, reference, terms.unit, terms.service,
                          self.time_ms))
        return None

    def extend(self, asked, expected=None):
        ident, hold_s = asked
        claim, refusal = self._find_claim(ident, expected)
        if refusal:
            return refusal
        until_ms = self.time_ms + 1000 * hold_s
        if claim.state != HELD:
            return PRECONDITION, "CLAIM_STATE"
        if claim.extended:
            return PRECONDITION, "EXTENDED_BEFORE"
        if until_ms < claim.until_ms:
            return PRECONDITION, "OUT_OF_RANGE"
        self._store(claim._replace(until_ms=until_ms, extended=True))
        return None

    def confirm(self, ident, expected=None):
        return self._move(ident, expected, (HELD,), CONFIRMED)

    def release(self, ident, expected=None):
        return self._move(ident, expected, (HELD, CONFIRMED), RELEASED)

    def _move(self, ident, expected, allowed, state):
        claim, refusal = self._find_claim(ident, expected)
        if refusal:
            return refusal
        if claim.state not in allowed:
            return PRECONDITION, "CLAIM_STATE"
        self._store(claim._replace(state=state, until_ms=0))
        return None

    def _find_claim(self, ident, expected):
        claim = self.claims.get(ident)
        if claim is None:
            return None, (NOT_FOUND, "NOT_STORED")
        if expected is not None and expected != self.versions[ident][-1][0]:
            return None, (ABORTED, "REVISION_MISMATCH")
        return claim, None

    # --- what a reader sees whose clock shows now_ms ---

    def row(self, ident, now_ms):
        """(id, revision, slots, confirmed, held, free)"""
        stored = self.capacities[ident]
        held = sum(claim.slots for claim in stored.live.values()
                   if claim.state == HELD and claim.until_ms > now_ms)
        slots = stored.capacity.slots
        free = slots - stored.confirmed - held
        return ident, stored.revision, slots, stored.confirmed, held, free

    def rows(self, ident, now_ms):
        """List: of one capacity, or of all."""
        idents = ([ident] if ident in self.capacities else []) if ident else self.capacities
        return {self.row(name, now_ms) for name in idents}

    def offers(self, service, now_ms):
        """Match, where all capacities that are not closed have one window, no terms and no price,
        and all are open to the region: {(unit, capacity, free slots, others that have some)}"""
        units = {}
        for ident in self.not_full:
            terms, row = self.capacities[ident].capacity, self.row(ident, now_ms)
            if row[5] > 0 and terms.service == service and not is_closed(terms, now_ms):
                units.setdefault(terms.unit, []).append((ident, row[5]))
        return {(unit, *min(found), len(found) - 1) for unit, found in units.items()}

    def instants(self, from_ms, to_ms):
        """The times in this span between which readers see different things."""
        untils = {claim.until_ms for ident in self.not_full
                  for claim in self.capacities[ident].live.values()
                  if claim.state == HELD and from_ms < claim.until_ms <= to_ms}
        return [from_ms, *sorted(untils)]

    def listed(self, asked):
        """ListClaims: [(revision, claim)] of a capacity and state, "" and 0 being any."""
        capacity, state = asked
        idents = self.by_capacity.get(capacity, ()) if capacity else self.claims
        return [self.versions[ident][-1] for ident in idents
                if state in (0, self.claims[ident].state)]
