"""Goroutines that wait for a lock whose Unlock is missing, and those whose lock somebody unlocks."""

from . import field, recipe

CASES = field.cases("leftlocks", versions=["1.22.12", recipe.LOCAL])


@CASES
def test_who_waits_for_it_is_told(case):
    finding = field.the_finding(case.report(), "hung-goroutine")
    assert finding["count"] == 60 and finding["confidence"] == "likely" and finding["doubt"]
    assert "no live goroutine holds it" in finding["title"]
    assert "nlock" in finding["advice"] and "main.crowd" in finding["advice"]
    assert field.near(finding["bytes_freed"] - finding["stack_bytes"], case.freed())


@CASES
def test_a_lock_that_is_to_be_unlocked_is_not(case):
    for way in ("fixed", "wrapped"):
        assert case.report(way)["findings"] == [], way
