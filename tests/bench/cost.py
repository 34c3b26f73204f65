"""What one run of a program costs: time, CPU and memory."""

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
TICK = 0.002  # seconds between two looks at a run's memory
MIB = 1 << 20


class Failed(Exception):
    """Something that was to be measured did not run."""


@dataclasses.dataclass(frozen=True)
class Cost:
    wall: float  # ms
    cpu: float  # ms, user and system, all threads
    memory: int  # bytes: the peak of what is not a file's pages


def own_memory(pid):
    """Resident bytes but for mapped files: those are the core's, and the kernel's to drop."""
    try:
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
    except ProcessLookupError:
        return 0
    lines = re.findall(r"^RssAnon:\s*(\d+) kB", status, re.MULTILINE)
    return int(lines[0]) << 10 if lines else 0  # a process that has just ended has none


def watch(process):
    """The peak of its memory, as often as TICK lets one see it. Ends with the process."""
    peak = 0
    while process.poll() is None:
        peak = max(peak, own_memory(process.pid))
        time.sleep(TICK)
    return peak


def cpu_of_children():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def measure(arguments, log, out=subprocess.DEVNULL):
    """The cost of one run, whose timings go to the log."""
    cpu, start = cpu_of_children(), time.monotonic()
    with subprocess.Popen(
        arguments, stdin=subprocess.DEVNULL, stdout=out, stderr=log
    ) as process:
        peak = watch(process)
    wall = time.monotonic() - start
    if process.returncode != 0:
        raise Failed(f"{arguments[1]} ended with {process.returncode}; see {log.name}")
    return Cost(1000 * wall, 1000 * (cpu_of_children() - cpu), peak)


def measure_often(command, core, exe, runs=RUNS):
    """The medians of some runs, and of the stages that gotopsy timed itself. A command of two cores
    gets this one twice."""
    path = core.parent / f"{command.replace(' ', '')}.stderr"
    cores = [str(core)] * (2 if command == "diff" else 1)
    arguments = [PROGRAM, *command.split(), "--quiet", "--timings", *cores, "--exe", str(exe)]
    with path.open("w") as log:
        costs = [measure(arguments, log) for _ in range(runs)]
    return median(costs), stages(path.read_text())


def median(costs):
    return Cost(*map(statistics.median, zip(*map(dataclasses.astuple, costs))))


def stages(log):
    """The CPU time of each stage, in the order of their first run."""
    times = collections.defaultdict(list)
    for stage, ms in re.findall(r"^timing: (.+) [\d.]+ ms, ([\d.]+) ms of CPU", log, re.MULTILINE):
        times[stage].append(float(ms))
    return {stage: statistics.median(all_of_it) for stage, all_of_it in times.items()}


def tell_stages(command, timed):
    for stage, ms in timed.items():
        print(f"  {command}: {stage:<42} {ms:8.1f} ms")


def tell_target(what, got, target, form, least=False):
    verdict = "met" if (got >= target if least else got <= target) else "MISSED"
    print(f"{verdict:<7} {what}: {form(got)}, target {form(target)}{' or more' if least else ''}")
