"""A dead Go process as a place to do damage: its core, and where the runtime's structs are in it.
Knows layouts from gotypes/layouts/known.def and symbols from nm, and nothing from gotopsy."""

import collections
import copy
import pathlib
import re
import struct
import subprocess

TABLE = pathlib.Path(__file__).resolve().parents[2] / "gotypes" / "layouts" / "known.def"
MANY = 2000  # structs of a kind that are collected
ROOTS = 251  # of the semaphore table: runtime/sema.go, semTabSize
ARENA = 64 << 20  # bytes
WAITING = 48  # goroutines whose addresses are looked for
PIECE = 1 << 14
L2_ARENAS = 1 << 22  # how many heapArenas the runtime reserves room for
# Memory that no table knows the layout of: words of it are what may be damaged.
PLAIN = {"labels": 16, "map memory": 64, "a goroutine's address": 8}


def layouts(version, machine="AMD64"):
    """Offsets and sizes by type and field, for a version packed as 26008."""
    pattern = r'KNOWN\("(.*?)", (.*?), (\d+), (\d+), "", (\d+), "(.*?)"\)'
    found = {}
    for name, machines, since, until, size, fields in re.findall(pattern, TABLE.read_text()):
        if f"GT_ARCH_{machine}" in machines and int(since) <= version <= int(until):
            rows = re.findall(r"(\S+)@(\d+):(\d+)", fields)
            found[name] = int(size), {path: (int(at), int(width)) for path, at, width in rows}
    for name, size in PLAIN.items():
        found[name] = size, {f"word {at // 8}": (at, 8) for at in range(0, size, 8)}
    return found


