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


def test_long_rows_take_no_long_time(little_core):
    """A pass over all goroutines for each stage, or over the array for each slice, takes minutes."""
    core = little_core("rows", "local")
    done = tool.run("report", "--format=json", core.path)
    assert tool.parsed(done, "gotopsy-report/1")["findings"] == []
    assert done.seconds < 5
