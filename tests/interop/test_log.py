#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""docs/log.md against a real log: a daemon's entries are read by the page's own table, and its words and
numbers are those of the code."""
import pathlib
import re
import struct
import sys
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "integration"), str(HERE.parent / "faults")]

import native  # noqa: E402
import pages  # noqa: E402
from daemon import Daemon, Folder  # noqa: E402
from entries import xxh3  # noqa: E402
from native import fields  # noqa: E402
from processes import private_connection  # noqa: E402

PAGE = "docs/log.md"
NUMBERS = {"u8": "<B", "u16": "<H", "u32": "<I", "u64": "<Q", "i64": "<q"}
HEADERS = ["daemon/replica/entry.h", "daemon/log_redis/append.h", "daemon/log_redis/control.h",
           "daemon/domain/state.h"]
KEYS = {"LOG": "{vardsok}:log", "META": "{vardsok}:meta"}


def decode(page, data):
    """{name: value} of an entry, by the rows of the page's table alone."""
    found = {}
    for offset, kind, name in (cells[:3] for cells in pages.rows(page, r"\+\d+")):
        name, at = re.match(r"[\w ]+", name)[0].strip(), int(offset[1:])
        if kind in NUMBERS:
            found[name] = struct.unpack_from(NUMBERS[kind], data, at)[0]
        else:
            size = re.fullmatch(r"(\d+|a) B", kind)[1]
            found[name] = data[at:at + (found["a"] if size == "a" else int(size))]
    end = 48 + found["a"] + found["c"]
    found["command"], found["checksum"] = data[48 + found["a"]:end], data[end:]
    found["before"] = data[:end]
    return found


class Page(unittest.TestCase):
    def setUp(self):
        self.page = pages.text(PAGE)

    def test_every_limit_is_the_headers(self):
        known = {}
        for header in HEADERS:
            known.update(pages.defines(header))
        documented = {cells[0].strip("`"): pages.number(cells[1])
                      for cells in pages.rows(self.page, r"`[A-Z]+_[A-Z0-9_]+`")}
        self.assertGreater(len(documented), 8)
        self.assertEqual({name: known.get(name) for name in documented}, documented)

    def test_every_verdict_is_the_codes(self):
        words = re.findall(r'\{"([A-Z]+)",', pages.text("daemon/log_redis/verdict.c"))
        documented = [cells[0].strip("`") for cells in pages.rows(self.page, r"`[A-Z]+`")]
        self.assertGreater(len(words), 5)
        self.assertEqual(documented, words)

    def test_every_word_of_the_scripts_is_documented(self):
        scripts = pages.text("daemon/log_redis/scripts.c")
        replies = re.findall(r"return \{([^}]*)", scripts)
        words = set(re.findall(r"'([A-Z]+)'", " ".join(replies)))
        self.assertLessEqual({"WIPED", "CLOCK", "OK", "EXISTS"}, words)
        self.assertEqual({word for word in words if f"`{word}`" not in self.page}, set())

    def test_entries_stand_where_the_append_script_looks_for_them(self):
        first = re.search(r"for i = (\d+), #ARGV do", pages.text("daemon/log_redis/scripts.c"))[1]
        self.assertEqual(re.search(r"(\d+) … the entries", self.page)[1], first)

    def test_the_table_is_the_one_of_the_header(self):
        drawn = re.findall(r"^//\s+(\d+)  (u8|u16|u32|u64|i64|\d+ B|a B) ",
                           pages.text("daemon/replica/entry.h"), re.M)
        rows = [(cells[0][1:], cells[1]) for cells in pages.rows(self.page, r"\+\d+")]
        self.assertGreater(len(drawn), 8)
        self.assertEqual(rows, drawn)


class RealLog(unittest.TestCase):
    def setUp(self):
        self.page = pages.text(PAGE)
        folder = self.enterContext(Folder())
        daemon = self.enterContext(Daemon(folder))
        url = daemon.ready().urls()[0]
        self.request = native.apply_request([native.region("14", "Västra Götalandsregionen")])
        with native.Connection(url) as connection:
            end = time.monotonic() + native.TIMEOUT_S
            while not (status := connection.status())["writable"] and time.monotonic() < end:
                pass
            connection.call(native.APPLY, self.request)
            self.status = status if status["revision"] == 2 else connection.status()
        with private_connection(daemon.data) as redis:
            self.items = redis.call("XRANGE", KEYS["LOG"], "-", "+")
            meta = redis.call("HGETALL", KEYS["META"])
        self.meta = dict(zip(meta[::2], meta[1::2]))

    def test_keys_and_fields_are_those_of_the_page(self):
        for key in (*KEYS.values(), *(name.decode() for name in self.meta)):
            self.assertIn(f"`{key}`", self.page)
        self.assertEqual(sorted(self.meta), [b"epoch", b"schema", b"trimmed", b"uuid"])
        self.assertEqual([item[0] for item in self.items], [b"1-0", b"2-0"])
        self.assertEqual({item[1][0] for item in self.items}, {b"e"})

    def test_entries_read_by_the_pages_table(self):
        first, second = (decode(self.page, item[1][1]) for item in self.items)
        self.assertEqual((first["format version"], first["actor kind"], first["command"]), (1, 2, b""))
        self.assertEqual(first["actor id"], self.meta[b"uuid"].replace(b"-", b""))
        self.assertEqual((second["format version"], second["actor kind"], second["actor id"]),
                         (1, 1, b"local"))
        self.assertEqual((first["applied"], second["applied"]), (0, 1))
        self.assertEqual(second["request id"], fields(self.request)[1][0])
        self.assertLess(abs(second["time"] - time.time() * 1000), 600000)
        record = fields(fields(fields(second["command"])[1][0])[2][0])[1][0]
        self.assertEqual(fields(record)[1], [b"14"])

    def test_checksums_and_the_chain_are_as_the_page_says(self):
        self.assertIsNotNone(xxh3, "libxxhash.so.0 is missing")
        chain = bytes(16)
        for sequence, item in enumerate(self.items, 1):
            entry = decode(self.page, item[1][1])
            self.assertEqual(xxh3(entry["before"]), entry["checksum"])
            chain = xxh3(chain + struct.pack("<Q", sequence) + entry["checksum"])
        self.assertEqual(chain.hex(), self.status["chain"].decode())


if __name__ == "__main__":
    unittest.main()
