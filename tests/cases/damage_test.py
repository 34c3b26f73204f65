"""What cannot be analysed is said in one line, or the loss is in the report: never a crash, never
a hang, and never "no leaks" of a core that was not seen."""

import dataclasses
import json
import os
import shutil
import struct
import subprocess

import pytest

from . import recipe, tool

UNABLE, WRONG_USAGE, MET = 3, 2, 1
HEADER, PROGRAM_HEADER = 64, 56  # bytes of ELF's
SHIPPED = recipe.COREFILES / "demo" / "demo.core.zst"


def one_line(done):
    """The one line that says why nothing was analysed."""
    assert done.status == UNABLE, f"exit status {done.status}: {done.err}"
    assert not done.out
    lines = done.err.splitlines()
    assert len(lines) == 1 and lines[0].startswith("gotopsy: "), done.err
    return lines[0]


def honest_part(command, core, exe):
    """The same of a command whose document is no report: it notes what it lacks."""
    done = tool.run(command, "--format=json", "--exe", exe, core)
    if done.status != 0:
        line = one_line(done)
        assert "expected" in line and "found" in line, line
        return
    document = tool.parsed(done, f"gotopsy-{command}/1")
    assert document["core"]["truncated"], "a truncated core is not called so"
    assert document["notes"], "what was lost is not reported"
    assert not document.get("whole"), "as sure as if it had seen all of it"


def honest(done):
    """Either nothing was analysed and why is said, or the report says what it lacks."""
    if done.status != 0:
        line = one_line(done)
        assert "expected" in line and "found" in line, line
        return
    report = tool.parsed(done, "gotopsy-report/1")
    coverage, memory = report["coverage"], report["memory"]
    assert sum(part["bytes"] for part in memory["parts"]) == memory["mapped_bytes"]
    assert report["core"]["truncated"], "a truncated core is not called so"
    assert coverage["notes"] or coverage["missing_bytes"], "what was lost is not reported"


# ---- truncated cores -------------------------------------------------------------------------


def header_cuts(path):
    """Lengths that end inside the ELF header, the program headers and the notes."""
    with open(path, "rb") as file:
        header = file.read(HEADER)
        (count,) = struct.unpack_from("<H", header, 56)
        notes_at, notes_size = struct.unpack_from("<8xQ16xQ", file.read(PROGRAM_HEADER))
    return {
        "one byte": 1,
        "elf header": 40,
        "no program headers": HEADER,
        "program headers": HEADER + 2 * PROGRAM_HEADER + 7,
        "no notes": HEADER + count * PROGRAM_HEADER,
        "notes": notes_at + notes_size // 3,
    }


def cut(core, size, folder):
    """A copy of the core's first bytes. Its holes stay holes."""
    copy = folder / "core"
    subprocess.run(["cp", "--sparse=always", core.path, copy], check=True)
    os.truncate(copy, size)
    return copy


@pytest.mark.parametrize("percent", [10, 20, 30, 40, 50, 60, 70, 80, 90, 95])
def test_truncated(demo, tmp_path, percent):
    size = demo.path.stat().st_size * percent // 100
    core = cut(demo, size, tmp_path)
    honest(tool.run("report", "--format=json", "--exe", demo.exe, core))


@pytest.mark.parametrize("percent", [30, 60, 80, 95])
@pytest.mark.parametrize("command", ["waits", "threads"])
def test_truncated_parts(demo, tmp_path, command, percent):
    size = demo.path.stat().st_size * percent // 100
    honest_part(command, cut(demo, size, tmp_path), demo.exe)


@pytest.mark.parametrize("short_of", [1, 100_000])
def test_truncated_at_the_end(demo, tmp_path, short_of):
    """What Go needs lies before: all is found, but what was lost must be reported."""
    core = cut(demo, demo.path.stat().st_size - short_of, tmp_path)
    done = tool.run("report", "--format=json", "--exe", demo.exe, core)
    honest(done)
    assert len(json.loads(done.out)["findings"]) == len(demo.truth["findings"])


