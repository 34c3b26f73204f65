"""Requests that wait for one of eight tickets from a channel: lost ones, and queues that are empty."""

import pytest

from . import field

CASES = field.cases("tickets")


@CASES
def test_lost_tickets_are_reported(case):
    finding = field.the_finding(case.report(), "hung-goroutine")
    assert finding["count"] == case.core().truth["waiters"]
    assert finding["confidence"] == "suspect" and "starts later" in finding["doubt"]
    assert "all tokens are taken, and no goroutine is left" in finding["title"]
    assert "deferred send, at main.request (tickets/main.go:" in finding["advice"]
    assert case.symbols == "stripped" or "main.tickets" in finding["advice"]
    assert field.near(finding["bytes_freed"] - finding["stack_bytes"], case.freed())


@CASES
@pytest.mark.parametrize("way", ["fixed", "held", "closed", "clock", "workers", "calls"])
def test_nothing_is_told_where_tickets_may_come(case, way):
    assert case.report(way)["findings"] == []
