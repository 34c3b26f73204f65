"""A core that contradicts itself proves nothing, and the report says where it does.

One place of the core that ships is changed at a time: each counter, list, state and length of the
runtime against its twin, and pages of each kind are zeroed (lies.py). Of such a core nothing is
`proven`, and a line of the coverage says why, unless it cannot be analysed at all.
"""

import dataclasses
import os
import pathlib

import pytest

from . import lies, reshape, tool
from .victim import Victim

FULL = os.environ.get("GOTOPSY_LIES") == "1"
# The others are stripped, and have old and new layouts of the runtime.
CORES = ["demo", "go1.22.12-amd64", "go1.24.13-amd64", "go1.27.4-amd64"] if FULL else ["demo"]
READ_ONLY = 4  # flags of a segment
OF_THE_FILE = tool.OF_THE_FILE | {"confidence", "doubt", "title", "advice"}


@pytest.fixture(scope="module", params=CORES)
def victim(request, tmp_path_factory):
    if tool.SUBSET:
        pytest.skip("a slow build is under test")
    made = Victim(request.param, tmp_path_factory.mktemp("lies"))
    yield made
    made.close()


@pytest.fixture
def lie(victim):
    """Changes the core, for one test, if this version of Go has what is changed."""

    def apply(change):
        try:
            change(victim)
        except (KeyError, IndexError, StopIteration) as lacks:
            pytest.skip(f"this core has nothing of the kind: {lacks!r}")

    yield apply
    victim.heal()


def _report(victim):
    """The report, or None where nothing is analysed: then one line says why."""
    done = tool.run("report", "--format=json", "--no-holders", victim.path, "--exe", victim.exe)
    if done.status == 3:
        assert len(done.err.splitlines()) == 1, done.err
        return None
    return tool.parsed(done, "gotopsy-report/1")


@pytest.fixture(scope="module")
def healthy(victim):
    return _report(victim)


def test_healthy(healthy):
    """The core itself does not contradict itself: what it is about is proven, but for what a
    stripped binary cannot show of slices."""
    assert not healthy["coverage"]["contradictions"] and not healthy["coverage"]["notes"]
    unproven = {found["kind"] for found in healthy["findings"] if found["confidence"] != "proven"}
    assert unproven <= (set() if healthy["binary"]["symbols"] else {"lost-elements"})
    assert healthy["binary"]["verified_by"] == "build-id"


def _proven(report):
    return [finding["kind"] for finding in report["findings"] if finding["confidence"] == "proven"]


@pytest.mark.parametrize("name", list(lies.LIES) if FULL else lies.QUICK)
def test_lie(victim, healthy, lie, name):
    lie(lies.LIES[name])
    report = _report(victim)
    if report is None:
        return
    assert report["coverage"]["notes"], f"{name} is not reported"
    assert not _proven(report), report["coverage"]["notes"]
    sure = _proven(healthy)
    assert all(found["doubt"] for found in report["findings"] if found["kind"] in sure)


@pytest.mark.skipif(not FULL, reason="make lies does it")
def test_zeroed_blocks(victim, healthy):
    """64 KiB of zeros, wherever they are: what a finding lost by them is reported."""
    usual = tool.without(OF_THE_FILE, healthy["findings"])
    silent = []
    for start, size in list(victim.blocks()):
        victim.zero(start, size)
        report = _report(victim)
        victim.heal()
        if report is None or report["coverage"]["notes"]:
            assert report is None or not _proven(report), hex(start)
        elif tool.without(OF_THE_FILE, report["findings"]) != usual:
            silent.append(hex(start))
    assert not silent, f"not reported: {', '.join(silent)}"


# ---- stale binaries --------------------------------------------------------------------------------


@pytest.fixture
def unnamed(demo, tmp_path):
    """The core and its binary with the build ID that a build system gives to all programs alike."""
    program = demo.exe.read_bytes()
    own = tool.go_build_id(program)
    common = b"redacted".ljust(len(own), b"-")
    core, exe = tmp_path / "core", tmp_path / "program"
    core.write_bytes(demo.path.read_bytes().replace(own, common))
    exe.write_bytes(program.replace(own, common))
    return core, exe


@pytest.fixture
def with_constants(demo, tmp_path):
    """Makes a core that has the program's read-only data, as change() leaves it: its tables of
    functions, types and lines."""

    def make(change):
        program, core = demo.exe.read_bytes(), tmp_path / "with constants"
        size, count = program[54] | program[55] << 8, program[56] | program[57] << 8
        heads = [reshape.Segment(*reshape.SEGMENT.unpack_from(program, 64 + i * size)) for i in range(count)]
        (constants,) = [head for head in heads if head.kind == reshape.PT_LOAD and head.flags == READ_ONLY]
        data = change(program[constants.offset : constants.offset + constants.filed])
        data += bytes(-len(data) % reshape.PAGE)
        core.write_bytes(demo.path.read_bytes())
        with open(core, "r+b") as file:
            place = file.seek(-(file.seek(0, 2)) % reshape.PAGE, 2)
            file.write(data)
        shape = reshape.Shape(core)
        shape.segments = [
            dataclasses.replace(each, offset=place, filed=len(data)) if each.address == constants.address else each
            for each in shape.segments
        ]
        return shape.write(tmp_path / "core")

    return make


def test_tables_of_functions(demo, with_constants):
    """One bit of them is another in the core than in the binary, whose build ID is the same."""
    report = _by(with_constants(lambda data: data), demo.exe)
    assert _proven(report) and not report["coverage"]["notes"]
    flipped = lambda data: data[:-64] + bytes([data[-64] ^ 1]) + data[-63:]
    report = _by(with_constants(flipped), demo.exe)
    assert not _proven(report)
    assert any("read-only data" in note for note in report["coverage"]["notes"])


def _by(core, exe):
    done = tool.run("report", "--format=json", "--no-holders", core, "--exe", exe)
    return tool.parsed(done, "gotopsy-report/1") if done.status == 0 else done


def test_unverified(unnamed):
    """The core has neither code nor constants: any of them may be another build's."""
    report = _by(*unnamed)
    assert report["binary"]["verified_by"] is None and not _proven(report)
    assert all("not verified" in finding["doubt"] for finding in report["findings"])
    assert any("not verified" in note for note in report["coverage"]["notes"])
    text = tool.run("report", unnamed[0], "--exe", unnamed[1]).out
    assert "not verified" in "".join(text.splitlines()[:12])


def test_other_build_information(unnamed):
    """What the core has of it differs: it is refused."""
    core, exe = unnamed
    program = exe.read_bytes()
    at = program.index(b"path\t", program.index(b"\xff Go buildinf:"))
    exe.write_bytes(program[: at + 5] + bytes([program[at + 5] ^ 1]) + program[at + 6 :])
    done = _by(core, exe)
    assert done.status == 3 and "found one with other content" in done.err


def test_by_build_id(demo, tmp_path):
    """In a folder that is given and beside the core, whatever its name is."""
    core, folder = tmp_path / "core", tmp_path / "bin"
    folder.mkdir()
    (folder / "notes.txt").write_text("not a program")
    (folder / "another").write_bytes(pathlib.Path("/bin/true").read_bytes())
    (folder / "server.old").write_bytes(demo.exe.read_bytes())
    core.symlink_to(demo.path)
    report = _by(core, folder)
    assert report["binary"]["path"] == str(folder / "server.old")
    assert report["binary"]["verified_by"] == "build-id"
    beside = folder / "core"
    beside.symlink_to(demo.path)
    report = tool.report(beside, "--no-holders")
    assert report["binary"]["path"] == str(folder / "server.old")
