"""Requests that wait for one of eight tokens: lost ones, and those that somebody gives back."""

import pytest

from . import field, recipe

CASES = field.cases("tokens", versions=["1.22.12", recipe.LOCAL])


@CASES
def test_lost_tokens_are_reported(case):
    finding = field.the_finding(case.report(), "hung-goroutine")
    assert finding["count"] == case.core().truth["waiters"]
    assert finding["confidence"] == "suspect" and "several tokens" in finding["doubt"]
    assert "all tokens are taken, and no goroutine is left" in finding["title"]
    assert "deferred receive, at main.request (tokens/main.go:" in finding["advice"]
    assert case.symbols == "stripped" or "main.tokens" in finding["advice"]
    assert field.near(finding["bytes_freed"] - finding["stack_bytes"], case.freed())


@field.cases("tokens", versions=[recipe.LOCAL])
def test_lost_connections_are_reported(case):
    finding = field.the_finding(case.report("rows"), "hung-goroutine")
    assert finding["count"] == case.core("rows").truth["waiters"]
    assert "all connections are taken, and no goroutine is left" in finding["title"]
    assert "rows.Close" in finding["advice"] and "at main.look (tokens/main.go:" in finding["advice"]


@field.cases("tokens", versions=[recipe.LOCAL], symbols=["dwarf"])
def test_connections_in_use_are_not(case):
    assert case.report("reading")["findings"] == []


@CASES
@pytest.mark.parametrize("way", ["fixed", "busy", "bucket", "queue"])
def test_nothing_is_told_where_tokens_come_back(case, way):
    assert case.report(way)["findings"] == []
