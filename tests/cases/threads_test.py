"""Any number of threads finds the same, and types change nothing of what is live."""

import json

import pytest

from . import recipe, shapes, tool

SCALE = 0.02  # of `make bench`: enough objects for threads to share them


def _core(shape):
    try:
        return shapes.core(shape, SCALE)
    except recipe.Unavailable as why:
        pytest.skip(str(why))


def _run(command, core, exe, threads):
    done = tool.run(command, "--format=json", f"--threads={threads}", core, "--exe", exe)
    assert done.status == 0, done.err
    return json.loads(done.out)


@pytest.mark.parametrize("shape", ["list", "tree", "wide", "maps", "oldmaps", "strings", "buffers"])
def test_threads_find_the_same(shape):
    core, exe, objects = _core(shape)
    alone = _run("report", core, exe, 1)
    assert alone["live"]["objects"] >= objects * 0.9
    for threads in (2, 3, 5):
        assert _run("report", core, exe, threads) == alone


@pytest.mark.parametrize("shape", ["list", "tree", "wide", "maps", "oldmaps", "strings", "buffers"])
def test_marks_are_the_same_with_types(shape):
    """A report marks while it types, a check marks without types. It leaves out what was allocated since
    the collector's mark."""
    core, exe, _ = _core(shape)
    check = _run("check", core, exe, 2)
    assert check["verdict"] in ("exact", "explained", "uncertain"), check
    for threads in (1, 2):
        live = _run("report", core, exe, threads)["live"]["objects"]
        assert 0 <= live - check["gotopsy"]["objects"] <= check["unjudged_objects"]
