# SPDX-License-Identifier: Apache-2.0
"""The daemon as its users meet it: real processes, real sockets, real redis-server."""

import os
import pathlib
import resource
import select
import signal
import stat
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import native  # noqa: E402
from daemon import Daemon, Folder, run  # noqa: E402
from native import Connection, Refused  # noqa: E402

SILENT_PEERS = 1000


def raise_descriptor_limit():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


class StartAndStop(unittest.TestCase):
    def test_a_ready_daemon_listens_where_it_says_and_leaves_nothing_behind(self):
        with Folder() as folder:
            with Daemon(folder, "--listen", f"unix:{folder}/s",
                        "--listen", "tcp://127.0.0.1:0") as daemon:
                daemon.ready()
                unix, tcp = daemon.urls()
                self.assertEqual(unix, f"unix:{folder}/s")
                self.assertNotEqual(int(tcp.rsplit(":", 1)[1]), 0)
                self.assertEqual(stat.S_IMODE(os.stat(folder / "s").st_mode), 0o600)
                self.assertEqual(stat.S_IMODE(os.stat(daemon.data).st_mode), 0o700)
                for url in (unix, tcp):
                    with Connection(url) as connection:
                        self.assertEqual(connection.status()["durability"], b"always")
                daemon.process.send_signal(signal.SIGTERM)
                daemon.wait_told("STOPPING=1")
                self.assertEqual(daemon.process.wait(60), 0)
                self.assertFalse((folder / "s").exists())
                self.assertFalse((daemon.data / "listen").exists())
                self.assertIn("event=stopped exit=0", daemon.log_text())

    def test_sigint_stops_too(self):
        with Folder() as folder, Daemon(folder) as daemon:
            daemon.ready().process.send_signal(signal.SIGINT)
            self.assertEqual(daemon.process.wait(60), 0)

    def test_a_socket_left_by_a_killed_daemon_is_taken_over_but_not_one_in_use(self):
        with Folder() as folder, Daemon(folder) as first:
            first.ready().kill()
            self.assertTrue((folder / "s").exists())
            with Daemon(folder) as second:
                second.ready()
                other = folder / "other"
                other.mkdir()
                with Daemon(other, "--listen", f"unix:{folder}/s") as third:
                    self.assertEqual(third.process.wait(60), 1)
                    self.assertIn("event=listen_failed", third.log_text())
                with Connection(f"unix:{folder}/s") as connection:
                    connection.status()

    def test_a_port_is_shared_only_when_asked_for(self):
        with Folder() as folder:
            names = [folder / name for name in "abc"]
            for name in names:
                name.mkdir()
            with Daemon(names[0], "--share-port", "--listen", "tcp://127.0.0.1:0") as first:
                url = first.ready().urls()[0]
                with Daemon(names[1], "--share-port", "--listen", url) as second:
                    self.assertEqual(second.ready().urls(), [url])
                with Daemon(names[2], "--listen", url) as third:
                    self.assertEqual(third.process.wait(60), 1)

    def test_the_watchdog_is_fed(self):
        with Folder() as folder:
            with Daemon(folder, environment={"WATCHDOG_USEC": "200000"}) as daemon:
                daemon.wait_told("WATCHDOG=1")

    def test_sighup_reads_the_log_level_again_and_a_bad_file_keeps_the_old(self):
        with Folder() as folder:
            config = folder / "config"
            config.write_text("log-level = error\n")
            with Daemon(folder, "--config", config) as daemon:
                daemon.ready()
                self.assertEqual(daemon.log_text(), "")
                config.write_text("log-level = loud\n")
                daemon.process.send_signal(signal.SIGHUP)
                with Connection(f"unix:{folder}/s") as connection:
                    while "reload_refused" not in daemon.log_text():
                        connection.status()
                    config.write_text("log-level = info\n")
                    daemon.process.send_signal(signal.SIGHUP)
                    while "event=reloaded log_level=info" not in daemon.log_text():
                        connection.status()
                self.assertEqual(daemon.stop(), 0)
                self.assertIn("event=stopped", daemon.log_text())


