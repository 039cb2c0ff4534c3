#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Holds the daemon's folders against the table of layers.

    check_layers.py TABLE includes DAEMON_DIR
    check_layers.py TABLE symbols [--nm NM] LAYER=LIBRARY...

includes: every #include of a layer's files names the layer itself, a layer that it may use, a
library of its row, or a libc header of its kind. symbols: a layer's library leaves nothing undefined
but what its row allows; the pure ones thereby have no clock, randomness, I/O or threads.
Prints each fault as "where: what" and exits 1; 2 is a fault of the call or the table.
"""

import fnmatch
import pathlib
import re
import subprocess
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
SYMBOL = re.compile(r"^.*:([^:]+)\.o:[0-9a-f ]*([A-Za-z?]) (\S+)$")
ROW_LENGTHS = {"layer": 5, "library": 5, "headers": 3, "symbols": 3}


class Table:
    def __init__(self, path):
        self.layers, self.libraries = {}, {}
        self.headers = {"pure": [], "io": []}
        self.symbols = {}
        for number, line in enumerate(path.read_text().splitlines(), 1):
            columns = line.split()
            if not columns or columns[0].startswith("#"):
                continue
            if len(columns) != ROW_LENGTHS.get(columns[0]):
                wrong_call(f"{path}:{number}: not a row of the table: {line}")
            getattr(self, "add_" + columns[0])(*columns[1:])

    def add_layer(self, name, kind, uses, libraries):
        self.layers[name] = (kind, names(uses), names(libraries))

    def add_library(self, name, _target, headers, symbols):
        self.libraries[name] = (names(headers), names(symbols))

    def add_headers(self, kind, headers):
        self.headers[kind] += names(headers)

    def add_symbols(self, scope, symbols):
        self.symbols.setdefault(scope, []).extend(names(symbols))

    def may_include(self, layer, header):
        kind, uses, libraries = self.layers[layer]
        allowed = self.headers["pure"] + (self.headers["io"] if kind == "io" else [])
        for library in libraries:
            allowed = allowed + self.libraries[library][0]
        folder = header.partition("/")[0] if "/" in header else None
        return folder in (layer, *uses) or matches(header, allowed)

    def may_leave_undefined(self, layer, source, symbol):
        allowed = self.symbols["pure"] + self.symbols["any"] + self.symbols.get(f"{layer}/{source}", [])
        for library in self.layers[layer][2]:
            allowed = allowed + self.libraries[library][1]
        return matches(symbol, allowed)


def wrong_call(what):
    print(what, file=sys.stderr)
    sys.exit(2)


def names(column):
    return [] if column == "-" else column.split(",")


def matches(name, patterns):
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def layer_of(path, root, table):
    """The layer of a file below daemon/: its folder, or main for the files beside the folders."""
    parts = path.relative_to(root).parts
    layer = parts[0] if len(parts) > 1 else "main"
    return layer if layer in table.layers else None


def check_includes(table, root):
    for path in sorted(root.rglob("*.[ch]")):
        layer = layer_of(path, root, table)
        if layer is None:
            yield f"{path}: is in no layer of the table"
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            found = INCLUDE.match(line)
            if not found or table.may_include(layer, found.group(2)):
                continue
            # main's own headers lie beside main.c
            if layer != "main" or not (root / found.group(2)).is_file():
                yield f"{path}:{number}: {layer} may not include {found.group(2)}"


def read_symbols(nm, library):
    """(source, symbol) of what the library's objects leave undefined, and all that it defines."""
    out = subprocess.run([nm, "-A", "--quiet", library], check=True, capture_output=True, text=True).stdout
    undefined, defined = set(), set()
    for line in out.splitlines():
        source, kind, symbol = SYMBOL.match(line).groups()
        if kind in "Uwv":
            undefined.add((source, plain(symbol)))
        else:
            defined.add(symbol)
    return undefined, defined


def plain(symbol):
    """Without what _FORTIFY_SOURCE and the C standard's versions put around a name."""
    found = re.fullmatch(r"__(?:isoc\d\d_)?(\w+?)(?:_chk)?", symbol)
    if found and (symbol.endswith("_chk") or symbol.startswith("__isoc")):
        return found.group(1)
    return symbol


def check_symbols(table, nm, libraries):
    symbols = {layer: read_symbols(nm, library) for layer, library in libraries.items()}
    for layer, (undefined, own) in symbols.items():
        kind, uses, _ = table.layers[layer]
        known = own.union(*(symbols[used][1] for used in uses))
        others = set().union(*(defined for _, defined in symbols.values())) - known
        for source, symbol in sorted(undefined):
            if symbol in known:
                continue
            if symbol in others:
                yield f"{layer}/{source}: uses {symbol} of a layer that {layer} may not use"
            elif kind == "pure" and not table.may_leave_undefined(layer, source, symbol):
                yield f"{layer}/{source}: {layer} is pure and may not use {symbol}"


def main(arguments):
    if len(arguments) < 3:
        wrong_call(__doc__)
    table = Table(pathlib.Path(arguments[0]))
    if arguments[1] == "includes":
        faults = list(check_includes(table, pathlib.Path(arguments[2])))
    elif arguments[1] == "symbols":
        rest = arguments[2:]
        nm = "nm"
        if rest[0] == "--nm":
            nm, rest = rest[1], rest[2:]
        faults = list(check_symbols(table, nm, dict(item.split("=", 1) for item in rest)))
    else:
        wrong_call(__doc__)
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
