"""Lies: ways to change a core in one place, so that it says one thing twice, and differently.

A lie takes a Victim, a copy of the core that ships, and changes it. Where the runtime's structs lie
in it is read from gotypes/layouts/known.def and from the binary's symbols, by the code that damages
cores at random (tests/fuzz/target.py).
"""

import mmap
import pathlib
import subprocess
import sys

from . import recipe

sys.path.insert(0, str(recipe.PROJECT / "tests" / "fuzz"))
import patients  # noqa: E402
import target  # noqa: E402

WAITING, IN_USE = 4, 1
CALL = 0xE8  # amd64, with an offset of four bytes
BLOCK = 64 << 10  # bytes that are zeroed at once


class Victim:
    """The core that ships, in a copy that is changed and healed again."""

    def __init__(self, demo, folder):
        self.path, self.exe = folder / "core", demo.exe
        subprocess.run(["cp", "--sparse=always", demo.path, self.path], check=True)
        with open(self.path, "r+b") as file:
            self._map = mmap.mmap(file.fileno(), 0)
        self.symbols = target.symbols(demo.exe)
        self.version = patients.version(pathlib.Path(demo.exe).read_bytes())
        self.target = target.Target(self._map, self.version).collect(self.symbols)
        self._wounds = []

    def close(self):
        self._map.close()

    def write(self, address, data):
        at = self.target.offset(address, len(data))
        assert at is not None, hex(address)
        self._wounds.append((at, bytes(self._map[at : at + len(data)])))
        self._map[at : at + len(data)] = data

    def heal(self):
        for at, data in reversed(self._wounds):
            self._map[at : at + len(data)] = data
        self._wounds.clear()

    def get(self, kind, address, path):
        at, width = self.target.layout[kind][1][path]
        return self.target.word(address + at) & ((1 << 8 * min(width, 8)) - 1)

    def put(self, kind, address, path, change):
        """A field becomes what `change` makes of it."""
        at, width = self.target.layout[kind][1][path]
        value = change(self.get(kind, address, path)) & ((1 << 8 * min(width, 8)) - 1)
        self.write(address + at, value.to_bytes(min(width, 8), "little"))

    def word(self, address, change):
        """So does a word."""
        value = change(self.target.word(address)) & ((1 << 64) - 1)
        self.write(address, value.to_bytes(8, "little"))

    # ---- whom to change -------------------------------------------------------------------------

    def goroutine(self):
        """One that waits in a queue."""
        return next(
            g
            for g in self.target.structs["runtime.g"]
            if self.get("runtime.g", g, "atomicstatus") == WAITING
            and self.get("runtime.g", g, "waiting")
        )

    def span(self, pointers=True):
        """One of small objects, with and without pointers, that has many."""
        return next(
            span
            for span in self.target.structs["runtime.mspan"]
            if self.get("runtime.mspan", span, "state") == IN_USE
            and 4 <= self.get("runtime.mspan", span, "spanclass") < 40
            and self.get("runtime.mspan", span, "spanclass") % 2 != pointers
            and self.get("runtime.mspan", span, "allocCount") > 8
        )

    def partial_span(self):
        """One with slots that are free."""
        return next(
            span
            for span in self.target.structs["runtime.mspan"]
            if self.get("runtime.mspan", span, "state") == IN_USE
            and 0 < self.get("runtime.mspan", span, "allocCount") < self.get("runtime.mspan", span, "nelems") - 1
        )

    def blocks(self):
        """Where memory that is not all zeros begins, BLOCK bytes each."""
        for start, offset, size in self.target.loads:
            for at in range(0, size, BLOCK):
                if any(self._map[offset + at : offset + min(at + BLOCK, size)]):
                    yield start + at, min(BLOCK, size - at)

    def zero(self, address, size):
        self.write(address, bytes(size))


def _more(value):
    return value + 1


def _less(value):
    return value - 1


def _half(value):
    return value // 2


def _none(value):
    return 0


def _wild(value):
    return 0xDEAD << 32


def _span(path, change, pointers=True):
    return lambda victim: victim.put("runtime.mspan", victim.span(pointers), path, change)


def _all_allocated(victim):
    span = victim.partial_span()
    victim.put("runtime.mspan", span, "freeindex", lambda _: victim.get("runtime.mspan", span, "nelems"))


def _goroutine(path, change):
    return lambda victim: victim.put("runtime.g", victim.goroutine(), path, change)


def _sudog(path, change):
    def lie(victim):
        sudog = victim.get("runtime.g", victim.goroutine(), "waiting")
        victim.put("runtime.sudog", sudog, path, change)

    return lie