class Settings(unittest.TestCase):
    def test_wrong_usage_exits_2(self):
        wrong = [
            ["--no-such-flag"], ["--listen"], ["surplus"], ["--log-level", "loud"],
            ["--listen", "grpc://127.0.0.1:4181"], ["--listen", "http://127.0.0.1:4182"],
            ["--listen", "tcps://127.0.0.1:1"], ["--listen", "ftp://x"],
            ["--listen", "tcp://0.0.0.0:4180"], ["--listen", "tcp://127.0.0.1:65536"],
            ["--listen", "unix:"], ["--listen", "unix:" + 108 * "x"],
            ["--redis", "redis://:secret@host"], ["--redis", "mysql:"],
            ["--redis-user", "x"], ["--durability", "none"], ["--drain-timeout", "soon"],
            ["--config", "/does/not/exist"],
        ]
        for flags in wrong:
            with self.subTest(flags=flags):
                done = run(*flags)
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertIn("vardsokd: ", done.stderr)
                self.assertEqual(done.stdout, "")
                self.assertNotIn("secret", done.stderr)

    def test_every_fault_is_told_at_once(self):
        done = run("--check-config", "--log-level", "loud", "--listen", "http://127.0.0.1:1",
                   "--durability", "none")
        self.assertEqual(done.returncode, 2)
        self.assertEqual(len(done.stderr.splitlines()), 3, done.stderr)
        self.assertIn("log-level = loud", done.stdout)

    def test_a_flag_goes_before_the_environment_before_the_file_before_the_default(self):
        with Folder() as folder:
            config = folder / "config"
            config.write_text("# a comment\nlog-level = error\ndrain-timeout = 3s\n"
                              "redis = unix:/file\nlisten = unix:/a\nlisten = unix:/b\n")
            done = run("--check-config", "--config", config, "--log-level", "debug",
                       environment={"VARDSOK_LOG_LEVEL": "warn",
                                    "VARDSOK_REDIS": "unix:/environment"})
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        for line in ("# flag\nlog-level = debug", "# environment\nredis = unix:/environment",
                     "# file\ndrain-timeout = 3s", "# default\ninit = false",
                     "# file\nlisten = unix:/a\n# file\nlisten = unix:/b"):
            self.assertIn(line + "\n", done.stdout)

    def test_a_wrong_line_of_the_file_is_named(self):
        with Folder() as folder:
            config = folder / "config"
            config.write_text("log-level = info\nlog-levle = info\nrubbish\n")
            done = run("--check-config", "--config", config)
        self.assertEqual(done.returncode, 2)
        self.assertIn("config:2: no setting is called log-levle", done.stderr)
        self.assertIn("config:3: ", done.stderr)

    def test_insecure_allows_other_hosts(self):
        done = run("--check-config", "--listen", "tcp://0.0.0.0:4180", "--insecure")
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_a_relative_data_folder_is_where_the_daemon_was_started(self):
        done = run("--check-config", "--data-dir", "some/where")
        self.assertIn(f"data-dir = {os.getcwd()}/some/where\n", done.stdout)
        done = run("--check-config", "--data-dir", 1001 * "x")
        self.assertEqual(done.returncode, 2)

    def test_version_and_help(self):
        self.assertRegex(run("--version").stdout, r"^vardsokd \d+\.\d+\.\d+\n$")
        done = run("--help")
        self.assertEqual(done.returncode, 0)
        for flag in ("--config FILE", "--data-dir DIR", "--redis URL", "--listen URL",
                     "--log-level LEVEL", "--check-config", "--share-port", "--init"):
            self.assertIn(flag, done.stdout)


