"""What functions hold: closures, method values, callbacks, generic containers and their frames."""

import pytest

from . import field

PARTS = {"substring": "substring", "lost-elements": "elements"}


def freed_by(case, way):
    """What one leak keeps: all that leaks, less what leaks without it."""
    return case.core().truth["heap"] - case.core(way).truth["heap"]


@field.cases("closures")
def test_what_functions_hold_is_typed(case):
    assert field.typed_share(case.report()) >= 0.97


@field.cases("closures")
@pytest.mark.parametrize("kind", PARTS)
def test_finding(case, kind):
    finding = field.the_finding(case.report(), kind)
    assert field.near(finding["bytes_freed"], freed_by(case, PARTS[kind]))


@field.cases("closures", symbols=["dwarf"])
def test_what_is_captured_by_a_goroutine(case):
    """Its own frame keeps the pointer and the length apart, and no capacity. Without debug
    information nothing says what the pointer is: the blocks are undecided."""
    finding = field.the_finding(case.report(), "subslice")
    assert finding["confidence"] == "likely"
    assert field.near(finding["bytes_freed"], freed_by(case, "subslice"))
    assert "main.follow.func1 variable head" in field.path_of(finding)


@pytest.mark.parametrize("way", ["", "fixed"])
@field.cases("closures")
def test_nearly_all_is_judged(case, way):
    report = case.report(way)
    assert report["coverage"]["undecided_bytes"] < 0.01 * report["live"]["bytes"]


@field.cases("closures")
def test_captured_string_is_named_by_its_function(case):
    finding = field.the_finding(case.report(), "substring")
    holder = finding["instances"][0]["windows"][0]["holder"]
    assert holder.startswith("main.(*router).subscribe.func1.")


@field.cases("closures")
def test_twin_has_no_finding(case):
    for finding in case.report("fixed")["findings"]:
        assert finding["kind"] not in {"substring", "subslice", "lost-elements"}
