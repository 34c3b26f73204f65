"""What listing 200,000 goroutines in 5,000 distinct stacks costs, beside the mark of the same core
and beside delve's grouped listing, which groups them by their place alone."""

import collections
import dataclasses
import json
import os
import shutil
import subprocess

from cost import MIB, PROGRAM, Failed, measure, measure_often, read_all, tell_stages, tell_target
from page_sizes import measure_states, tell_large

DELVE = "github.com/go-delve/delve/cmd/dlv@v1.27.2"  # the first for Go 1.26 and 1.27
PATIENCE = 600  # seconds to fetch and build it
LISTING = "goroutines -group userloc\nexit\n"

LIST_TARGET = 0.5  # seconds of CPU
DELVE_TARGET = 10  # times delve's cost for each goroutine


def stacks_reported(core, exe):
    """The stacks of the program's own goroutines as it names them itself: stack -> count."""
    listed = [PROGRAM, "goroutines", "--quiet", "--format=json", str(core), "--exe", str(exe)]
    groups = json.loads(subprocess.check_output(listed))["goroutines"]["groups"]
    reported = collections.Counter()
    for group in groups:
        calls = [place["function"] for place in reversed(group["stack"])]
        turns = [call for call in calls if call in ("main.left", "main.right")]
        if turns:
            path = "".join("L" if turn == "main.left" else "R" for turn in turns[1:])
            reported[f"{path} {group['wait_reason']}"] += group["count"]
    return reported, len(groups)


def delve(folder):
    """The path of delve, or why it cannot be had."""
    path = shutil.which("dlv") or folder / "dlv"
    if not os.path.exists(path):
        if not shutil.which("go"):
            return None, "go is not installed"
        made = subprocess.run(
            ["go", "install", DELVE],
            cwd=folder,
            env={**os.environ, "GOBIN": str(folder), "GOFLAGS": ""},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE,
            text=True,
        )
        if made.returncode != 0:
            return None, made.stderr.strip().splitlines()[-1]
    return str(path), None


def measure_delve(program, core, exe):
    """One run, since it takes long. That it listed them is shown by the groups' totals."""
    script, said = core.parent / "listing.dlv", core.parent / "delve.txt"
    script.write_text(LISTING)
    options = ["--init", str(script), "--allow-non-terminal-interactive=true"]
    with (core.parent / "delve.stderr").open("w") as log, said.open("w") as out:
        cost = measure([program, "core", str(exe), str(core), *options], log, out)
    totals = [line for line in said.read_text().splitlines() if "Total:" in line]
    return cost, sum(int(line.split(":")[1]) for line in totals)


def tell_cost(name, cost, count):
    each = 1000 * cost.cpu / count
    print(f"{name:<21} {cost.wall:9.0f} {cost.cpu:8.0f} {each:19.2f} {cost.memory / MIB:12.1f}")


def tell_delve(listing, count, folder, core, exe):
    program, why = delve(folder)
    if not program:
        print(f"{'delve':<21} skipped: {why}")
        return
    read_all(core)  # as gotopsy, it has the core in memory
    cost, listed = measure_delve(program, core, exe)
    tell_cost("delve", cost, listed)
    ratio = (cost.cpu / listed) / (listing.cpu / count)
    tell_target("delve / goroutines", ratio, DELVE_TARGET, lambda n: f"{n:.1f}x", least=True)


def bench(folder, dumped):
    core, exe = folder / "core", folder / "bench-stacks"
    truth = json.loads((folder / "truth.json").read_text())
    reported, groups = stacks_reported(core, exe)
    if reported != truth["stacks"]:
        raise Failed("goroutines does not list the stacks that the program has")
    count = truth["goroutines"]
    print(
        f"\nstacks     {count:,} goroutines in {len(reported):,} distinct stacks, in {groups:,} groups\n"
        f"\n"
        f"                         wall ms   CPU ms   CPU µs/goroutine   memory MiB"
    )
    states = measure_states("goroutines", core, exe, dumped)
    for name, cost in states.costs.items():
        tell_cost(name, cost, count)
    tell_large(states.large)
    listing, timed = measure_often("goroutines", core, exe)
    tell_cost("goroutines", listing, count)
    check, check_timed = measure_often("check", core, exe)
    tell_cost("check", check, count)
    report = measure_often("report", core, exe)[0]
    tell_cost("report", report, count)
    tell_delve(listing, count, folder, core, exe)
    tell_target("goroutines' CPU", listing.cpu / 1000, LIST_TARGET, lambda n: f"{n:.2f} s")
    tell_stages("goroutines", timed)
    tell_stages("check", check_timed)
    commands = {**states.costs, "goroutines": listing, "check": check, "report": report}
    return {
        "objects": count,
        "unit": 0,
        "large": states.large,
        "commands": {name: dataclasses.asdict(cost) for name, cost in commands.items()},
    }
