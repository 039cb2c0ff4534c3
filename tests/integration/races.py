# SPDX-License-Identifier: Apache-2.0
"""Races for slots: every client claims the same capacities at once, while others look on."""

import dataclasses
import random

import native
from claim_model import EXHAUSTED, Capacity
from crowd import Crowd
from history import Call, Entry, check, expect

N_CLIENTS = 64
RACES_AT_ONCE = 32
SERVICE = "NFB49"
WINDOW = ("2100-01-01", "2100-01-31")
FIRST_PAGE = ("", b"")


def unit_name(number):
    return f"TSE2321000131-E{number:03}"


def world(n_units=RACES_AT_ONCE):
    """What capacities refer to."""
    region, service = native.sample_world()[:2]
    return [region, service, *(
        native.put(6, native.field(1, unit_name(n)) + native.field(2, "Mottagning")
                   + native.field(3, "14") + native.field(7, 1)) for n in range(n_units))]


def capacity(ident, slots, unit=0, **others):
    return Capacity(ident, unit_name(unit), SERVICE, slots, *WINDOW, **others)


def claim(ident, slots=1, hold_s=3600, reference="", region="14"):
    return Call("claim", (ident, region, slots, hold_s, reference))


class Watch:
    """Reads without pause, one call at a time, until stopped; looks at every sum that it sees."""

    def __init__(self, crowd, peer, kind, asked):
        self.crowd, self.peer, self.kind, self.asked = crowd, peer, kind, asked
        self.n_reads = 0
        self.stopped = False
        self.read()

    def read(self, call=None):
        if call:
            self.look(call)
        if not self.stopped:
            self.n_reads += 1
            self.crowd.begin(self.peer, Call(self.kind, self.asked, then=self.read))

    def look(self, call):
        expect(call.code == 0, f"a read was refused: {call}")
        if call.kind == "list":
            for row in call.rows:
                _, _, slots, confirmed, held, free = row
                expect(confirmed + held + free == slots, f"slots do not add up: {row}")