class Calls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Folder()
        path = cls.folder.__enter__()
        cls.addClassCleanup(cls.folder.__exit__)
        cls.daemon = Daemon(path, "--listen", f"unix:{path}/s", "--listen", "tcp://127.0.0.1:0")
        cls.addClassCleanup(cls.daemon.__exit__)
        cls.unix, cls.tcp = cls.daemon.ready().urls()
        with Connection(cls.unix) as connection:
            connection.call(native.APPLY, native.apply_request(native.sample_world()))

    def test_match_finds_what_was_written(self):
        with Connection(self.tcp) as connection:
            answer = native.fields(connection.call(native.MATCH, native.QUERY))
            option = native.fields(answer[6][0])
            self.assertEqual(option[4], [b"A-12/TSE2321000131-E1/NFB49"])
            self.assertEqual(option[16], [31])

    def test_a_batch_streams_its_answers(self):
        with Connection(self.unix) as connection:
            batch = 300 * native.field(1, native.QUERY) + native.field(1, b"")
            connection.send(native.request(9, native.MATCH_BATCH, batch))
            for index in range(301):
                kind, call_id, _, payload = connection.frame()
                item = native.fields(payload)
                self.assertEqual((kind, call_id, item[1][0]), (native.ITEM, 9, index))
                self.assertEqual(3 in item, index == 300)
            self.assertEqual(connection.frame(), (native.END, 9, 0, b""))

    def test_get_list_and_status(self):
        with Connection(self.unix) as connection:
            key = native.field(1, native.field(8, native.field(1, "A-12")))
            stored = native.fields(native.fields(connection.call(native.GET, key))[1][0])
            agreement = native.fields(native.fields(stored[1][0])[8][0])
            self.assertEqual(agreement[1], [b"A-12"])
            page = native.fields(connection.call(native.LIST, native.field(1, 6)))
            self.assertEqual(len(page[1]), 1)
            self.assertNotIn(2, page)
            status = connection.status()
            self.assertEqual((status["units"], status["lines"]), (1, 1))
            self.assertEqual(page[3], [status["revision"]])

    def test_validate_only_changes_nothing(self):
        with Connection(self.unix) as connection:
            before = connection.status()
            message = native.apply_request([native.region("01", "Region Stockholm",
                                                          "stockholm-gotland")], True)
            connection.call(native.APPLY, message)
            self.assertEqual(connection.status(), before)
            with self.assertRaises(Refused) as caught:
                connection.call(native.APPLY, native.apply_request([native.region("02", "x")],
                                                                   True))
            self.assertEqual((caught.exception.code, caught.exception.reason),
                             (3, "RETIRED_REGION"))

    def test_the_same_request_id_has_one_effect(self):
        with Connection(self.unix) as connection:
            message = native.apply_request([native.region("25", "Region Norrbotten", "norra")])
            first = connection.call(native.APPLY, message)
            revision = connection.status()["revision"]
            self.assertEqual(connection.call(native.APPLY, message), first)
            self.assertEqual(native.fields(first)[1][0], revision)

    def test_many_calls_at_once_are_all_answered(self):
        with Connection(self.unix) as connection:
            ids = range(200)
            connection.send(b"".join(
                native.request(i, (native.MATCH, native.STATUS)[i % 2], native.QUERY)
                for i in ids))
            answered = [connection.frame()[:2] for _ in ids]
            self.assertEqual(sorted(answered), [(native.RESPONSE, i) for i in ids])

    def test_an_answer_comes_after_the_end_of_what_is_sent(self):
        with Connection(self.unix) as connection:
            connection.send(native.request(1, native.STATUS))
            connection.socket.shutdown(1)
            self.assertEqual(connection.frame()[:2], (native.RESPONSE, 1))
            self.assertEqual(connection.read_to_end(), b"")

    def test_bad_bytes_are_answered_and_the_daemon_goes_on(self):
        bad = [
            b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\x16\x03\x01\x02\x00", 8 * b"\xff",
            native.PREFACE + native.frame(native.REQUEST, 1, 1, length=0xFFFFFFFF),
            native.PREFACE + native.frame(native.REQUEST, 1, 1, length=0x7FFFFFFF),
            native.PREFACE + native.frame(native.REQUEST, 1, 1, length=(4 << 20) + 1),
            native.PREFACE + native.frame(0, 1), native.PREFACE + native.frame(77, 1),
            native.PREFACE + native.frame(native.RESPONSE, 1),
            native.PREFACE + 1000 * native.frame(native.PING, 1),
        ]
        for data in bad:
            with self.subTest(data=data[:32]), Connection(self.tcp, greet=False) as connection:
                connection.send(data)
                answer = connection.read_to_end()  # also: it closes
                self.assertEqual(answer[:8], native.PREFACE)
                while answer[16] == native.PONG:
                    answer = answer[12:]
                self.assertEqual(answer[16], native.GOAWAY)
                self.assertIn(Refused(answer[20:]).code, (3, 8))
        with Connection(self.tcp) as connection:
            with self.assertRaises(Refused) as caught:
                connection.call(999)
            self.assertEqual(caught.exception.reason, "UNKNOWN_METHOD")
            connection.status()

    def test_a_peer_that_does_not_read_does_not_hold_up_others(self):
        with Connection(self.unix) as deaf, Connection(self.unix) as good:
            deaf.socket.setblocking(False)
            data = 1000 * native.request(1, native.MATCH, native.QUERY)
            try:
                for _ in range(1000):
                    deaf.socket.send(data)
                self.fail("it went on reading from a peer that does not read")
            except BlockingIOError:
                pass
            good.status()

    def test_a_deadline_is_kept(self):
        with Connection(self.unix) as connection:
            waits = native.QUERY + native.field(23, 1 << 40)
            with self.assertRaises(Refused) as caught:
                connection.call(native.MATCH, waits, deadline_ms=50)
            self.assertEqual((caught.exception.code, caught.exception.reason),
                             (14, "REVISION_NOT_REACHED"))

    def test_a_thousand_silent_peers_are_sent_away_while_a_good_one_is_served(self):
        raise_descriptor_limit()
        silent = [Connection(self.unix, greet=False) for _ in range(SILENT_PEERS)]
        with Connection(self.unix) as good:
            for _ in range(100):
                good.call(native.MATCH, native.QUERY)
            for peer in silent:
                answer = peer.read_to_end()
                self.assertEqual(answer[16], native.GOAWAY)
                peer.socket.close()
                good.call(native.MATCH, native.QUERY)

    def test_one_address_cannot_take_all_connections(self):
        raise_descriptor_limit()
        peers = []
        try:
            for _ in range(256):
                peers.append(Connection(self.tcp))
            with Connection(self.tcp, greet=False) as surplus:
                answer = surplus.read_to_end()
                self.assertEqual(answer[16], native.GOAWAY)
                self.assertEqual(Refused(answer[20:]).code, 8)
            with Connection(self.unix) as other:
                other.status()
        finally:
            for peer in peers:
                peer.socket.close()


