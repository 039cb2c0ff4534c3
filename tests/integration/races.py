# SPDX-License-Identifier: Apache-2.0
"""Races for slots: every client claims the same capacities at once, while others look on."""

import collections
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
LOOK_S = 0.001


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
    """Reads one call after the other, LOOK_S between them, until stopped."""

    def __init__(self, crowd, peer, kind, asked):
        self.crowd, self.peer, self.kind, self.asked = crowd, peer, kind, asked
        self.n_reads = 0
        self.stopped = False
        self.read()

    def read(self):
        if not self.stopped:
            self.n_reads += 1
            self.crowd.begin(self.peer, Call(self.kind, self.asked, then=self.note))

    def note(self, call):
        self.look(call)
        self.crowd.after(LOOK_S, self.read)

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
        self.wait_applied(self.crowd.call(self.unit, "setup", world()).revision)

    def wait_applied(self, revision):
        """Until every daemon shows it."""
        for peer in self.lookers[:len(self.urls)]:
            while self.crowd.call(peer, "list", "").revision < revision:
                pass

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
        self.wait_applied(max(call.revision for call in self.crowd.calls))
        for peer in self.lookers[:len(self.urls)]:
            self.crowd.call(peer, "list", "")
            page = self.crowd.call(peer, "list_claims", (("", 0), *FIRST_PAGE))
            while page.token:
                after = page.rows[-1][1].id
                page = self.crowd.call(peer, "list_claims", (("", 0), after, page.token))

    def judge(self, log, **options):
        """Holds all that was asked and told against the log; the model in the end."""
        return check(self.crowd.calls, log, **options)


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

    def add_crowd(self, arena):
        self.reads += sum(watch.n_reads for watch in arena.watches)
        self.retries += arena.crowd.n_retries
        self.lost_connections += arena.crowd.n_lost

    def text(self):
        return f"races={self.races} claims={self.claims} won={self.won} reads={self.reads}"


class Races:
    """Rounds of races, each for capacities of 1 to 3 slots that every client claims at once. Of
    what happens meanwhile the winners' retries are the only calls that are not in the record."""

    def __init__(self, arena, figures, chance):
        self.arena, self.figures, self.chance = arena, figures, chance
        self.n_capacities = 0
        self.strike = None  # called once while a round's claims, or its winners' calls, are open

    def run(self, n):
        due = self.figures.races + n
        while self.figures.races < due:
            self.run_round(min(RACES_AT_ONCE, due - self.figures.races))

    def run_round(self, n):
        rivals = [capacity(f"R-{self.n_capacities + i}", self.chance.choice((1, 1, 2, 3)), i)
                  for i in range(n)]
        self.n_capacities += n
        self.arena.done(*(Call("publish", rival) for rival in rivals))
        early = self.chance.random() < 0.7
        won = self.claim_all(rivals, early)
        self.follow_up(won, not early)
        late = [claim(rival.id) for rival in rivals]
        self.arena.crowd.begin(self.arena.clients[0], *late)
        self.arena.settle()
        self.arena.done(*(Call("withdraw", (rival.id, True)) for rival in rivals))

    def let_strike(self):
        if self.strike:
            self.arena.crowd.after(self.chance.uniform(0, 0.05), self.strike)
            self.strike = None

    def claim_all(self, rivals, may_strike):
        """Every client claims a slot of each, in an order of its own; [(client, won claim)]."""
        runs = []
        for client in self.arena.clients:
            claims = [claim(rival.id) for rival in rivals]
            self.chance.shuffle(claims)
            runs.append((client, claims))
        for client, claims in runs:
            self.arena.crowd.begin(client, *claims)
        if may_strike:
            self.let_strike()
        self.arena.settle()
        won = []
        for client, claims in runs:
            for call in claims:
                told = call.code, call.reason
                expect(told in ((0, ""), (EXHAUSTED, "NO_SLOTS_LEFT")), f"{call}")
                won += [(client, call)] if call.code == 0 else []
        self.count(rivals, won)
        return won

    def count(self, rivals, won):
        winners = collections.Counter(call.asked[0] for _, call in won)
        for rival in rivals:
            expect(winners[rival.id] == rival.slots, f"{rival.slots} slots, {winners[rival.id]} "
                                                     f"winners: {rival.id}")
        expect(len({call.stored[1].id for _, call in won}) == len(won), "a claim's id twice")
        self.figures.races += len(rivals)
        self.figures.claims += len(rivals) * len(self.arena.clients)
        self.figures.won += len(won)

    def follow_up(self, won, may_strike):
        """The winners ask again with the same request id, elsewhere; confirm, release or wait."""
        crowd, retries, moves = self.arena.crowd, [], []
        for client, call in won:
            retry = Call("claim", call.asked, ident=call.ident)
            retries.append((call, retry))
            crowd.begin_unrecorded(self.chance.choice(self.arena.clients), retry)
            kind = self.chance.choice(("confirm", "confirm", "release", None))
            if kind:
                moves.append(Call(kind, call.stored[1].id))
                crowd.begin(client, moves[-1])
        if may_strike:
            self.let_strike()
        self.arena.settle()
        for call, retry in retries:
            expect((retry.code, retry.revision) == (0, call.revision)
                   and retry.stored[1].id == call.stored[1].id,
                   f"another answer: {call}, {retry}")
        for move in moves:
            expect(move.code == 0, f"{move}")


def run_races(arena, n, seed=1):
    """n races, and what everyone sees in the end."""
    figures = Figures()
    Races(arena, figures, random.Random(seed)).run(n)
    arena.stop_watching()
    arena.read_all()
    figures.add_crowd(arena)
    return figures
