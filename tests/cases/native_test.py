"""Goroutines that are in C functions: these are told above the Go functions that called them."""

import pytest

from . import recipe, tool

STATIC = "-ldflags=-linkmode=external -extldflags=-static"


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


def callers_of(stack, function):
    return stack[stack.index(function) :]


@pytest.mark.parametrize("version", recipe.VERSIONS)
def test_c_functions_above_go(little_core, version):
    group = group_in(goroutines(little_core("native", version, STATIC).path), "main.waitInC")
    stack = functions(group)
    assert group["status"] == "syscall"
    assert stack.index("native_inner") == 1  # which calls pause, whatever that is named
    assert stack.index("native_outer") == 2
    assert callers_of(stack, "runtime.cgocall")[:2] == ["runtime.cgocall", "main._Cfunc_native_outer"]
    assert all(place["file"] is None for place in group["stack"][:3])


@pytest.mark.parametrize("version", recipe.VERSIONS)
def test_go_called_by_c_waits_in_go(little_core, version):
    group = group_in(goroutines(little_core("native", version, STATIC).path), "main.callBack")
    assert group["wait_reason"] == "chan receive"
    assert all(place["file"] for place in group["stack"])


@pytest.mark.parametrize("version", recipe.VERSIONS)
def test_roots_do_not_know_of_c_frames(little_core, version):
    assert tool.check(little_core("native", version, STATIC).path)["verdict"] != "differs"