class Target:
    """A core, mapped by whoever owns it, and its structs."""

    def __init__(self, core, version, machine="AMD64"):
        self.core = core
        self.layout = layouts(version, machine)
        self.loads = sorted(self._loads())
        self.structs = collections.defaultdict(list)  # type -> addresses
        self.slices = []  # addresses of slice headers

    def over(self, core):
        """The same of a copy of the core."""
        other = copy.copy(self)
        other.core = core
        return other

    def _loads(self):
        at, size, count = struct.unpack_from("<Q14xHH", self.core, 32)
        for i in range(count):
            kind, _, offset, addr, _, filed = struct.unpack_from("<IIQQQQ", self.core, at + i * size)
            if kind == 1 and filed:
                yield addr, offset, filed

    def offset(self, addr, size=8):
        """Where an address is in the core's file, or None."""
        for start, offset, filed in self.loads:
            if start <= addr and addr + size <= start + filed:
                return offset + addr - start
        return None

    def word(self, addr):
        at = self.offset(addr)
        return struct.unpack_from("<Q", self.core, at)[0] if at is not None else 0

    def has(self, kind, path):
        return kind in self.layout and path in self.layout[kind][1]

    def place(self, kind, addr, *paths):
        """The address of the first of these fields that this version has; None without any."""
        for path in paths:
            if self.has(kind, path):
                return addr + self.layout[kind][1][path][0]
        return None

    def field(self, kind, addr, *paths):
        at = self.place(kind, addr, *paths)
        return self.word(at) if at is not None else 0

    def add(self, kind, addr):
        known = self.structs[kind]
        if kind in self.layout and addr and len(known) < MANY and addr not in known[-50:]:
            known.append(addr)

    def chain(self, kind, addr, link):
        for _ in range(MANY):
            if not addr:
                return
            self.add(kind, addr)
            addr = self.field(kind, addr, link)

    def list(self, header):
        """The words of the slice at `header`, which is one more place for wounds."""
        if header is None:
            return []
        self.slices.append(header)
        first, count = self.word(header), self.word(header + 8)
        return [self.word(first + 8 * i) for i in range(min(count, MANY))]

    # ---- collecting ------------------------------------------------------------------------------

    def collect(self, symbols):
        """Finds the structs that the runtime's variables lead to."""
        self._variables(symbols)
        self._heap(symbols["runtime.mheap_"])
        for g in self.list(symbols["runtime.allgs"]):
            self._goroutine(g)
        for p in self.list(symbols["runtime.allp"]):
            self._processor(p)
        self.chain("runtime.m", self.word(symbols["runtime.allm"]), "alllink")
        self._semaphores(symbols["runtime.semtable"])
        for kind in ("runtime.finBlock", "runtime.finblock"):
            self.chain(kind, self.word(symbols["runtime.allfin"]), "alllink")
        self.chain("runtime.bucket", self.word(symbols["runtime.mbuckets"]), "allnext")
        for name in symbols:
            self._global(name, symbols[name])
        for sudog in list(self.structs["runtime.sudog"]):
            self.add("runtime.hchan", self.field("runtime.sudog", sudog, "c", "c.maybeTraceablePtr.vu"))
        self._pointers_to_waiting()
        self.structs = {kind: found for kind, found in self.structs.items() if found}
        return self

    def _variables(self, symbols):
        for name, kind in (
            ("runtime.memstats", "runtime.mstats"),
            ("runtime.gcController", "runtime.gcControllerState"),
            ("runtime.sched", "runtime.schedt"),
            ("runtime.firstmoduledata", "runtime.moduledata"),
        ):
            self.add(kind, symbols.get(name))
        if "runtime.gcCleanups" in symbols:
            queue = symbols["runtime.gcCleanups"]
            self.add("runtime.cleanupQueue", queue)
            first = self.field("runtime.cleanupQueue", queue, "all")
            self.chain("runtime.cleanupBlock", first, "cleanupBlockHeader.alllink")

    def _heap(self, mheap):
        self.add("runtime.mheap", mheap)
        for span in self.list(self.place("runtime.mheap", mheap, "allspans")):
            self.add("runtime.mspan", span)
            self.chain("runtime.special", self.field("runtime.mspan", span, "specials"), "next")
        for special in list(self.structs["runtime.special"]):
            self._special(special)
        second = self.field("runtime.mheap", mheap, "arenas")
        for index in self.list(self.place("runtime.mheap", mheap, "heapArenas", "allArenas")):
            if index < L2_ARENAS:
                self.add("runtime.heapArena", self.word(second + 8 * index))

    def _special(self, special):
        number = self.field("runtime.special", special, "kind") & 0xFF
        for kind, name in (
            ("Finalizer", "runtime.specialfinalizer"),
            ("Cleanup", "runtime.specialCleanup"),
            ("WeakHandle", "runtime.specialWeakHandle"),
            ("Profile", "runtime.specialprofile"),
        ):
            if self.layout.get(f"runtime._KindSpecial{kind}", (None,))[0] == number:
                self.add(name, special)

    def _goroutine(self, g):
        self.add("runtime.g", g)
        self.chain("runtime._defer", self.field("runtime.g", g, "_defer"), "link")
        self.chain("runtime._panic", self.field("runtime.g", g, "_panic"), "link")
        self.chain("runtime.sudog", self.field("runtime.g", g, "waiting"), "waitlink")
        self.add("labels", self.field("runtime.g", g, "labels"))
        self.add("runtime.timer", self.field("runtime.g", g, "timer"))
        self.add("runtime.coro", self.field("runtime.g", g, "coroarg"))
        ancestors = self.field("runtime.g", g, "ancestors")
        if ancestors:
            self.slices.append(ancestors)
            self.add("runtime.ancestorInfo", self.word(ancestors))

    def _processor(self, p):
        self.add("runtime.p", p)
        self.add("runtime.mcache", self.field("runtime.p", p, "mcache"))
        for path in ("deferpool", "sudogcache"):
            self.list(self.place("runtime.p", p, path))
        path, step = ("timers.heap", 2) if self.has("runtime.p", "timers.heap") else ("timers", 1)
        heap = self.place("runtime.p", p, path)
        first = self.word(heap)
        for i, timer in enumerate(self.list(heap)):
            self.add("runtime.timer", self.word(first + 8 * step * i))
            self.add("runtime.timerWhen", first + 8 * step * i)

    def _semaphores(self, table):
        stride = self.layout["runtime.semtable"][0] // ROOTS
        for i in range(ROOTS):
            root = table + stride * i
            treap = self.field("runtime.semaRoot", root, "treap")
            if treap:
                self.add("runtime.semaRoot", root)
                self._treap(treap)

    def _treap(self, sudog):
        waiting = [sudog]
        while waiting and len(self.structs["runtime.sudog"]) < MANY:
            sudog = waiting.pop()
            self.chain("runtime.sudog", sudog, "waitlink")
            waiting += filter(None, (self.field("runtime.sudog", sudog, way) for way in ("prev", "next")))

    def _global(self, name, addr):
        """The fuzzed program's own variables say by their names what they are."""
        kind = name.rpartition(".")[2]
        if kind.endswith("Map") or name in ("main.pages", "main.sessions"):
            self._map(self.word(addr))
        elif kind.endswith("Cond"):  # sync.Cond: its Locker, then the list
            self.add("runtime.notifyList", addr + 16)
            head = self.field("runtime.notifyList", addr + 16, "head")
            self.chain("runtime.sudog", head, "next")

    def _map(self, addr):
        swiss, buckets = "internal/runtime/maps.Map", "runtime.hmap"
        if swiss in self.layout:
            self.add(swiss, addr)
            first, count = self.field(swiss, addr, "dirPtr"), self.field(swiss, addr, "dirLen")
            self._memory(first)
            for i in range(min(count, 64)):
                table = self.word(first + 8 * i)
                self.add("internal/runtime/maps.table", table)
                self._memory(self.field("internal/runtime/maps.table", table, "groups.data"))
        elif buckets in self.layout:
            self.add(buckets, addr)
            for path in ("buckets", "oldbuckets", "extra"):
                self._memory(self.field(buckets, addr, path))

    def _memory(self, addr):
        for i in range(32):
            if self.offset(addr + 64 * i, 64) is not None:
                self.add("map memory", addr + 64 * i)

    def _pointers_to_waiting(self):
        """What holds a goroutine's address: coroutines, netpoll's descriptors, timers, sudogs. Such a
        word is the first of a coro, and may be the rg or wg of a pollDesc."""
        wanted = [struct.pack("<Q", g) for g in self.structs["runtime.g"][:WAITING]]
        for addr, memory in self._pages():
            for word in wanted:
                at = memory.find(word)
                while at >= 0:
                    self.add("a goroutine's address", (addr + at) & ~7)
                    at = memory.find(word, at + 8)

    def _pages(self):
        """The memory that is not all zeros, in pieces."""
        for start, offset, size in self.loads:
            for at in range(0, size, PIECE):
                memory = bytes(self.core[offset + at : offset + min(at + PIECE, size)])
                if memory.count(0) < len(memory):
                    yield start + at, memory


def symbols(binary):
    """Addresses of the runtime's and the program's variables, by nm."""
    said = subprocess.run(["nm", binary], capture_output=True, text=True, check=True).stdout
    found = {}
    for line in said.splitlines():
        parts = line.split(None, 2)
        if len(parts) == 3 and re.match(r"(runtime|main)\.", parts[2]) and parts[1] in "dDbB":
            found[parts[2]] = int(parts[0], 16)
    return found


def listed(path):
    """The same from a file that ships with a stripped binary: "address name" lines."""
    rows = (line.split() for line in pathlib.Path(path).read_text().splitlines())
    return {name: int(addr, 16) for addr, name in rows}


def sections(binary):
    """(name, offset, size) of the sections that have bytes in the file."""
    said = subprocess.run(["readelf", "-SW", binary], capture_output=True, text=True).stdout
    rows = re.findall(r"\] (\S+)\s+(\S+)\s+([0-9a-f]+) ([0-9a-f]+) ([0-9a-f]+)", said)
    return [(n, int(at, 16), int(size, 16)) for n, kind, _, at, size in rows if kind != "NOBITS"]
