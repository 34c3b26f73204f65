"""Findings that are too small to be reported one by one are still found."""

import re

from . import field

CASES = field.cases("small")


@CASES
def test_small_ones_are_summed(case):
    core = case.core()
    report = case.report()
    assert report["findings"] == [] and report["leaks_total"]["bytes"] == 0
    (smaller,) = report["smaller"]
    assert smaller["kind"] == "hung-goroutine"
    assert smaller["count"] == core.truth["hung"] and smaller["findings"] > 1
    reported = case.report("", "--min-bytes=1")
    assert sum(finding["count"] for finding in reported["findings"]) == core.truth["hung"]
    assert reported["smaller"] == [] and smaller["bytes"] == reported["leaks_total"]["bytes"]


@CASES
def test_they_are_not_called_absent(case):
    text = case.text()
    assert re.search(r"^leaks +none of 64 KiB or more; \d+ smaller, \S+ KiB together$", text, re.M)
    assert re.search(r"^smaller: hung goroutines: 30 goroutines, \S+ KiB in \d+ findings", text, re.M)
    absent = re.search(r"^not found: (.*)$", text, re.M)
    assert "goroutines" not in absent[1]


@CASES
def test_rules_without_a_size_hold_for_them(case):
    for rule, status in {"hung-goroutine": 1, "any": 1, "ticker": 0, "any:1MiB": 0}.items():
        assert case.run("report", "", "--quiet", f"--fail-on={rule}").status == status
        assert case.run("report", "fixed", "--quiet", f"--fail-on={rule}").status == 0


@CASES
def test_twin_has_none(case):
    report = case.report("fixed")
    assert report["findings"] == [] and report["smaller"] == []
