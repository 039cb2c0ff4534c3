# SPDX-License-Identifier: Apache-2.0
"""branches.py BUILD: every branch of apply is taken both ways by the tests that were run on BUILD, a
build with --coverage. What the tests cannot take is left out, each kind for its reason:

    CHECK         an invariant of ours; taken only when the daemon is broken
    HASH_, DL_    macros of uthash, not our branches
    LEFT_OUT      named one by one below, with the reason

Prints each branch that was never taken, and fails when there is one, or when LEFT_OUT names one that is
taken by now."""

import collections
import json
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = "daemon/domain"
FILES = ("state", "change", "claims", "live", "reference", "request_ids", "rows", "digest")
MACROS = re.compile(r"\b(CHECK|HASH_[A-Z_]+|DL_[A-Z_]+)\(")
# file: {(function, text of the line): why no test can take one of its branches}
COUNTED = "a row that is counted as referred to is found by one of these lines, the last of them at the latest"
LEFT_OUT = {
    "claims.c": {
        ("store", "buffer_slice(&state->encoded)));"): "a claim's record is never empty",
    },
    "reference.c": {
        ("refers", "switch (change->kind) {"): "asked only of kinds that something can refer to",
        ("refers", "(kind == KIND_CAPACITY && slice_equal(entity->capacity.service, code));"): COUNTED,
        ("refers", "(kind == KIND_CAPACITY && slice_equal(entity->capacity.unit, id));"): COUNTED,
        ("refers", "return kind == KIND_AGREEMENT_LINE &&"): COUNTED,
    },
}


def statement_lines(lines):
    """Numbers of the lines that a statement with one of the macros covers."""
    numbers, depth = set(), 0
    for number, line in enumerate(lines, 1):
        found = MACROS.search(line)
        if depth == 0 and found:
            line = line[found.start():]
        elif depth == 0:
            continue
        numbers.add(number)
        depth += line.count("(") - line.count(")")
        if line.rstrip().endswith((";", "{")) or depth <= 0:
            depth = 0
    return numbers


def count(build):
    """{file: {(line, function): [times of each branch]}}, summed over the programs."""
    found = collections.defaultdict(dict)
    for name in FILES:
        for notes in pathlib.Path(build).rglob(f"domain/{name}.c.gcno"):
            with tempfile.TemporaryDirectory() as folder:
                answer = subprocess.run(
                    ["gcov", "--branch-probabilities", "--json-format", "--stdout", str(notes.resolve())],
                    check=True, cwd=folder, capture_output=True)
            for document in answer.stdout.splitlines():
                for unit in json.loads(document)["files"]:
                    if unit["file"].endswith(f"{FOLDER}/{name}.c"):
                        add(found[f"{name}.c"], unit["lines"])
    return found


def add(found, lines):
    for line in lines:
        counts = [branch["count"] for branch in line.get("branches", [])]
        if not counts:
            continue
        before = found.setdefault((line["line_number"], line.get("function_name")), [0] * len(counts))
        for place, times in enumerate(counts):
            before[place] += times


def judge(name, branches):
    """(branches looked at, faults)"""
    source = (ROOT / FOLDER / name).read_text().splitlines()
    macros, left_out, n, faults = statement_lines(source), dict(LEFT_OUT.get(name, {})), 0, []
    for (number, function), counts in sorted(branches.items()):
        text = source[number - 1].strip()
        if number in macros:
            continue
        if left_out.pop((function, text), None):
            if all(counts):
                faults.append(f"{name}:{number}: taken by now, and still left out: {text}")
            continue
        n += len(counts)
        if not all(counts):
            faults.append(f"{FOLDER}/{name}:{number}: {counts.count(0)} of {len(counts)} branches "
                          f"never taken: {text}")
    return n, faults + [f"{name}: left out, and no longer there: {function}: {text}"
                        for function, text in left_out]


def main(build):
    found, n, faults = count(build), 0, []
    for name in (f"{file}.c" for file in FILES):
        if name not in found:
            faults.append(f"{name}: nothing was counted; has {build} run its tests?")
            continue
        looked_at, new = judge(name, found[name])
        n, faults = n + looked_at, faults + new
    print(*faults, sep="\n")
    print(f"{n} branches of apply, {len(faults)} faults")
    return 1 if faults or n == 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
