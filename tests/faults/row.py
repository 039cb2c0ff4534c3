# SPDX-License-Identifier: Apache-2.0
"""What a row is: a function of a folder and the options, that says its figures or raises."""

import contextlib
import dataclasses
import random

from daemon import Daemon
from loader import Load
from processes import OwnRedis
from verify import check_own

ROWS = {}


@dataclasses.dataclass
class Options:
    kills: int = 20
    acks: int = 100  # acknowledged writes before each kill
    long: bool = False
    quick: bool = False  # as in every test run: seconds
    seed: int = 1
    verbose: bool = False

    def random(self):
        return random.Random(self.seed)


def row(name):
    def add(function):
        ROWS[name] = function
        return function
    return add


class Site:
    """A folder with a daemon that can be started again."""

    def __init__(self, folder, *flags, environment=None, **options):
        folder.mkdir(exist_ok=True)
        self.folder, self.flags, self.options = folder, flags, options
        self.environment = environment
        self.url = f"unix:{folder}/s"
        self.daemon = None

    def start(self):
        self.launch().ready()
        return self

    def launch(self):
        if self.daemon:
            self.daemon.__exit__()
        self.daemon = Daemon(self.folder, *self.flags, environment=self.environment,
                             **self.options)
        return self.daemon

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        if self.daemon:
            self.daemon.__exit__()


@contextlib.contextmanager
def shared_log(folder, n_daemons, redis_url=None, **settings):
    """Your own Redis and daemons on it: (redis, [site])."""
    with OwnRedis(folder, **settings) as redis, contextlib.ExitStack() as stack:
        sites = []
        for number in range(n_daemons):
            flags = ("--redis", redis_url or redis.url) + (("--init",) if number == 0 else ())
            sites.append(stack.enter_context(Site(folder / f"d{number}", *flags)))
        yield redis, sites


def load_and_check(folder, redis, sites, during, n_lanes=4, window=16):
    """Runs during(ledger) under load and checks everything afterwards."""
    with Load([site.url for site in sites], n_lanes, window) as ledger:
        figures = during(ledger)
    counts = check_own(ledger, redis, folder, [site.url for site in sites])
    return counts, ledger, figures
