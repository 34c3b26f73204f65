"""What a proof of hanging needs. If any of it is missing, or a thread is about to wake the goroutine,
it is not proven, and the report says why. The demo's core is changed where it matters."""

import mmap
import shutil
import subprocess
import sys

import pytest

from . import little, recipe, tool

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
        self.target = target.Target(self.core, VERSION).collect(target.symbols(demo.exe))
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


def lose_threads(operation):
    """The list of them leads back to its beginning."""
    m = operation.target.structs["runtime.m"][0]
    operation.write("runtime.m", m, "alllink", m)


def lose_special(operation):
    special = operation.target.structs["runtime.special"][0]
    operation.write("runtime.special", special, "next", NOWHERE)


def test_whole(operation):
    finding = operation.finding()
    assert finding["confidence"] == "proven" and finding["doubt"] is None
    assert "blocked forever" in finding["title"]


@pytest.mark.parametrize(
    "lose, what",
    [
        (lose_stack, "some goroutines or their stacks"),
        (lose_threads, "some goroutines or their stacks"),
        (lose_special, "some finalizers or cleanups"),
    ],
)
def test_not_whole(operation, lose, what):
    lose(operation)
    finding = operation.finding()
    assert finding["confidence"] == "suspect"
    assert finding["doubt"].startswith(f"{what} could not be read, and who could wake them may")
    assert "forever" not in finding["title"]
    assert f"doubt   {what}" in operation.text("text")
    assert f"**Doubt:** {what}" in operation.text("markdown")


def test_woken(operation):
    """A sender was taken off its channel's queue, and will run: it hangs no more."""
    field = operation.target.field
    woken = operation.g(min(operation.hung))
    sudog = field("runtime.g", woken, "waiting")
    channel = field("runtime.sudog", sudog, "c.maybeTraceablePtr.vu")
    assert field("runtime.hchan", channel, "sendq.first") == sudog
    # As a receiver leaves it that has unlocked the channel (recv in runtime/chan.go).
    operation.write("runtime.hchan", channel, "sendq.first", 0)
    operation.write("runtime.g", woken, "param", sudog)
    finding = operation.finding()
    reported = {instance["goroutine"] for instance in finding["instances"]}
    assert finding["confidence"] == "proven"
    assert reported == operation.hung - {min(operation.hung)}


def test_lost_from_a_queue(operation):
    """A queue without the sudog that waits there, and nobody has it in hand: the core is damaged."""
    field = operation.target.field
    sudog = field("runtime.g", operation.g(min(operation.hung)), "waiting")
    channel = field("runtime.sudog", sudog, "c.maybeTraceablePtr.vu")
    operation.write("runtime.hchan", channel, "sendq.first", 0)
    finding = operation.finding()
    assert finding["confidence"] == "likely" and "contradicts itself" in finding["doubt"]


def stopped_at(function, name, folder, version):
    """The core of a program that a debugger stopped at a function."""
    little.need("go", "gdb")
    little.build(folder, name, version)
    core, commands = folder / "core", []
    for command in [
        "handle SIGURG nostop noprint pass",
        f"break {function}",
        "run",
        f"gcore {core}",
        "kill",
    ]:
        commands += ["-ex", command]
    run = subprocess.run(
        ["gdb", "-nx", "-batch", *commands, folder / name],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=little.PATIENCE,
        text=True,
    )
    assert "hit Breakpoint 1" in run.stdout and core.exists(), run.stdout
    return core


@pytest.mark.parametrize("version", recipe.VERSIONS if tool.SUBSET else ["1.19.13", recipe.LOCAL])
def test_timer_about_to_fire(tmp_path, version):
    """It is off its heap: the runtime's own stack alone has what will wake the goroutine."""
    try:
        core = stopped_at("time.goFunc", "firing", tmp_path, version)
    except recipe.Unavailable as why:
        pytest.skip(str(why))
    report = tool.report(core, "--exe", tmp_path / "firing", "--min-bytes=1")
    assert report["findings"] == []
    waiting = [group for group in report["goroutines"]["groups"] if group["wait_reason"] == "chan receive"]
    assert sum(group["count"] for group in waiting) == 1
