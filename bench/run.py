#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the bench and prints a Markdown table: ./dev bench [--quick] [--json FILE] [--lines N].

Everything runs on this machine in the same minutes; server and client are pinned to one core where
a line says so. What each line means, and how to read it: bench/README.md.
"""
import argparse
import datetime
import json
import os
import pathlib
import platform
import signal
import subprocess
import sys
import time

from stage import (CLIENT, SERVER, children, daemon, echo, first_in_line, folder, pin, pinned,
                   redis, resident_bytes, run_json)

ROOT = pathlib.Path(__file__).resolve().parents[1]

# Each gate of the performance targets: name, must, aim, whether smaller is better.
GATES = [
    ("match ordered over scan, EARLIEST", 5, 10, False),
    ("match ordered over scan, NEAREST", 3, 8, False),
    ("match ordered over scan, CHEAPEST", 3, 8, False),
    ("match 2,000,000 lines over 200,000", 3, 1.5, True),
    ("call without the socket over match", 4, 2, True),
    ("match p50 over echo p50, same core", 1.4, 1.2, True),
    ("throughput over its limit", 0.6, 0.85, False),
    ("over PostgreSQL", 40, 60, False),
    ("over Redis GET", 0.5, 0.8, False),
    ("gRPC over HTTP/2", 3, 5, False),
    ("durable writes over XADD", 0.8, 1.0, False),
    ("claim over plain durable write, p50", 1.3, 1.3, True),
    ("restart over XRANGE", 1, 0.5, True),
    ("bytes per agreement line", 200, 120, True),
    ("longest pause of the loop, ms", 20, 1, True),
    ("query p99 while writing over without", 2, 1.2, True),
    ("two daemons over one, per CPU second", 0.9, 0.97, False),
]


def import_world(bin_dir, url, world):
    """Seconds that it took."""
    start = time.monotonic()
    subprocess.run(pinned(CLIENT, bin_dir / "vardsok", "--server", url, "import", world),
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.monotonic() - start


def measure_import(bin_dir, process, url, world, values, rows):
    before = resident_bytes(process.pid)
    seconds = import_world(bin_dir, url, world)
    status = run_json(bin_dir / "vardsok", "--server", url, "status", "--json")
    lines = status["state"]["agreement_lines"]
    grown = resident_bytes(process.pid) - before
    rows.append(("import, agreement lines", lines, "rows"))
    rows.append(("import, seconds", round(seconds, 2), "s"))
    rows.append(("daemon grown by the import, over its lines (all kinds and request ids included)",
                 round(grown / lines), "B a line"))
    values["bytes per agreement line"] = grown / lines


def measure_calls(bin_dir, url, data, args, values, rows):
    with echo(bin_dir, data) as echo_path:
        call = run_json(*pinned(SERVER, bin_dir / "call_bench", url.removeprefix("unix:"),
                                echo_path, 4 if args.quick else 12))
    values["match p50 over echo p50, same core"] = call["ratio_p50"]
    for name in ("match_p50_us", "match_p99_us", "echo_p50_us", "echo_p99_us",
                 "answer_bytes_mean"):
        rows.append((f"unix socket, one at a time, same core: {name}", call[name], ""))


def run_writes(bin_dir, url, redis_path, data, *numbers):
    return run_json(*pinned(SERVER, bin_dir / "write_bench", url.removeprefix("unix:"),
                            redis_path, data / "world" / "waiting_times.csv", *numbers))


def measure_writes(bin_dir, process, url, data, args, values, rows):
    """Each Redis alone on CLIENT's core; daemon and bench share the other."""
    for child in children(process.pid):
        pin(child, CLIENT)
    pairs = 3 if args.quick else 12
    for under_way, connections in ((64, 1), (64, 64), (256, 1)):
        with redis(data, CLIENT) as redis_path:
            result = run_writes(bin_dir, url, redis_path, data, pairs, 20000, under_way,
                                connections)
        what = f"durable writes, {under_way} under way on {connections}"
        for name, unit in (("ratio", "of XADD"), ("ratio_lowest", ""), ("ratio_highest", ""),
                           ("apply_per_s", "writes/s"), ("xadd_per_s", "entries/s"),
                           ("apply_p50_us", "µs"), ("apply_p99_us", "µs"),
                           ("entry_bytes", "B")):
            rows.append((f"{what}: {name}", result[name], unit))
        values.setdefault("durable writes over XADD", result["ratio"])
        pairs = 3 if args.quick else 6
    for child in children(process.pid):
        pin(child, SERVER)


def measure_claims(bin_dir, url, data, args, values, rows):
    result = run_json(*pinned(CLIENT, bin_dir / "claim_bench", url.removeprefix("unix:"),
                              data / "world" / "waiting_times.csv", 3 if args.quick else 12))
    values["claim over plain durable write, p50"] = result["ratio"]
    for name, unit in (("put_p50_us", "µs"), ("claim_p50_us", "µs"), ("claim_p99_us", "µs"),
                       ("ratio_lowest", ""), ("ratio_highest", "")):
        rows.append((f"one durable write at a time: {name}", result[name], unit))


