"""Goroutines that something could still end and nobody will, and those that only look so."""

import pytest

from . import field, little, recipe, tool

STUCK = 150  # of programs/stuck
VERSIONS = [recipe.LOCAL] if tool.SUBSET else ["1.19.13", recipe.LOCAL]

# The function at which each way of field/abandoned waits, goroutines of each, and what could end them.
WAYS = {
    "ask": ("main.ask.func2", 1, "their timers, within 5h"),
    "deliver": ("main.deliver.func1", 1, "closing"),
    "follow": ("main.follow.func1", 1, "cancelling the parent of their contexts"),
    "drain": ("main.drain.func1", 1, "closing"),
    "outlast": ("main.outlast.func1", 1, "closing"),
    "sweep": ("main.sweep.func1", 1, "their timers, within 5h"),
    "pair": ("main.pair.func1", 2, "closing"),
}


def _hung(report):
    return [finding for finding in report["findings"] if finding["kind"] == "hung-goroutine"]


def _of_way(report, way):
    """One finding, whichever ways led to where they wait."""
    where = WAYS[way][0]
    (finding,) = [each for each in _hung(report) if f" in {where};" in each["title"]]
    return finding


@field.cases("abandoned")
@pytest.mark.parametrize("way", WAYS)
def test_each_way_is_reported(case, way):
    """With its bytes, by which the heap is smaller when this way alone is mended."""
    finding, truth = _of_way(case.report(), way), case.core().truth
    _, sides, ends = WAYS[way]
    assert finding["count"] == sides * truth["many"] and finding["confidence"] == "likely"
    assert finding["doubt"].startswith("only ") and ends in finding["doubt"]
    heap = finding["bytes_freed"] - finding["stack_bytes"]
    assert field.near(heap, truth["heap"] - case.core(way).truth["heap"])


@field.cases("abandoned", symbols=["dwarf"])
def test_the_shutdown_channel_is_named(case):
    assert "main.quit" in _of_way(case.report(), "drain")["doubt"]


@field.cases("abandoned")
def test_nothing_is_told_when_all_are_mended(case):
    assert case.report("fixed")["findings"] == []


@field.cases("waiting")
def test_what_rests_is_not_reported(case):
    report = case.report()
    reported = [each["title"] for each in report["findings"] if each["kind"] == "hung-goroutine"]
    assert reported == []


@pytest.mark.parametrize("version", VERSIONS)
def test_deadlines_of_their_own(little_core, version):
    """Not the pool, whose channel others reach, nor what only waits for time."""
    core = little_core("stuck", version)
    (finding,) = _hung(tool.report(core.path))
    assert finding["confidence"] == "likely" and finding["count"] == STUCK
    assert "main.stuck" in finding["title"] and "nothing can end" not in finding["title"]
    assert "only their timers, within 24h" in finding["doubt"]
    waits = tool.parsed(tool.run("waits", "--format=json", core.path), "gotopsy-waits/1")
    assert waits["hanging"] == 0


def _stuck(folder, monkeypatch, **settings):
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    try:
        return little.make(folder, "gcore", "stuck", recipe.LOCAL)
    except recipe.Unavailable as why:
        pytest.skip(str(why))


def test_ages_do_not_decide(tmp_path, monkeypatch):
    """No collection saw them wait, so that nobody knows for how long."""
    report = tool.report(_stuck(tmp_path, monkeypatch, NO_COLLECTION="1").path)
    (finding,) = _hung(report)
    assert report["gc"]["cycles"] == 0 and finding["count"] == STUCK
