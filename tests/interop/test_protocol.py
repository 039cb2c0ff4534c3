#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""docs/protocol.md against a real daemon, our headers and the schema: its worked exchange is replayed
byte for byte, its numbers are compared one by one, and a client written from it alone must work."""
import datetime
import pathlib
import re
import subprocess
import sys
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "integration"))
sys.path.insert(0, str(HERE))

import native  # noqa: E402
import pages  # noqa: E402
from daemon import Daemon, Folder  # noqa: E402
from native import field, fields, put  # noqa: E402

PAGE = "docs/protocol.md"
UNIT = "SE2321000131-E1"
DATE = re.compile(rb"\d{4}-\d\d-\d\d")
HEADERS = ["daemon/rpc/limits.h", "daemon/rpc/frame.h", "daemon/wire/service.h",
           "daemon/wire/reader.h", "daemon/domain/state.h", "daemon/domain/search.h",
           "daemon/replica/replica.h", "daemon/server/server.h"]


def world():
    """One offer: a hip replacement at one unit, under one agreement of region 14."""
    return [
        put(1, field(1, "14") + field(2, "Västra Götalandsregionen") + field(3, "vastra")),
        put(4, field(1, "NFB49") + field(2, "KVA") + field(3, "2026")
            + field(4, "Total höftprotes") + field(8, 3)),
        put(6, field(1, UNIT) + field(2, "Ortopeden Mölndal") + field(3, "14") + field(7, 1)),
        put(8, field(1, "A-12") + field(2, "14") + field(3, 1)),
        put(9, field(1, "A-12") + field(2, UNIT) + field(3, "NFB49")
            + field(11, field(1, 3)) + field(12, 8125000)),
    ]


def write(connection, changes):
    """As the page says: not written is sent again, with the same request id. A daemon that has just
    started answers queries a moment before its log takes writes."""
    request = native.apply_request(changes)
    end = time.monotonic() + native.TIMEOUT_S
    while True:
        try:
            return connection.call(native.APPLY, request)
        except native.Refused as refused:
            if refused.reason != "LOG_UNAVAILABLE" or time.monotonic() > end:
                raise


def load(connection):
    """Revision 2 is the world, revision 3 a waiting time observed on the daemon's own today."""
    write(connection, world())
    today = fields(connection.call(native.MATCH, native.QUERY))[2][0]
    wait = field(1, UNIT) + field(2, "NFB49") + field(3, today) + field(4, 28) + field(7, 2)
    write(connection, [put(10, wait)])
    return today


def moved(data, days):
    """The same bytes with every date so many days later."""
    def move(match):
        day = datetime.date.fromisoformat(match[0].decode())
        return (day + datetime.timedelta(days)).isoformat().encode()
    return DATE.sub(move, data)


