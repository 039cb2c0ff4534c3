# SPDX-License-Identifier: Apache-2.0
"""The gates on the sources, each one test: lint.py [NAME...]

Run from the top folder after the clang preset has been built (./dev lint does both). Ends with
"N passed, N failed"; exits 1 when a gate failed, 2 when there is no gate of a name.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

BUF = "@bufbuild/buf@1.75.0"
BUILD = pathlib.Path("build")


def tracked(*patterns):
    """Files of the tree that match and exist, also those not committed yet."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *patterns]
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return sorted(path for path in set(out.split("\0")) if path and os.path.isfile(path))


def succeeds(command, **options):
    return subprocess.run(command, check=False, **options).returncode == 0


def check_format():
    return succeeds(["clang-format", "--dry-run", "-Werror", *tracked("*.c", "*.h")])


def compile_commands_once():
    """A folder whose compile_commands.json names each file once: clang-tidy looks at a file as often
    as it is compiled, and finds faults in its second look that are none."""
    once = {}
    for command in json.loads((BUILD / "clang" / "compile_commands.json").read_text(encoding="utf-8")):
        once.setdefault(command["file"], command)
    folder = BUILD / "clang" / "once"
    folder.mkdir(exist_ok=True)
    (folder / "compile_commands.json").write_text(json.dumps(list(once.values())), encoding="utf-8")
    return folder


def check_tidy():
    """Two files at a time; what clang-tidy says of a file stays together."""
    commands = compile_commands_once()
    files = [path for path in tracked("*.c") if path.startswith(("daemon/", "client/", "bench/"))]
    waiting, running, good = files[::-1], [], bool(files)
    while waiting or running:
        while waiting and len(running) < (os.cpu_count() or 1):
            command = ["clang-tidy", "-p", commands, "--quiet", waiting.pop()]
            running.append(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True))
        first = running.pop(0)
        out, _ = first.communicate()
        if first.returncode != 0:
            print(out, end="")
            good = False
    return good


def check_ceilings():
    return succeeds([sys.executable, "-B", "tests/gates/ceilings.py", *tracked("*.c", "*.h")])


def check_scripts():
    """shellcheck on whatever begins as a shell script; Python must compile."""
    shell = [path for path in tracked() if pathlib.Path(path).read_bytes()[:128].split(b"\n")[0].endswith(
        (b"/bin/sh", b"bash"))]
    good = succeeds(["shellcheck", *shell])
    for path in tracked("*.py"):
        try:
            compile(pathlib.Path(path).read_text(encoding="utf-8"), path, "exec")
        except SyntaxError as fault:
            print(f"{path}:{fault.lineno}: {fault.msg}")
            good = False
    return good


def check_codes():
    """The code lists are what the sources give."""
    return succeeds([sys.executable, "-B", "schema/generate.py", "codes", "--check", "schema/codes"])


def check_schema():
    """buf's lint rules, where npm can bring buf; None where it cannot."""
    buf = BUILD / "npm" / "node_modules" / ".bin" / "buf"
    if not buf.exists():
        if shutil.which("npm") is None:
            return None
        environment = {**os.environ, "npm_config_cache": str(BUILD.resolve() / "npm" / "cache")}
        command = ["npm", "install", "--silent", "--no-save", "--no-audit", "--no-fund", "--prefix", BUILD / "npm", BUF]
        if not succeeds(command, env=environment, stdin=subprocess.DEVNULL):
            return False
    environment = {**os.environ, "XDG_CACHE_HOME": str(BUILD.resolve() / "npm" / "cache")}
    return succeeds([buf.resolve(), "lint"], cwd="schema", env=environment)


GATES = {
    "format": check_format,
    "tidy": check_tidy,
    "ceilings": check_ceilings,
    "scripts": check_scripts,
    "codes": check_codes,
    "schema": check_schema,
}


def main(names):
    unknown = [name for name in names if name not in GATES]
    if unknown:
        print(f"no gate {' '.join(unknown)}; there are: {' '.join(GATES)}", file=sys.stderr)
        return 2
    results = []
    for name in names or GATES:
        start = time.monotonic()
        good = GATES[name]()
        word = {True: "passed", False: "FAILED", None: "skipped"}[good]
        print(f"{word:8}{name:10}{time.monotonic() - start:5.1f} s", flush=True)
        results.append(good)
    skipped = results.count(None)
    print(f"{results.count(True)} passed, {results.count(False)} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if False in results else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