class Survival(unittest.TestCase):
    def test_more_connections_than_descriptors_wait_for_their_turn(self):
        with Folder() as folder, Daemon(folder, max_descriptors=100) as daemon:
            url = daemon.ready().urls()[0]
            self.assertIn("max_connections=36", daemon.log_text())
            peers = [Connection(url) for _ in range(36)]
            waiting = [Connection(url, greet=False) for _ in range(5)]
            for peer in peers:
                peer.status()  # those that are in are served
            readable, _, _ = select.select([peer.socket for peer in waiting], [], [], 0)
            self.assertEqual(readable, [])
            for n, peer in enumerate(waiting):
                peers[n].socket.close()
                peer.send(native.PREFACE)
                self.assertEqual(peer.read(8), native.PREFACE)
                peer.status()
            for peer in peers + waiting:
                peer.socket.close()
            self.assertEqual(daemon.stop(), 0)

    def test_a_killed_daemon_comes_back_with_the_same_digest(self):
        with Folder() as folder:
            with Daemon(folder) as daemon:
                url = daemon.ready().urls()[0]
                with Connection(url) as connection:
                    connection.call(native.APPLY, native.apply_request(native.sample_world()))
                    for n in range(20):
                        connection.call(native.APPLY, native.apply_request(
                            [native.region("14", f"Västra Götalandsregionen {n}")]))
                    before = connection.status()
                    answer = connection.call(native.MATCH, native.QUERY)
                daemon.kill()
            with Daemon(folder) as daemon, Connection(daemon.ready().urls()[0]) as connection:
                self.assertEqual(connection.status(), before)
                self.assertEqual(connection.call(native.MATCH, native.QUERY), answer)
                self.assertEqual(daemon.stop(), 0)
            with Daemon(folder) as daemon, Connection(daemon.ready().urls()[0]) as connection:
                self.assertEqual(connection.status(), before)

    def test_sigterm_answers_every_write_that_was_accepted(self):
        n_calls = 200
        with Folder() as folder:
            done = refused = 0
            with Daemon(folder) as daemon, Connection(daemon.ready().urls()[0]) as connection:
                for call_id in range(n_calls):
                    connection.send(native.request(call_id, native.APPLY, native.apply_request(
                        [native.put(8, native.field(1, f"A-{call_id}") + native.field(2, "14")
                                    + native.field(3, 1))])))
                daemon.process.send_signal(signal.SIGTERM)
                try:
                    while True:
                        kind, _, _, _ = connection.frame()
                        done += kind == native.RESPONSE
                        refused += kind == native.ERROR
                except EOFError:
                    pass
                self.assertEqual(daemon.process.wait(60), 0)
                self.assertNotIn("drain_timeout connections", daemon.log_text())
            with Daemon(folder) as daemon, Connection(daemon.ready().urls()[0]) as connection:
                revision = connection.status()["revision"]
            self.assertEqual(done, revision - 1)
            self.assertLessEqual(done + refused, n_calls)

    def test_an_open_call_does_not_hold_up_the_end_for_ever(self):
        with Folder() as folder:
            with Daemon(folder, "--drain-timeout", "200ms") as daemon:
                with Connection(daemon.ready().urls()[0]) as connection:
                    waits = native.QUERY + native.field(23, 1 << 40)
                    connection.send(native.request(1, native.MATCH, waits, 60000))
                    connection.send(native.request(2, native.STATUS))
                    self.assertEqual(connection.frame()[:2], (native.RESPONSE, 2))
                    self.assertEqual(daemon.stop(), 0)
                    self.assertEqual(connection.frame()[0], native.GOAWAY)

    def test_your_own_redis_needs_init_once(self):
        with Folder() as folder:
            redis = subprocess.Popen(
                ["redis-server", "--port", "0", "--unixsocket", folder / "r", "--dir", folder,
                 "--appendonly", "yes", "--appendfsync", "always", "--save", "",
                 "--maxmemory-policy", "noeviction"], stdout=subprocess.DEVNULL)
            try:
                flags = ("--redis", f"unix:{folder}/r")
                with Daemon(folder, *flags, "--init") as daemon:
                    with Connection(daemon.ready().urls()[0]) as connection:
                        connection.call(native.APPLY,
                                        native.apply_request(native.sample_world()))
                    self.assertEqual(daemon.stop(), 0)
                with Daemon(folder, *flags) as daemon:
                    with Connection(daemon.ready().urls()[0]) as connection:
                        self.assertEqual(connection.status()["revision"], 2)
                    self.assertEqual(daemon.stop(), 0)
            finally:
                redis.terminate()
                redis.wait(60)


if __name__ == "__main__":
    unittest.main()
