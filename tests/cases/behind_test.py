"""Goroutines that wait behind others, which hang: they are told, with what ends those."""

import pytest

from . import field

CASES = field.cases("behind")
CROWD = 80


def _findings(case, way, *options):
    report = case.report(way, *options)
    return [each for each in report["findings"] if each["kind"] == "hung-goroutine"]


def _assert_bytes(case, way, findings):
    truth = case.core(way).truth["heap"] - case.core(f"{way}-fixed").truth["heap"]
    assert field.near(sum(each["bytes_freed"] - each["stack_bytes"] for each in findings), truth)


@CASES
@pytest.mark.parametrize("way", ["lock", "call"])
def test_who_waits_behind_one_that_hangs_is_told(case, way):
    """The one that hangs keeps little, and is told too."""
    behind, first = sorted(_findings(case, way), key=lambda each: -each["count"])
    assert (behind["count"], first["count"]) == (CROWD - 1, 1)
    assert (behind["confidence"], first["confidence"]) == ("likely", "proven")
    hung = first["instances"][0]["goroutine"]
    assert f"goroutine {hung}, for which they wait, is blocked forever in main.fetch" in behind["title"]
    assert behind["advice"] == first["advice"] and "main.fetch" in first["advice"]
    assert "read from stack frames" in behind["doubt"]
    _assert_bytes(case, way, [behind, first])


@CASES
def test_who_waits_for_workers_that_hang_is_told_with_one(case):
    behind, workers = sorted(_findings(case, "workers"), key=lambda each: each["count"])
    assert (behind["count"], workers["count"]) == (CROWD, 2 * CROWD)
    assert behind["confidence"] == workers["confidence"] == "proven"
    assert "for which they wait, is blocked forever in main.fetch" in behind["title"]
    assert behind["advice"] == workers["advice"] and "main.fetch" in workers["advice"]
    _assert_bytes(case, "workers", [behind, workers])


@CASES
@pytest.mark.parametrize("way", ["lock", "call", "workers"])
def test_nobody_waits_when_nobody_hangs(case, way):
    assert case.report(f"{way}-fixed")["findings"] == []
