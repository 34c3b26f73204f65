"""Experiments and settings that change what the runtime lays down: the same findings with all."""

import pytest

from . import recipe, tool
from .builds import build, judged

pytestmark = pytest.mark.skipif(tool.SUBSET, reason="a slow build is under test")

STRIPPED = "-ldflags=-s -w"
# Versions, and what the demo is built and run with.
EXPERIMENTS = {
    "noallocheaders": ["1.22.12"],
    "noswissmap": ["1.24.13", "1.25.12"],
    "greenteagc": ["1.25.12"],
    "nogreenteagc": [recipe.LOCAL, "1.27.4"],
    "norandomizedheapbase64": [recipe.LOCAL, "1.27.4"],
    "arenas": ["1.22.12", recipe.LOCAL],
}
CELLS = [(name, version) for name, versions in EXPERIMENTS.items() for version in versions]
# asynctimerchan=1 makes timers' channels as they were up to 1.22; 2 gives them their buffer back,
# and still lets them be collected (time/sleep.go, syncTimer), so that nothing leaks.
CHANNELS = [("0", "1.25.12"), ("1", "1.25.12"), ("2", "1.25.12"), ("1", recipe.LOCAL)]


@pytest.mark.parametrize("flags", [[], [STRIPPED]], ids=["dwarf", "stripped"])
@pytest.mark.parametrize("experiment, version", CELLS)
def test_experiment(tmp_path, experiment, version, flags):
    for mode in ("leak", "twin"):
        (tmp_path / mode).mkdir()
    cores = [
        build(tmp_path / mode, flags, version=version, mode=mode, GOEXPERIMENT=experiment)
        for mode in ("leak", "twin")
    ]
    judged(cores[0], "stripped" if flags else "dwarf", cores[0].exe, cores[1])
    assert experiment in tool.report(cores[0].path)["binary"]["experiments"]


@pytest.mark.parametrize("setting, version", CHANNELS)
def test_channels_of_timers(tmp_path, setting, version):
    core = build(tmp_path, [], version=version, GODEBUG=f"asynctimerchan={setting}")
    for want in core.truth["findings"] if setting == "2" else []:
        if want["kind"] == "ticker":
            want.update(count=0, instances=[])
    judged(core, "dwarf", core.exe)
