"""A core that ships, in a copy that is changed and healed again.

Where the runtime's structs lie in it is read from gotypes/layouts/known.def and from the binary's
symbols, by the code that damages cores at random (tests/fuzz/target.py).
"""

import collections
import mmap
import sys

from . import recipe

sys.path.insert(0, str(recipe.PROJECT / "tests" / "fuzz"))
import patients  # noqa: E402
import target  # noqa: E402

RUNNING, WAITING, IN_USE = 2, 4, 1
CALL = 0xE8  # amd64, with an offset of four bytes
ARENA = target.ARENA
BLOCK = 64 << 10  # bytes that are zeroed at once


class Victim:
    def __init__(self, name, folder):
        self.path, self.exe = folder / f"{name}.core", folder / name
        self.symbols = patients.ship(folder, name)
        with open(self.path, "r+b") as file:
            self._map = mmap.mmap(file.fileno(), 0)
        self.version = patients.version(self.exe.read_bytes())
        self.target = target.Target(self._map, self.version).collect(self.symbols)
        self._wounds = []

    def close(self):
        self._map.close()

    def write(self, address, data):
        at = self.target.offset(address, len(data))
        assert at is not None, hex(address)
        self._wounds.append((at, bytes(self._map[at : at + len(data)])))
        self._map[at : at + len(data)] = data

    def read(self, address, size):
        at = self.target.offset(address, size)
        return bytes(self._map[at : at + size])

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

    def one_of(self, kind, *paths):
        """The first of these fields that this version of Go has."""
        return next(path for path in paths if path in self.target.layout[kind][1])

    def word(self, address, change):
        """So does a word."""
        value = change(self.target.word(address)) & ((1 << 64) - 1)
        self.write(address, value.to_bytes(8, "little"))

    # ---- whom to change -------------------------------------------------------------------------

    def waiting(self):
        """Goroutines that wait in a queue."""
        return [
            g
            for g in self.target.structs["runtime.g"]
            if self.get("runtime.g", g, "atomicstatus") == WAITING
            and self.get("runtime.g", g, "waiting")
        ]

    def goroutine(self):
        return self.waiting()[0]

    def hung(self):
        """One of the many that hang: they were started by the same function."""
        starts = collections.Counter(self.get("runtime.g", g, "startpc") for g in self.waiting())
        ((start, _),) = starts.most_common(1)
        return [g for g in self.waiting() if self.get("runtime.g", g, "startpc") == start][2]

    def sudog(self, goroutine):
        return self.get("runtime.g", goroutine, "waiting")

    def channel_path(self):
        return self.one_of("runtime.sudog", "c.maybeTraceablePtr.vu", "c")

    def channel(self, goroutine):
        return self.get("runtime.sudog", self.sudog(goroutine), self.channel_path())

    def specials(self):
        """Those that are finalizers."""
        number = self.target.layout["runtime._KindSpecialFinalizer"][0]
        return [
            special
            for special in self.target.structs["runtime.special"]
            if self.get("runtime.special", special, "kind") == number
        ]

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

    def zeros(self, size):
        """Where so many bytes are zeros, aligned as structs are."""
        for start, offset, held in self.target.loads:
            at = self._map.find(bytes(size + 64), offset, offset + held)
            if at >= 0:
                return (start + at - offset + 63) & ~63
        raise IndexError("no zeros")

    def return_addresses(self, goroutine):
        """Where its stack has words that lead behind a call."""
        text = self.get("runtime.moduledata", self.symbols["runtime.firstmoduledata"], "text")
        rows = target.sections(self.exe)
        ((offset, size),) = ((at, size) for name, at, size in rows if name == ".text")
        code = self.exe.read_bytes()[offset : offset + size]
        sp, end = (self.get("runtime.g", goroutine, path) for path in ("sched.sp", "stack.hi"))
        for at in range(sp, end, 8):
            pc = self.target.word(at) - text
            if 5 < pc < size and code[pc - 5] == CALL:
                yield at

    def zero(self, address, size):
        self.write(address, bytes(size))
