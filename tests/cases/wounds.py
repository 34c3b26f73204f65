"""One wound in a core: a word of its memory is another, as if gotopsy had missed what it leads to."""

import mmap
import struct
import subprocess

from . import reshape

EMPTY = bytes(reshape.PAGE)


class Memory:
    """The memory of a copy of a core, by address, to be read and changed."""

    def __init__(self, core, copy):
        self.of, self.path = core, copy
        self._segments = reshape.Shape(core).segments
        subprocess.run(["cp", "--sparse=always", core, copy], check=True)
        with open(copy, "r+b") as file:
            self._map = mmap.mmap(file.fileno(), 0)

    def _at(self, address):
        (segment,) = (each for each in self._segments if each.holds(address))
        return segment.offset + address - segment.address

    def word(self, address):
        return struct.unpack_from("<Q", self._map, self._at(address))[0]

    def put(self, address, word):
        struct.pack_into("<Q", self._map, self._at(address), word)

    def places(self, word):
        """Addresses of all words that hold it."""
        wanted = struct.pack("<Q", word)
        for segment in self._segments:
            for start in range(segment.offset, segment.offset + segment.filed, reshape.PAGE):
                page, at = self._map[start : start + reshape.PAGE], -1
                while page != EMPTY and (at := page.find(wanted, at + 1)) >= 0:
                    if at % 8 == 0:
                        yield segment.address + start - segment.offset + at
