"""Crowds that wait for a server, a signal or a worker that is gone; and their twins in good use."""

import pytest

from . import field, recipe

ENDS = ["1.22.12", recipe.NEWEST]


def _reported(case, way):
    """The one finding, with the bytes that go when its program is mended."""
    assert case.report(f"{way}-mended")["findings"] == []
    finding = field.the_finding(case.report(way), "hung-goroutine")
    truth = case.core(way).truth
    assert finding["count"] == truth["many"] and finding["bytes_shared"] == 0
    freed = truth["heap"] - case.core(f"{way}-mended").truth["heap"]
    assert field.near(finding["bytes_freed"] - finding["stack_bytes"], freed)
    return finding


@field.cases("distant", versions=ENDS)
def test_clients_without_a_timeout(case):
    """With both sides of each connection."""
    finding = _reported(case, "http")
    assert finding["confidence"] == "suspect" and "no server has answered" in finding["title"]
    assert " in main.fetch; " in finding["title"] and "servers may still answer" in finding["doubt"]
    assert "Timeout" in finding["advice"] and "main.fetch (distant/main.go:" in finding["advice"]


@field.cases("distant_modules", versions=ENDS)
@pytest.mark.parametrize("way", ["grpc", "http2"])
def test_clients_that_share_a_connection(case, way):
    """A package variable leads to the client, and its table to all that wait."""
    finding = _reported(case, way)
    assert finding["confidence"] == "suspect" and "no server has answered" in finding["title"]
    idiom, place = {
        "grpc": ("context.WithTimeout", "at main.lookUp (main.go:"),
        "http2": ("Timeout", "at main.fetch (main.go:"),
    }[way]
    assert idiom in finding["advice"] and place in finding["advice"]


@field.cases("distant_modules", versions=ENDS, symbols=["stripped"])
@pytest.mark.parametrize("way", ["grpc-busy", "http2-busy"])
def test_calls_with_deadlines_are_not_reported(case, way):
    assert case.report(way)["findings"] == []


@field.cases("distant", versions=ENDS)
def test_contexts_that_a_signal_ends(case):
    """With those that wait for them."""
    finding = _reported(case, "signals")
    assert finding["confidence"] == "likely" and "call stop" in finding["advice"]
    assert f"and {finding['count']} more that wait for their contexts" in finding["title"]
    assert finding["doubt"] == "only a signal to the process (SIGTERM) could end them"


@field.cases("distant", versions=ENDS, symbols=["stripped"])
@pytest.mark.parametrize("way", ["http-ok", "http-timeout-ok", "http-cancel-ok", "signals-ok"])
def test_what_is_in_good_use_is_not_reported(case, way):
    assert case.report(way)["findings"] == []
