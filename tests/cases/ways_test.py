"""Goroutines blocked in every way that there is, beside everybody who could wake them, or nobody."""

import pytest

from . import little, recipe, tool

HANG = {"nobody", "hung", "hungBuffer", "hungDefer", "hungElement", "hungTimer", "never"}  # of the holders in programs/ways
ALL_VERSIONS = ["1.19.13", "1.20.14", "1.21.13", "1.22.12", "1.23.12", "1.24.13", "1.25.12"]
ALL_VERSIONS += [recipe.LOCAL, "1.27.4"]
VERSIONS = [recipe.LOCAL] if tool.SUBSET else ALL_VERSIONS
STRIPPED = "-ldflags=-s -w"


def _reported(core, *options):
    """The goroutines that are reported as hung, each with how sure the report is."""
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
    reported = _reported(core)
    wrong = []
    for holder, ways in core.truth.items():
        for way, ids in ways.items():
            expected = "proven" if holder in HANG else None
            # Nobody answers them but a timer, and each keeps a byte or more.
            if holder == "timer" or (holder, way) == ("other", "timeout"):
                expected = "likely"
            # Each waits for a lock that the other has, whoever else reaches the two locks.
            if way == "embrace" and expected is None:
                expected = "likely"
            wrong += [f"{holder}/{way}: {reported.get(g)}" for g in ids if reported.get(g) != expected]
    assert not wrong, "\n".join(sorted(wrong))


PROFILED = {recipe.LOCAL: {"GOEXPERIMENT": "goroutineleakprofile"}, "1.27.4": {}}


@pytest.mark.parametrize("version", [recipe.LOCAL] if tool.SUBSET else list(PROFILED))
def test_beside_the_runtime(tmp_path, monkeypatch, version):
    """The runtime has called them leaked, which stays so, in name, over its next collection."""
    monkeypatch.setenv("LEAK_PROFILE", "1")
    try:
        core = little.make(tmp_path, "gcore", "ways", version, **PROFILED[version])
    except recipe.Unavailable as why:
        pytest.skip(str(why))
    profile = set(core.truth.pop("profile")["leaked"])
    of = {
        (holder, way): set(ids) for holder, ways in core.truth.items() for way, ids in ways.items()
    }
    reported = {g for g, confidence in _reported(core).items() if confidence == "proven"}
    assert len(profile) > 100
    # It takes those for leaked that a weak pointer may yet lead to, and then crashes.
    assert profile - reported == of["other", "weak"] | of["other", "weakRow"]
    # It follows what goroutines that hang send or have deferred, by their g, and timers that were
    # stopped, while a heap has them still: the program's go.mod asks for the timers of Go 1.19,
    # which a busy machine takes out late.
    more = {holder for (holder, way), ids in of.items() if ids & (reported - profile) and way != "stopped"}
    assert more <= {"hungDefer", "hungElement", "hungTimer"}
    statuses = tool.report(core.path)["goroutines"]["by_status"]
    assert statuses["leaked"] == len(profile)
