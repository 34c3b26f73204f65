"""The pages in which the kernel has a core in memory, and what gotopsy costs by them.

The kernel dumps a core page by page, so it has a core that was just dumped in small pages. A core that
is read from disk comes in large ones, where kernel and file system have them, and then everything
takes less time. So the bench measures one command on the core as it was dumped, then drops the core's
pages and measures the command as it reads the core from disk. All that is measured later has the core
in memory as that run has left it.
"""

import ctypes
import dataclasses
import mmap
import os
import pathlib
import re
import subprocess

from cost import PROGRAM, Failed, extents, measure_often, median, watch

DUMPED, READ = "as dumped", "from disk"
COLD_RUNS = 3  # each reads the core anew
MOST = 0.99  # the rest may be pages that the kernel holds for a moment

HEADER = re.compile(r"^[0-9a-f]+-[0-9a-f]+ \S+ \S+ \S+ \d+(?:\s+(.*))?$")
SIZE = re.compile(r"^(Rss|FilePmdMapped):\s+(\d+) kB$")


@dataclasses.dataclass
class States:
    costs: dict = dataclasses.field(default_factory=dict)  # by command and state
    large: dict = dataclasses.field(default_factory=dict)  # by state: the part in large pages, or None


def write_back(path):
    """So that no run shares the disk with it, and the file's pages can be dropped."""
    with path.open("rb") as file:
        os.fdatasync(file.fileno())


def drop(path):
    """Drops a file's pages from memory, if the file is on a disk: the next run reads it from there."""
    write_back(path)
    with path.open("rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def page_flags(file):
    """One byte a page, which is 1 if the page is in memory; see mincore(2)."""
    libc = ctypes.CDLL(None, use_errno=True)
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY) as view:
        flags = (ctypes.c_ubyte * -(-len(view) // mmap.PAGESIZE))()
        start = ctypes.c_ubyte.from_buffer(view)
        failed = libc.mincore(ctypes.byref(start), ctypes.c_size_t(len(view)), flags)
        del start  # the view cannot be closed before
    if failed:
        raise Failed(f"mincore: {os.strerror(ctypes.get_errno())}")
    return bytes(flag & 1 for flag in flags)


def in_memory(path):
    """The part of a file's pages that are in memory, holes left out."""
    with path.open("rb") as file:
        flags = page_flags(file)
        pieces = [
            flags[start // mmap.PAGESIZE:-(-end // mmap.PAGESIZE)]
            for start, end in extents(file.fileno(), path.stat().st_size)
        ]
    return sum(map(sum, pieces)) / max(1, sum(map(len, pieces)))


def mapped(smaps, path):
    """Bytes of a file that a process has mapped, and how many of them in large pages; see proc(5)."""
    sizes, here = {"Rss": 0, "FilePmdMapped": 0}, False
    for line in smaps.splitlines():
        header, size = HEADER.match(line), SIZE.match(line)
        if header:
            here = header[1] == str(path)
        elif size and here:
            sizes[size[1]] += int(size[2]) << 10
    return sizes["Rss"], sizes["FilePmdMapped"]


def part_in_large(command, core, exe):
    """Of what a command maps of the core; None if the kernel does not say. It has a run of its own, since
    a look at all pages takes time."""
    path = core.resolve()

    def look(pid):
        try:
            return mapped(pathlib.Path(f"/proc/{pid}/smaps").read_text(), path)
        except OSError:  # the process has ended, or the kernel has no smaps
            return 0, 0

    arguments = [PROGRAM, *command.split(), "--quiet", str(core), "--exe", str(exe)]
    with subprocess.Popen(
        arguments, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    ) as process:
        whole, large = watch(process, look=look)
    if process.returncode != 0:
        raise Failed(f"{command} ended with {process.returncode}")
    return large / whole if whole else None


def measure_cold(command, core, exe, runs):
    """The median of runs that each read the core from disk, or None where it stays in memory."""
    costs = []
    for _ in range(runs):
        drop(core)
        if in_memory(core) > 1 - MOST:
            return None
        costs.append(measure_often(command, core, exe, 1)[0])
    return median(costs)


def measure_states(command, core, exe, dumped, runs=COLD_RUNS):
    """What a command costs by the state of the core's pages; `dumped`: it was just dumped."""
    states = States()
    write_back(core)
    kept = in_memory(core) if dumped else 0
    if kept >= MOST:
        states.costs[f"{command}, {DUMPED}"] = measure_often(command, core, exe, runs)[0]
        states.large[DUMPED] = part_in_large(command, core, exe)
    elif dumped:
        print(f"not measured {DUMPED}: of the core, {100 * kept:.0f}% is still in memory")
    cold = measure_cold(command, core, exe, runs)
    if cold:
        states.costs[f"{command}, {READ}"] = cold
    states.large[READ if cold else "in memory"] = part_in_large(command, core, exe)
    return states


def large_in_words(large):
    """ "0% of the core as dumped, 98% from disk", or nothing."""
    words = []
    for state, part in large.items():
        share = "an unknown part" if part is None else f"{100 * part:.0f}%"
        words.append(f"{share}{'' if words else ' of the core'} {state}")
    return ", ".join(words)


def tell_large(large):
    print(f"mapped in large pages: {large_in_words(large)}, as in all rows below")
