"""What frames alone hold: values that wait to be sent, and what generic functions work on."""

import pytest

from . import field
from .closures_test import freed_by


def freed_in_all(report, kind, holder):
    """By all findings of a kind whose path begins in one function."""
    return sum(
        each["bytes_freed"]
        for each in report["findings"]
        if each["kind"] == kind and each["path"][0]["what"].startswith(holder)
    )


@field.cases("frames")
def test_is_typed(case):
    assert field.typed_share(case.report()) >= (0.97 if case.symbols == "dwarf" else 0.95)


@field.cases("frames")
def test_twin_has_no_finding(case):
    assert case.report("fixed")["findings"] == []


@field.cases("frames")
def test_values_being_sent(case):
    report = case.report()
    freed = freed_in_all(report, "substring", "main.offer value being sent")
    freed += freed_in_all(report, "substring", "main.push value being sent")
    assert field.near(freed, freed_by(case, "sent"))


@field.cases("frames")
def test_generic_containers(case):
    freed = freed_in_all(case.report(), "substring", "main.collect[")
    assert field.near(freed, freed_by(case, "titles"))


@field.cases("frames")
def test_slices_in_a_generic_frame(case):
    freed = freed_in_all(case.report(), "subslice", "main.batch[")
    assert field.near(freed, freed_by(case, "headers"))


@field.cases("backrefs")
@pytest.mark.parametrize(
    "path",
    [
        ["main.store", "main.compactor", "main.store"],
        ["main.listener", "main.openListener.func1", "main.listener"],
    ],
    ids=["pointer", "closure"],
)
def test_cycle_is_told_by_its_types(case, path):
    cycles = [
        [step["type"] for step in finding["instances"][0]["cycle"]]
        for finding in case.report()["findings"]
        if finding["kind"] == "finalizer-cycle"
    ]
    assert path in cycles or path[:-1] in cycles


@field.cases("backrefs")
def test_cycles_keep_what_was_measured(case):
    freed = sum(
        each["bytes_freed"]
        for each in case.report()["findings"]
        if each["kind"] == "finalizer-cycle"
    )
    assert field.near(freed, case.freed())


@field.cases("backrefs")
def test_twin_has_no_cycle(case):
    assert case.report("fixed")["findings"] == []
