# SPDX-License-Identifier: Apache-2.0
"""A real vardsokd in a folder of its own. Waits for what it says, never for time to pass."""

import os
import pathlib
import resource
import select
import shutil
import signal
import socket
import subprocess
import tempfile

BIN = pathlib.Path(os.environ.get("VARDSOK_BIN", "build/debug/bin")).resolve()
TIMEOUT_S = 60


class Folder:
    """A temporary folder beside the programs; its path is short enough for a unix socket."""

    def __enter__(self):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="t", dir=BIN.parent))
        return self.path

    def __exit__(self, *_):
        shutil.rmtree(self.path)


class Daemon:
    def __init__(self, folder, *flags, environment=None, max_descriptors=None):
        self.data = folder / "data"
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notify.settimeout(TIMEOUT_S)
        notify_path = folder / "notify"
        notify_path.unlink(missing_ok=True)
        self.notify.bind(str(notify_path))
        self.log = open(folder / "log", "ab+")
        self.log_start = self.log.seek(0, os.SEEK_END)
        environment = {**os.environ, "NOTIFY_SOCKET": str(notify_path), **(environment or {})}

        def limit():
            resource.setrlimit(resource.RLIMIT_NOFILE, (max_descriptors, max_descriptors))

        listens = () if "--listen" in flags else ("--listen", f"unix:{folder}/s")
        self.process = subprocess.Popen(
            [BIN / "vardsokd", "--data-dir", self.data, *listens, *flags],
            stderr=self.log, stdin=subprocess.DEVNULL, env=environment,
            preexec_fn=limit if max_descriptors else None)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.kill()
        self.notify.close()
        self.log.close()

    def log_text(self):
        self.log.seek(self.log_start)
        return self.log.read().decode()

    def wait_told(self, message):
        """Until the service manager would be told message; fails when the daemon ends first."""
        pidfd = os.pidfd_open(self.process.pid)
        try:
            while True:
                ready, _, _ = select.select([self.notify, pidfd], [], [], TIMEOUT_S)
                if self.notify in ready:
                    if self.notify.recv(256).decode() == message:
                        return self
                else:
                    raise AssertionError(f"no {message}:\n{self.log_text()}")
        finally:
            os.close(pidfd)

    def ready(self):
        return self.wait_told("READY=1")

    def urls(self):
        return (self.data / "listen").read_text().splitlines()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(TIMEOUT_S)

    def kill(self):
        self.process.kill()
        self.process.wait(TIMEOUT_S)


def run(*flags, environment=None):
    """Runs vardsokd to its end."""
    environment = {**os.environ, **(environment or {})}
    return subprocess.run([BIN / "vardsokd", *flags], capture_output=True, text=True,
                          timeout=TIMEOUT_S, stdin=subprocess.DEVNULL, env=environment)
