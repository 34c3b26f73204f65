"""A dead Go process as a place to do damage: its core, its binary, and where the runtime's structs
are in them. Knows layouts from gotypes/known.def and symbols from nm, and nothing from gotopsy."""

import collections
import pathlib
import re
import struct
import subprocess

TABLE = pathlib.Path(__file__).resolve().parents[2] / "gotypes" / "known.def"
MANY = 2000  # structs of a kind that are collected


def layouts(version, machine="AMD64"):
    """Offsets and sizes by type and field, for a version packed as 26008."""
    pattern = r'KNOWN\("(.*?)", (.*?), (\d+), (\d+), "", (\d+), "(.*?)"\)'
    found = {}
    for name, machines, since, until, size, fields in re.findall(pattern, TABLE.read_text()):
        if f"GT_ARCH_{machine}" in machines and int(since) <= version <= int(until):
            rows = re.findall(r"(\S+)@(\d+):(\d+)", fields)
            found[name] = int(size), {path: (int(at), int(width)) for path, at, width in rows}
    return found


class Target:
    """A core and its binary, both mapped for writing by whoever owns the copies."""

    def __init__(self, core, binary, version):
        self.core, self.binary = core, binary  # writable buffers
        self.layout = layouts(version)
        self.loads = sorted(self._loads())
        self.structs = collections.defaultdict(list)  # type -> addresses

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

    def field(self, kind, addr, path):
        return self.word(addr + self.layout[kind][1][path][0])

    def add(self, kind, addr):
        known = self.structs[kind]
        if addr and len(known) < MANY and addr not in known[-50:]:
            known.append(addr)

    def chain(self, kind, addr, link):
        for _ in range(MANY):
            if not addr:
                return
            self.add(kind, addr)
            addr = self.field(kind, addr, link)

    def elements(self, addr):
        """The pointers of the slice at addr."""
        first, count = self.word(addr), self.word(addr + 8)
        return [self.word(first + 8 * i) for i in range(min(count, MANY))]

    def collect(self, symbols):
        """Finds the structs that the runtime's variables lead to."""
        mheap = symbols["runtime.mheap_"]
        self.add("runtime.mheap", mheap)
        self.add("runtime.moduledata", symbols["runtime.firstmoduledata"])
        for name, kind in (("runtime.memstats", "runtime.mstats"),):
            self.add(kind, symbols[name])
        for span in self.elements(mheap + self.layout["runtime.mheap"][1]["allspans"][0]):
            self.add("runtime.mspan", span)
            self.chain("runtime.special", self.field("runtime.mspan", span, "specials"), "next")
        for g in self.elements(symbols["runtime.allgs"]):
            self.add("runtime.g", g)
            self.chain("runtime._defer", self.field("runtime.g", g, "_defer"), "link")
            self.chain("runtime.sudog", self.field("runtime.g", g, "waiting"), "waitlink")
            self.add("runtime.m", self.field("runtime.g", g, "m"))
        for sudog in list(self.structs["runtime.sudog"]):
            path = "c" if "c" in self.layout["runtime.sudog"][1] else "c.maybeTraceablePtr.vu"
            self.add("runtime.hchan", self.field("runtime.sudog", sudog, path))
        for p in self.elements(symbols["runtime.allp"]):
            self.add("runtime.p", p)
            self._timers(p)
        self.lists = [
            mheap + self.layout["runtime.mheap"][1]["allspans"][0],
            symbols["runtime.allgs"],
            symbols["runtime.allp"],
        ]
        return self

    def _timers(self, p):
        fields = self.layout["runtime.p"][1]
        path, step = ("timers.heap", 16) if "timers.heap" in fields else ("timers", 8)
        heap = p + fields[path][0]
        for i in range(min(self.word(heap + 8), MANY)):
            self.add("runtime.timer", self.word(self.word(heap) + step * i))


def symbols(binary):
    """Addresses of the runtime's variables, by nm."""
    said = subprocess.run(["nm", binary], capture_output=True, text=True, check=True).stdout
    found = {}
    for line in said.splitlines():
        parts = line.split(None, 2)
        if len(parts) == 3 and parts[2].startswith("runtime.") and parts[1] in "dDbB":
            found[parts[2]] = int(parts[0], 16)
    return found


def sections(binary):
    """(name, offset, size) of the sections that have bytes in the file."""
    said = subprocess.run(["readelf", "-SW", binary], capture_output=True, text=True).stdout
    rows = re.findall(r"\] (\S+)\s+(\S+)\s+([0-9a-f]+) ([0-9a-f]+) ([0-9a-f]+)", said)
    return [(n, int(at, 16), int(size, 16)) for n, kind, _, at, size in rows if kind != "NOBITS"]
