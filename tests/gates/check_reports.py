# SPDX-License-Identifier: Apache-2.0
"""Fails when a sanitizer has left a report: check_reports.py FOLDER [--clear]

A leaking Criterion test exits 0, so the exit code alone would let it through; the sanitizers write
into FOLDER and this looks there. --clear empties the folder before the tests begin.
"""

import pathlib
import sys


def main(folder, clear):
    folder.mkdir(parents=True, exist_ok=True)
    reports = sorted(path for path in folder.iterdir() if path.is_file())
    for report in reports:
        if clear:
            report.unlink()
        else:
            print(f"{report}:\n{report.read_text(errors='replace')}")
    return 1 if reports and not clear else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]), "--clear" in sys.argv[2:]))
