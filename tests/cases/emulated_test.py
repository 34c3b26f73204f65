"""Deaths on arm64, which qemu emulates, as Go prints them: signal, code, address, pc, goroutine and
frames."""

import re

import pytest

from . import little, printed, recipe, tool

WAYS = ["nil", "fault", "panic", "error", "index", "closed", "convert", "chain", "deadlock"]


def _need():
    little.need("qemu-aarch64")
    little.need_kernel_cores()


@pytest.fixture(scope="module")
def program(building):
    return building("crashes", _need, GOARCH="arm64", CGO_ENABLED="0")


def _signal(said):
    """Of a fault, what Go prints; None for what dies of no signal."""
    fault = re.search(r"^\[signal (\w+): .* code=(\w+) addr=(\w+) pc=(\w+)\]", said, re.M)
    return fault and (fault[1], int(fault[2], 16), fault[3], fault[4])


@pytest.mark.skipif(tool.SUBSET, reason="a slow build is under test")
@pytest.mark.parametrize("version", ["1.22.12", recipe.LOCAL, "1.27.4"])
@pytest.mark.parametrize("way", WAYS)
def test_death_as_go_prints(program, tmp_path, version, way):
    exe = program(version)
    core = little.crash(exe, tmp_path, way, emulator=["qemu-aarch64"])
    said = (tmp_path / "said").read_text()
    done = tool.run("goroutines", "--format=json", "--show-data", core, "--exe", exe)
    found = tool.parsed(done, "gotopsy-goroutines/1")
    crash, running = found["crash"], re.search(r"^goroutine (\d+) .*\[running", said, re.M)
    if fault := _signal(said):
        assert (crash["signal"], crash["code"], crash["address"], crash["pc"]) == fault
    if running:
        assert crash["goroutine"] == int(running[1])
        missing, stack = printed.missing(said, int(running[1]), found["goroutines"])
        assert not missing, stack
    head = re.search(r"^(?:panic|fatal error): (.*?)(?: \[recovered.*)?$", said, re.M)[1]
    text = tool.run("goroutines", "--show-data", "--width=999", core, "--exe", exe).out
    crashed = re.search(r"^crashed: .*$", text, re.M)[0]
    assert head.removeprefix("main.").split("(")[0] in crashed, (head, crashed)
