"""Goroutines that are in C functions: these are told above the Go functions that called them."""

import pytest

from . import little, recipe, tool

# A dump leaves out the code of shared libraries: the C library's is in its file only.
CELLS = pytest.mark.parametrize(
    "version,flags,how",
    [
        (version, flags, how)
        for version in recipe.VERSIONS
        for flags in ([], [little.STATIC])
        for how in ("gcore", "kernel")
    ],
    ids=lambda value: "static" if value == [little.STATIC] else value or "dynamic",
)


def goroutines(core):
    document = tool.parsed(tool.run("goroutines", "--format=json", core), "gotopsy-goroutines/1")
    return document["goroutines"]["groups"]


def group_in(groups, function):
    """The one group that has this function in its stack."""
    (group,) = (
        group for group in groups if any(place["function"] == function for place in group["stack"])
    )
    return group


def functions(group):
    return [place["function"] for place in group["stack"]]


@CELLS
def test_c_functions_above_go(little_core, version, flags, how):
    core = little_core("native", version, *flags, how=how)
    group = group_in(goroutines(core.path), "native_inner")
    stack = functions(group)
    assert (group["status"], group["count"]) == ("syscall", 1)
    assert "main.waitInC" in stack
    assert "pause" in stack[0]
    assert stack[1:4] == ["native_inner", "native_outer", "runtime.cgocall"]
    assert [place["file"] is None for place in group["stack"][:4]] == [True, True, True, False]


@CELLS
def test_go_called_by_c_waits_in_go(little_core, version, flags, how):
    core = little_core("native", version, *flags, how=how)
    group = group_in(goroutines(core.path), "main.callBack")
    assert group["wait_reason"] == "chan receive"
    assert all(place["file"] for place in group["stack"])


@CELLS
def test_roots_do_not_know_of_c_frames(little_core, version, flags, how):
    core = little_core("native", version, *flags, how=how)
    assert tool.check(core.path)["verdict"] != "differs"
