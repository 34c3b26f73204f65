"""Deferred calls of one function are one finding, whatever goroutine made them and where in it."""

import pytest

from . import field, recipe

CASES = field.cases("piles", versions=["1.22.12", recipe.LOCAL])


@CASES
@pytest.mark.parametrize("way, function, calls", [("many", "serve", 400), ("sites", "audit", 800)])
def test_they_are_one_finding(case, way, function, calls):
    report = case.report(way, "--instances=all")
    (finding,) = report["findings"]
    assert (finding["kind"], finding["confidence"]) == ("deferred-calls", "proven")
    assert finding["count"] == calls == sum(each["calls"] for each in finding["instances"])
    assert f"main.{function}" in finding["advice"]
    heap = case.core(way).truth["heap"] - case.core(f"{way}-fixed").truth["heap"]
    assert field.near(finding["bytes_freed"], heap) and finding["bytes_shared"] == 0


@CASES
def test_the_twins_have_none(case):
    assert case.report("many-fixed")["findings"] == case.report("sites-fixed")["findings"] == []
