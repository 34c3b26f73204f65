"""Cuts small inputs out of real Go programs and their cores: function tables, types and maps, moved
to where the fuzz targets have their memory."""

import collections
import struct

import target

BASE = 0x400000  # FUZZ_BASE
TEXT, G, STACK, STACK_SIZE = 0x8000, 0xA000, 0xB000, 0x2000  # fuzz_stack.c
PCLN_119 = 0xFFFFFFF0
NOTHING = 0xFFFFFFFF
Segment = collections.namedtuple("Segment", "start end value")  # of a pc-value table


class Program:
    """A binary, with the memory of its core if there is one, and its moduledata."""

    def __init__(self, binary, symbols, version, machine="AMD64", core=None):
        self.version, self.machine, self.symbols = version, machine, symbols
        self.file = target.Target(binary, version, machine)
        self.core = target.Target(core, version, machine) if core else None
        self.size, self.fields = self.file.layout["runtime.moduledata"]
        self.at = symbols["runtime.firstmoduledata"]

    def read(self, addr, size):
        for place in (self.core, self.file):
            at = place.offset(addr, size) if place else None
            if at is not None:
                return bytes(place.core[at : at + size])
        return None

    def word(self, addr):
        data = self.read(addr, 8)
        return struct.unpack("<Q", data)[0] if data else 0

    def module(self, name, more=0):
        """A word of the moduledata, as linked."""
        return struct.unpack("<Q", self.file_bytes(self.at + self.fields[name][0] + more, 8))[0]

    def file_bytes(self, addr, size):
        at = self.file.offset(addr, size)
        return bytes(self.file.core[at : at + size]) if at is not None else bytes(size)

    def table(self, name):
        return self.file_bytes(self.module(name), self.module(name, 8) * {"cutab": 4, "ftab": 8}.get(name, 1))


# ---- types, maps: whatever hangs together by pointers ----------------------------------------------


class Pieces:
    """Memory with what it points to, moved to BASE, in pieces of a size, as far as there is room."""

    ROOT = 192

    def __init__(self, program, piece=384, room=24 << 10):
        self.program, self.piece, self.room = program, piece, room
        self.memory, self.moved = bytearray(), {}
        self.types = program.module("types"), program.module("etypes")

    def take(self, *roots):
        """Copies what is at the roots, (address, place) each, then what that points to."""
        pending = list(roots)
        for addr, place in pending:
            size = self.piece if place is None else self.ROOT
            data = self.program.read(addr, size)
            if addr in self.moved or data is None or len(self.memory) + size > self.room:
                continue
            start = self._put(addr, data, place)
            pending += [(word, None) for word in struct.unpack(f"<{size // 8}Q", data)]
            self._name(start, data)
        return self

    def _put(self, addr, data, at):
        start = (len(self.memory) + 15) // 16 * 16 if at is None else at
        self.memory = self.memory.ljust(start + len(data), b"\0")
        self.memory[start : start + len(data)] = data
        self.moved[addr] = start
        return start

    def _name(self, start, data):
        """If this is a type, its name's offset becomes that of a copy."""
        offset = struct.unpack_from("<i", data, 40)[0]
        if not 0 < offset < self.types[1] - self.types[0]:
            return
        name = self.program.read(self.types[0] + offset, 64)
        if name and 0 < name[1] < 60 and name[2 : 2 + name[1]].isascii():
            copy = len(self.memory)
            self.memory += name[: 2 + name[1]].ljust(64, b"\0")
            struct.pack_into("<i", self.memory, start + 40, copy)

    def done(self):
        """The bytes, in which pointers to what was moved lead there."""
        for start in self.moved.values():
            for at in range(start, min(start + max(self.piece, self.ROOT), len(self.memory) - 7), 8):
                word = struct.unpack_from("<Q", self.memory, at)[0]
                if word in self.moved:
                    struct.pack_into("<Q", self.memory, at, BASE + self.moved[word])
        return bytes(self.memory)


