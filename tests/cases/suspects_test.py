"""Goroutines that are suspect of hanging, beside those that wait as long and are not."""

import pytest

from . import little, recipe, tool

EACH = 150  # of programs/stuck
VERSIONS = [recipe.LOCAL] if tool.SUBSET else ["1.19.13", recipe.LOCAL]


def _hung(report):
    return [finding for finding in report["findings"] if finding["kind"] == "hung-goroutine"]


@pytest.mark.parametrize("version", VERSIONS)
def test_suspects(little_core, version):
    """Not the pool, whose channel others reach, nor what only waits for time."""
    core = little_core("stuck", version)
    (finding,) = _hung(tool.report(core.path))
    assert finding["confidence"] == "suspect" and finding["count"] == EACH
    assert "main.stuck" in finding["title"] and "nothing can end" not in finding["title"]
    assert "a person must judge" in finding["doubt"]
    waits = tool.parsed(tool.run("waits", "--format=json", core.path), "gotopsy-waits/1")
    assert waits["hanging"] == 0


def test_for_how_long_is_unknown(tmp_path, monkeypatch):
    """No collection saw them wait: no finding, and no silence."""
    monkeypatch.setenv("NO_COLLECTION", "1")
    try:
        core = little.make(tmp_path, "gcore", "stuck", recipe.LOCAL)
    except recipe.Unavailable as why:
        pytest.skip(str(why))
    report = tool.report(core.path)
    assert report["gc"]["cycles"] == 0 and _hung(report) == []
    (note,) = (note for note in report["coverage"]["notes"] if "may be stuck" in note)
    assert note.startswith(f"{EACH} goroutines")


@pytest.mark.skipif(tool.SUBSET, reason="a slow build is under test")
def test_too_many_sites_are_told(tmp_path, monkeypatch):
    """Each costs a mark: the first ones are judged, and the others not taken for innocent."""
    monkeypatch.setenv("NO_COLLECTION", "1")
    monkeypatch.setenv("SITES", "69")  # beside those of stuck itself and of the pool
    try:
        core = little.make(tmp_path, "gcore", "stuck", recipe.LOCAL)
    except recipe.Unavailable as why:
        pytest.skip(str(why))
    notes = tool.report(core.path)["coverage"]["notes"]
    assert any(note.startswith("7 of 71 sites where many goroutines wait") for note in notes), notes
