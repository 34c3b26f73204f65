"""Goroutines blocked in every way that there is, beside everybody who could wake them, or nobody."""

import pytest

from . import recipe, tool

HANG = {"nobody", "hung", "never"}  # of the holders in programs/ways
ALL_VERSIONS = ["1.19.13", "1.20.14", "1.21.13", "1.22.12", "1.23.12", "1.24.13", "1.25.12"]
ALL_VERSIONS += [recipe.LOCAL, "1.27.4"]
VERSIONS = [recipe.LOCAL] if tool.SUBSET else ALL_VERSIONS
STRIPPED = "-ldflags=-s -w"


def _told(core, *options):
    """The goroutines that are told as hung, each with how sure the report is."""
    report = tool.report(core.path, "--min-bytes=1", "--instances=100000", *options)
    return {
        instance["goroutine"]: finding["confidence"]
        for finding in report["findings"]
        if finding["kind"] == "hung-goroutine"
        for instance in finding["instances"]
    }


@pytest.mark.parametrize("flags", [[], [STRIPPED]], ids=["dwarf", "stripped"])
@pytest.mark.parametrize("version", VERSIONS)
def test_ways(little_core, version, flags):
    core = little_core("ways", version, *flags, how="kernel" if flags else "gcore")
    told = _told(core)
    wrong = []
    for holder, ways in core.truth.items():
        for way, ids in ways.items():
            expected = "proven" if holder in HANG else None
            wrong += [f"{holder}/{way}: {told.get(g)}" for g in ids if told.get(g) != expected]
    assert not wrong, "\n".join(sorted(wrong))