def heads(program):
    """(address, size, ptr_bytes, tflag, kind, name) of what looks like a type."""
    first, last = program.module("types"), program.module("etypes")
    data = program.file_bytes(first, last - first)
    for at in range(0, len(data) - 64, 8):
        size, pointers, _, tflag, _, _, kind = struct.unpack_from("<QQIBBBB", data, at)
        name = struct.unpack_from("<i", data, at + 40)[0]
        if not (1 <= kind & 31 <= 26 and pointers <= size < 1 << 40 and 0 < name < len(data) - 64):
            continue
        text = data[name + 2 : name + 2 + data[name + 1]]
        if text and text.isascii() and data[name] < 16:
            yield first + at, size, pointers, tflag, kind, text.decode().lstrip("*" * bool(tflag & 2))


# ---- function tables -------------------------------------------------------------------------------


def _number(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 127) << shift
        shift, at = shift + 7, at + 1
        if byte < 128:
            return value, at


def segments(pctab, at, quantum):
    """A pc-value table, and where it ends (runtime/symtab.go, step)."""
    value, pc, found = -1, 0, []
    while True:
        delta, next = _number(pctab, at)
        if delta == 0 and pc:
            return found, at + 1
        step, at = _number(pctab, next)
        value += -(delta + 1 >> 1) if delta & 1 else delta >> 1
        found.append(Segment(pc, pc + step * quantum, value))
        pc = found[-1].end


