"""What goroutines hold by more than the maps of their frames: arguments of calls by reflection, arrays
that a program describes, and the registers of one that was preempted anywhere."""

import pytest

from . import expect, recipe, tool

VERSIONS = recipe.OF_CASES if recipe.ALL else ["1.19.13", *recipe.VERSIONS, "1.27.4"]
MIB = 1 << 20
BLOCKS = 1 + 2 + 4 + 8 + 16  # MiB, of programs/stacks
IN_VECTOR = 32  # which the collector of Go 1.26 alone does not look for


def complaints(core, *options):
    report = tool.report(core.path, *options)
    for of, floor in ("bytes", expect.KIB), ("objects", 4):
        if not expect.near(report["live"][of], core.truth[of], 0, floor):
            yield f"live.{of}: {report['live'][of]}, not {core.truth[of]}"
    yield from (note for note in report["coverage"]["notes"] if "stack" in note)
    check = tool.check(core.path, *options)
    yield from expect.oracle(check)
    if check["only_gotopsy"]["objects"]:
        yield f"live for gotopsy alone: {check['examples']}"


@pytest.mark.parametrize("how", ["kernel", "gcore"])
@pytest.mark.parametrize("version", VERSIONS)
def test_all_that_is_held(little_core, version, how, tmp_path):
    core = little_core("stacks", version, how=how)
    held = BLOCKS + (0 if recipe.go_name(version).startswith("go1.26") else IN_VECTOR)
    assert held * MIB < core.truth["bytes"] < (held + 1) * MIB
    wrong = list(complaints(core))
    wrong += complaints(core, "--exe", recipe.stripped(tmp_path, core.exe))
    assert not wrong, "\n".join(wrong)
