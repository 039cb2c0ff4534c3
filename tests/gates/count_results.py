# SPDX-License-Identifier: Apache-2.0
"""Counts single tests in what ctest ran: count_results.py RESULTS.xml

A ctest entry holds many tests when it is a Criterion program or a unittest file; their own closing
lines are counted, any other entry is one test. Ends with "N passed, N failed"; exits 1 when
something failed, did not run, or nothing was there.
"""

import re
import sys
import xml.etree.ElementTree

CRITERION = re.compile(r"Synthesis: Tested: (\d+) \| Passing: (\d+) \| Failing: (\d+) \| Crashing: (\d+)")
UNITTEST_RAN = re.compile(r"^Ran (\d+) tests? in ", re.MULTILINE)
UNITTEST_BAD = re.compile(r"^(?:OK|FAILED) \((.*)\)$", re.MULTILINE)


def count(output, passed):
    """(passed, failed, skipped) of one entry; at least one failed when ctest says so."""
    good = bad = skipped = 0
    for tested, passing, _, _ in CRITERION.findall(output):
        good += int(passing)
        bad += int(tested) - int(passing)
    for ran in UNITTEST_RAN.findall(output):
        good += int(ran)
    for details in UNITTEST_BAD.findall(output):
        for kind, number in re.findall(r"([a-z ]+)=(\d+)", details):
            if kind.strip() in ("failures", "errors"):
                good, bad = good - int(number), bad + int(number)
            elif kind.strip() == "skipped":
                good, skipped = good - int(number), skipped + int(number)
    if good + bad + skipped == 0:
        return (1, 0, 0) if passed else (0, 1, 0)
    if not passed and bad == 0:
        bad = 1
    return good, bad, skipped


def main(path):
    try:
        cases = xml.etree.ElementTree.parse(path).getroot().findall("testcase")
    except (OSError, xml.etree.ElementTree.ParseError) as fault:
        print(f"{path}: {fault}", file=sys.stderr)
        cases = []
    total = [0, 0, 0]
    for case in cases:
        if case.get("status") == "disabled":
            continue
        output = case.findtext("system-out") or ""
        numbers = count(output, case.get("status") == "run")
        if numbers[1]:
            print(f"failed: {case.get('name')}")
        total = [one + other for one, other in zip(total, numbers)]
    good, bad, skipped = total
    print(f"{good} passed, {bad} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if bad or good == 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
