#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes schema/codes and the demo data set from schema/sources.

    generate.py codes --out DIR       write the code lists
    generate.py codes --check DIR     exit 1 if DIR is not what the sources give
    generate.py demo --today YYYY-MM-DD --out DIR [--seed N]

The same arguments always give the same bytes.
"""

import argparse
import datetime
import sys

sys.dont_write_bytecode = True  # the source tree stays as it was

from generator.codes import make_codes  # noqa: E402
from generator.demo import make_demo  # noqa: E402
from generator.table import find_differences, write_tables  # noqa: E402


def parse_arguments():
    parser = argparse.ArgumentParser(
        description="Make the code lists and the demo data set from schema/sources.")
    commands = parser.add_subparsers(dest="command", required=True)
    codes = commands.add_parser("codes", help="the national code lists")
    target = codes.add_mutually_exclusive_group(required=True)
    target.add_argument("--out", metavar="DIR", help="write the files here")
    target.add_argument("--check", metavar="DIR",
                        help="exit 1 if the files here are not what would be written")
    demo = commands.add_parser("demo", help="the demo data set (synthetic)")
    demo.add_argument("--today", metavar="YYYY-MM-DD", required=True,
                      type=datetime.date.fromisoformat,
                      help="the day that all dates are relative to")
    demo.add_argument("--out", metavar="DIR", required=True,
                      help="write the files here")
    demo.add_argument("--seed", metavar="N", type=int, default=1,
                      help="another number gives another data set (default 1)")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    if arguments.command == "demo":
        write_tables(make_demo(arguments.today, arguments.seed), arguments.out)
        return 0
    if arguments.out:
        write_tables(make_codes(), arguments.out)
        return 0
    faults = find_differences(make_codes(), arguments.check)
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
