# SPDX-License-Identifier: Apache-2.0
"""Holds C files against the house's ceilings: ceilings.py FILE...

600 lines a file, 200 a header, 80 a function, 6 parameters, control statements nested 4 deep; each
file opens with its SPDX line and leaves no open ends in its comments. Prints each fault as
"file:line: what" and exits 1. The source is read as it is written, so that what a macro expands to
does not count; a function is what .clang-format leaves between "{" and "}" in the first column.
"""

import pathlib
import re
import sys

FILE_LINES, HEADER_LINES, FUNCTION_LINES, PARAMETERS, NESTING = 600, 200, 80, 6, 4
SPDX = "// SPDX-License-Identifier: Apache-2.0"
OPEN_END = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
NOT_CODE = re.compile(r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.DOTALL)
CONTROL = re.compile(r"(?:\)|\belse|\bdo)\s*$")


def blank(match):
    """The same number of lines, without what is in a comment or a literal."""
    return '""' + "\n" * match.group().count("\n")


def head_of(lines, opening):
    """The first line of the declaration that the "{" in line opening belongs to."""
    first = opening
    while first > 0 and lines[first - 1].strip() and not lines[first - 1].startswith("#"):
        if lines[first - 1].rstrip().endswith((";", "}", '""')):
            break
        first -= 1
    return first


def count_parameters(head):
    """Of the last parenthesis of the head, which for a plain function is its parameter list."""
    depth = commas = 0
    for sign in head[head.find("(") :]:
        depth += (sign == "(") - (sign == ")")
        commas += sign == "," and depth == 1
        if depth == 0:
            break
    return commas + 1


def deepest(body):
    """How deep braces of control statements are nested."""
    stack, depth = [], 0
    for found in re.finditer(r"[{}]", body):
        if found.group() == "{":
            stack.append(bool(CONTROL.search(body[: found.start()])))
            depth = max(depth, sum(stack))
        elif stack:
            stack.pop()
    return depth


def check_functions(lines):
    opening = None
    for number, line in enumerate(lines):
        if line == "{":
            opening = number
        elif line == "}" and opening is not None:
            first = head_of(lines, opening)
            yield first, opening, number
            opening = None


def check_file(path):
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    limit = HEADER_LINES if path.suffix == ".h" else FILE_LINES
    if len(lines) > limit:
        yield len(lines), f"{len(lines)} lines, at most {limit}"
    if not lines or lines[0] != SPDX:
        yield 1, "does not open with its SPDX line"
    for number, line in enumerate(lines, 1):
        if OPEN_END.search(line):
            yield number, "an open end in a comment"
    code = NOT_CODE.sub(blank, text).splitlines()
    for first, opening, last in check_functions(code):
        if last - first + 1 > FUNCTION_LINES:
            yield first + 1, f"a function of {last - first + 1} lines, at most {FUNCTION_LINES}"
        parameters = count_parameters(" ".join(code[first:opening]))
        if parameters > PARAMETERS:
            yield first + 1, f"{parameters} parameters, at most {PARAMETERS}"
        nesting = deepest("\n".join(code[opening + 1 : last]))
        if nesting > NESTING:
            yield first + 1, f"nested {nesting} deep, at most {NESTING}"


def main(paths):
    faults = [f"{path}:{line}: {what}" for path in paths for line, what in check_file(pathlib.Path(path))]
    print("\n".join(faults), end="\n" if faults else "")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
