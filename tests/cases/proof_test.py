"""What proof of hanging needs: where any of it is missing, or somebody is on his way to wake a
goroutine, it is not proven, and the report says why. The demo's core is changed where it matters."""

import mmap
import shutil
import struct
import sys

import pytest

from . import tool

sys.path.append(str(tool.PROJECT / "tests" / "fuzz"))
import target  # noqa: E402

VERSION = 26008  # of the demo
NOWHERE = 0x10000


class Operation:
    """A copy of the demo's core, and where the runtime's structs are in it."""

    def __init__(self, demo, folder):
        self.path, self.exe = folder / "core", demo.exe
        shutil.copy(demo.path, self.path)
        with open(self.path, "r+b") as file:
            self.core = mmap.mmap(file.fileno(), 0)
        self.target = target.Target(self.core, b"", VERSION).collect(target.symbols(demo.exe))
        self.hung = {
            instance["goroutine"]
            for finding in demo.truth["findings"]
            if finding["kind"] == "hung-goroutine"
            for instance in finding["instances"]
        }

    def write(self, kind, addr, field, value):
        at, width = self.target.layout[kind][1][field]
        at = self.target.offset(addr + at, width)
        self.core[at : at + width] = value.to_bytes(width, "little")

    def g(self, goid):
        gs = self.target.structs["runtime.g"]
        (g,) = (g for g in gs if self.target.field("runtime.g", g, "goid") == goid)
        return g

    def report(self):
        self.core.flush()
        return tool.report(self.path, "--exe", self.exe, "--min-bytes=1", "--instances=1000")

    def finding(self):
        (finding,) = (f for f in self.report()["findings"] if f["kind"] == "hung-goroutine")
        return finding

    def text(self, format):
        return tool.run("report", f"--format={format}", "--exe", self.exe, self.path).out


@pytest.fixture
def operation(demo, tmp_path):
    return Operation(demo, tmp_path)


def lose_stack(operation):
    """The main goroutine's."""
    g = operation.g(1)
    operation.write("runtime.g", g, "stack.lo", NOWHERE)
    operation.write("runtime.g", g, "stack.hi", 2 * NOWHERE)


def lose_special(operation):
    special = operation.target.structs["runtime.special"][0]
    operation.write("runtime.special", special, "next", NOWHERE)


def test_whole(operation):
    finding = operation.finding()
    assert finding["confidence"] == "proven" and finding["doubt"] is None
    assert "which nothing can end" in finding["title"]


@pytest.mark.parametrize(
    "lose, what",
    [(lose_stack, "some goroutines or their stacks"), (lose_special, "some finalizers or cleanups")],
)
def test_not_whole(operation, lose, what):
    lose(operation)
    finding = operation.finding()
    assert finding["confidence"] == "suspect"
    assert finding["doubt"].startswith(f"{what} could not be read, and who could wake them may")
    assert "which nothing can end" not in finding["title"]
    assert f"doubt   {what}" in operation.text("text")
    assert f"**Doubt:** {what}" in operation.text("markdown")