@pytest.mark.parametrize(
    "where",
    ["one byte", "elf header", "no program headers", "program headers", "no notes", "notes"],
)
def test_truncated_inside(demo, tmp_path, where):
    core = cut(demo, header_cuts(demo.path)[where], tmp_path)
    honest(tool.run("report", "--format=json", "--exe", demo.exe, core))


def test_truncated_while_compressed(tmp_path):
    core = tmp_path / "demo.core.zst"
    packed = SHIPPED.read_bytes()
    core.write_bytes(packed[: len(packed) // 2])
    honest(tool.run("report", "--format=json", "--exe", SHIPPED.with_name("demo.zst"), core))


# ---- a core with a part of the heap left out ------------------------------------------------


def program_headers(path):
    """(offset in the file, address, bytes in the file) of each segment that is memory."""
    with open(path, "rb") as file:
        header = file.read(HEADER)
        (count,) = struct.unpack_from("<H", header, 56)
        for at in range(HEADER, HEADER + count * PROGRAM_HEADER, PROGRAM_HEADER):
            kind, addr, size = struct.unpack_from("<I12xQ8xQ", file.read(PROGRAM_HEADER))
            if kind == 1:
                yield at, addr, size


def leave_out(path, addr):
    """Makes the core say that the dump left out its memory from addr to the segment's end."""
    for at, start, size in program_headers(path):
        if start <= addr < start + size:
            with open(path, "r+b") as file:
                file.seek(at + 32)
                file.write(struct.pack("<Q", addr - start))


def first_address(truth, kind):
    """The least address of what the truth states of a kind."""
    (finding,) = (finding for finding in truth["findings"] if finding["kind"] == kind)
    return min(int(instance["address"], 16) for instance in finding["instances"])


def overclaims(report, truth):
    """Where a report of a part of the heap is as sure as if it had seen all of it."""
    if not report["coverage"]["missing_bytes"]:
        yield "no missing_bytes"
    found = {finding["kind"]: finding for finding in report["findings"]}
    for kind in (finding["kind"] for finding in truth["findings"]):
        if kind not in found and report["looked_for"][kind]:
            yield f"'not found' of {kind}, which could not be looked for"
    # Who holds it, or may wake it, may be in what is missing. Calls that were seen are there.
    for kind in found.keys() - {"deferred-calls"}:
        if found[kind]["confidence"] == "proven":
            yield f"{kind} proven, though not all of the heap was seen"


@pytest.mark.parametrize("kind", ["substring", "ticker", "finalizer-cycle"])
def test_heap_left_out(demo, tmp_path, kind):
    """The core, though not truncated, lacks the heap from the first leak of a kind on."""
    core = cut(demo, demo.path.stat().st_size, tmp_path)
    leave_out(core, first_address(demo.truth, kind) & ~0xFFF)
    done = tool.run("report", "--format=json", "--exe", demo.exe, core)
    if done.status != 0:
        one_line(done)
        return
    wrong = list(overclaims(tool.parsed(done, "gotopsy-report/1"), demo.truth))
    assert not wrong, "\n".join(wrong)


def test_wakers_left_out(demo, tmp_path):
    """Who could wake somebody may be in what is missing: then `waits` is not sure either."""
    core = cut(demo, demo.path.stat().st_size, tmp_path)
    leave_out(core, first_address(demo.truth, "ticker") & ~0xFFF)
    done = tool.run("waits", "--format=json", "--exe", demo.exe, core)
    waits = tool.parsed(done, "gotopsy-waits/1")
    assert waits["hanging"] and not waits["whole"] and waits["notes"]
    text = tool.run("waits", "--exe", demo.exe, core).out
    assert "maybe forever" in text and "blocked forever" not in text


# ---- what is no core of a Go program ---------------------------------------------------------


def nothing_there(folder):
    return folder / "nothing"


def text_file(folder):
    path = folder / "notes.txt"
    path.write_text("The core is on the other machine.\n")
    return path


def empty_file(folder):
    path = folder / "core"
    path.touch()
    return path


def zeros_of_a_full_disk(folder):
    """gdb writes the header last."""
    path = folder / "core.4711"
    path.write_bytes(bytes(1 << 20))
    return path


def folder_itself(folder):
    return folder


@pytest.mark.parametrize(
    "make, words",
    [
        (nothing_there, ["No such file"]),
        (text_file, ["expected", "found"]),
        (empty_file, ["expected", "found", "empty"]),
        (zeros_of_a_full_disk, ["expected", "found zeros", "cut short: the dump's disk was full?"]),
        (folder_itself, ["expected", "found", "directory"]),
    ],
)
@pytest.mark.parametrize("command", ["report", "check", "goroutines", "waits", "threads"])
def test_not_a_core(tmp_path, command, make, words):
    path = make(tmp_path)
    line = one_line(tool.run(command, path))
    for word in [str(path), *words]:
        assert word in line


def test_binary_as_core(demo):
    line = one_line(tool.run(demo.exe))
    for word in ("expected a core", "found a program", "--exe"):
        assert word in line


@pytest.mark.skipif(not shutil.which("gcore"), reason="gdb's gcore is not installed")
def test_core_of_another_language(tmp_path):
    with subprocess.Popen(["sleep", "60"]) as sleep:
        subprocess.run(
            ["gcore", "-o", tmp_path / "core", str(sleep.pid)], check=True, capture_output=True
        )
        sleep.kill()
    line = one_line(tool.run(tmp_path / f"core.{sleep.pid}"))
    assert "Go" in line


# ---- the binary ------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Imposter:
    """A program that differs from the one that made the core by nothing but its build ID."""

    path: os.PathLike
    own: str
    expected: str


@pytest.fixture
def imposter(demo, tmp_path):
    program = demo.exe.read_bytes()
    expected = tool.go_build_id(program)
    own = expected.swapcase()
    path = tmp_path / "imposter"
    path.write_bytes(program.replace(expected, own))
    return Imposter(path, own.decode(), expected.decode())


def test_wrong_binary(demo, imposter):
    line = one_line(tool.run(demo.path, "--exe", imposter.path))
    for word in (imposter.expected, imposter.own, "--force-exe"):
        assert word in line


def test_wrong_binary_by_force(demo, imposter):
    usual = tool.report(demo.path, "--exe", demo.exe)
    forced = tool.report(demo.path, "--exe", imposter.path, "--force-exe")
    assert forced["binary"]["path"] == str(imposter.path)
    sure = {"confidence", "doubt", "title"}
    assert tool.without(sure, forced["findings"]) == tool.without(sure, usual["findings"])
    assert "proven" not in [finding["confidence"] for finding in forced["findings"]]
    assert all(finding["doubt"] for finding in forced["findings"])
    assert any("another build" in note for note in forced["coverage"]["notes"])


@pytest.mark.parametrize("program", ["/bin/true", tool.PROJECT / "corefiles" / "make-cores"])
def test_no_go_binary(demo, program):
    """Force can choose the binary, but not make one of what is none."""
    for force in ([], ["--force-exe"]):
        one_line(tool.run(demo.path, "--exe", program, *force))


def test_no_binary(demo, tmp_path):
    """The demo's core was made in a folder that is gone."""
    core = tmp_path / "alone.core"
    core.symlink_to(demo.path)
    assert "--exe" in one_line(tool.run(core))


# ---- the exit status -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "rules, status",
    [
        ([], 0),
        (["any"], MET),
        (["hung-goroutine"], MET),
        (["ticker:1"], MET),
        (["substring:100KiB"], MET),
        (["substring:100GiB"], 0),
        (["any:1TiB"], 0),
        (["any:1TiB", "subslice:1"], MET),
        (["nonsense"], WRONG_USAGE),
        (["any:much"], WRONG_USAGE),
    ],
)
def test_fail_on(demo, rules, status):
    options = [f"--fail-on={rule}" for rule in rules]
    done = tool.run("report", "--format=json", demo.path, "--exe", demo.exe, *options)
    assert done.status == status, done.err
    assert bool(done.out) == (status != WRONG_USAGE)
    if done.out:
        assert json.loads(done.out)["findings"], "the report must come either way"
