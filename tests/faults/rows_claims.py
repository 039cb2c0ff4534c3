# SPDX-License-Identifier: Apache-2.0
"""F24: races for the last slots at one daemon and at two, in peace and while one after the other is
killed. Every history must be one that claims done one after the other explain."""

import contextlib
import os
import signal
import time

import entries
import processes
import races
import scenes
from row import Site, row, shared_log
from verify import expect, status

N_RACES = 10000
N_KILLS_QUICK = 4
RACES_A_LOG = 1000  # what is kept in memory and judged at once; so many entries are never trimmed
RACES_A_KILL = 8
LIVES_MAX = 30  # kills in one life, which must end before a crowd is taken to be stuck
QUIET_S = 20


class Target:
    """A site that is killed and started while the crowd, which is this thread, goes on."""

    def __init__(self, site):
        self.site, self.starting = site, False

    def wait_ready(self):
        if self.starting:
            self.site.daemon.ready()
            self.starting = False

    def kill(self):
        self.wait_ready()
        self.site.daemon.kill()
        self.site.launch()
        self.starting = True


class One:
    """A daemon with its private Redis."""

    N_RACES_QUICK = 64

    def __init__(self, folder, stack):
        folder.mkdir()
        self.site = stack.enter_context(Site(folder / "d"))
        self.targets, self.urls = [Target(self.site)], [self.site.url]

    def kill_redis(self):
        self.targets[0].wait_ready()
        if pid := processes.private_redis(self.site.daemon):
            os.kill(pid, signal.SIGKILL)

    def redis(self):
        return processes.private_connection(self.site.daemon.data)

    def fresh_status(self):
        """Of a daemon that has all it knows from the log."""
        expect(self.site.daemon.stop() == 0, "the daemon did not stop cleanly")
        self.site.start()
        return status(self.site.url)


class Two:
    """Two daemons on your own Redis."""

    N_RACES_QUICK = 200

    def __init__(self, folder, stack):
        folder.mkdir()
        self.folder = folder
        self.server, sites = stack.enter_context(shared_log(folder, 2))
        self.targets, self.urls = [Target(site) for site in sites], [site.url for site in sites]

    def kill_redis(self):
        self.server.stop()
        self.server.start()

    def redis(self):
        return self.server.connection()

    def fresh_status(self):
        with Site(self.folder / "fresh", "--redis", self.server.url) as fresh:
            return status(fresh.url)


def wait_quiet(setting):
    """(the log for the checker, its chain), once every daemon has applied all of it."""
    end = time.monotonic() + QUIET_S
    while True:
        replay, log = entries.Replay(), []
        with setting.redis() as redis:
            for entry in entries.read(redis):
                replay.take(entry)
                log.append(entry)
        if all(status(url)["revision"] == len(log) for url in setting.urls):
            return races.read_log(log), replay.chain
        expect(time.monotonic() < end, "the daemons do not come to the log's end")


def judge(setting, arena, figures):
    """Holds the history against the log, and the daemons against each other and a fresh one."""
    for target in setting.targets:
        target.wait_ready()
    arena.stop_watching()
    log, chain = wait_quiet(setting)
    arena.read_all()
    arena.judge(log)
    figures.add_crowd(arena)
    states = [*map(status, setting.urls), setting.fresh_status()]
    for state in states:
        expect(not entries.xxh3 or state["chain"].decode() == chain.hex(), "another chain")
        expect((state["revision"], state["digest"]) == (len(log), states[0]["digest"]),
               f"digests differ: {states}")


def race(setting, chance, n):
    figures = races.Figures()
    with races.Arena(setting.urls) as arena:
        races.Races(arena, figures, chance).run(n)
        judge(setting, arena, figures)
    return figures


def race_and_kill(setting, chance, n_kills):
    """A kill -9 in each round: of a daemon, of redis, in turn."""
    figures = races.Figures()
    hits = [target.kill for target in setting.targets] + [setting.kill_redis]
    with races.Arena(setting.urls) as arena:
        rounds = races.Races(arena, figures, chance)
        for number in range(n_kills):
            rounds.strike = hits[number % len(hits)]
            rounds.run_round(RACES_A_KILL)
        judge(setting, arena, figures)
    return figures


def play(setting, chance, size):
    """Everything else that clients do to each other's claims, at all daemons of the setting."""
    figures = races.Figures()
    with races.Arena(setting.urls) as arena:
        scenes.at_the_last_moment(arena, chance, 100 * size)
        scenes.withdraw_while_claimed(arena, chance, 20 * size)
        scenes.change_while_claimed(arena, chance, 20 * size)
        scenes.expect_life(scenes.live_together(arena, chance, 3 * size))
        judge(setting, arena, figures)
    return figures


def live_and_kill(setting, chance, n_kills):
    """Everything at once, and a kill -9 every second."""
    figures = races.Figures()
    with races.Arena(setting.urls, watches=("list", "match", "list_claims")) as arena:
        hits = [target.kill for target in setting.targets] + [setting.kill_redis]
        for number in range(n_kills):
            arena.crowd.after(0.5 + number, hits[number % len(hits)])
        scenes.live_together(arena, chance, n_kills + 1)
        judge(setting, arena, figures)
    return figures


def part(kind, folder, act, *arguments):
    """One act in a setting of its own; its figures."""
    with contextlib.ExitStack() as stack:
        return act(kind(folder, stack), *arguments)


@row("F24")
def last_slots(folder, options):
    chance, counts = options.random(), []
    n_kills = N_KILLS_QUICK if options.quick else options.kills
    for kind in (One, Two):
        n = kind.N_RACES_QUICK if options.quick else N_RACES
        counts += [part(kind, folder / f"{kind.__name__}-{first}", race, chance,
                        min(RACES_A_LOG, n - first)) for first in range(0, n, RACES_A_LOG)]
        counts.append(part(kind, folder / f"{kind.__name__}-kills", race_and_kill, chance, n_kills))
    counts.append(part(Two, folder / "scenes", play, chance, 1 if options.quick else 10))
    counts.append(part(Two, folder / "life", live_and_kill, chance, min(n_kills, LIVES_MAX)))
    sums = {name: sum(getattr(figures, name) for figures in counts)
            for name in ("races", "claims", "won", "reads", "retries")}
    return (f"races={sums['races']} claims={sums['claims']} won={sums['won']} sold_twice=0 lost=0 "
            f"reads={sums['reads']} kills={2 * n_kills + min(n_kills, LIVES_MAX)} retries={sums['retries']}")