class Functions:
    """Some functions of a program: their records, with all they refer to, as a module of its own."""

    def __init__(self, program, wanted, most=24):
        self.program = program
        header = program.file_bytes(program.module("pcHeader"), 72)
        self.record = 40 if struct.unpack_from("<I", header)[0] == PCLN_119 else 44
        self.quantum = header[6]
        names = ("funcnametab", "cutab", "filetab", "pctab", "pclntable", "ftab")
        self.old = {name: program.table(name) for name in names}
        self.new = {name: bytearray(b"\0") for name in names}
        self.new.update(cutab=bytearray(), pclntable=bytearray(), ftab=bytearray())
        self.new.update(pcHeader=header, funcdata=bytearray(), text=bytearray())
        self.placed = {}  # (table, old offset) -> new offset
        self.frames = []  # (pc, frame size) a function
        for offset, record, end in self._records():
            if len(self.frames) < most and self._name(record).startswith(wanted):
                self._add(offset, record, end)

    def _records(self):
        ftab = struct.unpack(f"<{len(self.old['ftab']) // 4}I", self.old["ftab"])
        for i in range(0, len(ftab) - 2, 2):
            yield ftab[i], ftab[i + 1], ftab[i + 2]

    def _name(self, record):
        at = struct.unpack_from("<i", self.old["pclntable"], record + 4)[0]
        names = self.old["funcnametab"]
        return names[at : names.index(0, at)].decode(errors="replace")

    def _copy(self, table, at, end):
        if (table, at) not in self.placed:
            self.placed[table, at] = len(self.new[table])
            self.new[table] += self.old[table][at:end]
        return self.placed[table, at]

    def _pcvalues(self, at):
        return self._copy("pctab", at, segments(self.old["pctab"], at, self.quantum)[1]) if at else 0

    def _funcdata(self, offset):
        if offset == NOTHING:
            return NOTHING
        if ("funcdata", offset) not in self.placed:
            self.placed["funcdata", offset] = len(self.new["funcdata"])
            found = self.program.file_bytes(self.program.module("gofunc") + offset, 128)
            self.new["funcdata"] += found
        return self.placed["funcdata", offset]

    def _add(self, offset, at, end):
        size = min(end - offset, 512)
        if len(self.new["text"]) + size > G - TEXT:
            return
        record = bytearray(self.old["pclntable"][at : at + self.record])
        words = list(struct.unpack_from("<9I", record))
        text = len(self.new["text"])
        files = segments(self.old["pctab"], words[5], self.quantum)[0] if words[5] else []
        self._frame(text, words[4])
        values = [text, self._text(words[1]), words[2], words[3], *map(self._pcvalues, words[4:7]), words[7]]
        struct.pack_into("<9I", record, 0, *values, self._files(words[8], files))
        more = struct.unpack_from(f"<{words[7] + record[-1]}I", self.old["pclntable"], at + self.record)
        tail = [self._pcvalues(value) for value in more[: words[7]]]
        tail += [self._funcdata(value) for value in more[words[7] :]]
        self.new["ftab"] += struct.pack("<II", text, len(self.new["pclntable"]))
        self.new["pclntable"] += record + struct.pack(f"<{len(tail)}I", *tail)
        self.new["text"] += self.program.file_bytes(self.program.module("text") + offset, size)

    def _frame(self, text, pcsp):
        found = segments(self.old["pctab"], pcsp, self.quantum)[0] if pcsp else [Segment(0, 1, 0)]
        longest = max(found, key=lambda each: each.end - each.start)
        self.frames.append((text + (longest.start + longest.end) // 2, longest.value))

    def _text(self, at):
        return self._copy("funcnametab", at, self.old["funcnametab"].index(0, at) + 1)

    def _files(self, unit, found):
        """The file numbers of a compilation unit, as far as this function uses them."""
        start, most = len(self.new["cutab"]) // 4, max((each.value for each in found), default=0)
        for i in range(most + 1):
            at = struct.unpack_from("<I", self.old["cutab"], 4 * (unit + i))[0]
            if at != NOTHING:
                at = self._copy("filetab", at, self.old["filetab"].index(0, at) + 1)
            self.new["cutab"] += struct.pack("<I", at)
        return start

    def module(self):
        """A moduledata at BASE, and behind it the tables."""
        fields, size = self.program.fields, self.program.size
        end = len(self.new["text"])
        self.new["ftab"] += struct.pack("<II", end, 0)
        words, memory = bytearray(size), bytearray(1024)
        for name in ("pcHeader", "funcnametab", "cutab", "filetab", "pctab", "pclntable", "ftab"):
            data = self.new[name]
            count = len(data) // {"cutab": 4, "ftab": 8}.get(name, 1)
            struct.pack_into("<Q", words, fields[name][0], BASE + len(memory))
            if name != "pcHeader":
                struct.pack_into("<QQ", words, fields[name][0] + 8, count, count)
            memory += data.ljust((len(data) + 15) // 16 * 16, b"\0")
        start = BASE + TEXT
        for name, value in (("text", start), ("minpc", start), ("etext", start + end), ("maxpc", start + end)):
            struct.pack_into("<Q", words, fields[name][0], value)
        for name in ("gofunc", "rodata"):
            struct.pack_into("<Q", words, fields[name][0], BASE + len(memory))
        memory += self.new["funcdata"]
        memory[:size] = words
        assert len(memory) <= TEXT, len(memory)
        return bytes(memory.ljust(TEXT, b"\0") + self.new["text"]).ljust(G, b"\0")

    def stack(self):
        """The same with a goroutine whose frames are of these functions, each called by the next."""
        memory = bytearray(self.module().ljust(STACK + STACK_SIZE, b"\0"))
        g = self.program.file.layout["runtime.g"][1]
        low, sp = BASE + STACK, BASE + STACK + 64
        for at in range(STACK, STACK + STACK_SIZE, 8):  # what points into the stack, and elsewhere
            struct.pack_into("<Q", memory, at, low + at % STACK_SIZE if at % 3 else BASE + at)
        for path, value in (("sched.pc", self.frames[0][0] + BASE + TEXT), ("sched.sp", sp)):
            struct.pack_into("<Q", memory, G + g[path][0], value)
        for (_, size), (caller, _) in zip(self.frames, self.frames[1:]):
            sp += size
            if sp + 8 >= low + STACK_SIZE:
                break
            # amd64: pushed by the call. arm64: stored where the caller's frame has its lowest word.
            place = sp if self.program.machine == "AMD64" else sp - size
            struct.pack_into("<Q", memory, place - BASE, caller + BASE + TEXT)
            sp += 8 if self.program.machine == "AMD64" else 0
        return bytes(memory)
