"""What goroutines hold by more than the maps of their frames: arguments of calls by reflection, arrays
that a program describes, and the registers of one that was preempted anywhere. And what they do not
hold yet: an object that is being allocated."""

import pytest

from . import expect, little, recipe, tool

VERSIONS = recipe.OF_CASES if recipe.ALL else ["1.19.13", *recipe.VERSIONS, "1.27.4"]
HOWS = [*((version, "kernel") for version in VERSIONS), (recipe.LOCAL, "gcore")]
MIB = 1 << 20
BLOCKS = 1 + 2 + 4 + 8 + 16  # MiB, of programs/stacks
IN_VECTOR = 32  # which the collector of Go 1.26 alone does not look for


def complaints(core, *options):
    report = tool.report(core.path, *options)
    for of, floor in ("bytes", expect.KIB), ("objects", 4):
        if not expect.near(report["live"][of], core.truth[of], 0, floor):
            yield f"live.{of}: {report['live'][of]}, not {core.truth[of]}"
    yield from (note for note in report["coverage"]["notes"] if "cannot be read" in note)
    check = tool.check(core.path, *options)
    yield from expect.oracle(check)
    if check["only_gotopsy"]["objects"]:
        yield f"live for gotopsy alone: {check['examples']}"


def judge(core, version, folder):
    held = BLOCKS + (0 if recipe.go_name(version).startswith("go1.26") else IN_VECTOR)
    assert held * MIB < core.truth["bytes"] < (held + 1) * MIB
    wrong = list(complaints(core))
    wrong += complaints(core, "--exe", recipe.stripped(folder, core.exe))
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("version, how", HOWS)
def test_all_that_is_held(little_core, version, how, tmp_path):
    judge(little_core("stacks", version, how=how), version, tmp_path)


@pytest.mark.skipif(tool.SUBSET, reason="a slow build is under test")
@pytest.mark.parametrize("version", VERSIONS)
def test_all_that_is_held_on_arm64(version, tmp_path):
    try:
        core = little.make(tmp_path, "kernel", "stacks", version, GOARCH="arm64", CGO_ENABLED="0")
    except recipe.Unavailable as why:
        pytest.skip(str(why))
    judge(core, version, tmp_path)


@pytest.mark.skipif(tool.SUBSET, reason="a slow build is under test")
@pytest.mark.parametrize("version", VERSIONS if recipe.ALL else recipe.VERSIONS)
def test_what_is_being_made(little_core, version):
    """Its slot is taken already, but the collector does not see it yet (freeIndexForScan)."""
    core = little_core("stacks", version, how="runtime.publicationBarrier")
    report = tool.report(core.path)
    stacks = [group["stack"] for group in report["goroutines"]["groups"]]
    assert any(place["function"] == "main.make600" for stack in stacks for place in stack)
    assert expect.near(report["live"]["bytes"], core.truth["bytes"], 0, expect.KIB)  # it has 4864
