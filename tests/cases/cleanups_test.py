"""Cleanups that lead back to their objects, which never run then: against what the same program freed
when it stopped them."""

import pytest

from . import expect, little, recipe, tool

EACH = 50  # of programs/cleanups
# What a Go lets a cleanup lead to, since it refuses what it can see.
OLD = {"main.text", "main.image", "main.sound", "main.video"}
NEW = {"main.text", "main.video"}
ATTACHED = {"1.24.13": OLD, "1.25.12": OLD, recipe.LOCAL: NEW, "1.27.4": NEW}
VERSIONS = [recipe.LOCAL] if tool.SUBSET else list(ATTACHED)


def cycles(report):
    return [finding for finding in report["findings"] if finding["kind"] == "finalizer-cycle"]


def way_wrong(finding, truth):
    first = finding["instances"][0]
    got = (finding["confidence"], finding["count"], first["mechanism"], first["function"])
    if got != ("proven", EACH, "cleanup", truth["Function"]):
        yield f"{truth['Type']}: {got}, not of {truth['Function']}"
    if not expect.near(finding["bytes_freed"], truth["Bytes"], 0.01, expect.THREAD):
        yield f"{truth['Type']}: {finding['bytes_freed']} bytes, {truth['Bytes']} were freed"
    start = first["cycle"][0]
    if (start["type"], start["field"]) != (truth["Type"], "its cleanup"):
        yield f"{truth['Type']}: the cycle begins with {start}"


@pytest.mark.parametrize("version", VERSIONS)
def test_cycles(little_core, version):
    core = little_core("cleanups", version)
    reported = cycles(tool.report(core.path, "--min-bytes=1"))
    of = {finding["instances"][0]["object"]["type"]: finding for finding in reported}
    truths = [truth for truth in core.truth if not truth["Refused"]]
    assert {truth["Type"] for truth in truths} == ATTACHED[version]
    assert len(reported) == len(of) and set(of) == ATTACHED[version]
    wrong = [w for truth in truths for w in way_wrong(of[truth["Type"]], truth)]
    assert not wrong, "\n".join(wrong)


# Cleanups of Go 1.25 are words as those of 1.24 are.
@pytest.mark.parametrize("version", [v for v in VERSIONS if v != "1.25.12"])
def test_no_cycles(tmp_path, monkeypatch, version):
    monkeypatch.setenv("CLEANUPS", "apart")
    try:
        core = little.make(tmp_path, "gcore", "cleanups", version)
    except recipe.Unavailable as why:
        pytest.skip(str(why))
    assert {truth["Count"] for truth in core.truth} == {EACH}
    report = tool.report(core.path, "--min-bytes=1")
    assert cycles(report) == [] and report["looked_for"]["finalizer-cycle"]
