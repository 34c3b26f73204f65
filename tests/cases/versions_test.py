"""Programs of a Go that no table knows: an older one is refused, a newer one read, and said."""

import shutil
import subprocess

import pytest

from . import recipe, tool
from .builds import build, judged

NEWEST = f"go{recipe.NEWEST}"
MINOR = int(recipe.NEWEST.split(".")[1])
LATER = f"go1.{MINOR + 1}.3"  # of which nothing is known
SHIPPED = {"dwarf": "demo", "stripped": f"{NEWEST}-amd64"}  # of which the first is of Go 1.26


def _claimed(shipped, version, folder):
    """A core that ships, and its binary, which both say that another Go built them."""
    core = recipe.unpack(shipped, folder)
    own = core.truth["go"].encode()
    assert len(own) == len(version)
    for path in (core.path, core.exe):
        bytes_ = path.read_bytes()
        assert own in bytes_
        path.write_bytes(bytes_.replace(own, version.encode()))
    return core


@pytest.mark.parametrize("symbols", SHIPPED)
def test_newer(tmp_path, symbols):
    core = _claimed(SHIPPED[symbols], LATER, tmp_path)
    report = tool.report(core.path, "--exe", core.exe)
    assert report["binary"]["go_version"] == LATER
    assert {found["kind"] for found in report["findings"]} == {
        want["kind"] for want in core.truth["findings"] if want["count"]
    }
    (note,) = (note for note in report["coverage"]["notes"] if LATER in note)
    assert f"newer than go1.{MINOR}" in note and "gotopsy check" in note
    assert ("debug information" in note) and ("without" in note) == (symbols == "stripped")
    assert tool.check(core.path, "--exe", core.exe)["verdict"] == "exact"


def test_newer_and_otherwise(tmp_path):
    """Where the newest table does not fit and there is no debug information, the error says so."""
    core = _claimed("demo", LATER, tmp_path)
    subprocess.run(["strip", core.exe], check=True)
    done = tool.run("report", "--exe", core.exe, core.path)
    assert done.status == 3 and f"{LATER} is newer than any Go" in done.err, done.err


# ---- a newer Go with debug information, in which something has another name -------------------------


def _renamed(folder, *names):
    """The demo of a Go to come. In its DWARF, of version 5, names stand where they are used."""
    if not shutil.which("eu-elfcompress"):
        pytest.skip("eu-elfcompress is not installed")
    core = _claimed("demo", LATER, folder)
    subprocess.run(["eu-elfcompress", "-q", "-t", "none", core.exe], check=True)
    bytes_ = core.exe.read_bytes()
    for name in names:
        old = name.encode() + b"\0"
        assert old in bytes_, name
        bytes_ = bytes_.replace(old, old[:-2] + b"0\0")
    core.exe.write_bytes(bytes_)
    return core, bytes_


def _kinds(report):
    return {found["kind"] for found in report["findings"]}


def test_newer_without_a_field(tmp_path):
    """The older table's place is not taken for it: what it was read for could not be looked for."""
    core, _ = _renamed(tmp_path, "period")
    report = tool.report(core.path, "--exe", core.exe)
    (note,) = (note for note in report["coverage"]["notes"] if "runtime.timer.period" in note)
    assert "timers" in note
    expected = {want["kind"] for want in core.truth["findings"] if want["count"]}
    assert "ticker" in expected and _kinds(report) == expected - {"ticker"}
    unseen = {kind for kind, looked in report["looked_for"].items() if not looked}
    assert unseen == {"ticker"}


def test_newer_without_what_goroutines_wait_for(tmp_path):
    """Nothing is proven of goroutines that cannot be read in full."""
    core, _ = _renamed(tmp_path, "waitlink")
    report = tool.report(core.path, "--exe", core.exe)
    assert any("runtime.sudog.waitlink" in note for note in report["coverage"]["notes"])
    assert not report["looked_for"]["hung-goroutine"]
    assert not [found for found in report["findings"] if found["confidence"] == "proven"]


def test_newer_without_what_there_must_be(tmp_path):
    core, _ = _renamed(tmp_path, "elemsize")
    done = tool.run("report", "--exe", core.exe, core.path)
    assert done.status == 3 and done.err.count("\n") == 1
    assert f"{LATER} is newer than any Go" in done.err and "runtime.mspan.elemsize" in done.err


def test_newer_without_a_struct(tmp_path):
    """Where the program has no such struct at all, the newest table's is tried, and named."""
    plain, with_all = _renamed(tmp_path)
    (note,) = tool.report(plain.path, "--exe", plain.exe)["coverage"]["notes"]
    assert "runtime.mheap" not in note
    plain.exe.write_bytes(with_all.replace(b"runtime.mheap\0", b"runtime.mhea0\0"))
    report = tool.report(plain.path, "--exe", plain.exe)
    (note,) = report["coverage"]["notes"]
    assert "that one's for runtime.mheap," in note
    assert _kinds(report) == {want["kind"] for want in plain.truth["findings"] if want["count"]}


def test_older(tmp_path):
    core = _claimed("demo", "go1.17.9", tmp_path)
    done = tool.run("report", "--exe", core.exe, core.path)
    assert done.status == 3
    assert "Go 1.19 or later" in done.err and "go1.17.9" in done.err and done.err.count("\n") == 1


def test_latest_patch(tmp_path):
    """A patch release that came after the table was made is not news."""
    core = _claimed("demo", "go1.26.9", tmp_path)
    assert tool.report(core.path, "--exe", core.exe)["coverage"]["notes"] == []


# ---- the first release of a minor version, which may lay things out otherwise than its last ---------

FIRST = recipe.derive().RELEASES[::2]
# m.alllink moved by the last of 1.23 and of 1.24, and mspan.freeIndexForScan was new in a patch.
MOVED = ["1.19", "1.23.0", "1.24.0"]


@pytest.mark.skipif(tool.SUBSET, reason="a slow build is under test")
@pytest.mark.parametrize("flags", [[], ["-ldflags=-s -w"]], ids=["dwarf", "stripped"])
@pytest.mark.parametrize("version", FIRST if recipe.ALL else MOVED)
def test_first_release(tmp_path, version, flags):
    for mode in ("leak", "twin"):
        (tmp_path / mode).mkdir()
    leak, twin = (build(tmp_path / mode, flags, version=version, mode=mode) for mode in ("leak", "twin"))
    judged(leak, "stripped" if flags else "dwarf", leak.exe, twin, version)