def _queue(path, change):
    def lie(victim):
        sudog = victim.get("runtime.g", victim.goroutine(), "waiting")
        channel = victim.get("runtime.sudog", sudog, "c.maybeTraceablePtr.vu")
        victim.put("runtime.hchan", channel, path, change)

    return lie


def _first(kind, path, change):
    return lambda victim: victim.put(kind, victim.target.structs[kind][0], path, change)


def _one_of(kind, name, path, change):
    return lambda victim: victim.put(kind, victim.symbols[name], path, change)


def _sched(path, change):
    return _one_of("runtime.schedt", "runtime.sched", path, change)


def _mheap(path, change):
    return _one_of("runtime.mheap", "runtime.mheap_", path, change)


def _module(path, change):
    return _one_of("runtime.moduledata", "runtime.firstmoduledata", path, change)


def _variable(name, change, offset=0):
    return lambda victim: victim.word(victim.symbols[name] + offset, change)


def _twice(victim):
    """One goroutine is in the list again, in another's place."""
    first = victim.target.word(victim.symbols["runtime.allgs"])
    goroutine = victim.goroutine()
    others = [g for g in victim.target.structs["runtime.g"] if g != goroutine]
    place = victim.target.list(victim.symbols["runtime.allgs"]).index(others[-1])
    victim.word(first + 8 * place, lambda _: goroutine)


def _same_id(victim):
    other = victim.target.structs["runtime.g"][1]
    victim.put("runtime.g", victim.goroutine(), "goid", lambda _: victim.get("runtime.g", other, "goid"))


def _same_stack(victim):
    goroutine = victim.goroutine()
    low = victim.get("runtime.g", goroutine, "stack.lo")
    other = next(
        g
        for g in victim.target.structs["runtime.g"]
        if g != goroutine and victim.get("runtime.g", g, "atomicstatus") == WAITING
    )
    victim.put("runtime.g", other, "stack.lo", lambda _: low)


def _page_in_use(victim):
    """The arena's bit of a span's first page."""
    span = victim.span()
    start = victim.get("runtime.mspan", span, "startAddr")
    arena = victim.target.structs["runtime.heapArena"][0]
    page = start % target.ARENA // 8192
    at, _ = victim.target.layout["runtime.heapArena"][1]["pageInUse"]
    byte = arena + at + page // 8
    victim.word(byte & ~7, lambda word: word ^ 1 << (8 * (byte & 7) + page % 8))


def _return_addresses(victim):
    """The frames of one that waits go on one byte further."""
    module = victim.symbols["runtime.firstmoduledata"]
    text = victim.get("runtime.moduledata", module, "text")
    ((offset, size),) = ((at, size) for name, at, size in target.sections(victim.exe) if name == ".text")
    code = pathlib.Path(victim.exe).read_bytes()[offset : offset + size]
    sp = victim.get("runtime.g", victim.goroutine(), "sched.sp")

    def returns(pc):
        return text + 5 < pc < text + size and code[pc - text - 5] == CALL

    for at in range(sp, victim.get("runtime.g", victim.goroutine(), "stack.hi"), 8):
        if returns(victim.target.word(at)):
            victim.word(at, _more)


def _map_length(change):
    """Of a global map, of either design."""

    def lie(victim):
        header = victim.target.word(victim.symbols["main.sessions"])
        swiss = "internal/runtime/maps.Map" in victim.target.layout
        kind, path = ("internal/runtime/maps.Map", "used") if swiss else ("runtime.hmap", "count")
        victim.put(kind, header, path, change)

    return lie


def _long_slice(victim):
    """A global of the program's, much longer than what it points to."""
    word = victim.target.word
    header = next(
        at
        for name, at in sorted(victim.symbols.items())
        if name.startswith("main.") and 0 < word(at + 8) <= word(at + 16) < 1 << 20
        and victim.target.offset(word(at)) is not None
    )
    for at in (header + 8, header + 16):
        victim.word(at, lambda _: 1 << 24)


def _zeroed(find):
    """64 KiB around what `find` gives."""

    def lie(victim):
        address = find(victim)
        start, size = next(
            (start, size) for start, size in victim.blocks() if start <= address < start + size
        )
        victim.zero(start, size)

    return lie


def _start(victim, pointers=True):
    return victim.get("runtime.mspan", victim.span(pointers), "startAddr")


