"""What one run of a program costs: time, CPU, memory and page faults; and the floor, a plain read of
the core."""

import collections
import dataclasses
import os
import pathlib
import re
import resource
import statistics
import subprocess
import time

PROJECT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("GOTOPSY", str(PROJECT / "build" / "gotopsy"))
RUNS = 5
WATCHED = 3  # further runs, for the memory that is taken
PATIENCE = 60  # seconds; nothing that a core is made of takes longer, unless it hangs
TICK = 0.002  # seconds between two looks at a run's memory
MIB = 1 << 20


class Failed(Exception):
    """Something that was to be measured did not run."""


@dataclasses.dataclass(frozen=True)
class Cost:
    wall: float  # ms
    cpu: float  # ms, user and system, all threads
    memory: int  # bytes: the peak of what is not a file's pages
    faults: int  # pages that were mapped in, from memory or from disk


@dataclasses.dataclass(frozen=True)
class Stage:
    """What gotopsy timed itself (--timings)."""

    wall: float  # ms
    cpu: float  # ms
    faults: int


def own_memory(pid):
    """Resident bytes but for mapped files: those are the core's, and the kernel's to drop."""
    try:
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
    except ProcessLookupError:
        return 0
    lines = re.findall(r"^RssAnon:\s*(\d+) kB", status, re.MULTILINE)
    return int(lines[0]) << 10 if lines else 0  # a process that has just ended has none


def watch(process, patience=None, look=own_memory):
    """The peak of what a look at it says, its memory if nothing else, as often as TICK lets one see it.
    Ends with the process, which has `patience` seconds."""
    peak, end = look(process.pid), time.monotonic() + (patience or float("inf"))
    while process.poll() is None:
        if time.monotonic() > end:
            process.kill()
        peak = max(peak, look(process.pid))
        time.sleep(TICK)
    return peak


def used_by_children():
    """CPU in ms and page faults."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (usage.ru_utime + usage.ru_stime), usage.ru_minflt + usage.ru_majflt


def measure(arguments, log, out=subprocess.DEVNULL, patience=None, watched=True):
    """The cost of one run, whose timings go to the log. Who watches takes a processor from it every
    few milliseconds, and sees its end late: a run that is not watched has no memory, and its time
    is its own."""
    assert watched or not patience, "who does not watch waits as long as it takes"
    (cpu, faults), start = used_by_children(), time.monotonic()
    with subprocess.Popen(
        arguments, stdin=subprocess.DEVNULL, stdout=out, stderr=log
    ) as process:
        peak = watch(process, patience) if watched else 0
    wall = time.monotonic() - start
    if process.returncode != 0:
        raise Failed(f"{arguments[1]} ended with {process.returncode}; see {log.name}")
    cpu_after, faults_after = used_by_children()
    return Cost(1000 * wall, cpu_after - cpu, peak, faults_after - faults)


def extents(file, size):
    """Start and end of each piece of a file that is not a hole."""
    start, end = 0, 0
    while end < size:
        try:
            start = os.lseek(file, end, os.SEEK_DATA)
        except OSError:  # the rest is a hole
            return
        end = os.lseek(file, start, os.SEEK_HOLE)
        yield start, end


def read_all(path):
    """Reads a file once, from its beginning, but for its holes."""
    buffer = bytearray(MIB)
    with path.open("rb", buffering=0) as file:
        for first, end in extents(file.fileno(), path.stat().st_size):
            file.seek(first)
            while file.tell() < end and file.readinto(buffer):
                pass


def read_whole(path):
    """What it costs to read a file that is in memory, with nothing done: no tool that looks at all of it
    is faster. Nobody may have read some of it before, so it is read twice."""
    read_all(path)
    start, cpu = time.monotonic(), time.process_time()
    read_all(path)
    return Cost(1000 * (time.monotonic() - start), 1000 * (time.process_time() - cpu), MIB, 0)


def measure_often(command, core, exe, runs=RUNS):
    """The medians of some runs, and of the stages that gotopsy timed itself. Its memory is that of
    runs of its own. A command of two cores gets this one twice."""
    path = core.parent / f"{command.replace(' ', '')}.stderr"
    cores = [str(core)] * (2 if command == "diff" else 1)
    arguments = [PROGRAM, *command.split(), "--quiet", "--timings", *cores, "--exe", str(exe)]
    with path.open("w") as log:
        costs = [measure(arguments, log, watched=False) for _ in range(runs)]
    with path.with_suffix(".watched").open("w") as log:
        peaks = [measure(arguments, log).memory for _ in range(min(runs, WATCHED))]
    cost = dataclasses.replace(median(costs), memory=statistics.median(peaks))
    return cost, stages(path.read_text())


def median(costs):
    """Of each figure by itself. Works for stages, too."""
    return type(costs[0])(*map(statistics.median, zip(*map(dataclasses.astuple, costs))))


TIMING = re.compile(
    r"^timing: (.+) ([\d.]+) ms, ([\d.]+) ms of CPU, (\d+) page faults$", re.MULTILINE
)


def stages(log):
    """By name, in the order of their first run."""
    runs = collections.defaultdict(list)
    for name, wall, cpu, faults in TIMING.findall(log):
        runs[name].append(Stage(float(wall), float(cpu), int(faults)))
    return {name: median(costs) for name, costs in runs.items()}


def tell_stages(command, timed):
    print(f"\n{command + ':':<44} wall ms   CPU ms   page faults")
    for name, stage in timed.items():
        print(f"  {name:<42} {stage.wall:8.1f} {stage.cpu:8.1f} {stage.faults:13,.0f}")


def tell_target(what, got, target, form, least=False):
    verdict = "met" if (got >= target if least else got <= target) else "MISSED"
    print(f"{verdict:<7} {what}: {form(got)}, target {form(target)}{' or more' if least else ''}")
