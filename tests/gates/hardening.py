# SPDX-License-Identifier: Apache-2.0
"""The release programs are what the release preset promises: hardening.py PROGRAM...

Position-independent, full RELRO, no executable stack, stack protector, fortified libc calls.
"""

import pathlib
import re
import subprocess
import sys


def read_elf(program):
    command = ["readelf", "--wide", "--file-header", "--program-headers", "--dynamic", "--dyn-syms", program]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def find_faults(elf):
    expected = {
        "not position-independent": r"Type:\s+DYN \(Position-Independent",
        "no RELRO": r"^\s*GNU_RELRO",
        "lazy binding": r"\(FLAGS(?:_1)?\).*\b(?:BIND_)?NOW\b",
        "an executable stack": r"^\s*GNU_STACK(?:\s+0x\w+){5}\s+RW\s",
        "no stack protector": r"\b__stack_chk_fail@",
        "no fortified call": r"\b__\w+_chk@",
    }
    return [what for what, pattern in expected.items() if not re.search(pattern, elf, re.MULTILINE)]


def main(programs):
    faults = [f"{program}: {what}" for program in programs for what in find_faults(read_elf(program))]
    print("\n".join(faults or [f"{pathlib.Path(program).name} is hardened" for program in programs]))
    return 1 if faults or not programs else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