def measure_load(bin_dir, process, url, data, args, values, rows):
    """The daemon has SERVER's core alone."""
    for child in children(process.pid):
        pin(child, CLIENT)
    command = pinned(CLIENT, bin_dir / "load_bench", url.removeprefix("unix:"),
                     data / "world" / "waiting_times.csv", *((3, 2) if args.quick else (8, 3)))
    result = run_json(*first_in_line(command))
    values["query p99 while writing over without"] = result["ratio"]
    for name in ("quiet_p50_us", "quiet_p99_us", "quiet_p999_us", "quiet_longest_us",
                 "busy_p50_us", "busy_p99_us", "busy_p999_us", "busy_longest_us",
                 "write_p50_us", "ratio_lowest", "ratio_highest"):
        rows.append((f"2,000 queries/s without and with 1,000 writes/s: {name}", result[name],
                     "µs" if name.endswith("_us") else ""))


def measure_pause(bin_dir, data, values, rows):
    """While a world is imported into a daemon of its own, which has SERVER's core alone."""
    home = data / "pause"
    home.mkdir()
    with daemon(bin_dir, home) as (process, url):
        for child in children(process.pid):
            pin(child, CLIENT)
        ask = subprocess.Popen(first_in_line(pinned(CLIENT, bin_dir / "pause_bench",
                                                    url.removeprefix("unix:"))),
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        import_world(bin_dir, url, data / "world")
        result = json.loads(ask.communicate()[0])
    values["longest pause of the loop, ms"] = result["longest_us"] / 1000
    for name, unit in (("asked", "times"), ("p50_us", "µs"), ("p999_us", "µs"),
                       ("longest_us", "µs")):
        rows.append((f"status asked each millisecond of an import: {name}", result[name], unit))


def measure_daemon(bin_dir, data, args, values, rows):
    world = data / "world"
    subprocess.run(["/usr/bin/python3", ROOT / "bench" / "make_world.py", "--out", world,
                    "--lines", str(args.lines)], check=True)
    with daemon(bin_dir, data) as (process, url):
        measure_import(bin_dir, process, url, world, values, rows)
        measure_calls(bin_dir, url, data, args, values, rows)
        measure_writes(bin_dir, process, url, data, args, values, rows)
        measure_claims(bin_dir, url, data, args, values, rows)
        measure_load(bin_dir, process, url, data, args, values, rows)
    measure_pause(bin_dir, data, values, rows)


def measure_match(bin_dir, args, values, rows):
    result = run_json(*pinned(SERVER, bin_dir / "match_bench", "--json", "--lines", args.lines))
    for order in ("EARLIEST", "NEAREST", "CHEAPEST"):
        values[f"match ordered over scan, {order}"] = result[order]["ratio"]
        for name in ("mean_us", "p50_us", "p99_us", "scan_mean_us"):
            rows.append((f"in process, {order}: {name}", result[order][name], "µs"))


def verdict(value, must, aim, smaller):
    if value is None:
        return "absent"
    reached = (lambda goal: value <= goal) if smaller else (lambda goal: value >= goal)
    return "aim" if reached(aim) else "must" if reached(must) else "missed"


def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        models = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    return f"{len(models)} × {models[0] if models else platform.machine()}, {platform.release()}"


def report(result):
    print(f"Machine: {result['machine']}. Date: {result['date']}. Commit: {result['commit']}.\n")
    print("| gate | value | must | aim | met |\n| --- | --- | --- | --- | --- |")
    for gate in result["gates"]:
        print(f"| {gate['name']} | {gate.get('value', '–')} | {gate['must']} | {gate['aim']} "
              f"| {gate['met']} |")
    print("\n| figure | value | unit |\n| --- | --- | --- |")
    for row in result["rows"]:
        print(f"| {row['name']} | {row['value']} | {row['unit']} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "build/release/bin")
    parser.add_argument("--lines", type=int, default=200000)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", type=pathlib.Path)
    args = parser.parse_args()
    values, rows = {}, []
    with folder() as data:
        measure_match(args.bin, args, values, rows)
        measure_daemon(args.bin, data, args, values, rows)
    commit = subprocess.run(["git", "-C", ROOT, "describe", "--always", "--dirty"],
                            capture_output=True, text=True, check=False).stdout.strip()
    gates = []
    for name, must, aim, smaller in GATES:
        gate = {"name": name, "must": must, "aim": aim,
                "met": verdict(values.get(name), must, aim, smaller)}
        if name in values:
            gate["value"] = round(values[name], 3)
        gates.append(gate)
    result = {"machine": machine(), "date": datetime.date.today().isoformat(), "commit": commit,
              "gates": gates,
              "rows": [{"name": n, "value": v, "unit": u} for n, v, u in rows]}
    report(result)
    if args.json:
        args.json.write_text(json.dumps(result, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    os.environ.setdefault("LC_ALL", "C.UTF-8")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what was started is stopped
    main()