# Each must be told, and takes every proof back.
LIES = {
    "allocCount": _span("allocCount", _less),
    "allocCount none": _span("allocCount", _none),
    "freeindex": _all_allocated,
    "nelems": _span("nelems", _half),
    "nelems less": _span("nelems", _less),
    "elemsize": _span("elemsize", lambda size: size * 2),
    "spanclass": _span("spanclass", lambda number: number + 2),
    "noscan": _span("spanclass", lambda number: number ^ 1),
    "npages": _span("npages", _more),
    "startAddr": _span("startAddr", lambda start: start + 8192),
    "limit": _span("limit", _half),
    "state": _span("state", _none),
    "state manual": _span("state", lambda _: 2),
    "sweepgen": _span("sweepgen", lambda gen: gen + 2),
    "sweepgen old": _span("sweepgen", lambda gen: gen - 4),
    "allocBits": _span("allocBits", _none),
    "gcmarkBits": _span("gcmarkBits", _none),
    "mheap.sweepgen": _mheap("sweepgen", lambda gen: gen + 6),
    "mheap.pagesInUse": _mheap("pagesInUse", _half),
    "allspans": lambda victim: victim.word(
        victim.symbols["runtime.mheap_"] + victim.target.layout["runtime.mheap"][1]["allspans"][0] + 8, _half
    ),
    "pageInUse": _page_in_use,
    "finalizers in use": _mheap("specialfinalizeralloc.inuse", lambda size: size * 2),
    "finalizer": _first("runtime.specialfinalizer", "fn", _more),
    "allglen": _variable("runtime.allglen", _less),
    "allgs": _variable("runtime.allgs", _less, offset=8),
    "allgs twice": _twice,
    "goid": _goroutine("goid", lambda _: 1 << 40),
    "goid twice": _same_id,
    "atomicstatus": _goroutine("atomicstatus", lambda _: 42),
    "atomicstatus idle": _goroutine("atomicstatus", _none),
    "atomicstatus running": _goroutine("atomicstatus", lambda _: 2),
    "stack twice": _same_stack,
    "startpc": _goroutine("startpc", _more),
    "gopc": _goroutine("gopc", _wild),
    "lockedm": _goroutine("lockedm", _wild),
    "g.m": _goroutine("m", _wild),
    "return addresses": _return_addresses,
    "sched.ngsys": _sched("ngsys", lambda count: count + 40),
    "sched.goidgen": _sched("goidgen", _half),
    "sched.mnext": _sched("mnext", _more),
    "sched.npidle": _sched("npidle", _more),
    "sched.runqsize": _sched("runq.size", _more),
    "g.waiting": _goroutine("waiting", _none),
    "sudog.g": _sudog("g", _wild),
    "sudog.c": _sudog("c.maybeTraceablePtr.vu", _wild),
    "sudog.waitlink": _sudog("waitlink", _wild),
    "recvq": _queue("recvq.first", _none),
    "timers": lambda victim: victim.put(
        "runtime.p",
        next(p for p in victim.target.structs["runtime.p"] if victim.get("runtime.p", p, "timers.len")),
        "timers.len",
        _half,
    ),
    "timer": _first("runtime.timerWhen", "timer", _none),
    "timer.f": lambda victim: victim.put(
        "runtime.timer",
        victim.get("runtime.timerWhen", victim.target.structs["runtime.timerWhen"][0], "timer"),
        "f",
        _more,
    ),
    "defer.fn": _first("runtime._defer", "fn", _more),
    "defer.sp": _first("runtime._defer", "sp", _more),
    "defer.pc": _first("runtime._defer", "pc", _wild),
    "module rodata": _module("rodata", _more),
    "module filetab": _module("filetab", _more),
    "module cutab": _module("cutab", _less),
    "module enoptrbss": _module("enoptrbss", lambda end: end + 4096),
    "slice": _long_slice,
    "map length": _map_length(_half),
    "map length none": _map_length(_none),
    "zeroed heap": _zeroed(_start),
    "zeroed goroutines": _zeroed(lambda victim: victim.goroutine()),
    "zeroed stacks": _zeroed(lambda victim: victim.get("runtime.g", victim.goroutine(), "stack.hi") - 8),
    "zeroed spans": _zeroed(lambda victim: victim.span()),
    "zeroed timers": _zeroed(lambda victim: victim.target.structs["runtime.timer"][0]),
    "zeroed heap lists": _zeroed(lambda victim: victim.symbols["runtime.mheap_"] + 66000),
}
# Of the above, one of each kind of struct: what the quick tests tell.
QUICK = [name for i, name in enumerate(LIES) if i % 2 == 0 or name.startswith("zeroed")]
