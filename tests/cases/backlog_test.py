"""Finalizers and cleanups that wait behind one that blocks."""

import pytest

from . import field, recipe

CLEANUPS = ["1.24.13", recipe.LOCAL, "1.27.4"]


def _check(case, way, confidence, function):
    report, truth = case.report(way), case.core(way).truth
    finding = field.the_finding(report, "hung-goroutine")
    assert finding["confidence"] == confidence and finding["count"] == 1
    assert f"at {function}; " in finding["title"]
    assert f"{truth['many'] - 1} " in finding["title"] and "wait behind it" in finding["title"]
    heap = finding["bytes_freed"] - finding["stack_bytes"]
    assert field.near(heap, truth["heap"] - case.core("fixed").truth["heap"])
    return finding


@field.cases("backlog")
def test_of_a_lock_that_others_reach(case):
    finding = _check(case, "", "likely", "main.record")
    assert "the finalizer goroutine" in finding["title"]
    assert "could still end it" in finding["doubt"]


@field.cases("backlog")
def test_objects_that_wait_have_their_type(case):
    """The queue says of which type the object of each finalizer is, also in a stripped program."""
    path = field.the_finding(case.report(""), "hung-goroutine")["path"]
    assert path[0]["what"] == "queue of finalizers"
    assert path[1]["type"] == "main.buffer"


@field.cases("backlog")
def test_of_a_channel_that_only_finalizers_have(case):
    """They wait themselves: nobody can end it."""
    _check(case, "own", "proven", "main.borrow.func1")


@field.cases("backlog")
def test_of_a_channel_that_was_full_in_the_end(case):
    """The first finalizers ended: they wait no more, and their buffers are gone."""
    assert case.core("full").truth["many"] == case.core("").truth["many"] - 8
    _check(case, "full", "likely", "main.give")


@field.cases("backlog", versions=CLEANUPS)
def test_of_cleanups(case):
    _check(case, "cleanup", "likely", "main.record")


@field.cases("backlog")
def test_the_goroutine_is_the_programs(case):
    groups = case.report("")["goroutines"]["groups"]
    (group,) = [
        each for each in groups if any(frame["function"] == "main.record" for frame in each["stack"])
    ]
    assert not group["system"]
    shown = case.run("goroutines", "").out
    assert "main.record" in shown
    waits = case.run("waits", "").out
    assert "main.record" in waits


@field.cases("backlog")
def test_twin_has_no_finding(case):
    assert case.report("fixed")["findings"] == []
