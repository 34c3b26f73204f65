"""Programs that waste nothing and look as if they did: no finding, however small, may be made."""

import pytest

from . import recipe, tool

NODES, NODE = (1 << 13) - 1, 80  # of the tree that programs/clock holds


@pytest.mark.parametrize("version", recipe.VERSIONS)
@pytest.mark.parametrize("how", ["gcore", "kernel"])
def test_what_is_used_is_no_finding(little_core, version, how):
    """Prefixes of structs, arrays inside them, and variables that share a slot."""
    core = little_core("innocent", version, how=how)
    report = tool.report(core.path, "--min-bytes=1K")
    assert report["findings"] == []


@pytest.mark.parametrize("version", recipe.VERSIONS)
@pytest.mark.parametrize("how", ["gcore", "kernel"])
def test_a_goroutine_in_the_vdso_keeps_its_stack(little_core, version, how):
    """Else its tree looks dead, and who waits for it hung."""
    core = little_core("clock", version, how=how)
    report = tool.report(core.path, "--min-bytes=1K")
    assert report["findings"] == []
    assert not [note for note in report["coverage"]["notes"] if "stack" in note]
    assert report["live"]["bytes"] >= NODES * NODE


# Each builds the whole of net/http.
RESTING = ["1.19.13", "1.21.13", "1.24.13", "1.25.12", recipe.LOCAL, "1.27.4"]


@pytest.mark.parametrize("flags", [[], ["-ldflags=-s -w"]], ids=["dwarf", "stripped"])
@pytest.mark.parametrize("version", RESTING if recipe.ALL else [recipe.LOCAL])
def test_what_rests_does_not_hang(little_core, version, flags):
    """A server with idle connections, pools, pipelines, groups, contexts, conditions and locks."""
    core = little_core("resting", version, *flags, how="kernel" if flags else "gcore")
    report = tool.report(core.path, "--min-bytes=1")
    assert [each for each in report["findings"] if each["kind"] == "hung-goroutine"] == []
    assert report["looked_for"]["hung-goroutine"]
    reasons = {group["wait_reason"] for group in report["goroutines"]["groups"]}
    assert reasons >= {"IO wait", "select", "chan receive", "chan send", "sync.Cond.Wait", "sleep"}


@pytest.mark.skipif(tool.SUBSET, reason="a slow build is under test")
def test_crowds_take_no_long_time(little_core):
    """Looking at all who wait for one thing, for each of them, takes longer."""
    done = tool.run("report", "--format=json", little_core("crowd", "local").path)
    assert tool.parsed(done, "gotopsy-report/1")["findings"] == []
    assert done.seconds < 5


def test_long_rows_take_no_long_time(little_core):
    """A pass over all goroutines for each stage, or over the array for each slice, takes minutes."""
    core = little_core("rows", "local")
    done = tool.run("report", "--format=json", core.path)
    assert tool.parsed(done, "gotopsy-report/1")["findings"] == []
    assert done.seconds < 5


def test_the_room_of_the_runtimes_lists_is_no_leak(little_core):
    """The program can free nothing of runtime.allgs, which has just grown to twice its size."""
    core = little_core("outgrown", recipe.LOCAL, "-ldflags=-checklinkname=0")
    report = tool.report(core.path, "--min-bytes=1")
    assert core.truth["spare"] >= core.truth["used"] > 0
    assert not [each for each in report["findings"] if "runtime.all" in str(each)]
    (row,) = [each for each in report["set_aside"] if "runtime.allgs" in each["reason"]]
    assert row["bytes"] == core.truth["spare"]
