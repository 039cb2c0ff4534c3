# SPDX-License-Identifier: Apache-2.0
"""The fault harness: run.py [--kills N] [--acks N] [--long] [--ci] [--seed N] [ROW...]

Each row is one fault under load; it prints one line. Ends with "survived N of N" and exits 1 when a
row did not survive. The programs are those of VARDSOK_BIN. --ci runs what expected.txt names.
"""

import argparse
import pathlib
import subprocess
import sys
import time
import traceback

LOG_LINES = 20
HERE = pathlib.Path(__file__).parent
sys.dont_write_bytecode = True
sys.path[:0] = [str(HERE), str(HERE.parent / "integration")]

from daemon import Folder  # noqa: E402
from row import ROWS, Options  # noqa: E402
from rows_disk import SmallDisk  # noqa: E402
import rows_calls  # noqa: E402, F401
import rows_claims  # noqa: E402, F401
import rows_kill  # noqa: E402, F401
import rows_loss  # noqa: E402, F401
import rows_memory  # noqa: E402, F401
import rows_redis  # noqa: E402, F401
import rows_split  # noqa: E402, F401
import rows_torture  # noqa: E402, F401
import rows_version  # noqa: E402, F401
import rows_wire  # noqa: E402, F401


def can_mount():
    with Folder() as folder:
        try:
            with SmallDisk(folder / "disk"):
                return True
        except (OSError, subprocess.CalledProcessError):
            return False


def expected():
    """(the rows that must survive here, those that cannot be tried here)"""
    lines = (HERE / "expected.txt").read_text().splitlines()
    rows = [line.split() for line in lines if line and not line.startswith("#")]
    left_out = {name for name, *needs in rows if "root" in needs and not can_mount()}
    return [name for name, *_ in rows if name not in left_out], sorted(left_out)


def print_logs(folder):
    for path in sorted(folder.rglob("*log")):
        if path.is_file():
            lines = path.read_text(errors="replace").splitlines()[-LOG_LINES:]
            print(f"--- {path}", *lines, sep="\n", file=sys.stderr)


def run_row(name, options):
    """(survived, the line)."""
    start = time.monotonic()
    try:
        with Folder() as folder:
            try:
                figures = ROWS[name](folder, options)
            except Exception:
                if options.verbose:
                    print_logs(folder)
                raise
        return True, f"{name} survived {figures} took_s={time.monotonic() - start:.1f}"
    except Exception as fault:  # whatever it is, the other rows go on
        if options.verbose:
            traceback.print_exc()
        what = " ".join(str(fault).split()) or repr(fault)
        return False, f"{name} failed: {what[:400]}"


def main(words):
    parser = argparse.ArgumentParser(prog="./dev faults")
    parser.add_argument("--kills", type=int, help="of each kind of process (20, long 100)")
    parser.add_argument("--acks", type=int, default=100, help="writes before each kill")
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1000000)
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--ci", action="store_true", help="the rows of expected.txt, quickly")
    parser.add_argument("--verbose", action="store_true", help="where a row failed")
    parser.add_argument("rows", nargs="*", metavar="ROW")
    given = parser.parse_args(words)
    options = Options(given.kills or (100 if given.long else 10 if given.ci else 20),
                      given.acks, given.long, given.ci, given.seed, given.verbose)
    names, left_out = (expected() if given.ci else (sorted(ROWS), []))
    names = given.rows or names
    unknown = [name for name in names if name not in ROWS]
    if unknown:
        parser.error(f"no row {' '.join(unknown)}; there are {' '.join(sorted(ROWS))}")
    good = 0
    for name in left_out:
        print(f"{name} not tried: no small disk can be mounted here")
    print(f"seed {options.seed}", file=sys.stderr)
    for name in names:
        survived, line = run_row(name, options)
        good += survived
        print(line, flush=True)
    print(f"survived {good} of {len(names)}")
    print(f"{good} passed, {len(names) - good} failed")
    return 0 if good == len(names) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