class RealDaemon(unittest.TestCase):
    def setUp(self):
        folder = self.enterContext(Folder())
        daemon = self.enterContext(Daemon(folder))
        self.url = daemon.ready().urls()[0]
        with native.Connection(self.url) as connection:
            self.today = load(connection)

    def test_the_worked_exchange_is_what_a_daemon_says(self):
        page = pages.text(PAGE)
        sent, answered = pages.Dump(page, "client"), pages.Dump(page, "daemon")
        with native.Connection(self.url, greet=False) as connection:
            connection.send(sent.bytes)
            got = connection.read(len(answered.bytes))
            connection.socket.shutdown(1)  # SHUT_WR
            self.assertEqual(connection.read_to_end(), b"", "more than is documented")
        self.assertIsNone(answered.differs_outside_marks(got))
        documented, today = DATE.findall(answered.bytes), DATE.findall(got)[0]
        days = (datetime.date.fromisoformat(today.decode())
                - datetime.date.fromisoformat(documented[0].decode())).days
        if today == self.today:  # else midnight passed meanwhile: the offer is a day nearer
            self.assertEqual(got, moved(answered.bytes, days))

    def test_a_client_written_from_the_page_finds_the_unit_and_its_first_day(self):
        client = HERE / "plain_client.py"
        self.assertLessEqual(len(client.read_text(encoding="utf-8").splitlines()), 40)
        done = subprocess.run(
            [sys.executable, "-B", client, self.url.removeprefix("unix:"), "NFB49", "14"],
            capture_output=True, text=True, timeout=60, check=True)
        name, first_day = done.stdout.strip().split("\t")
        today = datetime.date.fromisoformat(self.today.decode())
        self.assertEqual(name, "Ortopeden Mölndal")
        self.assertIn((datetime.date.fromisoformat(first_day) - today).days, (28, 29))

    def test_the_plain_client_shows_a_refusal(self):
        done = subprocess.run(
            [sys.executable, "-B", HERE / "plain_client.py", self.url.removeprefix("unix:"),
             "NFB4", "14"], capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("nearest: NFB49", done.stderr)


class Numbers(unittest.TestCase):
    def setUp(self):
        self.page = pages.text(PAGE)

    def test_every_limit_is_the_headers(self):
        documented = {cells[0].strip("`"): pages.number(cells[1])
                      for cells in pages.rows(self.page, r"`[A-Z]+_[A-Z0-9_]+`")}
        known, needed = {}, {}
        for header in HEADERS:
            known.update(pages.defines(header))
            if "/rpc/" in header:
                needed.update(pages.defines(header))
        self.assertGreater(len(needed), 25)
        self.assertEqual(set(needed) - set(documented), set(), "not in the page")
        self.assertEqual({name: known.get(name) for name in documented}, documented)

    def test_every_group_of_the_dump_is_what_its_words_say(self):
        schema = "".join(path.read_text(encoding="utf-8")
                         for path in (pages.ROOT / "schema/vardsok/v1").glob("*.proto"))
        named = 0
        for side in ("client", "daemon"):
            for data, words in pages.Dump(self.page, side).groups:
                self.assertEqual("†" in words, DATE.search(data) is not None, words)
                for name, value in re.findall(r"(\w+) \((\d+)\)", words):
                    self.assertRegex(schema, rf"\b{name} = {value};", words)
                    key, _ = native.read_varint(data, 0)
                    self.assertEqual(key >> 3, int(value), words)
                    named += 1
                for value in re.findall(r'= "(.+)"', words):
                    self.assertTrue(data.endswith(value.encode()), words)
        self.assertGreater(named, 20)

    def test_every_method_is_the_schemas_and_the_daemons(self):
        documented = {int(cells[0]): cells[1].strip("`")
                      for cells in pages.rows(self.page, r"\d+") if cells[1].startswith("`/")}
        streams = {int(cells[0]) for cells in pages.rows(self.page, r"\d+")
                   if cells[1].startswith("`/") and cells[3].startswith("stream ")}
        schema, schema_streams = {}, set()
        for path in sorted((pages.ROOT / "schema/vardsok/v1").glob("*.proto")):
            proto = path.read_text(encoding="utf-8")
            for service, body in re.findall(r"^service (\w+) \{\n(.*?)^\}", proto, re.M | re.S):
                for name, stream, value in re.findall(
                        r"rpc (\w+)\(\w+\) returns \((stream )?\w+\) \{\s*"
                        r"option \(method_number\) = (\d+);", body):
                    schema[int(value)] = f"/vardsok.v1.{service}/{name}"
                    schema_streams |= {int(value)} if stream else set()
        table = {int(value): name for value, name in re.findall(
            r'\{(\d+), RPC_\w+, "([^"]+)"', pages.text("daemon/rpc/methods.c"))}
        self.assertGreater(len(schema), 5)
        self.assertEqual(documented, schema)
        self.assertEqual(streams, schema_streams)
        self.assertEqual(documented, table)

    def test_every_frame_type_and_status_is_the_headers(self):
        types = {name: int(value) for name, value in re.findall(
            r"^    RPC_([A-Z]+) = (\d+),", pages.text("daemon/rpc/frame.h"), re.M)}
        statuses = {name: int(value) for name, value in re.findall(
            r"^    STATUS_(\w+) = -?(\d+),", pages.text("daemon/base/status.h"), re.M)}
        statuses["CANCELLED"] = statuses.pop("CANCELED")  # gRPC's spelling
        documented = {cells[1]: int(cells[0]) for cells in pages.rows(self.page, r"\d+")
                      if re.fullmatch(r"[A-Z_]+", cells[1])}
        self.assertEqual(documented, types | statuses)


if __name__ == "__main__":
    unittest.main()
