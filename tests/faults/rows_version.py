# SPDX-License-Identifier: Apache-2.0
"""F28: an entry of a later format version than the daemon's own."""

import entries
import native
from daemon import Daemon
from loader import Load
from row import row, shared_log
from verify import check_own, expect, read_for, status, wait_why

UNAVAILABLE = 14
LATER = 2
TOLD = f"the entry has format version {LATER}, this daemon reads 1: update vardsokd"


def newest(redis):
    """(sequence, entry)"""
    ident, pairs = redis.call("XREVRANGE", entries.KEY, "+", "-", "COUNT", 1)[0]
    return int(ident.split(b"-")[0]), pairs[1]


def append(redis, data):
    """As a daemon would, past the rights and scripts of one."""
    sequence = newest(redis)[0] + 1
    redis.call("XADD", entries.KEY, f"{sequence}-0", "e", data)
    return sequence


def later_entry():
    """All that is fixed for ever: the version first, the checksum last."""
    body = bytes([LATER]) + b"nothing else of it is known" * 7
    return body + entries.xxh3(body)


def refuse_write(url):
    try:
        with native.Connection(url) as connection:
            connection.call(native.APPLY, native.apply_request([native.region("12", "Skåne", "sodra")]))
    except native.Refused as refused:
        return refused
    return None


@row("F28")
def later_version(folder, _options):
    with shared_log(folder, 1) as (redis, sites):
        url = sites[0].url
        with Load(url) as ledger:
            ledger.wait_more(200)
        counts = check_own(ledger, redis, folder, [url])
        before = status(url)
        with redis.connection() as connection:
            last = newest(connection)[1]
            sequence = append(connection, later_entry())
            told = wait_why(url, TOLD)
            append(connection, last)
        expect(f"sequence {sequence}:" in told, told)
        slowest_ms, _ = read_for(url, 1)
        after = status(url)
        expect((after["revision"], after["digest"]) == (before["revision"], before["digest"]),
               "something of it, or of what is behind it, was applied")
        expect(not after["writable"], "it calls itself writable")
        refused = refuse_write(url)
        expect(refused and refused.code == UNAVAILABLE and "update vardsokd" in str(refused),
               f"a write was answered with {refused}")
        fresh = folder / "later"
        fresh.mkdir()
        with Daemon(fresh, "--redis", redis.url) as daemon:
            code = daemon.process.wait(60)
            expect(code == 1 and TOLD in daemon.log_text(),
                   f"a daemon that starts on it ended with {code}: {daemon.log_text()}")
    return f"{counts.text()} slowest_read_ms={slowest_ms:.1f}"
