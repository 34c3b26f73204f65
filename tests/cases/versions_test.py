"""Programs of a Go that no table knows: an older one is refused, a newer one read, and said."""

import subprocess

import pytest

from . import recipe, tool

NEWEST = "go1.27.4"
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
    core = _claimed(SHIPPED[symbols], "go1.28.3", tmp_path)
    report = tool.report(core.path, "--exe", core.exe)
    assert report["binary"]["go_version"] == "go1.28.3"
    assert {found["kind"] for found in report["findings"]} == {
        want["kind"] for want in core.truth["findings"] if want["count"]
    }
    (note,) = (note for note in report["coverage"]["notes"] if "go1.28.3" in note)
    assert "newer than go1.27" in note and "gotopsy check" in note
    assert ("debug information" in note) and ("without" in note) == (symbols == "stripped")
    assert tool.check(core.path, "--exe", core.exe)["verdict"] == "exact"


def test_newer_and_otherwise(tmp_path):
    """Where the newest table does not fit and there is no debug information, the error says so."""
    core = _claimed("demo", "go1.28.3", tmp_path)
    subprocess.run(["strip", core.exe], check=True)
    done = tool.run("report", "--exe", core.exe, core.path)
    assert done.status == 3 and "go1.28.3 is newer than any Go" in done.err, done.err


def test_older(tmp_path):
    core = _claimed("demo", "go1.17.9", tmp_path)
    done = tool.run("report", "--exe", core.exe, core.path)
    assert done.status == 3
    assert "Go 1.19 or later" in done.err and "go1.17.9" in done.err and done.err.count("\n") == 1


def test_latest_patch(tmp_path):
    """A patch release that came after the table was made is not news."""
    core = _claimed("demo", "go1.26.9", tmp_path)
    assert tool.report(core.path, "--exe", core.exe)["coverage"]["notes"] == []
