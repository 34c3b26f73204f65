"""Goroutines that wait for a lock whose Unlock is missing, and those whose lock somebody unlocks."""

from . import field, recipe

CASES = field.cases("leftlocks", versions=["1.22.12", recipe.LOCAL])


@CASES
def test_who_waits_for_it_is_reported(case):
    finding = field.the_finding(case.report(), "hung-goroutine")
    assert finding["count"] == 60 and finding["confidence"] == "likely" and finding["doubt"]
    assert "no live goroutine holds it" in finding["title"]
    assert "nlock" in finding["advice"] and "main.crowd" in finding["advice"]
    assert field.near(finding["bytes_freed"] - finding["stack_bytes"], case.freed())


@CASES
def test_those_behind_a_writer_are_told_too(case):
    """The writer has the lock of the writers, and waits for a reader who has left."""
    report = case.report("read", "--min-bytes=1")
    found = [each for each in report["findings"] if each["kind"] == "hung-goroutine"]
    assert sum(each["count"] for each in found) == 60
    for each in found:
        assert each["confidence"] == "likely" and "no live goroutine holds" in each["title"]
        assert "main.prices.mu" in each["advice"] and "RUnlock" in each["advice"]
    pages = sum(each["bytes_freed"] - each["stack_bytes"] for each in found)
    assert field.near(pages, 60 * 4096)
    (reported,) = [each for each in found if each["count"] == 59]
    assert "the lock's owner waits" in reported["title"]


@CASES
def test_a_lock_that_is_to_be_unlocked_is_not(case):
    for way in ("fixed", "wrapped", "reading"):
        assert case.report(way)["findings"] == [], way
