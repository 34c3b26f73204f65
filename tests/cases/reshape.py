"""A core's headers and notes, to be changed and put before the same memory again."""

import dataclasses
import shutil
import struct
import subprocess

PT_LOAD, PT_NOTE, PN_XNUM = 1, 4, 0xFFFF
NT_PRSTATUS = 1
TID, FS_BASE = 32, 112 + 21 * 8  # of a thread, within its status
HEADER, SEGMENT, SECTION = struct.Struct("<16sHHIQQQIHHHHHH"), struct.Struct("<IIQQQQQQ"), 64
PAGE = 4096


@dataclasses.dataclass(frozen=True)
class Segment:
    """A program header, in its fields' order."""

    kind: int
    flags: int
    offset: int
    address: int
    physical: int
    filed: int  # bytes in the file
    size: int  # bytes in memory
    align: int

    def part(self, start, size):
        """As if only [start, start + size) of it were mapped."""
        filed = min(max(self.filed - start, 0), size)
        offset = self.offset + min(start, self.filed)
        return dataclasses.replace(
            self, offset=offset, address=self.address + start, filed=filed, size=size
        )

    def cut(self, size):
        """The same memory, in segments of `size` bytes."""
        return [self.part(at, min(size, self.size - at)) for at in range(0, self.size, size)]

    def holds(self, address):
        return self.address <= address < self.address + self.size


@dataclasses.dataclass(frozen=True)
class Note:
    owner: bytes
    kind: int
    data: bytes

    def is_thread(self):
        return self.owner == b"CORE\0" and self.kind == NT_PRSTATUS

    def of_thread(self, tid):
        """The status of a thread, as another one's."""
        data = bytearray(self.data)
        struct.pack_into("<i", data, TID, tid)
        return dataclasses.replace(self, data=bytes(data))

    def of_no_storage(self):
        """The status of a thread of amd64 whose thread pointer is not known."""
        data = bytearray(self.data)
        struct.pack_into("<Q", data, FS_BASE, 0)
        return dataclasses.replace(self, data=bytes(data))

    def tid(self):
        return struct.unpack_from("<i", self.data, TID)[0]

    def packed(self):
        def padded(data):
            return data + bytes(-len(data) % 4)

        head = struct.pack("<III", len(self.owner), len(self.data), self.kind)
        return head + padded(self.owner) + padded(self.data)


def _notes(data):
    at = 0
    while at + 12 <= len(data):
        owner, size, kind = struct.unpack_from("<III", data, at)
        start = at + 12 + (owner + 3) // 4 * 4
        yield Note(data[at + 12 : at + 12 + owner], kind, data[start : start + size])
        at = start + (size + 3) // 4 * 4


class Shape:
    """The segments that are memory, and the notes, of the core at a path; both are to be changed."""

    def __init__(self, path):
        self.path = path
        with open(path, "rb") as file:
            self._header = HEADER.unpack(file.read(HEADER.size))
            file.seek(self._header[5])
            every = [Segment(*SEGMENT.unpack(file.read(SEGMENT.size))) for _ in range(self._header[10])]
            (notes,) = (segment for segment in every if segment.kind == PT_NOTE)
            file.seek(notes.offset)
            self.notes = list(_notes(file.read(notes.filed)))
        self.segments = [segment for segment in every if segment.kind == PT_LOAD]

    def threads(self):
        return [note for note in self.notes if note.is_thread()]

    def write(self, path):
        """The memory stays where it is in the file; headers and notes follow it. As the kernel
        does, more segments than a header can count are counted in a section's."""
        subprocess.run(["cp", "--sparse=always", self.path, path], check=True)
        notes = b"".join(note.packed() for note in self.notes)
        count = len(self.segments) + 1
        with open(path, "r+b") as file:
            notes_at = file.seek(-(file.seek(0, 2)) % PAGE, 2)
            file.write(notes)
            section_at = file.seek(-len(notes) % 8, 2)
            if count >= PN_XNUM:
                file.write(struct.pack("<IIQQQQIIQQ", 0, 0, 0, 0, 0, 0, 0, count, 0, 0))
            headers_at = file.tell()
            every = [Segment(PT_NOTE, 0, notes_at, 0, 0, len(notes), 0, 4), *self.segments]
            file.write(b"".join(SEGMENT.pack(*dataclasses.astuple(each)) for each in every))
            header = list(self._header)
            header[5], header[10] = headers_at, min(count, PN_XNUM)
            if count >= PN_XNUM:
                header[6], header[11], header[12] = section_at, SECTION, 1
            file.seek(0)
            file.write(HEADER.pack(*header))
        return path
