# SPDX-License-Identifier: Apache-2.0
"""What clients do to each other on temporary capacity, beside racing for the last slot: confirm
while the hold runs out, withdraw and change what others claim, and everything at once. Each scene
plays in an arena and leaves the judgement to the checker, but sees to it that what it is about did
happen."""

import collections
import time

from claim_model import EXPIRED, HELD, PRECONDITION
from history import Call, expect
from races import capacity, claim

MS = 1000000
RUN_OUT_S = 20


def outcomes(calls):
    """How often each kind of call had each answer."""
    return collections.Counter((call.kind, call.reason or "done") for call in calls)


def expect_all(seen, *due):
    for outcome in due:
        expect(seen[outcome] > 0, f"{outcome} did not happen: {dict(seen)}")


# --- a hold that runs out while it is confirmed, extended or released ---

def at_the_last_moment(arena, chance, n_holds, spread_ms=6, kinds=("confirm",)):
    """n_holds holds of 1 s, each moved somewhere around the instant when it runs out; the moves."""
    moves = []

    def move_at(client, until_ms, call):
        arena.crowd.at(until_ms / 1000 + chance.uniform(-spread_ms, spread_ms) / 1000,
                       arena.crowd.begin, client, call)

    def taken(client, call):
        expect(call.code == 0, f"a hold was refused: {call}")
        held = call.stored[1]
        kind = chance.choice(kinds)
        moves.append(Call(kind, (held.id, 3600) if kind == "extend" else held.id))
        move_at(client, held.until_ms, moves[-1])

    arena.done(Call("publish", capacity("HOLDS", n_holds)))
    for number in range(n_holds):
        client = arena.clients[number % len(arena.clients)]
        hold = claim("HOLDS", hold_s=1)
        hold.then = lambda call, client=client: taken(client, call)
        # Their instants lie apart, so that not one entry decides for all.
        arena.crowd.after(number * 0.5 / n_holds, arena.crowd.begin, client, hold)
    arena.settle()
    expect(len(moves) == n_holds, f"{n_holds} holds, {len(moves)} moves")
    return moves


def check_moments(arena, moves, log):
    """By the log alone: a move was done exactly when its entry came before the hold's until."""
    first, times = {}, []
    for entry in log:
        times.append(max(entry.time_ms, times[-1] if times else 0))
        first.setdefault(entry.ident, entry.sequence)
    untils = {call.stored[1].id: call.stored[1].until_ms for call in arena.crowd.calls
              if call.kind == "claim" and call.code == 0}
    for move in moves:
        ident = move.asked[0] if move.kind == "extend" else move.asked
        in_time = times[first[move.ident] - 1] < untils[ident]
        expect(in_time == (move.code == 0), f"until {untils[ident]}, decided at "
                                            f"{times[first[move.ident] - 1]}: {move}")
        expect(in_time or (move.code, move.reason) == (PRECONDITION, "CLAIM_STATE"), f"{move}")


# --- a capacity that is withdrawn or changed while it is claimed ---

def then(kind):
    """For a claim: what its client does as soon as it has it."""
    def move(arena, client, call):
        if call.code == 0:
            arena.crowd.begin(client, Call(kind, call.stored[1].id))
    return move


def all_at_once(arena, chance, claims, others):
    """Every client's claims and the other calls, in a random order."""
    starts = [(arena.unit, [call]) for call in others]
    for client in arena.clients:
        starts.append((client, [claims(client) for _ in range(chance.randint(1, 4))]))
    chance.shuffle(starts)
    for peer, calls in starts:
        arena.crowd.begin(peer, *calls)
    arena.settle()


def claim_and(arena, chance, kind, share, ident, slots=1):
    """A maker of claims of which a share is moved on at once."""
    def make(client):
        call = claim(ident, slots if isinstance(slots, int) else chance.choice(slots))
        if chance.random() < share:
            call.then = lambda call: then(kind)(arena, client, call)
        return call
    return make


def withdraw_while_claimed(arena, chance, n_rounds):
    """The unit takes its capacity back in the middle of a crowd, in which one hold is confirmed,
    and publishes it again."""
    began = len(arena.crowd.calls)
    for _ in range(n_rounds):
        held = claim("W")
        arena.done(Call("publish", capacity("W", 1000)), held)
        withdraw = Call("withdraw", ("W", chance.random() < 0.3))
        all_at_once(arena, chance, claim_and(arena, chance, "release", 0.1, "W"),
                    [withdraw, Call("confirm", held.stored[1].id)])
        if withdraw.code != 0:
            arena.done(Call("withdraw", ("W", True)))
    seen = outcomes(arena.crowd.calls[began:])
    expect_all(seen, ("claim", "done"), ("claim", "NOT_STORED"), ("withdraw", "done"),
               ("withdraw", "CONFIRMED_CLAIMS"), ("confirm", "done"), ("confirm", "CLAIM_STATE"))
    return seen


def change_while_claimed(arena, chance, n_rounds):
    """The unit makes its capacity larger and smaller, sure of its revision or not, while clients
    take slots and give them back."""
    began = len(arena.crowd.calls)
    terms = capacity("S", 60)
    first = Call("publish", terms)
    arena.done(first)
    revision = first.revision
    for _ in range(n_rounds):
        changes = [Call("change", terms._replace(slots=chance.randint(1, 120)),
                        expected=chance.choice((None, revision))) for _ in range(3)]
        all_at_once(arena, chance, claim_and(arena, chance, "release", 0.9, "S", (1, 2, 3)),
                    changes)
        revision = max((call.stored[0] for call in changes if call.code == 0), default=revision)
    arena.done(Call("withdraw", ("S", True)))
    seen = outcomes(arena.crowd.calls[began:])
    expect_all(seen, ("claim", "done"), ("claim", "NO_SLOTS_LEFT"), ("change", "done"),
               ("change", "SLOTS_TAKEN"), ("change", "REVISION_MISMATCH"))
    return seen


