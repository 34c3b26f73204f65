#!/usr/bin/python3
"""What the bench measured over time: one line of JSON a run, and a table of the last run with the change
against the one before.

usage: tests/bench/history.py [FILE]

A line has the date, the commit ("+" behind it: with changes), the machine, the scale and, by heap, the
collector's figure, how much of its core was mapped in large pages (see page_sizes.py), and what each command
cost. Only runs on one machine at one scale are compared.
"""

import datetime
import json
import os
import pathlib
import platform
import subprocess
import sys

from cost import MIB, PROJECT
from page_sizes import large_in_words

FILE = PROJECT / "build" / "bench" / "history.jsonl"
SMALL = 5  # ms of CPU below which a change says nothing


def machine():
    names = [
        line.partition(":")[2].strip()
        for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    ]
    name = names[0] if names else platform.machine()
    return f"{os.cpu_count()} x {name}, Linux {platform.release()}"


def _git(*words):
    done = subprocess.run(["git", *words], cwd=PROJECT, capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else ""


def commit():
    changed = _git("status", "--porcelain", "--untracked-files=no")
    return (_git("rev-parse", "--short=10", "HEAD") or "unknown") + ("+" if changed else "")


def add(path, scale, load, heaps):
    """Appends a run."""
    row = {
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "commit": commit(),
        "machine": machine(),
        "load": load,
        "scale": scale,
        "heaps": heaps,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        print(json.dumps(row), file=file)


def runs(path):
    """All that the file has. A line that is no JSON is left out: it was cut off."""
    if not path.exists():
        return
    for line in path.read_text().splitlines():
        try:
            yield json.loads(line)
        except ValueError:
            continue


def last_two(path):
    """The last run, and the one before it on the same machine at the same scale; None where there is
    none."""
    rows = list(runs(path))
    if not rows:
        return None, None
    new = rows[-1]
    alike = [row for row in rows[:-1] if (row["machine"], row["scale"]) == (new["machine"], new["scale"])]
    return new, alike[-1] if alike else None


def change(new, old, least=0):
    """ "+12%", or nothing where there is nothing to compare."""
    if not old or max(new, old) < least:
        return ""
    return f"{100 * (new - old) / old:+.0f}%"


def _rows(new, old):
    for name, heap in new["heaps"].items():
        before = (old or {"heaps": {}})["heaps"].get(name, {}).get("commands", {})
        for command, cost in heap["commands"].items():
            yield name, heap, command, cost, before.get(command, {})


def _line(name, heap, command, cost, before):
    cpu = change(cost["cpu"], before.get("cpu"), SMALL)
    memory = change(cost["memory"], before.get("memory"))
    times = f"{cost['cpu'] / heap['unit']:.2f}" if heap["unit"] else "-"
    return (
        f"{name:<8} {command:<32} {cost['cpu']:8.0f} {cpu:>6} {times:>12} "
        f"{cost['memory'] / MIB:11.1f} {memory:>6}"
    )


def _large(new, old):
    """How much of each core was mapped in large pages: a run on small ones takes longer."""
    for name, heap in new["heaps"].items():
        before = (old or {"heaps": {}})["heaps"].get(name)
        now, then = (large_in_words((run or {}).get("large", {})) for run in (heap, before))
        if now:
            than = f"; the run before: {then or 'not recorded'}" if before else ""
            yield f"{name:<8} in large pages: {now}{than}"


def show(path):
    """Prints the table of the last run."""
    new, old = last_two(path)
    if not new:
        print(f"{path}: no run")
        return
    print(f"\n{new['date']}, commit {new['commit']}, {new['machine']}, load {new['load']:.1f}")
    print(f"against {old['date']}, commit {old['commit']}" if old else "the first of its kind")
    print(f"\n{'heap':<8} {'command':<32} {'CPU ms':>8} {'':>6} {'x collector':>12} {'memory MiB':>11}")
    for row in _rows(new, old):
        print(_line(*row))
    for line in _large(new, old):
        print(line)


if __name__ == "__main__":
    show(pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else FILE)
