# SPDX-License-Identifier: Apache-2.0
"""The import of row F01: the real client, killed or left without its daemon in the middle."""

import subprocess

import entries
import native
import processes
from daemon import BIN
from verify import expect, status

AGREEMENT = 8
TIMEOUT_S = 60
STEP = 5  # batches between two kills


def write_files(folder, prefix, n_rows):
    folder.mkdir()
    (folder / "regions.csv").write_text(
        "code,name,healthcare_regions\n14,Västra Götalandsregionen,vastra\n")
    rows = "".join(f"{prefix}-{number},14,own\n" for number in range(n_rows))
    (folder / "agreements.csv").write_text("id,owner_region,kind\n" + rows)
    return folder


def start_import(folder, url):
    return subprocess.Popen([BIN / "vardsok", "import", folder, "--server", url, "--timeout",
                             str(TIMEOUT_S)], stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
                            encoding="utf-8")


def wait_middle(importing, url):
    """Until some batches more are applied, and the import goes on."""
    due = status(url)["revision"] + STEP
    while status(url)["revision"] < due:
        expect(importing.poll() is None, "the import was done before it was hurt")


def finish(importing):
    said = importing.communicate(timeout=TIMEOUT_S)[1]
    expect(importing.returncode == 0, f"the import ended with {importing.returncode}: {said}")


def kill_client(site, folder, n):
    """The import is killed n times in the middle, and run again each time."""
    for _ in range(n):
        with start_import(folder, site.url) as importing:
            wait_middle(importing, site.url)
            importing.kill()
    with start_import(folder, site.url) as importing:
        finish(importing)


def kill_daemon(site, folder, n):
    """The daemon is killed n times; the client goes on by itself."""
    with start_import(folder, site.url) as importing:
        for _ in range(n):
            wait_middle(importing, site.url)
            site.daemon.kill()
            site.start()
        finish(importing)


def stored_agreements(url):
    """{key: revision}"""
    found, token = {}, None
    with native.Connection(url) as connection:
        while True:
            request = native.field(1, AGREEMENT) + (native.field(3, token) if token else b"")
            page = native.fields(connection.call(native.LIST, request))
            for item in page.get(1, []):
                stored = native.fields(item)
                row = native.fields(native.fields(stored[1][0])[AGREEMENT][0])
                found[row[1][0].decode()] = stored[2][0]
            token = page.get(2, [None])[0]
            if not token:
                return found


def effects(redis):
    """{key: [sequences of the entries that put it]}, each request id once; and all repeats."""
    made, seen, repeats = {}, set(), 0
    for entry in entries.read(redis):
        if entry.request_id in seen:
            repeats += 1
            continue
        seen.add(entry.request_id)
        for change in native.fields(entry.command).get(1, []):
            record = native.fields(native.fields(change).get(2, [b""])[0])
            for row in record.get(AGREEMENT, []):
                made.setdefault(native.fields(row)[1][0].decode(), []).append(entry.sequence)
    return made, repeats


def import_killed(site, folder, options):
    """Each row exactly once, whoever was killed: the figures."""
    n_rows, n_kills = (10000, 2) if options.quick else (30000, 5)
    wanted = set()
    for prefix, hurt in (("A", kill_client), ("B", kill_daemon)):
        hurt(site, write_files(folder / prefix, prefix, n_rows), n_kills)
        wanted |= {f"{prefix}-{number}" for number in range(n_rows)}
    with processes.private_connection(site.daemon.data) as redis:
        made, repeats = effects(redis)
    stored = stored_agreements(site.url)
    expect(set(stored) == wanted, f"{len(stored)} rows of {len(wanted)} are stored")
    again = {key for key, sequences in made.items() if len(sequences) != 1}
    expect(not again, f"{len(again)} rows were written again")
    expect(all(made[key] == [revision] for key, revision in stored.items()),
           "a row has another revision than that of its entry")
    return f"imports=2 import_kills={2 * n_kills} rows={len(stored)} import_repeats={repeats}"
