# SPDX-License-Identifier: Apache-2.0
"""F30: each allocation and each system call of the scenarios of tests/torture fails once."""

import os
import pathlib
import re
import subprocess

from row import row
from verify import expect

SUM = re.compile(r"^(\d+) calls failed in (\d+) scenarios: (\d+) succeeded, (\d+) refused, "
                 r"(\d+) aborted in a controlled way, (\d+) bad$")


@row("F30")
def each_call_fails(folder, options):
    program = pathlib.Path(os.environ.get("VARDSOK_TOOLS", "build/debug/tests")) / "vardsok-torture"
    expect(program.exists(), "vardsok-torture is not built: ./dev faults and ./dev test build it")
    words = ["--seed", str(options.seed), *(["--runs", "50"] if options.quick else [])]
    with open(folder / "torture.log", "w+", encoding="utf-8", errors="replace") as log:
        code = subprocess.run([program, *words], stdout=log, stderr=log, check=False).returncode
        log.seek(0)
        lines = log.read().splitlines()
    found = SUM.match(lines[-1]) if lines else None
    expect(code == 0 and found, next((line for line in lines if line.startswith("FAILED")), "it broke off"))
    failed, scenarios, succeeded, refused, aborted, _ = found.groups()
    return (f"scenarios={scenarios} failed_calls={failed} succeeded={succeeded} refused={refused} "
            f"aborted={aborted} bad=0")
