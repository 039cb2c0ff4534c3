# SPDX-License-Identifier: Apache-2.0
"""What the tests read out of docs/: tables, hex dumps, and the numbers of our headers."""
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]


def text(path):
    return (ROOT / path).read_text(encoding="utf-8")


def rows(page, first_cell):
    """The cells of every table row whose first cell matches first_cell as a whole."""
    found = []
    for line in page.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and re.fullmatch(first_cell, cells[0]):
            found.append(cells)
    return found


def number(cell):
    """A number as the pages write it: 4,194,304."""
    return int(re.fullmatch(r"(\d{1,3}(?:,\d{3})*|\d+)", cell)[1].replace(",", ""))


def defines(path):
    """{name: value} of a header's whole-number macros."""
    found = {}
    for name, value in re.findall(r"^#define (\w+) (.+?)(?: *//.*)?$", text(path), re.M):
        value = re.sub(r"INT64_C\((\d+)\)", r"\1", value)
        value = re.sub(r"\b(\d+)u\b", r"\1", value)
        if re.fullmatch(r"[\d *()<]+", value):
            found[name] = eval(value)  # pylint: disable=eval-used  # digits, * and << alone
    return found


class Dump:
    """A ```hex NAME block: lines of `bytes | what they are`; `†` marks bytes that vary, `…` goes on."""

    def __init__(self, page, name):
        body = re.search(rf"^```hex {name}\n(.*?)^```$", page, re.M | re.S)[1]
        self.groups = []  # (bytes, words)
        for line in body.splitlines():
            data, words = line.split(" | ")
            if words == "…":
                before, words = self.groups.pop()
                self.groups.append((before + bytes.fromhex(data), words))
            else:
                self.groups.append((bytes.fromhex(data), words))
        self.bytes = b"".join(data for data, _ in self.groups)

    def differs_outside_marks(self, data):
        """The first unmarked bytes of the dump that data does not have, or None."""
        at = 0
        for group, words in self.groups:
            got = data[at:at + len(group)]
            if "†" not in words and got != group:
                return f"at {at}: documented {group.hex(' ')}, got {got.hex(' ')}"
            at += len(group)
        return None if at == len(data) else f"documented {at} bytes, got {len(data)}"