# --- everything at once ---

class Life:
    """A client that does what comes to its mind, right or wrong, one call after the other."""

    IDENTS = [f"L-{n}" for n in range(8)]

    def __init__(self, arena, client, chance, until_s):
        self.arena, self.client, self.chance, self.until_s = arena, client, chance, until_s
        self.known = collections.deque(["1-0"], maxlen=8)  # claims, not all its own; (id, revision)
        self.next()

    def next(self, call=None):
        if call and call.kind == "claim" and call.code == 0:
            self.known.append(call.stored[1].id)
        if time.time() < self.until_s:
            self.arena.crowd.after(self.chance.uniform(0, 0.02), self.act)

    def act(self):
        chance = self.chance
        kind = chance.choice(("claim",) * 4 + ("extend", "confirm", "release") * 2)
        if kind == "claim":
            call = claim(chance.choice(self.IDENTS), chance.randint(1, 3), 1,
                         region=chance.choice(("14", "14", "13")))
        else:
            ident = chance.choice(self.known)
            call = Call(kind, (ident, chance.randint(1, 2)) if kind == "extend" else ident)
        if chance.random() < 0.1:
            call.expected = chance.randint(0, 50)
        call.then = self.next
        self.arena.crowd.begin(self.client, call)


class Unit(Life):
    """Publishes, changes and withdraws what the others claim."""

    def act(self):
        chance = self.chance
        terms = capacity(chance.choice(self.IDENTS), chance.randint(1, 20), chance.randint(0, 3),
                         open_to=chance.choice((("13", "14"), ("14",))))
        if chance.random() < 0.2:
            terms = terms._replace(window_start="2020-01-01", window_end="2020-01-02")
        kind = chance.choice(("publish", "publish", "change", "withdraw"))
        asked = (terms.id, chance.random() < 0.5) if kind == "withdraw" else terms
        self.arena.crowd.begin(self.client, Call(kind, asked, then=self.next))


def wait_run_out(arena):
    """Until no daemon has a hold left; all are short."""
    end = time.monotonic() + RUN_OUT_S
    for peer in arena.lookers[:len(arena.urls)]:
        while rows := arena.crowd.call(peer, "list_claims", (("", HELD), "", b"")).rows:
            expect(time.monotonic() < end, f"held after {RUN_OUT_S} s: {rows[:3]}")


def live_together(arena, chance, seconds):
    """Until no hold is left; what was answered how often."""
    began, until_s = len(arena.crowd.calls), time.time() + seconds
    Unit(arena, arena.unit, chance, until_s)
    for client in arena.clients:
        Life(arena, client, chance, until_s)
    arena.settle()
    arena.stop_watching()
    wait_run_out(arena)
    return outcomes(arena.crowd.calls[began:])


def expect_life(seen):
    """Life has met nearly everything that claims can be answered."""
    expect_all(seen, ("claim", "done"), ("claim", "NO_SLOTS_LEFT"), ("claim", "NOT_STORED"),
               ("claim", "NOT_OPEN_TO_REGION"), ("claim", "CAPACITY_CLOSED"), ("confirm", "done"),
               ("confirm", "CLAIM_STATE"), ("extend", "done"), ("extend", "EXTENDED_BEFORE"),
               ("release", "done"), ("release", "CLAIM_STATE"), ("publish", "REVISION_MISMATCH"),
               ("change", "SLOTS_TAKEN"), ("withdraw", "CONFIRMED_CLAIMS"))


# --- a hold that runs out while nobody writes ---

POLL_S = 0.005


class Lateness:
    """Looks every POLL_S until all holds have run out; how late each was first seen to, in ms."""

    def __init__(self, arena, holds, kind):
        self.arena, self.kind = arena, kind
        self.untils = {hold.stored[1].id: hold.stored[1].until_ms for hold in holds}
        self.in_order = sorted(self.untils.values())
        self.seen = {}  # claim, or for free slots how many: ms
        self.look()

    def look(self):
        asked = "QUIET" if self.kind == "list" else (("QUIET", EXPIRED), "", b"")
        self.arena.crowd.begin(self.arena.lookers[0], Call(self.kind, asked, then=self.note))

    def note(self, call):
        now_ms = call.answered / MS
        if self.kind == "list":
            for number in range(call.rows[0][5]):
                self.seen.setdefault(number, now_ms - self.in_order[number])
        else:
            for _, expired in call.rows:
                self.seen.setdefault(expired.id, now_ms - self.untils[expired.id])
        if len(self.seen) < len(self.untils):
            self.arena.crowd.after(POLL_S, self.look)


def let_run_out(arena, n_holds, apart_s=0.25):
    """n_holds holds whose instants lie apart_s apart, and then only reads; how late each was first
    seen free, and first seen EXPIRED, in ms: ([free], [expired])."""
    arena.done(Call("publish", capacity("QUIET", n_holds)))
    holds, began = [], time.time()
    for number in range(n_holds):
        due_s = 2 + number * apart_s
        hold = claim("QUIET", hold_s=int(due_s))  # whole seconds; the rest is when it is taken
        arena.crowd.at(began + due_s % 1, arena.crowd.begin, arena.clients[0], hold)
        holds.append(hold)
    arena.settle()
    looks = [Lateness(arena, holds, kind) for kind in ("list", "list_claims")]
    end_s = looks[0].in_order[-1] / 1000 + RUN_OUT_S
    while any(len(look.seen) < n_holds for look in looks):
        expect(time.time() < end_s, "holds have not run out")
        arena.crowd.turn()
    return [list(look.seen.values()) for look in looks]
