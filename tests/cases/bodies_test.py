"""Responses whose bodies nobody closes, by a client that the whole program shares."""

from . import field

CASES = field.cases("bodies")


@CASES
def test_they_are_told(case):
    report, requests = case.report(), case.core().truth["requests"]
    told = [finding for finding in report["findings"] if finding["kind"] == "hung-goroutine"]
    (reading,) = [finding for finding in told if "readLoop" in finding["title"]]
    # The last connection may still be reached from where it was made.
    assert requests - 1 <= reading["count"] <= requests and reading["confidence"] == "likely"
    assert "resp.Body.Close()" in reading["advice"]
    assert len(report["findings"]) == len(told) <= 2


@CASES
def test_bodies_that_are_read_are_not(case):
    assert case.report("reading")["findings"] == []
    assert case.report("fixed")["findings"] == []
