#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Compares two files of match answers, line by line and field by field.

    compare.py EXPECTED ACTUAL [--queries FILE] [--show N] [--ignore PATH]...

Only `revision` and the text of an error's message are ignored, and what --ignore names
(`error.reason`, `options[].price`). Lists are compared in order, numbers exactly as
decimals. Prints the first differences, then `N compared, N differ`; exit 1 on any
difference, 2 on wrong usage or nothing to compare.
"""

import argparse
import json
import re
import sys
from decimal import Decimal

ALWAYS_IGNORED = {"revision", "error.message"}
ABSENT = object()


def show(value):
    if value is ABSENT:
        return "(absent)"
    if isinstance(value, Decimal):
        return str(value)
    return json.dumps(value, ensure_ascii=False, default=float)


def kind_of(value):
    """All numbers are one kind; true is not 1."""
    if isinstance(value, bool):
        return "boolean"
    return "number" if isinstance(value, (int, Decimal)) else type(value).__name__


def is_ignored(path, ignored):
    return re.sub(r"\[[0-9]+\]", "[]", path) in ignored


def differences(expected, actual, ignored, path=""):
    """Yields (path, expected, actual) for every place where the two are not equal."""
    if is_ignored(path, ignored):
        return
    if isinstance(expected, dict) and isinstance(actual, dict):
        for name in list(expected) + [name for name in actual if name not in expected]:
            inner = f"{path}.{name}" if path else name
            yield from differences(expected.get(name, ABSENT), actual.get(name, ABSENT),
                                   ignored, inner)
    elif isinstance(expected, list) and isinstance(actual, list):
        for place in range(max(len(expected), len(actual))):
            one = expected[place] if place < len(expected) else ABSENT
            other = actual[place] if place < len(actual) else ABSENT
            yield from differences(one, other, ignored, f"{path}[{place}]")
    elif kind_of(expected) != kind_of(actual) or expected != actual:
        yield path or "(whole line)", expected, actual


def reject_constant(name):
    raise ValueError(f"{name} is not JSON")


def unique_names(pairs):
    """A name twice in one object would hide a difference."""
    document = dict(pairs)
    if len(document) != len(pairs):
        raise ValueError("the same name twice in one object")
    return document


def parse(line):
    """One answer; a line that is not JSON is compared as the text it is."""
    try:
        return json.loads(line, parse_float=Decimal, parse_constant=reject_constant,
                          object_pairs_hook=unique_names)
    except ValueError:
        return line


def read_lines(path):
    with open(path, encoding="utf-8") as stream:
        return [line.rstrip("\n") for line in stream if line.strip()]


def report(number, found, query, n_paths):
    print(f"query {number}:")
    if query is not None:
        print(f"  {query}")
    for path, expected, actual in found[:n_paths]:
        print(f"  {path}: expected {show(expected)}, got {show(actual)}")
    if len(found) > n_paths:
        print(f"  and {len(found) - n_paths} more")


def compare(expected, actual, ignored, queries, n_shown):
    """Prints the first n_shown differing lines and returns how many differ."""
    n_compared = max(len(expected), len(actual))
    n_differ = 0
    for place in range(n_compared):
        one = parse(expected[place]) if place < len(expected) else ABSENT
        other = parse(actual[place]) if place < len(actual) else ABSENT
        found = list(differences(one, other, ignored))
        if found:
            n_differ += 1
            if n_differ <= n_shown:
                query = queries[place] if place < len(queries) else None
                report(place + 1, found, query, n_paths=10)
    print(f"{n_compared} compared, {n_differ} differ")
    return n_differ


def main(arguments):
    parser = argparse.ArgumentParser(prog="compare.py")
    parser.add_argument("expected")
    parser.add_argument("actual")
    parser.add_argument("--queries", help="show the query beside its differences")
    parser.add_argument("--show", type=int, default=10, metavar="N",
                        help="how many differing queries are shown (default 10)")
    parser.add_argument("--ignore", action="append", default=[], metavar="PATH")
    options = parser.parse_args(arguments)
    try:
        expected, actual = read_lines(options.expected), read_lines(options.actual)
        queries = read_lines(options.queries) if options.queries else []
    except (OSError, UnicodeDecodeError) as error:
        print(f"compare.py: {error}", file=sys.stderr)
        return 2
    if not expected:
        print("compare.py: nothing expected, nothing compared", file=sys.stderr)
        return 2
    ignored = ALWAYS_IGNORED | set(options.ignore)
    return 1 if compare(expected, actual, ignored, queries, options.show) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