class Arena:
    """A crowd at one or more daemons; its first peers look on and change what is raced for."""

    def __init__(self, urls, n_clients=N_CLIENTS, watches=("list", "match")):
        self.urls = [urls] if isinstance(urls, str) else urls
        self.crowd = Crowd(self.urls, n_clients + len(self.urls) * (1 + len(watches)))
        self.kinds, self.watches = watches, []
        spare = len(self.urls) * (1 + len(watches))
        self.lookers, self.clients = self.crowd.peers[:spare], self.crowd.peers[spare:]
        self.unit = self.lookers[-1]  # who publishes
        self.crowd.call(self.unit, "setup", world())

    def __enter__(self):
        for number, peer in enumerate(self.lookers[:len(self.kinds) * len(self.urls)]):
            kind = self.kinds[number // len(self.urls)]
            asked = {"list": "", "match": SERVICE, "list_claims": (("", 0), *FIRST_PAGE)}[kind]
            self.watches.append(Watch(self.crowd, peer, kind, asked))
        return self

    def __exit__(self, *_):
        self.crowd.__exit__()

    def settle(self):
        self.crowd.settle(sum(not watch.stopped for watch in self.watches))

    def stop_watching(self):
        for watch in self.watches:
            watch.stopped = True
        self.crowd.settle()

    def done(self, *calls):
        """One client's calls, which must succeed."""
        self.crowd.begin(self.unit, *calls)
        self.settle()
        for call in calls:
            expect(call.code == 0, f"refused: {call}")

    def read_all(self):
        """Every daemon's capacities and claims, once all have the same revision."""
        newest = max(call.revision for call in self.crowd.calls)
        for peer in self.lookers[:len(self.urls)]:
            while self.crowd.call(peer, "list", "").revision < newest:
                pass
            page = self.crowd.call(peer, "list_claims", (("", 0), *FIRST_PAGE))
            while page.token:
                after = page.rows[-1][1].id
                page = self.crowd.call(peer, "list_claims", (("", 0), after, page.token))

    def judge(self, log):
        """Holds all that was asked and told against the log; the model in the end."""
        return check(self.crowd.calls, log)

    @property
    def n_reads(self):
        return sum(watch.n_reads for watch in self.watches)


def read_log(entries):
    return [Entry(entry.sequence, entry.time_ms, entry.request_id, not entry.command)
            for entry in entries]


# --- the race for the last slots ---

@dataclasses.dataclass
class Figures:
    races: int = 0
    claims: int = 0
    won: int = 0
    reads: int = 0
    retries: int = 0
    lost_connections: int = 0

    def add(self, arena):
        self.reads += arena.n_reads
        self.retries += arena.crowd.n_retries
        self.lost_connections += arena.crowd.n_lost

    def text(self):
        return (f"races={self.races} claims={self.claims} won={self.won} sold_twice=0 "
                f"reads={self.reads}")


def race_round(arena, first, n, chance, figures):
    """n capacities of 1 to 3 slots; every client claims one slot of each, in an order of its own."""
    rivals = [capacity(f"R-{first + i}", chance.choice((1, 1, 2, 3)), i) for i in range(n)]
    arena.done(*(Call("publish", rival) for rival in rivals))
    runs = []
    for client in arena.clients:
        claims = [claim(rival.id) for rival in rivals]
        chance.shuffle(claims)
        runs.append((client, claims))
    for client, claims in runs:
        arena.crowd.begin(client, *claims)
    arena.settle()
    winners = {rival.id: [] for rival in rivals}
    for client, claims in runs:
        for call in claims:
            if call.code == 0:
                winners[call.asked[0]].append((client, call))
            else:
                expect((call.code, call.reason) == (EXHAUSTED, "NO_SLOTS_LEFT"), f"{call}")
    for rival in rivals:
        expect(len(winners[rival.id]) == rival.slots,
               f"{rival.slots} slots, {len(winners[rival.id])} winners: {winners[rival.id]}")
    after_the_race(arena, rivals, sum(winners.values(), []), chance)
    figures.races += n
    figures.claims += n * len(arena.clients)
    figures.won += sum(rival.slots for rival in rivals)


def after_the_race(arena, rivals, won, chance):
    """Winners ask again with the same request id, elsewhere; confirm, release, keep; and the unit
    takes its capacity back."""
    expect(len({call.stored[1].id for _, call in won}) == len(won), "a claim's id twice")
    retries, moves = [], []
    for client, call in won:
        retry = Call("claim", call.asked, ident=call.ident)
        retries.append((call, retry))
        arena.crowd.begin_unrecorded(chance.choice(arena.clients), retry)
        kind = chance.choice(("confirm", "confirm", "release", None))
        if kind:
            moves.append((client, Call(kind, call.stored[1].id)))
    for client, move in moves:
        arena.crowd.begin(client, move)
    arena.settle()
    for call, retry in retries:
        expect((retry.code, retry.revision) == (0, call.revision)
               and retry.stored[1].id == call.stored[1].id, f"another answer: {call}, {retry}")
    expect(all(move.code == 0 for _, move in moves), f"{[m for _, m in moves if m.code]}")
    late = [claim(rival.id) for rival in rivals]
    arena.crowd.begin(arena.clients[0], *late)
    arena.settle()
    arena.done(*(Call("withdraw", (rival.id, True)) for rival in rivals))


def run_races(arena, n, seed=1, between=None):
    """n races in rounds; between(n_raced) is called after each."""
    chance, figures = random.Random(seed), Figures()
    while figures.races < n:
        race_round(arena, figures.races, min(RACES_AT_ONCE, n - figures.races), chance, figures)
        if between:
            between(figures.races)
    arena.stop_watching()
    arena.read_all()
    figures.add(arena)
    return figures
