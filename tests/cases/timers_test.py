"""Timers and tickers: what only the runtime's timers keep, and what is in good use."""

import pytest

from . import field, recipe

HOUR = 3600 * 10**9
OLD = ["1.22.12"]  # channels do not keep timers from the heap of timers
NEW = ["1.24.13", recipe.LOCAL, "1.27.4"]
SET = ["1.24.13", recipe.LOCAL]  # a go.mod of `go 1.22` sets asynctimerchan=1, which 1.27 has not


def freed(case, way):
    return case.core(way).truth["heap"] - case.core(f"{way}-fixed").truth["heap"]


def reported(case, way, confidence, count, what):
    """The one finding of a way that leaks. Its twin has none."""
    assert case.report(f"{way}-fixed")["findings"] == []
    report = case.report(way)
    (finding,) = report["findings"]
    assert finding["kind"] == "ticker"
    assert finding["confidence"] == confidence
    assert finding["count"] == count
    assert {timer["what"] for timer in finding["instances"]} == {what}
    assert field.near(finding["bytes_freed"] - finding["stack_bytes"], freed(case, way))
    assert finding["bytes_shared"] == 0
    return finding


def silent(case, *ways):
    for way in ways:
        assert case.report(way)["findings"] == []


def due(finding, least, most):
    """In the time that the program gave them, less what the core has lived for since."""
    times = [timer["due_in_ns"] for timer in finding["instances"]]
    assert all(least * HOUR - HOUR // 60 < ns <= most * HOUR for ns in times), times


def leaky():
    cases = [
        field.Case("timers", version, symbols, language=language)
        for language, versions in [(None, OLD), ("1.22", SET)]
        for version in versions
        for symbols in field.SYMBOLS
    ]
    return pytest.mark.parametrize("case", cases, ids=str)


def setting_is_named(case, finding):
    text = f"{finding['title']} {finding['doubt']}"
    if case.language:
        assert "asynctimerchan=1" in text and "go 1.22" in text and "go.mod" in text
    else:
        assert "asynctimerchan" not in text and f"go{case.version}" in text


@leaky()
def test_one_shots_in_a_loop(case):
    finding = reported(case, "after", "suspect", 9000, "timer")
    setting_is_named(case, finding)
    due(finding, 1 / 3, 1 / 3)
    assert "fire" in finding["doubt"]
    assert "made at" in finding["title"] and "main.after (" in finding["title"]
    assert all(not timer["referenced"] for timer in finding["instances"])


@leaky()
def test_tickers_of_many_periods(case):
    finding = reported(case, "tickers", "proven", 5000, "ticker")
    setting_is_named(case, finding)
    assert len({timer["period_ns"] for timer in finding["instances"]}) > 1


@field.cases("timers", NEW)
def test_channels_that_keep_no_timers(case):
    silent(case, "after", "tickers")


@field.cases("timers")
def test_functions_that_keep_much(case):
    finding = reported(case, "funcs", "suspect", 40, "after-func")
    assert "main.(*upload).abort" in finding["title"]
    due(finding, 2, 2)


@field.cases("timers")
def test_one_that_keeps_much(case):
    finding = reported(case, "one", "suspect", 1, "after-func")
    assert finding["bytes_freed"] > 8 << 20


@field.cases("timers")
def test_rearming(case):
    """The code of the method that arms them is in its method value, too, and is one place."""
    finding = reported(case, "rearming", "suspect", 60, "after-func")
    source = (field.PROGRAMS / "timers" / "main.go").read_text()
    places = source.count("time.AfterFunc(")
    _, _, made = finding["title"].partition(", made at one of ")
    assert made.count("main.go:") == 3 and made.endswith(f" and {places - 3} more")


@field.cases("timers", versions=["1.22.12", recipe.LOCAL])
@pytest.mark.parametrize("way", ["funcs", "deadlines"])
def test_no_holder_says_the_same_again(case, way):
    """The finding says what the timers keep, and who made them."""
    report = case.report(way)
    reported = report["findings"][0]["bytes_freed"]
    assert reported > report["live"]["bytes"] / 2
    assert [each for each in report["holders"] if each["bytes"] > reported / 2] == []


@field.cases("timers")
@pytest.mark.parametrize("way", ["deadlines", "children"])
def test_deadlines(case, way):
    """A parent that would cancel them with itself is no reason for them to live."""
    finding = reported(case, way, "suspect", 1200, "after-func")
    assert "context.WithTimeout" in finding["title"] and "main.handle (" in finding["title"]
    assert "cancel()" in finding["advice"] and "AfterFunc" not in finding["advice"]
    due(finding, 3 / 4, 3 / 4)


@field.cases("timers")
@pytest.mark.parametrize("way, calls", [("deferred", 1200), ("deferred-children", 1200), ("deferred-stops", 200)])
def test_timers_that_deferred_calls_would_stop(case, way, calls):
    """A deferred cancel, its timer, and its place in a parent context are one cause."""
    assert case.report(f"{way}-fixed")["findings"] == []
    (finding,) = case.report(way)["findings"]
    assert (finding["kind"], finding["confidence"]) == ("deferred-calls", "proven")
    assert finding["count"] == calls
    assert field.near(finding["bytes_freed"], freed(case, way))
    assert finding["bytes_shared"] == 0


@field.cases("timers")
def test_watchers(case):
    """They wait for a channel that nobody else reaches, too: goroutines and tickers are one."""
    assert case.report("watchers-fixed")["findings"] == []
    (finding,) = case.report("watchers")["findings"]
    assert finding["kind"] == "hung-goroutine" and finding["confidence"] == "likely"
    assert finding["count"] == 120 and "main.(*session).refresh" in finding["title"]
    assert "only their timers, within" in finding["doubt"]
    assert field.near(finding["bytes_freed"] - finding["stack_bytes"], freed(case, "watchers"))


@field.cases("timers")
def test_loops_over_tickers(case):
    """They wait for nothing but their tickers."""
    finding = reported(case, "loops", "suspect", 100, "ticker")
    assert "main.(*gauge).run" in finding["title"]
    assert finding["stack_bytes"] >= 100 * 2048


@field.cases("crowds")
def test_crowds_in_good_use(case):
    assert case.report("", "--min-bytes=64K")["findings"] == []
